"""What the service said to its clients, and whether it is still true.

Each answer with an id is a promise. A request that was cut off promised nothing and is sent again, with the same
idempotency key or the same facts, until somebody says how it ended.
"""
import re
import threading
import time
import urllib.parse

from appliance import GONE, Client, sha256

DECISION, DAY, UNIT = "12/QĐ-TP", "2026-11-02", "SURV-01"


class Broken(Exception):
    """A promise that does not hold."""


class Ledger:
    """Everything that was promised, by whoever. Thread-safe."""

    def __init__(self, appliance):
        self.appliance, self.lock = appliance, threading.Lock()
        self.signed, self.entered, self.broken = [], [], []
        self.refused = {}  # idempotency key of a signature that failed for good: its code
        self.counts = {}
        self.read_until, self.logged = {}, set()  # of the journals: octets of each, digests in all

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def complain(self, what):
        with self.lock:
            self.broken.append(str(what))

    def all(self):
        with self.lock:
            return [*self.signed, *self.entered]

    def journaled(self):
        """SHA-256 of everything that the key holder wrote down that it signed; read on where it ended last."""
        with self.lock:
            for path in self.journals():
                with open(path, "rb") as journal:
                    journal.seek(self.read_until.get(path, 0))
                    lines, end, _ = journal.read().rpartition(b"\n")
                self.read_until[path] = self.read_until.get(path, 0) + len(lines + end)
                self.logged.update(re.findall(r'"(?:message_digest|document)":"([0-9a-f]{64})"', lines.decode()))
            return self.logged

    def journals(self):
        journal = self.appliance.key_holder_folder() / "journal"
        return [journal] if journal.is_file() else []

    def reconcile(self, kills):
        """Journal against store, and what must be unique."""
        ids = [promise.id for promise in self.all()]
        if len(ids) != len(set(ids)):
            self.complain("an id was given twice")
        codes = [entry.code for entry in self.entered]
        if len(codes) != len(set(codes)):
            self.complain("a public code was given twice")
        logged = self.journaled()
        released = {digest for promise in self.signed for digest in promise.digests}
        if missing := released - logged:
            self.complain(f"{len(missing)} signatures released that the journal does not know")
        made_in_vain = len(logged - released)
        # One cut may leave the signatures that were under way, two at most, without a document.
        if made_in_vain > 2 * kills + len(self.refused):
            self.complain(f"{made_in_vain} signatures made and not released, {kills} kills")
        return len(logged), made_in_vain


def covered(document):
    """SHA-256 of what each signature of a PDF covers."""
    found = []
    for numbers in re.findall(rb"/ByteRange ?\[ ?(\d+) +(\d+) +(\d+) +(\d+) *\]", document):
        a, b, c, d = map(int, numbers)
        found.append(sha256(document[a:a + b] + document[c:c + d]))
    return found


class Signed:
    """One idempotency key, one document, one signature."""

    def __init__(self, key, document):
        self.key, self.document = key, document
        self.id = self.sha256 = self.job = None
        self.digests = []

    def take(self, facts):
        if facts["input_sha256"] != sha256(self.document):
            raise Broken(f"{self.key}: signed another document")
        if self.id is not None and (self.id, self.sha256) != (facts["id"], facts["sha256"]):
            raise Broken(f"{self.key}: {self.id} became {facts['id']}")
        if self.job is not None and self.job != facts["job"]:
            raise Broken(f"{self.key}: job {self.job} became {facts['job']}")
        self.id, self.sha256, self.job = facts["id"], facts["sha256"], facts["job"]

    def hold(self, client):
        status, facts = client.json("POST", "/api/v1/signatures", self.document, Idempotency_Key=self.key)
        if status == 503:
            raise ConnectionRefusedError
        if status != 201:
            raise Broken(f"{self.key}: promised {self.id}, now {status} {facts.get('code')}")
        self.take(facts)
        self.read(client)

    def read(self, client):
        status, _, document = client.ask("GET", f"/api/v1/signatures/{self.id}/document")
        if status == 503:
            raise ConnectionRefusedError
        if status != 200 or sha256(document) != self.sha256 or not document.startswith(self.document):
            raise Broken(f"{self.key}: the document of {self.id} is not what was promised ({status}, "
                         f"{len(document)} octets)")
        self.digests = covered(document)
        if len(self.digests) != 1:
            raise Broken(f"{self.key}: {len(self.digests)} signatures in one document")


class Entered:
    """One original in the book, under its number."""

    def __init__(self, number, book, document):
        self.number, self.book, self.document = number, book, document
        self.id = self.code = None
        self.state, self.deciding = "released", False

    def question(self):
        return "/api/v1/originals?" + urllib.parse.urlencode(
            {"kind": "certified_copy", "number": self.number, "book": self.book, "date": "2026-11-01",
             "unit": "Phòng Tư pháp", "unit_code": UNIT})

    def take(self, facts):
        entry = facts["register"]
        if self.id is not None and (self.id, self.code) != (facts["id"], entry["code"]):
            raise Broken(f"number {self.number}: {self.id} became {facts['id']}")
        if facts["sha256"] != sha256(self.document) or entry["number"] != self.number:
            raise Broken(f"number {self.number}: another document or number")
        self.id, self.code = facts["id"], entry["code"]

    def hold(self, client):
        status, facts = client.json("GET", f"/api/v1/originals/{self.id}")
        if status == 503:
            raise ConnectionRefusedError
        if status != 200:
            raise Broken(f"number {self.number}: promised {self.id}, now {status} {facts.get('code')}")
        self.take(facts)
        may_be = {"released", "cancelled"} if self.deciding else {self.state}
        if facts["register"]["state"] not in may_be:
            raise Broken(f"number {self.number}: is {facts['register']['state']}, was {self.state}")
        status, public = client.json("GET", f"/api/v1/register?code={self.code}")
        if status == 200 and public.get("number") != self.number:
            raise Broken(f"number {self.number}: its code {self.code} leads to {public}")
        self.read(client)

    def read(self, client):
        status, _, document = client.ask("GET", f"/api/v1/originals/{self.id}/document")
        if status == 200 and document != self.document or status not in (200, 503):
            raise Broken(f"number {self.number}: the original is not what was given ({status})")


def form(**values):
    """(content, media type) of a form."""
    line = "----survival"
    body = "".join(f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                   for name, value in values.items()) + f"--{line}--\r\n"
    return body.encode(), f"multipart/form-data; boundary={line}"


def files(**documents):
    """(content, media type) of a form of PDF files."""
    line = "----survival"
    body = b"".join(f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.pdf"\r\n'
                    f"Content-Type: application/pdf\r\n\r\n".encode() + octets + b"\r\n"
                    for name, octets in documents.items()) + f"--{line}--\r\n".encode()
    return body, f"multipart/form-data; boundary={line}"


def hold(promises, appliance, ledger, patience=60, reading=False):
    """Asks again for each promise, or only for its document; a service that is away is waited for."""
    client, until = Client(appliance), time.monotonic() + patience
    for promise in promises:
        while True:
            try:
                promise.read(client) if reading else promise.hold(client)
            except Broken as broken:
                ledger.complain(broken)
            except GONE as gone:
                if time.monotonic() < until:
                    time.sleep(0.02)
                    continue
                ledger.complain(f"{promise.id}: nobody answers ({gone!r})")
            break
    client.close()
