"""Who is named on an official list, and whom the list binds."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from judged import device

from camscan.device import Conflict, Verdict
from camscan.errors import SignatureError
from camscan.identify.lists import Applies, ListMatch, Match, PolicyLists, Read, load_lists, named, undecided

LISTS = load_lists()


def _matches(maker: str, jurisdiction: str | None = None, sector: str | None = None) -> dict[str, ListMatch]:
    return {item.id: item for item in named(device(maker), jurisdiction, sector, LISTS)}


def test_the_shipped_lists_say_their_day_and_their_sources() -> None:
    assert LISTS.as_of.isoformat() == "2026-11-21"
    assert len(LISTS.lists) == 23
    assert all(item.source for item in LISTS.lists)


@pytest.mark.parametrize(
    ("maker", "ids"),
    [
        ("hikvision", {"us-ndaa-889", "us-fcc-covered-list", "us-bis-entity-list", "uk-wms-2022-11-24"}),
        ("dahua", {"us-ndaa-889", "us-fcc-covered-list", "us-bis-entity-list", "us-1260h"}),
        ("huawei", {"us-ndaa-889", "us-fcc-covered-list"}),
        ("uniview", {"us-bis-entity-list"}),
        ("tiandy", {"us-bis-entity-list", "us-1260h"}),
        ("kedacom", {"us-bis-entity-list"}),
    ],
)
def test_makers_are_on_the_lists_that_name_them(maker: str, ids: set[str]) -> None:
    assert ids <= set(_matches(maker))


@pytest.mark.parametrize("maker", ["axis", "hanwha", "bosch", "reolink", "tp-link", "xiongmai", "tvt", "honeywell"])
def test_nobody_else_is_on_any(maker: str) -> None:
    assert _matches(maker) == {}


def test_a_list_that_names_a_firm_of_the_group_does_not_name_the_maker() -> None:
    found = _matches("hikvision")["ca-hikvision-2025"]
    assert found.match is Match.SUBSIDIARY
    assert "not the maker itself" in found.sentence


def test_a_list_is_given_once_with_its_plainest_naming() -> None:
    found = [item for item in named(device("hikvision"), None, None, LISTS) if item.id == "us-bis-entity-list"]
    assert [item.match for item in found] == [Match.NAMED]  # though it names five firms of the group as well


def test_a_statement_by_class_names_no_company_and_says_whose_reading_it_is() -> None:
    found = _matches("hikvision")["uk-wms-2022-11-24"]
    assert found.match is Match.CLASS
    assert "names no company" in found.sentence
    assert any("our reading" in caveat for caveat in found.caveats)


def test_a_proposal_is_no_naming() -> None:
    found = _matches("tiandy")["us-1260h"]
    assert found.match is Match.PROPOSED
    assert "it is not named" in found.sentence


@pytest.mark.parametrize(
    ("identifier", "jurisdiction", "sector", "expected"),
    [
        ("uk-wms-2022-11-24", "uk", "local-government", Applies.NO),
        ("uk-wms-2022-11-24", "England", "schools", Applies.NO),
        ("uk-wms-2022-11-24", "uk", "central-government", Applies.UNKNOWN),  # sensitive sites only
        ("uk-wms-2022-11-24", "uk", None, Applies.UNKNOWN),
        ("uk-wms-2022-11-24", None, "local-government", Applies.UNKNOWN),
        ("uk-wms-2022-11-24", "us", "local-government", Applies.NO),
        ("uk-wms-2022-11-24", "Ruritania", "council", Applies.UNKNOWN),
        ("uk-scot-gov-phaseout-2022", "scotland", "devolved government", Applies.YES),
        ("uk-scot-gov-phaseout-2022", "uk", "devolved government", Applies.UNKNOWN),
        ("uk-scot-gov-phaseout-2022", "england", "regional-government", Applies.NO),
        ("us-ndaa-889", "uk", "local-government", Applies.NO),
        ("us-ndaa-889", "us", "federal", Applies.YES),
        ("us-ndaa-889", "us", "local-government", Applies.UNKNOWN),  # federal grants (2 CFR 200.216)
        ("us-ndaa-889", "us", "circus", Applies.UNKNOWN),
        ("us-bis-entity-list", "us", "federal", Applies.NO),  # it binds exporters
        ("us-bis-entity-list", None, None, Applies.NO),
        ("tw-government-ict", "taiwan", "education", Applies.YES),
        ("tw-government-ict", "taiwan", "private", Applies.NO),
    ],
)
def test_whether_it_applies(identifier: str, jurisdiction: str | None, sector: str | None, expected: Applies) -> None:
    found = _matches("hikvision", jurisdiction, sector)[identifier]
    assert found.applies is expected
    assert found.why.endswith(".")


def test_no_list_binds_an_english_council() -> None:
    found = _matches("hikvision", "England", "council").values()
    assert {item.applies for item in found} == {Applies.NO}


@pytest.mark.parametrize("verdict", [Verdict.SUSPECTED, Verdict.UNKNOWN])
def test_a_maker_that_is_not_sure_is_on_no_list(verdict: Verdict) -> None:
    assert named(device("hikvision", verdict), "uk", "council", LISTS) == ()


def test_a_suspected_maker_is_counted_apart() -> None:
    suspected = undecided(device("hikvision", Verdict.SUSPECTED), LISTS)
    assert set(suspected) == set(_matches("hikvision"))
    assert undecided(device("hikvision"), LISTS) == ()
    assert undecided(device(), LISTS) == ()


def test_a_brand_is_never_matched() -> None:
    assert named(device(None, brand="annke"), "us", "federal", LISTS) == ()
    assert named(device("axis", brand="hikvision"), "us", "federal", LISTS) == ()


def test_a_rebrand_is_said_to_be_the_makers() -> None:
    found = named(device("hikvision", brand="annke"), "us", "federal", LISTS)
    assert found
    assert all(any("not of that brand" in caveat for caveat in item.caveats) for item in found)
    plain = named(device("hikvision", brand="hikvision"), "us", "federal", LISTS)
    assert not any("brand" in caveat for item in plain for caveat in item.caveats)


def test_what_makes_a_row_less_sure_is_said() -> None:
    unverified = _matches("hikvision")["us-1260h"]
    assert not unverified.verified
    assert unverified.caveats[0].startswith("Not verified: ")
    unread = _matches("hikvision")["uk-fac-2021"]
    assert unread.read is Read.NOT_READ
    assert any("was not read" in caveat for caveat in unread.caveats)
    secondary = _matches("hikvision")["uk-wms-2022-11-24"]
    assert secondary.read is Read.SECONDARY
    assert any("secondary" in caveat for caveat in secondary.caveats)


def test_a_probable_or_disputed_maker_is_said_so() -> None:
    doubtful = device("hikvision", Verdict.PROBABLE, conflicts=(Conflict("maker", ("hikvision", "dahua")),))
    (first, *_) = named(doubtful, "uk", "council", LISTS)
    assert any("probable, not confirmed" in caveat for caveat in first.caveats)
    assert any("disagree" in caveat for caveat in first.caveats)


def test_the_exported_fields_are_those_of_the_contract() -> None:
    found = _matches("hikvision", "uk", "local-government")["us-ndaa-889"]
    assert found.contract() == {"id": "us-ndaa-889", "match": "named", "applies": "no", "as_of": "2026-11-21"}
    assert found.url == "https://farclause.com/FARregulation/Clause/FAR52.204-25,_Basic"
    with pytest.raises(FrozenInstanceError):
        found.id = "other"  # type: ignore[misc]


def test_the_wording_is_of_naming_and_never_of_forbidding() -> None:
    for maker in ("hikvision", "dahua", "huawei", "uniview", "tiandy", "kedacom", "nuuo"):
        for item in _matches(maker, "us", "federal").values():
            said = " ".join((item.id, item.title, item.status, item.sentence, item.why, *item.caveats)).casefold()
            for word in ("ban", "banned", "illegal", "unlawful", "forbidden", "prohibited"):
                assert word not in said.replace("-", " ").split(), item.id


def _own(tmp_path: Path, text: str) -> PolicyLists:
    (tmp_path / "lists.toml").write_text(text, encoding="utf-8")
    return load_lists(tmp_path)


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match=r"lists\.toml:1"):
        _own(tmp_path, "as_of = 2026-01-01\n")
    with pytest.raises(SignatureError, match="cannot be read"):
        load_lists(tmp_path / "nowhere")
