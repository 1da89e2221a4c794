"""The MUD file of `camscan egress rules --for mud`: from what the owner allows, never from what was seen."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from camscan.errors import UsageError
from camscan.report.screen import talk
from camscan.report.words import plural

if TYPE_CHECKING:
    from camscan.device import Device
    from camscan.scope import Scope, Site

LANGUAGE = "mud"
"""The name for ``--for``."""


def mud_text(
    declared: "Scope", devices: "Iterable[Device]", site: str | None, url: str | None, baseline: Path | None
) -> str:
    """The file for those of ``devices`` that belong to a site; what could not go in is told. Raises UsageError."""
    from camscan.egress.baseline import load
    from camscan.egress.mud import mud_file

    if url is None:
        raise UsageError(
            "--for mud needs --mud-url: the address under which you will publish the file,\n"
            "  for example --mud-url https://mud.example.gov.uk/town-hall.json"
        )
    chosen = _site(declared, site)
    group = [device for device in devices if declared.site_of(device.ip) is chosen]
    file = mud_file(chosen, group, url, load(baseline) if baseline else None, datetime.now(UTC))
    screen = talk()
    screen.say(
        f"{chosen.name}: {plural(file.entries, 'allowed destination')} for {plural(len(group), 'device')}.",
        "Everything else off the site is denied; what is on it stays open.",
        "Read it before you publish it. It says that the maker still supports these devices (is-supported): check it.",
    )
    for reason in file.left_out:
        screen.tell(f"Not in it: {reason}.")
    return file.text


def _site(declared: "Scope", name: str | None) -> "Site":
    names = ", ".join(f'"{site.name}"' for site in declared.sites)
    if name is None:
        if len(declared.sites) > 1:
            raise UsageError(f"--for mud needs --site: one of {names}. Each site has its own expectations.")
        return declared.sites[0]
    found = next((site for site in declared.sites if site.name == name), None)
    if found is None:
        raise UsageError(f'"{name}" is no site of {declared.path.name}. It declares {names}.')
    return found
