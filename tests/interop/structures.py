"""Show 1: every structural class is signed three times, and everybody still agrees.

For each input of tests/vectors/structure, and of ../shared/corpus/unsigned where that is at hand:
signed or refused with the reason that refusals.txt expects; every output begins with its input; qpdf
finds it clean; poppler, pyHanko, EU DSS and antin call all three signatures valid; signatures that
were there before are judged as before; pages look as before.
"""
import collections
import hashlib
import json
import pathlib
import shutil

import judges
from results import table

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
ROUNDS = ["officer-rsa2048", "agency", "officer-p256"]


def inputs():
    """{path: structural class}"""
    found = {p: p.stem for p in sorted((ROOT / "tests/vectors/structure").glob("*.pdf"))}
    manifest = CORPUS / "unsigned.jsonl"
    if manifest.exists():
        for line in manifest.read_text().splitlines():
            row = json.loads(line)
            if row["qpdf_check_exit"] == 0:
                found[CORPUS / row["path"]] = corpus_class(row)
    return found


def corpus_class(row):
    words = [f"{'hybrid' if row['hybrid'] else 'xref ' + row['xref']}"]
    words += [word for key, word in (("object_streams", "object streams"),
                                     ("linearized", "linearized"), ("encrypted", "encrypted"),
                                     ("acroform", "form")) if row[key]]
    if row["signatures"]:
        words.append("signed before")
    return "corpus: " + ", ".join(words)


def rows_of(name):
    """Pairs of the first two words of each row of refusals.txt or disagreements.txt."""
    text = (ROOT / "tests/interop" / name).read_text(encoding="utf-8")
    return [tuple(line.split()[:2]) for line in text.splitlines()
            if line.strip() and not line.startswith("#")]


def same_pictures(before, after, folder):
    """'' when the first two pages look as before."""
    pictures = [judges.render(path, folder / side, last=2)
                for side, path in (("before", before), ("after", after))]
    hashes = [[hashlib.sha256(p.read_bytes()).digest() for p in side] for side in pictures]
    if hashes[0] == hashes[1]:
        shutil.rmtree(folder)
        return ""
    again = [hashlib.sha256(p.read_bytes()).digest()
             for p in judges.render(before, folder / "again", last=2)]
    # A few documents draw something else each time.
    return "" if again != hashes[0] else f"pictures differ: {folder}"


class Structures:
    def __init__(self, world, results):
        self.world, self.results = world, results
        self.folder = world.folder / "structures"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.rounds = [self.folder / str(n) for n in range(len(ROUNDS) + 1)]
        self.classes, self.sources = {}, {}
        self.fields = collections.defaultdict(list)  # ours, in the order of signing
        self.refused, self.failed = {}, collections.defaultdict(list)
        self.expected, self.disagreed = set(rows_of("disagreements.txt")), set()

    def fail(self, name, what, judge=None):
        if (name, judge) in self.expected:
            self.disagreed.add((name, judge))
        else:
            self.failed[name].append(f"{judge}: {what}" if judge else what)

    def sign(self):
        self.rounds[0].mkdir(parents=True)
        for path, kind in inputs().items():
            shutil.copyfile(path, self.rounds[0] / path.name)
            self.classes[path.name], self.sources[path.name] = kind, path
        for n, who in enumerate(ROUNDS):
            rows = self.world.sign([self.rounds[n]], self.rounds[n + 1], who)
            for path, row in rows.items():
                name = pathlib.Path(path).name
                if row["state"] == "signed":
                    self.fields[name].append(row["field"])
                if row.get("error") and n == 0:
                    self.refused[name] = row["error"]["code"]
                elif row.get("error"):
                    self.fail(name, f"signature {n + 1} refused: {row['error']}")
            for path in sorted(self.rounds[n].glob("*.pdf")):
                name, signed = path.name, self.rounds[n + 1] / path.name
                if signed.exists():
                    if not signed.read_bytes().startswith(path.read_bytes()):
                        self.fail(name, f"signature {n + 1} changed octets that were there")
                elif name not in self.refused and not self.failed[name]:
                    self.fail(name, f"signature {n + 1}: neither a file nor a reason")
        return sorted(p.name for p in self.rounds[-1].glob("*.pdf"))

    def judge(self, names, n):
        """Everybody's opinion of the files after round n."""
        world = self.world
        paths = {name: self.rounds[n] / name for name in names}
        requests = [(p, world.anchors, world.crls, None) for p in paths.values()]
        return {"qpdf": judges.each(judges.qpdf_check, paths.values()),
                "pdfsig": judges.each(judges.pdfsig, paths.values()),
                "pyhanko": judges.pyhanko(requests), "dss": judges.dss(requests),
                "antin": world.verify(paths.values())}

    def compare(self, names, n):
        before, after = self.judge_before(names), self.judge(names, n)
        for name in names:
            path = self.rounds[n] / name
            complaint = after["qpdf"][path]
            if complaint:
                self.fail(name, complaint, "qpdf")
            self.compare_pdfsig(name, before["pdfsig"].get(name, []), after["pdfsig"][path], n)
            for judge in ("pyhanko", "dss"):
                self.compare_fields(judge, name, before[judge].get(name, {}),
                                    after[judge][str(path)], n)
            self.compare_antin(name, before["antin"].get(name), after["antin"][str(path)], n)

    def judge_before(self, names):
        """Opinions of the inputs that were signed before we came."""
        signed = [name for name in names if "signed before" in self.classes[name]]
        if not signed:
            return collections.defaultdict(dict)
        opinions = self.judge(signed, 0)
        by_name = {}
        for judge, answers in opinions.items():
            by_name[judge] = {pathlib.Path(path).name: answer for path, answer in answers.items()}
        return by_name

    def split(self, name, n, signatures):
        """Ours after n rounds, in order, and the others."""
        by_field = {one["field"]: one for one in signatures}
        ours = [by_field.pop(field, None) for field in self.fields[name][:n]]
        return ours, by_field

    def compare_pdfsig(self, name, before, after, n):
        if isinstance(after, Exception):
            return self.fail(name, repr(after), "pdfsig")
        ours, others = self.split(name, n, after)
        if not all(one and one["valid"] for one in ours):
            self.fail(name, after, "pdfsig")
        elif not ours[-1]["total"]:
            self.fail(name, "the last signature does not cover the whole file", "pdfsig")
        for old in before:
            if old["valid"] and not others.get(old["field"], {}).get("valid"):
                self.fail(name, f"earlier signature {old['field']} was valid", "pdfsig")

    def compare_fields(self, judge, name, before, after, n):
        if "signatures" not in after:
            return self.fail(name, after.get("error"), judge)
        ours, others = self.split(name, n, after["signatures"])
        bad = [one for one in ours if not (one and GOOD[judge](one))]
        if bad:
            self.fail(name, bad, judge)
        for old in before.get("signatures", []):
            now = others.get(old["field"])
            if AS_BEFORE[judge](old) and not (now and AS_BEFORE[judge](now)):
                self.fail(name, f"earlier signature was {old}, is {now}", judge)

    def compare_antin(self, name, before, after, n):
        ours, others = self.split(name, n, after.get("signatures", []))
        bad = [one for one in ours if not one or one["indication"] != "TOTAL-PASSED"]
        if bad:
            self.fail(name, [one and (one["field"], one["indication"], codes(one)) for one in bad],
                      "antin")
        if not others and after["verdict"] != "VALID":
            self.fail(name, (after["verdict"], list(map(codes, filter(None, ours)))), "antin")
        for old in (before or {}).get("signatures", []):
            now = others.get(old["field"])
            if not now or any(old[key] != now[key]
                              for key in ("integrity", "indication", "sub_indication")):
                self.fail(name, f"earlier signature {old['field']} was {old['indication']}, is "
                                f"{now and (now['indication'], codes(now))}", "antin")

    def look(self, names):
        def one(name):
            return same_pictures(self.rounds[0] / name, self.rounds[-1] / name,
                                 self.folder / "pictures" / name)
        for name, complaint in judges.each(one, names).items():
            if complaint:
                self.fail(name, str(complaint))

    def report(self):
        expected = dict(rows_of("refusals.txt"))
        for name, judge in sorted(self.expected - self.disagreed):
            if name in self.classes:
                self.failed[name].append(f"{judge} agrees by now: mend disagreements.txt")
        names = sorted(self.classes)
        for name in names:
            code = self.refused.get(name)
            if code != expected.get(name):
                self.fail(name, f"refused with {code}, refusals.txt says {expected.get(name)}")
        rows = []
        for kind in sorted(set(self.classes.values())):
            mine = [name for name in names if self.classes[name] == kind]
            bad = [name for name in mine if self.failed[name]]
            refused = [name for name in mine if name in self.refused]
            rows.append([kind, len(mine), len(mine) - len(refused) - len(set(bad) - set(refused)),
                         len(refused), len(bad)])
        rows.append(["all", *(sum(row[i] for row in rows) for i in range(1, 5))])
        table(["structural class", "files", "signed 3 times", "refused", "wrong"], rows)
        for name, code in sorted(self.refused.items()):
            print(f"  refused: {name} {code}")
        for name, judge in sorted(self.disagreed):
            print(f"  {judge} cannot judge, or judges otherwise: {name} (disagreements.txt)")
        for name in names:
            self.results.check(f"structure {name} ({self.classes[name]})", not self.failed[name],
                               "; ".join(map(str, self.failed[name][:4])))


def codes(signature):
    return [f["code"] for f in signature["findings"] if f["severity"] == "error"] \
        or signature["sub_indication"]


GOOD = {"pyhanko": lambda one: one["ok"] and one["docmdp_ok"] is not False,
        "dss": lambda one: one["indication"] == "TOTAL_PASSED" and not one["undefined_changes"]}
AS_BEFORE = {"pyhanko": lambda one: (one["intact"], one["valid"], one.get("docmdp_ok") is not False)
             == (True, True, True) and one.get("modification") != "OTHER",
             "dss": lambda one: one["intact"] and one["cryptographically_valid"]
             and not one["undefined_changes"]}


def run(world, results):
    results.section("Every structural class, signed three times")
    work = Structures(world, results)
    names = work.sign()
    results.section(f"Judging {len(names)} files after the first and after the third signature")
    work.compare(names, 1)
    work.compare(names, len(ROUNDS))
    results.section("Looking at the pages")
    work.look(names)
    work.report()
    if not (CORPUS / "unsigned.jsonl").exists():
        print("  ../shared/corpus is not here: only the committed inputs were used")
