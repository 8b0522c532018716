"""Show 4 in full size: 10,000 revisions, lists with a million entries, gigabytes out of little."""
import importlib.util
import pathlib

HERE = pathlib.Path(__file__).resolve().parents[1] / "conformance" / "limits" / "run.py"


def run(world, results):
    results.section("Hostile files in full size: answered or refused by name within 1 GB and 10 s")
    # By its path: the suite's own run.py has the same name.
    spec = importlib.util.spec_from_file_location("limits_run", HERE)
    limits = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(limits)
    slowest = largest = 0
    for name, what, wrong, seconds, octets in limits.judge_all(
            world.build / "bin" / "antin-verify", full=True):
        results.check(name, not wrong, f"{wrong}: {what}, {seconds:.1f} s, {octets >> 20} MB")
        slowest, largest = max(slowest, seconds), max(largest, octets)
    print(f"   slowest {slowest:.1f} s of processor time, most memory {largest >> 20} MB")
