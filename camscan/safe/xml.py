"""The one door for XML. Two profiles: ``device`` (small, no DTD) and ``file`` (streamed, large)."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from camscan.errors import ParseError

DEVICE_BYTES = 256 * 1024
DEVICE_DEPTH = 64
DEVICE_ELEMENTS = 10_000
FILE_BYTES = 512 * 1024 * 1024


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
    def __init__(self, depth: int, elements: int) -> None:
        self.root: Element | None = None
        self._depth, self._elements = depth, elements
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
    real devices, are put right once. Raises ParseError for everything else.
    """
    if len(raw) > DEVICE_BYTES:
        raise ParseError("XML longer than 256 KiB")
    text = _as_utf8(raw)
    try:
        return _parse(text)
    except ParseError:
        mended = _mend(text)
        if mended == text:
            raise
        return _parse(mended)


def _parse(text: bytes) -> Element:
    builder = _Builder(DEVICE_DEPTH, DEVICE_ELEMENTS)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        raise ParseError(f"not well-formed XML: {error}") from None
    if builder.root is None:
        raise ParseError("XML without an element")
    return builder.root


_ENCODINGS = {"utf-8", "ascii", "iso8859-1", "gb2312", "gbk", "gb18030"}


def _as_utf8(raw: bytes) -> bytes:
    raw = raw.lstrip(b"\xef\xbb\xbf\r\n\t \x00").rstrip(b"\x00")
    head = raw[:200]
    if not raw.startswith(b"<"):
        raise ParseError("not XML")
    declared = "utf-8"
    if head.startswith(b"<?xml") and b"?>" in head:
        declaration = head[: head.index(b"?>")]
        _, found, rest = declaration.partition(b"encoding=")
        if found and rest:
            declared = rest[1:].partition(rest[:1])[0].decode("latin-1")
        raw = raw[head.index(b"?>") + 2 :]
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise ParseError("XML in an unknown encoding") from None
    if name not in _ENCODINGS:
        raise ParseError("XML in an encoding that is refused")
    try:
        return raw.decode(name).encode("utf-8")
    except UnicodeError:
        return raw.decode("gb18030", "replace").encode("utf-8", "replace")


def _mend(text: bytes) -> bytes:
    parts = text.split(b"&")
    known = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;", b"#")
    mended = parts[0] + b"".join((b"&" if part.startswith(known) else b"&amp;") + part for part in parts[1:])
    end = mended.rfind(b">")
    return mended[: end + 1]


def stream_file(source: IO[bytes], wanted: str, doctype: str) -> Iterator[Element]:
    """Every element named ``wanted`` in an operator's own file, one at a time, at most 512 MiB.

    A bare ``<!DOCTYPE doctype>`` is allowed (nmap writes one); an internal subset, entities and external
    identifiers are not. Raises ParseError where the file is not well-formed; what came before was yielded.
    """
    done: list[Element] = []
    builder: _Builder | None = None
    level = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal builder, level
        if builder is None and name == wanted:
            builder, level = _Builder(DEVICE_DEPTH, 1_000_000), 0
        if builder is not None:
            builder.start(name, attributes)
            level += 1

    def end(name: str) -> None:
        nonlocal builder, level
        if builder is None:
            return
        builder.end(name)
        level -= 1
        if level == 0 and builder.root is not None:
            done.append(builder.root)
            builder = None

    def text(data: str) -> None:
        if builder is not None:
            builder.text(data)

    def check_doctype(name: str, system: str | None, public: str | None, subset: int) -> None:
        if name != doctype or system or public or subset:
            raise ParseError("XML with a document type declaration is refused")

    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = check_doctype
    read = 0
    while True:
        chunk = source.read(1 << 16)
        read += len(chunk)
        if read > FILE_BYTES:
            raise ParseError("XML file longer than 512 MiB")
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            yield from done
            raise ParseError(f"not well-formed XML: {error}") from None
        yield from done
        done.clear()
        if not chunk:
            return
