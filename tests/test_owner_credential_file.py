"""The file of credentials: who may read it, what may stand in it, and what no message ever shows."""

import os
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from visits import CANARY

from camscan.errors import CredentialError
from camscan.owner import credential_file
from camscan.owner.credential_file import gather, load_file
from camscan.safe.secrets import Secret

GOOD = f"""\
[[set]]
name = "cameras"
username = "auditor"
password = "{CANARY}"
addresses = ["10.1.0.0/22", "10.1.9.9"]
doors = ["isapi", "onvif"]
clear_text = true
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(content: str) -> Path:
        path = tmp_path / "my credentials.toml"
        path.write_text(content, encoding="utf-8")
        path.chmod(0o600)
        return path

    return made


def refusal(path: Path) -> str:
    with pytest.raises(CredentialError) as caught:
        load_file(path, nobody)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None or CANARY not in repr(vars(caught.value.__context__))
    return str(caught.value)


def nobody(_prompt: str) -> Secret:
    raise CredentialError("nobody is there")


def test_reads_all_of_it(write: Write) -> None:
    (item,) = load_file(write(GOOD))
    assert (item.name, item.username, item.password) == ("cameras", "auditor", Secret(CANARY))
    assert item.networks == (ip_network("10.1.0.0/22"), ip_network("10.1.9.9/32"))
    assert item.doors == {"isapi", "onvif"}
    assert item.clear_text is True


def test_what_is_not_said_is_careful(write: Write) -> None:
    (item,) = load_file(write("\n".join(GOOD.splitlines()[:5])))
    assert item.clear_text is False
    assert item.doors == {"isapi", "dahua-cgi", "onvif"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o644, 0o610, 0o601])
def test_a_file_that_others_can_touch_is_refused_with_the_command_that_mends_it(write: Write, mode: int) -> None:
    path = write(GOOD)
    path.chmod(mode)
    said = refusal(path)
    assert "can be read by other users" in said
    assert f"Run `chmod 600 '{path}'`" in said


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_ones_own_is_read(write: Write, mode: int) -> None:
    path = write(GOOD)
    path.chmod(mode)
    assert load_file(path)


def test_a_file_of_somebody_else_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(GOOD)
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    said = refusal(path)
    assert f"belongs to another user (uid {own})" in said
    assert "sudo chown" in said


@pytest.mark.parametrize(("caller", "read"), [("1234", True), ("1235", False), ("", False), ("x", False)])
def test_under_sudo_the_file_may_be_the_callers(monkeypatch: pytest.MonkeyPatch, caller: str, *, read: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", caller)
    found = os.stat_result((0o100600, 0, 0, 1, 1234, 1234, 0, 0, 0, 0))
    if read:
        assert credential_file._require_private(found, Path("x.toml"))
    else:
        with pytest.raises(CredentialError, match="belongs to another user"):
            credential_file._require_private(found, Path("x.toml"))


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "missing.toml")
    assert "is not a file" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is not a file" in refusal(tmp_path / "pipe")


def test_a_file_that_is_too_long(write: Write) -> None:
    assert "longer than 64 KiB" in refusal(write("#" * 70_000))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "`set` is missing"),
        ("set = []", "`set`"),
        ("set = 3", "`set`"),
        (GOOD.replace("name =", "nam ="), "set number 1: `nam` is not a setting"),
        (GOOD.replace('name = "cameras"\n', ""), "set number 1: `name` is missing"),
        (GOOD.replace("username =", "user ="), "`user` is not a setting"),
        (GOOD.replace('"auditor"', '"a:b"'), "`username`: a username is plain ASCII"),
        (GOOD.replace(f'"{CANARY}"', '""'), "`password`: a password is a text that is not empty"),
        (GOOD.replace(f'"{CANARY}"', "12345678"), "`password`: a password is a text that is not empty"),
        (GOOD.replace(f'"{CANARY}"', f'["{CANARY}"]'), "`password`"),
        (GOOD.replace('["10.1.0.0/22", "10.1.9.9"]', '["0.0.0.0/0"]'), "none wider than /16"),
        (GOOD.replace('["10.1.0.0/22", "10.1.9.9"]', f'["{CANARY}"]'), "`addresses` is a list"),
        (GOOD.replace('["10.1.0.0/22", "10.1.9.9"]', "[]"), "`addresses`"),
        (GOOD.replace('"onvif"', '"telnet"'), "`doors`"),
        (GOOD.replace('"onvif"', f'"{CANARY}"'), "`doors`"),
        (GOOD.replace("true", '"yes please"'), "`clear_text`"),
        (GOOD + f'{CANARY} = "x"\n', "one name is not a setting"),
        (GOOD + 'password_from = "keyring"\n', "needs either `password` or"),
        (GOOD.replace(f'password = "{CANARY}"\n', ""), "needs either `password` or"),
        (GOOD + GOOD, "two sets are named cameras"),
        (GOOD + GOOD.replace('"cameras"', '"others"'), "A device gets one login"),
        (f'password = "{CANARY}', "not valid TOML at"),
        (f'{CANARY} {CANARY} = "x"', "not valid TOML at line 1"),
        (f'password = "{CANARY}\\q"', "not valid TOML at line 1"),
        ("a = " + "[" * 20_000, "nests brackets"),
    ],
)
def test_mistakes_are_named_and_no_value_is_quoted(write: Write, content: str, says: str) -> None:
    said = refusal(write(content))
    assert says in said
    assert "docs/credentials.md" in said or "sets" in said or "needs either" in said


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff" + CANARY.encode())
    path.chmod(0o600)
    assert "not UTF-8" in refusal(path)


@given(content=st.text(max_size=200))
def test_any_text_is_refused_in_words(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    path = tmp_path_factory.mktemp("any") / "x.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    path.chmod(0o600)
    with pytest.raises(CredentialError):
        load_file(path, nobody)


def test_passwords_from_elsewhere(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    without = GOOD.replace(f'password = "{CANARY}"', 'password_from = "{}"')
    monkeypatch.setattr(credential_file, "from_keyring", lambda username: Secret(f"ring of {username}"))
    assert load_file(write(without.format("keyring")), nobody)[0].password == Secret("ring of auditor")
    asked: list[str] = []

    def ask(prompt: str) -> Secret:
        asked.append(prompt)
        return Secret("typed")

    assert load_file(write(without.format("prompt")), ask)[0].password == Secret("typed")
    assert asked == ["Password of auditor (cameras): "]


def test_on_windows_passwords_do_not_belong_into_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(credential_file, "from_keyring", lambda _username: Secret("ring"))
    assert "keyring set camscan USERNAME" in refusal(write(GOOD))
    assert load_file(write(GOOD.replace(f'password = "{CANARY}"', 'password_from = "keyring"')))


def test_gather_takes_the_file_and_else_asks(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = (ip_network("10.1.0.0/22"),)
    monkeypatch.delenv("CAMSCAN_CREDENTIALS", raising=False)
    with pytest.raises(CredentialError, match="terminal"):
        gather(tmp_path / "camscan.toml", networks)
    write(GOOD).rename(tmp_path / "camscan-credentials.toml")
    assert gather(tmp_path / "camscan.toml", networks)[0].name == "cameras"


def test_the_command_line_and_the_environment_hold_no_password(write: Write) -> None:
    """What other users of the machine can see of the process while it holds the password."""
    path = write(GOOD)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from camscan.owner.credential_file import gather\n"
        "sets = gather(Path('x/camscan.toml'), ())\n"
        "assert sets[0].password.reveal().startswith('C4nary')\n"
        "for name in ('cmdline', 'environ'):\n"
        "    sys.stdout.write(Path(f'/proc/{os.getpid()}/{name}').read_text())\n"
    )
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("this system shows processes in another way")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "CAMSCAN_CREDENTIALS": str(path)},
    )
    assert "my credentials.toml" in done.stdout
    assert CANARY not in done.stdout
