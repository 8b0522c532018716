"""A client that a public generator (openapi-python-client) makes of the service's own description runs the main flow:
a case is opened, captured, numbered, signed by prepare and complete, sealed, entered, released, verified.

Nothing of the client is written here: what the description leaves open or says wrongly fails.
"""
import base64
import hashlib
import importlib
import io
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import time

import judges
from office import EVERYTHING, furnish
from sheets import sheet
from world import MODULE, quietly

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = ROOT / "tests/interop/client.yaml"
ANSWERS = {"secret": "no", "on_paper": "yes", "foreign": "no", **{f"ground_{n}": "no" for n in range(1, 7)}}


def run(world, results):
    results.section("A client made from the description")
    folder = world.folder / "client"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    units, office = furnish(world)
    with world.timestamps() as tsa, world.service(
            verify=units, more=office, scopes=EVERYTHING, agency=f'tsa = ["{tsa}"]\n') as base:
        tools = judges.TOOLS / "venv" / "bin"
        done = subprocess.run(
            [tools / "openapi-python-client", "generate", "--url", f"{base}/api/v1/openapi.json", "--output-path",
             folder / "antin_client", "--meta", "none", "--config", CONFIG, "--fail-on-warning"], cwd=folder,
            capture_output=True, stdin=subprocess.DEVNULL, timeout=300, check=False,
            env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
        said = (done.stdout + done.stderr).decode(errors="replace")
        if not results.check("the generator has nothing to complain of",
                             done.returncode == 0 and "WARNING" not in said, said[-3000:]):
            return
        sys.path.insert(0, str(folder))
        try:
            for path in sorted((folder / "antin_client").rglob("*.py")):
                name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
                try:
                    importlib.import_module(name)
                except NameError as e:
                    # The generator forgets this import where a body has two forms and nothing is optional.
                    results.check(f"client: {name} lacks no more than an import", "'Unset'" in str(e), repr(e))
                    path.write_text("from ...types import Unset\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
                    importlib.import_module(name)
                except Exception as e:  # noqa: BLE001  whatever the generator made wrongly
                    results.check(f"client: {name} can be used", False, repr(e))
            Flow(world, results, base).play()
        finally:
            sys.path.remove(str(folder))
            for name in [n for n in sys.modules if n.split(".")[0] == "antin_client"]:
                del sys.modules[name]


class Flow:
    def __init__(self, world, results, base):
        self.world, self.results = world, results
        self.models, self.types = (importlib.import_module(f"antin_client.{n}") for n in ("models", "types"))
        client = importlib.import_module("antin_client").AuthenticatedClient
        self.client = client(base_url=base, token=world.api_key, timeout=60, raise_on_unexpected_status=True)

    def call(self, operation, **given):
        """operation: "cases.open_case". What came back, of the type that the description says."""
        module = importlib.import_module(f"antin_client.api.{operation}")
        answer = module.sync_detailed(client=self.client, **given)
        told = answer.parsed
        self.results.check(f"client: {operation} is answered {answer.status_code}", answer.status_code < 300,
                           answer.content[:500])
        return told

    def file(self, octets, name):
        return self.types.File(payload=io.BytesIO(octets), file_name=name, mime_type="application/octet-stream")

    def step(self, case, action, facts=None, file=None, once=None):
        m = self.models
        request = m.CaseAction(action=m.CaseActionAction(action), version=case.version,
                               **({"facts": m.CaseFacts.from_dict(facts)} if facts else {}))
        body = m.DoCaseActionFilesBody(request=request, file=self.file(file, "a.png")) if file else request
        more = {"idempotency_key": once} if once else {}
        return self.call("cases.do_case_action", id=case.id, body=body, **more)

    def document(self, case, of):
        answer = self.call("cases.get_case_document", id=case.id, of=self.models.GetCaseDocumentOf(of))
        return answer.payload.read()

    def play(self):
        m, check = self.models, self.results.check
        case = self.call("cases.open_case", body=m.CaseOpening(
            product=m.CaseOpeningProduct("certified_copy"), unit="H40.7", facts=m.CaseFacts.from_dict(
                {"requester": "Nguyễn Thị Ánh", "paper": "Giấy khai sinh", "paper_type": "giay_khai_sinh", "pages": 1})))
        check("client: Vietnamese comes back as it went", case.facts.requester == "Nguyễn Thị Ánh", case)
        case = self.step(case, "check", {"answers": ANSWERS})
        case = self.step(case, "capture", file=sheet(4711))
        case = self.step(case, "attest", {"signer": "nguyen.van.anh", "capacity": "CHỦ TỊCH"}, once="may-khach-sinh-ra")
        check("client: it has a number", case.number == "01/ĐT", case.number)
        self.sign(case)
        case = self.settled(case, "attested")
        case = self.step(case, "seal", {"sealer": "le.thi.thu"})
        case = self.settled(case, "officer_signed")
        case = self.step(self.step(case, "register"), "release", {"delivery": "trả tại quầy"})
        check("client: it is released", case.state == m.CaseBriefState("released"), case.state)
        copy = self.document(case, "sealed")
        report = self.call("documents.verify", body=self.file(copy, "ban-sao.pdf"))
        report = report if isinstance(report, m.Report) else self.finished(report)
        said = report.to_dict()
        check("client: it is valid and in the book", (said["verdict"], said["register"]["state"])
              == ("VALID", "released"), said["message"])
        entry = self.call("originals.look_up", sha256=hashlib.sha256(copy).hexdigest())
        check("client: anybody finds it", entry.to_dict()["number"] == case.number, entry)
        refused = self.refused("cases.do_case_action", id=case.id, body=m.CaseAction(
            action=m.CaseActionAction("seal"), version=case.version))
        check("client: a refusal is a problem with its code", isinstance(refused, m.Problem)
              and refused.code == "case.wrong_order" or refused.code == "case.final", refused)

    def refused(self, operation, **given):
        return importlib.import_module(f"antin_client.api.{operation}").sync(client=self.client, **given)

    def finished(self, accepted):
        """Of a job that was too long to wait for."""
        job = accepted
        while job.state.value in ("queued", "running"):
            time.sleep(0.05)
            job = self.call("jobs.get_job", id=accepted.id)
        return job.result

    def settled(self, case, waiting):
        deadline = time.monotonic() + 60
        while True:
            case = self.call("cases.get_case", id=case.id)
            if case.state.value != waiting:
                return case
            if time.monotonic() > deadline:
                self.results.check(f"client: it goes on from {waiting}", False, case)
                raise AssertionError(waiting)
            time.sleep(0.05)

    def sign(self, case):
        """Prepare, the officer's token, complete (docs/PROTOCOL.officer.md)."""
        m, world, name = self.models, self.world, "officer-rsa2048"
        der = ssl.PEM_cert_to_DER_cert((world.pki / "certs" / f"{name}.crt").read_text())
        session = self.call("signing_by_people.open_signing_session", body=m.SigningOpening(
            certificate=base64.b64encode(der).decode(),
            cases=[m.SigningOpeningCasesItem(id=str(case.id), version=case.version)]))
        while session.state.value == "working":
            time.sleep(0.05)
            session = self.call("signing_by_people.get_signing_session", id=session.id)
        item, = session.items
        data, out = world.folder / "client-attributes", world.folder / "client-value"
        data.write_bytes(base64.b64decode(item.attributes))
        quietly("pkcs11-tool", "--module", MODULE, "--token-label", "officer", "--login", "--pin",
                (world.token / "officer.pin").read_text().strip(), "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id",
                world.key_id(name), "--input-file", data, "--output-file", out, env=world.environment)
        value = m.SigningCompletionSignaturesItem(case=str(case.id), value=base64.b64encode(out.read_bytes()).decode())
        self.call("signing_by_people.complete_signing_session", id=session.id,
                  body=m.SigningCompletion(signatures=[value]))
