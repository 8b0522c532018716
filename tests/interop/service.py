"""The running service against the OpenAPI description that it serves itself, by Schemathesis.

Positive and negative data, deterministic; every answer must have a described status, type and shape,
and none may be a 500. The whole log lands in build/interop/work/schemathesis.log.
"""
import pathlib
import re
import subprocess

import judges
from office import EVERYTHING, PURPOSES, furnish

CONFIG = pathlib.Path(__file__).resolve().parent / "schemathesis.toml"
SECONDS = 90


def run(world, results):
    # One worker: Python 3.11 miscounts the depth of syntax trees that two threads build at once.
    results.section("The service against its own description")
    log = world.folder / "schemathesis.log"
    units, office = furnish(world)
    (world.folder / "digitise.toml").write_text(PURPOSES)
    audit = '[audit]\ncheckpoint_key = "pkcs11:token=agency;object=checkpoint"\norigin = "xa.example/antin"\n'
    with world.service(verify=units, more=office + audit + '[digitise]\ntable = "digitise.toml"\n',
                       scopes=f"{EVERYTHING},sign,audit,digitise,share,admin") as base, open(log, "wb") as out:
        done = subprocess.run(
            [judges.TOOLS / "venv/bin/schemathesis", "--config-file", CONFIG, "run", f"{base}/api/v1/openapi.json", "--url", base,
             "--header", f"Authorization: Bearer {world.api_key}", "--phases", "examples,coverage,fuzzing",
             # The signing tool that offices have reads nothing but a 200 (S-15): whatever is wrong is told in its
             # Status, so that a refusal cannot be told from an acceptance here. e2e.officer tries it.
             "--exclude-path", "/api/v1/uploads/{id}",
             "--checks", CHECKS, "--max-examples", "25", "--generation-deterministic", "--max-time",
             str(SECONDS), "--workers", "1", "--no-color", "--continue-on-failure",
             "--request-timeout", "30"], cwd=world.folder,
            stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=SECONDS + 300)
    text = log.read_text(errors="replace")
    tail = text[text.rfind("SUMMARY"):]
    print("\n".join(f"  {line}" for line in tail.splitlines()[1:25] if line.strip(" =")))
    failures = re.findall(r"(?m)^\s+❌ (.*)$", tail)
    results.check("Schemathesis finds nothing", done.returncode == 0,
                  f"exit {done.returncode}; {'; '.join(failures)}; {log}")
    complaints = re.findall(r'"event":"(worker_[a-z_]*|internal[a-z_]*)"',
                            (world.folder / "antind.log").read_text(errors="replace"))
    results.check("no worker was lost", not complaints, (set(complaints), world.folder / "antind.log"))


# not_a_server_error, shape of answers, unsupported methods, credentials that are ignored.
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
          "missing_required_header,unsupported_method,ignored_auth")
