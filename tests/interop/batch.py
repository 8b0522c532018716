"""Forty copies with one PIN in a real browser, by the real agent: SoftHSM as the token, a pinentry that plays the
person (tests/integration/pages/signing_test.py, which signs eight of them in every run of ./test)."""
import os
import pathlib
import subprocess
import time

import judges

TEST = judges.ROOT / "tests" / "integration" / "pages" / "signing_test.py"
COUNT, WITHIN = 40, 1800


def run(world, results):
    results.section(f"{COUNT} documents in a batch")
    begun = time.monotonic()
    done = subprocess.run(["/usr/bin/python3", str(TEST), str(pathlib.Path(world.build).resolve()),
                           "Sign.test_1_S13_a_batch_is_signed_with_one_pin_after_its_whole_list"],
                          env={**os.environ, "ANTIN_BATCH": str(COUNT)}, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=WITHIN, check=False)
    # 77 is skipped, which is no judgement: the browser belongs to what the suite needs.
    results.check(f"{COUNT} are shown, signed with one PIN and judged valid", done.returncode == 0,
                  (done.stdout + done.stderr).decode(errors="replace")[-3000:])
    print(f"{time.monotonic() - begun:.0f} s")
