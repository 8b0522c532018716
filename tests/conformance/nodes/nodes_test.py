#!/usr/bin/env python3
"""Certifications side by side: numbers 1 to N, each exactly once, on SQLite with one node and on PostgreSQL with two,
of which one is killed in the middle and comes back (C-10).

    nodes_test.py BUILD [--copies N] [--numbers-only] [--sqlite]

Every copy goes all the way: number, the officer's signature, the seal, the book, the citizen. With --numbers-only it ends
with the number.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "survival")]
from two_nodes import Killer, Office, told  # noqa: E402
from postgresql import PROGRAMS, Postgresql  # noqa: E402

sys.path.append(str(HERE.parents[1] / "integration"))
from sheets import sheet  # noqa: E402

CLERKS, SCAN = 8, sheet(1)


class Checks:
    def __init__(self):
        self.count, self.failed = 0, []

    def __call__(self, name, good, detail=""):
        self.count += 1
        if not good:
            self.failed.append(name)
            print(f"FAILED {name}: {str(detail)[:2000]}", flush=True)


def side_by_side(work, items):
    with concurrent.futures.ThreadPoolExecutor(CLERKS) as clerks:
        return list(clerks.map(work, items))


def play(office, copies, whole, check):
    spans, began = {}, time.monotonic()

    def span(name):
        nonlocal began
        spans[name], began = round(time.monotonic() - began, 1), time.monotonic()

    two = len(office.nodes) > 1
    killer = Killer(office, {copies // 3} if two else (), {2 * copies // 3})

    def certify(number):
        case = office.attested(number, SCAN)
        killer.came()
        return case

    cases = side_by_side(certify, range(1, copies + 1))
    killer.back()
    span("numbers")
    number_of = {case["id"]: int(case["number"].split("/")[0]) for case in cases}
    wanted = list(range(1, copies + 1))
    check("numbers 1 to N, each once, as the clerks heard them", sorted(number_of.values()) == wanted,
          sorted(number_of.values()))
    if two:
        check("a node was killed in the middle", killer.kills == 1, killer.kills)
    sealer = None
    if whole:
        cases = office.signed(cases)
        span("officer")
        sealer = Killer(office, {copies // 4} if two else (), {copies // 2})
        sealer.kills = 1  # the other one this time

        def finish(case):
            sealer.came()
            return office.released(office.sealed(case))

        cases = side_by_side(finish, cases)
        sealer.back()
        span("seal, book, citizen")
        check("every copy is with its citizen", {case["state"] for case in cases} == {"released"},
              collections.Counter(case["state"] for case in cases))
    look(office, cases, number_of, whole, check)
    if two:
        code, said = office.start_astray()
        check("a node with a folder of its own does not start", code != 0 and "store.other_folder" in said, (code, said))
    span("looked at")
    return spans


def look(office, cases, number_of, whole, check):
    """The books as each node shows them, the register, and what the operator's commands say."""
    book = f"{office.commune.code}/certified_copy/ban_sao_dien_tu/{cases[0]['day'][:4]}"
    for node in office.nodes:
        office.desk.base = node.base
        rows = office.desk.rows(book)
        check(f"{node.name}: the book has each number once", [row["number"] for row in rows] == sorted(number_of.values()),
              [row["number"] for row in rows])
        wanted = {number_of[case["id"]]: case["facts"]["requester"] for case in cases}
        check(f"{node.name}: each number is its citizen's", {r["number"]: r["requester"] for r in rows} == wanted, rows[:2])
        check(f"{node.name}: each row is final", not whole or {row["state"] for row in rows} == {"final"},
              collections.Counter(row["state"] for row in rows))
    if whole:
        released = sum(told(node.log).get("signed", 0) for node in office.nodes)
        check("the seal was released once for each", released == len(cases), released)
    # Nothing was issued yet, so of that log there is no checkpoint.
    for name, done in office.commands().items():
        if not whole and name == "antin audit verify":
            continue
        check(name, done.returncode == 0, done.stdout.decode()[-1500:] + done.stderr.decode()[-500:])


@contextlib.contextmanager
def on(database, build, nodes):
    with tempfile.TemporaryDirectory(prefix="antin-survival-") as folder:
        folder = pathlib.Path(folder)
        if database == "sqlite":
            with Office(folder / "world", build, "sqlite", nodes) as office:
                yield office
            return
        with Postgresql(folder / "postgresql") as server:
            with Office(folder / "world", build, server.make("nodes"), nodes) as office:
                yield office


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--copies", type=int, default=24)
    parser.add_argument("--numbers-only", action="store_true")
    parser.add_argument("--sqlite", action="store_true", help="one node on SQLite before that")
    args = parser.parse_args()
    check = Checks()
    scenes = ([("sqlite", 1)] if args.sqlite else []) + ([("postgresql", 2)] if PROGRAMS else [])
    if not PROGRAMS:
        print("PostgreSQL is not installed: two nodes are not tried")
    for database, nodes in scenes:
        with on(database, args.build, nodes) as office:
            spans = play(office, args.copies, not args.numbers_only, check)
            print(f"{database}, {nodes} node(s), {args.copies} copies: " +
                  ", ".join(f"{name} {seconds} s" for name, seconds in spans.items()), flush=True)
            for node in office.nodes:
                events = told(node.log)
                print(f"  {node.name}: signed {events.get('signed', 0)}, jobs taken over {events.get('job_resumed', 0)}")
    print(f"{check.count} checks, {len(check.failed)} failed")
    return bool(check.failed)


if __name__ == "__main__":
    sys.exit(main())
