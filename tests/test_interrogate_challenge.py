import pytest

from camscan.interrogate.challenge import challenge_evidence, parameters
from camscan.interrogate.head import Reply


@pytest.mark.parametrize(
    ("challenge", "realms"),
    [
        ('Digest realm="IP Camera(J2914)", nonce="x"', ("IP Camera(J2914)",)),
        ('Digest qop="auth", realm="DS-2CD2310FD-I", nonce="4d"', ("DS-2CD2310FD-I",)),
        ('Digest realm="c4790503a344",nonce="d8", stale="FALSE"', ("c4790503a344",)),
        ("Basic realm=device", ("device",)),
        ("BASIC REALM = 'quoted'", ("'quoted'",)),
        ('Basic realm="say \\"hi\\", \\\\ and go"', ('say "hi", \\ and go',)),
        ('Digest realm="a", Basic realm="b", Bearer realm="a"', ("a", "b")),
        ('Basic realm="never closed', ()),
        ('Basic realm=""', ()),
        ('Digest xrealm="no"', ()),
        ("Negotiate", ()),
    ],
)
def test_realms(challenge: str, realms: tuple[str, ...]) -> None:
    assert parameters(challenge, "realm") == realms


def test_a_quoted_value_that_looks_like_a_parameter_is_not_one() -> None:
    assert parameters('Digest nonce="a, realm=b", realm="c"', "nonce") == ("a, realm=b",)


def test_the_number_of_values_is_bounded() -> None:
    assert len(parameters(", ".join(f'realm="{number}"' for number in range(5_000)), "realm")) == 8


def test_evidence_of_http_and_rtsp() -> None:
    headers = (("WWW-Authenticate", 'Digest realm="r", nonce="n"'), ("www-authenticate", 'Basic realm="r"'))
    reply = Reply(401, "Unauthorized", headers, b"")
    shown = [(item.name, item.value) for item in challenge_evidence(reply, "http")]
    assert shown == [
        ("http.realm", "r"),
        ("http.challenge", 'Digest realm="r", nonce="n"'),
        ("http.challenge", 'Basic realm="r"'),
        ("http.nonce", "n"),
    ]
    assert [item.name for item in challenge_evidence(reply, "rtsp")] == [
        "rtsp.realm",
        "rtsp.challenge",
        "rtsp.challenge",
    ]


def test_a_cut_challenge_is_not_shown_as_sent() -> None:
    reply = Reply(401, "", (("WWW-Authenticate", 'Digest realm="r"'),), b"", whole_head=False, whole=False)
    assert [item.name for item in challenge_evidence(reply, "http")] == ["http.realm"]
