#!/usr/bin/env python3
"""Fuzzes each target for a while, starting from its committed corpus.

    tests/fuzz/run.py [--seconds 600] [--runs N] [NAME…]

--runs ends a target after N executions if its time has not ended it before.

Builds the fuzzers of the fuzz preset (clang, ASan, UBSan), runs two targets at a time, keeps what it finds under
build/fuzz/found/NAME. A finding is minimised by hand, named and committed to tests/fuzz/corpus/NAME.
The last line says how many targets stayed without a finding.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"


def fuzz(target, seconds, runs):
    name = target.name.removeprefix("fuzz_")
    found = BUILD / "found" / name
    grown = BUILD / "grown" / name
    for folder in (found, grown):
        folder.mkdir(parents=True, exist_ok=True)
    log = BUILD / "found" / f"{name}.log"
    with open(log, "wb") as out:
        code = subprocess.run(
            [target, grown, ROOT / "tests/fuzz/corpus" / name, f"-max_total_time={seconds}", f"-runs={runs}",
             f"-artifact_prefix={found}/", "-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1"],
            stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL).returncode
    text = log.read_text(errors="replace")
    executed = next((line.split()[-1] for line in text.splitlines()
                 if "stat::number_of_executed_units" in line), "?")
    return name, code, executed, "\n".join(text.splitlines()[-25:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--runs", type=int, default=-1, help="for each target; -1: as many as the time allows")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    wanted = [f"fuzz_{name}" for name in args.names] or ["fuzzers"]
    for command in (["cmake", "--preset", "fuzz"], ["cmake", "--build", "build/fuzz", "--target", *wanted]):
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
            print("the fuzz build failed")
            return 1
    targets = sorted(t for t in (BUILD / "fuzz").glob("fuzz_*") if os.access(t, os.X_OK) and
                     (not args.names or t.name.removeprefix("fuzz_") in args.names))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for name, code, runs, tail in pool.map(lambda t: fuzz(t, args.seconds, args.runs), targets):
            failed += code != 0
            print(f"{'ok    ' if code == 0 else 'FOUND '} {name}: {runs} runs" +
                  ("" if code == 0 else f"\n{tail}"), flush=True)
    print(f"fuzz: {len(targets) - failed} passed, {failed} failed")
    return failed != 0 or not targets


if __name__ == "__main__":
    sys.exit(main())
