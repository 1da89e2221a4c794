"""The head of a syslog line: when, and where the message begins."""

_HEAD_LIMIT = 200

_DAYS = frozenset({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"})


def split(line: str, program: str) -> tuple[str, str] | None:
    """(time as written, message) of a line that ``program`` wrote, or None for a line of somebody else.

    RFC 3164 (``Nov 21 10:00:00 host program[1]: ...``), RFC 5424 (``<134>1 TIME host program 1 - - ...``), and the
    same without a host, as dnsmasq and Pi-hole write their own files.
    """
    place = line.find(program, 0, _HEAD_LIMIT)
    if place < 0:
        return None
    rest = line[place + len(program) :]
    when = time_of(line[:place])
    if not when:
        return None
    for mark in ("]: ", ": ", " - - ", "] "):
        before, found, message = rest.partition(mark)
        if found and len(before) < 24:
            return when, message
    return None


def time_of(head: str) -> str:
    """The time at the start of a log line, as ``Clock.read`` takes it; empty where there is no word at all. A year
    that follows the month and day (Cisco) or the clock (``logread`` of OpenWrt) is kept."""
    head = head.removeprefix("\ufeff")
    if head.startswith("<"):
        head = head.partition(">")[2]
        head = head[2:] if head[:2] == "1 " else head
    words = head.split(maxsplit=6)
    if not words:
        return ""
    if words[0][:1].isdigit():
        if len(words) > 1 and "T" not in words[0] and words[1][:1].isdigit():
            return f"{words[0]} {words[1]}"
        return words[0] if len(words[0]) > 8 else " ".join(words[:3])
    if words[0] in _DAYS:
        del words[0]
    for year, clock in ((2, 3), (3, 2)):
        if len(words) > 3 and _is_year(words[year]) and words[clock][2:3] == ":":
            return f"{words[1]:>02}-{words[0]}-{words[year]} {words[clock].rstrip(':')}"
    return " ".join(words[:3])


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isascii() and word.isdigit()
