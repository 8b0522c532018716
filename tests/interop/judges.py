"""What other people's validators say of a PDF. Nothing here knows antin.

Every judge answers with one dict per signature, by field name; a judge that cannot read the file
raises Unreadable. The batch judges (pyHanko, DSS) take many files at once, because starting them is
the expensive part.
"""
import concurrent.futures
import json
import logging
import os
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / "build" / "interop"
JOBS = os.cpu_count() or 2


class Unreadable(Exception):
    pass


def run(*command, timeout=120, **kwargs):
    return subprocess.run([str(c) for c in command], capture_output=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, **kwargs)


def each(function, items):
    """The function over all items, a few at a time: {item: result or exception}."""
    def guarded(item):
        try:
            return function(item)
        except Exception as e:  # noqa: BLE001  the caller reports it as that file's failure
            return e
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        return dict(zip(items, pool.map(guarded, items)))


# qpdf, poppler, MuPDF ---------------------------------------------------------------------------

def qpdf_check(path):
    """'' when clean, else what qpdf says. Bounded: its --check has crashed on odd files."""
    done = run("qpdf", "--check", path)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode(errors="replace")[-400:]


def pdfsig(path):
    """poppler: [{field, valid, total}] in the order of its report."""
    done = run("pdfsig", "-nocert", path)
    text = done.stdout.decode(errors="replace")
    found = []
    for block in re.split(r"(?m)^Signature #\d+:$", text)[1:]:
        field = re.search(r"Signature Field Name: (.*)", block)
        found.append({"field": field.group(1) if field else "",
                      "valid": "Signature Validation: Signature is Valid." in block,
                      "total": "Total document signed" in block,
                      "not_signed": "not verified" in block.lower()})
    if not found and done.returncode not in (0, 2):
        raise Unreadable(done.stderr.decode(errors="replace")[-300:])
    return found


def mutool(path):
    """MuPDF: 'intact' lines; it judges digests and what came after, trust is not its own."""
    done = run("mutool", "sign", "-v", path)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def render(path, out, dpi=40, first=1, last=2, password=""):
    """Pages as PNG files; their paths."""
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    done = run("pdftoppm", "-png", "-cropbox", "-r", dpi, "-f", first, "-l", last, "-upw", password, path,
               out / "p")
    if done.returncode != 0:
        raise Unreadable(done.stderr.decode(errors="replace")[-300:])
    return sorted(out.glob("p-*.png"))


def text_of(path, *options):
    done = run("pdftotext", *options, path, "-")
    if done.returncode != 0:
        raise Unreadable(done.stderr.decode(errors="replace")[-300:])
    return done.stdout.decode()


# pyHanko ----------------------------------------------------------------------------------------

def _accepted(status):
    """pyHanko's bottom line; a document timestamp's status has none."""
    line = getattr(status, "bottom_line", None)
    return status.intact and status.valid and status.trusted if line is None else line


def _pyhanko_one(request):
    """Runs in a process of its own pool; see pyhanko()."""
    path, anchors, crls, moment = request
    logging.disable(logging.CRITICAL)
    # Imported late: the parent process never needs it.
    from asn1crypto import crl as asn1_crl, pem
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    def context():
        lists = []
        for name in crls:
            octets = pathlib.Path(name).read_bytes()
            if pem.detect(octets):
                octets = pem.unarmor(octets)[2]
            lists.append(asn1_crl.CertificateList.load(octets))
        return ValidationContext(trust_roots=[load_cert_from_pemder(a) for a in anchors],
                                 crls=lists, allow_fetching=False, moment=moment,
                                 revocation_mode="require" if crls else "soft-fail")

    found = []
    try:
        with open(path, "rb") as f:
            reader = PdfFileReader(f, strict=False)
            if reader.encrypted:
                reader.decrypt(b"")
            for signature in reader.embedded_signatures:
                one = {"field": str(signature.field_name)}
                try:
                    if signature.sig_object_type == "/DocTimeStamp":
                        status = validate_pdf_timestamp(signature, context())
                    else:
                        status = validate_pdf_signature(signature, context(), context())
                    timestamp = getattr(status, "timestamp_validity", None)
                    one |= {"intact": status.intact, "valid": status.valid,
                            "trusted": status.trusted, "ok": _accepted(status),
                            "coverage": status.coverage.name,
                            "modification": getattr(status.modification_level, "name", "none"),
                            "docmdp_ok": getattr(status, "docmdp_ok", None),
                            "problem": str(getattr(status, "trust_problem_indic", None) or ""),
                            "timestamp": None if timestamp is None else
                            bool(timestamp.intact and timestamp.valid and timestamp.trusted)}
                except Exception as e:  # noqa: BLE001  pyHanko raises many kinds for bad signatures
                    one |= {"intact": False, "valid": False, "ok": False,
                            "error": f"{type(e).__name__}: {e}"[:300]}
                found.append(one)
    except Exception as e:  # noqa: BLE001
        return str(path), {"error": f"{type(e).__name__}: {e}"[:300]}
    return str(path), {"signatures": found}


def pyhanko(requests):
    """requests: [(path, anchors, crls, moment or None)]. {path: {"signatures": […]} or {"error"}}"""
    with concurrent.futures.ProcessPoolExecutor(JOBS) as pool:
        return dict(pool.map(_pyhanko_one, [(str(p), list(map(str, a)), list(map(str, c)), m)
                                            for p, a, c, m in requests], chunksize=4))


# EU DSS -----------------------------------------------------------------------------------------

def dss(requests):
    """As pyhanko(), and after the moment may stand OCSP answers, further certificates, and the file
    that a detached signature is about. One JVM for all files."""
    return {a["file"]: a for a in dss_answers(requests)}


def ask_dss(program, lines, seconds):
    """One line of JSON for each line that `program` of tests/interop/dss is asked."""
    folder = TOOLS / "dss"
    with tempfile.TemporaryFile() as questions, tempfile.TemporaryFile() as errors:
        questions.write(("\n".join(lines) + "\n").encode())
        questions.seek(0)
        done = subprocess.run(
            ["java", "-Xmx1g", "-cp", f"{folder}/dss-judge-1.jar:{folder}/lib/*",
             f"antin.interop.{program}"], stdin=questions, stdout=subprocess.PIPE, stderr=errors,
            timeout=seconds, check=False)
        errors.seek(0)
        answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if done.returncode != 0 or len(answers) != len(lines):
            raise SystemExit(f"EU DSS ended after {len(answers)} of {len(lines)} answers: "
                             f"{errors.read()[-2000:].decode(errors='replace')}")
    return answers


def dss_answers(requests):
    """[answer], one for each request."""
    lines = []
    for path, anchors, crls, moment, *more in requests:
        ocsp, certificates, detached = more or ([], [], "")
        lines.append("\t".join([str(path), ":".join(map(str, anchors)), ":".join(map(str, crls)),
                                moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "",
                                ":".join(map(str, ocsp)), ":".join(map(str, certificates)),
                                str(detached)]))
    return ask_dss("Judge", lines, 1800)


# openssl ----------------------------------------------------------------------------------------

def openssl_ts(token, data, anchors, untrusted):
    """'' when openssl accepts the timestamp token (DER) over the octets, else what it says."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "token").write_bytes(token)
        (folder / "data").write_bytes(data)
        for name, files in (("anchors", anchors), ("untrusted", untrusted)):
            (folder / name).write_bytes(b"\n".join(pathlib.Path(f).read_bytes() for f in files))
        done = run("openssl", "ts", "-verify", "-in", folder / "token", "-token_in", "-data",
                   folder / "data", "-CAfile", folder / "anchors", "-untrusted",
                   folder / "untrusted")
        good = done.returncode == 0 and b"Verification: OK" in done.stdout
        return "" if good else (done.stdout + done.stderr).decode(errors="replace")[-300:]


def signature_parts(path):
    """[(field, CMS SignerInfo's signature value, timestamp token in DER or None)]"""
    from asn1crypto import cms
    from pyhanko.pdf_utils.reader import PdfFileReader
    found = []
    with open(path, "rb") as f:
        reader = PdfFileReader(f, strict=False)
        if reader.encrypted:
            reader.decrypt(b"")
        for signature in reader.embedded_signatures:
            content = cms.ContentInfo.load(signature.pkcs7_content)
            signer = content["content"]["signer_infos"][0]
            token = next((a["values"][0].dump() for a in signer["unsigned_attrs"] or []
                          if a["type"].native == "signature_time_stamp_token"), None)
            found.append((str(signature.field_name), signer["signature"].native, token))
    return found
