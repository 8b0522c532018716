"""Signatures of every level made and raised by other people's programs: pyHanko and EU DSS."""
import asyncio
import concurrent.futures
import logging
import pathlib

import judges

LEVELS = ["B-T", "B-LT", "B-LTA"]


# EU DSS -----------------------------------------------------------------------------------------

def dss(jobs, world):
    """jobs: [dict(do, source, out, level, form, about, key, scheme)]; {out: "" or what went wrong}.
    One JVM for all."""
    lines = []
    for job in jobs:
        signer = [world.pki / "certs" / f"{job['key']}.crt", *world.chain] if "key" in job else []
        secret = f"{job['scheme']}:{world.pki / 'keys' / job['key']}.key" if "key" in job else ""
        lines.append("\t".join([job["do"], str(job["source"]), str(job["out"]), job["level"],
                                job.get("form", "pades"), str(job.get("about", "")),
                                ":".join(map(str, world.anchors)), ":".join(map(str, world.crls)),
                                world.tsa, ":".join(map(str, signer)), secret]))
    answers = judges.ask_dss("Maker", lines, 900)
    return {pathlib.Path(a["file"]): a.get("error", "") for a in answers}


# pyHanko ----------------------------------------------------------------------------------------

def _pyhanko_one(request):
    """Runs in a process of its own pool; see pyhanko()."""
    job, pki, anchors, crls, tsa = request
    logging.disable(logging.CRITICAL)
    try:
        _pyhanko_make(job, pathlib.Path(pki), anchors, crls, tsa)
    except Exception as e:  # noqa: BLE001  the caller reports it as that file's failure
        return job["out"], f"{type(e).__name__}: {e}"[:300]
    return job["out"], ""


def context(anchors, crls):
    from asn1crypto import crl as asn1_crl, pem
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko_certvalidator import ValidationContext
    lists = []
    for name in crls:
        octets = pathlib.Path(name).read_bytes()
        lists.append(asn1_crl.CertificateList.load(
            pem.unarmor(octets)[2] if pem.detect(octets) else octets))
    return ValidationContext(trust_roots=[load_cert_from_pemder(a) for a in anchors], crls=lists,
                             allow_fetching=False, revocation_mode="require")


def _pyhanko_make(job, pki, anchors, crls, tsa):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import fields, signers
    from pyhanko.sign.timestamps import HTTPTimeStamper
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    known, stamper = context(anchors, crls), HTTPTimeStamper(tsa)
    with open(job["source"], "rb") as source:
        writer = IncrementalPdfFileWriter(source, strict=False)
        if writer.security_handler is not None:
            writer.encrypt(b"")
        if job["do"] == "extend":  # to B-LTA: the evidence of the last signature, then a timestamp
            import io
            out = io.BytesIO(pathlib.Path(job["source"]).read_bytes())
            last = PdfFileReader(out, strict=False).embedded_regular_signatures[-1]
            certificates = list(last.embedded_cert_registry if hasattr(last, "embedded_cert_registry")
                                else last.other_embedded_certs)
            DocumentSecurityStore.add_dss(
                out, last.sig_object.raw_get("/Contents").hex().upper().encode(),
                certs=certificates, crls=known.crls)
            made = signers.PdfTimeStamper(stamper).timestamp_pdf(
                IncrementalPdfFileWriter(out, strict=False), "sha256", known)
        else:
            meta = signers.PdfSignatureMetadata(
                field_name=job.get("field", "Signature1"), md_algorithm="sha256",
                subfilter=fields.SigSeedSubFilter.PADES, signer_key_usage=set(),
                embed_validation_info=job["level"] != "B-T", validation_context=known,
                use_pades_lta=job["level"] == "B-LTA")
            signer = signers.SimpleSigner.load(
                pki / "keys" / f"{job['key']}.key", pki / "certs" / f"{job['key']}.crt",
                ca_chain_files=[pki / "certs" / "issuing-ca.crt"], prefer_pss=job["scheme"] == "pss")
            made = asyncio.run(signers.PdfSigner(meta, signer, timestamper=stamper)
                               .async_sign_pdf(writer))
    pathlib.Path(job["out"]).write_bytes(made.getvalue())


def pyhanko(jobs, world):
    """As dss()."""
    with concurrent.futures.ProcessPoolExecutor(judges.JOBS) as pool:
        requests = [({**j, "source": str(j["source"]), "out": str(j["out"])}, str(world.pki),
                     list(map(str, world.anchors)), list(map(str, world.crls)), world.tsa)
                    for j in jobs]
        return {pathlib.Path(out): wrong for out, wrong in pool.map(_pyhanko_one, requests)}


def _own_evidence(reader, signature, anchors):
    """Valid with what the security store holds and nothing else."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    def known():
        return DocumentSecurityStore.read_dss(reader).as_validation_context(
            {"trust_roots": anchors, "allow_fetching": False, "revocation_mode": "require"})
    status = validate_pdf_signature(signature, known(), known())
    return "" if status.bottom_line and status.timestamp_validity is not None else \
        status.pretty_print_details()[-300:]


def _archival(signature, anchors):
    """The process of EN 319 102-1 clause 5.6."""
    from pyhanko.sign.ades.report import AdESPassed
    from pyhanko.sign.validation.ades import ades_lta_validation
    from pyhanko.sign.validation.policy_decl import (PdfSignatureValidationSpec,
                                                     SignatureValidationSpec)
    from pyhanko_certvalidator.context import CertValidationPolicySpec
    from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
    from pyhanko_certvalidator.registry import SimpleTrustManager
    policy = CertValidationPolicySpec(trust_manager=SimpleTrustManager.build(anchors),
                                      revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    result = asyncio.run(ades_lta_validation(signature, PdfSignatureValidationSpec(
        signature_validation_spec=SignatureValidationSpec(cert_validation_policy=policy))))
    return "" if result.ades_subindic == AdESPassed.OK else \
        f"{result.ades_subindic} {result.failure_msg}"[:300]


def _pyhanko_level(request):
    path, anchors, level = request
    logging.disable(logging.CRITICAL)
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    try:
        with open(path, "rb") as f:
            reader = PdfFileReader(f, strict=False)
            if reader.encrypted:
                reader.decrypt(b"")
            trusted = [load_cert_from_pemder(a) for a in anchors]
            signatures = list(reader.embedded_regular_signatures)
            for signature in signatures:
                wrong = _archival(signature, trusted) if level == "B-LTA" else \
                    _own_evidence(reader, signature, trusted)
                if wrong:
                    return path, f"{signature.field_name}: {wrong}"
            return path, "" if signatures else "no signature"
    except Exception as e:  # noqa: BLE001
        return path, f"{type(e).__name__}: {e}"[:300]


def pyhanko_says(levels, world):
    """{path: "" when every signature has what its level asks, by the document's own evidence alone}.
    levels: {path: "B-LT" or "B-LTA"}"""
    with concurrent.futures.ProcessPoolExecutor(judges.JOBS) as pool:
        requests = [(str(p), list(map(str, world.anchors)), level) for p, level in levels.items()]
        return {pathlib.Path(p): wrong for p, wrong in pool.map(_pyhanko_level, requests, chunksize=4)}
