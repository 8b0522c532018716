#!/usr/bin/env python3
"""Proof that nothing is lost: the real service under load, killed, cut off and replayed.

    tests/conformance/survival/run.py [--build build/release] [--seed N] [--kills N] [--cuts N] [--rounds N] [--minutes N] [PART…]

Parts: kills, sealed, database, disk, journal, clock, sync, soak. Without any: all. The last line says how many checks passed and failed.
"""
import argparse
import contextlib
import pathlib
import shutil
import signal
import sys
import tempfile

import clock_jumps
import database_cut
import disk_full
import journal_full
import kills
import replay
import soak
from appliance import ROOT, Appliance
from postgresql import PROGRAMS, Postgresql

PARTS = ("kills", "sealed", "database", "disk", "journal", "clock", "sync", "soak")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=ROOT / "build" / "release", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=10, help="how often disk, database or clock fail")
    parser.add_argument("--minutes", type=float, default=30, help="how long the soak is")
    parser.add_argument("--rate", type=float, help="steps of the soak's clients a second; as many as can be without")
    parser.add_argument("--libraries", type=pathlib.Path, help="folder of what is preloaded; tests of the build")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parser.add_argument("parts", nargs="*", metavar="PART")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="antin-survival-"))
    passed = failed = 0
    for part in args.parts or PARTS:
        figures, broken = globals()[f"part_{part}"](folder / part, args)
        print(f"{'FAILED' if broken else 'ok    '} {part}, seed {args.seed}: {figures}", flush=True)
        for complaint in broken[:12]:
            print(f"    {complaint[:700]}")
        passed, failed = passed + (not broken), failed + bool(broken)
    if args.keep or failed:
        print(f"everything is in {folder}")
    else:
        shutil.rmtree(folder)
    print(f"survival: {passed} passed, {failed} failed")
    return failed != 0


@contextlib.contextmanager
def served(folder, args, **facts):
    """An appliance with keys and timestamps, not started. `facts`: of the appliance, other than usual."""
    appliance = Appliance(folder, args.build, keys=folder.parent)
    appliance.make_keys()
    for name, value in facts.items():
        setattr(appliance, name, value)
    if appliance.sealed:
        appliance.make_store_key()
    with appliance.timestamps():
        appliance.configure()
        appliance.add_key()
        try:
            yield appliance
        finally:
            appliance.stop(signal.SIGKILL)


def part_kills(folder, args):
    with served(folder, args) as appliance:
        return kills.run(appliance, args.kills, args.seed)


def part_sealed(folder, args):
    """The same with encrypted documents."""
    with served(folder, args, sealed=True) as appliance:
        return kills.run(appliance, args.kills, args.seed + 1)


def part_database(folder, args):
    """The same on PostgreSQL, which is cut off as well; then cut after cut with nothing else."""
    if not PROGRAMS:
        return {"skipped": "no PostgreSQL here"}, []
    with Postgresql(folder.parent / "postgresql") as database:
        with served(folder, args, database=database.make("cuts")) as appliance:
            figures, broken = database_cut.run(appliance, database, args.rounds, args.seed)
        if broken:
            return figures, broken
        with served(folder.parent / "database-kills", args, database=database.make("kills")) as appliance:
            more, broken = kills.run(appliance, args.kills, args.seed, database=database)
        return {"cuts": figures, "kills": more}, broken


def part_disk(folder, args):
    """Everything on one small disk."""
    try:
        with disk_full.SmallDisk(folder / "small") as disk:
            with served(folder, args, store=disk.folder / "store") as appliance:
                return disk_full.run(appliance, disk, args.rounds, args.seed)
    except PermissionError as refused:
        return {"skipped": f"no small file system to be had here: {refused}"}, []


def part_journal(folder, args):
    """Only the key holder's disk is small."""
    try:
        with disk_full.SmallDisk(folder / "small", 4) as disk:
            with served(folder, args, key_holder=disk.folder / "tokend") as appliance:
                return journal_full.run(appliance, disk, args.rounds, args.seed)
    except PermissionError as refused:
        return {"skipped": f"no small file system to be had here: {refused}"}, []


def part_soak(folder, args):
    with served(folder, args) as appliance:
        return soak.run(appliance, args.minutes * 60, args.seed, args.rate)


def library(args, name):
    return ((args.libraries or args.build / "tests") / f"libantin_{name}.so").resolve()


def part_clock(folder, args):
    with served(folder, args) as appliance:
        return clock_jumps.run(appliance, library(args, "clock_shim"), args.rounds, args.seed)


def part_sync(folder, args):
    folder.mkdir()
    return replay.run(folder, args.build, library(args, "sync_recorder"), args.seed, 0.5 + args.cuts / 60, args.cuts)


if __name__ == "__main__":
    sys.exit(main())
