"""kill -9 of every process at random moments under load."""
import contextlib
import os
import random
import signal
import time

from appliance import Client, NotReady, paper, stat_of
from audit import Audit
from load import Load
from postgresql import WAYS
from promises import Ledger, Signed, hold

# Who may die, by name, and how often. What is not there when its turn comes lets antind die instead.
VICTIMS = (("antind", 36), ("antin-worker", 22), ("antin-draw", 12), ("antin-pkcs11", 12), ("antin-tokend", 13),
           ("starting", 5))
NEWEST, OLDER = 3, 1
AUDIT_EVERY = 25  # kills from one look at the living log to the next
DRAWS = {"antin-draw", "pdftoppm"}  # what it begins as, and what it becomes
DRAWN_WITHIN = 2  # seconds until somebody compares


def run(appliance, kills, seed, database=None, threads=4, pause=0.15):
    """The figures, and what is broken. `database`: a server that is taken away as well."""
    chance, ledger = random.Random(seed), Ledger(appliance)
    audit = Audit(appliance, ledger)
    died, spans, orphans = {}, [], []
    load = Load(appliance, ledger, seed, threads)
    victims = VICTIMS + ((("database", 30),) if database else ())
    appliance.start()
    token_comes_back(appliance, ledger)
    load.start()
    began = time.monotonic()
    try:
        for number in range(kills):
            victim = chance.choices([v for v, _ in victims], [w for _, w in victims])[0]
            time.sleep(chance.uniform(0, pause))
            started = time.monotonic()
            if victim == "database":
                died_now = cut_off(database, load, chance)
            else:
                died_now = kill(appliance, victim, chance, orphans)
            died[died_now] = died.get(died_now, 0) + 1
            appliance.await_ready()
            promised = ledger.all()
            older = promised[:-NEWEST]
            hold(promised[-NEWEST:] + chance.sample(older, min(OLDER, len(older))), appliance, ledger)
            spans.append(time.monotonic() - started)
            if number % AUDIT_EVERY == AUDIT_EVERY - 1:
                audit.keep()
                audit.look(f"after {number + 1} kills, under load")
            if ledger.broken:
                break
    except NotReady as problem:
        ledger.complain(problem)
    load.stop()
    under_load = time.monotonic() - began
    figures = close(appliance, ledger, sum(died.values()), orphans, audit)
    spans.sort()
    figures.update(died=died, seconds=round(under_load, 1), promises=len(ledger.all()), load=ledger.counts,
                   back_after_ms={"median": round(1000 * spans[len(spans) // 2]),
                                  "most": round(1000 * spans[-1])} if spans else {})
    return figures, ledger.broken


def token_comes_back(appliance, ledger):
    """What failed because the token was away is signed with the same key when it is there again."""
    promise, client = Signed("survival-token-away", paper("token away")), Client(appliance)
    tokens, away = appliance.token / "tokens", appliance.token / "away"
    ask = ("POST", "/api/v1/signatures", promise.document)
    tokens.rename(away)
    try:
        end_key_holder(appliance)
        status, answer = client.json(*ask, Idempotency_Key=promise.key)
        if status not in (202, 503):
            ledger.complain(f"without a token: {status} {answer}")
    finally:
        away.rename(tokens)
    end_key_holder(appliance)
    until = time.monotonic() + 30
    while status != 201 and time.monotonic() < until:
        status, answer = client.json(*ask, Idempotency_Key=promise.key)
    if status == 201:
        promise.take(answer)
        promise.hold(client)
        ledger.signed.append(promise)
    else:
        ledger.complain(f"the token is back, and its request hears for ever: {status} {answer}")
    client.close()


def end_key_holder(appliance):
    for pid in appliance.processes().get("antin-pkcs11", []):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill(appliance, victim, chance, orphans):
    """Kills one process; what dies is started again, by its parent or here. Returns who it was."""
    running = appliance.processes()
    until = time.monotonic() + DRAWN_WITHIN
    while victim in DRAWS and not DRAWS & running.keys() and time.monotonic() < until:
        running = appliance.processes()
    if victim in DRAWS and DRAWS & running.keys():
        victim = chance.choice(sorted(DRAWS & running.keys()))
    if victim in running and victim != "antind":
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(sorted(running[victim])), signal.SIGKILL)
        if victim == "antin-tokend":
            appliance.tokend.process.wait(30)
            appliance.hold_keys()
        return victim
    below = [pid for name, pids in running.items() for pid in pids if pid != appliance.daemon.pid]
    orphans += [(pid, stat[3]) for pid in below if (stat := stat_of(pid))]
    appliance.stop(signal.SIGKILL)
    if victim == "starting":
        appliance.launch()
        time.sleep(chance.uniform(0, 0.4))
        appliance.stop(signal.SIGKILL)
    appliance.launch()
    return "starting" if victim == "starting" else "antind"


def cut_off(database, load, chance):
    """Takes the database away in some way, for some time. Returns which."""
    way = chance.choice(WAYS)
    load.without_store.set()
    restore = way(database)
    time.sleep(chance.uniform(0, 1))
    restore()
    load.without_store.clear()
    return f"database: {way.__name__}"


def close(appliance, ledger, kills, orphans, audit):
    """Everything that must hold at the end, after one more start."""
    figures = {}
    audit.keep()
    try:
        appliance.stop(signal.SIGKILL)
        appliance.start()
        hold(ledger.all(), appliance, ledger)
    except NotReady as problem:
        ledger.complain(problem)
    figures["journal"], figures["signed in vain"] = ledger.reconcile(kills)
    gone_within(orphans, 10, ledger)
    appliance.stop()
    audit.look("when all is closed")
    figures["audits"] = audit.looks
    partial = leftovers(appliance.store)
    if partial:
        ledger.complain(f"{len(partial)} half-written files stay: {partial[:3]}")
    return figures


def gone_within(orphans, seconds, ledger):
    """Nobody outlives the antind that started it."""
    until, left = time.monotonic() + seconds, orphans
    while left and time.monotonic() < until:
        left = [(pid, born) for pid, born in left
                if (facts := stat_of(pid)) and facts[3] == born and facts[1] not in "ZX"]
        if left:
            time.sleep(0.05)
    if left:
        ledger.complain(f"{len(left)} processes outlive antind: "
                        f"{sorted({stat_of(pid)[0] for pid, _ in left if stat_of(pid)})}")


def leftovers(folder):
    return [str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.is_file() and (path.name.endswith((".part", ".tmp")) or path.name.startswith("."))]
