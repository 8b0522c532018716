"""Cuts the power: what was answered by then must be there when the service starts on what is left."""
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import time

import disk_model
from appliance import Appliance, Client, NotReady, sha256
from load import Load
from promises import Ledger, covered

# What the test itself makes: the key holder's folder, its configuration, its log, and a socket.
MADE_BEFORE, NOT_RECORDED = ("tokend",), re.compile(r".*-shm$|tokend/tokend\.(toml|log|sock)$")
MODES = (disk_model.Nothing, disk_model.Some, disk_model.Everything)


def record(folder, build, recorder, seed, seconds, threads=3):
    """(the appliance, its ledger, calls): a first start, keys, and a load, all written down."""
    appliance = Appliance(folder / "live", build, keys=folder.parent)
    appliance.make_keys()
    recorded = folder / "record"
    data = appliance.home / "data"
    for folder in (data, *(data / name for name in MADE_BEFORE)):
        folder.mkdir()
    appliance.store = data / "store"
    ledger = Ledger(appliance)
    appliance.environment.update(LD_PRELOAD=str(recorder), ANTIN_RECORD=str(recorded), ANTIN_RECORD_BELOW=str(data))
    with appliance.timestamps():
        appliance.configure()
        appliance.add_key()
        keyed = recorded.stat().st_size
        appliance.start()
        load = Load(appliance, ledger, seed, threads)
        load.start()
        time.sleep(seconds)
        load.stop()
        appliance.stop()
    return appliance, ledger, data, keyed, disk_model.read_record(recorded)


class Answer:
    """One that has an id. `document`: SHA-256 of what it leads to."""

    def __init__(self, position, path, document, state=None):
        self.position, self.path, self.document, self.state = position, path, document, state


def answers(calls):
    """What was promised, in order: each from the moment before its octets left."""
    promised, open_answers, judgements = [], {}, set()
    for call in calls:
        if call.kind != disk_model.ANSWER:
            continue
        if call.data.startswith(b"HTTP/1."):
            open_answers[call.fd] = bytearray()
        if call.fd not in open_answers:
            continue
        open_answers[call.fd] += call.data
        head, end, content = bytes(open_answers[call.fd]).partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not end or not length or len(content) < int(length[1]):
            continue
        del open_answers[call.fd]
        if b"json" not in head:
            continue
        facts = json.loads(content)
        if facts.get("kind") in ("verify", "compare"):
            judgements.add(f"/api/v1/jobs/{facts['job']}")
        promised += promises_in(call.begin, facts)
        if isinstance(facts.get("result"), dict):
            promised += promises_in(call.begin, facts["result"])
    # What is judged in a job changes nothing, and may be asked again.
    return [answer for answer in promised if answer.path not in judgements]


def promises_in(position, facts):
    if "input_sha256" in facts:
        yield Answer(position, f"/api/v1/signatures/{facts['id']}", facts["sha256"])
    elif "id" in facts and isinstance(facts.get("register"), dict):
        yield Answer(position, f"/api/v1/originals/{facts['id']}", facts["sha256"], facts["register"]["state"])
    if "job" in facts and facts.get("kind", "sign") == "sign":
        yield Answer(position, f"/api/v1/jobs/{facts['job']}", None)


def run(folder, build, recorder, seed, seconds, cuts):
    appliance, ledger, data, keyed, calls = record(folder, build, recorder, seed, seconds)
    broken = list(ledger.broken)
    broken += model_is_right(data, calls)
    promised = answers(calls)
    chance = random.Random(seed)
    positions = sorted(cut_positions(calls, promised, chance, cuts))
    disk, at, checked, served = disk_model.Disk(data, MADE_BEFORE), 0, 0, 0
    began = time.monotonic()
    for number, position in enumerate(positions):
        while at < len(calls) and calls[at].end <= position:
            disk.apply(calls[at])
            at += 1
        mode = MODES[number % len(MODES)](random.Random(f"{seed}-{number}"))
        left = disk.after_cut(mode)
        due = [answer for answer in promised if answer.position <= position]
        problems = check(folder / "cut", appliance, data, left, due, promised, position > keyed)
        broken += [f"cut at {position}, {mode.name}: {problem}" for problem in problems]
        checked, served = checked + 1, served + len(due)
        if len(broken) > 8:
            break
    kinds = {}
    for call in calls:
        kinds[call.kind] = kinds.get(call.kind, 0) + 1
    return {"calls": len(calls), "writes": kinds.get(disk_model.WRITE, 0), "syncs": kinds.get(disk_model.SYNC, 0),
            "promises": len(promised), "cuts": checked, "promises held against a cut": served,
            "ms per cut": round(1000 * (time.monotonic() - began) / max(1, checked))}, broken


def cut_positions(calls, promised, chance, cuts):
    """Half of them just before an answer leaves, where its promise is newest; half anywhere."""
    chosen = {answer.position for answer in chance.sample(promised, min(cuts // 2, len(promised)))}
    ends = [call.end for call in calls if call.kind != disk_model.ANSWER]
    while len(chosen) < min(cuts, len(ends)):
        chosen.add(chance.choice(ends))
    return chosen


def model_is_right(data, calls):
    """With nothing lost the model is the folder: else some call escaped the recorder."""
    disk = disk_model.Disk(data, MADE_BEFORE)
    for call in calls:
        disk.apply(call)
    modelled = disk.after_cut(disk_model.Everything(random.Random(0)))
    real = {str(path.relative_to(data)): path.read_bytes() if path.is_file() else None for path in data.rglob("*")}
    differ = [name for name in modelled.keys() | real.keys() if not NOT_RECORDED.match(name) and
              modelled.get(name, 0) != real.get(name, 0)]
    return [f"the model of the folder is wrong about {sorted(differ)[:5]}"] if differ else []


def check(folder, appliance, data, left, due, ever, keyed):
    """Starts the service on what is left; what is wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    for name, content in left.items():
        if name.endswith("-shm"):
            continue
        path = folder / "data" / name
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)
    after = Appliance(folder, appliance.build, agency=False)
    after.store = folder / "data" / "store"
    after.api_key = appliance.api_key
    after.configure()
    broken = []
    try:
        after.start()
        if keyed:
            broken += held(after, due, ever, journal_of(left))
    except NotReady as problem:
        broken.append(f"does not start: {problem}")
    finally:
        after.stop()
    for database in (folder / "data").rglob("*.sqlite"):
        with sqlite3.connect(database) as connection:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()
        if verdict != "ok":
            broken.append(f"{database.name}: {verdict}")
    return broken


def journal_of(left):
    return b"".join(content for name, content in left.items()
                    if content and (name.endswith("signatures.log") or "journal" in os.path.basename(name))
                    and "sqlite" not in name).decode(errors="replace")


def held(after, due, ever, journal):
    client, broken = Client(after), []
    states = {}
    for answer in due:
        if answer.state:
            states[answer.path] = answer.state
    for path in dict.fromkeys(answer.path for answer in due):
        status, facts = client.json("GET", path)
        if status != 200:
            broken.append(f"{path}: was answered, now {status} {facts.get('code')}")
        elif path in states and states[path] == "cancelled" and facts["register"]["state"] != "cancelled":
            broken.append(f"{path}: was cancelled, now {facts['register']['state']}")
    promised = {answer.path for answer in due}
    for path, digest in {answer.path: answer.document for answer in ever if answer.document}.items():
        status, _, document = client.ask("GET", f"{path}/document")
        if status == 200 and sha256(document) != digest:
            broken.append(f"{path}: {len(document)} octets are served that are not its document")
        elif status == 200 and "/signatures/" in path and not all(d in journal for d in covered(document)):
            broken.append(f"{path}: released, and its signature is not in the journal")
        elif status != 200 and (path in promised or status != 404):
            broken.append(f"{path}/document: {status}")
    client.close()
    return broken
