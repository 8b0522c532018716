"""The database is taken away under load, and comes back."""
import contextlib
import random
import signal
import time

import kills
from appliance import GONE, Client, NotReady, paper
from audit import Audit
from disk_full import back, wait_for_more
from load import Load
from postgresql import WAYS, Postgresql
from promises import Ledger, hold

AWAY = ("store.database_gone", "store.database_busy")
# The answer to a request that finds no database: sooner than its client gives up.
ANSWER_WITHIN = 20


def run(appliance, database, rounds, seed):
    chance, ledger = random.Random(seed), Ledger(appliance)
    audit, load = Audit(appliance, ledger), Load(appliance, ledger, seed, 3)
    figures = {"rounds": {}, "refused while away": 0, "slowest refusal": 0.0, "back after ms": []}
    cuts = 0
    appliance.start()
    load.start()
    try:
        for number in range(rounds):
            wait_for_more(ledger, 6)
            # Each way in its turn, at a moment of chance.
            way = WAYS[number % len(WAYS)]
            time.sleep(chance.uniform(0, 0.3))
            restore = way(database)
            cuts += 1
            if way is not Postgresql.cut_connections:
                load.without_store.set()
                count, slowest = refused(appliance, f"{seed}-{number}", ledger)
                figures["refused while away"] += count
                figures["slowest refusal"] = max(figures["slowest refusal"], round(slowest, 2))
                still_judges(appliance, ledger)
                if chance.random() < 0.3:
                    appliance.stop(signal.SIGKILL)  # and is not there when the database is
                    cuts += 1
            restore()
            load.without_store.clear()
            started = time.monotonic()
            if appliance.daemon is None:
                appliance.launch()
                appliance.await_ready()
            figures["back after ms"].append(back(appliance, f"{seed}-back-{number}", ledger, started))
            hold(chance.sample(ledger.all(), min(5, len(ledger.all()))), appliance, ledger)
            figures["rounds"][way.__name__] = figures["rounds"].get(way.__name__, 0) + 1
            audit.keep()
            audit.look(f"after {way.__name__}, under load")
            if ledger.broken:
                break
    except NotReady as problem:
        ledger.complain(problem)
    load.without_store.clear()
    load.stop()
    figures.update(kills.close(appliance, ledger, 3 * cuts, [], audit))
    figures.update(promises=len(ledger.all()), load=ledger.counts)
    return figures, ledger.broken


def refused(appliance, name, ledger):
    """Without a database nothing is accepted, and the refusal is typed. (how many, the slowest in seconds)"""
    client, count, slowest = Client(appliance), 0, 0.0
    for n in range(3):
        began = time.monotonic()
        try:
            status, answer = client.json("POST", "/api/v1/signatures", paper(f"away {name} {n}"),
                                         Idempotency_Key=f"survival-away-{name}-{n}")
        except GONE as gone:
            ledger.complain(f"without its database the service does not answer: {gone!r}")
            break
        slowest = max(slowest, time.monotonic() - began)
        if status != 503 or answer.get("code") not in AWAY:
            ledger.complain(f"without a database: {status} {answer}")
        else:
            count += 1
    if slowest > ANSWER_WITHIN:
        ledger.complain(f"without a database: an answer after {slowest:.1f} s")
    client.close()
    return count, slowest


def still_judges(appliance, ledger):
    """What is alive says so whatever the database does."""
    client = Client(appliance, 10)
    with contextlib.suppress(*GONE):
        if client.ask("GET", "/healthz", key=False)[0] == 200:
            client.close()
            return
    ledger.complain("without its database the service is not alive")
    client.close()
