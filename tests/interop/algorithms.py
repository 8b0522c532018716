"""Show 2: every algorithm, invisible, visible and as a second signature, at level B-T.

Accepted by poppler, pyHanko, EU DSS and antin; the timestamp by `openssl ts` and pyHanko.
"""
import pathlib
import shutil

import judges
from results import table

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALGORITHMS = [("officer-rsa2048", "pkcs1"), ("officer-rsa3072", "pkcs1"), ("officer-rsa4096", "pkcs1"),
              ("officer-rsa2048", "pss"), ("officer-rsa3072", "pss"), ("officer-rsa4096", "pss"),
              ("officer-p256", "ecdsa"), ("officer-p384", "ecdsa")]
BASE = ROOT / "packaging/samples/thong-bao.pdf"
STAMP = """\
schema = "antin-appearance/1"
kind = "signature"
width_mm = 70
height_mm = 25
frame = true
[anchor]
page = 1
x_mm = 20
y_mm = 250
[[line]]
text = "Người ký: {signer}"
[[line]]
text = "Cơ quan: {organization}"
[[line]]
text = "Thời gian ký: {time}"
"""


def run(world, results):
    results.section("Every algorithm, invisible, visible and second, with a timestamp")
    folder = world.folder / "algorithms"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "stamp.toml").write_text(STAMP, encoding="utf-8")
    first = folder / "sealed-before.pdf"
    shutil.copyfile(BASE, folder / "base.pdf")
    with world.timestamps() as tsa:
        level = ("--level", "B-T", "--tsa", tsa)
        world.sign([folder / "base.pdf"], first, "agency", level)
        signed = {}
        for officer, scheme in ALGORITHMS:
            options = (*level, *world.scheme(scheme))
            for kind, source, more in (
                    ("invisible", folder / "base.pdf", ()),
                    ("visible", folder / "base.pdf", ("--appearance", folder / "stamp.toml")),
                    ("second", first, ())):
                out = folder / f"{officer}-{scheme}-{kind}.pdf"
                row = next(iter(world.sign([source], out, officer, (*options, *more)).values()))
                if results.check(f"sign {out.stem}", out.exists(), row.get("error")):
                    signed[out] = (officer.removeprefix("officer-"), scheme, kind)
    judge(world, results, signed)


def judge(world, results, signed):
    requests = [(p, world.anchors, world.crls, None) for p in signed]
    pyhanko, dss = judges.pyhanko(requests), judges.dss(requests)
    antin, poppler = world.verify(signed), judges.each(judges.pdfsig, signed)
    rows = []
    for path, (key, scheme, kind) in signed.items():
        wanted = 2 if kind == "second" else 1
        opinions = {
            "poppler": (poppler_says(poppler[path], scheme), poppler[path]),
            "pyHanko": (all_of(pyhanko[str(path)].get("signatures"), wanted,
                               lambda s: s["ok"] and s["timestamp"]), pyhanko[str(path)]),
            "EU DSS": (all_of(dss[str(path)].get("signatures"), wanted, dss_says), dss[str(path)]),
            "antin": (antin[str(path)]["verdict"] == "VALID" and
                      all_of(antin[str(path)]["signatures"], wanted,
                             lambda s: s["level"] == "B-T" and s["signing_time"]["proven"]),
                      antin[str(path)]["signatures"]),
            "openssl ts": (stamps_hold(path, world), "")}
        for judge_name, (good, detail) in opinions.items():
            results.check(f"{judge_name} accepts {path.stem}", good, detail)
        rows.append([key, scheme, kind, *("yes" if good else "NO" for good, _ in opinions.values())])
    table(["key", "scheme", "signature", "poppler", "pyHanko", "EU DSS", "antin", "openssl ts"], rows)


def all_of(signatures, wanted, good):
    return signatures is not None and len(signatures) == wanted and all(map(good, signatures))


def poppler_says(answer, scheme):
    return not isinstance(answer, Exception) and bool(answer) and all(s["valid"] for s in answer)


def dss_says(one):
    return one["indication"] == "TOTAL_PASSED" and one["format"] == "PAdES-BASELINE-T" and \
        len(one["timestamps"]) == 1 and one["timestamps"][0]["intact"] and \
        one["timestamps"][0]["indication"] == "PASSED"


def stamps_hold(path, world):
    parts = judges.signature_parts(path)
    return bool(parts) and all(
        token is not None and judges.openssl_ts(token, value, world.anchors, world.chain) == ""
        for _, value, token in parts)
