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
        "cades": "detached CAdES by antin", "cades-dss": "detached CAdES by EU DSS",
        "cades-dss+antin": "detached CAdES by EU DSS, raised by antin",
        "cades-antin+dss": "detached CAdES by antin, raised by EU DSS"}


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
    return "--tsa", world.tsa, "--trust", world.trust, *(
        part for crl in world.crls for part in ("--crl", crl))


def by_antin(world, source, out, key, scheme, level):
    """antin sign; "" or what went wrong."""
    row = next(iter(world.sign([source], out, key, ("--level", level, *known(world),
                                                    *world.scheme(scheme))).values()))
    return str(row["error"]) if row.get("error") else ""


def raised_by_antin(world, source, out, level):
    done = world.antin("extend", source, "-o", out, "--level", level, *known(world))
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode(errors="replace")[-400:]


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
    judge(world, results, files.made)
    judge_detached(world, results, detached.made, folder / "base.pdf")
    print_table({**files.made, **detached.made}, results)


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
    for key, scheme in ALGORITHMS:
        name = f"{key.removeprefix('officer-')}-{scheme}"
        for who in ("dss", "pyhanko"):
            for level in ("B-LT", "B-LTA"):
                source = folder / f"{who}-{name}-to-B-T.pdf"
                out = folder / f"{who}-antin-{name}-to-{level}.pdf"
                if source.exists():
                    files.add(out, f"{who}+antin", level,
                              wrong=raised_by_antin(world, source, out, level))
            levels = ("B-LT", "B-LTA") if who == "dss" else ("B-LTA",)
            jobs[who] += [{"do": "extend", "source": folder / f"antin-{name}-to-B-T.pdf",
                           "out": folder / f"antin-{who}-{name}-to-{level}.pdf", "level": level}
                          for level in levels]
    files.add_all(makers.dss(jobs["dss"], world), "antin+dss", level_in_name)
    files.add_all(makers.pyhanko(jobs["pyhanko"], world), "antin+pyhanko", level_in_name)


def sign_over(world, files, folder):
    """The second and third signature, and a file that is encrypted."""
    locked = folder / "locked.pdf"
    judges.run("qpdf", "--encrypt", "", "owner", "256", "--", folder / "base.pdf", locked)
    for level in makers.LEVELS:
        source = folder / f"antin-rsa2048-pkcs1-to-{level}.pdf"
        for number, row, key in ((2, "second", "agency"), (3, "third", "officer-p256")):
            out = folder / f"{row}-to-{level}.pdf"
            files.add(out, row, level, number, by_antin(
                world, source, out, key, "ecdsa" if "p256" in key else "pkcs1", level))
            source = out
        out = folder / f"encrypted-to-{level}.pdf"
        files.add(out, "encrypted", level,
                  wrong=by_antin(world, locked, out, "officer-rsa2048", "pkcs1", level))


def make_detached(world, files, folder):
    base, jobs, raised = folder / "base.pdf", [], []
    for key, scheme in (("officer-rsa2048", "pkcs1"), ("officer-rsa3072", "pss"),
                        ("officer-p256", "ecdsa")):
        name = f"{key.removeprefix('officer-')}-{scheme}"
        for level in ("B-B", *makers.LEVELS):
            out = folder / f"cades-{name}-to-{level}.p7s"
            done = world.antin("sign", base, "-o", out, "--detached", "--key", world.key(key),
                               "--pin-source", world.pin(key), "--level", level, *known(world),
                               *world.scheme(scheme))
            files.add(out, "cades", level,
                      wrong="" if done.returncode == 0 else done.stderr.decode()[-400:])
            jobs.append({"do": "sign", "source": base, "level": level, "form": "cades",
                         "out": folder / f"cades-dss-{name}-to-{level}.p7s", "key": key,
                         "scheme": scheme})
        raised.append({"do": "extend", "source": folder / f"cades-{name}-to-B-T.p7s",
                       "form": "cades", "about": base, "level": "B-LTA",
                       "out": folder / f"cades-antin-dss-{name}-to-B-LTA.p7s"})
    files.add_all(makers.dss(jobs, world), "cades-dss", level_in_name)
    files.add_all(makers.dss(raised, world), "cades-antin+dss", level_in_name)
    for job in jobs:
        if job["level"] == "B-T":
            out = folder / f"{job['out'].stem.replace('cades-dss', 'cades-dss-antin')[:-4]}-B-LTA.p7s"
            done = world.antin("extend", job["out"], "-o", out, "--detached", base, "--level",
                               "B-LTA", *known(world))
            files.add(out, "cades-dss+antin", "B-LTA",
                      wrong="" if done.returncode == 0 else done.stderr.decode()[-400:])


def judge(world, results, made):
    antin = world.verify(made, ("--offline",))
    dss = judges.dss([(p, world.anchors, world.crls, None) for p in made])
    plain = judges.pyhanko([(p, world.anchors, world.crls, None) for p in made])
    deep = makers.pyhanko_says({p: level for p, (_, level, _) in made.items() if level != "B-T"},
                               world)
    for path, (row, level, count) in made.items():
        results.check(f"antin: {path.stem} is {level}", antin_says(antin[str(path)], level, count),
                      brief(antin[str(path)]))
        results.check(f"EU DSS: {path.stem} is {level}",
                      dss_says(dss[str(path)], "PAdES", level, count), dss[str(path)])
        said = plain[str(path)].get("signatures") or []
        regular = [s for s in said if s.get("modification") != "none" or "coverage" in s]
        results.check(f"pyHanko: {path.stem} is valid",
                      len(regular) >= count and all(s["ok"] for s in regular), said or plain[str(path)])
        if path in deep:
            results.check(f"pyHanko: {path.stem} is {level}", deep[path] == "", deep[path])


def judge_detached(world, results, made, about):
    dss = judges.dss([(p, world.anchors, world.crls, None, [], [], about) for p in made])
    for path, (row, level, count) in made.items():
        done = world.antin("verify", path, "--content", about, *world.known(), "--offline",
                           "--json")
        report = judges.json.loads(done.stdout) if done.stdout.startswith(b"{") else {}
        results.check(f"antin: {path.stem} is {level}", antin_says(report, level, count),
                      brief(report) if report else done.stderr[-300:])
        results.check(f"EU DSS: {path.stem} is {level}",
                      dss_says(dss[str(path)], "CAdES", level, count), dss[str(path)])


def regular(report):
    return [s for s in report.get("signatures", []) if s["kind"] == "signature"]


def antin_says(report, level, count):
    said = regular(report)
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


def print_table(made, results):
    """Markdown, for CONFORMANCE: how many files of a row were made at a level."""
    counts = collections.Counter((row, level) for row, level, _ in made.values())
    levels = ["B-B", *makers.LEVELS]
    print(f"| files judged at their level by everybody | {' | '.join(levels)} |")
    print(f"|---|{'---|' * len(levels)}")
    for row, words in ROWS.items():
        print(f"| {words} | {' | '.join(str(counts[row, level] or '') for level in levels)} |")
