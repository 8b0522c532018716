#!/usr/bin/env python3
"""Holds docs/CONFORMANCE.md to the list of requirements (requirements.txt) and to the tests that there are.

Exit 0: clean. Exit 1: one line per offence on stdout. Every requirement has one row; what a row calls done or
partly done is proved by a test that carries its number (C-06: `Checklist.C06_Foreign`, `casework_test.test_C06_x`);
files and tests that the page names exist.
"""
import fnmatch
import functools
import re
import sys

import check_threat_model
import tree

PAGE = tree.ROOT / "docs/CONFORMANCE.md"
LIST = tree.ROOT / "tests/lint/requirements.txt"
NUMBER = re.compile(r"[CRSVAM]-\d\d")
CODE = re.compile(r"`([^`]+)`")
TEST = re.compile(r"(?:\w+/)?([\w*]*(?:_test\.test_|\.[A-Z*])[\w*]*|\w+/\*)")
SCRIPT = re.compile(r"(?<![\w./`])(e2e|pages|deploy|nodes|service|online|survival|limits)\.(\w+)")
SOURCE = re.compile(r"(?<![\w/`.])((?:certs|hsm|pdf|signer|verifier|service|packaging|tests|docs)(?:/[\w.*-]+)+)")


def requirements(text):
    return [line.split(" ")[0] for line in text.splitlines() if not line.startswith("#")]


@functools.cache
def tests():
    """All tests of the sources; of tests with values also `Instance/*`."""
    names = check_threat_model.tests()
    for path in (tree.ROOT / "tests").rglob("*_test.cc"):
        text = path.read_text(encoding="utf-8")
        names.update(f"{one}/*" for one in re.findall(r"INSTANTIATE_TEST_SUITE_P\(\s*(\w+)", text))
    return names


@functools.cache
def scripts():
    """What CMake registers beside GoogleTests, as `area.name`; names of its loops stand for each of their turns."""
    names = set()
    for path in (tree.ROOT / "tests").rglob("CMakeLists.txt"):
        text = path.read_text(encoding="utf-8")
        for area, name in re.findall(r"add_test\(NAME (\w+)\.(\w+|\$\{\w+\})", text):
            if not name.startswith("$"):
                names.add(f"{area}.{name}")
                continue
            turns = re.findall(r"^(?:foreach\(\w+|nodes\(|survival\(|antin_boot_test\()([^)]*)", text, re.M)
            names.update(f"{area}.{one}" for turn in turns for one in turn.split())
            names.update(f"{area}.{script.stem[:-5]}" for script in path.parent.glob("*_test.py"))
    return names


def rows(text):
    """The table of requirements: number, code, test, status."""
    section = text.split("\n## Requirements")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith("| ") and NUMBER.match(cells[0]):
            yield cells


def carries(name, number):
    short = number.replace("-", "")
    return re.search(rf"(?:^|[._]){short}(?:_|$)", name, re.I) is not None


def row_offences(cells, known):
    if len(cells) != 4:
        return [f"{cells[0]}: {len(cells)} cells instead of 4"]
    number, (_, code, test, status) = cells[0][:4], cells
    bad = [f"{number}: no such file: {path}" for path in SOURCE.findall(code)
           if not any(tree.ROOT.glob(path.rstrip(".*") + "*"))]
    if status.startswith("not yet"):
        return bad
    if not re.match(r"(done|partly)\b", status):
        bad.append(f"{number}: says neither done, partly nor not yet")
    named = [pattern.split("/")[-1] for pattern in CODE.findall(test)]
    if not any(carries(name, number) for pattern in named for name in fnmatch.filter(known, pattern)):
        bad.append(f"{number}: no test that carries its number")
    return bad


def offences(text, wanted):
    known, registered, bad = tests(), scripts(), []
    for name in sorted(set(CODE.findall(text))):
        test = TEST.fullmatch(name)
        if test and not fnmatch.filter(known, test.group(1)):
            bad.append(f"no such test: {name}")
    bad += [f"no such test: {area}.{name}" for area, name in sorted(set(SCRIPT.findall(text)))
            if f"{area}.{name}" not in registered]
    found = list(rows(text))
    numbers = [cells[0][:4] for cells in found]
    bad += [f"{number}: {numbers.count(number)} rows instead of 1" for number in wanted if numbers.count(number) != 1]
    bad += [f"{number}: not in {LIST.name}" for number in numbers if number not in wanted]
    for cells in found:
        bad += row_offences(cells, known)
    return bad


def main():
    bad = offences(PAGE.read_text(encoding="utf-8"), requirements(LIST.read_text(encoding="utf-8")))
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
