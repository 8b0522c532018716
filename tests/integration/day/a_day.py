#!/usr/bin/env python3
"""A full day of three communes over HTTP, with real tokens, timestamps and documents on this machine.

    a_day.py BUILD [--whole] [--communes N]

The small one is a test of the build (e2e.day), the whole one a part of ./test --interop. Documents, letters, books and
pictures of them land in build/day of the source tree.
"""
import argparse
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "integration")]
import judge  # noqa: E402
from cast import COMMUNES, people_table, units_table  # noqa: E402
from desk import Desk  # noqa: E402
from moved_clock import MovedClock  # noqa: E402
from play import Day  # noqa: E402
from world import World  # noqa: E402

OFFICE = """\
[revocation]
online = false
[audit]
checkpoint_key = "pkcs11:token=agency;object=checkpoint"
origin = "ngay-cuoi-nam.example/antin"
[office]
legal = "{root}/packaging/legal"
people = "people.toml"
layouts = "{root}/packaging/layouts"
lookup = "https://tracuu.example.vn/?code="
signatures = "signatures"
[[outbox.target]]
name = "kho"
purpose = "NĐ 45/2020 Điều 10"
kind = "file"
documents = "all"
folder = "drop"
"""


def play(folder, build, check, whole, communes=COMMUNES):
    """`check(name, good, detail)` hears of everything. Returns the judge, with all that was released in its folder."""
    folder, build = pathlib.Path(folder), pathlib.Path(build).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with MovedClock(folder, build) as clock:
        clock.put("2026-12-31 07:30:00")
        further = [option for c in communes[1:] for option in ("--commune", c.name, c.officer.name)]
        world = World(folder / "world", build, *further)
        (world.folder / "units.toml").write_text(units_table(communes))
        (world.folder / "people.toml").write_text(people_table(communes, world.certificate_sha256))
        (world.folder / "drop").mkdir()
        pictures = world.folder / "signatures"
        pictures.mkdir()
        for c in communes:
            (pictures / f"{c.officer.account}.png").write_bytes((ROOT / "packaging/appearances/signature.png").read_bytes())
        with world.timestamps() as tsa:
            seals = "".join(f'[[agency.unit]]\ncode = "{c.code}"\nkey = "pkcs11:token=agency;object={c.seal_key}"\n'
                            for c in communes) if len(communes) > 1 else ""
            with world.service(verify='units = "units.toml"\n', more=OFFICE.format(root=ROOT),
                               agency=f'tsa = ["{tsa}"]\n{seals}') as base:
                desks = [Desk(world, base, c) for c in communes]
                day = Day(desks, clock, check, whole)
                day.deliver()
                judged = judge.Judge(world, day, base, folder, check)
                judged.while_it_runs()
            judged.afterwards()
            return judged


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--communes", type=int, default=len(COMMUNES))
    args = parser.parse_args()
    failed, begun = [], time.monotonic()
    count = 0

    def check(name, good, detail=""):
        nonlocal count
        count += 1
        if not good:
            failed.append(name)
            print(f"FAILED {name}: {str(detail)[:3000]}", flush=True)
        return bool(good)

    judged = play(ROOT / "build" / "day", args.build, check, args.whole, COMMUNES[:args.communes])
    judged.tell()
    print(f"{count} checks, {len(failed)} failed, {time.monotonic() - begun:.0f} s")
    return bool(failed) or not count


if __name__ == "__main__":
    sys.exit(main())
