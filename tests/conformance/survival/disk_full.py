"""The disk under the store runs full, stays full through a kill, and has room again."""
import contextlib
import os
import signal
import subprocess
import time

import kills
from appliance import Client, NotReady, paper
from audit import Audit
from load import Load
from promises import Ledger, hold

ROOM = 48  # MiB of the small file system


class SmallDisk:
    """A tmpfs at `folder`, `room` MiB large; what takes its room is one file."""

    def __init__(self, folder, room=ROOM):
        self.folder, self.ballast, self.room = folder, folder / "ballast", room

    def __enter__(self):
        self.folder.mkdir(parents=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.room}m", "antin-survival", self.folder],
                              capture_output=True)
        if done.returncode != 0:
            raise PermissionError(done.stderr.decode().strip() or "mount refused")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as out, contextlib.suppress(OSError):
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while out.write(bytes(size)) == size:
                        pass

    def clear(self):
        self.ballast.unlink(missing_ok=True)


def run(appliance, disk, rounds, seed):
    ledger = Ledger(appliance)
    load = Load(appliance, ledger, seed, 3)
    figures = {"rounds": 0, "refused while full": 0, "started while full": 0, "back after ms": []}
    appliance.start()
    load.start()
    try:
        for number in range(rounds):
            wait_for_more(ledger, 8)
            load.without_store.set()
            disk.fill()
            figures["refused while full"] += refused(appliance, f"{seed}-{number}", ledger)
            hold(ledger.all()[-5:], appliance, ledger, reading=True)
            if number % 2:
                appliance.stop(signal.SIGKILL)
                appliance.launch()
                with contextlib.suppress(NotReady):
                    appliance.await_ready(5)
                    figures["started while full"] += 1
            disk.clear()
            load.without_store.clear()
            started = time.monotonic()
            if appliance.daemon.poll() is not None:
                appliance.launch()
                appliance.await_ready()
            figures["back after ms"].append(back(appliance, f"{seed}-back-{number}", ledger, started))
            figures["rounds"] += 1
            if ledger.broken:
                break
    except NotReady as problem:
        ledger.complain(problem)
    load.without_store.clear()
    load.stop()
    figures.update(kills.close(appliance, ledger, 3 * rounds, [], Audit(appliance, ledger)))
    figures.update(promises=len(ledger.all()), load=ledger.counts)
    return figures, ledger.broken


def wait_for_more(ledger, count):
    until, had = time.monotonic() + 30, len(ledger.all())
    while len(ledger.all()) < had + count and time.monotonic() < until:
        time.sleep(0.02)


def refused(appliance, name, ledger):
    """While it is full: nothing is accepted, and the refusal has a code. How many were refused."""
    client, count = Client(appliance), 0
    for n in range(4):
        status, answer = client.json("POST", "/api/v1/signatures", paper(f"full {name} {n}", 400_000),
                                     Idempotency_Key=f"survival-full-{name}-{n}")
        if status < 500 or not answer.get("code"):
            ledger.complain(f"with a full disk: {status} {answer}")
        elif answer["code"] == "general.internal":
            ledger.complain(f"a full disk is called {answer['code']}")
        else:
            count += 1
    client.close()
    return count


def back(appliance, name, ledger, started):
    """Milliseconds until the first signature after there is room again."""
    client, last = Client(appliance), None
    while time.monotonic() < started + 30:
        with contextlib.suppress(OSError):
            status, last = client.json("POST", "/api/v1/signatures", paper(f"{name} {time.monotonic()}"),
                                       Idempotency_Key=f"survival-{name}-{os.urandom(4).hex()}")
            if status == 201:
                client.close()
                return round(1000 * (time.monotonic() - started))
        time.sleep(0.05)
    ledger.complain(f"there is room again and nothing is signed: {last}")
    client.close()
    return None
