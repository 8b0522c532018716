#!/usr/bin/env python3
"""Show 4: whatever a hostile file costs, `antin verify` answers or refuses by name.

    run.py --antin build/release/bin/antin-verify [--full] [--keep FOLDER] [--only PART]

Each file is judged by itself under 1 GB of address space and 10 s, of processor and of clock.
Wanted: exit 0 to 3, a report or an error in JSON with a code of the catalogue; never a signal,
a kill by the system, or an answer VALID. Exit 1 when a file is missed. One line per file says
what it came to, how long it took, and the most memory it held.
"""
import argparse
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from greedy import hostile_files  # noqa: E402

SECONDS, OCTETS = 10, 1 << 30


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (OCTETS, OCTETS))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def judge(antin, path, out):
    """(what it came to, what is wrong with that or '', seconds, octets held)"""
    child = subprocess.Popen([antin, "verify", "--offline", "--json", path], stdout=out,
                             stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                             preexec_fn=bounded)
    timer = None
    try:
        signal.signal(signal.SIGALRM, lambda *_: child.kill())
        timer = signal.setitimer(signal.ITIMER_REAL, 12 * SECONDS)
        _, status, used = os.wait4(child.pid, 0)
    finally:
        if timer is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
    octets = used.ru_maxrss * 1024
    child.returncode = os.waitstatus_to_exitcode(status)
    code = child.returncode
    # Processor time is bounded; the clock runs on while others use the machine.
    seconds = used.ru_utime + used.ru_stime
    if code not in range(4):
        return f"exit {code}", "no answer", seconds, octets
    out.seek(0)
    text = out.read().decode(errors="replace")
    try:
        answer = json.loads(text)
    except ValueError:
        return f"exit {code}", f"no JSON: {text[:80]!r}", seconds, octets
    if "error" in answer:
        what = answer["error"]["code"]
        wrong = "a crash" if what in ("service.worker_crashed", "general.internal") else ""
    else:
        what = answer["verdict"]
        wrong = "VALID" if what == "VALID" else ""
    if not wrong and seconds > SECONDS:
        wrong = "too slow"
    return what, wrong, seconds, octets


def judge_all(antin, full, only="", keep=None):
    """(name, what it came to, what is wrong with that or '', seconds, octets held) of each file."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name, maker in hostile_files(full):
            if only not in name:
                continue
            path = folder / (name.replace("/", "-") + ".pdf")
            path.write_bytes(maker())
            with tempfile.TemporaryFile() as out:
                yield name, *judge(antin, path, out)
            if not keep:
                path.unlink()


def goes_on(antin):
    """'' when a file that ends its reader costs the files before and after it nothing."""
    from greedy import deflate_run, one_page, object_stream, FLATE
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("before.pdf", "greedy.pdf", "after.pdf")]
        plain = one_page().table().bytes()
        for name, octets in zip(names, (plain, object_stream(deflate_run(900 << 20), FLATE), plain)):
            pathlib.Path(name).write_bytes(octets)
        done = subprocess.run(
            [antin, "verify", "--offline", "--json", *names], capture_output=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20)))
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    came_to = [a["verdict"] if "verdict" in a else a["error"]["code"] for a in answers]
    wanted = ["NO_SIGNATURE", "general.resource_limit", "NO_SIGNATURE"]
    return "" if came_to == wanted and done.returncode == 3 else f"{came_to}, {done.returncode}"


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--antin", required=True)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--keep")
    asked.add_argument("--only", default="")
    asked.add_argument("--list", action="store_true", help="print what each file came to")
    asked = asked.parse_args()
    missed, counted, slowest, largest = [], {}, (0, ""), (0, "")
    for name, what, wrong, seconds, octets in judge_all(asked.antin, asked.full, asked.only,
                                                        asked.keep):
        counted[what] = counted.get(what, 0) + 1
        slowest = max(slowest, (seconds, name))
        largest = max(largest, (octets, name))
        if asked.list or wrong:
            print(f"{name:34} {what:28} {seconds:5.2f} s {octets >> 20:5} MB {wrong}", flush=True)
        if wrong:
            missed.append(name)
    if not asked.only and (wrong := goes_on(asked.antin)):
        print(f"three files, the second of them greedy: {wrong}")
        missed.append("goes_on")
    print(f"{sum(counted.values())} hostile files: "
          + ", ".join(f"{count} {what}" for what, count in sorted(counted.items())))
    print(f"slowest {slowest[0]:.2f} s ({slowest[1]}), most memory {largest[0] >> 20} MB "
          f"({largest[1]})")
    if missed:
        sys.exit(f"{len(missed)} without a proper answer: {', '.join(missed)}")


if __name__ == "__main__":
    main()
