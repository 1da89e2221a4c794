"""The form of lists.toml: what it refuses."""

import pytest

from camscan.errors import SignatureError
from camscan.identify.list_table import ListFile, Read
from camscan.identify.tables import parse_table

HEAD = "as_of = 2026-11-21\n"
CLASS = '[[of_class]]\nid = "a-class"\nmembers = ["hikvision"]\nmeaning = "a class"\nsource = "a source"\n'
LIST = (
    '[[list]]\nid = "a-list"\nplaces = ["uk"]\njurisdiction = "UK"\ntitle = "A list"\nkind = "a kind"\n'
    'status = "in force"\nbinds = "owners"\nyes = ["police"]\nno = ["health"]\napplies_to = "some"\n'
)
COVER = '[[list.covers]]\nmatch = "named"\nentity = "Hikvision"\nmaker = "hikvision"\n'
SOURCE = '[[list.source]]\nurl = "https://example.org/a"\ndate = "2022"\nquality = "primary"\nread = true\n'
WHOLE = HEAD + CLASS + LIST + COVER + SOURCE


def _parse(text: str) -> ListFile:
    return parse_table(text.encode(), "lists.toml", ListFile)


def test_a_list_is_read() -> None:
    (item,) = _parse(WHOLE).list
    assert item.covers[0].maker == "hikvision"
    assert item.source[0].cited == "https://example.org/a (2022)"
    assert item.read is Read.PRIMARY


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('places = ["uk"]', 'places = ["atlantis"]', "atlantis"),
        ('yes = ["police"]', 'yes = ["circus"]', "circus"),
        ('no = ["health"]', 'no = ["police"]', "bound or it is not"),
        ('binds = "owners"', 'binds = "nobody"', "bound or it is not"),
        ('maker = "hikvision"\n', "", "needs the entity"),
        ('match = "named"', 'match = "class"', "a class needs"),
        ('match = "named"', 'match = "banned"', "match"),
        ('url = "https://example.org/a"\n', "", "a url or a citation"),
        ("https://example.org/a", "javascript:alert(1)", "url"),
        ('quality = "primary"', 'quality = "rumour"', "quality"),
        ("read = true", 'read = "yes"', "read"),
        (COVER, '[[list.covers]]\nmatch = "class"\ntext = "many"\nof_class = "other"\n', "no \\[\\[of_class\\]\\]"),
        (WHOLE, WHOLE + LIST + SOURCE, "given twice"),
        ("as_of = 2026-11-21", "", "as_of"),
    ],
)
def test_a_wrong_list_is_refused(old: str, new: str, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        _parse(WHOLE.replace(old, new))


@pytest.mark.parametrize(
    ("quality", "read", "expected"),
    [
        ("legal text mirror", "true", Read.PRIMARY),
        ("primary", "false", Read.NOT_READ),
        ("secondary quoting primary", "true", Read.SECONDARY),
        ("press", "true", Read.SECONDARY),
        ("press", "false", Read.NOT_READ),
    ],
)
def test_how_near_to_its_source_it_was_read(quality: str, read: str, expected: Read) -> None:
    source = SOURCE.replace('"primary"', f'"{quality}"').replace("read = true", f"read = {read}")
    assert _parse(HEAD + CLASS + LIST + source).list[0].read is expected
