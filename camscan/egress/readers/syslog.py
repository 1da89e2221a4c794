"""The head of a syslog line: when, and where the message begins."""

_HEAD_LIMIT = 200


def split(line: str, program: str) -> tuple[str, str] | None:
    """(time as written, message) of a line that ``program`` wrote, or None for a line of somebody else.

    RFC 3164 (``Nov 21 10:00:00 host program[1]: ...``), RFC 5424 (``<134>1 TIME host program 1 - - ...``), and the
    same without a host, as dnsmasq and Pi-hole write their own files.
    """
    place = line.find(program, 0, _HEAD_LIMIT)
    if place < 0:
        return None
    rest = line[place + len(program) :]
    head = line[:place].removeprefix("\ufeff")
    if head.startswith("<"):
        head = head.partition(">")[2]
        head = head[2:] if head[:2] == "1 " else head
    words = head.split()
    if not words:
        return None
    when = words[0] if words[0][:1].isdigit() and len(words[0]) > 8 else " ".join(words[:3])
    if words[0][:1].isdigit() and len(words) > 1 and "T" not in words[0] and words[1][:1].isdigit():
        when = f"{words[0]} {words[1]}"
    for mark in ("]: ", ": ", " - - ", "] "):
        before, found, message = rest.partition(mark)
        if found and len(before) < 24:
            return when, message
    return None
