"""The result of an import stays small and safe to print."""

import pytest

from camscan.exchange.imported import MORE, SENTENCES, Gathering, device_address, unreadable


@pytest.mark.parametrize("text", ["10.1.0.20", " 10.1.0.20 ", "fd00::1", "fe80::1", "127.0.0.1"])
def test_addresses_of_devices(text: str) -> None:
    assert str(device_address(text)) == text.strip()


NO_ADDRESSES = ("", "cam-1", "10.1.0.0/24", "10.1.0.1-9", "10.1.0.1 10.1.0.2", "10.1.0.1,2", "010.1.0.1", "10.1", "-iL")
NO_DEVICES = ("0.0.0.0", "::", "224.0.0.1", "ff02::1")
NO_PLAIN_ONES = ("fe80::1%eth0", "fe80::1% --script=x", "fe80::1%", "1" * 5000, "\u0661.1.1.1")


@pytest.mark.parametrize("text", [*NO_ADDRESSES, *NO_DEVICES, *NO_PLAIN_ONES])
def test_what_is_no_address_of_a_device(text: str) -> None:
    assert device_address(text) is None


def test_reasons_are_neutral_and_bounded() -> None:
    found = Gathering("CSV")
    for n in range(SENTENCES + 5):
        found.skip(f"line {n}: \x1b[2J" + "x" * 5000)
    done = found.done()
    assert len(done.skipped) == SENTENCES + 5
    assert all(reason.isprintable() and len(reason) <= 200 for reason in done.skipped)
    assert done.skipped[-1] == MORE


def test_the_error_says_that_nothing_was_imported() -> None:
    assert str(unreadable("x.csv", "the file is empty.")) == "x.csv: the file is empty. Nothing was imported."
