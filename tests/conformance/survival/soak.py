"""Mixed load for long: memory and descriptors of every process stay flat."""
import json
import os
import pathlib
import time

import kills
from audit import Audit
from load import Load
from promises import Ledger

EVERY, LINE = 2.0, 60.0
CLIENTS = 3
# What a process may gain over the second half of a run and still be called flat.
MEMORY_SHARE, MEMORY_OCTETS, DESCRIPTORS = 0.05, 6 << 20, 3


def run(appliance, seconds, seed, rate=None):
    """`rate`: steps of clients a second; as many as can be without."""
    ledger, samples = Ledger(appliance), {}
    audit = Audit(appliance, ledger)
    load = Load(appliance, ledger, seed, CLIENTS, CLIENTS / rate if rate else 0.0)
    appliance.start()
    load.start()
    began = time.monotonic()
    line_due = LINE
    while (at := time.monotonic() - began) < seconds and not ledger.broken:
        time.sleep(EVERY)
        for name, pids in appliance.processes().items():
            taken = [facts for pid in pids if (facts := usage(pid))]
            if taken:
                samples.setdefault(name, []).append(
                    (at, sum(m for m, _ in taken) / len(taken), sum(d for _, d in taken) / len(taken), len(taken)))
        if at >= line_due:
            write_line(appliance.home / "soak.jsonl", at, line_due - LINE, samples, ledger)
            line_due += LINE
            audit.keep()
            audit.look(f"at minute {round(at / 60)}")
    load.stop()
    figures = {"seconds": round(time.monotonic() - began), "audits": audit.looks,
               "processes": judged(samples, seconds, ledger)}
    figures.update(kills.close(appliance, ledger, 0, [], audit), promises=len(ledger.all()), load=ledger.counts)
    return figures, ledger.broken


def write_line(path, at, since, samples, ledger):
    """What every process had in the last minute, on average: MiB, descriptors, how many of it there are."""
    row = {"minute": round(at / 60), "promises": len(ledger.all())}
    for name, series in sorted(samples.items()):
        recent = [sample for sample in series if sample[0] >= since]
        if recent:
            memory, descriptors, count = (sum(sample[n] for sample in recent) / len(recent) for n in (1, 2, 3))
            row[name] = [round(memory / 2 ** 20, 2), round(descriptors, 1), round(count, 1)]
    with open(path, "a", encoding="ascii") as out:
        out.write(json.dumps(row) + "\n")


def judged(samples, seconds, ledger):
    processes, looks = {}, len(samples.get("antind", ()))  # fewer on a busy machine
    for name, series in sorted(samples.items()):
        late = [sample for sample in series if sample[0] > seconds / 2]
        if len(late) < 5 or len(series) < 0.8 * looks:
            continue  # came and went, like what draws a page
        memory, descriptors = gain(late, 1), gain(late, 2)
        mean = sum(sample[1] for sample in late) / len(late)
        processes[name] = {"MiB": round(mean / 2 ** 20, 1), "MiB gained": round(memory / 2 ** 20, 2),
                           "descriptors": round(late[-1][2]), "descriptors gained": round(descriptors, 1)}
        if memory > max(MEMORY_SHARE * mean, MEMORY_OCTETS):
            ledger.complain(f"{name} grows by {memory / 2 ** 20:.1f} MiB in half the time")
        if descriptors > DESCRIPTORS:
            ledger.complain(f"{name} gains {descriptors:.1f} descriptors in half the time")
    for name in ("antind", "antin-tokend", "antin-worker"):
        if name not in processes:
            ledger.complain(f"{name} was not measured")
    return processes


def usage(pid):
    """(octets resident and its own, descriptors)"""
    try:
        pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
        return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE"), len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return None


def gain(series, column):
    """Slope of the straight line through the samples, times their span."""
    n = len(series)
    mean_at = sum(sample[0] for sample in series) / n
    mean = sum(sample[column] for sample in series) / n
    spread = sum((sample[0] - mean_at) ** 2 for sample in series)
    slope = sum((sample[0] - mean_at) * (sample[column] - mean) for sample in series) / spread
    return slope * (series[-1][0] - series[0][0])
