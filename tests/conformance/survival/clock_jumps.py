"""The wall clock of service and key holder jumps under load, and is right again."""
import mmap
import random
import signal
import struct
import time

import kills
from appliance import GONE, Client, NotReady
from audit import Audit
from disk_full import back, wait_for_more
from load import SKEW, Load
from promises import Ledger, hold

DAY, HOUR = 86_400, 3_600
JUMPS = (DAY, -DAY, HOUR, -HOUR, -5)
# What is new has to be in a checkpoint after this: one is made each second.
CHECKPOINT_WITHIN = 20


class Clock:
    """Seconds that the programs of an appliance are ahead."""

    def __init__(self, appliance, shim):
        path = appliance.home / "clock"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.ahead = mmap.mmap(file.fileno(), 8)
        appliance.environment.update(LD_PRELOAD=str(shim), ANTIN_CLOCK=str(path))

    def set(self, seconds):
        self.ahead[:] = struct.pack("<q", seconds)


def run(appliance, shim, rounds, seed):
    chance, ledger, clock = random.Random(seed), Ledger(appliance), Clock(appliance, shim)
    audit, load = Audit(appliance, ledger), Load(appliance, ledger, seed, 3)
    figures = {"jumps": 0, "started under a wrong clock": 0, "back after ms": [], "checkpoint after ms": []}
    appliance.start()
    load.start()
    try:
        for number in range(rounds):
            wait_for_more(ledger, 4)
            # Documents of another day are judged as such; nothing else may change.
            load.another_day.set()
            jump = JUMPS[number % len(JUMPS)]
            clock.set(jump)
            figures["jumps"] += 1
            time.sleep(chance.uniform(0.5, 2))
            if number % 3 == 1:
                appliance.stop(signal.SIGKILL)
                appliance.launch()
                appliance.await_ready()
                figures["started under a wrong clock"] += 1
            figures["checkpoint after ms"].append(checkpoint_grows(load, number, f"{jump} s ahead"))
            audit.keep()
            audit.look(f"{jump} s ahead, under load")
            clock.set(0)
            started = time.monotonic()
            figures["back after ms"].append(back(appliance, f"{seed}-back-{number}", ledger, started))
            hold(chance.sample(ledger.all(), min(5, len(ledger.all()))), appliance, ledger)
            load.another_day.clear()
            if ledger.broken:
                break
    except NotReady as problem:
        ledger.complain(problem)
    clock.set(0)
    load.another_day.clear()
    load.stop()
    figures.update(kills.close(appliance, ledger, rounds + ledger.counts.get(SKEW, 0), [], audit))
    figures.update(promises=len(ledger.all()), load=ledger.counts)
    return figures, ledger.broken


def size_of_log(appliance):
    client = Client(appliance)
    try:
        status, _, note = client.ask("GET", "/api/v1/logs/audit/checkpoint")
        return int(note.split(b"\n")[1]) if status == 200 else -1
    except GONE:
        return -1
    finally:
        client.close()


def checkpoint_grows(load, number, when):
    """Milliseconds from something new to a checkpoint that covers more than the one before."""
    before, client = size_of_log(load.appliance), Client(load.appliance)
    load.enter(client, random.Random(number), f"clock-{load.seed}-{number}")
    client.close()
    began = time.monotonic()
    while time.monotonic() < began + CHECKPOINT_WITHIN:
        if size_of_log(load.appliance) > max(before, 0):
            return round(1000 * (time.monotonic() - began))
        time.sleep(0.05)
    load.ledger.complain(f"{when}: no checkpoint in {CHECKPOINT_WITHIN} s")
    return None
