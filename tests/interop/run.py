#!/usr/bin/env python3
"""The suite against foreign validators; ./test --interop runs it in its own Python environment.

    build/interop/venv/bin/python tests/interop/run.py [--build build/release] [PART…]

Parts: structures, algorithms, stamps, reports, levels, longterm, hostile, service, client, batch; and, only when named (./test --long
does), the slow ones limits, pairs, day and pages; "all" names the others. The last line says how many checks passed and failed.
"""
import argparse
import importlib
import pathlib
import sys

from results import Results

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import World  # noqa: E402
PARTS = ["structures", "algorithms", "stamps", "reports", "levels", "longterm", "hostile",
         "service", "client", "batch"]
SLOW = ["limits", "pairs", "day", "pages"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=ROOT / "build" / "release")
    parser.add_argument("parts", nargs="*", metavar="PART")
    args = parser.parse_args()
    if unknown := set(args.parts) - {"all", *PARTS, *SLOW}:
        parser.error(f"unknown part {', '.join(sorted(unknown))}")
    results = Results()
    results.section("A fresh PKI and two SoftHSM tokens")
    world = World(ROOT / "build" / "interop" / "work", args.build, "--all-algorithms")
    parts = args.parts or PARTS
    if "all" in parts:
        parts = PARTS + [part for part in parts if part in SLOW]
    for part in parts:
        importlib.import_module(part).run(world, results)
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
