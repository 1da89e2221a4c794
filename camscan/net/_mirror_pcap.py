"""Listening through the system's own libpcap (macOS, BSD; it works on Linux too). Functions: pcap(3PCAP)."""

import contextlib
import ctypes
import ctypes.util
import inspect
import select
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Self

from camscan.errors import UsageError
from camscan.net import _sift
from camscan.net.mirror import TICK, Captured

BUFFER = 32 * 1024 * 1024
"""Bytes asked of the system for packets that wait."""

BATCH = 200
"""Milliseconds for which the system may collect packets before it hands them over."""

_ERROR_TEXT = 256  # PCAP_ERRBUF_SIZE
_DENIED = {-8, -11}  # PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED
_ETHERNET = 1


class _Time(ctypes.Structure):
    """struct timeval."""

    _fields_ = (("seconds", ctypes.c_long), ("micro", ctypes.c_int32 if sys.platform == "darwin" else ctypes.c_long))


class _Head(ctypes.Structure):
    """struct pcap_pkthdr."""

    _fields_ = (("time", _Time), ("kept", ctypes.c_uint32), ("length", ctypes.c_uint32))


class _Step(ctypes.Structure):
    """struct bpf_insn."""

    _fields_ = (("code", ctypes.c_ushort), ("true", ctypes.c_ubyte), ("false", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    """struct bpf_program."""

    _fields_ = (("length", ctypes.c_uint), ("steps", ctypes.POINTER(_Step)))


class _Stat(ctypes.Structure):
    """struct pcap_stat."""

    _fields_ = (("received", ctypes.c_uint), ("dropped", ctypes.c_uint), ("lost", ctypes.c_uint))


class PcapMirror:
    """See camscan.net.mirror.Mirror."""

    def __init__(
        self, library: ctypes.CDLL, interface: str, program: tuple[_sift.Step, ...] | None, snaplen: int
    ) -> None:
        self.interface = interface
        self._library, self._program, self._snaplen = library, program, snaplen
        self._handle: ctypes.c_void_p | None = None
        self._before = self._now = (0, 0)
        self._open()
        self.link = int(library.pcap_datalink(self._handle))
        self._frames = self._read()

    def _open(self) -> None:
        """Raises UsageError."""
        library, text = self._library, ctypes.create_string_buffer(_ERROR_TEXT)
        handle = ctypes.c_void_p(library.pcap_create(self.interface.encode(), text))
        if handle.value is None:
            raise UsageError(f"{self.interface} cannot be listened to: {text.value.decode(errors='replace')}.")
        library.pcap_set_snaplen(handle, self._snaplen)
        library.pcap_set_promisc(handle, 1)
        library.pcap_set_timeout(handle, BATCH)
        library.pcap_set_buffer_size(handle, BUFFER)
        done = library.pcap_activate(handle)
        if done >= 0 and self._program is not None and library.pcap_datalink(handle) == _ETHERNET:
            steps = (_Step * len(self._program))(*(_Step(*step) for step in self._program))
            done = library.pcap_setfilter(handle, ctypes.byref(_Program(len(steps), steps)))
        if done < 0:
            reason = library.pcap_geterr(handle).decode(errors="replace")
            library.pcap_close(handle)
            if done in _DENIED:
                raise UsageError(
                    f"Listening to {self.interface} needs rights that you do not have. Start camscan with sudo: it "
                    "gives up\nroot as soon as it listens."
                )
            raise UsageError(f"{self.interface} cannot be listened to: {reason or f'libpcap says {done}'}.")
        # libpcap's own timeout begins with the first packet on some systems: without one it would wait for ever.
        library.pcap_setnonblock(handle, 1, text)
        self._descriptor = int(library.pcap_get_selectable_fd(handle))
        self._handle = handle

    @property
    def present(self) -> bool:
        """See Mirror."""
        return self._handle is not None

    @property
    def received(self) -> int:
        """See Mirror."""
        self._count()
        return self._before[0] + self._now[0]

    @property
    def dropped(self) -> int:
        """See Mirror."""
        self._count()
        return self._before[1] + self._now[1]

    def _count(self) -> None:
        stat = (_Stat * 4)()  # some systems append figures of their own
        if self._handle is not None and self._library.pcap_stats(self._handle, stat) == 0:
            self._now = stat[0].received, stat[0].dropped + stat[0].lost

    def __iter__(self) -> Iterator[Captured | None]:
        if inspect.getgeneratorstate(self._frames) == inspect.GEN_CLOSED:  # an interruption ends a generator for good
            self._frames = self._read()
        return self._frames

    def _read(self) -> Generator[Captured | None]:
        library, head, data = self._library, ctypes.POINTER(_Head)(), ctypes.c_void_p()
        following, copy = library.pcap_next_ex, ctypes.string_at
        at_head, at_data = ctypes.byref(head), ctypes.byref(data)
        while True:
            if self._handle is None:
                self._come_back()
                yield None
                continue
            result = following(self._handle, at_head, at_data)
            if result == 1:
                told = head.contents
                when = told.time.seconds + told.time.micro * 1e-6
                yield Captured(when, self.link, copy(data, told.kept), told.length)
                continue
            if result < 0:
                self._lose()
                yield None
            elif not select.select([self._descriptor], [], [], TICK)[0]:
                yield None

    def _lose(self) -> None:
        self._count()
        self._before, self._now = (self._before[0] + self._now[0], self._before[1] + self._now[1]), (0, 0)
        self._library.pcap_close(self._handle)
        self._handle = None

    def _come_back(self) -> None:
        """Tries again after a second. Where root was given up the system may refuse for good."""
        time.sleep(TICK)
        with contextlib.suppress(UsageError):
            self._open()

    def close(self) -> None:
        """See Mirror."""
        self._frames.close()
        if self._handle is not None:
            self._lose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_mirror(interface: str, *, sift: bool, snaplen: int, local: Iterable[IPv4Network | IPv6Network]) -> PcapMirror:
    """See camscan.net.mirror.open_mirror."""
    program = _sift.sift(snaplen, random=False, local=local) if sift else None
    return PcapMirror(_library(), interface, program, snaplen)


def _library() -> ctypes.CDLL:
    if sys.platform == "win32":
        raise UsageError(
            "camscan cannot listen live on Windows. Record with Wireshark's dumpcap, then read the files:\n"
            "  dumpcap -i 1 -b duration:3600 -w recorded.pcapng\n  camscan egress check ."
        )
    name = ctypes.util.find_library("pcap")
    if name is None:
        raise UsageError("Listening needs libpcap, which is not installed here.")
    library = ctypes.CDLL(name)
    library.pcap_create.restype = ctypes.c_void_p
    library.pcap_geterr.restype = ctypes.c_char_p
    return library
