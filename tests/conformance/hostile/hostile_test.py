#!/usr/bin/env python3
"""Judges every case of cases_*.py with one call of antin verify; README.md says what a case is.

    hostile_test.py BUILD [--only TEXT] [--keep FOLDER] [--all] [--everywhere]

--only: cases whose name or class holds TEXT. --keep: leaves the documents and what was said of them
in FOLDER. --all: prints what was said of every case. --everywhere: lays each change of an object over
several documents, not over one.
"""
import argparse
import collections
import contextlib
import importlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import kit_cases  # noqa: E402
import kit_changes  # noqa: E402

PKI = HERE.parents[1] / "pki"
AT = "2026-12-01T00:00:00Z"


def collect(only, build, folder, everywhere=False):
    """All cases; `everywhere`: each change over several documents instead of one."""
    kit_changes.EVERYWHERE = everywhere
    cases = [kit_cases.Case(f"{name}/as it is", "bases", kit_cases.base(name), kit_cases.VALID)
             for name in kit_cases.names()]
    for path in sorted(HERE.glob("cases_*.py")):
        module = importlib.import_module(path.stem)
        cases += module.cases()
        if hasattr(module, "made_with"):
            cases += module.made_with(build, folder)
    names = collections.Counter(case.name for case in cases)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        sys.exit(f"two cases of one name: {twice}")
    return [case for case in cases if only in case.name or only in case.attack]


def judge_all(build, cases, files):
    """One answer for each case, in their order; one process for each profile."""
    answers = {}
    for profile in sorted({case.profile for case in cases}):
        mine = [i for i, case in enumerate(cases) if case.profile == profile]
        answers.update(zip(mine, judge(build, [files[i] for i in mine], profile)))
    return [answers[i] for i in range(len(cases))]


def judge(build, files, profile):
    """One answer for each file, in their order."""
    done = subprocess.run(
        [build / "bin/antin", "verify", *files, "--trust", PKI / "trust", "--allow-test-pki", "--crl",
         PKI / "crl/root.crl", "--crl", PKI / "crl/issuing-ca.crl", "--at", AT, "--offline",
         "--profile", profile, "--policy", pathlib.Path(__file__).with_name("changes.toml"), "--json"],
        capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if len(answers) != len(files):
        sys.exit(f"antin verify answered {len(answers)} of {len(files)} files, exit "
                 f"{done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return answers


def reasons(answer):
    """Every code that speaks against the document."""
    if "error" in answer:
        return {answer["error"]["code"]}
    found = {f["code"] for f in answer["findings"] if f["severity"] == "error"}
    for signature in answer["signatures"]:
        found |= {f["code"] for f in signature["findings"] if f["severity"] == "error"}
        found |= {i["what"] for i in signature["changes_after"]["items"] if not i["permitted"]}
        if signature["sub_indication"]:
            found.add(signature["sub_indication"])
    return found


def rules_missing(answer):
    """Changes whose ruling names no clause of ISO 32000-2."""
    return [item["what"] for signature in answer.get("signatures", ())
            for item in signature["changes_after"]["items"]
            if not item["rule"].startswith("ISO 32000-2 ")]


def outcome(answer):
    return answer["verdict"] if "verdict" in answer else kit_cases.UNREADABLE


def objection(case, answer):
    """What is wrong with the answer; None when nothing is."""
    got, found = outcome(answer), reasons(answer)
    if unruled := rules_missing(answer):
        return f"gives no clause for {unruled}"
    if case.expect == kit_cases.VALID:
        return None if got == kit_cases.VALID else "is not VALID"
    if got == kit_cases.VALID:
        return "is VALID"
    allowed = {case.expect}
    if case.expect == kit_cases.REFUSED:
        allowed = {kit_cases.INVALID, kit_cases.UNREADABLE}
        if "pdf.ambiguous" in found:
            allowed |= {"INSUFFICIENT", kit_cases.NO_SIGNATURE}
        if "pdf.signature_unlisted" in found:
            allowed.add(kit_cases.NO_SIGNATURE)
    if got not in allowed:
        return f"is {got}, not {case.expect}"
    if case.codes and not found & set(case.codes):
        return f"has none of the reasons {', '.join(case.codes)}"
    if not case.codes and case.expect != kit_cases.NO_SIGNATURE:
        return "names no reason to look for"
    return None


def table(cases, answers):
    rows = collections.defaultdict(collections.Counter)
    for case, answer in zip(cases, answers):
        rows[case.attack][outcome(answer)] += 1
    for attack, outcomes in sorted(rows.items()):
        print(f"  {attack:<28} {sum(outcomes.values()):>4} "
              + " ".join(f"{name} {count}" for name, count in sorted(outcomes.items())))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--everywhere", action="store_true")
    given = parser.parse_args()
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = given.keep or scratch
        folder.mkdir(parents=True, exist_ok=True)
        cases = collect(given.only, given.build, scratch, given.everywhere)
        files = [folder / (re.sub(r"[^\w.-]+", "-", case.name) + ".pdf") for case in cases]
        if len(set(files)) != len(files):
            sys.exit("two cases would be kept under one file name")
        for case, path in zip(cases, files):
            path.write_bytes(case.octets)
        made = time.monotonic()
        answers = judge_all(given.build, cases, files)
        for path, answer in zip(files, answers):
            if given.keep:
                path.with_suffix(".json").write_text(json.dumps(answer, indent=1, ensure_ascii=False))
    wrong = 0
    for case, answer in zip(cases, answers):
        said = objection(case, answer)
        wrong += said is not None
        if said or given.all:
            print(f"{'WRONG' if said else 'right'} {case.name} [{case.attack}]: {said or ''}\n"
                  f"      {outcome(answer)}: {' '.join(sorted(reasons(answer)))}")
    table(cases, answers)
    hostile = sum(case.expect != kit_cases.VALID for case in cases)
    print(f"{hostile} hostile and {len(cases) - hostile} benign documents over "
          f"{len({c.name.split('/')[0] for c in cases})} bases, {wrong} judged wrongly; "
          f"made in {made - began:.1f} s, judged in {time.monotonic() - made:.1f} s")
    sys.exit(1 if wrong or not cases else 0)


if __name__ == "__main__":
    main()
