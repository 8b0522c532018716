"""Show 3 of copy against original: is a changed page ever called the same, an unchanged one different?

More than 200 pairs of a copy and an original, made anew from seeds: saved again by other people's
programs, scanned and compressed again, or with one thing changed. Prints a table by kind.
"""
import collections
import dataclasses
import functools
import json
import pathlib
import shutil
import subprocess

import documents
import judges
from results import table

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "unsigned"
SAME, DIFFERENT, REFUSED = "same", "different", "not comparable"
GS = ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite")


def tool(*command):
    # qpdf answers 3 for warnings; what was not written is found out by who needs it.
    subprocess.run([str(c) for c in command], capture_output=True, timeout=120, check=False,
                   stdin=subprocess.DEVNULL)


# Saved again: the same pages in another file --------------------------------------------------

SAVERS = {
    "qpdf, linearized": lambda a, b: tool("qpdf", "--linearize", a, b),
    "qpdf, object streams": lambda a, b: tool("qpdf", "--object-streams=generate",
                                              "--recompress-flate", a, b),
    "mutool clean": lambda a, b: tool("mutool", "clean", "-gggg", "-z", a, b),
    "mutool clean, sanitized": lambda a, b: tool("mutool", "clean", "-s", "-d", a, b),
    "ghostscript": lambda a, b: tool(*GS, "-o", b, a),
    "ghostscript, prepress": lambda a, b: tool(*GS, "-dPDFSETTINGS=/prepress", "-o", b, a),
    "poppler (cairo)": lambda a, b: tool("pdftocairo", "-pdf", a, b),
}


def decrypted(original, copy):
    """The original is the encrypted one."""
    tool("qpdf", "--replace-input", "--encrypt", "", "owner", "256", "--", original)
    tool("qpdf", "--decrypt", original, copy)


# Scans compressed again -------------------------------------------------------------------------

def again(dpi, quality, grey=False):
    def make(original, copy):
        documents.wrap(documents.jpegs(original, copy.with_suffix(".jpegs"), dpi, quality, grey),
                       copy)
    return make


def by_ghostscript(dpi, how, factor):
    def make(original, copy):
        tool(*GS, "-dPassThroughJPEGImages=false", "-dAutoFilterColorImages=false",
            "-dColorImageFilter=/DCTEncode", "-dDownsampleColorImages=true",
            f"-dColorImageDownsampleType=/{how}", f"-dColorImageResolution={dpi}",
            "-dColorImageDownsampleThreshold=1.0", "-o", copy, "-c",
            f"<< /ColorImageDict << /QFactor {factor} /Blend 1 /HSamples [2 1 1 2] "
            "/VSamples [2 1 1 2] >> >> setdistillerparams", "-f", original)
    return make


@dataclasses.dataclass(frozen=True)
class Pair:
    kind: str       # a row of the table
    expected: str
    name: str       # of its files
    make: object    # called with (original, copy), both to be written

    def files(self, folder):
        return folder / f"{self.name}-original.pdf", folder / f"{self.name}-copy.pdf"


def text(seed, pages=1, layer=False):
    made = documents.make_pages(seed, pages)
    return documents.with_layer(made) if layer else made


def write_pair(first, second, original, copy):
    documents.write(first, original)
    documents.write(second, copy)


def saved_again(seed, saver, layers, original, copy):
    documents.write(text(seed, 2 if seed % 4 == 0 else 1, layers and seed % 3 == 0), original)
    saver(original, copy)


def real_again(path, saver, original, copy):
    shutil.copyfile(path, original)
    saver(original, copy)


def scan(seed, dpi, grey=False, pages=None):
    def make(path):
        documents.scanned(pages or text(seed), path, dpi, 85, seed, grey)
    return make


def scanned_again(seed, dpi, how, original, copy):
    """Scanning takes longest, so what was scanned once is kept."""
    kept = original.parent / f"kept-{seed}-{dpi}.pdf"
    if kept.exists():
        shutil.copyfile(kept, original)
    else:
        scan(seed, dpi)(original)
        # Two threads may come here: the later one replaces like by like.
        before = kept.with_name(f"{original.stem}-{kept.name}")
        shutil.copyfile(original, before)
        before.replace(kept)
    how(original, copy)


def changed_text(seed, change, saver, original, copy):
    pages = text(seed, 2 if change == "page order" else 1, change == "layer on")
    documents.write(pages, original)
    other = documents.changed(pages, change, seed)
    if saver:
        documents.write(other, copy.with_suffix(".before.pdf"))
        saver(copy.with_suffix(".before.pdf"), copy)
    else:
        documents.write(other, copy)


def changed_scan(seed, dpi, change, how, original, copy):
    pages = text(seed, 2 if change == "page order" else 1)
    scan(seed, dpi, pages=pages)(original)
    before = copy.with_suffix(".before.pdf")
    scan(seed, dpi, pages=documents.changed(pages, change, seed))(before if how else copy)
    if how:
        how(before, copy)


# Below: real files whose pages other people's programs redraw as they were.
REAL = 14


def unchanged():
    part = functools.partial
    for n, (name, saver) in enumerate({**SAVERS, "qpdf, decrypted": decrypted}.items()):
        # The others leave out or rewrite hidden layers: then the copy is not the whole original.
        layers = name.startswith("qpdf") or name == "mutool clean"
        for seed in range(7):
            yield Pair(f"saved: {name}", SAME, f"saved-{n}-{seed}",
                       part(saved_again, seed, saver, layers))
    recompressed = [
        (300, "quality 90", again(300, 90)), (300, "quality 60", again(300, 60)),
        (300, "quality 35", again(300, 35)), (200, "quality 75", again(200, 75)),
        (200, "quality 45", again(200, 45)), (150, "quality 80", again(150, 80)),
        (150, "quality 50", again(150, 50)),
        (300, "grey", again(300, 75, True)), (200, "grey", again(200, 75, True)),
        (300, "to 200 dpi", again(200, 75)), (300, "to 150 dpi", again(150, 75)),
        (200, "to 150 dpi", again(150, 75)),
        (300, "to 200 dpi, ghostscript", by_ghostscript(200, "Bicubic", 0.76)),
        (300, "to 150 dpi, ghostscript", by_ghostscript(150, "Average", 0.4)),
    ]
    for n, (dpi, name, how) in enumerate(recompressed):
        for seed in range(n % 5, n % 5 + 5):
            yield Pair(f"scan {dpi}: {name}", SAME, f"scan-{n}-{seed}",
                       part(scanned_again, seed, dpi, how))
    harmless = ["qpdf, linearized", "mutool clean", "qpdf, object streams"]
    for n, path in enumerate(sorted(CORPUS.glob("*.pdf"))[::11][:REAL]):
        name = harmless[n % 3]
        yield Pair("real files, saved again", SAME, f"real-{n}",
                   part(real_again, path, SAVERS[name]))


def different():
    part = functools.partial
    savers = [None, SAVERS["ghostscript"], SAVERS["poppler (cairo)"], SAVERS["mutool clean"]]
    hows = [(300, None), (200, again(200, 60)), (300, again(150, 75)), (150, again(150, 60)),
            (300, by_ghostscript(200, "Bicubic", 0.76))]
    for n, change in enumerate(documents.CHANGES):
        for seed in range(4):
            yield Pair(f"changed: {change}", DIFFERENT, f"text-{n}-{seed}",
                       part(changed_text, 10 * n + seed, change, savers[seed]))
        if change == "layer on":
            continue
        for k, (dpi, how) in enumerate(hows):
            yield Pair(f"changed scan: {change}", DIFFERENT, f"image-{n}-{k}",
                       part(changed_scan, 10 * n + k, dpi, change, how))


def refused():
    """Too coarse to tell ả from ã, or a picture that nobody can draw."""
    for seed in range(3):
        yield Pair("scan 100 dpi", REFUSED, f"coarse-{seed}",
                   functools.partial(scanned_again, seed, 100, again(100, 75)))
        yield Pair("scan 300: to 100 dpi", REFUSED, f"coarser-{seed}",
                   functools.partial(scanned_again, seed, 300, again(100, 75)))


# Judging ----------------------------------------------------------------------------------------

ANSWERS = {"identical": SAME, "same_signed_revision": SAME, "same_content": SAME,
           "different": DIFFERENT, "unrelated": DIFFERENT, "not_comparable": REFUSED}


class Show:
    def __init__(self, world):
        self.antin = world.build / "bin" / "antin"
        self.folder = world.folder / "pairs"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def answer(self, pair):
        """What antin says of the pair, and its report."""
        original, copy = pair.files(self.folder)
        pair.make(original, copy)
        if not copy.exists():
            return "no copy was made", {}
        done = subprocess.run([self.antin, "compare", copy, original, "--json"],
                              capture_output=True, timeout=120, check=False,
                              stdin=subprocess.DEVNULL)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            return f"exit {done.returncode}, no report", {}
        report = report.get("comparison") or report
        return ANSWERS.get(report.get("result"), f"unknown answer {report.get('result')}"), report

    def pictures(self, pairs):
        """A few pairs as people see them, to be looked at."""
        out = self.folder / "pictures"
        for pair in pairs:
            original, copy = pair.files(self.folder)
            (out / pair.name).mkdir(parents=True, exist_ok=True)
            tool(self.antin, "compare", copy, original, "--pictures", out / pair.name, "--force")
        return out

    def clean(self, pair):
        """Scans are large; a wrong answer keeps its files."""
        for path in self.folder.glob(f"{pair.name}-*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def judge_all(world, pairs):
    show = Show(world)
    shown = [p for p in pairs if p.expected == DIFFERENT][::9]
    answers = {}
    rows = collections.defaultdict(collections.Counter)
    for pair, answer in judges.each(show.answer, pairs).items():
        said, report = (str(answer), {}) if isinstance(answer, Exception) else answer
        answers[pair] = said
        rows[pair.expected, pair.kind][said if said in ANSWERS.values() else "failed"] += 1
        if said != pair.expected:
            print(f"  {pair.kind}, {pair.name}: {said} "
                  f"{[(p.get('page'), p.get('boxes', [])[:2]) for p in report.get('pages', [])][:2]}")
    folder = show.pictures(shown)
    for pair in pairs:
        if answers[pair] == pair.expected:
            show.clean(pair)
    heads = [SAME, DIFFERENT, REFUSED, "failed"]
    table(["kind", "should be", "pairs", *heads],
          [[kind, expected, sum(count.values()), *(count[head] for head in heads)]
           for (expected, kind), count in rows.items()])
    print(f"  pictures: {folder}")
    return answers


def run(world, results):
    pairs = [*unchanged(), *different(), *refused()]
    results.section(f"{len(pairs)} pairs of a copy and its original")
    answers = judge_all(world, pairs)
    kept = [pair for pair in pairs if pair.expected == SAME]
    wrongly = [pair for pair in kept if answers[pair] == DIFFERENT]
    results.check("unchanged pairs called different: at most 1 %", len(wrongly) * 100 <= len(kept),
                  f"{len(wrongly)} of {len(kept)}")
    # "Not comparable" misleads nobody, but is an answer that nobody wants: it has to be rare.
    comparable = [pair for pair in pairs if pair.expected != REFUSED]
    unsettled = [pair for pair in comparable if answers[pair] == REFUSED]
    results.check("comparable pairs called not comparable: at most 2 %",
                  len(unsettled) * 100 <= 2 * len(comparable),
                  f"{len(unsettled)} of {len(comparable)}")
    for pair in pairs:
        said = answers[pair]
        allowed = {pair.expected} | ({REFUSED, DIFFERENT} if pair.expected == SAME else {REFUSED})
        results.check(f"{pair.kind} {pair.name}", said in allowed, said)
    if not CORPUS.exists():
        print("  ../shared/corpus is not here: only generated pairs were compared")
