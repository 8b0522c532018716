"""Counts checks and prints what went wrong, in the form that ./test reads."""
import time


class Results:
    def __init__(self):
        self.passed, self.failed = 0, 0
        self.started = time.monotonic()

    def section(self, title):
        print(f"\n-- {title} ({time.monotonic() - self.started:.0f} s)", flush=True)

    def check(self, name, good, detail=""):
        """One check; a failure is printed at once, a success only counted."""
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {name}: {detail}", flush=True)
        return bool(good)

    def close(self):
        print(f"\n{time.monotonic() - self.started:.0f} s")
        print(f"interop: {self.passed} passed, {self.failed} failed", flush=True)
        return self.failed != 0 or self.passed == 0


def table(head, rows):
    """Rows of text or numbers under a head, columns aligned."""
    rows = [[str(c) for c in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for n, row in enumerate(rows):
        print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                               for i, (c, w) in enumerate(zip(row, widths))))
        if n == 0:
            print("  " + "  ".join("-" * w for w in widths))
