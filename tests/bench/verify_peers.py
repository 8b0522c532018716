#!/usr/bin/env python3
"""Verification beside pyHanko and EU DSS: the same files, one run, each in its own process and warm.

    build/interop/venv/bin/python tests/bench/verify_peers.py build/release/bench/verify_bench

The files are those of verify_bench: one signature of an officer; the same with evidence behind it;
and three signatures, an agency's seal over the officer's among them, with pictures and in 100 KB
without. All judge at the same moment with the same anchor and revocation lists and explain what came
after each signature. The figure is the fastest time in milliseconds: others on the machine only ever
make it slower. A judge that is not installed (packaging/install-interop) or does not accept a file
has no figure for it.
"""
import datetime
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))
PKI = ROOT / "tests" / "pki"
MOMENT = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
ANCHORS = [PKI / "certs" / "root.crt"]
CRLS = [PKI / "crl" / "root.crl", PKI / "crl" / "issuing-ca.crl"]
NAMES = ["single", "evidence", "three", "small"]
TIMES = 20


def antin(bench, folder):
    out = folder / "antin.json"
    # It exits with 1 where a target is missed; the figures are there all the same.
    subprocess.run([bench, "--benchmark_filter=^verify_signed", "--benchmark_repetitions=3",
                    f"--benchmark_out={out}", "--benchmark_out_format=json"], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = {}
    for row in json.loads(out.read_text())["benchmarks"]:
        if row["run_type"] == "iteration" and not row.get("error_occurred"):
            name = row["run_name"].split("/")[1]
            found[name] = min(found.get(name, 1e9), row["cpu_time"] / 1e3)
    return found


def pyhanko(files):
    try:
        import judges
        import pyhanko  # noqa: F401
    except ImportError:
        return {}
    logging.disable(logging.CRITICAL)
    found = {}
    for name, path in files.items():
        request = (str(path), list(map(str, ANCHORS)), list(map(str, CRLS)), MOMENT)
        for i in range(TIMES):
            begin = time.process_time()
            _, answer = judges._pyhanko_one(request)
            spent = (time.process_time() - begin) * 1e3
            if not all(s.get("ok") for s in answer.get("signatures", [{}])):
                found.pop(name, None)
                break
            if i:
                found[name] = min(found.get(name, 1e9), spent)
    return found


def dss(files, folder):
    tools = ROOT / "build" / "interop" / "dss"
    if not (tools / "lib").exists():
        return {}
    lines = ["\t".join([str(path), ":".join(map(str, ANCHORS)), ":".join(map(str, CRLS)),
                        MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ"), "",
                        str(PKI / "certs" / "issuing-ca.crt"), ""]) for path in files.values()]
    (folder / "requests").write_text("\n".join(lines) + "\n")
    with open(folder / "requests", "rb") as requests:
        done = subprocess.run(["java", "-Xmx1g", "-cp", f"{tools}/dss-judge-1.jar:{tools}/lib/*",
                               "antin.interop.Timing", str(TIMES)], stdin=requests, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return {name: answer["milliseconds"] for name, answer in zip(files, answers)
            if answer["milliseconds"] is not None}


def main():
    bench = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/bench/verify_bench").resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([bench, "--files", folder], check=True)
        files = {name: folder / f"{name}.pdf" for name in NAMES}
        found = {"antin": antin(bench, folder), "pyHanko": pyhanko(files), "EU DSS": dss(files, folder)}
        print(f"{'ms, warm':12}" + "".join(f"{name:>12}" for name in NAMES))
        print(f"{'KB':12}" + "".join(f"{path.stat().st_size // 1000:12}" for path in files.values()))
        for judge, times in found.items():
            print(f"{judge:12}" + "".join(
                f"{times[name]:12.2f}" if name in times else f"{'–':>12}" for name in NAMES))
    if set(found["antin"]) != set(NAMES):
        sys.exit("antin does not call every file VALID")


if __name__ == "__main__":
    main()
