"""Reading with the owner's credentials and a look by nmap: asked for, within the scope, and never against a refusal."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cli_tools import Ran, process, scope_for
from fake_nmap import FakeNmap
from gates import audited
from inventory_makers import heard, start
from lab_tools import fresh_network

from camscan.audit import AuditLog
from camscan.cli.devices import Judge
from camscan.cli.extras import Extras
from camscan.evidence import IPAddress
from camscan.exchange.nmap_run import Nmap
from camscan.inventory import Inventory
from camscan.lab import Estate, LoopbackEstate
from camscan.lab.model import Entry, EstateFile
from camscan.net.gate import Gate
from camscan.owner.credentials import CredentialSet
from camscan.report.screen import talk
from camscan.safe.secrets import Secret
from camscan.scope import Scope, load, parse

WRONG = "Wr0ng-Pa55word"
ESTATE = Estate(
    EstateFile(
        name="credentials",
        device=(
            Entry(profile="hikvision-camera-2021", host=1),
            Entry(profile="dahua-camera-2020", host=2),
            Entry(profile="hikvision-camera-2021", host=3),
            Entry(profile="axis-camera", host=4),
            Entry(profile="printer", host=5),
        ),
    )
)
FILE = """\
[[set]]
name = "cameras"
username = "{user}"
password = "{password}"
addresses = ["{first}", "{second}"]
clear_text = true

[[set]]
name = "last year's"
username = "{user}"
password = "{wrong}"
addresses = ["{third}"]
clear_text = true
"""


@dataclass
class Read:
    """A scan with credentials: two devices take them, one does not, and to one none are bound."""

    estate: LoopbackEstate
    folder: Path
    ran: Ran
    told: dict[str, Any]

    @property
    def hosts(self) -> list[str]:
        return [str(ip) for ip in self.estate.truth]

    def device(self, host: int) -> dict[str, Any]:
        return next(one for one in self.told["devices"] if one["ip"] == self.hosts[host - 1])

    def gaps(self) -> str:
        return "\n".join(
            f"{gap['what']}: {gap['why']}. {gap['what_to_do']}"
            for site in self.told["coverage"]
            for gap in site["not_seen"]
        )

    def logins(self, host: int) -> tuple[int, int]:
        device = self.estate.stats().devices[self.hosts[host - 1]]
        return int(device["logins"]), int(device["failed_logins"])


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("credentials")
    with LoopbackEstate(ESTATE, fresh_network()) as estate:
        first, second, third, *_ = map(str, estate.truth)
        owner = ESTATE.credentials
        file = folder / "camscan-credentials.toml"
        file.touch(mode=0o600)
        file.write_text(
            FILE.format(user=owner.user, password=owner.password, wrong=WRONG, first=first, second=second, third=third)
        )
        ran = process("scan", "--with-credentials", "--format", "json", "--scope", scope_for(estate, folder))
        yield Read(estate, folder, ran, json.loads(ran.out))


def test_what_the_owner_may_know_is_read(read: Read) -> None:
    truth = list(read.estate.truth.values())
    for host in (1, 2):
        evidence = {item["field"]: item["value"] for item in read.device(host)["evidence"]}
        assert evidence["owner.model"] == truth[host - 1].model
        assert read.device(host)["model"] == truth[host - 1].model
        assert read.device(host)["serial"] == truth[host - 1].serial
        assert read.logins(host)[0] > 0
    assert "2 devices told more; 1 refused the login." in read.ran.err


def test_a_refusal_ends_it_is_said_and_makes_the_scan_partial(read: Read) -> None:
    assert read.ran.code == 4
    assert read.told["scans"][0]["status"] == "partial"
    assert read.logins(3) == (0, 1)
    assert not any(item["field"].startswith("owner.model") for item in read.device(3)["evidence"])
    assert f"what {read.hosts[2]} would tell their owner: the login last year's was refused" in read.gaps()
    assert "Check the password, then add --retry-credentials." in read.gaps()


def test_who_is_not_bound_is_not_asked_and_that_is_said_of_cameras(read: Read) -> None:
    assert read.logins(4) == (0, 0)
    assert read.logins(5) == (0, 0)
    assert f"what {read.hosts[3]} would tell their owner: no credentials are bound to it" in read.gaps()
    assert read.hosts[4] not in read.gaps()


def test_no_secret_is_printed_stored_or_logged(read: Read) -> None:
    for secret in (ESTATE.credentials.password, WRONG):
        assert secret not in read.ran.out + read.ran.err
        for path in read.folder.iterdir():
            if path.name != "camscan-credentials.toml":
                assert secret.encode() not in path.read_bytes()
    assert read.estate.stats().unsafe == ()


@contextmanager
def again(read: Read, folder: Path, sets: Sequence[CredentialSet], *, retry: bool) -> Iterator[Extras]:
    """The same run's credentials once more, on a copy of its inventory."""
    for path in read.folder.glob("camscan.db*"):
        shutil.copy(path, folder / path.name)
    with extras(load(read.folder / "camscan.toml"), folder) as (more, _gate):
        more.with_credentials(tuple(sets), retry=retry)
        yield more


@contextmanager
def extras(
    scope: Scope, folder: Path, only: IPAddress | None = None, scan: str | None = None
) -> Iterator[tuple[Extras, Gate]]:
    with ExitStack() as stack:
        inventory = stack.enter_context(Inventory.open(folder / "camscan.db"))
        gate = Gate(scope, stack.enter_context(AuditLog.open(folder / "audit.jsonl")))
        number = scan or inventory.scans()[-1].id
        yield Extras(number, inventory, Judge.shipped(), gate, talk(), lambda ip: only in (None, ip)), gate


def bound(read: Read, password: str, *hosts: int) -> CredentialSet:
    networks = tuple(ip_network(read.hosts[host - 1]) for host in hosts)
    return CredentialSet("again", ESTATE.credentials.user, Secret(password), networks, clear_text=True)


def test_a_refusal_is_not_repeated_by_a_later_run(read: Read, tmp_path: Path) -> None:
    before = read.logins(3)
    with again(read, tmp_path, [bound(read, WRONG, 3)], retry=False) as more:
        ((_, gap), *_rest) = [item for item in more.gaps if read.hosts[2] in item[1].what]
    assert read.logins(3) == before
    assert "it refused a login before" in gap.why
    assert not more.failed


def test_a_refusal_is_repeated_where_the_owner_says_so(read: Read, tmp_path: Path) -> None:
    with again(read, tmp_path, [bound(read, ESTATE.credentials.password, 3)], retry=True) as more:
        assert not more.failed
    assert read.logins(3)[0] > 0
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        assert inventory.rejections() == ()


# --- nmap -----------------------------------------------------------------------------------------------------------

SCOPE = """
[authorisation]
organisation = "Example"
authorised_by = "Head of ICT"
expires = 2099-12-31
[[site]]
name = "Town Hall"
networks = ["10.1.0.0/24"]
[limits]
extra_ports = [8181]
per_host = 5
"""
UNKNOWN, KNOWN, NARROWED = (ip_address(f"10.1.0.{last}") for last in (20, 21, 22))


@pytest.fixture
def nmap(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> FakeNmap:
    """It answers from its script; no packet is sent."""
    folder = tmp_path_factory.mktemp("nmap")
    monkeypatch.setenv("PATH", str(folder))
    return FakeNmap(folder)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """With an inventory beside it: two hosts stayed unknown, of one the maker is known."""
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan = inventory.begin_scan(start())
        for ip in (UNKNOWN, NARROWED):
            inventory.save_host(scan, ip, "Town Hall", [heard(str(ip), ("http.title", "Login"))])
        said = heard(str(KNOWN), ("sadp.answer", "yes"), port=37020)
        inventory.save_host(scan, KNOWN, "Town Hall", [said])
    return parse(SCOPE.encode(), tmp_path / "camscan.toml")


def test_nmap_looks_at_what_stayed_unknown_gently_and_on_the_record(
    nmap: FakeNmap, scope: Scope, tmp_path: Path
) -> None:
    with extras(scope, tmp_path) as (more, gate):
        with Nmap() as process:
            more.with_nmap(process)
        (line,) = audited(gate, "nmap")
        (call,) = nmap.calls()
        assert not gate.counters.exact
    assert line["addresses"] == [str(UNKNOWN), str(NARROWED)]
    assert line["rate"] == 5
    assert {str(UNKNOWN), str(NARROWED)} <= set(call)
    assert str(KNOWN) not in call
    assert {"-n", "-Pn", "-sT"} <= set(call)
    assert "8181" in call[call.index("-p") + 1].split(",")
    assert (more.gaps, more.failed) == ([], False)
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        record = inventory.find(UNKNOWN)
    assert record is not None
    assert any(one.values("nmap.port") for one in record.observations)


def test_only_what_was_named_is_looked_at(nmap: FakeNmap, scope: Scope, tmp_path: Path) -> None:
    with extras(scope, tmp_path, only=NARROWED) as (more, _gate), Nmap() as process:
        more.with_nmap(process)
    (call,) = nmap.calls()
    assert str(NARROWED) in call
    assert str(UNKNOWN) not in call


def test_with_nothing_unknown_nmap_is_not_called(
    nmap: FakeNmap, scope: Scope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with extras(scope, tmp_path, only=KNOWN) as (more, gate):
        with Nmap() as process:
            more.with_nmap(process)
        assert audited(gate, "nmap") == []
    assert nmap.calls() == []
    assert "nothing to look at" in capsys.readouterr().err


def test_an_nmap_that_fails_is_a_gap_and_no_disaster(nmap: FakeNmap, scope: Scope, tmp_path: Path) -> None:
    nmap.answer("this is no XML")
    with extras(scope, tmp_path) as (more, _gate), Nmap() as process:
        more.with_nmap(process)
    assert more.failed
    ((site, gap), *_rest) = more.gaps
    assert site == "Town Hall"
    assert gap.what == f"what nmap would have heard of {UNKNOWN}, {NARROWED}"
