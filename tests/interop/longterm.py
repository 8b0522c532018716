"""Show 3: the clock moved on. Every case of tests/vectors/lta at its time through EU DSS.

The committed answers are antin's (tests/conformance/lta holds it to them without any of this). Where
DSS answers otherwise, lta_disagreements.txt says what and by which clause; it is exact in both
directions.
"""
import collections
import datetime
import pathlib
import tomllib

import judges
from results import table

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parents[0] / "vectors" / "lta"
PKI = HERE.parents[0] / "pki" / "certs"


def cases():
    return tomllib.loads((VECTORS / "cases.toml").read_text(encoding="utf-8"))


def files_of(case, known, kind):
    """The evidence of one kind, sets unfolded."""
    names = [n for e in case["evidence"]
             for n in (known["sets"][e[1:]] if e.startswith("@") else [e])]
    return [VECTORS / "evidence" / f"{n}.{kind}" for n in names
            if (VECTORS / "evidence" / f"{n}.{kind}").exists()]


def request(case, known):
    certificate = lambda n: PKI / f"{n}.crt"  # noqa: E731
    return (VECTORS / f"{case['document']}.pdf",
            [certificate(n) for n in case.get("anchors", ["lt-root", "lt-tsa-root"])],
            files_of(case, known, "crl"),
            datetime.datetime.fromisoformat(case["at"].replace("Z", "+00:00")),
            files_of(case, known, "ocsp"), [certificate(n) for n in case.get("certificates", [])], "")


def as_written(signature):
    """DSS's answer in the words of cases.toml."""
    main = signature["indication"].replace("_", "-")
    return main if signature["sub_indication"] is None else f"{main}/{signature['sub_indication']}"


def disagreements():
    """{case: (DSS's answers, reason)}"""
    found = {}
    for line in (HERE / "lta_disagreements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, answers, reason = line.split(None, 2)
            found[name] = answers.split(","), reason
    return found


def run(world, results):
    results.section("The clock moved on: indications as EU DSS gives them")
    known = cases()
    wanted, argued = known["case"], disagreements()
    results.check("at least 60 cases", len(wanted) >= 60, len(wanted))
    answers = judges.dss_answers([request(case, known) for case in wanted])
    counts = collections.Counter()
    for case, answer in zip(wanted, answers):
        name, level = case["name"], case.get("level")
        said = [as_written(s) for s in answer.get("signatures", [])]
        expected, reason = argued.pop(name, (case["expect"], ""))
        good = results.check(f"EU DSS on {name}", said == expected,
                             f"says {said or answer}, expected {expected}")
        counts["as antin" if said == case["expect"] else "argued" if good else "unexplained"] += 1
        results.check(f"{name}: a disagreement is one", not reason or expected != case["expect"])
        if level:
            formats = {s["format"] for s in answer.get("signatures", [])}
            results.check(f"{name}: EU DSS sees {level}",
                          formats == {f"PAdES-BASELINE-{level.removeprefix('B-')}"}, formats)
    for name in argued:
        results.check(f"lta_disagreements.txt names a case: {name}", False)
    table(["answers of EU DSS", "cases"], sorted(counts.items()))
