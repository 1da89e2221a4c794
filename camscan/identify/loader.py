"""Finds and reads signature files: the shipped set, and the owner's own folders."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from camscan.errors import SignatureError
from camscan.identify.format import OWN_BAND, Brand, Maker, SignatureFile
from camscan.identify.models import ModelRules, parse_models
from camscan.identify.oui import OuiTable, Registrant, parse_oui
from camscan.identify.signature_set import Loaded, SignatureSet, structure
from camscan.safe.pattern import compile_text

FILE_LIMIT = 1024 * 1024
"""Bytes of one signature file; the largest of ours has about a thirtieth of it."""

_AT_LINE = compile_text(r"\(at line (\d+), column \d+\)")


def shipped() -> Traversable:
    """The folder of the shipped set: inside the installed package, or beside it in a checkout."""
    package = files("camscan")
    inside = package / "_signatures"
    return inside if inside.is_dir() else Path(str(package)).parent / "signatures"


@dataclass(slots=True)
class _Reading:
    signatures: list[Loaded] = field(default_factory=list)
    makers: dict[str, Maker] = field(default_factory=dict)
    brands: dict[str, Brand] = field(default_factory=dict)
    contents: list[tuple[str, bytes]] = field(default_factory=list)


def load(
    extra_dirs: Sequence[Path] = (),
    *,
    folder: Traversable | None = None,
    on_error: Callable[[SignatureError], None] | None = None,
) -> SignatureSet:
    """The shipped set (or that of ``folder``) with the owner's own folders on top.

    Raises SignatureError for a wrong file. With ``on_error``, a wrong file of the owner is reported to it and left
    out, and the rest goes on working; a wrong file of the shipped set raises all the same.
    """
    base = folder or shipped()
    reading = _Reading()
    for name, entry in _toml_files(base / "makers", "makers"):
        _read_file(reading, name, _content(name, entry), own=False)
    oui = _read_oui(reading, base)
    models = _read_models(reading, base)
    for own in extra_dirs:
        _read_own(reading, own, on_error)
    return SignatureSet(
        signatures=tuple(reading.signatures),
        makers=reading.makers,
        brands=reading.brands,
        oui=OuiTable(oui),
        models=models,
        digest=_digest(reading.contents),
    )


def parse(where: str, content: bytes) -> tuple[SignatureFile, tuple[int, ...]]:
    """One file, and the line of each signature's header. Raises SignatureError with file, line and reason."""
    if len(content) > FILE_LIMIT:
        raise SignatureError(f"{where}:1", f"the file is larger than {FILE_LIMIT} bytes")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SignatureError(f"{where}:{line}", "not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT_LINE.search(message)
        line = int(at.group(1) or 1) if at else text.count("\n") + 1
        raise SignatureError(f"{where}:{line}", f"not valid TOML: {message}") from None
    except RecursionError:
        raise SignatureError(f"{where}:1", "not valid TOML: nested too deeply") from None
    lines = text.split("\n")
    headers = {table: _headers(lines, f"[[{table}]]") for table in ("signature", "brand")}
    headers["maker"] = _headers(lines, "[maker]")
    try:
        parsed = SignatureFile.model_validate(data)
    except ValidationError as error:
        line, reason = _explained(error, lines, headers, data)
        raise SignatureError(f"{where}:{line}", reason) from None
    if len(headers["signature"]) != len(parsed.signature):
        # TOML has other ways to write a list of tables; then the file has to do.
        return parsed, (1,) * len(parsed.signature)
    return parsed, tuple(headers["signature"])


def _headers(lines: Sequence[str], header: str) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if line.partition("#")[0].replace(" ", "").strip() == header]


def _explained(
    error: ValidationError, lines: Sequence[str], headers: dict[str, list[int]], data: dict[str, object]
) -> tuple[int, str]:
    """The line a validation error means, as near as it can be told, and a reason in plain words."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    reason = str(first["msg"]).removeprefix("Value error, ")
    table = path[0] if path else ""
    starts = headers.get(table, [])
    place = int(path[1]) if len(path) > 1 and path[1].isdigit() else 0
    if place >= len(starts):
        return 1, f"{'.'.join(path)}: {reason}"
    start = starts[place]
    key = next((part for part in path[1:] if not part.isdigit()), "")
    line = _line_of(lines, start, key)
    named = data.get(table)
    entry = named[place] if isinstance(named, list) else named
    label = entry.get("id") or entry.get("slug") if isinstance(entry, dict) else None
    shown = ".".join(part for part in path[1:] if not part.isdigit())
    return line, f"{label or table}: {shown}: {reason}" if shown else f"{label or table}: {reason}"


def _line_of(lines: Sequence[str], start: int, key: str) -> int:
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if line.startswith("["):
            break
        if key and line.partition("=")[0].strip().partition(".")[0] == key:
            return number + 1
    return start


def _read_file(reading: _Reading, name: str, content: bytes, *, own: bool) -> None:
    parsed, lines = parse(name, content)
    for signature, line in zip(parsed.signature, lines, strict=True):
        if signature.id.startswith(OWN_BAND) != own:
            rule = "must start with" if own else "must not start with"
            raise SignatureError(f"{name}:{line}", f"{signature.id}: the id {rule} {OWN_BAND!r}")
        reading.signatures.append(Loaded(signature, f"{name}:{line}", own))
    if parsed.maker is not None:
        if parsed.maker.slug in reading.makers and not own:
            raise SignatureError(f"{name}:1", f"the maker {parsed.maker.slug!r} is declared in another file already")
        reading.makers.setdefault(parsed.maker.slug, parsed.maker)
    for brand in parsed.brand:
        if brand.slug in reading.brands and not own:
            raise SignatureError(f"{name}:1", f"the brand {brand.slug!r} is declared in another file already")
        reading.brands.setdefault(brand.slug, brand)
    reading.contents.append((f"own/{Path(name).name}" if own else name, content.replace(b"\r\n", b"\n")))


def _read_own(reading: _Reading, folder: Path, on_error: Callable[[SignatureError], None] | None) -> None:
    """The owner's files, each whole or not at all."""
    try:
        entries = list(_toml_files(folder, str(folder)))
    except SignatureError as error:
        if on_error is None:
            raise
        on_error(error)
        return
    for name, entry in entries:
        trial = _Reading(list(reading.signatures), dict(reading.makers), dict(reading.brands), list(reading.contents))
        try:
            _read_file(trial, name, _content(name, entry), own=True)
            _refuse_ambiguous(trial, trial.signatures[len(reading.signatures) :])
        except SignatureError as error:
            if on_error is None:
                raise
            on_error(error)
            continue
        reading.signatures, reading.makers = trial.signatures, trial.makers
        reading.brands, reading.contents = trial.brands, trial.contents


def _refuse_ambiguous(trial: _Reading, added: Sequence[Loaded]) -> None:
    places = {item.where for item in added}
    for problem in structure(trial.signatures, trial.makers, trial.brands):
        if problem.where in places:
            raise SignatureError(problem.where, f"{problem.signature}: {problem.reason}")


def _toml_files(folder: Traversable, shown: str) -> Iterable[tuple[str, Traversable]]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise SignatureError(f"{shown}:1", f"the folder cannot be read: {error.strerror}") from None
    for entry in entries:
        if entry.name.endswith(".toml") and entry.is_file():
            yield f"{shown}/{entry.name}", entry


def _content(name: str, entry: Traversable) -> bytes:
    try:
        return entry.read_bytes()
    except OSError as error:
        raise SignatureError(f"{name}:1", f"the file cannot be read: {error.strerror}") from None


def _read_oui(reading: _Reading, base: Traversable) -> tuple[Registrant, ...]:
    name = "oui_cameras.tsv"
    content = _content(name, base / name)
    reading.contents.append((name, content.replace(b"\r\n", b"\n")))
    # A byte that is no UTF-8 can only stand in a registrant's name.
    return parse_oui(name, content.decode("utf-8", "replace"))


def _read_models(reading: _Reading, base: Traversable) -> ModelRules:
    name = "models.toml"
    content = _content(name, base / name)
    reading.contents.append((name, content.replace(b"\r\n", b"\n")))
    try:
        return parse_models(name, tomllib.loads(content.decode("utf-8")))
    except ValueError as error:
        raise SignatureError(f"{name}:1", f"not valid TOML: {error}") from None


def _digest(contents: Sequence[tuple[str, bytes]]) -> str:
    total = sha256()
    for name, content in sorted(contents):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return f"sha256:{total.hexdigest()}"
