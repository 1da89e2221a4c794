import json
import subprocess
import sys
from pathlib import Path

import pytest
from answers import answers, wire
from namespaces import require_root

from camscan.net import privileges
from camscan.net.privileges import PRELOADED, can_open_raw, drop_privileges, is_root, preload

AFTER_THE_DROP = """
import asyncio, json, sys, traceback
from datetime import datetime
blobs = [bytes.fromhex(line) for line in sys.stdin.read().split()]
from camscan.net.privileges import drop_privileges, preload
missing = preload(["camscan.no_such_layer"])
if sys.argv[1:] == ["drop"]:
    assert drop_privileges().dropped
asked = []

class Spy:
    def find_spec(self, name, path=None, target=None):
        asked.append(name)

sys.meta_path.insert(0, Spy())

from camscan import discover
from camscan.errors import ParseError
from camscan.interrogate.plan import first
from camscan.net.frames import parse_arp
from camscan.safe.text import decode, neutralise

parsers = [probe.parse for probe in discover.PROBES] + [parse_arp]
for conversation in first("127.0.0.1", (80, 443, 554, 8000, 2020), "contact"):
    parsers += [question.parse for question in conversation.questions]
heard = 0
for blob in blobs:
    for parse in parsers:
        try:
            heard += bool(parse(blob))
        except ParseError:
            pass
    neutralise(decode(blob))
for encoding in ("gb18030", "gb2312", "big5", "shift_jis", "euc_kr", "utf-16", "koi8-r", "cp1251", "idna", "ascii"):
    b"aa".decode(encoding)
datetime.strptime("2026-11-21", "%Y-%m-%d")

async def wait():
    try:
        async with asyncio.timeout(0.001), asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(json.dumps, 1))
            await asyncio.sleep(60)
    except TimeoutError:
        return traceback.format_exc()

asyncio.run(wait())

import io
from rich.console import Console
from rich.live import Live
from rich.progress import Progress
from rich.table import Table
console = Console(force_terminal=True, file=io.StringIO())
table = Table("Address", "Maker")
table.add_row("10.1.0.20", "\\u6d77\\u5eb7")
with Live(table, console=console), Progress(console=console, disable=True) as progress:
    progress.add_task("sweeping", total=3)
console.print("[bold]:camera: done[/bold]")
print(json.dumps([asked, heard, missing]))
"""


def after(*argv: str, stdin: str = "") -> list[object]:
    ran = subprocess.run(
        [sys.executable, "-c", AFTER_THE_DROP, *argv], input=stdin, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found: list[object] = json.loads(ran.stdout.splitlines()[-1])
    return found


BLOBS = "\n".join(wire(row).hex() for row in answers())


def test_after_preloading_the_work_of_a_scan_loads_nothing_more() -> None:
    asked, heard, missing = after(stdin=BLOBS)
    assert asked == []
    assert isinstance(heard, int)
    assert heard > 50
    assert isinstance(missing, list)
    assert "camscan.no_such_layer" in missing


@pytest.mark.namespace
def test_the_work_of_a_scan_goes_on_after_root_was_given_up() -> None:
    require_root()
    assert after("drop", stdin=BLOBS) == after(stdin=BLOBS)


def test_what_is_not_installed_is_named_and_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privileges, "PRELOADED", ("json", "no_such_module", "no_such_package.*", "camscan.safe.*"))
    assert preload(["neither.this"]) == ("no_such_module", "no_such_package", "neither.this")


def test_nmap_is_never_preloaded_beside_scapy() -> None:
    assert "scapy.layers.l2" in PRELOADED
    assert not any(name.startswith(("nmap", "camscan.exchange")) for name in PRELOADED)


def test_where_raw_sockets_can_be_opened_is_found_by_trying() -> None:
    assert isinstance(can_open_raw(), bool)
    if sys.platform != "linux":
        assert not can_open_raw()


def test_windows_has_nothing_to_give_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("USERNAME", "teacher")
    found = drop_privileges([tmp_path / "camscan.db"])
    assert (found.user, found.dropped, found.kept) == ("teacher", False, ())
    assert not is_root()
    assert not can_open_raw()
