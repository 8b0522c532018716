#!/usr/bin/env python3
"""All lints of the tree, one line each.

    tests/lint/run.py [--build BUILD [--deep]]    with BUILD also clang-tidy, which needs a finished
                                                  build; --deep: all its checks on all sources

The last line says how many passed and failed; the exit code is 0 when all passed.
"""
import argparse
import pathlib
import subprocess
import sys
import time

import tree

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", help="finished build whose compile commands clang-tidy uses")
    parser.add_argument("--deep", action="store_true")
    args = parser.parse_args()
    names = tree.files()
    cpp = tree.code_files()
    scripts = [n for n in names if tree.is_script(n) and "python" not in
               (tree.ROOT / n).open(encoding="utf-8").readline()]
    python = [n for n in names if n.endswith(".py")]
    checks = [
        ("rules of the lints", [sys.executable, HERE / "lint_test.py"]),
        ("layers", [sys.executable, HERE / "check_layers.py"]),
        ("house rules", [sys.executable, HERE / "check_house.py"]),
        ("catalogue of codes", [sys.executable, HERE / "check_catalogue.py"]),
        ("table of codes", [sys.executable, HERE / "codes_doc.py"]),
        ("threat model", [sys.executable, HERE / "check_threat_model.py"]),
        ("conformance", [sys.executable, HERE / "check_conformance.py"]),
        ("pages", [sys.executable, HERE / "check_pages.py"]),
        ("clang-format", ["clang-format-14", "--dry-run", "-Werror", "--ferror-limit=1", *cpp]),
        ("shellcheck", ["shellcheck", *scripts, ".ci/run"]),
        ("python compiles", [sys.executable, "-c",
                             "import sys\nfor f in sys.argv[1:]: compile(open(f, encoding='utf-8').read(), f, 'exec')",
                             *python]),
    ]
    if args.build:
        checks.append(("clang-tidy", [sys.executable, HERE / "run_tidy.py", args.build,
                                      *(["--deep"] if args.deep else [])]))
    failed = 0
    for name, command in checks:
        started = time.monotonic()
        print(f"-- {name}", flush=True)
        code = subprocess.run([str(c) for c in command], cwd=tree.ROOT,
                              stdin=subprocess.DEVNULL).returncode
        failed += code != 0
        print(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({time.monotonic() - started:.1f} s)",
              flush=True)
    print(f"lint: {len(checks) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
