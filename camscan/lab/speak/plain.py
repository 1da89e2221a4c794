"""Ports that say little: Hikvision's own protocol on 8000, and ports that accept and send nothing."""

from camscan.lab.host import Host
from camscan.lab.line import HangUpError, Line
from camscan.lab.model import Tls

HEADER_ERROR = bytes.fromhex("000000100000001e0000001e00000000")
"""Answered to a header without a command, and after silence (nmap's fingerprint): length 16, error 0x1e."""

_EMPTY_HEADERS = (bytes(16), (16).to_bytes(4, "big") + bytes(12))

FORMAT_ERROR = bytes.fromhex("000000100000000d0000000d00000000")
"""Answered to anything else it cannot read (FingerprintHub): length 16, error 0x0d."""

PATIENCE = 3.0
"""Seconds of silence after which the maker's port gives up."""

_DVRIP_LOGINS = (0xA0, 0xA3, 0xF6)
"""First bytes of logins of Dahua's protocol on 37777: no scanner should send them."""


class SdkDoor:
    """Hikvision's own port."""

    tls: Tls | None = None

    def __init__(self, host: Host, port: int) -> None:
        self.port: int = port
        self._host = host

    async def talk(self, line: Line) -> None:
        """One answer of 16 bytes, then it hangs up."""
        try:
            asked = await line.some(idle=PATIENCE)
        except TimeoutError:
            asked = bytes(16)
        if not asked:
            return
        empty = asked in _EMPTY_HEADERS
        self._host.state.ask("SDK empty header" if empty else "SDK other")
        await line.send(HEADER_ERROR if empty else FORMAT_ERROR)


class SilentDoor:
    """A port that accepts and never says a word."""

    tls: Tls | None = None

    def __init__(self, host: Host, port: int) -> None:
        self.port: int = port
        self._host = host

    async def talk(self, line: Line) -> None:
        """Listens until the other side hangs up."""
        first = True
        while True:
            try:
                heard = await line.some()
            except TimeoutError:
                raise HangUpError from None
            if not heard:
                return
            if first and heard[0] in _DVRIP_LOGINS:
                self._host.state.warn(f"login on port {self.port}")
            self._host.state.ask(f"bytes on {self.port}")
            first = False
