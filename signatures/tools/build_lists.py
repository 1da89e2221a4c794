"""Builds signatures/lists.toml from a collection of policy lists and lists_rules.toml.

The collection is JSON: ``as_of`` and ``lists``, each with id, jurisdiction, name, kind, status, applies_to, covers
(match, entity, text, applies_since, verified, note) and sources (url, date, quality, source_read, note). Rows that no
rule places are left out; how many, and why, is written to standard error.

    python signatures/tools/build_lists.py LISTS.json > signatures/lists.toml
"""  # noqa: INP001 - a script beside the data it builds, not a package

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MATCHES = frozenset({"named", "class", "proposed"})
COPIED = ("does_not_apply_to", "not_covered", "note")
HEX = frozenset("0123456789abcdef_")


def main(source: Path) -> int:
    """Writes the table to standard output and what was left out to standard error. 1 where a list has no rule."""
    rules = tomllib.loads(Path(__file__).with_name("lists_rules.toml").read_text(encoding="utf-8"))
    collection = json.loads(source.read_text(encoding="utf-8"))
    left_out: Counter[str] = Counter()
    lines = list(convert(collection, rules, left_out))
    sys.stdout.write("\n".join(lines) + "\n")
    for reason, count in sorted(left_out.items()):
        sys.stderr.write(f"left out: {count} x {reason}\n")
    return 1 if any(reason.startswith("list without a rule") for reason in left_out) else 0


def convert(collection: Mapping[str, Any], rules: Mapping[str, Any], left_out: Counter[str]) -> Iterator[str]:
    """The lines of the table. ``left_out`` counts what does not get into it, by reason."""
    by_id = {rule["id"]: rule for rule in rules["list"]}
    entities = {rule["name"]: rule for rule in rules["entity"]}
    yield "# Official lists and what they cover. Built by tools/build_lists.py: do not edit."
    yield "# A row is a fact about a list and a maker: it says nothing of what an owner may have."
    yield f"as_of = {collection['as_of']}"
    for group in rules.get("of_class", ()):
        yield from _table("of_class", group.items())
    for entry in collection["lists"]:
        rule = by_id.get(entry["id"])
        if rule is None:
            left_out[f"list without a rule: {entry['id']}"] += 1
        elif "places" not in rule:
            left_out[f"list {entry['id']}: {rule['why']}"] += 1
        else:
            yield from _list(entry, rule, entities, left_out)


def _list(
    entry: Mapping[str, Any], rule: Mapping[str, Any], entities: Mapping[str, Any], left_out: Counter[str]
) -> Iterator[str]:
    row: dict[str, Any] = {
        "id": rule.get("rename", entry["id"]),
        "places": rule["places"],
        "jurisdiction": entry["jurisdiction"],
        "title": rule.get("title", entry["name"]),
        "kind": rule.get("kind", entry["kind"]),
        "status": rule.get("status", entry["status"]),
        "binds": rule["binds"],
        "yes": rule.get("yes"),
        "no": rule.get("no"),
        "applies_to": rule.get("applies_to", entry.get("applies_to", "informational")),
    }
    row |= {key: rule.get(key, entry.get(key)) for key in COPIED}
    if "does_not_apply_to" not in rule and row["does_not_apply_to"]:
        row["does_not_apply_to"] = None
    row["later"] = entry.get("later")
    yield from _table("list", row.items())
    for cover in entry["covers"]:
        for part in _covers(cover, rule, entities, left_out):
            yield from _table("list.covers", part.items())
    first = rule.get("first", "")
    for source in sorted(entry["sources"], key=lambda source: first not in source["url"]):
        yield from _source(source, left_out)


def _covers(
    cover: Mapping[str, Any], rule: Mapping[str, Any], entities: Mapping[str, Any], left_out: Counter[str]
) -> Iterator[dict[str, Any]]:
    if cover["match"] not in MATCHES:
        left_out[f"entry of kind {cover['match']!r}, which names nobody"] += 1
        return
    if cover["match"] == "class":
        row = {"match": "class", "of_class": rule.get("of_class"), "text": cover["text"]}
        yield row | {"since": cover.get("applies_since"), "note": cover.get("note")}
        return
    for name in (part.strip() for part in cover["entity"].split(", ")):
        known = entities.get(name)
        if known is None:
            left_out[f"entity without a rule: {name}"] += 1
        elif "maker" not in known:
            left_out[f"entity that {known['why']}: {name}"] += 1
        else:
            yield {
                "match": known.get("match", cover["match"]),
                "entity": name,
                "maker": known["maker"],
                "since": cover.get("applies_since"),
                "product": cover.get("product"),
                "includes": cover.get("includes"),
                "verified": False if cover.get("verified") is False else None,
                "note": known.get("note", cover.get("note")),
            }


def _source(source: Mapping[str, Any], left_out: Counter[str]) -> Iterator[str]:
    where, note = source["url"], source.get("note")
    row: dict[str, Any] = {"url": None, "citation": None}
    if where.startswith(("https://", "http://")):
        row["url"] = where
    elif where.endswith(".txt") and HEX.issuperset(where.removesuffix(".txt")):
        left_out["name of a source that is no citation (its note is kept as one)"] += 1
        row["citation"], note = note, None
    else:
        row["citation"] = where
    if note and "banned" in note:
        left_out["note of a source in words that are not ours"] += 1
        note = None
    row |= {"date": source["date"], "quality": source["quality"], "read": source["source_read"], "note": note}
    yield from _table("list.source", row.items())


def _table(name: str, pairs: Iterable[tuple[str, Any]]) -> Iterator[str]:
    yield ""
    yield f"[[{name}]]"
    for key, value in pairs:
        if value is not None and value not in ([], ""):
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
