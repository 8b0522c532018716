"""Reports of every verdict: XML valid against the schema of ETSI TS 119 102-2, PDF that others can
read, evidence that others can unpack.

Documents are signed here; hand-made reports come from reports_test of the build.
"""
import json
import pathlib
import shutil
import subprocess
import zipfile

import judges
import schemas

ROOT = pathlib.Path(__file__).resolve().parents[2]


def documents(world, folder):
    """{name: path}: signed, signed three times, changed afterwards, unsigned."""
    source = ROOT / "tests" / "vectors" / "structure" / "xref-table.pdf"
    plain = folder / "plain.pdf"
    shutil.copyfile(source, plain)
    found = {"plain": plain}
    path = plain
    for n, who in enumerate(["officer-rsa2048", "agency", "officer-p256"], 1):
        signed = folder / f"signed{n}.pdf"
        world.sign([path], signed, who)
        found[f"signed{n}"] = path = signed
    changed = folder / "changed.pdf"
    octets = bytearray(path.read_bytes())
    octets[octets.index(b"stream") + 10] ^= 1
    changed.write_bytes(octets)
    found["changed"] = changed
    return found


def judged(world, path, form, *options):
    """The report in that form, in octets."""
    done = world.antin("verify", "--format", form, *options, *world.known(), path)
    return done.stdout if done.returncode in (0, 1, 2) else done.stderr


def check_xml(results, schemas_at, name, octets, folder):
    path = folder / f"{name}.xml"
    path.write_bytes(octets)
    complaint = schemas.violation(schemas_at, path)
    results.check(f"ETSI report of {name} follows the schema", not complaint, complaint)


def check_schema_refuses(results, schemas_at, octets, folder):
    """The judge has to be able to say no."""
    bad = folder / "refused.xml"
    bad.write_bytes(octets.replace(b"<MainIndication>", b"<Indication>")
                    .replace(b"</MainIndication>", b"</Indication>"))
    results.check("the schema refuses a report with a wrong element",
                  bool(schemas.violation(schemas_at, bad)))


def check_pdf(results, name, octets, verdict, folder):
    path = folder / f"{name}.report.pdf"
    path.write_bytes(octets)
    results.check(f"qpdf finds the PDF report of {name} clean", not judges.qpdf_check(path))
    words = {"VALID": "HỢP LỆ", "INVALID": "KHÔNG HỢP LỆ", "INSUFFICIENT": "CHƯA ĐỦ CĂN CỨ",
             "NO_SIGNATURE": "KHÔNG CÓ CHỮ KÝ SỐ"}[verdict]
    results.check(f"the verdict on {name} can be read from the PDF", words in judges.text_of(path))
    results.check(f"the PDF report of {name} can be drawn",
                  bool(judges.render(path, folder / "pictures" / name, dpi=60)))


def check_evidence(results, world, name, path, folder):
    out = folder / f"{name}.zip"
    judged(world, path, "json", "--evidence", out)
    target = folder / "unpacked" / name
    with zipfile.ZipFile(out) as container:
        good = container.testzip() is None
        container.extractall(target)
    results.check(f"the evidence of {name} can be unpacked", good)
    sums = subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=target,
                          capture_output=True, check=False)
    results.check(f"sha256sum agrees with the evidence of {name}", sums.returncode == 0,
                  sums.stdout)


def run(world, results):
    results.section("Reports")
    folder = world.folder / "reports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    schemas_at = schemas.unpack(folder / "schemas")
    octets = b""
    for name, path in documents(world, folder).items():
        octets = judged(world, path, "etsi")
        check_xml(results, schemas_at, name, octets, folder)
        verdict = json.loads(judged(world, path, "json"))["verdict"]
        check_pdf(results, name, judged(world, path, "pdf"), verdict, folder)
        check_evidence(results, world, name, path, folder)
    check_schema_refuses(results, schemas_at, octets, folder)
    # It leaves its hand-made reports behind; ctest may not have run here.
    subprocess.run([world.build / "tests" / "reports_test"], capture_output=True, check=False)
    samples = sorted((world.build / "tests" / "reports").glob("*.xml"))
    results.check("reports_test left its samples", len(samples) >= 8, samples)
    for path in samples:
        complaint = schemas.violation(schemas_at, path)
        results.check(f"hand-made report {path.stem} follows the schema", not complaint, complaint)
