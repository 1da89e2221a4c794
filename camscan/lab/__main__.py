"""``python -m camscan.lab``: runs an estate until SIGTERM, Ctrl-C or the end of standard input.

When it is ready it prints one line of JSON: networks, extra ports, and where it wrote the truth and a scope file.
Then it answers the commands ``stats``, ``hello`` and (with namespaces) ``counters``, one line of JSON each.
"""

import argparse
import dataclasses
import json
import signal
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from ipaddress import IPv4Network
from pathlib import Path
from typing import NoReturn

from camscan.errors import CamscanError
from camscan.lab.estate import Estate
from camscan.lab.loopback import LoopbackEstate
from camscan.lab.namespace import NETWORK, NamespaceEstate
from camscan.lab.place import LOOPBACK_NETWORK, scope_toml


def main(argv: list[str] | None = None) -> int:
    """Runs an estate; 0 when it was ended, 2 where it could not start."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _leave)
    try:
        with _running(arguments) as running, _folder(arguments.out) as folder:
            _announce(running, Path(folder))
            for line in sys.stdin:
                _say(_answer(running, line.strip()))
    except CamscanError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m camscan.lab", description="Runs simulated devices.")
    parser.add_argument("estate", help='"demo", "hostile", a TOML file, or "N" or "N:SEED" for N generated devices')
    parser.add_argument("--mode", choices=("loopback", "namespace"), default="loopback")
    parser.add_argument("--network", type=IPv4Network, help="the network the devices stand in")
    parser.add_argument("--routed", type=int, default=0, help="namespace: so many devices stand behind a router")
    parser.add_argument("--out", help="folder for truth.json and camscan.toml (default: a temporary one)")
    return parser


def _running(arguments: argparse.Namespace) -> LoopbackEstate | NamespaceEstate:
    estate = _estate(arguments.estate)
    if arguments.mode == "namespace":
        return NamespaceEstate(estate, arguments.network or NETWORK, routed=arguments.routed)
    return LoopbackEstate(estate, arguments.network or LOOPBACK_NETWORK)


def _folder(wanted: str | None) -> AbstractContextManager[str]:
    return nullcontext(wanted) if wanted else tempfile.TemporaryDirectory(prefix="camscan-lab-")


def _estate(wanted: str) -> Estate:
    count, _, seed = wanted.partition(":")
    if count.isdecimal():
        return Estate.generate(int(count), int(seed or 1))
    shipped = {"demo": Estate.demo, "hostile": Estate.hostile}
    return shipped[wanted]() if wanted in shipped else Estate.read(Path(wanted))


def _announce(running: LoopbackEstate | NamespaceEstate, folder: Path) -> None:
    truth = {str(ip): dataclasses.asdict(item) for ip, item in running.truth.items()}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1), "utf-8")
    (folder / "camscan.toml").write_text(scope_toml(running), "utf-8")
    ready: dict[str, object] = {
        "ready": True,
        "networks": [str(network) for network in running.layout.networks],
        "addresses": sorted(truth),
        "extra_ports": list(running.extra_ports),
        "truth": str(folder / "truth.json"),
        "scope": str(folder / "camscan.toml"),
    }
    if isinstance(running, NamespaceEstate):
        ready["scanner"] = running.scanner_argv([])
    _say(ready)


def _answer(running: LoopbackEstate | NamespaceEstate, command: str) -> dict[str, object]:
    if command == "stats":
        return dataclasses.asdict(running.stats())
    if command == "hello":
        return {"hello": running.hello()}
    if command == "counters" and isinstance(running, NamespaceEstate):
        return dataclasses.asdict(running.counters())
    return {"error": f"no such command: {command}"}


def _say(content: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def _leave(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
