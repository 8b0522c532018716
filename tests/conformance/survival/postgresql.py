"""A PostgreSQL server of its own, and the ways in which it is taken away."""
import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import time

PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
UP_WITHIN = 60


class Postgresql:
    """On a unix socket in `folder`, and fully synced. As root it runs as "postgres", because it refuses root."""

    def __init__(self, folder):
        self.folder, self.data = pathlib.Path(folder).resolve(), pathlib.Path(folder).resolve() / "data"
        self.process = None
        self.user = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def make(self, name):
        """A new database; its address."""
        self.ask(f"CREATE DATABASE {name}")
        return f"postgresql:///{name}?host={self.folder}&user=antin"

    def __enter__(self):
        self.folder.mkdir(parents=True)
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
            # The server's own account has to come as far as its folder.
            for above in self.folder.parents:
                if above.name.startswith("antin-survival-"):
                    above.chmod(0o711)
        self.run("initdb", "-D", self.data, "-U", "antin", "-A", "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8")
        self.start()
        return self

    def __exit__(self, *_):
        self.thaw()
        self.stop(signal.SIGQUIT)

    def run(self, program, *arguments):
        return subprocess.run([PROGRAMS[-1] / program, *map(str, arguments)], cwd="/", capture_output=True, check=True,
                              stdin=subprocess.DEVNULL, **self.user).stdout.decode()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS[-1] / "postgres", "-D", self.data, "-c", "listen_addresses=", "-c",
                 f"unix_socket_directories={self.folder}", "-c", "shared_buffers=16MB", "-c", "lc_messages=C"],
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.user)
        until = time.monotonic() + UP_WITHIN
        while time.monotonic() < until:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.ask("SELECT 1")
                return
            if self.process.poll() is not None:  # those of the last one are not gone yet
                time.sleep(0.1)
                return self.start()
            time.sleep(0.05)
        raise TimeoutError("PostgreSQL does not come up")

    def ask(self, sql):
        return self.run("psql", "-h", self.folder, "-U", "antin", "-d", "postgres", "-Atc", sql)

    def stop(self, how):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)

    def below(self):
        """The server's processes, the first one before its children."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return [self.process.pid, *map(int, children)]

    def signal_all(self, how):
        for pid in self.below():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def thaw(self):
        if self.process is not None and self.process.poll() is None:
            self.signal_all(signal.SIGCONT)

    # Each takes it away and says how to bring it back.

    def cut_connections(self):
        """Only what antind holds; whoever comes again is let in."""
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'antin'")
        return lambda: None

    def shut_down(self):
        """As an operator does: every session is ended."""
        self.stop(signal.SIGINT)
        return self.start

    def stop_at_once(self):
        """Nothing is written any more; the next start recovers."""
        self.stop(signal.SIGQUIT)
        return self.start

    def kill(self):
        self.signal_all(signal.SIGKILL)
        self.process.wait(60)
        return self.start

    def freeze(self):
        """It is there and does not answer."""
        self.signal_all(signal.SIGSTOP)
        return self.thaw


WAYS = (Postgresql.cut_connections, Postgresql.shut_down, Postgresql.stop_at_once, Postgresql.kill, Postgresql.freeze)
