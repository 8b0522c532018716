#!/usr/bin/env python3
"""Makes the documents and the evidence of cases.toml with pyHanko and keys of tests/pki.

    build/interop/venv/bin/python tests/vectors/lta/make.py [--only NAME]

What is there stays: delete a file to have it made anew.
"""
import argparse
import asyncio
import io
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests" / "pki"))

import forge  # noqa: E402
from asn1crypto import crl as asn1_crl, ocsp as asn1_ocsp  # noqa: E402
from asn1crypto.keys import PrivateKeyInfo  # noqa: E402
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: E402
from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402
from pyhanko.sign import fields, signers  # noqa: E402
from pyhanko.sign.validation.dss import DocumentSecurityStore  # noqa: E402
from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: E402


moment = forge.moment


class Holder(signers.SimpleSigner):
    """A key whose signatures are stamped over SHA-256, whatever they were made with."""

    def _unsigned_attr_providers(self, *args, digest_algorithm, **kwargs):
        return super()._unsigned_attr_providers(*args, digest_algorithm="sha256", **kwargs)


class Signer(signers.PdfSigner):
    """Claims the time it is told."""

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.at = at

    def init_signing_session(self, *args, **kwargs):
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


def evidence(table):
    """{name: (kind, DER)}; written beside the table."""
    found = {}
    for one in table.get("crl", []):
        path = HERE / "evidence" / f"{one['name']}.crl"
        if not path.exists():
            revoked = [(r["name"], moment(r["at"]), r.get("reason")) for r in one.get("revoked", [])]
            more = {}
            if "keeps_expired_since" in one:
                more["keeps_expired_since"] = moment(one["keeps_expired_since"])
            path.write_bytes(forge.make_crl(
                one["issuer"], moment(one["at"]), moment(one["until"]) if "until" in one else None,
                revoked, one.get("number", 1), digest=one.get("digest", "sha256"), **more))
        found[one["name"]] = "crl", path.read_bytes()
    for one in table.get("ocsp", []):
        path = HERE / "evidence" / f"{one['name']}.ocsp"
        if not path.exists():
            state = one.get("state", "good")
            if state == "revoked":
                state = moment(one["revoked_at"]), one.get("reason")
            more = {"cutoff": moment(one["cutoff"])} if "cutoff" in one else {}
            path.write_bytes(forge.make_ocsp(
                one["of"], one["issuer"], one["by"], moment(one["at"]),
                moment(one["until"]) if "until" in one else None, state, **more))
        found[one["name"]] = "ocsp", path.read_bytes()
    return found


def store(names):
    made = SimpleCertificateStore()
    for name in names:
        made.register(forge.asn1_certificate(name))
    return made


def simple_signer(step):
    private = forge.key(step.get("with", step["key"])).private_bytes(
        forge.serialization.Encoding.DER, forge.serialization.PrivateFormat.PKCS8,
        forge.serialization.NoEncryption())
    return Holder(forge.asn1_certificate(step["key"]), PrivateKeyInfo.load(private),
                  store(step.get("chain", [])))


def sign(octets, step, number):
    at = moment(step["at"])
    stamper = None
    if "tsa" in step:
        stamper = forge.Tsa(step["tsa"], moment(step.get("stamped", step["at"])),
                            step.get("tsa_chain", ["lt-tsa-ca"]))
    meta = signers.PdfSignatureMetadata(
        field_name=f"Signature{number}", md_algorithm=step.get("digest", "sha256"),
        subfilter=fields.SigSeedSubFilter.PADES, signer_key_usage=set())
    signer = Signer(meta, simple_signer(step), timestamper=stamper, at=at)
    writer = IncrementalPdfFileWriter(io.BytesIO(octets))
    out = asyncio.run(signer.async_sign_pdf(writer))
    return out.getvalue()


def stamp(octets, step, number):
    stamper = forge.Tsa(step["tsa"], moment(step["at"]), step.get("tsa_chain", ["lt-tsa-ca"]),
                        step.get("digest", "sha256"))
    maker = signers.PdfTimeStamper(stamper, field_name=f"Timestamp{number}")
    writer = IncrementalPdfFileWriter(io.BytesIO(octets))
    return maker.timestamp_pdf(writer, step.get("digest", "sha256")).getvalue()


def add_evidence(octets, step, known):
    out = io.BytesIO(octets)
    last = PdfFileReader(io.BytesIO(octets)).embedded_signatures[-1]
    kinds = {"crl": [], "ocsp": []}
    for name in step.get("evidence", []):
        kind, der = known[name]
        kinds[kind].append(der)
    DocumentSecurityStore.add_dss(
        out, last.sig_object.raw_get("/Contents").hex().upper().encode(),
        certs=[forge.asn1_certificate(c) for c in step.get("certs", [])],
        crls=[asn1_crl.CertificateList.load(d) for d in kinds["crl"]],
        ocsps=[asn1_ocsp.OCSPResponse.load(d) for d in kinds["ocsp"]])
    return out.getvalue()


def make(document, known):
    octets = (ROOT / document.get("base", "tests/vectors/lta/base.pdf")).read_bytes()
    for number, step in enumerate(document["steps"], 1):
        octets = {"sign": lambda: sign(octets, step, number),
                  "stamp": lambda: stamp(octets, step, number),
                  "dss": lambda: add_evidence(octets, step, known)}[step["do"]]()
    return octets


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", help="this document")
    args = parser.parse_args()
    table = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))
    known = evidence(table)
    made = 0
    for document in table["document"]:
        path = HERE / f"{document['name']}.pdf"
        if path.exists() or args.only not in (None, document["name"]):
            continue
        path.write_bytes(make(document, known))
        made += 1
    print(f"{made} documents made, {len(known)} pieces of evidence")


if __name__ == "__main__":
    main()
