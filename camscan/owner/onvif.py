"""ONVIF's device service with the owner's login: zeep and the WSDL files of onvif-zeep, through the gate.

onvif-zeep's own ``ONVIFCamera`` is never used: it sends the login wherever the device points, and changes its state.
Here the address is always the one that was asked, messages go out only for operations on a list, zeep parses no
answer (camscan.safe.xml does), keeps no cache and writes no message into a log.
"""

from datetime import UTC, datetime, timedelta
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camscan.errors import CredentialError, NotThisProtocolError, ParseError
from camscan.evidence import Evidence, Observation, Outcome, outcome_of
from camscan.interrogate import http
from camscan.interrogate.onvif import DEVICE, PATH, message_evidence
from camscan.net.line import UnansweredError
from camscan.owner.visit import Reading, Visit, counts_attempts
from camscan.safe.mac import mac_address
from camscan.safe.xml import parse_device

if TYPE_CHECKING:
    from camscan.net.session import GatedSession

OPERATIONS = ("GetSystemDateAndTime", "GetDeviceInformation", "GetNetworkInterfaces")
"""All that is ever asked at this door. The first needs no login and gets none; it tells how wrong the clock is."""

WITHOUT_LOGIN = frozenset(OPERATIONS[:1])

_BINDING = f"{{{DEVICE}}}DeviceBinding"

_INFORMATION = {
    "owner.manufacturer": "Manufacturer",
    "owner.model": "Model",
    "owner.firmware": "FirmwareVersion",
    "owner.serial": "SerialNumber",
}

_REFUSALS = ("NotAuthorized", "FailedAuthentication", "FailedCheck", "InvalidSecurity")
"""Fault codes of a refused login: ONVIF Core 5.11.2.3, and WS-Security 1.1 section 12."""


def _zeep() -> Any:
    """zeep, which says nothing of its types, imported where it is first needed."""
    import zeep  # noqa: TID251 - this is the door
    import zeep.wsdl.utils  # noqa: TID251 - this is the door
    import zeep.wsse.username  # noqa: TID251 - this is the door

    return zeep


def parse(body: bytes) -> tuple[Evidence, ...]:
    """Evidence of the answer to one of OPERATIONS, or of a fault. Raises ParseError."""
    root = parse_device(body)
    inside = root.first("Body")
    if root.tag != "Envelope" or inside is None:
        raise NotThisProtocolError("not a SOAP message")
    found: list[tuple[str, str]] = []
    information = inside.first("GetDeviceInformationResponse")
    if information is not None:
        found += [(field, information.value(tag)) for field, tag in _INFORMATION.items()]
    interfaces = inside.first("GetNetworkInterfacesResponse")
    if interfaces is not None:
        found += [("owner.mac", mac_address(item.text) or "") for item in interfaces.every("HwAddress")]
    evidence = tuple(Evidence(name, value) for name, value in dict.fromkeys(found) if value)
    return evidence or _other(body)


def _other(body: bytes) -> tuple[Evidence, ...]:
    wanted = ("onvif.fault", "onvif.time")
    return tuple(item for item in message_evidence(body, host="") if item.name in wanted)


def wsdl_folder() -> Path:
    """Where pip put the WSDL files of onvif-zeep. Raises CredentialError where they are missing."""
    try:
        files = distribution("onvif-zeep").files or []
    except PackageNotFoundError:
        files = []
    found = next((Path(str(file.locate())) for file in files if file.name == "devicemgmt.wsdl"), None)
    if found is None or not found.is_file():
        raise CredentialError(
            "The WSDL files of onvif-zeep are missing, so no device is asked by ONVIF. Reinstall camscan."
        )
    return found.resolve().parent


class _Shelf:
    """What zeep loads its WSDL through: files of one folder and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, url: str) -> bytes:
        path = Path(url).resolve()
        if path.parent != self._folder:
            raise CredentialError("A WSDL file of onvif-zeep points out of its folder. Reinstall camscan.")
        return path.read_bytes()


@cache
def _document() -> Any:
    """The device service as its WSDL describes it, read once; it holds nothing of any device."""
    folder = wsdl_folder()
    return _zeep().wsdl.Document(str(folder / "devicemgmt.wsdl"), _Shelf(folder), settings=_settings())


def preload() -> None:
    """Imports zeep and reads the WSDL files, so that no visit needs to. Raises CredentialError where they lack."""
    _document()


def _settings() -> Any:
    return _zeep().Settings(
        strict=True, xml_huge_tree=False, forbid_dtd=True, forbid_entities=True, forbid_external=True, raw_response=True
    )


class _Transport:
    """What zeep sends through: the session of one device, to one address, for operations on the list."""

    def __init__(self, session: "GatedSession", address: str) -> None:
        self._session, self._address = session, address

    def post_xml(self, _address: str, envelope: Any, headers: dict[str, str]) -> bytes:
        """Sends one message and returns the answer as it came. zeep's own transport would log both."""
        message: bytes = _zeep().wsdl.utils.etree_to_string(envelope)
        require_listed(message)
        self._session.post(self._address, data=message, headers=headers)
        return self._session.wire


def require_listed(message: bytes) -> None:
    """Raises ValueError unless ``message`` asks one operation on the list, and the one without login without one."""
    root = parse_device(message)
    inside = root.first("Body")
    asked = tuple(child.tag for child in inside.children) if inside is not None else ()
    if len(asked) != 1 or asked[0] not in OPERATIONS:
        raise ValueError("an operation that is not on the list is never sent")
    if asked[0] in WITHOUT_LOGIN and root.first("Security") is not None:
        raise ValueError("a login that is not needed is never sent")


class _Token:
    """A UsernameToken (WS-Security 1.1) made anew for each message: nonce, time, and the digest of both."""

    def __init__(self, visit: Visit, ahead: timedelta) -> None:
        self._visit, self._ahead = visit, ahead

    def apply(self, envelope: Any, headers: dict[str, str]) -> Any:
        login = self._visit.login
        token = _zeep().wsse.username.UsernameToken(
            login.username,
            login.password.reveal(),
            use_digest=True,
            created=datetime.now(UTC) + self._ahead,
            zulu_timestamp=True,
        )
        envelope, headers = token.apply(envelope, headers)
        self._visit.session.proofs.extend(
            item.text for item in envelope.iter() if str(item.tag).endswith(("}Password", "}Nonce"))
        )
        return envelope, headers


def visit(where: Visit) -> Reading:
    """Asks the device. Blocks; raises AuditError, and CredentialError where onvif-zeep's files are missing."""
    ask = partial(_ask, where)
    clock, _ = ask("GetSystemDateAndTime", None, trusted=False)
    reading = Reading((clock,))
    if clock.outcome not in (Outcome.OK, Outcome.AUTH_REQUIRED):
        return reading
    token, trusted = _Token(where, _ahead(clock)), False
    for operation in ("GetDeviceInformation", "GetNetworkInterfaces"):
        answer, refused = ask(operation, token, trusted=trusted)
        reading = reading.plus(answer, sent=True, rejected=refused)
        if not answer.values("owner.door"):
            break
        if not trusted:
            where.accepted()
        trusted = True
    return reading


def _ahead(clock: Observation) -> timedelta:
    """How far the device's clock is ahead of ours: a token is only taken for a few minutes around its time."""
    told = next(iter(clock.values("onvif.time")), None)
    return datetime.fromisoformat(told) - clock.at if told else timedelta()


def _ask(where: Visit, operation: str, token: _Token | None, *, trusted: bool) -> tuple[Observation, bool]:
    """The answer, and whether it refuses the login that was sent; ``trusted`` says that it was accepted before."""
    address = where.url(where.path or PATH)
    transport = _Transport(where.session, address)
    client = _zeep().Client(_document(), wsse=token, transport=transport, settings=_settings())
    try:
        raw = where.scrub(client.create_service(_BINDING, address)[operation]())
    except UnansweredError as error:
        return where.note(operation, error.outcome, str(error), where.scrub(where.session.wire)), False
    return _understand(where, operation, raw, sent=token is not None, trusted=trusted)


def _understand(where: Visit, operation: str, raw: bytes, *, sent: bool, trusted: bool) -> tuple[Observation, bool]:
    cut = where.session.cut
    try:
        reply = http.read(raw)
    except ParseError as error:
        return where.note(operation, Outcome.MALFORMED, str(error), raw), False
    try:
        evidence = parse(reply.body)
    except ParseError as error:
        evidence, problem = (), str(error)
    else:
        problem = ""
    faults = " ".join(item.value for item in evidence if item.name == "onvif.fault")
    refused = reply.status in (401, 403) or any(code in faults for code in _REFUSALS)
    refused = refused or (bool(problem) and counts_attempts(reply.body))
    if refused and sent and not trusted:
        rejected = (*evidence, Evidence("owner.rejected", where.door))
        return where.note(operation, Outcome.AUTH_REQUIRED, "the login was refused", raw, rejected), True
    if refused:
        why = "this login may not read that" if trusted else "the device wants a login even for this"
        return where.note(operation, Outcome.AUTH_REQUIRED, why, raw, evidence), False
    if problem or not evidence:
        outcome = Outcome.TRUNCATED if cut else Outcome.NOT_THIS_PROTOCOL
        return where.note(operation, outcome, cut or problem or f"no answer to it (status {reply.status})", raw), False
    if sent and any(item.source == "owner" for item in evidence):
        evidence = (Evidence("owner.door", where.door), *evidence)
    outcome = Outcome.TRUNCATED if cut else outcome_of(evidence)
    return where.note(operation, outcome, cut, raw, evidence), False
