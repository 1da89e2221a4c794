"""The split of recorded answers is what its rule says, and the rule sees what it should."""

from functools import cache

import split

from camscan.identify import SignatureSet, load


@cache
def shipped() -> SignatureSet:
    return load()


def test_the_file_says_what_the_rule_says() -> None:
    """A signature that is written from a held-out source moves it: change tests/data/split.toml with it."""
    assert split.split() == split.rule(shipped())


def test_the_file_says_what_held_out_does_not_mean() -> None:
    words = " ".join(split.PATH.read_text("utf-8").replace("#", "").split())
    assert "no sample is unseen" in words


def test_an_example_that_repeats_an_answer_is_seen() -> None:
    parts = split.rule(shipped())
    assert parts["rroller/dahua issue #583"] == "design"
    assert parts["AlexxIT/go2rtc pkg/rtsp/rtsp_test.go TestHikvisionPCM"] == "design"


def test_the_handles_of_a_source() -> None:
    signature = next(item.signature for item in shipped().signatures if "go2rtc #2390" in item.signature.source)
    assert split.names(signature, "AlexxIT/go2rtc issue #2390", ())
    assert not split.names(signature, "AlexxIT/go2rtc issue #239", ())
    assert not split.names(signature, "AlexxIT/WebRTC issue #2390", ())
