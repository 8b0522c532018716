"""Clients that sign, store, cancel, verify and compare, and go on through whatever happens to the service."""
import contextlib
import random
import threading
import time

from appliance import GONE, Client, paper
from promises import DAY, DECISION, Broken, Entered, Signed, files, form

# Answers that promise nothing and may be better later.
LATER = (429, 503, 507)
# A step that was cut off with its worker, its token or its key holder ends its request, and says so.
CUT = ("service.worker_crashed", "service.ipc_closed", "service.ipc_failed", "job.interrupted", "general.internal")


def cut(code):
    return code in CUT or str(code).startswith("token.")


# What a full disk or an absent database makes of a request.
NO_ROOM = ("service.store_failed", "store.full", "store.database_gone", "store.database_busy",
           "general.file_unwritable", "tokend.journal_full")
# What a wrong clock makes of a signature: made, held against its timestamp, and not released.
SKEW = "sign.clock_skew"
# What it makes of one that is not made at all: told so for good.
TOO_EARLY = ("sign.certificate_not_yet_valid", "sign.certificate_expired")


class Load:
    """`threads` clients until stop(); every request that began is followed to its end. `every`: seconds from one
    step of a client to its next, at least."""

    def __init__(self, appliance, ledger, seed, threads=4, every=0.0):
        self.appliance, self.ledger, self.seed, self.every = appliance, ledger, seed, every
        self.stopping, self.give_up = threading.Event(), None
        self.without_store = threading.Event()  # set while the store cannot write
        self.another_day = threading.Event()  # set while the service's clock is wrong
        self.threads = [threading.Thread(target=self.run, args=(f"{seed}-{n}",), daemon=True)
                        for n in range(threads)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self, patience=90):
        self.give_up = time.monotonic() + patience
        self.stopping.set()
        for thread in self.threads:
            thread.join(patience + 10)

    def run(self, name):
        chance, client, number = random.Random(name), Client(self.appliance), 0
        steps = ((self.sign, 40), (self.enter, 20), (self.cancel, 10), (self.verify, 20), (self.compare, 12),
                 (self.twins, 6), (self.contest, 4))
        due = time.monotonic()
        while not self.stopping.wait(max(0.0, due - time.monotonic())):
            number += 1
            due = max(due, time.monotonic() - self.every) + self.every
            step = chance.choices([s for s, _ in steps], [w for _, w in steps])[0]
            try:
                step(client, chance, f"{name}-{number}")
                self.ledger.count(step.__name__)
            except Broken as broken:
                self.ledger.complain(broken)
            except Exception as error:  # noqa: BLE001: a thread that dies in silence would pass the test
                self.ledger.complain(f"{step.__name__}: {error!r}")
        client.close()

    def persist(self, client, method, path, body=None, **fields):
        """The first answer that is one. Sent again for as long as the service is away, busy or cannot write; a
        signature that failed for want of room may say so for ever."""
        patience, code = 5, None
        while True:
            try:
                status, answer = client.json(method, path, body, **fields)
                code = answer.get("code")
                if code == SKEW:
                    self.ledger.count(SKEW)
                elif cut(code) or status not in LATER and code not in NO_ROOM:
                    return status, answer
                if code in NO_ROOM and not self.without_store.is_set():
                    patience -= 1
                    if patience == 0 and status != 503:
                        return status, answer
            except GONE:
                status = None
            if self.give_up and time.monotonic() > self.give_up:
                raise Broken(f"{method} {path.split('?')[0]}: no answer at last ({status})")
            self.ledger.count("sent again")
            time.sleep(0.02 if status is None else 0.5 if code == SKEW else 0.1)

    def sign(self, client, chance, name):
        promise = Signed(f"survival-{name}", paper(name, chance.choice((0, 0, 20_000))))
        fields = {"Idempotency_Key": promise.key}
        if chance.random() < 0.3:
            fields["Prefer"] = "respond-async"
        if self.signature(client, promise, fields):
            with self.ledger.lock:
                self.ledger.signed.append(promise)

    def signature(self, client, promise, fields):
        doubtful = self.another_day.is_set()
        status, facts = self.persist(client, "POST", "/api/v1/signatures", promise.document, **fields)
        doubtful = doubtful or self.another_day.is_set()
        if status == 202:
            promise.job = facts["job"]
            status, facts = self.ended(client, promise.job)
            if status == 404:
                raise Broken(f"{promise.key}: job {promise.job} was accepted, now {status}")
        if status in (200, 201):
            promise.take(facts)
            self.logged(client, promise)
            return True
        if cut(facts.get("code")) or facts.get("code") in (*NO_ROOM, SKEW):
            return self.after_a_failure(client, promise, facts["code"])
        if facts.get("code") in TOO_EARLY and doubtful:
            with self.ledger.lock:
                self.ledger.refused[promise.key] = facts["code"]
            return False
        raise Broken(f"{promise.key}: {status} {facts}")

    def ended(self, client, job):
        """The answer that a job has at last."""
        while True:
            status, facts = self.persist(client, "GET", f"/api/v1/jobs/{job}")
            if status != 200:
                return status, facts
            if facts["state"] in ("done", "failed"):
                return (200, facts["result"]) if facts["state"] == "done" else (500, facts["problem"])
            time.sleep(0.02)

    def judged(self, client, path, body, **fields):
        """An answer that changes nothing; None when the work was cut off, and whoever wants it asks again."""
        status, answer = self.persist(client, "POST", path, body, **fields)
        if status == 202:
            status, answer = self.ended(client, answer["job"])
            if status == 404:  # taken away before it was written down
                self.ledger.count("lost job of a judgement")
                return None
        if cut(answer.get("code")):
            return None
        if status != 200:
            raise Broken(f"{path.split('?')[0]}: {status} {answer}")
        return answer

    def after_a_failure(self, client, promise, code):
        """Its key hears the same again, or, where later may be better, that it is signed now."""
        status, again = self.persist(client, "POST", "/api/v1/signatures", promise.document,
                                     Idempotency_Key=promise.key)
        if status == 201:
            promise.take(again)
            self.logged(client, promise)
            return True
        if status != 202 and not cut(again.get("code")) and again.get("code") not in (*NO_ROOM, *TOO_EARLY):
            raise Broken(f"{promise.key}: failed as {code}, then {status} {again}")
        with self.ledger.lock:
            self.ledger.refused[promise.key] = code
        return False

    def logged(self, client, promise):
        """The journal had it before the answer came."""
        while True:
            try:
                promise.hold(client)
                break
            except GONE:
                if self.give_up and time.monotonic() > self.give_up:
                    raise Broken(f"{promise.key}: its document cannot be had") from None
                time.sleep(0.02)
        if not self.ledger.journaled().issuperset(promise.digests):
            raise Broken(f"{promise.key}: released and not in the journal")

    def twins(self, _, chance, name):
        """The same request twice at once is one signature."""
        twins = [Signed(f"survival-{name}", paper(name)) for _ in range(2)]
        made = []

        def ask(promise):
            client = Client(self.appliance)
            try:
                made.append(self.signature(client, promise, {"Idempotency_Key": promise.key}))
            except Broken as broken:
                self.ledger.complain(broken)
            client.close()
        together([lambda t=t: ask(t) for t in twins])
        if made == [True, True]:
            if (twins[0].id, twins[0].sha256) != (twins[1].id, twins[1].sha256):
                raise Broken(f"{name}: one key, two signatures: {twins[0].id} {twins[1].id}")
            with self.ledger.lock:
                self.ledger.signed.append(twins[0])
        elif True in made:
            with self.ledger.lock:  # the other one heard of a failure before it was tried again
                self.ledger.signed.append(twins[made.index(True)])

    def enter(self, client, chance, name):
        entry = Entered(f"{name}/CT", "01/2026", paper(f"original {name}", chance.choice((0, 30_000))))
        while True:
            status, facts = self.persist(client, "POST", entry.question(), entry.document)
            if status in (200, 201):
                break
            if not cut(facts.get("code")):
                raise Broken(f"number {entry.number}: {status} {facts}")
        entry.take(facts)
        with self.ledger.lock:
            self.ledger.entered.append(entry)

    def contest(self, _, chance, name):
        """Two papers want one number: one has it."""
        rivals = [Entered(f"{name}/CT", "01/2026", paper(f"rival {n} {name}")) for n in "ab"]
        endings = {}

        def ask(entry):
            client = Client(self.appliance)
            while True:
                try:
                    status, facts = self.persist(client, "POST", entry.question(), entry.document)
                except Broken as broken:
                    status, facts = None, {"code": str(broken)}
                if not cut(facts.get("code")):
                    break
            endings[entry.document] = status
            if status in (200, 201):
                entry.take(facts)
            client.close()
        together([lambda e=e: ask(e) for e in rivals])
        winners = [entry for entry in rivals if endings.get(entry.document) in (200, 201)]
        if len(winners) != 1 or sorted(map(str, endings.values()))[1] != "409":
            raise Broken(f"number {name}/CT: two wanted it, {list(endings.values())}")
        with self.ledger.lock:
            self.ledger.entered.append(winners[0])

    def cancel(self, client, chance, name):
        with self.ledger.lock:
            free = [e for e in self.ledger.entered if e.state == "released" and not e.deciding]
            if not free:
                return
            entry = chance.choice(free)
            entry.deciding = True
        body, media = form(action="cancel", decision=DECISION, date=DAY)
        status, facts = self.persist(client, "POST", f"/api/v1/originals/{entry.id}/decisions", body,
                                     Content_Type=media)
        if status != 200 or facts["register"]["state"] != "cancelled":
            raise Broken(f"number {entry.number}: cannot be cancelled: {status} {facts}")
        entry.state, entry.deciding = "cancelled", False

    def verify(self, client, chance, name):
        with self.ledger.lock:
            if not self.ledger.signed:
                return
            promise = chance.choice(self.ledger.signed)
        status, _, document = client_ask(self, client, f"/api/v1/signatures/{promise.id}/document")
        if status != 200:
            raise Broken(f"{promise.key}: its document is {status}")
        doubtful = self.another_day.is_set()
        report = self.judged(client, "/api/v1/verify", document)
        if report is not None and report.get("verdict") != "VALID" and not (doubtful or self.another_day.is_set()):
            raise Broken(f"{promise.key}: {report.get('verdict')}")

    def compare(self, client, chance, name):
        """Pages of another paper are drawn; nothing but its own octets is ever called identical."""
        with self.ledger.lock:
            if not self.ledger.entered:
                return
            entry = chance.choice(self.ledger.entered)
        same = chance.random() < 0.3
        body, media = files(copy=entry.document if same else paper(f"copy {name}"))
        report = self.judged(client, f"/api/v1/compare?original_id={entry.id}", body, Content_Type=media)
        if report is None:
            return
        result = report.get("comparison", {}).get("result")
        if result not in (("identical",) if same else ("different", "unrelated", "not_comparable")):
            raise Broken(f"number {entry.number} compared with {'itself' if same else 'another'}: {result}")


def client_ask(load, client, path):
    while True:
        with contextlib.suppress(*GONE):
            answer = client.ask("GET", path)
            if answer[0] not in LATER:
                return answer
        if load.give_up and time.monotonic() > load.give_up:
            raise Broken(f"GET {path}: no answer at last")
        time.sleep(0.05)


def together(tasks):
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
