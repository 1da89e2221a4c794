import pytest

from camscan.egress.netflow.elements import REVERSE, name_of


@pytest.mark.parametrize(
    ("number", "enterprise", "length", "name"),
    [
        (8, 0, 4, "source"), (8, 0, 16, ""), (27, 0, 16, "source6"), (226, 0, 4, "translated"), (56, 0, 6, "mac"),
        (56, 0, 8, ""), (1, 0, 3, "octets"), (1, 0, 9, ""), (1, 0, 0, ""), (1, REVERSE, 8, "back_octets"),
        (1, 9, 4, ""), (40005, 0, 1, ""), (9999, 0, 4, ""),
    ],
)  # fmt: skip
def test_a_field_is_known_by_number_maker_and_length(number: int, enterprise: int, length: int, name: str) -> None:
    assert name_of(number, enterprise, length, cisco=False) == name


def test_cisco_has_numbers_of_its_own_in_version_9() -> None:
    assert name_of(40005, 0, 1, cisco=True) == "firewall_event"
