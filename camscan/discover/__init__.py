"""Discovery protocols, sans-IO: each file says which bytes to send and what an answer means."""

from camscan.discover import dhip, mdns, sadp, ssdp, wsdiscovery
from camscan.discover.shape import DatagramProbe

PROBES: tuple[DatagramProbe, ...] = (wsdiscovery.PROBE, sadp.PROBE, dhip.PROBE, mdns.PROBE, ssdp.PROBE)
"""Every discovery protocol that is spoken. docs/probes-discovery.md lists their exact bytes."""
