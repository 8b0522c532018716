#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/dss out of the other corpora and tests/pki.

The first octet chooses the document (dss_fuzz.cc), then come parts: kind, length in two octets,
octets. Run from the repository root.
"""
import base64
import pathlib
import re

PKI = pathlib.Path("tests/pki")
CORPUS = pathlib.Path("tests/fuzz/corpus")
OUT = CORPUS / "dss"
FOREIGN, STRANGER, REVOKED = range(3)
HONEST, AFTERWARDS = 0x80, 0x40
CERT, CRL, OCSP, VRI_CERT, VRI_CRL, VRI_OCSP, VRI_TS, TOKEN, VRI_TU = range(9)


def part(kind, octets):
    return bytes([kind]) + len(octets).to_bytes(2, "big") + octets


def certificate(name):
    text = (PKI / f"certs/{name}.crt").read_text()
    return base64.b64decode(re.search("CERTIFICATE-----(.*?)-----END", text, re.S)[1])


def evidence(name):
    return (CORPUS / "evidence" / f"{name}.der").read_bytes()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    token = (CORPUS / "cms" / "timestamp").read_bytes()[1:]
    honest = b"".join([part(CERT, certificate("issuing-ca")), part(CERT, certificate("root")),
                       part(CRL, evidence("crl-root")), part(CRL, evidence("crl-issuing-ca")),
                       part(OCSP, evidence("ocsp-good"))])
    stranger = b"".join(part(CERT, certificate(name)) for name in
                        ("fake-issuing-ca", "fake-root", "issuing-ca"))
    vri = b"".join([part(VRI_CERT, certificate("issuing-ca")),
                    part(VRI_CRL, evidence("crl-issuing-ca")),
                    part(VRI_OCSP, evidence("ocsp-good")), part(VRI_TS, token),
                    part(VRI_TU, b"D:20260101000000Z")])
    files = {
        "foreign-empty": bytes([FOREIGN]),
        "foreign-honest-evidence": bytes([FOREIGN | HONEST]) + honest,
        "foreign-vri": bytes([FOREIGN | HONEST | AFTERWARDS]) + vri,
        "foreign-token-of-something-else": bytes([FOREIGN]) + part(TOKEN, token),
        "stranger-brings-his-root": bytes([STRANGER | HONEST]) + stranger + honest,
        "stranger-signer-in-store": bytes([STRANGER]) + part(CERT, certificate("fake-officer")),
        "revoked-answer-of-another": bytes([REVOKED]) + part(OCSP, evidence("ocsp-good")),
        "revoked-bare-answer": bytes([REVOKED]) + part(OCSP, evidence("ocsp-bare-by-authority")),
        "revoked-contradiction": bytes([REVOKED]) + part(OCSP, evidence("ocsp-contradiction")),
        "revoked-later-list": bytes([REVOKED]) + part(CRL, evidence("crl-issuing-ca-later")),
        "revoked-tokens": bytes([REVOKED | AFTERWARDS]) + honest + 3 * part(TOKEN, token),
        "garbage": bytes([STRANGER | AFTERWARDS]) +
                   b"".join(part(kind, b"endstream endobj %%EOF") for kind in range(9)),
        "cut-off": bytes([FOREIGN, CERT, 0xFF, 0xFF]) + certificate("root")[:100],
    }
    for name, octets in files.items():
        (OUT / name).write_bytes(octets)


if __name__ == "__main__":
    main()
