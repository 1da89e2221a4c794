"""Passwords from the keyring and from the terminal."""

import io
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError
from visits import CANARY

from camscan.errors import CredentialError
from camscan.owner import sources
from camscan.owner.sources import ask_password, ask_set, find_file, from_keyring
from camscan.safe.secrets import Secret


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, held: dict[tuple[str, str], str], error: Exception | None = None) -> None:
        self.held, self.error = held, error

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    """No test touches the keyring of whoever runs it."""
    before = keyring.get_keyring()
    keyring.set_keyring(Ring({}))
    yield
    keyring.set_keyring(before)


def test_the_keyring_holds_it_under_our_name() -> None:
    keyring.set_keyring(Ring({("camscan", "auditor"): CANARY, ("other", "auditor"): "wrong"}))
    assert from_keyring("auditor") == Secret(CANARY)


def test_an_empty_keyring_names_the_command() -> None:
    with pytest.raises(CredentialError, match="Run `keyring set camscan auditor` first"):
        from_keyring("auditor")


@pytest.mark.parametrize("error", [NoKeyringError("none"), RuntimeError(CANARY), OSError(CANARY)])
def test_no_keyring_at_all(error: Exception) -> None:
    keyring.set_keyring(Ring({}, error))
    with pytest.raises(CredentialError, match="cannot be read") as caught:
        from_keyring("auditor")
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch, name: str, typed: str | None) -> list[str]:
    prompts: list[str] = []

    def getpass(prompt: str, stream: object) -> str:
        assert stream is sys.stderr
        prompts.append(prompt)
        if typed is None:
            raise EOFError
        return typed

    monkeypatch.setattr(sys, "stdin", Terminal(name + "\n"))
    monkeypatch.setattr("getpass.getpass", getpass)
    return prompts


def test_asks_at_the_terminal_and_binds_to_the_networks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = at_terminal(monkeypatch, "auditor", CANARY)
    item = ask_set((ip_network("10.1.0.0/22"),))
    assert (item.username, item.password, item.clear_text) == ("auditor", Secret(CANARY), False)
    assert item.networks == (ip_network("10.1.0.0/22"),)
    assert prompts == ["Password of auditor: "]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert CANARY not in shown.err


@pytest.mark.parametrize("typed", ["", None])
def test_nothing_typed_is_no_password(monkeypatch: pytest.MonkeyPatch, typed: str | None) -> None:
    at_terminal(monkeypatch, "auditor", typed)
    with pytest.raises(CredentialError, match="No password was given"):
        ask_password("Password: ")


def test_a_user_name_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = at_terminal(monkeypatch, "a b", CANARY)
    with pytest.raises(CredentialError, match="not a user name"):
        ask_set(())
    assert prompts == []


def test_without_a_terminal_nothing_is_read() -> None:
    """getpass would read a piped password, and show it."""
    code = "from camscan.owner.sources import ask_password\nask_password('Password: ')\n"
    done = subprocess.run([sys.executable, "-c", code], input=CANARY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "this is none" in done.stderr
    assert CANARY not in done.stdout + done.stderr


def test_the_file_is_what_the_environment_names_else_beside_the_scope(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(sources.VARIABLE, raising=False)
    assert find_file(tmp_path / "camscan.toml") is None
    beside = tmp_path / sources.FILE_NAME
    beside.touch()
    assert find_file(tmp_path / "camscan.toml") == beside
    monkeypatch.setenv(sources.VARIABLE, "/elsewhere/x.toml")
    assert find_file(tmp_path / "camscan.toml") == Path("/elsewhere/x.toml")
