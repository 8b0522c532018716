#!/usr/bin/env python3
"""The shipped units under a real systemd: it is started as the first process of namespaces of its own, on an
overlay of this machine's root, so that nothing outside changes.

    boot_test.py BUILD [unittest options]

Needs root, overlayfs and systemd; says so and is skipped otherwise.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import quietly  # noqa: E402

SKIPPED = 77
SAMPLE = ROOT / "packaging/samples/thong-bao.pdf"
# Run inside the new namespaces; $1 is a folder for the overlay, $2 the build, $3 a folder of files to take along.
BOOT = r"""
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
root=$1/root
rm -rf "$root/etc/antin" "$root/var/lib/antin" "$root/var/lib/antin-tokend"
DESTDIR=$root cmake --install "$2" --prefix /usr >"$3/install.log"
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp" "$root/mnt"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
for folder in run tmp dev; do mount -t tmpfs tmpfs "$root/$folder"; done
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd" ||
  { umount "$root/sys/fs/cgroup/unified" && mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"; }
cp -r "$3" "$root/opt/taken"
# Of what is installed here only what antin needs is started.
printf '[Unit]\nRequires=basic.target\nAllowIsolate=yes\n' >"$root/etc/systemd/system/antin-test.target"
for unit in systemd-udevd systemd-udev-trigger systemd-logind systemd-resolved systemd-timesyncd; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
done
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=antin-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system \
  --unit=antin-test.target --log-target=console --log-level=warning
"""
build = machine = None


class Machine:
    def __init__(self, folder, taken):
        self.log = open(folder / "boot.log", "wb")
        words = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--cgroup", "--net",
                 "bash", "-c", BOOT, "boot", str(folder / "overlay"), str(build), str(taken)]
        self.outer = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                      start_new_session=True)
        self.first = None

    def wait_until_it_runs(self):
        """Whether it does."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.outer.poll() is None:
            children = subprocess.run(["pgrep", "-P", str(self.outer.pid)], capture_output=True, text=True).stdout.split()
            if children and "systemd" in pathlib.Path(f"/proc/{children[0]}/comm").read_text():
                self.first = children[0]
                if self.run("systemctl", "is-active", "antin-test.target").stdout.strip() == "active":
                    return True
            time.sleep(0.1)
        return False

    def run(self, *words, **kwargs):
        return subprocess.run(["nsenter", "-t", self.first, "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "env", "-i",
                               "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *map(str, words)],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **kwargs)

    def must(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}\n{self.status()}")
        return done.stdout

    def status(self):
        self.run("journalctl", "--sync")
        said = pathlib.Path(self.log.name).read_text(errors="replace")[-2000:]
        return self.run("systemctl", "status", "--no-pager", "-n", "30", "antind", "antin-tokend").stdout + said

    def write(self, path, text):
        done = subprocess.run(["nsenter", "-t", self.first, "-m", "-p", "-r", "-w", "tee", path], input=text,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def pids(self, unit):
        slice_ = self.must("systemctl", "show", "-P", "ControlGroup", unit).strip()
        files = self.must("sh", "-c", f"cat /sys/fs/cgroup/unified{slice_}/cgroup.procs 2>/dev/null || "
                                      f"cat /sys/fs/cgroup/systemd{slice_}/cgroup.procs /sys/fs/cgroup{slice_}/cgroup.procs 2>/dev/null; true")
        return sorted(set(files.split()), key=int)

    def serve(self):
        self.must("systemctl", "start", "antind")
        deadline = time.monotonic() + 60
        while '"ready"' not in self.run("curl", "-s", "http://127.0.0.1:8421/readyz").stdout:
            if time.monotonic() > deadline or self.run("systemctl", "is-failed", "antind").returncode == 0:
                raise AssertionError(self.status())
            time.sleep(0.1)

    def stop(self):
        if self.first:
            os.kill(int(self.first), signal.SIGKILL)
        self.outer.kill()
        self.outer.wait(30)
        self.log.close()


class Booted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        machine.must("systemctl", "start", "antind")  # without a configuration: not started, not failed
        cls.before = machine.run("systemctl", "is-active", "antind").stdout.strip()
        machine.must("systemd-sysusers", "antin.conf")
        machine.must("systemd-tmpfiles", "--create", "antin.conf")
        machine.must("cp", "/opt/taken/root.crt", "/etc/antin/trust/")
        machine.must("cp", "/usr/share/antin/antin.toml", "/etc/antin/antin.toml")
        machine.must("chmod", "0644", "/etc/antin/antin.toml", "/etc/antin/trust/root.crt")
        machine.serve()

    def test_nothing_starts_without_a_configuration(self):
        self.assertEqual(self.before, "inactive")

    def test_documents_are_judged_and_drawn_inside_the_sandbox(self):
        report = json.loads(machine.must("curl", "-s", "--data-binary", "@/opt/taken/a.pdf", "-H",
                                         "Content-Type: application/pdf", "http://127.0.0.1:8421/api/v1/verify"))
        self.assertEqual(report["verdict"], "NO_SIGNATURE")
        report = json.loads(machine.must("curl", "-s", "-F", "copy=@/opt/taken/b.pdf", "-F",
                                         "original=@/opt/taken/a.pdf", "http://127.0.0.1:8421/api/v1/compare"))
        # Not the same octets: it had to be drawn, by poppler in a process without network and files.
        self.assertEqual(report["comparison"]["result"], "same_content", report["comparison"])

    def test_the_kernel_holds_what_the_unit_promises(self):
        user = machine.must("id", "-u", "antind").strip()
        pids = machine.pids("antind.service")
        self.assertGreaterEqual(len(pids), 3, "antind and two workers")
        for pid in pids:
            status = dict(line.split(":\t", 1) for line in machine.must("cat", f"/proc/{pid}/status").splitlines()
                          if ":\t" in line)
            self.assertEqual(set(status["Uid"].split()), {user})
            self.assertEqual({status[f"Cap{which}"] for which in ("Inh", "Prm", "Eff", "Bnd", "Amb")}, {"0" * 16})
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))

    def test_the_nightly_check_of_the_logs_runs_in_its_sandbox(self):
        done = machine.run("systemctl", "start", "antin-audit-verify.service")
        machine.run("journalctl", "--sync")
        said = machine.must("journalctl", "--no-pager", "-u", "antin-audit-verify.service")
        self.assertEqual(done.returncode, 0, said)

    def test_a_check_that_fails_raises_the_alarm(self):
        machine.must("mv", "/etc/antin/antin.toml", "/etc/antin/antin.toml.away")
        machine.must("mkdir", "/etc/antin/antin.toml")
        try:
            self.assertNotEqual(machine.run("systemctl", "start", "antin-audit-verify.service").returncode, 0)
        finally:
            machine.must("rmdir", "/etc/antin/antin.toml")
            machine.must("mv", "/etc/antin/antin.toml.away", "/etc/antin/antin.toml")
        said, deadline = "", time.monotonic() + 20
        while "ALARM" not in said and time.monotonic() < deadline:
            machine.run("journalctl", "--sync")
            said = machine.must("journalctl", "--no-pager", "-p", "alert")
        self.assertIn("ALARM antin-audit-verify.service", said)

    def test_what_it_writes_is_its_own(self):
        self.assertEqual(machine.must("stat", "-c", "%a %U", "/var/lib/antin").split(), ["700", "antind"])
        for line in machine.must("find", "/var/lib/antin", "-printf", "%m %u %p\n").splitlines():
            self.assertRegex(line, r"^[67]00 antind ", line)

    def test_a_configuration_with_a_problem_stops_the_start_and_says_why(self):
        machine.must("systemctl", "stop", "antind")
        machine.must("chmod", "0666", "/etc/antin/trust/root.crt")
        try:
            self.assertNotEqual(machine.run("systemctl", "start", "antind").returncode, 0)
            machine.run("journalctl", "--sync")
            self.assertIn("setup.file_writable_by_others", machine.must("journalctl", "--no-pager", "-u", "antind"))
        finally:
            machine.must("chmod", "0644", "/etc/antin/trust/root.crt")
            machine.run("systemctl", "reset-failed", "antind")
            machine.serve()


def what_is_missing():
    if os.geteuid() != 0:
        return "only root can make the namespaces"
    for program in ("/lib/systemd/systemd", "/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/curl"):
        if not pathlib.Path(program).exists():
            return f"{program} is not installed"
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--cgroup", "--net", "bash", "-c",
                           "set -e; d=$(mktemp -d); mount --make-rprivate /; mount -t tmpfs t $d; mkdir $d/u $d/w $d/r; "
                           "mount -t overlay o -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/r; "
                           "mkdir $d/c; mount -t cgroup2 c $d/c; mkdir $d/c/antin-test; rmdir $d/c/antin-test"],
                          capture_output=True, text=True)
    return f"this machine does not let it: {done.stderr.strip()}" if done.returncode else None


if __name__ == "__main__":
    missing = what_is_missing()
    if missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="antin-boot-"))
    try:
        (scratch / "overlay").mkdir()
        (scratch / "taken").mkdir()
        (scratch / "taken/a.pdf").write_bytes(SAMPLE.read_bytes())
        (scratch / "taken/b.pdf").write_bytes(SAMPLE.read_bytes() + b"%x\n")
        # Not the root of tests/pki, which antind refuses to trust.
        quietly("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", scratch / "root.key", "-out",
                scratch / "taken/root.crt", "-days", "2", "-subj", "/CN=Root of the day")
        machine = Machine(scratch, scratch / "taken")
        try:
            if not machine.wait_until_it_runs():
                sys.exit("systemd does not come up:\n" + (scratch / "boot.log").read_text(errors="replace")[-4000:])
            unittest.main()
        finally:
            machine.stop()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
