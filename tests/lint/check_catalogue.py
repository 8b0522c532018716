#!/usr/bin/env python3
"""Checks the catalogue of codes (certs/core/codes).

Exit 0: clean. Exit 1: one line per offence on stdout. What a compiled test can see of a row is
checked in tests/unit/core/codes_test.cc; here stands what needs the sources.
"""
import re
import sys

import tree

FOLDER = tree.ROOT / "certs/core/codes"
AREA = re.compile(r'#include "certs/core/codes/(\w+)\.inc"\s*// (\d+)-(\d+)')
LITERAL = r'"(?:[^"\\]|\\.)*"'
ROW = re.compile(r"ANTIN_CODE\(\s*(\w+)\s*,\s*(\d+)\s*,\s*(" + LITERAL + r")\s*,(.*?)\)\s*(?=ANTIN_CODE|//|\Z)",
                 re.S)
PLACEHOLDER = re.compile(r"\{([^}]*)\}")


def strings(source):
    """The C++ string literals of a row's rest, neighbours joined."""
    out, joined = [], None
    for literal, comma in re.findall(r"(" + LITERAL + r")|(,)", source):
        if literal:
            joined = (joined or "") + literal[1:-1]
        elif joined is not None:
            out.append(joined)
            joined = None
    return out + ([joined] if joined is not None else [])


def rows(text):
    return [(m.group(1), int(m.group(2)), m.group(3)[1:-1], strings(m.group(4)))
            for m in ROW.finditer(text)]


def row_offences(where, row, low, high):
    symbol, number, name, texts = row
    bad = []
    if not low <= number <= high:
        bad.append(f"number {number} is outside {low}-{high}")
    if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", name):
        bad.append(f"name {name} is not dotted snake_case")
    if len(texts) != 5:
        return [f"{where}: {symbol}: {b}" for b in bad + [f"{len(texts)} texts instead of 5"]]
    m_number, vi, en, vi_do, en_do = texts
    if not re.fullmatch(r"(M-\d\d)?", m_number):
        bad.append(f"{m_number} is not an M-number")
    # A placeholder for words, not figures, has a name of its own in each language.
    if len(set(PLACEHOLDER.findall(vi))) != len(set(PLACEHOLDER.findall(en))):
        bad.append("the two languages have different {placeholders}")
    bad += [f"placeholder {{{p}}} is not ASCII snake_case"
            for t in (vi, en, vi_do, en_do) for p in PLACEHOLDER.findall(t)
            if not re.fullmatch(r"[a-z0-9_]+", p)]
    bad += [f"no full stop at the end of: {t}" for t in (vi, en, vi_do, en_do)
            if t and not t.rstrip().endswith((".", "!", "?", ".»", ".”", "}", ")"))]
    return [f"{where}: {symbol}: {b}" for b in bad]


def main():
    bad, seen = [], {}
    symbols = set()
    for area, low, high in AREA.findall((FOLDER / "all.inc").read_text(encoding="utf-8")):
        text = (FOLDER / f"{area}.inc").read_text(encoding="utf-8")
        found = rows(text)
        if len(found) != len(re.findall(r"^\s*ANTIN_CODE\(", text, re.M)):
            bad.append(f"{area}.inc: a row could not be read")
        for row in found:
            bad += row_offences(f"{area}.inc", row, int(low), int(high))
            symbols.add(row[0])
            for key in (row[0], row[1], row[2]):
                if key in seen:
                    bad.append(f"{area}.inc: {row[0]}: {key} is already in {seen[key]}")
                seen[key] = f"{area}.inc"
    print("\n".join(bad))
    if not symbols:
        print("no rows found")
    return bool(bad) or not symbols


if __name__ == "__main__":
    sys.exit(main())
