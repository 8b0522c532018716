"""The hostile and the benign documents of tests/conformance/hostile, judged by EU DSS and pyHanko
beside antin: who misses what, who takes the innocent for guilty.

Only antin must be right; what the others answer is printed by class. Benign documents by a third
writer, pyHanko, come on top.
"""
import collections
import concurrent.futures
import datetime
import io
import logging
import pathlib
import sys
import tempfile

import judges
from results import table

HERE = pathlib.Path(__file__).resolve().parents[1] / "conformance" / "hostile"
sys.path.insert(0, str(HERE))
import hostile_test  # noqa: E402
import kit_documents  # noqa: E402
from kit_cases import VALID, Case  # noqa: E402

PKI = hostile_test.PKI
AT = datetime.datetime.fromisoformat(hostile_test.AT.replace("Z", "+00:00"))
MADE = AT - datetime.timedelta(days=30)
MOST_FOR_DSS = 7  # documents of one class: it draws every page of every revision


# Made by pyHanko ------------------------------------------------------------------------------------

def maker(name):
    """A key of the test PKI that signs at a fixed time."""
    from pyhanko.sign import signers

    class Signer(signers.PdfSigner):
        def init_signing_session(self, *args, **kwargs):
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = MADE
            return session

    return Signer, signers.SimpleSigner.load(
        PKI / "keys" / f"{name}.key", PKI / "certs" / f"{name}.crt",
        ca_chain_files=[PKI / "certs" / "issuing-ca.crt"])


def writer_of(octets):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    return IncrementalPdfFileWriter(io.BytesIO(octets), strict=False)


def add_signature(octets, number, box=None, name="officer-rsa2048"):
    from pyhanko.sign import fields, signers
    kind, signer = maker(name)
    field = f"pyHanko {number}"
    meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256", signer_key_usage=set(),
                                        subfilter=fields.SigSeedSubFilter.PADES)
    spec = fields.SigFieldSpec(field, box=box) if box else None
    return kind(meta, signer, new_field_spec=spec).sign_pdf(writer_of(octets)).getvalue()


def add_evidence(octets):
    from asn1crypto import crl as asn1_crl, pem, x509 as asn1_x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    def der(path):
        data = path.read_bytes()
        return pem.unarmor(data)[2] if pem.detect(data) else data
    last = PdfFileReader(io.BytesIO(octets), strict=False).embedded_signatures[-1]
    out = io.BytesIO(octets)
    DocumentSecurityStore.add_dss(
        out, last.sig_object.raw_get("/Contents").hex().upper().encode(),
        certs=[asn1_x509.Certificate.load(der(PKI / "certs" / f"{n}.crt"))
               for n in ("officer-rsa2048", "issuing-ca")],
        crls=[asn1_crl.CertificateList.load(der(PKI / "crl" / f"{n}.crl"))
              for n in ("root", "issuing-ca")])
    return out.getvalue()


def add_timestamp(octets, number):
    from asn1crypto import keys, pem
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.sign import signers
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore
    secret = pem.unarmor((PKI / "keys" / "tsa.key").read_bytes())[2]
    chain = SimpleCertificateStore()
    chain.register(load_cert_from_pemder(PKI / "certs" / "issuing-ca.crt"))
    stamper = DummyTimeStamper(load_cert_from_pemder(PKI / "certs" / "tsa.crt"),
                               keys.PrivateKeyInfo.load(secret), certs_to_embed=chain, fixed_dt=MADE)
    made = signers.PdfTimeStamper(stamper, field_name=f"Timestamp {number}")
    return made.timestamp_pdf(writer_of(octets), "sha256").getvalue()


SEQUENCES = {
    "signed": lambda o: add_signature(o, 1),
    "signed so that it is seen": lambda o: add_signature(o, 1, (330, 60, 530, 110)),
    "signed twice": lambda o: add_signature(add_signature(o, 1), 2, (330, 60, 530, 110), "agency"),
    "evidence and timestamp": lambda o: add_timestamp(add_evidence(o), 1),
    "renewed, then signed": lambda o: add_signature(add_timestamp(add_evidence(
        add_timestamp(add_evidence(o), 1)), 2), 3),
}
BASES = ["plain", "plain-stream", "rich", "rich-2", "form-packed", "form-3", "notes-3", "all", "all-3", "two"]


def made_by_pyhanko():
    logging.disable(logging.CRITICAL)
    return [Case(f"{base}/pyHanko: {name}", "benign, by pyHanko", step(kit_documents.base(base).octets),
                 VALID) for name, step in SEQUENCES.items() for base in BASES]


# What the others say --------------------------------------------------------------------------------

def accepted_by_dss(answer):
    """Every signature passed and no change that DSS calls undefined."""
    signatures = answer.get("signatures", [])
    return bool(signatures) and all(s["indication"] == "TOTAL_PASSED" and not s["undefined_changes"]
                                    for s in signatures)


def accepted_by_pyhanko(answer):
    signatures = answer.get("signatures", [])
    return bool(signatures) and all(s["ok"] for s in signatures)


def sample(cases, most):
    """Indices: at most so many of a class, spread over it."""
    by_class = collections.defaultdict(list)
    for number, case in enumerate(cases):
        if case.profile == "document":
            by_class[case.attack].append(number)
    return sorted(n for numbers in by_class.values()
                  for n in numbers[::max(1, -(-len(numbers) // most))])


def run(world, results):
    results.section("Hostile and benign documents: made")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cases = hostile_test.collect("", world.build, folder, everywhere=True) + made_by_pyhanko()
        files = [folder / f"{number}.pdf" for number in range(len(cases))]
        for case, path in zip(cases, files):
            path.write_bytes(case.octets)
        results.section(f"{len(cases)} documents judged by antin")
        for case, answer in zip(cases, hostile_test.judge_all(world.build, cases, files)):
            wrong = hostile_test.objection(case, answer)
            results.check(f"antin on {case.name} [{case.attack}]", wrong is None, wrong)
        chosen = sample(cases, MOST_FOR_DSS)
        results.section(f"{len(chosen)} of them by EU DSS and pyHanko")
        anchors = [PKI / "certs" / "root.crt"]
        crls = [PKI / "crl" / "root.crl", PKI / "crl" / "issuing-ca.crl"]
        requests = [(files[n], anchors, crls, AT) for n in chosen]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            dss = pool.submit(judges.dss_answers, requests)
            pyhanko = judges.pyhanko(requests)
            dss = dict(zip(chosen, dss.result()))
        print_who_misses(cases, chosen, {
            "EU DSS": {n: accepted_by_dss(dss[n]) for n in chosen},
            "pyHanko": {n: accepted_by_pyhanko(pyhanko[str(files[n])]) for n in chosen}})


def print_who_misses(cases, chosen, accepted):
    """Hostile: how many each calls good. Benign: how many each calls bad."""
    for title, good in (("hostile, and called good by", True), ("benign, and called bad by", False)):
        rows = collections.defaultdict(collections.Counter)
        for number in chosen:
            case = cases[number]
            if (case.expect == VALID) == good:
                continue
            rows[case.attack]["asked"] += 1
            for name, said in accepted.items():
                rows[case.attack][name] += said[number] == good
        rows["all"] = sum(rows.values(), collections.Counter())
        table([title, "asked", "antin", *accepted],
              [[attack, counts["asked"], 0, *(counts[name] for name in accepted)]
               for attack, counts in rows.items()])
        print()
