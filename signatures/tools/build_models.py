"""Builds signatures/models.toml from a list of model-name rules, in our slugs and classes.

The list is JSON: ``entries`` with prefix_regex, maker, kind, series, confidence, source and an optional note; the first
rule that fits wins, so the order is kept. Rules of confidence "unverified" are left out.

    python signatures/tools/build_models.py RULES.json > signatures/models.toml
"""  # noqa: INP001 - a script beside the data it builds, not a package

import json
import sys
from pathlib import Path
from typing import Any

MAKERS = {
    "Hikvision": "hikvision",
    "Dahua": "dahua",
    "Uniview": "uniview",
    "Tiandy": "tiandy",
    "TVT": "tvt",
    "Kedacom": "kedacom",
    "Jovision": "jovision",
}
"""The word before a bracket, in the list's ``maker``. A maker that varies is left out."""

BRANDS = {
    "Amcrest": "amcrest",
    "CP Plus": "cp-plus",
    "BCS": "bcs",
    "Luma": "luma",
    "TruVision": "truvision",
    "LTS": "lts",
    "Uniarch": "uniarch",
    "HiLook": "hilook",
    "EZVIZ": "ezviz",
    "X-Security": "x-security",
}
"""The words in a bracket that are brands of ours. They count only beside a sign of the maker."""

KINDS = {
    "ip_camera": "camera",
    "ip_camera_special": "camera",
    "wifi_camera": "camera",
    "ip_camera_4g_wifi": "camera",
    "ptz_or_panoramic_camera": "camera",
    "ptz_camera": "camera",
    "ptz_multisensor": "camera",
    "thermal_camera": "camera",
    "special_environment_camera": "camera",
    "consumer_camera": "camera",
    "ip_camera_fisheye": "camera",
    "ip_camera_multisensor": "camera",
    "traffic_anpr": "camera",
    "nvr": "recorder",
    "dvr": "recorder",
    "storage_or_analytics_server": "recorder",
    "intercom": "intercom",
    "doorbell": "intercom",
    "access_control": "access-control",
    "access_face_terminal": "access-control",
    "network_switch_or_link": "switch",
    "encoder_decoder": "other",
    "alarm": "other",
    "control_keyboard": "other",
    "ip_audio": "other",
    "display": "other",
    "security_screening": "other",
}
"""Classes of the list that are not here (mixed, vehicle, analogue) say nothing of what answers on the network."""

STRENGTHS = {"high": "strong", "medium": "medium", "low": "weak"}

SURE_NAMES = {"hikvision": r"^i?DS-(?:2[A-Z]|[789]\d|K[A-Z0-9])", "dahua": r"^DHI?-"}
"""Forms that collide with no other maker's, so that a rule of confidence "high" names its maker as well."""


LOOK_AHEAD = (r"(?!\d)", r"(?:\D|$)")
"""RE2 has no look-ahead: the one form the list uses, and what matches the same names."""


def main(source: Path) -> int:
    """Writes the rules to standard output and what was left out to standard error."""
    entries: list[dict[str, Any]] = json.loads(source.read_text(encoding="utf-8"))["entries"]
    write = sys.stdout.write
    write("# What a model name tells. Built by tools/build_models.py: do not edit. The first rule that fits wins.\n")
    for entry in entries:
        strength = STRENGTHS.get(entry["confidence"])
        if strength is None:
            sys.stderr.write(f"left out (unverified): {entry['prefix_regex']}\n")
            continue
        outer, _, inner = entry["maker"].partition(" (")
        maker = None if "varies" in inner else MAKERS.get(outer)
        rows = {
            "pattern": entry["prefix_regex"].replace(*LOOK_AHEAD),
            "maker": maker,
            "brand": BRANDS.get(inner.rstrip(")")),
            "kind": KINDS.get(entry["kind"]),
            "series": entry["series"] or entry["kind"],
            "confidence": strength,
            "names_maker": SURE_NAMES.get(maker or "") if strength == "strong" and not inner else None,
            "note": entry.get("note"),
            "source": entry["source"],
        }
        write("\n[[model]]\n")
        for key, value in rows.items():
            if value:
                write(f"{key} = {_quoted(value)}\n")
    return 0


def _quoted(text: str) -> str:
    if "'" not in text and "\n" not in text:
        return f"'{text}'" if "\\" in text else json.dumps(text, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
