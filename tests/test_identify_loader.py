from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signature_files import HEADER, SIGNATURE, folder, signature, small_set

from camscan.errors import SignatureError
from camscan.identify import load, shipped
from camscan.identify.loader import FILE_LIMIT, parse

OWN = """
[maker]
slug = "acme-two"
name = "Acme the Second"

[[signature]]
id = "own.realm"
strength = "strong"
points_to = { maker = "acme-two" }
reason = "our own sign"
all = [{ field = "http.realm", equals = "Second" }]
source = "seen at our depot"
date = 2026-11-21
examples = [{ "http.realm" = "Second" }]
"""


def problem(text: str) -> tuple[str, str]:
    with pytest.raises(SignatureError) as caught:
        parse("acme.toml", text.encode())
    return caught.value.where, caught.value.reason


def line_of(text: str, part: str) -> str:
    return f"acme.toml:{next(number for number, line in enumerate(text.splitlines(), 1) if part in line)}"


def test_a_good_file_knows_its_lines() -> None:
    text = HEADER + SIGNATURE
    parsed, lines = parse("acme.toml", text.encode())
    assert parsed.maker is not None
    assert [f"acme.toml:{line}" for line in lines] == [line_of(text, "[[signature]]")]


@pytest.mark.parametrize("header", ["[[ signature ]]", "[[signature]] # the first"])
def test_headers_may_be_spaced_and_remarked_on(header: str) -> None:
    _, lines = parse("acme.toml", (HEADER + SIGNATURE.replace("[[signature]]", header)).encode())
    assert lines == (7,)


def test_other_ways_to_write_tables_are_read_without_their_lines() -> None:
    inner = 'id = "acme.x", strength = "weak", points_to = { maker = "acme" }, reason = "a sign", source = "a test"'
    rest = 'date = 2026-11-21, all = [{ field = "http.realm", equals = "x" }], examples = [{ "http.realm" = "x" }]'
    parsed, lines = parse("acme.toml", f"signature = [{{ {inner}, {rest} }}]".encode())
    assert (parsed.signature[0].id, lines) == ("acme.x", (1,))
    note = SIGNATURE + 'note = """\n[[signature]]\n"""\n'
    assert parse("acme.toml", note.encode())[1] == (1,)


def test_text_that_is_no_toml() -> None:
    where, reason = problem(HEADER + "\n[[signature]]\nid = acme\n")
    assert where == "acme.toml:8"
    assert reason.startswith("not valid TOML")


def test_a_file_that_ends_too_soon_names_its_last_line() -> None:
    assert problem('[maker]\nslug = "acme')[0] == "acme.toml:2"


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(SignatureError) as caught:
        parse("acme.toml", b"[maker]\n# \xff\n")
    assert caught.value.where == "acme.toml:2"


def test_a_file_without_end() -> None:
    with pytest.raises(SignatureError, match="larger than"):
        parse("acme.toml", b"#" * (FILE_LIMIT + 1))


def test_nesting_without_end() -> None:
    with pytest.raises(SignatureError, match="not valid TOML"):
        parse("acme.toml", b"a = " + b"[" * 100_000)


@pytest.mark.parametrize(
    ("good", "bad", "at", "reason"),
    [
        ('strength = "strong"', 'strength = "sure"', 'strength = "sure"', "'decisive', 'strong', 'medium' or 'weak'"),
        ('equals = "Acme"', 'regex = "("', "all = ", "not a valid pattern"),
        ('field = "http.realm"', 'field = "http.relam"', "all = ", "there is no evidence field 'http.relam'"),
        ('source = "a test"', "", "[[signature]]", "Field required"),
        ('source = "a test"', 'source = "a test"\ncolour = "red"', "colour", "Extra inputs"),
        ('points_to = { maker = "acme" }', 'points_to = { owner = "acme" }', "points_to", "Extra inputs"),
        ('points_to = { maker = "acme" }', "points_to = {}", "points_to", "neither maker nor brand nor kind"),
        ("date = 2026-11-21", 'date = "soon"', "date", "valid date"),
        ('examples = [{ "http.realm" = "Acme" }]', 'examples = ["Acme"]', "examples", "an example is a table"),
    ],
)
def test_a_wrong_signature_is_named_with_file_line_and_reason(good: str, bad: str, at: str, reason: str) -> None:
    first = '{ field = "http.realm", equals = "x" }'
    before = HEADER + signature("acme.first", 'maker = "acme"', first, example='{ "http.realm" = "x" }')
    wrong = SIGNATURE.replace(good, bad)
    where, told = problem(before + wrong)
    within = next(number for number, part in enumerate(wrong.splitlines(), 1) if at in part)
    assert where == f"acme.toml:{before.count(chr(10)) + within}"
    assert reason in told
    assert told.startswith("acme.realm: ")


def test_a_wrong_header_is_named() -> None:
    where, reason = problem('[maker]\nslug = "Acme Ltd"\nname = "Acme"\n')
    assert where == "acme.toml:2"
    assert reason.startswith("Acme Ltd: slug")


def test_a_whole_folder(tmp_path: Path) -> None:
    signatures = small_set(tmp_path)
    assert [item.signature.id for item in signatures.signatures] == ["acme.realm"]
    assert signatures.maker_name("acme") == "Acme"
    assert signatures.brand_name("acme") == "Acme"
    assert signatures.brand_name("somebody") == "somebody"
    assert signatures.digest.startswith("sha256:")


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    one = small_set(tmp_path / "one").digest
    assert small_set(tmp_path / "two").digest == one
    windows = folder(tmp_path / "windows", acme=HEADER + SIGNATURE)
    for path in windows.rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder=windows).digest == one
    assert small_set(tmp_path / "other", HEADER + SIGNATURE + "\n# a note\n").digest != one


@pytest.mark.parametrize("what", ["maker", "brand"])
def test_two_files_may_not_declare_the_same_slug(tmp_path: Path, what: str) -> None:
    brand = '[[brand]]\nslug = "x"\nname = "X"\nrelation = "oem"\n'
    text = {"maker": HEADER, "brand": brand}[what]
    with pytest.raises(SignatureError, match="declared in another file"):
        load(folder=folder(tmp_path, one=text, two=text))


def test_a_missing_folder_and_missing_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="cannot be read"):
        load(folder=tmp_path / "nowhere")
    good = folder(tmp_path, acme=HEADER)
    (good / "models.toml").unlink()
    with pytest.raises(SignatureError, match=r"models\.toml:1"):
        load(folder=good)


def test_a_wrong_table_of_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match=r"models\.toml:1: not valid TOML"):
        small_set(tmp_path, models="x = ")


def own(tmp_path: Path, **files: str) -> Path:
    place = tmp_path / "own"
    place.mkdir()
    for name, text in files.items():
        (place / f"{name}.toml").write_text(text, encoding="utf-8")
    return place


def test_the_owners_folder_adds_to_the_shipped_set(tmp_path: Path) -> None:
    base = folder(tmp_path / "base", acme=HEADER + SIGNATURE)
    plain = load(folder=base)
    signatures = load([own(tmp_path, mine=OWN)], folder=base)
    assert [item.own for item in signatures.signatures] == [False, True]
    assert signatures.makers["acme-two"].name == "Acme the Second"
    assert signatures.digest != plain.digest


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (OWN.replace("own.realm", "mine.realm"), "must start with 'own.'"),
        (OWN.replace('maker = "acme-two"', 'maker = "nobody"'), "declares the slug 'nobody'"),
        (OWN + OWN.partition("[[signature]]")[1] + OWN.partition("[[signature]]")[2], "this id is taken"),
        ("[[signature]", "not valid TOML"),
    ],
)
def test_a_wrong_own_file_is_refused_and_the_rest_goes_on_working(tmp_path: Path, text: str, reason: str) -> None:
    base = folder(tmp_path / "base", acme=HEADER + SIGNATURE)
    place = own(tmp_path, bad=text, good=OWN.replace("acme-two", "acme-three").replace("own.realm", "own.other"))
    with pytest.raises(SignatureError, match=reason):
        load([place], folder=base)
    told: list[SignatureError] = []
    signatures = load([place], folder=base, on_error=told.append)
    assert [item.signature.id for item in signatures.signatures] == ["acme.realm", "own.other"]
    assert len(told) == 1
    assert "bad.toml:" in told[0].where


def test_an_own_folder_that_is_not_there_is_told_and_the_rest_goes_on_working(tmp_path: Path) -> None:
    told: list[SignatureError] = []
    base = folder(tmp_path / "base", acme=HEADER + SIGNATURE)
    assert len(load([tmp_path / "gone"], folder=base, on_error=told.append).signatures) == 1
    assert "cannot be read" in told[0].reason
    with pytest.raises(SignatureError, match="cannot be read"):
        load([tmp_path / "gone"], folder=base)


def test_ours_may_not_use_the_owners_band(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match=r"must not start with 'own\.'"):
        small_set(tmp_path, HEADER + SIGNATURE.replace("acme.realm", "own.realm"))


def test_a_wrong_shipped_file_is_an_error_whatever_is_asked(tmp_path: Path) -> None:
    told: list[SignatureError] = []
    with pytest.raises(SignatureError):
        load(folder=folder(tmp_path, bad="["), on_error=told.append)
    assert told == []


def test_the_shipped_folder_is_there() -> None:
    assert (shipped() / "makers" / "hikvision.toml").is_file()


def refusal(content: bytes) -> SignatureError | None:
    try:
        parse("x.toml", content)
    except SignatureError as error:
        return error
    return None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_or_refused(content: bytes) -> None:
    refused = refusal(content)
    assert refused is None or refused.where.startswith("x.toml:")


@pytest.mark.parametrize("length", range(len(HEADER + SIGNATURE)))
def test_a_file_cut_anywhere_is_a_file_or_refused(length: int) -> None:
    refused = refusal((HEADER + SIGNATURE).encode()[:length])
    assert refused is None or refused.reason
