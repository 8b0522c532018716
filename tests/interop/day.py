"""The whole last day of a year (tests/integration/day), and what pyHanko says of every file that left the offices."""
import datetime
import pathlib
import sys

import judges

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration" / "day"))
import a_day  # noqa: E402

MOMENT = datetime.datetime(2027, 1, 5, 2, tzinfo=datetime.timezone.utc)


def run(world, results):
    results.section("A whole day in three communes")
    judged = a_day.play(judges.ROOT / "build" / "day", world.build, results.check, whole=True)
    judged.tell()
    anchors, crls = judged.world.anchors, judged.world.crls
    found = judges.pyhanko([(path, anchors, crls, MOMENT) for path, _, _ in judged.files])
    for path, _, case in judged.files:
        told = found[str(path)].get("signatures", [])
        wanted = {"certified_copy": 2, "result": 2, "office_copy": 1}.get(case["product"], 1)
        results.check(f"pyHanko: {path.name}", len(told) >= wanted and all(s["ok"] and s["timestamp"] for s in told
                                                                         if "coverage" in s), found[str(path)])
    results.check("there were 40 citizens", len(judged.ledger.served) == 40, len(judged.ledger.served))
