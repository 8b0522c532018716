"""One office on several nodes: antind as often as wanted on one database, one folder and one key holder, and clerks
who go to the next node when theirs does not answer, as a balancer lets them."""
import contextlib
import copy
import http.client
import itertools
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tests" / "integration" / "day")]
from cast import COMMUNES, people_table, units_table  # noqa: E402
from desk import Desk, Refused, YES_NO  # noqa: E402
from world import CONFIG, Tokend, World, wait_for  # noqa: E402

OFFICE = """\
database = "{database}"
[revocation]
online = false
[audit]
checkpoint_key = "pkcs11:token=agency;object=checkpoint"
origin = "hai-nut.example/antin"
[office]
legal = "{root}/packaging/legal"
people = "people.toml"
layouts = "{root}/packaging/layouts"
"""
GONE = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)
PATIENCE = 150  # seconds; a job of a node that died is another's after 60 and a round of 20


class Node:
    def __init__(self, office, name):
        self.office, self.name, self.process, self.base = office, name, None, None
        world = office.world
        self.config, self.port_file = world.folder / f"{name}.toml", world.folder / f"{name}.port"
        self.log = world.folder / f"{name}.log"
        self.config.write_text(CONFIG.format(world=world, port_file=self.port_file, http="", samples=ROOT / "packaging/samples",
                                             verify='units = "units.toml"\n')
                               + OFFICE.format(root=ROOT, database=office.database))

    def launch(self):
        self.port_file.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.office.world.build / "bin" / "antind", "--config", self.config],
                                            env=self.office.world.environment, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)

    def await_ready(self):
        wait_for(lambda: self.port_file.exists() and self.port_file.read_text().strip(), self.process, self.name)
        self.base = f"http://127.0.0.1:{self.port_file.read_text().strip()}"

    def end(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


class Office:
    """Inside a `with`: its nodes run. `database`: "sqlite" or the address of a server."""

    def __init__(self, folder, build, database, nodes):
        self.world, self.database, self.commune = World(folder, build), database, COMMUNES[0]
        (self.world.folder / "units.toml").write_text(units_table(COMMUNES[:1]))
        (self.world.folder / "people.toml").write_text(people_table(COMMUNES[:1], self.world.certificate_sha256))
        self.nodes = [Node(self, f"node-{n}") for n in range(1, nodes + 1)]
        # Commands look for it under this name.
        (self.world.folder / "antind.toml").write_text(self.nodes[0].config.read_text())

    def __enter__(self):
        self.tokend = Tokend(self.world.folder / "tokend", self.world.build, self.world.token, self.world.agencies)
        self.tokend.start()
        # At the same moment: the tables of a new database are made once.
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.await_ready()
        self.desk = Desk(self.world, self.nodes[0].base, self.commune)
        self.turn = itertools.count()
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.end()
        self.tokend.end()

    def ask(self, *given, **more):
        """Of the next node, or the one behind it."""
        until = time.monotonic() + PATIENCE
        while True:
            node = self.nodes[next(self.turn) % len(self.nodes)]
            desk = copy.copy(self.desk)
            desk.base = node.base
            try:
                return desk.ask(*given, **more)
            except GONE:
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
            except Refused as refused:
                # What a client that reads the answer does with 503.
                if refused.status != 503 or time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def look(self, case):
        return self.ask("GET", case["self"])

    def step(self, case, action, done, facts=None, key=None, file=None, once=None):
        """The case after this step, whoever heard of it: an answer may be lost with its node."""
        members = {"action": action, "version": case["version"]}
        if facts:
            members["facts"] = facts
        try:
            return self.ask("POST", case["self"] + "/actions", members, key=key or self.desk.keeper, file=file, once=once)
        except Refused as refused:
            if refused.code not in ("case.changed", "case.wrong_order"):
                raise
            case = self.look(case)
            if case["state"] in done:
                return case
            if refused.code == "case.wrong_order":
                raise
            return self.step(case, action, done, facts, key, file, once)

    def attested(self, number, scan):
        """One paper from the counter to its number."""
        desk = self.desk
        case = self.ask("POST", "/api/v1/cases", {
            "product": "certified_copy", "unit": self.commune.code,
            "facts": {"requester": f"Công dân {number}", "paper": "Giấy khai sinh", "paper_type": "giay_khai_sinh", "pages": 1}},
            key=desk.reception, once=f"mo-ho-so-{number:05}")
        case = self.step(case, "check", ("checked",), {"answers": YES_NO}, desk.reception)
        case = self.step(case, "capture", ("captured",), key=desk.reception, file=scan)
        signs = {"signer": self.commune.officer.account, "capacity": self.commune.capacity}
        return self.step(case, "attest", ("attested",), signs, desk.reception, once=f"loi-chung-{number:05}")

    def signed(self, cases):
        """All of them with one PIN, by the officer's command at the first node that answers."""
        self.desk.base = next(node.base for node in self.nodes if node.process)
        return self.desk.sign(cases)

    def sealed(self, case):
        self.step(case, "seal", ("seal_signed",), {"sealer": self.commune.keeper.account})
        until = time.monotonic() + PATIENCE
        while (case := self.look(case))["state"] == "officer_signed":
            assert case.get("sealing", {}).get("state") != "failed", case
            assert time.monotonic() < until, case
            time.sleep(0.05)
        return case

    def released(self, case):
        case = self.step(case, "register", ("registered",))
        return self.step(case, "release", ("released",), {"delivery": "trả tại quầy"})

    def start_astray(self):
        """A node whose data folder is not the one that is shared: (exit code, its log)."""
        folder = self.world.folder / "not-shared"
        folder.mkdir()
        config = self.world.folder / "astray.toml"
        config.write_text(self.nodes[0].config.read_text().replace(f'folder = "{self.world.folder}/store"',
                                                                   f'folder = "{folder}"'))
        try:
            done = subprocess.run([self.world.build / "bin" / "antind", "--config", config], env=self.world.environment,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        except subprocess.TimeoutExpired:
            return 0, "it runs"
        return done.returncode, done.stdout.decode() + done.stderr.decode()

    def commands(self):
        """What the operator's commands say of books and logs; {name: finished process}."""
        config = ("--config", self.world.folder / "antind.toml")
        antin = self.world.antin
        return {"antin book verify": antin("book", "verify", *config),
                "antin audit verify": antin("audit", "verify", "--store", self.world.folder / "store", *config,
                                            "--journal", self.tokend.journal)}


class Killer:
    """kill -9 of a node as soon as so many have come so far, and again when it is back."""

    def __init__(self, office, after, back_after):
        self.office, self.after, self.back_after = office, after, back_after
        self.lock, self.count, self.victim, self.kills = threading.Lock(), 0, None, 0

    def came(self):
        with self.lock:
            self.count += 1
            if self.count in self.after:
                self.victim = self.office.nodes[self.kills % len(self.office.nodes)]
                self.victim.end(signal.SIGKILL)
                self.kills += 1
            elif self.victim is not None and self.count in self.back_after:
                self.back()

    def back(self):
        if self.victim is not None:
            self.victim.launch()
            self.victim.await_ready()
            self.victim = None


def told(path):
    """Events of a node's log, counted."""
    counts = {}
    with contextlib.suppress(OSError):
        for line in path.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line).get("event", "")
                counts[event] = counts.get(event, 0) + 1
    return counts
