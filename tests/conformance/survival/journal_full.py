"""The disk under the key holder's journal runs full: nothing is signed, everything else goes on."""
import contextlib
import os
import signal
import time

import kills
from appliance import GONE, Client, NotReady, paper
from audit import Audit
from disk_full import back, wait_for_more
from load import Load
from promises import Ledger

SPARE = 24  # lines that one block may hold


def run(appliance, disk, rounds, seed):
    ledger = Ledger(appliance)
    audit, load = Audit(appliance, ledger), Load(appliance, ledger, seed, 3)
    figures = {"rounds": 0, "refused while full": {}, "judged while full": 0, "back after ms": []}
    appliance.start()
    load.start()
    try:
        for number in range(rounds):
            wait_for_more(ledger, 8)
            disk.fill()
            until_refused(appliance, f"{seed}-{number}", ledger)
            lines = len(ledger.journaled())
            for n in range(3):
                code = refused(appliance, f"{seed}-{number}-{n}", ledger)
                figures["refused while full"][code] = figures["refused while full"].get(code, 0) + 1
                figures["judged while full"] += judges(appliance, ledger)
            if len(ledger.journaled()) > lines:
                ledger.complain("the journal grows on a full disk")
            if number % 2:
                appliance.tokend.end(signal.SIGKILL)
                with contextlib.suppress(SystemExit):  # may refuse to start without room, and is started again
                    appliance.hold_keys()
            disk.clear()
            started = time.monotonic()
            if appliance.tokend.process is None or appliance.tokend.process.poll() is not None:
                appliance.hold_keys()
            figures["back after ms"].append(back(appliance, f"{seed}-back-{number}", ledger, started))
            figures["rounds"] += 1
            audit.keep()
            audit.look(f"after the journal's disk was full {number + 1} times")
            if ledger.broken:
                break
    except NotReady as problem:
        ledger.complain(problem)
    load.stop()
    figures.update(kills.close(appliance, ledger, 3 * rounds, [], audit))
    figures.update(promises=len(ledger.all()), load=ledger.counts)
    return figures, ledger.broken


def until_refused(appliance, name, ledger):
    """Uses up what the journal's last block still holds."""
    client, status = Client(appliance), 201
    for n in range(SPARE):
        status, answer = client.json("POST", "/api/v1/signatures", paper(f"last {name} {n}"),
                                     Idempotency_Key=f"survival-last-{name}-{n}-{os.urandom(4).hex()}")
        if status not in (201, 202):
            break
    else:
        ledger.complain(f"a full disk takes {SPARE} lines")
    client.close()


def refused(appliance, name, ledger):
    """The code of the refusal; a signature without its line in the journal is none."""
    client = Client(appliance)
    status, answer = client.json("POST", "/api/v1/signatures", paper(f"unjournaled {name}"),
                                 Idempotency_Key=f"survival-unjournaled-{name}-{os.urandom(4).hex()}")
    client.close()
    code = answer.get("code")
    if status < 500 or not code or code == "general.internal":
        ledger.complain(f"without room for the journal: {status} {answer}")
    return str(code)


def judges(appliance, ledger):
    """Whether a document is judged as ever."""
    with ledger.lock:
        promise = ledger.signed[0] if ledger.signed else None
    if promise is None:
        return 0
    client = Client(appliance)
    try:
        document = client.ask("GET", f"/api/v1/signatures/{promise.id}/document")[2]
        status, report = client.json("POST", "/api/v1/verify", document)
        if status == 200 and report.get("verdict") != "VALID":
            ledger.complain(f"without room for the journal a document is {report.get('verdict')}")
        return status == 200
    except GONE:
        return 0
    finally:
        client.close()
