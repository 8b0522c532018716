"""The wall clock of every program that is started from here on, moved by tests/fakes/clock_shim.cc."""
import datetime
import mmap
import os
import pathlib
import struct
import time

VIETNAM = datetime.timezone(datetime.timedelta(hours=7))


class MovedClock:
    def __init__(self, folder, build):
        path, self.shim = pathlib.Path(folder) / "clock", pathlib.Path(build) / "tests" / "libantin_clock_shim.so"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.ahead = mmap.mmap(file.fileno(), 8)
        self.before = {name: os.environ.get(name) for name in ("LD_PRELOAD", "ANTIN_CLOCK")}
        self.environment = {"LD_PRELOAD": str(self.shim.resolve()), "ANTIN_CLOCK": str(path.resolve())}

    def __enter__(self):
        os.environ.update(self.environment)
        return self

    def __exit__(self, *ignored):
        for name, value in self.before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def put(self, text):
        """"2026-12-31 23:59:50" on the clock of Viet Nam is now."""
        wanted = datetime.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
        self.ahead[:] = struct.pack("<q", round(wanted.timestamp() - time.time()))

    def now(self):
        ahead, = struct.unpack("<q", self.ahead[:])
        return datetime.datetime.fromtimestamp(time.time() + ahead, VIETNAM)
