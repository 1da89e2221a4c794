"""A simulated device's RTSP server: OPTIONS and DESCRIBE, the latter with the device's challenge."""

from camscan.lab.host import Host
from camscan.lab.line import Line
from camscan.lab.model import Answer, Rtsp, Tls
from camscan.lab.template import Template


class RtspDoor:
    """One port of one device."""

    tls: Tls | None = None

    def __init__(self, host: Host, spec: Rtsp) -> None:
        self.port: int = spec.port
        self._host, self._cseq = host, spec.cseq
        self._answers = {"OPTIONS": self._ready(spec.options), "DESCRIBE": self._ready(spec.describe)}
        self._other = self._ready(spec.other)

    def _ready(self, answer: Answer) -> Template:
        lines = (f"RTSP/1.0 {answer.status}", f"{self._cseq}: ${{cseq}}", *answer.headers, "", "")
        return self._host.compile("\r\n".join(lines) + answer.body)

    async def talk(self, line: Line) -> None:
        """Answers requests until the other side hangs up or stops speaking RTSP."""
        while True:
            head = await line.head("RTSP")
            if head is None:
                return
            method, fields = head[0].partition(" ")[0], head[1]
            self._host.state.ask(f"RTSP {method}")
            if "authorization" in fields:
                self._host.state.warn("RTSP login")
            answer = self._answers.get(method, self._other)
            await line.send(self._host.fill(answer, {"cseq": fields.get("cseq", "0")}).encode())
