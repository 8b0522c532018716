#!/usr/bin/env python3
"""The whole service under load on this machine, the generator included (build/release/bench/http_load).

    tests/bench/http_load.py [--build build/release] [--seconds 10] [--signatures-per-second 10]
                             [--rude 500] [--rest 0] [--json FILE] [PART…]

Parts: verify (documents of 100 KB over kept connections, alone, with signatures offered beside it at a
fixed pace, and with signing beside it as fast as it goes; what an answer costs that does nothing), slow
(honest clients' times quiet and beside rude ones), tls (the same by TLS, with those who stall in its
handshake). Without any: all. Exit 1 when a target is missed: 800 verifications a second, their p99 below
50 ms, the signatures offered made as they come, and signing as fast as it goes not starved; honest
clients' p99 below 4 times their quiet one.

"stolen" is the share of processor time that a virtual machine's host gave to others during a load. A host
that lends bursts takes more the longer it was asked: --rest waits that many seconds before each load.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/conformance/survival"))
from appliance import Appliance, Client, paper  # noqa: E402

RUDE = ("drip-head", "drip-body", "slow-read", "half-open", "idle", "tls-stall", "pipeline")
RUDE_BY_TLS = RUDE + ("tls-half-hello", "tls-drip-hello", "tls-unfinished", "tls-silent", "tls-drip-record")
PARTS = ("verify", "slow", "tls")
PADDING = 0  # of the paper: 100 KB when it is signed, because of the room that is kept for evidence
VALID = '"verdict":"VALID"'


def processor_time():
    """Of all processors since they started: what was taken by the host, and all."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[7], sum(fields)


class Bench:
    def __init__(self, appliance, build, seconds, pace, rest):
        self.appliance, self.program, self.seconds = appliance, build / "bench/http_load", seconds
        self.pace, self.rest = pace, rest
        self.began = {}
        self.document = appliance.home / "signed.pdf"
        self.unsigned = appliance.home / "unsigned.pdf"
        self.unsigned.write_bytes(paper("bench", PADDING))
        client = Client(appliance)
        status, facts = client.json("POST", "/api/v1/signatures", self.unsigned.read_bytes(),
                                    Idempotency_Key="bench-first")
        if status != 201:
            sys.exit(f"cannot sign: {status} {facts}")
        self.document.write_bytes(client.ask("GET", facts["document"])[2])
        client.close()
        self.targets, self.figures = [], {"document": self.document.stat().st_size}

    def begin(self, *options):
        if not self.began:
            time.sleep(self.rest)
        load = subprocess.Popen(
            [self.program, "--port", str(self.appliance.port), "--seconds", str(self.seconds), "--field",
             f"Authorization: Bearer {self.appliance.api_key}",
             *(("--speaks", "tls") if self.appliance.tls else ()), *map(str, options)],
            stdout=subprocess.PIPE, text=True)
        self.began[load] = processor_time()
        return load

    def end(self, load, name):
        out, _ = load.communicate(timeout=self.seconds + 60)
        stolen, all_of_it = (now - then for now, then in zip(processor_time(), self.began.pop(load)))
        if load.returncode != 0:
            sys.exit(f"http_load ended with {load.returncode}")
        figures = self.figures[name] = json.loads(out)
        figures["stolen"] = round(100 * stolen / max(all_of_it, 1), 1)
        print(f"{name:<34}" + "".join(f"{figures[k]:>10}" for k in ("per_second", "p50", "p99", "max", "stolen")) +
              f"   {figures['statuses']}" + (f"  UNEXPECTED {figures['unexpected']}" if figures["unexpected"] else "") +
              (f"  lost {figures['lost']}" if figures["lost"] else ""), flush=True)
        return figures

    def verifying(self, connections=8):
        return self.begin("--target", "/api/v1/verify", "--body", self.document, "--connections", connections,
                          "--expect", VALID)

    def signing(self, name, *options):
        return self.begin("--target", "/api/v1/signatures", "--body", self.unsigned,
                          "--idempotency", f"bench-{name}-", "--expect", '"sha256"',
                          *(options or ("--connections", 1)))

    def paced(self):
        return self.signing("paced", "--connections", 4, "--per-second", self.pace)

    def target(self, what, holds):
        self.targets.append((what, holds))
        print(f"{'reached' if holds else 'MISSED '}  {what}", flush=True)

    def verify(self):
        self.end(self.begin("--method", "GET", "--target", "/healthz", "--connections", 8), "an answer without work")
        alone = self.end(self.signing("alone"), "signing alone, one client")
        quiet = self.end(self.verifying(), "verify alone, 8 clients")
        paced, offered = self.verifying(), self.paced()
        paced = self.end(paced, f"verify beside {self.pace:g} signatures/s")
        offered = self.end(offered, "those signatures")
        both, beside = self.verifying(), self.signing("beside")
        both, beside = self.end(both, "verify with signing beside"), self.end(beside, "that signing")
        for figures in (quiet, paced, both):
            if figures["unexpected"] or figures["lost"]:
                self.target("every answer is VALID", False)
        for figures, where in ((paced, "beside signatures at a fixed pace"), (both, "beside signing as it can")):
            self.target(f"800 verifications a second {where}", figures["per_second"] >= 800)
            self.target(f"their p99 below 50 ms {where}", figures["p99"] < 50)
        self.target("signatures are made as fast as they are offered",
                    offered["per_second"] >= 0.95 * self.pace and not offered["unexpected"])
        self.target("signing beside it has a fifth of what it has alone",
                    beside["per_second"] >= alone["per_second"] / 5)

    def slow(self, rude, kinds=RUDE, by=""):
        """Clients that keep their connection, and by TLS others that begin a new one each time."""
        each = [rude // len(kinds) + (n < rude % len(kinds)) for n in range(len(kinds))]
        load = ("--target", "/api/v1/verify", "--body", self.document, "--expect", VALID)
        honest = {"honest clients": (*load, "--connections", 2)}
        if self.appliance.tls:
            honest["each time anew"] = (*load, "--connections", 0, "--fresh", 2)
        quiet = {who: self.end(self.begin(*what), f"{who}{by}, quiet") for who, what in honest.items()}
        for who, what in honest.items():
            crowd = self.begin("--connections", 0, *(word for name, count in zip(kinds, each)
                                                     for word in (f"--{name}", count)))
            beside = self.end(self.begin(*what), f"{who}{by} beside {rude} rude ones")
            self.end(crowd, f"the rude ones{by}")
            self.target(f"{who}{by}: p99 below 4 times the quiet one "
                        f"({beside['p99'] / max(quiet[who]['p99'], 0.01):.1f})",
                        beside["answers"] > 0 and beside["p99"] < 4 * quiet[who]["p99"] and not beside["lost"])

    def tls(self, rude):
        self.appliance.stop()
        self.appliance.speak_tls()
        self.appliance.configure()
        self.appliance.start()
        self.slow(rude, RUDE_BY_TLS, " by TLS")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--signatures-per-second", type=float, default=10, dest="pace")
    parser.add_argument("--rude", type=int, default=500)
    parser.add_argument("--rest", type=float, default=0)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("parts", nargs="*", metavar="PART")
    args = parser.parse_args()
    parts = args.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="antin-load-") as folder:
        appliance = Appliance(folder, args.build)
        appliance.make_keys()
        with appliance.timestamps():
            appliance.configure()
            appliance.add_key()
            appliance.start()
            try:
                bench = Bench(appliance, args.build.resolve(), args.seconds, args.pace, args.rest)
                print(f"document: {bench.figures['document']} octets\n{'':<34}" +
                      "".join(f"{k:>10}" for k in ("a second", "p50 ms", "p99 ms", "max ms", "stolen %")))
                if "verify" in parts:
                    bench.verify()
                if "slow" in parts:
                    bench.slow(args.rude)
                if "tls" in parts:
                    bench.tls(args.rude)
            finally:
                appliance.stop()
        if args.json:
            args.json.write_text(json.dumps(bench.figures, indent=1) + "\n")
    return not all(holds for _, holds in bench.targets)


if __name__ == "__main__":
    sys.exit(main())
