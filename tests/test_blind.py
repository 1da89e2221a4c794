"""The blind trial: its answers, the rule that parts them, and the record of what was said of them."""

import ipaddress
import json
import re
from functools import cache

import blind
import pytest
from answer_evidence import OWNERS, evidence_of, told_to_owner
from answers import Answer, answers
from answers import blind as rows

from camscan.device import Kind
from camscan.identify import SignatureSet, load

NUMBERED = tuple(enumerate(rows(), 1))


@cache
def shipped() -> SignatureSet:
    return load()


def test_rows_have_the_form_of_the_others() -> None:
    kinds = {kind.value for kind in Kind}
    for _, row in NUMBERED:
        assert row.keys() == answers()[0].keys()
        assert re.fullmatch(r"[a-z0-9-]+", row["maker"])
        assert row["kind"] in kinds
        assert row["source"]
        assert row["fidelity"]


def test_no_source_was_at_hand_before() -> None:
    assert {row["source"] for _, row in NUMBERED}.isdisjoint(row["source"] for row in answers())


@pytest.mark.parametrize("row", rows(), ids=[str(line) for line, _ in NUMBERED])
def test_every_answer_is_read(row: Answer) -> None:
    assert told_to_owner(row).evidence if row["protocol"] in OWNERS else evidence_of(row)


def test_nothing_in_them_points_to_a_person() -> None:
    """Public addresses and whole MACs of strangers' devices are taken out; versions and kernels look like addresses."""
    versions = {"2.6.32.17", "8.40.1.1", "61.8.0.3", "4.28.35.1"}
    found = []
    for line, row in NUMBERED:
        for text in re.findall(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", row["raw"]):
            try:
                public = ipaddress.ip_address(text).is_global
            except ValueError:
                continue
            found += [(line, text)] if public and text not in versions else []
        for mac in re.findall(r"(?i)(?<![0-9a-f:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![0-9a-f:-])", row["raw"]):
            found += [(line, mac)] if not re.search(r"(?i)00.00.0\d$", mac) else []
    assert found == []


def test_the_rule_keeps_a_thread_together_and_a_repository_by_maker() -> None:
    parts: dict[str, set[str]] = {}
    for _, row in NUMBERED:
        if blind.part(row) != "known":
            parts.setdefault(blind.group(row), set()).add(blind.part(row))
    assert all(len(some) == 1 for some in parts.values())
    assert {"design", "held-out"} == set().union(*parts.values())
    by_source = {row["source"]: row for _, row in NUMBERED}
    issue = by_source["bluenviron/mediamtx issue #85 (gortsplib sdpunmarshaler_test.go)"]
    assert blind.group(issue) == "bluenviron/mediamtx issue #85"
    file = by_source["scottlamb/retina src/client/testdata/dahua_options.txt"]
    assert blind.group(file) == "scottlamb/retina dahua"


def test_the_known_sources_are_there_and_stand_apart() -> None:
    assert blind.known() <= {row["source"] for _, row in NUMBERED}
    apart = {line for line, row in NUMBERED if row["source"] in blind.known()}
    assert apart.isdisjoint(line for kind in blind.KINDS for some in blind.lines(kind) for line in some)


def test_no_signature_was_written_from_a_held_out_answer() -> None:
    sources = {row["source"] for _, row in NUMBERED if blind.part(row) == "held-out"}
    named = [
        (item.signature.id, source)
        for item in shipped().signatures
        for source in sources
        if blind.names(source, item.signature.source)
    ]
    assert named == []


def test_a_source_is_named_by_its_thread_its_file_or_its_page() -> None:
    assert blind.names("AlexxIT/go2rtc issue #1594", "seen in go2rtc #1594 ")
    assert blind.names("scottlamb/retina src/client/testdata/dahua_options.txt", "retina's dahua_options.txt")
    assert blind.names("public GitHub file id 69222311444", "file id 69222311444 of a study")
    assert blind.names("hawkeye64/onvif-nvt test/data/xml/trendnet", "onvif-nvt, folder trendnet")
    assert not blind.names("hawkeye64/onvif-nvt test/data/xml/trendnet", "a page of trendnet's")
    assert not blind.names("AlexxIT/go2rtc issue #1594", "seen in go2rtc #15941")
    assert not blind.names("scottlamb/retina src/client/testdata/dahua_options.txt", "retina's hikvision_setup.txt")


def test_the_record_speaks_of_the_answers_of_the_trial() -> None:
    entries = [json.loads(line) for line in blind.RECORD.read_text("utf-8").splitlines()]
    assert entries[0]["digest"].startswith("sha256:87d8abf3387b")
    for kind in blind.KINDS:
        recorded = [tuple(entry["lines"]) for entry in entries if entry["kind"] == kind]
        assert recorded == list(blind.lines(kind))


def test_the_figures_of_the_trial_stay() -> None:
    """Whatever becomes of the signatures. The two wrong answers are one camera's, of a maker nobody has named."""
    figures = {}
    for kind in blind.KINDS:
        cases = list(blind.trial(kind))
        figures[kind] = (len(cases), *(sum(case.outcome == name for case in cases) for name in ("right", "wrong")))
    assert figures == {"answer": (179, 51, 2), "device": (162, 45, 1), "owner": (8, 7, 0)}
    wrong = {case.name for case in blind.trial("answer") if case.outcome == "wrong"}
    assert all(name.endswith("IPG-8150PSS") for name in wrong)


@pytest.mark.parametrize("kind", blind.KINDS)
def test_nobody_is_accused_wrongly_today(kind: str) -> None:
    wrong = [(case.name, case.maker) for case in blind.today(kind, shipped()) if case.outcome == "wrong"]
    assert wrong == []
