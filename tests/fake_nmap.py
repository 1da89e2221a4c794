"""A stand-in for nmap that records how it was called and answers as it is told."""

import os
import stat
import threading
from pathlib import Path

import psutil

HEAD = '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun args="fake">'
TAIL = '<runstats><finished time="1" timestr="x" elapsed="1"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>'

SCRIPT = r"""#!/bin/sh
cd '{folder}' || exit 9
if [ "$*" = -V ]; then
  echo "Nmap version 7.93 ( https://nmap.org )"
  exit
fi
{{ printf '%s\037' "$@"; echo; }} >>calls
echo $$ >pid
read -r answer <answer
case "$answer" in
  "hang after "*)
    case " $* " in
      *" ${{answer#hang after }} "*) answer=echo ;;
      *) answer=hang ;;
    esac ;;
esac
case "$answer" in
  hang) exec /bin/sleep 600 ;;
  echo)
    printf '%s' '{head}'
    shift 2
    while [ "$1" != -p ]; do
      case "$1" in *:*) family=ipv6 ;; *) family=ipv4 ;; esac
      printf '<host><status state="up" reason="user-set"/><address addr="%s" addrtype="%s"/>' "$1" "$family"
      printf '<ports><port protocol="tcp" portid="80"><state state="open"/></port></ports></host>'
      shift
    done
    printf '%s' '{tail}' ;;
  *) /bin/cat answer ;;
esac
"""
"""A shell's, not Python's: who has given up root may not reach the Python that runs the tests."""


class FakeNmap:
    """Lives in ``folder``, which must be the whole PATH of who is to find it. By default it finds port 80 open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "nmap"
        program.write_text(SCRIPT.format(folder=folder, head=HEAD, tail=TAIL))
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        self.answer("echo")
        # Who calls it may have given up root.
        folder.chmod(0o777)
        for parent in folder.parents:
            if parent.stat().st_uid == os.getuid() and parent.stat().st_mode & 0o001 == 0:
                parent.chmod(parent.stat().st_mode | 0o011)

    def answer(self, text: str) -> None:
        """What it will write; ``hang``, ``hang after ADDRESS`` and ``echo`` are special."""
        (self.folder / "answer").write_text(text)

    def calls(self) -> list[list[str]]:
        """The arguments of every call but those that ask for its version."""
        record = self.folder / "calls"
        return [line.split("\x1f")[:-1] for line in record.read_text().split("\n")[:-1]] if record.exists() else []

    def runs(self) -> bool:
        """Whether its last call still runs."""
        try:
            return psutil.Process(int((self.folder / "pid").read_text())).status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.Error):
            return False

    def is_gone(self) -> bool:
        """Whether its last call ends, now or in a moment: a kill takes one to arrive."""
        return any(not self.runs() or threading.Event().wait(0.02) for _ in range(500))
