#!/usr/bin/env python3
"""Runs clang-tidy over every source of a finished build, two or more at a time.

    run_tidy.py BUILD [--jobs N] [--all]

What was clean once is not judged again: the key is a hash over .clang-tidy, the version, the
command line and the contents of the source and of every header it read (from ninja's own record).
Clean keys are kept in $ANTIN_CACHE (default: the user's cache folder), so a fresh clone gains too.
tidy_pending.txt beside this file names the sources that clang-tidy has not judged clean yet; they are
passed over, and the list may only shrink. --all judges them too.
Exit 0: clean. Exit 1: the offences on stdout.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import tree

TIDY = "clang-tidy-14"
PENDING = pathlib.Path(__file__).resolve().parent / "tidy_pending.txt"
# GCC-only warning switches of the build mean nothing to clang.
EXTRA = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Qunused-arguments",
         f"--extra-arg-before=-isystem{tree.ROOT}/packaging/cmake/clang"]


def cache_folder():
    own = os.environ.get("ANTIN_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(own or pathlib.Path(base) / "antin") / "clang-tidy"


class Hashes:
    def __init__(self):
        self.known = {}

    def of(self, path):
        if path not in self.known:
            try:
                self.known[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            except OSError:
                self.known[path] = "absent"
        return self.known[path]


def read_headers(build):
    """Object file -> everything that was read to make it."""
    out = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True,
                         text=True).stdout
    deps, current = {}, None
    for line in out.splitlines():
        if line and not line.startswith(" "):
            current = deps.setdefault(line.split(":")[0], [])
        elif line.strip() and current is not None:
            current.append(os.path.normpath(os.path.join(build, line.strip())))
    return deps


def jobs_of(build, version, deep):
    hashes = Hashes()
    deps = read_headers(build)
    base = "".join(hashes.of(tree.ROOT / n) for n in (".clang-tidy", "tests/.clang-tidy")) \
        + version + " ".join(EXTRA) + "".join(shallow(deep))
    wanted = {str(tree.ROOT / n) for n in tree.code_files() if n.endswith(".cc")
              and (deep or not n.startswith("tests/"))}
    jobs, unbuilt = {}, []
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        source = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        if source not in wanted or source in jobs:
            continue
        output = entry.get("output") or entry["command"].split(" -o ")[1].split()[0]
        if output not in deps:
            unbuilt.append(source)
        # The tree may stand anywhere.
        text = (entry["command"] + base).replace(str(tree.ROOT), "") \
            + "".join(hashes.of(d) for d in deps.get(output, [source]))
        jobs[source] = hashlib.sha256((source.replace(str(tree.ROOT), "") + text).encode()).hexdigest()
    return jobs, unbuilt, sorted(wanted - jobs.keys())


def shallow(deep):
    return [] if deep else ["--checks=-clang-analyzer-*"]


def tidy(build, deep, source):
    started = time.monotonic()
    done = subprocess.run([TIDY, "--quiet", "-p", build, *shallow(deep), *EXTRA, source], capture_output=True,
                          text=True)
    return done.returncode, done.stdout, done.stderr, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--all", action="store_true", help="the pending ones too")
    parser.add_argument("--deep", action="store_true")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True, text=True).stdout
    jobs, unbuilt, unknown = jobs_of(build, version, args.deep)
    for source in unbuilt:
        print(f"{source}: not built yet, build everything first")
    for source in unknown:
        print(f"{source}: no target compiles it")
    listed = {line.strip() for line in PENDING.read_text(encoding="utf-8").splitlines()
              if line.strip() and not line.startswith("#")}
    pending = {str(tree.ROOT / name) for name in listed}
    gone = sorted(source for source in pending if not os.path.exists(source))
    for source in gone:
        print(f"{source}: listed in {PENDING.name} but not in the tree")
    if not args.all:
        jobs = {source: key for source, key in jobs.items() if source not in pending}
        print(f"note: {len(pending)} sources are not judged yet ({PENDING.name})")
    if not jobs:
        print("nothing to check")
        return 1
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    todo = sorted(s for s, key in jobs.items() if not (cache / key).exists())
    print(f"clang-tidy: {len(jobs)} sources, {len(todo)} to read", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        runs = {pool.submit(tidy, build, args.deep, s): s for s in todo}
        for n, run in enumerate(concurrent.futures.as_completed(runs), 1):
            source = runs[run]
            code, out, err, seconds = run.result()
            name = os.path.relpath(source, tree.ROOT)
            if code == 0:
                (cache / jobs[source]).touch()
                if n % 10 == 0 or n == len(todo):
                    print(f"  {n}/{len(todo)} {name} {seconds:.0f} s", flush=True)
            else:
                failed += 1
                print(f"{name}: clang-tidy exit {code}\n{out}{err if not out else ''}", flush=True)
    return bool(failed or unbuilt or unknown or gone)


if __name__ == "__main__":
    sys.exit(main())
