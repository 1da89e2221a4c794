"""Small signature sets for tests: a folder like the shipped one, with the text of one or more files."""

from pathlib import Path

from camscan.identify import SignatureSet, load

HEADER = """
[maker]
slug = "acme"
name = "Acme"
settled_by = ["an answer to Acme's own discovery (ADP)"]
"""

SIGNATURE = """
[[signature]]
id = "acme.realm"
strength = "strong"
points_to = { maker = "acme" }
reason = 'asks for a login to "{value}"'
all = [{ field = "http.realm", equals = "Acme" }]
source = "a test"
date = 2026-11-21
examples = [{ "http.realm" = "Acme" }]
counter_examples = [{ "http.realm" = "Other" }]
"""

OUI = """prefix\tbits\trole\tmaker\tbrand\tregistrant
A0B0C0\t24\tmaker\tacme\t\tAcme Ltd
"""


def folder(path: Path, *, oui: str = OUI, models: str = "", **files: str) -> Path:
    """A folder of signatures at ``path``; each further argument is a file of makers/."""
    makers = path / "makers"
    makers.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (makers / f"{name}.toml").write_text(text, encoding="utf-8")
    (path / "oui_cameras.tsv").write_text(oui, encoding="utf-8")
    (path / "models.toml").write_text(models, encoding="utf-8")
    return path


def small_set(path: Path, text: str = HEADER + SIGNATURE, *, oui: str = OUI, models: str = "") -> SignatureSet:
    """The set of one file."""
    return load(folder=folder(path, acme=text, oui=oui, models=models))


def signature(name: str, points: str, condition: str, *, strength: str = "strong", example: str, more: str = "") -> str:
    """The text of one signature."""
    return f"""
[[signature]]
id = "{name}"
strength = "{strength}"
points_to = {{ {points} }}
reason = "a sign"
all = [{condition}]
source = "a test"
date = 2026-11-21
examples = [{example}]
{more}
"""
