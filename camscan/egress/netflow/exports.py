"""The messages of exporters to what they tell of known devices."""

from collections.abc import Iterator

from camscan.egress.flow import Binding, Item
from camscan.egress.known import Known
from camscan.egress.netflow.decoder import Decoder
from camscan.egress.netflow.joining import Joining
from camscan.egress.source import Tally

NETFLOW = "netflow"
"""The kind of input, for what tells of the same connections in another way."""


class Exports:
    """Messages of one input. ``records`` counts the flow records in them, of whomever."""

    def __init__(self, known: Known, tally: Tally) -> None:
        self._decoder = Decoder(known, tally)
        self._joining = Joining(known)

    @property
    def records(self) -> int:
        """Flow records so far."""
        return self._decoder.records

    def message(self, exporter: str, data: bytes, record: int | None = None) -> Iterator[Item]:
        """What one message tells, as far as it is complete. ``record`` is the number of the packet that held it;
        without it flow records are counted."""
        for one in self._decoder.message(exporter, data, record):
            if isinstance(one, Binding):
                yield one
            else:
                yield from self._joining.add(one)

    def finish(self) -> Iterator[Item]:
        """The connections that are still open."""
        self._decoder.finish()
        yield from self._joining.finish()
