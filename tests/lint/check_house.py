#!/usr/bin/env python3
"""House rules as code (docs/CONTRIBUTING.md). A remark made twice becomes a rule here.

Exit 0: clean. Exit 1: one line per offence on stdout. Long files are only told of.
"""
import pathlib
import re
import sys
import unicodedata

import tree

CODE = (".h", ".cc", ".inc")
HEADER_LINES, SOURCE_LINES = 200, 500

# name, what files (by suffix or prefix), pattern, sentence
LINE_RULES = [
    ("machine_path", lambda n: True,
     re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/"),
     "names a path of one machine"),
    ("registry_host", lambda n: not n.endswith((".html", "LICENSE")),
     re.compile(r"\b(?:repo1?\.maven|registry\.npmjs|files\.pythonhosted|pypi|deb\.debian)\.(?:apache\.)?org\b"),
     "names a package registry's host"),
    ("left_open", lambda n: n.endswith(CODE + (".py", ".cmake")) or "." not in pathlib.PurePosixPath(n).name,
     re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\bDISABLED_|#if 0\b|(?i:not implemented yet)"),
     "leaves something open"),
    ("empty_assertion", lambda n: n.startswith("tests/") and n.endswith(".cc"),
     re.compile(r"\b(?:EXPECT|ASSERT)_(?:TRUE\(\s*true|FALSE\(\s*false)|\bSUCCEED\(\)"),
     "asserts nothing"),
    ("sleep", lambda n: n.startswith("tests/") and n.endswith(".cc"),
     re.compile(r"\b(?:sleep_(?:for|until)|(?:u|nano)?sleep)\s*\((?!.*// waits: )"),
     "sleeps; wait for a condition, or say why with '// waits: …'"),
    ("real_date", lambda n: n.startswith("tests/") and n.endswith(".cc"),
     re.compile(r"system_clock::now\("),
     "reads the real date"),
    ("private_key", lambda n: not n.startswith(("tests/pki/", "tests/vectors/")),
     re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*$"),
     "holds a private key"),
    ("by_hand_free", lambda n: n.endswith(CODE) and n.split("/")[0] in tree.PRODUCT
     and not n.startswith(("certs/ossl/handles", "hsm/pkcs11/")),
     re.compile(r"^(?!\s*//).*(?<![&\w])(?:[A-Z][A-Za-z0-9_]*_free(?:_all)?|free)\s*\("),
     "frees by hand; use a handle (certs/ossl/handles.h)"),
]


def text_offences(name, text):
    bad = []
    if not unicodedata.is_normalized("NFC", text):
        for n, line in enumerate(text.splitlines(), 1):
            if not unicodedata.is_normalized("NFC", line):
                bad.append(f"{name}:{n}: text is not in Unicode form NFC")
    if "\r" in text or text.startswith("\ufeff"):
        bad.append(f"{name}:1: has a byte order mark or carriage returns")
    if text and not text.endswith("\n"):
        bad.append(f"{name}: the last line has no end")
    bad += [f"{name}:{n}: blanks at the end of the line"
            for n, line in enumerate(text.split("\n"), 1) if line != line.rstrip()]
    return bad


def line_offences(name, text):
    return [f"{name}:{n}: {says} ({rule})"
            for rule, applies, pattern, says in LINE_RULES if applies(name)
            for n, line in enumerate(text.splitlines(), 1)
            if pattern.search(line) and f"lint: {rule}" not in line]


def include_offences(name, text, exists):
    """A header proves itself complete by being the first include of its source."""
    if name.endswith(".h"):
        return [] if "#pragma once" in text else [f"{name}: has no #pragma once"]
    own = name[:-3] + ".h"
    if not name.endswith(".cc") or not exists(own):
        return []
    first = re.search(r'^\s*#\s*include\s+[<"]([^>"]+)', text, re.M)
    return [] if first and first.group(1) == own else [f"{name}: {own} is not its first include"]


def folder_offences(names):
    bad = []
    for top in ("tests/vectors/", "tests/fuzz/corpus/"):
        suites = {n[len(top):].split("/")[0] for n in names if n.startswith(top) and n.count("/") > top.count("/")}
        if top == "tests/vectors/":
            bad += [f"{top}{s}: has no README.md" for s in sorted(suites)
                    if f"{top}{s}/README.md" not in names]
    fuzzers = {m.group(1) for n in names if n.startswith("tests/") and n.endswith("CMakeLists.txt")
               for m in re.finditer(r"^\s*antin_fuzzer\((\w+)", (tree.ROOT / n).read_text(), re.M)}
    bad += [f"tests/fuzz/corpus/{f}: the fuzzer has no committed corpus" for f in sorted(fuzzers)
            if not any(n.startswith(f"tests/fuzz/corpus/{f}/") for n in names)]
    return bad


def long_files(name, text):
    limit = HEADER_LINES if name.endswith(".h") else SOURCE_LINES
    lines = text.count("\n")
    return [f"{name}: {lines} lines (about {limit} are plenty)"] if lines > limit else []


def main():
    names = tree.files()
    known = set(names)
    bad, told = folder_offences(names), []
    for name in names:
        if not tree.is_text(name):
            continue
        try:
            text = (tree.ROOT / name).read_bytes().decode("utf-8")
        except UnicodeDecodeError as e:
            bad.append(f"{name}: not UTF-8: {e}")
            continue
        bad += text_offences(name, text)
        if not name.startswith("tests/lint/"):
            bad += line_offences(name, text)
        if name.endswith((".h", ".cc")):
            bad += include_offences(name, text, known.__contains__)
            told += long_files(name, text)
    print("\n".join([f"note: {t}" for t in told] + bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
