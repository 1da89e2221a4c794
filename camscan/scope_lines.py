"""Finds the line of a TOML file that a validation error is about, since tomllib keeps no positions."""


def line_of(text: str, place: tuple[str | int, ...]) -> tuple[int, str]:
    """Line number (from 1) and text of the key at ``place``, for example ("site", 0, "networks", 2).

    Falls back to the line of the nearest table; (0, "") where even that is not in the file.
    """
    keys = [part for part in place if isinstance(part, str)]
    wanted_index = next((part for part in place if isinstance(part, int)), 0)
    table: list[str] = []
    seen: dict[str, int] = {}
    best: tuple[int, str] = (0, "")
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare.startswith("[[") and "]]" in bare:
            table = [part.strip() for part in bare[2 : bare.index("]]")].split(".")]
            seen[table[0]] = seen.get(table[0], -1) + (1 if len(table) == 1 else 0)
        elif bare.startswith("[") and "]" in bare:
            table = [part.strip() for part in bare[1 : bare.index("]")].split(".")]
        else:
            key = bare.partition("=")[0].strip().strip('"')
            if _here(table, seen, keys, wanted_index) and [*table, key] == keys[: len(table) + 1] and key:
                return number, line
            continue
        if _here(table, seen, keys, wanted_index):
            best = (number, line)
    return best


def _here(table: list[str], seen: dict[str, int], keys: list[str], wanted: int) -> bool:
    return bool(table) and table == keys[: len(table)] and seen.get(table[0], wanted) == wanted
