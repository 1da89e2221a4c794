"""The form of the advisories: what it refuses."""

import pytest

from camscan.errors import SignatureError
from camscan.identify.advisory_table import AdvisoryFile, VendorFile
from camscan.identify.tables import parse_table

WHOLE = """
as_of = 2026-11-21
source = "a source"

[[advisory]]
id = "CVE-2025-66177"
maker = "hikvision"
title = "A weakness"
kinds = ["camera"]
kev = 2026-03-05
url = "https://example.org/"
source = "a record"
affected = [{ models = ["DS-2CD1xxxG2"], pattern = '^HWI-', last = "V5.7.13 build 230822" }]
"""


def _parse(text: str) -> AdvisoryFile:
    return parse_table(text.encode(), "advisories/a.toml", AdvisoryFile)


def test_an_advisory_is_read() -> None:
    (item,) = _parse(WHOLE).advisory
    assert item.affected[0].last == "V5.7.13 build 230822"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("CVE-2025-66177", "2025-66177", "not a CVE number"),
        ('"DS-2CD1xxxG2"', '"*"', "not a series of models"),
        ("'^HWI-'", "'(?=x)HWI'", "not a valid pattern"),
        ("'^HWI-'", "'^(?:HWI)?'", "would match any"),
        ("V5.7.13 build 230822", "newest", "neither a version"),
        ("affected = ", "affected_too = ", "affected_too"),
        (
            'affected = [{ models = ["DS-2CD1xxxG2"], pattern = \'^HWI-\', last = "V5.7.13 build 230822" }]',
            "",
            "cannot decide",
        ),
        ('kinds = ["camera"]', 'kinds = ["toaster"]', "kinds"),
        ("https://example.org/", "http://example.org/", "url"),
    ],
)
def test_a_wrong_advisory_is_refused(old: str, new: str, reason: str) -> None:
    assert old in WHOLE
    with pytest.raises(SignatureError, match=reason):
        _parse(WHOLE.replace(old, new))


def test_vendors_are_written_in_lower_case() -> None:
    with pytest.raises(SignatureError, match="name"):
        parse_table(b'source = "a source"\n[[vendor]]\nname = "Dahua"\nmaker = "dahua"\n', "v.toml", VendorFile)
