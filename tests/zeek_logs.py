"""Zeek logs for the tests, with the columns that Zeek's documentation gives (docs.zeek.org, logs)."""

from collections.abc import Iterable

CONN = [
    "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration", "orig_bytes",
    "resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history", "orig_pkts", "orig_ip_bytes",
    "resp_pkts", "resp_ip_bytes", "tunnel_parents",
]  # fmt: skip
DNS = [
    "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "trans_id", "rtt", "query", "qclass",
    "qclass_name", "qtype_name", "rcode", "AA", "TC", "RD", "RA", "Z", "answers", "TTLs", "rejected",
]  # fmt: skip
SSL = [
    "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "version", "cipher", "curve", "server_name",
    "resumed", "established",
]  # fmt: skip


def tsv(path: str, fields: list[str], rows: Iterable[dict[str, object]]) -> bytes:
    head = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", f"#path\t{path}"]
    lines = [*head, "\t".join(["#fields", *fields]), "\t".join(["#types", *("string" for _ in fields)])]
    lines += ["\t".join(str(row.get(name, "-")) for name in fields) for row in rows]
    return ("\n".join([*lines, "#close\t2026-11-21-11-00-00"]) + "\n").encode()
