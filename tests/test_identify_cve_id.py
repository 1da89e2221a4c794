"""CVE numbers."""

import pytest

from camscan.errors import ParseError
from camscan.identify.cve_id import cve_id


@pytest.mark.parametrize("text", ["CVE-2021-36260", "CVE-1999-0001", "CVE-2025-1234567"])
def test_a_number(text: str) -> None:
    assert cve_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "CVE-21-1", "cve-2021-36260", "CVE-2021-36260 ", "../CVE-2021-36260", 5, None, "C" * 99]
)
def test_no_number(text: object) -> None:
    with pytest.raises(ParseError):
        cve_id(text)
