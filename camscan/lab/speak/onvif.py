"""The ONVIF device service of a simulated device: a few operations, most of them behind a login."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camscan.lab.estate import envelopes
from camscan.lab.host import Host
from camscan.lab.model import Onvif
from camscan.lab.speak.auth import Login, check_soap

if TYPE_CHECKING:
    from camscan.lab.template import Template

READ_ONLY = ("Get",)
"""Beginnings of operation names that change nothing."""

_NAMESPACES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "event": "http://www.onvif.org/ver10/events/wsdl",
    "imaging": "http://www.onvif.org/ver20/imaging/wsdl",
    "analytics": "http://www.onvif.org/ver20/analytics/wsdl",
}
_CAPABILITY = {"device": "Device", "media": "Media", "event": "Events", "imaging": "Imaging", "analytics": "Analytics"}


@dataclass(frozen=True, slots=True)
class SoapAnswer:
    """Status line and XML."""

    status: str
    body: str


class OnvifService:
    """Answers SOAP for one device."""

    def __init__(self, host: Host, spec: Onvif, scopes: tuple[str, ...]) -> None:
        self._host, self._spec = host, spec
        words = {
            "manufacturer": host.fixed(spec.manufacturer),
            "hostname": host.fixed(spec.hostname),
            "scope_items": "".join(_scope(host.fixed(scope)) for scope in scopes),
            "service_items": "".join(self._service(name) for name in spec.services),
            "capability_items": "".join(self._capability(name) for name in sorted(spec.services)),
        }
        outside = envelopes().soap[spec.style]
        self._ready: dict[str, Template] = {
            name: host.compile(outside.replace("${body}", text)).bind(lambda name, _: words.get(name))
            for name, text in envelopes().operation.items()
        }

    def answer(self, body: bytes) -> SoapAnswer:
        """The answer to one SOAP call."""
        call = check_soap(self._host, body)
        if call is None:
            return self._fault("NotSoap", "400 Bad Request")
        self._host.state.ask(f"ONVIF {call.operation}")
        if not call.operation.startswith(READ_ONLY):
            self._host.state.warn(f"ONVIF {call.operation}")
        if call.operation not in self._spec.open and call.login is not Login.RIGHT:
            blind = call.login is Login.NONE and call.operation == "GetDeviceInformation"
            if blind and self._spec.counts_blind_attempts:
                self._host.state.failed_logins += 1
            return self._fault("NotAuthorized", self._spec.denied)
        if call.operation not in self._ready or call.operation == "NotAuthorized":
            return self._fault("ActionNotSupported", "500 Internal Server Error")
        return SoapAnswer("200 OK", self._host.fill(self._ready[call.operation]))

    def _fault(self, name: str, status: str) -> SoapAnswer:
        return SoapAnswer(status, self._host.fill(self._ready[name]))

    def _service(self, name: str) -> str:
        return (
            f"<tds:Service><tds:Namespace>{_NAMESPACES[name]}</tds:Namespace>"
            f"<tds:XAddr>{self._address(name)}</tds:XAddr>"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        )

    def _capability(self, name: str) -> str:
        inside = f"<tt:XAddr>{self._address(name)}</tt:XAddr>"
        if name == "analytics":
            inside += "<tt:RuleSupport>true</tt:RuleSupport><tt:AnalyticsModuleSupport>true</tt:AnalyticsModuleSupport>"
        if name == "event":
            inside += (
                "<tt:WSSubscriptionPolicySupport>true</tt:WSSubscriptionPolicySupport>"
                "<tt:WSPullPointSupport>true</tt:WSPullPointSupport>"
                "<tt:WSPausableSubscriptionManagerInterfaceSupport>false"
                "</tt:WSPausableSubscriptionManagerInterfaceSupport>"
            )
        if name == "media":
            inside += "<tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast></tt:StreamingCapabilities>"
        return f"<tt:{_CAPABILITY[name]}>{inside}</tt:{_CAPABILITY[name]}>"

    def _address(self, name: str) -> str:
        path = self._spec.path if name == "device" else f"/onvif/{name}_service"
        return self._host.fixed(self._spec.base) + path


def _scope(scope: str) -> str:
    return (
        f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{scope}</tt:ScopeItem></tds:Scopes>"
        if scope.strip()
        else ""
    )
