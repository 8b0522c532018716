#!/usr/bin/env python3
"""Fails when an #include crosses a layer boundary that docs/ARCHITECTURE.md does not draw.

Exit 0: clean. Exit 1: one line per offence on stdout. Run from the repository root.
"""
import pathlib
import re
import sys

# Longest prefix wins. The value is everything the layer may include, itself implied.
MAY_INCLUDE = {
    "certs/core": [],
    "certs/ossl": ["certs/core"],
    "certs": ["certs/core", "certs/ossl"],
    # What to fetch, from where, for how long it is good; the fetcher and the disk are service's.
    "certs/online": ["certs/core", "certs/ossl", "certs"],
    "hsm": ["certs/core"],
    "hsm/pkcs11": ["certs/core", "certs/ossl", "hsm"],
    # Both ends of the conversation with the key holder; it drives no module itself.
    "hsm/tokend": ["certs/core", "certs/ossl", "hsm", "service/ipc", "service/system"],
    "pdf": ["certs/core"],
    "pdf/read": ["certs/core", "pdf"],
    "pdf/write": ["certs/core", "pdf", "pdf/read"],
    # Pictures only: what a renderer drew, and where two drawings differ.
    "pdf/picture": ["certs/core"],
    "signer": ["certs/online", "certs/core", "certs/ossl", "certs", "hsm", "pdf", "pdf/read", "pdf/write"],
    "verifier": ["certs/online", "certs/core", "certs/ossl", "certs", "pdf", "pdf/read", "pdf/picture",
                 "verifier/units"],
    # Units and their names, old and new: the office's own rules need them without the verifier.
    "verifier/units": ["certs/core"],
    "service": [],
    "service/system": ["certs/core"],
    # Strict TOML files: every key that is asked for is known, any other stops the program.
    "service/settings": ["certs/core"],
    "service/ipc": ["certs/core"],
    # Seccomp, Landlock and limits: what confines a process to what it is for.
    "service/sandbox": ["certs/core", "service/system"],
    # What was fetched, kept on disk for every program of this user.
    "service/cache": ["certs/core", "certs/online", "service/system"],
    # antin-fetch speaks HTTP for programs that must not carry an HTTP client, and what calls it.
    "service/fetch": ["certs/core", "certs/online", "service/ipc", "service/net", "service/cache",
                      "service/system"],
    "service/pkcs11_child": ["certs/core", "hsm/pkcs11"],
    "service/net": ["certs/core", "certs", "certs/online"],
    # Append-only logs: trees, checkpoints and proofs, and how the database keeps them; tokend's
    # journal is what they are compared with.
    "service/audit": ["certs/core", "certs/ossl", "hsm/tokend", "service/ipc", "service/store"],
    # Verification reports as PDF: the sheet is the verifier's, the drawing pdf/write's.
    "service/report": ["certs/core", "pdf/write", "verifier"],
    # Pages drawn by other people's programs, each in a process that may do nothing else.
    "service/render": ["certs/core", "service/ipc", "service/sandbox"],
    "service/worker": ["certs/online", "certs/core", "certs/ossl", "certs", "pdf", "pdf/read", "pdf/write", "signer",
                       "pdf/picture", "verifier", "service/ipc", "service/fetch", "service/sandbox", "service/system",
                       "service/report", "service/layout", "service/capture"],
    "service/cli": ["certs/online", "certs/core", "certs/ossl", "certs", "hsm", "hsm/pkcs11", "pdf", "pdf/read", "pdf/write",
                    "signer", "verifier", "service/signing", "service/system", "service/net", "service/fetch", "service/cache",
                    "hsm/tokend", "service/ipc"],
    # One program per group of commands; this one must start fast, so it sees only what judges.
    "service/cli_verify": ["certs/online", "certs/core", "certs", "pdf", "pdf/read", "verifier", "service/cli",
                           "service/ipc", "service/render", "service/system"],
    # Scans become a PDF of the prescribed standard: links what reads pictures and nothing that signs.
    "service/cli_capture": ["certs/core", "pdf", "pdf/read", "service/capture", "service/cli",
                            "service/system"],
    # Judges logs and proofs without the service; tokend's journal is read from its file or asked for.
    "service/cli_audit": ["certs/core", "certs/ossl", "hsm/tokend", "service/audit", "service/cli",
                          "service/settings", "service/store", "service/system"],
    # Strict HTTP/1.1 for whoever listens.
    "service/http": ["certs/core", "service/ipc", "service/tls"],
    # What whoever signs for a service checks before the key is used. Pure.
    "service/signing": ["certs/core", "certs/ossl", "hsm"],
    # Beside the officer's token: loopback only, one service that the person paired, no PDF, no database.
    "service/agent": ["certs/core", "certs/ossl", "certs", "hsm", "hsm/pkcs11", "signer", "service/http",
                      "service/net", "service/settings", "service/signing", "service/system"],
    # antind reads no foreign bytes itself and holds no key: it talks to worker and tokend.
    "service/antind": ["certs/core", "certs/ossl", "hsm", "service/http", "service/ipc", "service/sandbox", "service/settings",
                       "service/system", "service/net", "service/store", "service/audit", "service/tls",
                       "service/office", "service/outbox", "service/casework", "service/text", "service/digitise",
                       "service/holdings", "service/accounts"],
    # Results still in force: the table beside a folder of scans, and who may be told what is held. Pure.
    "service/digitise": ["certs/core", "service/settings", "service/text"],
    # The same in the database, with holders' identifiers behind a key.
    "service/holdings": ["certs/core", "certs/ossl", "service/casework", "service/digitise", "service/office",
                         "service/store", "service/text"],
    # The folder is checked here, page by page, and sent row by row.
    "service/cli_digitise": ["certs/core", "certs/ossl", "pdf", "pdf/read", "service/capture", "service/cli",
                             "service/digitise", "service/fetch", "service/system", "service/text"],
    # Documents, register, jobs and keys: files, and a database behind one interface.
    "service/store": ["certs/core", "certs/ossl", "service/system", "service/text"],
    # Who signs in: accounts, passwords, sessions, wrong tries. Knows no HTTP and no office.
    "service/accounts": ["certs/core", "certs/ossl", "service/store", "service/text"],
    # Words without meaning: numbers and books as people type them, days, Unicode forms, search keys.
    "service/text": ["certs/core"],
    # Rules of the office: units, people, authorisations, legal data by date, deadlines, fees. Pure but
    # for reading its own tables.
    "service/office": ["certs/core", "service/settings", "service/system", "service/text", "verifier/units"],
    # The four products as state machines, books and their numbers, in the database.
    "service/casework": ["certs/core", "certs/ossl", "service/office", "service/outbox", "service/store", "service/text"],
    # What leaves by itself: events written with the change, rows that are owed, who takes them when.
    "service/outbox": ["certs/core", "certs/ossl", "service/store", "service/text"],
    # Who carries it: HTTP with a signature, a drop folder, mail.
    "service/courier": ["certs/core", "certs/ossl", "service/net", "service/outbox", "service/settings",
                        "service/system"],
    # Templates and values become pages or stamps: texts of the law, QR, letters, prints of books.
    "service/layout": ["certs/core", "pdf", "pdf/read", "pdf/write", "pdf/picture", "service/settings"],
    # Scans: pictures and PDF in, a PDF of the prescribed standard out, complaints page by page.
    "service/capture": ["certs/core", "certs/ossl", "pdf", "pdf/read", "pdf/write"],
    # What an administrator should know about an installation before it starts.
    "service/setup": ["certs/core", "certs", "hsm", "hsm/tokend", "service/system", "service/antind", "service/courier",
                      "service/tls", "service/tokend"],
    # The server's side of TLS: OpenSSL behind two classes, so that antind names none of it.
    "service/tls": ["certs/core", "certs/ossl", "service/system"],
    # antin-tokend, the process that holds keys and PINs: no HTTP, no database, no PDF.
    "service/tokend": ["certs/core", "certs/ossl", "hsm", "hsm/pkcs11", "hsm/tokend", "service/ipc",
                       "service/settings", "service/system"],
    # Wires the processes together; issue by issue this shrinks to fork and exec.
    "service/main": ["certs/online", "certs/core", "certs", "hsm", "hsm/tokend", "signer", "verifier",
                     "service/ipc", "service/system", "service/net", "service/worker", "service/cache",
                     "service/fetch", "service/render", "service/sandbox", "service/setup",
                     "service/antind", "service/audit", "service/http", "service/store", "service/tls", "service/tokend",
                     "service/casework", "service/courier", "service/office", "service/outbox", "service/digitise",
                     "service/holdings", "service/accounts"],
}
# Each third-party library has one home (pattern -> layers that may name it).
HOMES = {
    r"<openssl/": ["certs/ossl", "certs", "hsm/pkcs11", "hsm/tokend", "signer", "verifier",
                    "service/store", "service/tls"],
    r"<(libp11|p11-kit/)": ["hsm/pkcs11"],
    r"<podofo": ["pdf/write"],
    # Words of two documents are compared in one normal form.
    r"<utf8proc": ["pdf/write", "verifier/units", "verifier", "service/text", "service/casework"],
    r"<png": ["pdf/write", "pdf/picture", "service/capture"],
    r"<(jpeglib|tiffio)": ["service/capture"],
    r"<qrencode": ["service/layout"],
    r"<(sqlite3|libpq-fe)": ["service/store"],
    r"<qpdf/": ["pdf/read", "pdf/write"],
    r"<Poco/|\"Poco/": ["service/antind", "service/http", "service/net", "service/main"],
    r"<toml\+\+/": ["certs", "pdf/write", "verifier", "verifier/units", "service/antind", "service/main",
                    "service/cli", "service/settings"],
    r"<nlohmann/": ["verifier", "service/agent", "service/signing", "service/antind", "service/cli", "service/cli_verify",
                     "service/cli_audit", "service/cli_capture", "service/cli_digitise",
                     "service/worker", "service/main", "service/system", "service/store", "service/outbox"],
}
# Ambient state has one home too: service/.
AMBIENT = re.compile(
    r"system_clock::now|steady_clock::now|\bgetenv\s*\(|\btime\s*\(\s*(nullptr|NULL|0)")
# A child process that must time out on its own reads the monotonic clock itself.
AMBIENT_ALLOWED = {"hsm/pkcs11"}


def layer_of(path):
    hits = [l for l in MAY_INCLUDE if path == l or path.startswith(l + "/")]
    return max(hits, key=len, default=None)


def offences(root=pathlib.Path(".")):
    bad = []
    tops = sorted({l.split("/")[0] for l in MAY_INCLUDE})
    for f in sorted(p for d in tops for p in (root / d).rglob("*")):
        if f.suffix not in (".h", ".cc"):
            continue
        name = f.relative_to(root).as_posix()
        here = layer_of(name)
        for n, line in enumerate(f.read_text(encoding="utf-8").splitlines(), 1):
            own = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            there = layer_of(own.group(1)) if own else None
            if there and there != here and there not in MAY_INCLUDE[here]:
                bad.append(f"{name}:{n}: {here} must not include {there}")
            if own and own.group(1).startswith("tests/"):
                bad.append(f"{name}:{n}: product code must not include tests/")
            if line.lstrip().startswith("#"):
                bad += [f"{name}:{n}: {here} must not name {p}" for p, ok in HOMES.items()
                        if re.search(p, line) and here not in ok]
            if not name.startswith("service/") and here not in AMBIENT_ALLOWED \
                    and AMBIENT.search(line.split("//")[0]):
                bad.append(f"{name}:{n}: ambient time or environment outside service/")
    return bad


if __name__ == "__main__":
    found = offences()
    if found:
        print("\n".join(found))
    sys.exit(bool(found))
