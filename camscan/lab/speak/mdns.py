"""mDNS (UDP 5353): PTR, SRV, TXT and address records of one host. zeroconf writes and reads the packets."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Final

from zeroconf import DNSAddress, DNSIncoming, DNSOutgoing, DNSPointer, DNSQuestion, DNSRecord, DNSService, DNSText

from camscan.lab.host import Host
from camscan.lab.model import Mdns, Service
from camscan.lab.speak.shape import Datagram, Reply

GROUP = "224.0.0.251"
PORT = 5353
_RESPONSE: Final = 0x8400
"""Flags of an authoritative answer (RFC 6762, section 18)."""
_A, _PTR, _TXT, _SRV, _ANY = 1, 12, 16, 33, 255
_IN, _UNIQUE = 1, 0x8001
_SERVICES = "_services._dns-sd._udp.local."
_TTL = 120


class MdnsSpeaker:
    """Answers for one device."""

    name, port, group = "mdns", PORT, GROUP

    def __init__(self, host: Host, spec: Mdns) -> None:
        self._name = host.fixed(spec.host) + ".local."
        self._address = DNSAddress(self._name, _A, _UNIQUE, _TTL, IPv4Address(host.place.ip).packed)
        self._services = tuple(self._records(host, service) for service in spec.services)

    def _records(self, host: Host, service: Service) -> tuple[str, str, DNSPointer, DNSService, DNSText]:
        kind = service.type + ".local."
        instance = f"{host.fixed(service.instance)}.{kind}"
        texts = [host.fixed(text).encode() for text in service.txt]
        packed = b"".join(bytes([len(text)]) + text for text in texts) or b"\0"
        return (
            kind,
            instance,
            DNSPointer(kind, _PTR, _IN, _TTL, instance),
            DNSService(instance, _SRV, _UNIQUE, _TTL, 0, 0, host.place.port(service.port), self._name),
            DNSText(instance, _TXT, _UNIQUE, _TTL, packed),
        )

    def answer(self, datagram: Datagram) -> Sequence[Reply]:
        """Records that were asked for. To the asker, where it asked from another port or for a unicast answer
        (RFC 6762, sections 5.4 and 6.7), else to the group."""
        query = DNSIncoming(datagram.data)
        if not query.valid or not query.is_query():
            return ()
        answers: list[DNSRecord] = []
        more: list[DNSRecord] = []
        for question in query.questions:
            for found, rest in self._find(question):
                answers += [record for record in found if record not in answers]
                more += [record for record in rest if record not in more]
        if not answers:
            return ()
        legacy = datagram.sender[1] != PORT
        unicast = legacy or not datagram.group or any(question.unicast for question in query.questions)
        out = DNSOutgoing(_RESPONSE, multicast=not legacy, id_=query.id if legacy else 0)
        if legacy:
            for question in query.questions:
                out.add_question(question)
        to = datagram.sender if unicast else (GROUP, PORT)
        return [Reply(packet, to) for packet in _packets(out, answers, more)]

    def hello(self) -> Sequence[Reply]:
        """All records, unasked."""
        answers = [record for _, _, *records in self._services for record in records]
        return [
            Reply(packet, (GROUP, PORT)) for packet in _packets(DNSOutgoing(_RESPONSE), [*answers, self._address], [])
        ]

    def _find(self, question: DNSQuestion) -> list[tuple[list[DNSRecord], list[DNSRecord]]]:
        name, kind = question.name.lower(), question.type
        found: list[tuple[list[DNSRecord], list[DNSRecord]]] = []
        for service, instance, pointer, place, text in self._services:
            if name == service.lower() and kind in (_PTR, _ANY):
                found.append(([pointer], [place, text, self._address]))
            if name == _SERVICES and kind in (_PTR, _ANY):
                found.append(([DNSPointer(_SERVICES, _PTR, _IN, _TTL, service)], []))
            if name == instance.lower() and kind in (_SRV, _TXT, _ANY):
                wanted: dict[int, list[DNSRecord]] = {_SRV: [place], _TXT: [text]}
                found.append((wanted.get(kind, [place, text]), [self._address]))
        if name == self._name.lower() and kind in (_A, _ANY):
            found.append(([self._address], []))
        return found


def _packets(out: DNSOutgoing, answers: Sequence[DNSRecord], more: Sequence[DNSRecord]) -> list[bytes]:
    for record in answers:
        out.add_answer_at_time(record, 0)
    for record in more:
        if record not in answers:
            out.add_additional_answer(record)
    return out.packets()
