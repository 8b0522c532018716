#!/usr/bin/env python3
"""docs/CODES.md: the catalogue of codes as a table for people.

    tests/lint/codes_doc.py             exit 1 when the table is not what the catalogue says
    tests/lint/codes_doc.py --write     writes it anew

Made from certs/core/codes/*.inc and verifier/clauses.inc, which `antin verify --explain` reads too.
"""
import re
import sys

import check_catalogue
import tree

PAGE = tree.ROOT / "docs/CODES.md"
CLAUSES = tree.ROOT / "verifier/clauses.inc"
CLAUSE = re.compile(r'ANTIN_CLAUSE\((\d+), (\d+), "([^"]+)"\)')
HEAD = """# Codes

Every error and finding of antin, by area. `antin verify --explain CODE` says the same at the command line,
with severity and effect on the exit code; `--explain list --json` gives all for programs. Codes are
never renumbered or renamed. {placeholders} are filled in when the sentence is said.

Made by `tests/lint/codes_doc.py --write` from the catalogue; a lint keeps it current.
"""


def clauses():
    return [(int(first), int(last), clause)
            for first, last, clause in CLAUSE.findall(CLAUSES.read_text(encoding="utf-8"))]


def clause_of(number, table):
    return next((clause for first, last, clause in table if first <= number <= last), None)


def http_of(text, symbol):
    found = re.search(symbol + r'\s*,\s*\d+\s*,\s*"[^"]+"\s*,\s*\w+\s*,\s*(\d+)', text)
    return found.group(1) if found and found.group(1) != "0" else ""


def cell(text):
    return text.replace("|", "\\|")


def page():
    table, bad = clauses(), []
    out = [HEAD]
    listing = (check_catalogue.FOLDER / "all.inc").read_text(encoding="utf-8")
    for area, low, high in check_catalogue.AREA.findall(listing):
        text = (check_catalogue.FOLDER / f"{area}.inc").read_text(encoding="utf-8")
        out.append(f"\n## {area}, {low}–{high}\n\n"
                   "| code | number | what happened | what to do | clause | HTTP | M |\n"
                   "|---|---|---|---|---|---|---|\n")
        for symbol, number, name, texts in sorted(check_catalogue.rows(text), key=lambda r: r[1]):
            m_number, vi, en, vi_do, en_do = texts
            clause = clause_of(number, table)
            if clause is None:
                bad.append(f"verifier/clauses.inc: no clause for {number} ({name})")
            do = f"{cell(vi_do)}<br>{cell(en_do)}" if vi_do else ""
            out.append(f"| `{name}` | {number} | {cell(vi)}<br>{cell(en)} | {do} | {clause} | "
                       f"{http_of(text, symbol)} | {m_number} |\n")
    return "".join(out), bad


def main():
    made, bad = page()
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        bad.append("docs/CODES.md is not what the catalogue says: run tests/lint/codes_doc.py --write")
    print("\n".join(bad), end="\n" if bad else "")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
