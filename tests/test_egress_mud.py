import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from egress_makers import CAMERA, MAC, a_scope, device
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.egress.baseline import Baseline, Entry
from camscan.egress.mud import MudFile, mud_file
from camscan.errors import UsageError
from camscan.scope import Allow, Site

URL = "https://mud.example.gov.uk/town-hall.json"
MODULES = Path(sys.prefix) / "share/yang/modules/ietf"
"""Where pyang, one of the tools for development, leaves the IETF's modules."""

EXPECTS = """recorders = ["10.1.0.5", "fd00::5"]
dns = ["10.1.0.2"]
ntp = ["ntp.example.gov.uk"]
allow = [
  { host = "vms.example.gov.uk", port = 443, purpose = 'cloud "VMS"' },
  { host = "203.0.113.64/28" },
  { host = "*.example.org", port = 443 },
  { host = "10.1.0.0/99" },
]
"""


def site(expects: str = EXPECTS) -> Site:
    return a_scope(expects).sites[0]


def approvals(*entries: Entry) -> Baseline:
    return Baseline(entries, datetime.now(UTC))


def entry(host: str, *devices: str, approved: bool = True, protocol: str = "tcp", port: int | None = 443) -> Entry:
    return Entry(host=host, protocol=protocol, port=port, approved=approved, devices=devices or ("*",))


def written(baseline: Baseline | None = None, expects: str = EXPECTS, **given_: Any) -> MudFile:
    return mud_file(site(expects), given_.pop("devices", [device(mac=MAC)]), URL, baseline, **given_)


def aces(file: MudFile, list_end: str) -> list[dict[str, Any]]:
    """What matches, of one list, without the one of local networks."""
    lists = json.loads(file.text)["ietf-access-control-list:acls"]["acl"]
    (found,) = [one for one in lists if one["name"].endswith(list_end)]
    first, *rest = found["aces"]["ace"]
    assert first["matches"] == {"ietf-mud:mud": {"local-networks": [None]}}
    assert all(one["actions"] == {"forwarding": "accept"} for one in (first, *rest))
    return [one["matches"] for one in rest]


def test_the_head_is_that_of_the_standard() -> None:
    moment = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    head = json.loads(written(now=moment).text)["ietf-mud:mud"]
    assert head.pop("systeminfo") == "CCTV devices, Town Hall"
    lists = [head.pop(one)["access-lists"]["access-list"] for one in ("from-device-policy", "to-device-policy")]
    names = [one["name"] for one in json.loads(written().text)["ietf-access-control-list:acls"]["acl"]]
    assert [one["name"] for some in lists for one in some] == names
    assert head == {
        "mud-version": 1, "mud-url": URL, "last-update": "2026-11-22T02:00:00+00:00", "cache-validity": 48,
        "is-supported": True,
    }  # fmt: skip


def test_what_the_scope_file_allows_is_in_it_with_its_direction() -> None:
    outward, inward = aces(written(), "v4fr"), aces(written(), "v4to")
    assert {"ipv4": {"destination-ipv4-network": "10.1.0.5/32"}} in outward
    assert {"ipv4": {"source-ipv4-network": "10.1.0.5/32"}} in inward
    # The form of the example in RFC 8520, 9: the service's port, and who began.
    assert {
        "ipv4": {"ietf-acldns:dst-dnsname": "vms.example.gov.uk", "protocol": 6},
        "tcp": {"ietf-mud:direction-initiated": "from-device", "destination-port": {"operator": "eq", "port": 443}},
    } in outward
    assert {
        "ipv4": {"ietf-acldns:src-dnsname": "vms.example.gov.uk", "protocol": 6},
        "tcp": {"ietf-mud:direction-initiated": "from-device", "source-port": {"operator": "eq", "port": 443}},
    } in inward
    assert {
        "ipv4": {"destination-ipv4-network": "10.1.0.2/32", "protocol": 17},
        "udp": {"destination-port": {"operator": "eq", "port": 53}},
    } in outward
    without_port = {"ipv4": {"destination-ipv4-network": "203.0.113.64/28", "protocol": 6}}
    assert {**without_port, "tcp": {"ietf-mud:direction-initiated": "from-device"}} in outward
    assert len(outward) == len(inward)


def test_each_ip_version_has_its_own_addresses_and_all_names() -> None:
    six = aces(written(), "v6fr")
    assert {"ipv6": {"destination-ipv6-network": "fd00::5/128"}} in six
    assert "10.1.0" not in json.dumps(six)
    assert any("vms.example.gov.uk" in json.dumps(one) for one in six)


def test_every_tcp_connection_is_begun_by_the_device() -> None:
    for end in ("v4fr", "v4to", "v6fr", "v6to"):
        for one in aces(written(), end):
            ip = one.get("ipv4") or one["ipv6"]
            if ip.get("protocol") == 6:
                assert one["tcp"]["ietf-mud:direction-initiated"] == "from-device"


def test_what_cannot_stand_in_it_is_told() -> None:
    told = " ".join(written().left_out)
    assert "*.example.org tcp 443" in told
    assert "10.1.0.0/99" in told
    assert "example.org" not in written().text


def test_nothing_is_allowed_that_nobody_allowed() -> None:
    seen = approvals(entry("cloud.example.net", approved=False), entry("198.51.100.7", protocol="udp", port=32100))
    text = written(seen, expects="").text
    assert "cloud.example.net" not in text
    assert len(aces(written(expects=""), "v4fr")) == 0
    assert aces(written(seen, expects=""), "v4fr") == [
        {
            "ipv4": {"destination-ipv4-network": "198.51.100.7/32", "protocol": 17},
            "udp": {"destination-port": {"operator": "eq", "port": 32100}},
        }
    ]


def test_an_approval_counts_only_for_the_devices_it_names() -> None:
    two = [device(mac=MAC), device("10.1.0.21")]
    some = approvals(entry("a.example.net", MAC), entry("b.example.net", MAC, "10.1.0.21"), entry("c.example.net"))
    file = written(some, expects="", devices=two)
    assert "a.example.net" not in file.text
    assert "b.example.net" in file.text
    assert "c.example.net" in file.text
    assert file.left_out == ("a.example.net tcp 443 (approved): approved for 1 of 2 devices only",)
    assert "a.example.net" in written(some, expects="").text
    others = approvals(entry("d.example.net", "10.9.9.9"))
    assert written(others, expects="").left_out == ()


def test_pings_and_protocols_without_a_word() -> None:
    file = written(
        approvals(entry("198.51.100.7", protocol="icmp", port=None), entry("a.example.net", protocol="dns", port=None)),
        expects="",
    )
    assert aces(file, "v4fr") == [{"ipv4": {"destination-ipv4-network": "198.51.100.7/32", "protocol": 1}}]
    assert "no word for this protocol" in file.left_out[0]


def test_what_has_no_port_in_the_baseline_does_not_open_all_of_them() -> None:
    file = written(approvals(entry("a.example.net", port=None), entry("b.example.net", port=0)), expects="")
    assert "a.example.net" not in file.text
    assert file.left_out[0].startswith("a.example.net tcp (approved): the baseline has no port")
    assert aces(file, "v4fr")[0]["tcp"]["destination-port"] == {"operator": "eq", "port": 0}


@pytest.mark.parametrize(
    "url",
    ["http://mud.example.gov.uk/x", "https://", "https://user:word@example.gov.uk/x", "x", "https://[::1", "",
     "https://example.gov.uk/\x1b[2J", "https://example.gov.uk/" + "x" * 250, "https://example.gov.uk:port/"],
)  # fmt: skip
def test_what_is_no_address_of_such_a_file_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="--mud-url"):
        mud_file(site(), [device()], url)


def test_without_a_device_there_is_no_group() -> None:
    with pytest.raises(UsageError, match="No device of Town Hall"):
        mud_file(site(), [], URL)


def rejected_by_yanglint(text: str, tmp_path: Path) -> str:
    """What yanglint says against a document, by the standards' own modules; empty for a valid one."""
    path = tmp_path / "mud.json"
    path.write_text(text, encoding="utf-8")
    modules = [MODULES / f"ietf-{name}.yang" for name in ("mud", "acldns", "access-control-list", "packet-fields")]
    features = ("match-on-ipv4", "match-on-ipv6", "match-on-tcp", "match-on-udp", "ipv4", "ipv6")
    done = subprocess.run(
        ["yanglint", "-p", MODULES, "-t", "config", "-F", f"ietf-access-control-list:{','.join(features)}",
         *modules, path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stderr if done.returncode else ""


needs_yanglint = pytest.mark.skipif(
    shutil.which("yanglint") is None or not (MODULES / "ietf-mud.yang").exists(),
    reason="yanglint (Debian's libyang2-tools), or the IETF's modules (pyang) are not installed",
)


@needs_yanglint
def test_the_standards_own_modules_accept_it(tmp_path: Path) -> None:
    baseline = approvals(entry("198.51.100.7", protocol="icmp", port=None), entry("2001:db8::9", port=0))
    file = written(baseline)
    assert rejected_by_yanglint(file.text, tmp_path) == ""
    for wrong in (
        file.text.replace('"cache-validity": 48', '"cache-validity": 169'),
        file.text.replace('"from-device"', '"from-devices"'),
        file.text.replace("vms.example.gov.uk", "*.example.gov.uk"),
        file.text.replace("v4fr", "v4xx", 1),
    ):
        assert rejected_by_yanglint(wrong, tmp_path)


@needs_yanglint
def test_any_expectation_gives_a_valid_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    hosts = st.one_of(
        st.text(max_size=12), st.ip_addresses().map(str), st.sampled_from(["a_.b", "-a.b", "a-.b", "x.y."])
    )

    @settings(max_examples=30, deadline=None)  # each one starts a program
    @given(st.lists(st.tuples(hosts, st.none() | st.integers(1, 65535), st.text(max_size=70)), max_size=4))
    def check(rows: list[tuple[str, int | None, str]]) -> None:
        own = site("")
        allow = tuple(Allow(host=host, port=port, purpose=purpose) for host, port, purpose in rows)
        changed = own.model_copy(
            update={"expects": own.expects.model_copy(update={"allow": allow}), "name": "\x00<&>" * 20}
        )
        file = mud_file(changed, [device(CAMERA)], URL)
        assert rejected_by_yanglint(file.text, tmp_path_factory.mktemp("mud")) == ""

    check()
