#!/usr/bin/env python3
"""Fails when docs/THREATMODEL.md names a test, a file, a program or a limit that does not exist.

Exit 0: clean. Exit 1: one line per offence on stdout. Tests are looked up in the sources: a GoogleTest as
`Suite.Name` or `Suite.*`, a test of a Python script as `script.test_name`. What is followed by † may be missing,
as long as the page has a section "Not yet" that is not empty.
"""
import fnmatch
import re
import sys

import tree

PAGE = tree.ROOT / "docs/THREATMODEL.md"
GOOGLE = re.compile(r"TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)|INSTANTIATE_TEST_SUITE_P\(\s*\w*\s*,\s*(\w+)")
CELL = re.compile(r"`([^`]+)`(†?)")


def tests():
    names = set()
    for path in (tree.ROOT / "tests").rglob("*_test.*"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".cc":
            names.update(f"{suite}.{name}" for suite, name, _ in GOOGLE.findall(text) if suite)
        elif path.suffix == ".py":
            names.update(f"{path.stem}.{name}" for name in re.findall(r"def (test_\w+)", text))
    return names


def programs():
    names = set()
    for path in (tree.ROOT / "service").rglob("CMakeLists.txt"):
        names.update(re.findall(r"antin_program\(\s*([\w-]+)", path.read_text(encoding="utf-8")))
    return names


def rows(text):
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("| ").split(" | ")]


def offences(text):
    bad, known = [], tests()
    not_yet = re.search(r"^## Not yet\n+(.+?)\n+## ", text, re.S | re.M)
    for name, may_miss in CELL.findall(re.sub(r"```.*?```", "", text, flags=re.S)):
        if not re.fullmatch(r"\w+\.(test_\w+|[A-Z]\w*)|[A-Z]\w*\*?\.\*", name) or name.endswith((".md", ".h")):
            continue
        found = any(fnmatch.fnmatchcase(k, name) for k in known)
        if not found and not (may_miss and not_yet):
            bad.append(f"no such test: {name}")
    for row in rows(text):
        for path in re.findall(r"(?<![\w/`])((?:certs|hsm|pdf|signer|verifier|service|packaging|tests)(?:/[\w.-]+)+)",
                               row[1] if len(row) > 1 else ""):
            if not (tree.ROOT / path).exists():
                bad.append(f"no such file: {path}")
    limits = text.split("## Limits in numbers")[1].split("\n## ")[0]
    for row in rows(limits):
        if len(row) < 3 or "/" not in row[1]:
            continue
        path = tree.ROOT / row[1]
        code = re.sub(r"\s+", " ", path.read_text(encoding="utf-8")) if path.exists() else ""
        bad += [f"{row[1]} does not say: {piece}" for piece, _ in CELL.findall(row[2]) if piece not in code]
    made = programs()
    for name in sorted(set(re.findall(r"\bantin-(?:tokend|worker|draw|pkcs11)\b(?!-)", text)) - made):
        if not (not_yet and name in not_yet.group(1)):
            bad.append(f"no such program: {name}")
    return bad


def main():
    bad = offences(PAGE.read_text(encoding="utf-8"))
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
