"""One office over HTTP, as its people and the systems around it use it."""
import base64
import hashlib
import json
import pathlib
import ssl
import time
import urllib.parse

import asking
from world import MODULE, quietly

YES_NO = {"secret": "no", "on_paper": "yes", "foreign": "no", **{f"ground_{n}": "no" for n in range(1, 7)}}


class Refused(Exception):
    """What the service did not do, and why."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {json.dumps(problem, ensure_ascii=False)[:1500]}")
        self.status, self.problem, self.code = status, problem, problem.get("code")


class Desk:
    """The people of one commune, each with an own key of the interface."""

    def __init__(self, world, base, commune):
        self.world, self.base, self.commune = world, base, commune
        unit = ("--unit", commune.code)
        # Scopes beyond the role: the register and the kept originals, which a counter looks up.
        self.reception = world.add_key(f"reception {commune.code}", "cases,reception,verify", *unit)
        self.officer = world.add_key(f"officer {commune.code}", "cases,officer", *unit, "--person",
                                     commune.officer.account)
        self.keeper = world.add_key(f"keeper {commune.code}", "cases,clerk,originals,register,verify", *unit,
                                    "--person", commune.keeper.account)
        self.system = world.add_key(f"system {commune.code}", "cases,submit", *unit)
        self.officer_key_file = world.folder / f"officer-{commune.code}.key"
        self.officer_key_file.write_text(self.officer)
        self.officer_key_file.chmod(0o600)
        self.count = 0

    def ask(self, method, path, members=None, file=None, key=None, once=None):
        body, headers = asking.content(members, file)
        headers["Authorization"] = f"Bearer {key or self.keeper}"
        if once:
            headers["Idempotency-Key"] = once
        status, said, octets = asking.sent(self.base, method, path, body, headers)
        told = json.loads(octets) if "json" in said.get("Content-Type", "").split(";")[0] else octets
        if status >= 400:
            raise Refused(status, told if isinstance(told, dict) else {"octets": repr(told[:200])})
        return told

    def once(self):
        self.count += 1
        return f"{self.commune.code}-viec-{self.count:05}"

    # Steps.

    def opened(self, product, key=None, file=None, **members):
        return self.ask("POST", "/api/v1/cases", {"product": product, "unit": self.commune.code, **members},
                        key=key or self.reception, file=file, once=self.once())

    def step(self, case, action, facts=None, key=None, file=None, once=None, **more):
        members = {"action": action, "version": case["version"], **more}
        if facts:
            members["facts"] = facts
        return self.ask("POST", case["self"] + "/actions", members, key=key or self.keeper, file=file, once=once)

    def look(self, case):
        return self.ask("GET", case["self"])

    def document(self, case, of):
        return self.ask("GET", f"{case['self']}/document?of={of}")

    def letter(self, case, letter, **facts):
        return self.ask("POST", case["self"] + "/letters",
                        {"letter": letter, "version": case["version"], "facts": facts})

    def captured(self, scan, visit=None, answers=None, **facts):
        more = {"visit": visit} if visit else {}
        case = self.opened("certified_copy", facts=facts, **more)
        case = self.step(case, "check", {"answers": {**YES_NO, **(answers or {})}}, key=self.reception)
        return self.step(case, "capture", file=scan, key=self.reception)

    def attested(self, case, **more):
        """With the number that is reserved for it."""
        signs = {"signer": self.commune.officer.account, "capacity": self.commune.capacity}
        return self.step(case, "attest", signs, key=self.reception, once=self.once(), **more)

    def sign(self, cases):
        """The officer's program signs them all with one PIN."""
        done = self.world.antin("sign-cases", "--service", self.base, "--api-key-file", self.officer_key_file,
                                "--key", self.world.key(self.commune.officer_key), "--pin-source",
                                self.world.pin(self.commune.officer_key), "--yes", "--json",
                                *(case["id"] for case in cases))
        if done.returncode != 0:
            raise AssertionError(done.stdout.decode() + done.stderr.decode())
        return [self.look(case) for case in cases]

    def sign_in_session(self, case):
        """The same as docs/PROTOCOL.officer.md says it, with another program at the token."""
        name, world = self.commune.officer_key, self.world
        der = ssl.PEM_cert_to_DER_cert((world.pki / "certs" / f"{name}.crt").read_text())
        session = self.ask("POST", "/api/v1/signing-sessions", key=self.officer, members={
            "certificate": base64.b64encode(der).decode(), "cases": [{"id": case["id"], "version": case["version"]}]})
        item, = session["items"]
        assert item["state"] == "prepared", item
        shown = self.ask("GET", item["document"], key=self.officer)
        first, one, second, two = item["byte_range"]
        attributes = base64.b64decode(item["attributes"])
        assert hashlib.sha256(shown[first:first + one] + shown[second:second + two]).digest() in attributes
        data, out = world.folder / "attributes", world.folder / "value"
        data.write_bytes(attributes)
        quietly("pkcs11-tool", "--module", MODULE, "--token-label", "officer", "--login", "--pin",
                (world.token / "officer.pin").read_text().strip(), "--sign", "--mechanism", "SHA256-RSA-PKCS",
                "--id", world.key_id(name), "--input-file", data, "--output-file", out, env=world.environment)
        value = base64.b64encode(out.read_bytes()).decode()
        session = self.ask("POST", session["self"] + "/complete",
                           {"signatures": [{"case": case["id"], "value": value}]}, key=self.officer)
        return self.settled(case, ("attested", "composed", "numbered"))

    def settled(self, case, waiting=("officer_signed", "composed", "lined"), seconds=60):
        deadline = time.monotonic() + seconds
        while (case := self.look(case))["state"] in waiting:
            assert case.get("sealing", {}).get("state") != "failed", case
            assert time.monotonic() < deadline, case
            time.sleep(0.03)
        return case

    def sealed(self, cases):
        """The keeper's seal on all of them, asked for at once."""
        for case in cases:
            self.step(case, "seal", {"sealer": self.commune.keeper.account})
        return [self.settled(case) for case in cases]

    def entered(self, cases):
        return [self.step(case, "register") for case in self.sealed(cases)]

    def released(self, cases, delivery="trả tại quầy"):
        return [self.step(case, "release", {"delivery": delivery}) for case in self.entered(cases)]

    # Books.

    def rows(self, book):
        found, at = [], 1
        while True:
            part = self.ask("GET", f"/api/v1/books/rows?book={urllib.parse.quote(book, safe='')}&from={at}")["rows"]
            found += part
            if not part:
                return found
            at = part[-1]["number"] + 1


def keep(folder, name, octets):
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path
