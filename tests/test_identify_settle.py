from pathlib import Path

from answer_evidence import observation
from signature_files import HEADER, SIGNATURE, signature, small_set

from camscan.device import Conflict, Sign, Strength, Verdict
from camscan.identify.heard import hear
from camscan.identify.settle import CONVERSATION, LABEL, OWNER, would_settle
from camscan.identify.verdict import Decision

HEARD = hear([observation(("http.status", "200"))])


OWNERS = signature(
    "acme.owner",
    'maker = "acme"',
    '{ field = "owner.manufacturer", equals = "Acme" }',
    example='{ "owner.manufacturer" = "Acme" }',
    more='counter_examples = [{ "owner.manufacturer" = "Other" }]',
)


def settle(tmp_path: Path, decision: Decision, *signatures: str, more: str = OWNERS) -> tuple[str, ...]:
    signs = tuple(
        Sign(name, Strength.STRONG, (("maker", "acme"),), (1,), "http", "a sign", "a test") for name in signatures
    )
    return would_settle(decision, signs, HEARD, small_set(tmp_path, HEADER + SIGNATURE + more))


def test_nothing_is_left_to_settle(tmp_path: Path) -> None:
    assert settle(tmp_path, Decision("acme", Verdict.CONFIRMED)) == ()


def test_the_makers_own_protocol_would(tmp_path: Path) -> None:
    wanted = ("an answer to Acme's own discovery (ADP)", LABEL)
    assert settle(tmp_path, Decision("acme", Verdict.PROBABLE), "acme.realm") == wanted


def test_unless_it_answered_already(tmp_path: Path) -> None:
    assert settle(tmp_path, Decision("acme", Verdict.PROBABLE), "acme.adp") == (OWNER, LABEL)


def test_the_owner_is_not_sent_for_what_no_signature_knows(tmp_path: Path) -> None:
    assert settle(tmp_path, Decision("acme", Verdict.PROBABLE), "acme.adp", more="") == (LABEL,)


def test_a_claim_wants_a_conversation(tmp_path: Path) -> None:
    assert settle(tmp_path, Decision("acme", Verdict.PROBABLE, None, only_claimed=True)) == (CONVERSATION, LABEL)


def test_a_conflict_wants_the_owner(tmp_path: Path) -> None:
    conflict = Conflict("maker", ("acme", "other"))
    assert settle(tmp_path, Decision(None, Verdict.UNKNOWN, conflict)) == (OWNER, LABEL)


def test_an_unknown_device(tmp_path: Path) -> None:
    assert settle(tmp_path, Decision(None, Verdict.UNKNOWN)) == (OWNER, LABEL)
    silent = would_settle(Decision(None, Verdict.UNKNOWN), (), hear([observation()]), small_set(tmp_path / "two"))
    assert silent == ("any answer at all", LABEL)


def test_a_maker_without_a_file_of_its_own(tmp_path: Path) -> None:
    assert settle(tmp_path, Decision("nobody", Verdict.SUSPECTED)) == (LABEL,)
