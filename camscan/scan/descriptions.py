"""Fetches the description document that an SSDP answer names: one GET, and only from the very host that answered."""

from collections.abc import Iterable

from camscan.discover import description
from camscan.errors import ParseError
from camscan.evidence import Evidence, IPAddress, Observation
from camscan.interrogate import http
from camscan.interrogate.redirect import authority
from camscan.interrogate.shape import Conversation, Question

PROBE = "ssdp.description"

MOST = 1
"""Documents fetched of one device; a device that names several describes itself in each."""


def descriptions(ip: IPAddress, heard: Iterable[Observation], contact: str) -> tuple[Conversation, ...]:
    """The conversation that fetches the first acceptable LOCATION among ``heard``, or none."""
    locations = dict.fromkeys(value for observation in heard for value in observation.values("ssdp.location"))
    places = (description.fetch_target(location, ip) for location in locations)
    return tuple(_conversation(str(ip), port, path, contact) for port, path in [p for p in places if p][:MOST])


def _conversation(host: str, port: int, path: str, contact: str) -> Conversation:
    send = http.request(authority(host, port, "http"), path, contact=contact)
    return Conversation(PROBE, port, (Question(PROBE, send, http.complete, _parse, http.whole),))


def _parse(raw: bytes) -> tuple[Evidence, ...]:
    reply = http.read(raw)
    if reply.status != 200:
        raise ParseError(f"no description here: status {reply.status}")
    return description.parse(reply.body)
