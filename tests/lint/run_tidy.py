#!/usr/bin/env python3
"""Runs clang-tidy over every source of a finished build, two or more at a time.

    run_tidy.py BUILD [--jobs N] [--all] [--tests] [--deep] [SOURCE...]

Sources are read in company (tidy_batches.py); whoever is named by an offence there is judged again
alone, and only what is said then counts. The path-sensitive analysis of --deep gains nothing from
company: what it judges stays alone.

What was clean once is not judged again: the key is a hash over what the .clang-tidy files say to it,
the version, the command line and the contents of the source and of every header it read (from
ninja's own record).
Clean keys are kept in $ANTIN_CACHE (default: the user's cache folder), so a fresh clone gains too.
tidy_pending.txt beside this file names the sources that clang-tidy has not judged clean yet; they are
passed over, and the list may only shrink. --all judges them too, --tests the tests too, and SOURCE...
nothing but these. --deep: all checks on all sources.
Exit 0: clean. Exit 1: the offences on stdout.
"""
import argparse
import concurrent.futures
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import tidy_batches
import tree

TIDY = "clang-tidy-14"
PENDING = pathlib.Path(__file__).resolve().parent / "tidy_pending.txt"
# GCC-only warning switches of the build mean nothing to clang.
BEFORE = [f"-isystem{tree.ROOT}/packaging/cmake/clang"]
EXTRA = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Qunused-arguments",
         *(f"--extra-arg-before={flag}" for flag in BEFORE)]


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


@dataclasses.dataclass
class Job:
    key: str
    reads: set
    entry: dict


def jobs_of(build, version, deep, tests):
    hashes = Hashes()
    deps = read_headers(build)
    base = hashes.of(tree.ROOT / ".clang-tidy") + version + " ".join(EXTRA)
    wanted = {str(tree.ROOT / n) for n in tree.code_files() if n.endswith(".cc")
              and (tests or not n.startswith("tests/"))}
    jobs, unbuilt = {}, []
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        source = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        if source not in wanted or source in jobs:
            continue
        output = entry.get("output") or entry["command"].split(" -o ")[1].split()[0]
        if output not in deps:
            unbuilt.append(source)
        reads = deps.get(output, [source])
        # The tree may stand anywhere.
        text = (entry["command"] + base + "".join(shallow(deep and follows_paths(source)))) \
            .replace(str(tree.ROOT), "") + checks_of(source) + "".join(hashes.of(d) for d in reads)
        key = hashlib.sha256((source.replace(str(tree.ROOT), "") + text).encode()).hexdigest()
        jobs[source] = Job(key, set(reads), entry)
    return jobs, unbuilt, sorted(wanted - jobs.keys())


def follows_paths(source):
    """tests/.clang-tidy asks for no path-sensitive analysis."""
    return not source.startswith(str(tree.ROOT / "tests") + os.sep)


def shallow(deep):
    return [] if deep else ["--checks=-clang-analyzer-*"]


def tidy(build, deep, source):
    done = subprocess.run([TIDY, "--quiet", "-p", build, *shallow(deep), *EXTRA, source], capture_output=True,
                          text=True)
    return done.returncode, done.stdout, done.stderr


@functools.cache
def checks_in(folder):
    if not (folder / ".clang-tidy").exists() and folder != tree.ROOT:
        return checks_in(folder.parent)
    said = subprocess.run([TIDY, "--dump-config", str(folder / "any.cc"), "--"], check=True, capture_output=True,
                          text=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("Checks:"))
    return json.loads(line.removeprefix("Checks:"))


def checks_of(source):
    """The checks that the .clang-tidy files ask of a source, as clang-tidy puts them together. Its own dump of
    everything else is nothing that it would read back; their options all stand in the root's file."""
    return checks_in(pathlib.Path(source).parent)


def tidy_together(unit, batch):
    unit.write_text(tidy_batches.unit_text(batch.sources), encoding="utf-8")
    checks = f"--checks={batch.kind},{tidy_batches.CHECKS},{shallow(False)[0].split('=')[1]}"
    done = subprocess.run([TIDY, "--quiet", f"--config-file={tree.ROOT / '.clang-tidy'}", checks, str(unit), "--",
                           *batch.flags(BEFORE)], capture_output=True, text=True)
    return done.returncode, done.stdout or done.stderr


class Judge:
    """Judges sources, alone or in company, and records who is clean."""

    def __init__(self, build, deep, jobs, cache):
        self.build, self.deep, self.jobs, self.cache = build, deep, jobs, cache
        self.started, self.done, self.total, self.failed = time.monotonic(), [], 0, 0

    def clean(self, source):
        (self.cache / self.jobs[source].key).touch()
        self.done.append(source)

    def say(self, what):
        print(f"  {len(self.done)}/{self.total} {what} ({time.monotonic() - self.started:.0f} s)", flush=True)

    def costs_itself(self, source):
        return self.deep and follows_paths(source)

    def batches(self, sources, jobs):
        size = max(2, min(tidy_batches.SIZE, -(-len(sources) // jobs)))
        return tidy_batches.plan([(s, checks_of(s), pathlib.Path(s).read_text(encoding="utf-8"),
                                   tidy_batches.command_of(self.jobs[s].entry)) for s in sources], size)

    def together(self, unit, batch):
        """-> what has to be judged alone, and what may try other company."""
        left = tidy_batches.settle(unit, batch, BEFORE)
        if len(batch.sources) == 1:
            return batch.sources, left
        code, out = tidy_together(unit, batch)
        alone = tidy_batches.suspects(out, batch.sources, lambda s: self.jobs[s].reads) if code else []
        if code and not tidy_batches.ERROR.search(out):
            print(f"nobody is named, all are judged alone: clang-tidy exit {code}\n{out[:2000]}", flush=True)
        for source in batch.sources:
            if source not in alone:
                self.clean(source)
        self.say(f"{len(batch.sources)} together, {len(alone)} suspects")
        return alone, left

    def in_company(self, pool, sources, jobs):
        """-> who is left to be judged alone"""
        alone, left, folder = [], sources, tidy_batches.folder_of(self.build)
        while left:
            batches = self.batches(left, jobs)
            if all(len(b.sources) == 1 for b in batches):
                return alone + left
            outcome = list(pool.map(self.together, (folder / f"{n}.cc" for n in range(len(batches))), batches))
            alone += [s for some, _ in outcome for s in some]
            left = sorted(s for _, some in outcome for s in some)
        return alone

    def tidy(self, source):
        return tidy(self.build, self.costs_itself(source), source)

    def alone(self, pool, sources):
        for source, (code, out, err) in zip(sources, pool.map(self.tidy, sources)):
            name = os.path.relpath(source, tree.ROOT)
            if code == 0:
                self.clean(source)
                self.say(name)
            else:
                self.failed += 1
                print(f"{name}: clang-tidy exit {code}\n{out}{err if not out else ''}", flush=True)

    def judge(self, sources, jobs):
        self.total = len(sources)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            alone = [s for s in sources if self.costs_itself(s)]
            company = [s for s in sources if not self.costs_itself(s)]
            self.alone(pool, sorted(alone + self.in_company(pool, company, jobs)))
        return self.failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--all", action="store_true", help="the pending ones too")
    parser.add_argument("--tests", action="store_true", help="the tests too")
    parser.add_argument("--deep", action="store_true", help="all checks on all sources")
    parser.add_argument("sources", nargs="*", help="nothing but these")
    args = parser.parse_intermixed_args()
    build = os.path.abspath(args.build)
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True, text=True).stdout
    jobs, unbuilt, unknown = jobs_of(build, version, args.deep, args.deep or args.tests)
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
    if args.sources:
        chosen = {os.path.abspath(s) for s in args.sources}
        jobs = {source: job for source, job in jobs.items() if source in chosen}
    elif not args.all:
        jobs = {source: job for source, job in jobs.items() if source not in pending}
        print(f"note: {len(pending)} sources are not judged yet ({PENDING.name})")
    if not jobs:
        print("nothing to check")
        return 1
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    todo = sorted(s for s, job in jobs.items() if not (cache / job.key).exists())
    print(f"clang-tidy: {len(jobs)} sources, {len(todo)} to read", flush=True)
    failed = Judge(build, args.deep, jobs, cache).judge(todo, args.jobs)
    return bool(failed or unbuilt or unknown or gone)


if __name__ == "__main__":
    sys.exit(main())
