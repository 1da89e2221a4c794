"""What would raise a verdict, in plain words: noun phrases that "would settle it" can follow."""

from camscan.device import Sign, Verdict
from camscan.identify.heard import Heard
from camscan.identify.signature_set import SignatureSet
from camscan.identify.verdict import Decision

LABEL = "the label under the housing"
OWNER = "the owner's own credentials (camscan scan --with-credentials)"
CONVERSATION = "an answer over TCP from the same address"


def would_settle(maker: Decision, signs: tuple[Sign, ...], heard: Heard, signatures: SignatureSet) -> tuple[str, ...]:
    """What would raise the maker's verdict; nothing where it is confirmed already."""
    if maker.verdict is Verdict.CONFIRMED:
        return ()
    if maker.only_claimed:
        return (CONVERSATION, LABEL)
    if maker.conflict is not None:
        return (OWNER, LABEL)
    if maker.value is None:
        return (OWNER, LABEL) if heard.items else ("any answer at all", LABEL)
    known = signatures.makers.get(maker.value)
    matched = {sign.signature for sign in signs}
    phrases = known.settled_by if known is not None else ()
    open_phrases = [phrase for phrase in phrases if not _already(phrase, matched)]
    if not open_phrases and _tells_its_owner(maker.value, signatures):
        open_phrases = [OWNER]
    return (*open_phrases, LABEL)


def _tells_its_owner(maker: str, signatures: SignatureSet) -> bool:
    """Whether what a device of ``maker`` tells its owner could be a sign at all: no hope is raised in vain."""
    return any(
        item.signature.points_to.maker == maker
        and any(name.startswith("owner.") for condition in item.signature.all for name in condition.field)
        for item in signatures.signatures
    )


def _already(phrase: str, matched: set[str]) -> bool:
    """A phrase that names a protocol in brackets is left out where a sign of that protocol matched already."""
    name = phrase.rpartition("(")[2].partition(")")[0].lower() if phrase.endswith(")") else ""
    return bool(name) and any(name in identifier.split(".") for identifier in matched)
