"""One visit: one device at one door with one login, and what came of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.interrogate.redirect import authority
from camscan.owner.credentials import CredentialSet, DoorName
from camscan.safe.redact import MARK

if TYPE_CHECKING:
    from camscan.net.session import GatedSession

SCRUBBED_FROM = 6
"""Characters from which a secret that comes back is blotted out; a shorter one would blot out model names."""

_COUNTING = (
    b"<statusvalue>401<",
    b"lockstatus",
    b"retrylogintime",
    b"retrytimes",
    b"unlocktime",
    b"remainlocksecond",
    b"remainlogintimes",
    b"invalid authority",
    b"has been locked",
)
"""Words of answers that count failed logins: Hikvision's userCheck (also sent with status 200) and Dahua's errors."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where to go, with what. ``path`` is used by doors that have no fixed one. ``accepted`` is to be called, from
    the visiting thread, as soon as the device has accepted the login."""

    session: "GatedSession"
    ip: IPAddress
    port: int
    door: DoorName
    login: CredentialSet
    tls: bool = False
    path: str = ""
    accepted: Callable[[], None] = lambda: None

    def url(self, path: str) -> str:
        """The address of ``path`` on this device: always the address that was asked, never one it gave."""
        scheme = "https" if self.tls else "http"
        host = str(self.ip).partition("%")[0]
        return f"{scheme}://{authority(host, self.port, scheme)}{path}"

    def note(
        self, question: str, outcome: Outcome, detail: str = "", raw: bytes = b"", evidence: tuple[Evidence, ...] = ()
    ) -> Observation:
        """An observation of this visit; the answer to ``question``, or that there was none."""
        probe = f"owner.{self.door}.{question}"
        return observe(
            self.ip,
            self.port,
            Transport.TCP,
            Via.CONVERSATION,
            probe,
            outcome,
            raw=raw,
            evidence=evidence,
            detail=detail,
        )

    def scrub(self, raw: bytes) -> bytes:
        """``raw`` without the password and the proofs of it that were sent, should a device return them."""
        for secret in (self.login.password.reveal(), *self.session.proofs):
            if len(secret) >= SCRUBBED_FROM:
                raw = raw.replace(secret.encode(), MARK)
        return raw


@dataclass(frozen=True, slots=True)
class Reading:
    """What a visit brought. ``sent``: a login went out. ``rejected``: the device refused it, so it must not be tried
    again."""

    observations: tuple[Observation, ...] = ()
    sent: bool = False
    rejected: bool = False

    def plus(self, observation: Observation, *, sent: bool = False, rejected: bool = False) -> "Reading":
        """This reading with one more observation."""
        return Reading((*self.observations, observation), self.sent or sent, self.rejected or rejected)

    @property
    def settles_it(self) -> bool:
        """Whether this was the right port, or a login was spent on it: then no other port is tried."""
        return self.sent or any(item.outcome in (Outcome.OK, Outcome.AUTH_REQUIRED) for item in self.observations)


def told_more(observations: Iterable[Observation]) -> bool:
    """Whether a device told its owner anything: what it tells everybody (its time) or of the login does not count."""
    return any(
        item.source == "owner" and item.name not in ("owner.door", "owner.rejected")
        for observation in observations
        for item in observation.evidence
    )


def counts_attempts(body: bytes) -> bool:
    """Whether an answer talks about failed logins, whatever its status says."""
    start = body[:4096].lower()
    return any(words in start for words in _COUNTING)
