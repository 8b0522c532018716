#!/usr/bin/env python3
"""Makes bases/ with antin itself from tests/vectors/structure: what is signed in daily use.

    make_bases.py BUILD

They are committed; delete one to have it made anew.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PKI, STRUCTURE = ROOT / "tests/pki", ROOT / "tests/vectors/structure"
TRUST = ("--trust", PKI / "trust", "--allow-test-pki", "--crl", PKI / "crl/root.crl",
         "--crl", PKI / "crl/issuing-ca.crl", "--offline")
# base: (structure vector, options of each signature)
BASES = {
    "table": ("xref-table", [()]),
    "stream": ("xref-stream", [()]),
    "hybrid": ("hybrid", [()]),
    "linearized": ("linearized", [()]),
    "linearized-object-streams": ("linearized-object-streams", [()]),
    "encrypted-aes-256": ("encrypted-aes-256", [()]),
    "encrypted-rc4-128": ("encrypted-rc4-128", [()]),
    "form": ("form", [("--field", "approval")]),
    "stream-form": ("xref-stream-form", [("--field", "approval")]),
    "pages": ("deep-page-tree", [()]),
    "junk-before-header": ("junk-before-header", [()]),
    "updates-before": ("three-revisions", [()]),
    "two": ("xref-table", [(), ("--field", "second")]),
    "two-stream": ("xref-stream", [(), ("--field", "second")]),
    "certified-1": ("xref-table", [("--certify", "1")]),
    "certified-2": ("form", [("--certify", "2")]),
    "certified-3": ("xref-stream", [("--certify", "3")]),
    "lta": ("xref-table", [("--level", "B-LTA", *TRUST)]),
    "lta-stream": ("xref-stream", [("--level", "B-LTA", *TRUST)]),
}


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    (HERE / "bases").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        pin = pathlib.Path(scratch) / "pin"
        pin.write_text("antin-test")
        pin.chmod(0o400)
        server = subprocess.Popen([build / "tests/antin-test-pki-server", "--pki", PKI, "--until-eof"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        tsa = f"http://127.0.0.1:{server.stdout.readline().split()[1]}/tsa"
        for name, (source, signatures) in BASES.items():
            target = HERE / "bases" / f"{name}.pdf"
            if target.exists():
                continue
            current = STRUCTURE / f"{source}.pdf"
            for number, options in enumerate(signatures):
                out = pathlib.Path(scratch) / f"{name}-{number}.pdf"
                stamped = ("--tsa", tsa) if "--level" in options else ()
                subprocess.run([str(a) for a in (
                    build / "bin/antin", "sign", current, "-o", out, "--p12",
                    PKI / "p12/officer-rsa2048.p12", "--pin-source", f"file:{pin}", *options,
                    *stamped)], check=True, stdin=subprocess.DEVNULL)
                current = out
            target.write_bytes(current.read_bytes())
        server.stdin.close()
        server.wait(10)


if __name__ == "__main__":
    main()
