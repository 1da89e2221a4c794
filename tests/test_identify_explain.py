from dataclasses import replace
from functools import cache

from answer_evidence import arp, observation

from camscan.device import Conflict, Kind, Verdict
from camscan.evidence import Observation, Via
from camscan.identify import Explanation, SignatureSet, assess, explain, load
from camscan.safe.text import neutralise


@cache
def shipped() -> SignatureSet:
    return load()


REALM = observation(("rtsp.realm", "Login to 4M0747EPAA1D284"), port=554)
SCOPES = observation(
    ("wsd.layout", "location,name,hardware,Profile,type,extension"),
    ("wsd.scope", "location/country/china"),
    ("wsd.scope", "name/Honeywell"),
    ("wsd.scope", "hardware/H4W2PER2"),
    ("wsd.scope", "type/Network_Video_Transmitter"),
    ("wsd.scope", "extension/unique_identifier"),
    via=Via.MULTICAST,
    port=3702,
)
HONEYWELL = arp("00:40:84:00:00:01")


def told(*observations: Observation) -> Explanation:
    return explain(assess(observations, shipped()), shipped())


def test_why_it_says_so() -> None:
    explanation = told(REALM, SCOPES, HONEYWELL)
    assert explanation.headline == "probable: made by Dahua, sold as Honeywell H4W2PER2 (camera)"
    rows = [(row.sign, row.points_to, row.strength.value, row.heard) for row in explanation.rows]
    assert rows[:3] == [
        (
            'asks for a login to "Login to 4M0747EPAA1D284", a serial number of Dahua\'s form',
            "Dahua",
            "strong",
            "10:00:00 tcp 554",
        ),
        ("ONVIF scopes in the order Dahua's firmware uses", "Dahua", "medium", "10:00:00 udp 3702, by multicast"),
        ('goes by the name "Honeywell"', "Honeywell (brand)", "medium", "10:00:00 udp 3702, by multicast"),
    ]
    assert ("MAC 00:40:84 is registered to Honeywell", "Honeywell (brand)", "weak", "10:00:00 arp") in rows
    assert explanation.why == (
        "Why not confirmed: one strong sign. An answer to Dahua's own discovery (DHIP), "
        "or the label under the housing, would settle it."
    )


def test_nothing_is_left_to_say_where_it_is_confirmed() -> None:
    dhip = observation(("dhip.answer", "yes"), via=Via.MULTICAST, port=37810)
    explanation = told(dhip, REALM)
    assert explanation.headline.startswith("confirmed: made by Dahua")
    assert explanation.why == ""


def test_a_claim_is_called_a_claim() -> None:
    explanation = told(observation(("dhip.answer", "yes"), via=Via.MULTICAST, port=37810))
    assert explanation.why.startswith("Why not confirmed: so far it is only claimed")
    assert "An answer over TCP from the same address" in explanation.why


def test_an_unknown_device_says_that_it_is_unknown() -> None:
    explanation = told(observation(("http.server", "nginx")))
    assert explanation.headline == "maker unknown (class not known)"
    assert explanation.rows == ()
    assert explanation.why.startswith("Why not known: nothing that it said is a sign of a maker we know.")
    kind_only = told(observation(("wsd.camera", "yes"), via=Via.MULTICAST))
    assert kind_only.why.startswith("Why not known: its signs tell no maker.")


def test_a_conflict_is_shown() -> None:
    explanation = told(arp("44:19:b6:00:00:01"), observation(("http.favicon_mmh3", "-1466785234")))
    assert explanation.conflicts == ("Signs of weight disagree on the maker: Dahua or Hikvision.",)
    assert explanation.why.startswith("Why not confirmed: the signs disagree on the maker.")


def test_every_axis_of_a_conflict_has_words() -> None:
    device = assess([REALM], shipped())
    axes = (
        Conflict("maker", ("dahua", "hikvision")),
        Conflict("brand", ("lorex", "dahua")),
        Conflict("kind", ("camera", "recorder")),
        Conflict("serial", ("A\x1b[0m", "B")),
    )
    sentences = explain(replace(device, conflicts=axes), shipped()).conflicts
    assert [sentence.rpartition("on ")[2] for sentence in sentences] == [
        "the maker: Dahua or Hikvision.",
        "the brand: Lorex or Dahua.",
        "the class: camera or recorder.",
        "the serial number: A\\x1b[0m or B.",
    ]


def test_signs_are_counted_by_their_causes() -> None:
    two = told(arp("3c:ef:8c:00:00:01"), observation(("http.realm", "Device_CGI")))
    assert two.why.startswith("Why not confirmed: two medium signs.")
    assert told(arp("3c:ef:8c:00:00:01"), arp("3c:ef:8c:00:00:02")).why.startswith(
        "Why not confirmed: one medium sign."
    )


def test_hostile_text_is_harmless_everywhere() -> None:
    nasty = "\x1b]0;owned\x07\u202e"
    said = observation(
        ("sadp.answer", "yes"),
        ("sadp.model", nasty),
        ("mdns.instance", nasty),
        ("wsd.scope", f"name/Lorex {nasty}"),
    )
    explanation = told(said)
    texts = [explanation.headline, explanation.why, *explanation.conflicts]
    texts += [text for row in explanation.rows for text in (row.sign, row.value, row.points_to, row.heard)]
    assert all(neutralise(text, 10_000) == text for text in texts)


def test_evidence_that_is_not_there_any_more_is_left_out() -> None:
    device = assess([REALM], shipped())
    assert explain(replace(device, evidence=()), shipped()).rows == ()


def test_every_kind_has_words() -> None:
    device = assess([REALM], shipped())
    lines = {explain(replace(device, kind=kind, verdict=Verdict.CONFIRMED), shipped()).headline for kind in Kind}
    assert len(lines) == len(Kind)
