"""A stand-in for nmap that records how it was called and answers as it is told."""

import json
import stat
import sys
import threading
from pathlib import Path

import psutil

HEAD = '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun args="fake">'
TAIL = '<runstats><finished time="1" timestr="x" elapsed="1"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>'

SCRIPT = """#!{python}
import json, sys, time
from pathlib import Path
if sys.argv[1:] == ["-V"]:
    print("Nmap version 7.93 ( https://nmap.org )")
    raise SystemExit
folder = Path({folder!r})
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
(folder / "pid").write_text(str(__import__("os").getpid()))
answer = (folder / "answer").read_text()
if answer == "hang":
    time.sleep(600)
if answer == "echo":
    ips = [word for word in sys.argv[3:sys.argv.index("-p")]]
    port = '<ports><port protocol="tcp" portid="80"><state state="open"/></port></ports>'
    answer = {head!r} + "".join(
        '<host><status state="up" reason="user-set"/><address addr="' + ip + '" addrtype="ipv'
        + ("6" if ":" in ip else "4") + '"/>' + port + "</host>" for ip in ips
    ) + {tail!r}
sys.stdout.write(answer)
"""


class FakeNmap:
    """Lives in ``folder``, which must be the whole PATH of who is to find it. By default it finds port 80 open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "nmap"
        program.write_text(SCRIPT.format(python=sys.executable, folder=str(folder), head=HEAD, tail=TAIL))
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        self.answer("echo")

    def answer(self, text: str) -> None:
        """What it will write; ``hang`` and ``echo`` are special."""
        (self.folder / "answer").write_text(text)

    def calls(self) -> list[list[str]]:
        """The arguments of every call but those that ask for its version."""
        record = self.folder / "calls"
        return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []

    def runs(self) -> bool:
        """Whether its last call still runs."""
        try:
            return psutil.Process(int((self.folder / "pid").read_text())).status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.Error):
            return False

    def is_gone(self) -> bool:
        """Whether its last call ends, now or in a moment: a kill takes one to arrive."""
        return any(not self.runs() or threading.Event().wait(0.02) for _ in range(500))
