"""axe-core's judgement of every page and state that the browser tests visit: light, dark, both languages, a phone."""
import json
import os
import pathlib
import subprocess

import judges

PAGES = judges.ROOT / "tests" / "integration" / "pages"
WITHIN = 900  # seconds for one area


def run(world, results):
    results.section("axe-core on every page and state")
    build = pathlib.Path(world.build).resolve()
    report = build / "pages" / "axe.jsonl"
    report.parent.mkdir(parents=True, exist_ok=True)
    states = 0
    for test in sorted(PAGES.glob("*_test.py")):
        report.unlink(missing_ok=True)
        done = subprocess.run(["/usr/bin/python3", str(test), str(build)], env={**os.environ, "ANTIN_AXE": str(report)},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=WITHIN, check=False)
        # A test that fails for another reason visits less: that is no judgement of axe's.
        results.check(f"{test.stem} ran to its end", done.returncode == 0, done.stderr.decode(errors="replace")[-3000:])
        lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
        for line in map(json.loads, lines):
            states += 1
            results.check(f"axe: {test.stem} {line['test']} {line['address']} ({line['state']})", not line["violations"],
                          "; ".join(line["violations"]))
    print(f"{states} states")
    results.check("there were states to judge", states > 100, states)
