#!/usr/bin/env python3
"""Proof that nothing is lost: the real service under load, killed, cut off and replayed.

    tests/conformance/survival/run.py [--build build/release] [--seed N] [--kills N] [--cuts N] [--rounds N] [--minutes N] [PART…]

Parts: kills, disk, sync, soak. Without any: all. The last line says how many checks passed and failed.
"""
import argparse
import contextlib
import pathlib
import shutil
import signal
import sys
import tempfile

import disk_full
import kills
import replay
import soak
from appliance import ROOT, Appliance

PARTS = ("kills", "disk", "sync", "soak")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=ROOT / "build" / "release", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=8, help="how often the disk runs full")
    parser.add_argument("--minutes", type=float, default=30, help="how long the soak is")
    parser.add_argument("--recorder", type=pathlib.Path, help="the library; beside the other tests of the build")
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
def served(folder, args, store=None):
    """An appliance with keys and timestamps, not started."""
    appliance = Appliance(folder, args.build, keys=folder.parent)
    appliance.make_keys()
    if store:
        appliance.store = store
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


def part_disk(folder, args):
    try:
        with disk_full.SmallDisk(folder / "small") as disk, served(folder, args, disk.folder / "store") as appliance:
            return disk_full.run(appliance, disk, args.rounds, args.seed)
    except PermissionError as refused:
        return {"skipped": f"no small file system to be had here: {refused}"}, []


def part_soak(folder, args):
    with served(folder, args) as appliance:
        return soak.run(appliance, args.minutes * 60, args.seed)


def part_sync(folder, args):
    folder.mkdir()
    recorder = args.recorder or args.build / "tests" / "libantin_sync_recorder.so"
    return replay.run(folder, args.build, recorder.resolve(), args.seed, 0.5 + args.cuts / 60, args.cuts)


if __name__ == "__main__":
    sys.exit(main())
