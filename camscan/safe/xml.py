"""The one door for XML. Two profiles: ``device`` (small, no DTD) and ``file`` (streamed, large)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from camscan.errors import ParseError

DEVICE_BYTES = 256 * 1024
DEVICE_DEPTH = 64
DEVICE_ELEMENTS = 10_000
DEVICE_NAMESPACES = 64
FILE_BYTES = 512 * 1024 * 1024
FILE_ELEMENTS = 1_000_000
"""Elements within one wanted element of a file: a host with all 65,535 ports takes about 200,000."""
FILE_TEXT = 16 * 1024 * 1024
"""Characters of text within one wanted element of a file."""
FILE_TOKEN = 4 * 1024 * 1024
"""Bytes of one tag, comment or other token of a file; expat holds a token in memory until it ends."""


@dataclass(frozen=True, slots=True)
class Element:
    """One XML element. ``tag`` is the local name, ``namespace`` the URI or an empty string."""

    tag: str
    namespace: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple["Element", ...]

    def walk(self) -> Iterator["Element"]:
        """This element and everything below it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))

    def first(self, *tags: str) -> "Element | None":
        """The first element at any depth whose local name is one of ``tags``, ignoring case."""
        wanted = {tag.lower() for tag in tags}
        return next((element for element in self.walk() if element.tag.lower() in wanted), None)

    def every(self, tag: str) -> tuple["Element", ...]:
        """All elements at any depth with this local name, ignoring case."""
        return tuple(element for element in self.walk() if element.tag.lower() == tag.lower())

    def value(self, *tags: str) -> str:
        """Stripped text of ``first(*tags)``, or an empty string."""
        found = self.first(*tags)
        return found.text.strip() if found else ""


class _Builder:
    """Collects expat's calls into one Element, within limits."""

    def __init__(self, depth: int, elements: int, characters: int) -> None:
        self.root: Element | None = None
        self._depth, self._elements, self._characters = depth, elements, characters
        self._open: list[tuple[str, tuple[tuple[str, str], ...], list[str], list[Element]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements -= 1
        if len(self._open) >= self._depth:
            raise ParseError("XML nested too deeply")
        if self._elements < 0:
            raise ParseError("XML with too many elements")
        pairs = tuple((key.rpartition(" ")[2], value) for key, value in attributes.items())
        self._open.append((name, pairs, [], []))

    def text(self, data: str) -> None:
        self._characters -= len(data)
        if self._characters < 0:
            raise ParseError("XML with too much text")
        if self._open:
            self._open[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, attributes, text, children = self._open.pop()
        namespace, _, tag = name.rpartition(" ")
        element = Element(tag, namespace, attributes, "".join(text), tuple(children))
        if self._open:
            self._open[-1][3].append(element)
        else:
            self.root = element


def _refuse_doctype(*_args: object) -> None:
    raise ParseError("XML with a document type declaration is refused")


def parse_device(raw: bytes) -> Element:
    """The root element of a device's answer.

    At most 256 KiB, 64 levels, 10,000 elements, UTF-8/ASCII/Latin-1/GB encodings only, and no document type
    at all, so neither entities nor external files exist. A bare ``&`` and bytes after the root, both seen on
    real devices, are put right. Raises ParseError for everything else.
    """
    return _read_device(raw, None)


def declared_namespaces(raw: bytes) -> tuple[str, ...]:
    """Every namespace URI that a device's answer declares, used or not, in order and once: at most 64.

    The limits and errors are those of ``parse_device``.
    """
    declared: dict[str, None] = {}

    def note(_prefix: str | None, uri: str | None) -> None:
        if uri and len(declared) < DEVICE_NAMESPACES:
            declared.setdefault(uri)

    _read_device(raw, note)
    return tuple(declared)


_Note = Callable[[str | None, str | None], None]


def _read_device(raw: bytes, note: _Note | None) -> Element:
    if len(raw) > DEVICE_BYTES:
        raise ParseError("XML longer than 256 KiB")
    text = _as_utf8(raw)
    try:
        return _parse(text, note)
    except ParseError:
        mended = _mend(text)
        if mended == text:
            raise
        return _parse(mended, note)


def _parse(text: bytes, note: _Note | None) -> Element:
    builder = _Builder(DEVICE_DEPTH, DEVICE_ELEMENTS, DEVICE_BYTES)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if note is not None:
        parser.StartNamespaceDeclHandler = note
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        # A root that has ended is a whole answer; what follows it is padding or the start of the next one.
        if builder.root is None:
            raise ParseError(f"not well-formed XML: {error}") from None
    if builder.root is None:
        raise ParseError("XML without an element")
    return builder.root


_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
}
"""Names a device may declare, and the superset that reads them. In none of these can ``<``, ``>`` or ``&`` be part
of a longer character, so markup cannot hide as it can in UTF-7 and UTF-16."""


def _as_utf8(raw: bytes) -> bytes:
    raw = raw.lstrip(b"\xef\xbb\xbf\r\n\t \x00").rstrip(b"\x00")
    if not raw.startswith(b"<"):
        raise ParseError("not XML")
    declared = "utf-8"
    declaration, ended, _rest = raw[:200].partition(b"?>")
    if declaration.startswith(b"<?xml") and ended:
        _, _, quoted = declaration.partition(b"encoding=")
        if quoted:
            declared = quoted[1:].partition(quoted[:1])[0].decode("latin-1")
        raw = raw[len(declaration) + 2 :]
    name = _ENCODINGS.get(declared.strip().lower().replace("_", "-"))
    if name is None:
        raise ParseError("XML in an encoding that is refused")
    try:
        return raw.decode(name).encode("utf-8")
    except UnicodeError:
        return raw.decode("gb18030", "replace").encode("utf-8", "replace")


def _mend(text: bytes) -> bytes:
    parts = text.split(b"&")
    known = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;", b"#")
    return parts[0] + b"".join((b"&" if part.startswith(known) else b"&amp;") + part for part in parts[1:])


class _Picker:
    """Builds each wanted element of a stream and lets go of everything else."""

    def __init__(self, wanted: str, doctype: str) -> None:
        self.done: list[Element] = []
        self._wanted, self._doctype = wanted, doctype
        self._builder: _Builder | None = None
        self._depth = 0
        self._begun = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEVICE_DEPTH:
            raise ParseError("XML nested too deeply")
        if self._builder is None and name == self._wanted:
            self._builder = _Builder(DEVICE_DEPTH, FILE_ELEMENTS, FILE_TEXT)
            self._begun = self._depth
        if self._builder is not None:
            self._builder.start(name, attributes)

    def end(self, name: str) -> None:
        if self._builder is not None:
            self._builder.end(name)
            if self._builder.root is not None and self._depth == self._begun:
                self.done.append(self._builder.root)
                self._builder = None
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._builder is not None:
            self._builder.text(data)

    def check_doctype(self, name: str, system: str | None, public: str | None, subset: int) -> None:
        if name != self._doctype or system or public or subset:
            raise ParseError("XML with a document type declaration is refused")

    def take(self) -> list[Element]:
        taken, self.done = self.done, []
        return taken


def stream_file(source: IO[bytes], wanted: str, doctype: str) -> Iterator[Element]:
    """Every element named ``wanted`` in an operator's own file, one at a time, at most 512 MiB and 64 levels.

    A bare ``<!DOCTYPE doctype>`` is allowed (nmap writes one); an internal subset, entities and external
    identifiers are not. Raises ParseError where the file is not well-formed or exceeds a limit; what came
    before was yielded.
    """
    picker = _Picker(wanted, doctype)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = picker.start
    parser.EndElementHandler = picker.end
    parser.CharacterDataHandler = picker.text
    parser.StartDoctypeDeclHandler = picker.check_doctype
    read = 0
    while True:
        chunk = source.read(1 << 16)
        read += len(chunk)
        failure = _feed(parser, chunk, read)
        yield from picker.take()
        if failure is not None:
            raise failure
        if not chunk:
            return


def _feed(parser: expat.XMLParserType, chunk: bytes, read: int) -> ParseError | None:
    """Gives expat the next chunk; an empty one is the end. The error is returned, so that what came first is kept."""
    if read > FILE_BYTES:
        return ParseError("XML file longer than 512 MiB")
    try:
        parser.Parse(chunk, not chunk)
    except expat.ExpatError as error:
        return ParseError(f"not well-formed XML: {error}")
    except ParseError as error:
        return error
    # expat's index stays at the start of a token that has not ended yet.
    return ParseError("XML with an endless tag or comment") if read - parser.CurrentByteIndex > FILE_TOKEN else None
