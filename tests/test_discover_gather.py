from camscan.discover.gather import PER_FIELD, Gather
from camscan.evidence import VALUE_LIMIT, Evidence


def test_order_is_kept_and_repetition_is_not() -> None:
    found = Gather()
    for value in ("b", "a", " b ", "", None):
        found.add("wsd.scope", value)
    assert found.evidence() == (Evidence("wsd.scope", "b"), Evidence("wsd.scope", "a"))


def test_each_field_is_bounded() -> None:
    found = Gather()
    for at in range(1000):
        found.add("wsd.scope", f"scope/{at}")
        found.add("wsd.xaddr", f"http://10.0.0.1/{at}", limit=3)
    assert sum(item.name == "wsd.scope" for item in found.evidence()) == PER_FIELD
    assert sum(item.name == "wsd.xaddr" for item in found.evidence()) == 3


def test_credentials_in_a_value_are_removed() -> None:
    found = Gather()
    found.add("wsd.xaddr", "http://admin:canary@10.0.0.1/onvif")
    assert "canary" not in found.evidence()[0].value


def test_a_long_value_is_cut() -> None:
    found = Gather()
    found.add("sadp.model", "x" * 100_000)
    assert found.evidence()[0].value == "x" * VALUE_LIMIT
