from pathlib import Path

import pytest
from answer_evidence import arp, observation
from signature_files import HEADER, SIGNATURE, signature, small_set

from camscan.device import Sign, Strength
from camscan.evidence import Observation, Via
from camscan.identify import SignatureSet, load
from camscan.identify.heard import hear
from camscan.identify.signs import Matched, match


def found(signatures: SignatureSet, *observations: Observation) -> Matched:
    return match(hear(observations), signatures)


def ids(matched: Matched) -> list[str]:
    return [sign.signature for sign in matched.signs]


def one(matched: Matched) -> Sign:
    assert len(matched.signs) == 1, ids(matched)
    return matched.signs[0]


TWO = HEADER + signature(
    "acme.pair",
    'maker = "acme"',
    '{ field = "http.server", equals = "A" }, { field = "http.title", equals = "B" }',
    example='{ "http.server" = "A", "http.title" = "B" }',
    more='unless = [{ field = "rtsp.server", equals = "C" }]',
)


def test_conditions_hold_together_within_one_answer(tmp_path: Path) -> None:
    signatures = small_set(tmp_path, TWO)
    assert ids(found(signatures, observation(("http.server", "A"), ("http.title", "B")))) == ["acme.pair"]
    apart = (observation(("http.server", "A")), observation(("http.title", "B"), port=81))
    assert ids(found(signatures, *apart)) == []
    anywhere = small_set(tmp_path / "device", TWO + 'within = "device"\n')
    assert ids(found(anywhere, *apart)) == ["acme.pair"]


def test_unless_holds_for_the_whole_device(tmp_path: Path) -> None:
    signatures = small_set(tmp_path, TWO)
    page = observation(("http.server", "A"), ("http.title", "B"))
    assert ids(found(signatures, page, observation(("rtsp.server", "C"), port=554))) == []


def test_a_sign_tells_what_it_rests_on(tmp_path: Path) -> None:
    sign = one(found(small_set(tmp_path), observation(("http.status", "401"), ("http.realm", "Acme"))))
    assert sign == Sign(
        signature="acme.realm",
        strength=Strength.STRONG,
        points_to=(("maker", "acme"),),
        evidence=(2,),
        cause="http",
        reason='asks for a login to "Acme"',
        source="a test (2026-11-21)",
    )


def test_device_text_in_a_reason_is_harmless(tmp_path: Path) -> None:
    text = HEADER + SIGNATURE.replace('equals = "Acme"', 'prefix = "Acme"')
    sign = one(found(small_set(tmp_path, text), observation(("http.realm", "Acme\x1b[31m\u202e" + "x" * 100))))
    assert sign.reason.isprintable()
    assert len(sign.reason) < 60


def test_one_signature_in_two_protocols_is_two_signs_unless_it_names_its_cause(tmp_path: Path) -> None:
    text = HEADER + SIGNATURE.replace('field = "http.realm"', 'field = ["http.realm", "rtsp.realm"]')
    both = (observation(("http.realm", "Acme")), observation(("rtsp.realm", "Acme"), port=554))
    assert [sign.cause for sign in found(small_set(tmp_path, text), *both).signs] == ["http", "rtsp"]
    caused = text + 'cause = "realm"\n'
    assert one(found(small_set(tmp_path / "caused", caused), *both)).evidence == (1, 2)


def test_isapi_is_the_same_web_server(tmp_path: Path) -> None:
    text = HEADER + SIGNATURE.replace('field = "http.realm"', 'field = ["http.realm", "isapi.realm"]')
    both = (observation(("http.realm", "Acme")), observation(("isapi.realm", "Acme")))
    assert one(found(small_set(tmp_path, text), *both)).cause == "http"


NAMED = "{ field = 'mdns.instance', regex = '^ACME (?P<model>[A-Z0-9]+)' }"


def test_captures_name_their_evidence(tmp_path: Path) -> None:
    example = '{ "mdns.instance" = "ACME A1", expect = { model = "A1" } }'
    text = HEADER + signature("acme.name", 'maker = "acme"', NAMED, example=example)
    captures = found(small_set(tmp_path, text), observation(("mdns.instance", "ACME X9 x"))).captures
    told = [(item.name, item.value, item.evidence, item.signature, item.maker) for item in captures]
    assert told == [("model", "X9", 1, "acme.name", "acme")]


MACS = """prefix\tbits\trole\tmaker\tbrand\tregistrant
A0B0C0\t24\tmaker\tacme\t\tAcme Ltd
A0B0C1\t24\tmixed\tacme\t\tAcme Networks
A0B0C2\t24\tbrand\t\tacme\tAcme Shops
A0B0C3\t24\tsister\tacme\t\tAcme Scales
A0B0C44\t28\tmaker\tacme\t\tAcme Small
"""


@pytest.mark.parametrize(
    ("mac", "points", "strength"),
    [
        ("a0:b0:c0:00:00:01", (("maker", "acme"),), Strength.MEDIUM),
        ("a0:b0:c1:00:00:01", (("brand", "acme"),), Strength.WEAK),
        ("a0:b0:c2:00:00:01", (("brand", "acme"),), Strength.WEAK),
    ],
)
def test_what_a_mac_says(tmp_path: Path, mac: str, points: tuple[tuple[str, str], ...], strength: Strength) -> None:
    sign = one(found(small_set(tmp_path, HEADER, oui=MACS), arp(mac)))
    assert (sign.points_to, sign.strength, sign.cause) == (points, strength, "oui")


@pytest.mark.parametrize("mac", ["a0:b0:c3:00:00:01", "a0:b0:c4:00:00:01", "a2:b0:c0:00:00:01"])
def test_sister_firms_strangers_and_local_addresses_say_nothing(tmp_path: Path, mac: str) -> None:
    assert ids(found(small_set(tmp_path, HEADER, oui=MACS), arp(mac))) == []


def test_the_same_mac_from_several_sources_is_one_sign(tmp_path: Path) -> None:
    mac = "a0:b0:c4:40:00:01"
    said = (
        observation(("sadp.mac", mac), via=Via.MULTICAST),
        observation(("rtsp.realm", "a0b0c4400001"), port=554),
        arp(mac),
    )
    sign = one(found(small_set(tmp_path, HEADER, oui=MACS), *said))
    assert sign.evidence == (1, 2, 3)
    assert sign.reason == "MAC a0:b0:c4:4 is registered to Acme Small"


def test_an_imported_mac_is_no_sign(tmp_path: Path) -> None:
    listed = observation(("import.mac", "a0:b0:c0:00:00:01"), via=Via.IMPORTED)
    assert ids(found(small_set(tmp_path, HEADER, oui=MACS), listed)) == []


MODELS = """
[[model]]
pattern = '^AC-'
maker = "acme"
brand = "acme"
kind = "camera"
series = "AC"
confidence = "strong"
names_maker = '^AC-9'
source = "a test"
"""


@pytest.mark.parametrize(
    ("pair", "cause"),
    [
        (("sadp.model", "AC-9000"), "sadp"),
        (("wsd.scope", "hardware/AC-9000"), "wsd"),
        (("rtsp.realm", "AC-9000"), "rtsp"),
        (("owner.model", "AC-9000"), "owner"),
    ],
)
def test_a_model_name_has_the_weight_of_what_carried_it(tmp_path: Path, pair: tuple[str, str], cause: str) -> None:
    signs = found(small_set(tmp_path, HEADER, models=MODELS), observation(pair)).signs
    assert {(sign.points_to[0], sign.strength, sign.cause) for sign in signs} == {
        (("kind", "camera"), Strength.STRONG, cause),
        (("maker", "acme"), Strength.MEDIUM, cause),
        (("brand", "acme"), Strength.WEAK, cause),
    }


def test_an_ambiguous_model_name_names_no_maker(tmp_path: Path) -> None:
    signs = found(small_set(tmp_path, HEADER, models=MODELS), observation(("sadp.model", "AC-1"))).signs
    assert "maker" not in {sign.points_to[0][0] for sign in signs}


UNSURE = MODELS.replace('"strong"', '"medium"')


def test_a_form_of_name_that_several_firms_use_counts_only_beside_its_maker(tmp_path: Path) -> None:
    signatures = small_set(tmp_path, HEADER + SIGNATURE, models=UNSURE)
    model = observation(("wsd.scope", "hardware/AC-1"), via=Via.MULTICAST)
    assert ids(found(signatures, model)) == []
    beside = found(signatures, model, observation(("http.realm", "Acme")))
    assert ids(beside) == ["acme.realm", "model.kind.camera", "model.brand.acme"]


def test_a_network_drive_is_not_a_doorbell_of_another_firm() -> None:
    drive = observation(("ssdp.model", "DS220+"), ("ssdp.manufacturer", "Synology"))
    assert ids(found(load(), drive)) == []


def test_a_model_that_a_person_typed_is_no_sign(tmp_path: Path) -> None:
    typed = observation(("import.model", "AC-9000"), ("import.maker", "acme"), via=Via.IMPORTED)
    assert ids(found(small_set(tmp_path, HEADER, models=MODELS), typed)) == []


def test_open_ports_say_nothing() -> None:
    ports = [observation(("port.open", f"tcp/{port}"), port=port) for port in (80, 554, 8000, 9000, 34567, 37777)]
    assert ids(found(load(), *ports)) == []
