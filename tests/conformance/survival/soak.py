"""Mixed load for long: memory and descriptors of every process stay flat."""
import os
import pathlib
import time

import kills
from load import Load
from promises import Ledger

EVERY = 2.0
# What a process may gain over the second half of a run and still be called flat.
MEMORY_SHARE, MEMORY_OCTETS, DESCRIPTORS = 0.05, 6 << 20, 3


def run(appliance, seconds, seed):
    ledger, samples = Ledger(appliance), {}
    load = Load(appliance, ledger, seed, 3)
    appliance.start()
    load.start()
    began = time.monotonic()
    while time.monotonic() < began + seconds and not ledger.broken:
        time.sleep(EVERY)
        at = time.monotonic() - began
        for name, pids in appliance.processes().items():
            taken = [facts for pid in pids if (facts := usage(pid))]
            if taken:
                samples.setdefault(name, []).append(
                    (at, sum(m for m, _ in taken) / len(taken), sum(d for _, d in taken) / len(taken)))
    load.stop()
    figures = {"seconds": round(time.monotonic() - began), "processes": {}}
    for name, series in sorted(samples.items()):
        late = [sample for sample in series if sample[0] > seconds / 2]
        if len(late) < 5 or len(series) < 0.8 * seconds / EVERY:
            continue  # came and went, like what draws a page
        memory, descriptors = gain(late, 1), gain(late, 2)
        mean = sum(sample[1] for sample in late) / len(late)
        figures["processes"][name] = {"MiB": round(mean / 2 ** 20, 1), "MiB gained": round(memory / 2 ** 20, 2),
                                      "descriptors": round(late[-1][2]), "descriptors gained": round(descriptors, 1)}
        if memory > max(MEMORY_SHARE * mean, MEMORY_OCTETS):
            ledger.complain(f"{name} grows by {memory / 2 ** 20:.1f} MiB in half the time")
        if descriptors > DESCRIPTORS:
            ledger.complain(f"{name} gains {descriptors:.1f} descriptors in half the time")
    if "antind" not in figures["processes"]:
        ledger.complain("antind was not measured")
    figures.update(kills.close(appliance, ledger, 0, []), promises=len(ledger.all()), load=ledger.counts)
    return figures, ledger.broken


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
