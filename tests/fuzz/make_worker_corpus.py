#!/usr/bin/env python3
"""Seeds for two targets of tests/fuzz/corpus.

worker_protocol: one request of each type, with a small document. Form: type (1 octet), length of the body (2,
big-endian), body (CBOR), document.
worker_answers: what comes back to antind. Form: what was asked and how many files come with it (1 octet), length of
the file (2), file, frames as on the wire.
"""
import base64
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/fuzz/corpus/worker_protocol"
ANSWERS = ROOT / "tests/fuzz/corpus/worker_answers"
PDF = (ROOT / "tests/vectors/structure/xref-table.pdf").read_bytes()
PEM = (ROOT / "tests/pki/certs/agency.crt").read_text()
PEM_OFFICER = (ROOT / "tests/pki/certs/officer-rsa2048.crt").read_text()
OFFICER = base64.b64decode(re.search("CERTIFICATE-----(.*?)-----END", PEM_OFFICER, re.S)[1])
AGENCY = base64.b64decode(re.search("CERTIFICATE-----(.*?)-----END", PEM, re.S)[1])
NOW = 1_790_000_000


def head(major, count):
    for code, octets in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if count < 24:
            return bytes([major << 5 | count])
        if count < 1 << 8 * octets:
            return bytes([major << 5 | code]) + count.to_bytes(octets, "big")
    raise ValueError(count)


def cbor(value):
    if isinstance(value, bool):
        return bytes([0xF5 if value else 0xF4])
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


VERIFY = {"name": "a.pdf", "password": "", "profile": "", "format": "json", "lang": "", "at": NOW,
          "now": NOW}
REQUESTS = {
    "verify": (2, VERIFY),
    "verify-html": (2, {**VERIFY, "format": "html"}),
    "inspect": (3, {"at": NOW}),
    "prepare": (4, {"now": NOW, "certificate": AGENCY, "chain": [], "algorithm": "RSASSA-PKCS1-v1_5",
                    "digest": "SHA-256", "level": "B-B", "field": "", "reason": "", "location": "",
                    "check_trust": False, "accept_unknown_revocation": True}),
    "complete": (5, {"now": NOW, "state": b"\xa0", "signature": b"\x00"}),
    "compare": (6, {"at": NOW, "password": "", "draw_ms": 0, "pictures": 0}),
    "extend": (7, {"now": NOW, "level": "B-T", "renew": False}),
    "check-signature": (8, {"what": "signature", "from": 700, "field": "Sig",
                            "byte_range": [0, 800, 900, 100]}),
    "capture": (10, {"files": [{"name": "a.pdf", "octets": len(PDF)}], "colour": True, "paper": "A4",
                     "pages": [{"file": 0, "page": 0, "rotate": 90}], "original_pages": 2,
                     "signed": "scan", "min_dpi": 300}),
    "login-signature": (13, {"what": "signature", "certificate": OFFICER, "attributes": b"1\x00",
                             "algorithm": "RSASSA-PKCS1-v1_5", "digest": "SHA-256", "signature": bytes(256)}),
    "login-certificate": (13, {"what": "certificate", "certificate": OFFICER, "chain": [AGENCY], "now": NOW}),
    "check-proof": (8, {"what": "proof", "from": 700}),
}

OUT.mkdir(parents=True, exist_ok=True)
for name, (kind, body) in REQUESTS.items():
    octets = cbor(body)
    (OUT / name).write_bytes(bytes([kind]) + len(octets).to_bytes(2, "big") + octets + PDF)

REPLY, VERSION = 0x8000, 4
INSPECT, PREPARE = 3, 4
TAIL = b"b" * 20 + b"<" + b"0" * 80 + b">" + b"c" * 10
PREPARED = {"state": b"\xa0", "byte_range": [0, 84, 166, 10], "attributes": b"1\x00", "field": "Sig"}
INSPECTED = {"revisions": [{"end": 700, "sha256": bytes(32)}], "signed_end": 700, "pages": 1,
             "officers": [bytes(32)], "agencies": [bytes(32)]}


def frame(kind, body):
    octets = cbor(body)
    return (len(octets) + 4).to_bytes(4, "big") + kind.to_bytes(2, "big") + VERSION.to_bytes(2, "big") + octets


def answer(asked, files, tail, *frames):
    return bytes([(asked == INSPECT) | files << 1]) + len(tail).to_bytes(2, "big") + tail + b"".join(frames)


ERROR = {"code": "pdf.not_a_pdf", "detail": "x", "params": [["muc", "y"]]}
ASKS = frame(0x4002, {"url": "http://ocsp.test/", "kind": "ocsp", "request": b"0\x00"})
SEEDS = {
    "prepared": answer(PREPARE, 1, TAIL, frame(PREPARE | REPLY, PREPARED)),
    "prepared-after-questions": answer(PREPARE, 1, TAIL, ASKS, ASKS, frame(PREPARE | REPLY, PREPARED)),
    "prepared-without-file": answer(PREPARE, 0, b"", frame(PREPARE | REPLY, PREPARED)),
    "inspected": answer(INSPECT, 0, b"", frame(INSPECT | REPLY, INSPECTED)),
    "another-reply": answer(INSPECT, 0, b"", frame(PREPARE | REPLY, PREPARED)),
    "error": answer(PREPARE, 0, b"", frame(0, ERROR)),
    "half-a-frame": answer(PREPARE, 0, b"", frame(PREPARE | REPLY, PREPARED)[:20]),
}
ANSWERS.mkdir(parents=True, exist_ok=True)
for name, octets in SEEDS.items():
    (ANSWERS / name).write_bytes(octets)
