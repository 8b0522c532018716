"""Show 2 and 4: B-T, B-LT and B-LTA, made by one and judged, raised or signed over by the others.

Each algorithm at each level, by antin, pyHanko and EU DSS; each judged at that level by the two others.
Raised by us after creation by them, and the reverse; PDF and detached CAdES. Levels survive the second
and third signature, and encryption. The table goes to docs/CONFORMANCE.md.
"""
import collections
import shutil

import judges
import makers
from algorithms import ALGORITHMS, BASE

ROWS = {"antin": "made by antin", "pyhanko": "made by pyHanko", "dss": "made by EU DSS",
        "antin+dss": "made by antin, raised by EU DSS",
        "antin+pyhanko": "made by antin, raised by pyHanko",
        "dss+antin": "made by EU DSS, raised by antin",
        "pyhanko+antin": "made by pyHanko, raised by antin",
        "second": "second signature over one of that level",
        "third": "third signature", "encrypted": "encrypted, AES-256",
        "encrypted-second": "encrypted, second signature",
        "encrypted-third": "encrypted, third signature",
        "cades": "detached CAdES by antin", "cades-dss": "detached CAdES by EU DSS",
        "cades-dss+antin": "detached CAdES by EU DSS, raised by antin",
        "cades-antin+dss": "detached CAdES by antin, raised by EU DSS"}

# pyHanko compares a VRI dictionary of an encrypted file with its copy in a later revision without
# decrypting it; /TU is a string, so the copies differ in octets (another IV) and it calls that a
# change. Exact in both directions. EU DSS and antin read the same date in both.
PYHANKO_CANNOT = {(row, level) for row in ("encrypted-second", "encrypted-third")
                  for level in ("B-LT", "B-LTA")}


class Files:
    """What was made: {path: (row of the table, level wanted, signatures wanted)}."""

    def __init__(self, world, results):
        self.world, self.results, self.made = world, results, {}

    def add(self, path, row, level, signatures=1, wrong=""):
        if self.results.check(f"{ROWS[row]}: {path.stem}", path.exists() and not wrong, wrong):
            self.made[path] = row, level, signatures

    def add_all(self, answers, row, level_of, signatures=1):
        for path, wrong in answers.items():
            self.add(path, row, level_of(path), signatures, wrong)


def known(world):
    return "--tsa", world.tsa, "--offline", "--trust", world.trust, *(
        part for crl in world.crls for part in ("--crl", crl))


def by_antin(world, source, out, key, scheme, level):
    """antin sign; "" or what went wrong."""
    row = next(iter(world.sign([source], out, key, ("--level", level, *known(world),
                                                    *world.scheme(scheme))).values()))
    return str(row["error"]) if row.get("error") else ""


def raised_by_antin(world, sources, folder, level, *options):
    """One process for many files: {output: "" or what went wrong}."""
    if not sources:
        return {}
    folder.mkdir(exist_ok=True)
    done = world.antin("extend", *sources, "-o", folder, "--level", level, "--json", *known(world),
                       *options)
    rows = {r.get("file"): r for r in map(judges.json.loads, done.stdout.decode().splitlines())}
    return {folder / s.name: str(rows.get(str(s), {"error": done.stderr.decode()[-300:]})
                                 .get("error") or "") for s in sources}


def level_in_name(path):
    return path.stem.rsplit("-to-", 1)[-1]


def run(world, results):
    results.section("Levels B-T, B-LT, B-LTA: made, raised and judged by antin, pyHanko and EU DSS")
    folder = world.folder / "levels"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(BASE, folder / "base.pdf")
    files, detached = Files(world, results), Files(world, results)
    with world.timestamps():
        create(world, files, folder)
        raise_levels(world, files, folder)
        sign_over(world, files, folder)
        make_detached(world, detached, folder)
    judged = Judged(results)
    judge(world, judged, files.made)
    judge_detached(world, judged, detached.made, folder / "base.pdf")
    print_table({**files.made, **detached.made}, judged.refused)


def create(world, files, folder):
    jobs = {"dss": [], "pyhanko": []}
    for key, scheme in ALGORITHMS:
        for level in makers.LEVELS:
            name = f"{key.removeprefix('officer-')}-{scheme}-to-{level}.pdf"
            out = folder / f"antin-{name}"
            files.add(out, "antin", level,
                      wrong=by_antin(world, folder / "base.pdf", out, key, scheme, level))
            for who, list_ in jobs.items():
                list_.append({"do": "sign", "source": folder / "base.pdf", "level": level,
                              "out": folder / f"{who}-{name}", "key": key, "scheme": scheme})
    files.add_all(makers.dss(jobs["dss"], world), "dss", level_in_name)
    files.add_all(makers.pyhanko(jobs["pyhanko"], world), "pyhanko", level_in_name)


def raise_levels(world, files, folder):
    """Everybody's B-T to B-LT (where the raiser knows that level) and B-LTA."""
    jobs = {"dss": [], "pyhanko": []}
    for who in jobs:
        sources = sorted(p for p in files.made if files.made[p][:2] == (who, "B-T"))
        for level in ("B-LT", "B-LTA"):
            raised = raised_by_antin(world, sources, folder / f"raised-{level}", level)
            files.add_all(raised, f"{who}+antin", lambda _, level=level: level)
        levels = ("B-LT", "B-LTA") if who == "dss" else ("B-LTA",)
        jobs[who] = [{"do": "extend", "source": source, "level": level,
                      "out": folder / f"{who}-{source.stem.replace('B-T', level)}.pdf"}
                     for source in files.made if files.made[source][:2] == ("antin", "B-T")
                     for level in levels]
    files.add_all(makers.dss(jobs["dss"], world), "antin+dss", level_in_name)
    files.add_all(makers.pyhanko(jobs["pyhanko"], world), "antin+pyhanko", level_in_name)


def sign_over(world, files, folder):
    """The second and third signature, also in a file that is encrypted."""
    locked = folder / "locked.pdf"
    judges.run("qpdf", "--encrypt", "", "owner", "256", "--", folder / "base.pdf", locked)
    for level in makers.LEVELS:
        out = folder / f"encrypted-to-{level}.pdf"
        files.add(out, "encrypted", level,
                  wrong=by_antin(world, locked, out, "officer-rsa2048", "pkcs1", level))
        for kind, source in (("", folder / f"antin-rsa2048-pkcs1-to-{level}.pdf"),
                             ("encrypted-", out)):
            for number, row, key, scheme in ((2, "second", "agency", "pkcs1"),
                                             (3, "third", "officer-p256", "ecdsa")):
                out = folder / f"{kind}{row}-to-{level}.pdf"
                files.add(out, kind + row, level, number,
                          by_antin(world, source, out, key, scheme, level))
                source = out


def make_detached(world, files, folder):
    base, jobs, raised = folder / "base.pdf", [], []
    for key, scheme in (("officer-rsa2048", "pkcs1"), ("officer-rsa3072", "pss"),
                        ("officer-p256", "ecdsa")):
        name = f"{key.removeprefix('officer-')}-{scheme}"
        for level in ("B-B", *makers.LEVELS):
            out = folder / f"cades-{name}-to-{level}.p7s"
            files.add(out, "cades", level, wrong=by_antin(world, base, out, key, scheme, level))
            jobs.append({"do": "sign", "source": base, "level": level, "form": "cades",
                         "out": folder / f"cades-dss-{name}-to-{level}.p7s", "key": key,
                         "scheme": scheme})
        raised.append({"do": "extend", "source": folder / f"cades-{name}-to-B-T.p7s",
                       "form": "cades", "about": base, "level": "B-LTA",
                       "out": folder / f"cades-antin-dss-{name}-to-B-LTA.p7s"})
    files.add_all(makers.dss(jobs, world), "cades-dss", level_in_name)
    files.add_all(makers.dss(raised, world), "cades-antin+dss", level_in_name)
    sources = [j["out"] for j in jobs if j["level"] == "B-T"]
    files.add_all(raised_by_antin(world, sources, folder / "raised-cades", "B-LTA", "--content", base),
                  "cades-dss+antin", lambda _: "B-LTA")


class Judged:
    """Which files every judge accepted."""

    def __init__(self, results):
        self.results, self.refused = results, set()

    def check(self, judge_name, path, words, good, detail):
        name = f"{path.parent.name}/{path.stem}"
        if not self.results.check(f"{judge_name}: {name} {words}", good, detail):
            self.refused.add(path)


def judge(world, judged, made):
    antin = world.verify(made, ("--offline",))
    dss = judges.dss([(p, world.anchors, world.crls, None) for p in made])
    plain = judges.pyhanko([(p, world.anchors, world.crls, None) for p in made])
    deep = makers.pyhanko_says({p: level for p, (_, level, _) in made.items() if level != "B-T"},
                               world)
    for path, (row, level, count) in made.items():
        judged.check("antin", path, f"is {level}", antin_says(antin[str(path)], level, count),
                     brief(antin[str(path)]))
        judged.check("EU DSS", path, f"is {level}", dss_says(dss[str(path)], "PAdES", level, count),
                     dss[str(path)])
        said = plain[str(path)].get("signatures") or []
        if (row, level) in PYHANKO_CANNOT:
            judged.check("pyHanko", path, "is only misread", misread(said), said)
            continue
        judged.check("pyHanko", path, "is valid",
                     len(said) >= count and all(s["ok"] for s in said), said or plain[str(path)])
        if path in deep:
            judged.check("pyHanko", path, f"is {level}", deep[path] == "", deep[path])


def misread(said):
    """Everything good but the comparison of revisions."""
    return all(s["intact"] and s["valid"] and s["trusted"] for s in said) and \
        "OTHER" in {s["modification"] for s in said}


def judge_detached(world, judged, made, about):
    dss = judges.dss([(p, world.anchors, world.crls, None, [], [], about) for p in made])
    for path, (_, level, count) in made.items():
        done = world.antin("verify", path, "--content", about, *world.known(), "--offline", "--json")
        report = judges.json.loads(done.stdout) if done.stdout.startswith(b"{") else {}
        judged.check("antin", path, f"is {level}", antin_says(report, level, count),
                     brief(report) if report else done.stderr[-300:])
        judged.check("EU DSS", path, f"is {level}", dss_says(dss[str(path)], "CAdES", level, count),
                     dss[str(path)])


def antin_says(report, level, count):
    said = [s for s in report.get("signatures", []) if s["kind"] == "signature"]
    return report.get("verdict") == "VALID" and len(said) == count and \
        all(s["level"] == level for s in said)


def brief(report):
    return report.get("verdict"), [(s["field"], s["level"], s["indication"], s["sub_indication"],
                                    [f["code"] for f in s["findings"]])
                                   for s in report.get("signatures", [])]


def dss_says(answer, form, level, count):
    wanted = f"{form}-BASELINE-{level.removeprefix('B-')}"
    said = answer.get("signatures") or []
    return len(said) == count and all(s["indication"] == "TOTAL_PASSED" and s["format"] == wanted
                                      for s in said)


def print_table(made, refused):
    """Markdown, for CONFORMANCE: files that every judge accepted at the level, of those made."""
    cells = collections.defaultdict(lambda: [0, 0])
    for path, (row, level, _) in made.items():
        cells[row, level][0] += path not in refused
        cells[row, level][1] += 1
    levels = ["B-B", *makers.LEVELS]
    print(f"| accepted at their level by all judges, of files made | {' | '.join(levels)} |")
    print(f"|---|{'---|' * len(levels)}")
    for row, words in ROWS.items():
        words += " (pyHanko at B-T only)" if (row, "B-LT") in PYHANKO_CANNOT else ""
        counts = [f"{good}/{all_}" if all_ else "" for good, all_ in
                  (cells[row, level] for level in levels)]
        print(f"| {words} | {' | '.join(counts)} |")
