#!/usr/bin/env python3
"""The shipped units under a real systemd: it is started as the first process of namespaces of its own, on an
overlay of this machine's root, so that nothing outside changes.

    boot_test.py BUILD [unittest options]       Booted: antind alone; KeyHolder: all units together

Needs root, overlayfs and systemd; says so and is skipped otherwise.
"""
import json
import os
import pathlib
import re
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
for folder in run tmp dev; do mount -t tmpfs -o mode=0755 tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp"
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
# As a manager of containers leaves it: what systemd mounts for one unit (credentials) must be seen by that unit.
mount --make-rshared /
exec env -i container=antin-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system \
  --unit=antin-test.target --log-target=console --log-level=warning
"""
build = machine = None


class Machine:
    def __init__(self, folder, taken):
        self.log = open(folder / "boot.log", "wb")
        self.taken, self.began = pathlib.Path(taken), time.time()
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

    def file(self, path):
        """A file of the machine, seen from here."""
        return pathlib.Path(f"/proc/{self.first}/root{path}")

    def processes(self):
        """Numbers, as they are here, of every process inside."""
        inside = os.readlink(f"/proc/{self.first}/ns/pid")
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(entry / "ns/pid") == inside:
                    yield int(entry.name)
            except OSError:
                continue  # gone, or the kernel's

    def journal(self, unit):
        self.run("journalctl", "--sync")
        return self.must("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def pids(self, unit):
        slice_ = self.must("systemctl", "show", "-P", "ControlGroup", unit).strip()
        files = self.must("sh", "-c", f"cat /sys/fs/cgroup/unified{slice_}/cgroup.procs 2>/dev/null || "
                                      f"cat /sys/fs/cgroup/systemd{slice_}/cgroup.procs /sys/fs/cgroup{slice_}/cgroup.procs 2>/dev/null; true")
        return sorted(set(files.split()), key=int)

    def prepare(self):
        """What the package does when it is installed, and somebody to trust."""
        self.must("systemd-sysusers", "antin.conf")
        self.must("systemd-tmpfiles", "--create", "antin.conf")
        self.must("install", "-m", "0644", "/opt/taken/root.crt", "/etc/antin/trust/")

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
        machine.prepare()
        machine.must("cp", "/usr/share/antin/antin.toml", "/etc/antin/antin.toml")
        machine.must("chmod", "0644", "/etc/antin/antin.toml")
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


def taken_in(text, values):
    """`text` of a shipped configuration with keys "section.key" of it given these values."""
    for name, value in values.items():
        section, key = name.rsplit(".", 1)
        pattern = rf"(?m)(^#?\[+{section}\]+$(?:\n(?!#?\[).*)*?\n)#?{key} = .*$"
        text, times = re.subn(pattern, lambda match: f"{match[1]}{key} = {value}", text, count=1)
        assert times == 1, name
    return text


class KeyHolder(unittest.TestCase):
    """antin-tokend, the backup and the nightly check beside antind, each in its unit; the token is SoftHSM's."""
    signed = 0

    @classmethod
    def setUpClass(cls):
        cls.pin = (machine.taken / "token/agency.pin").read_text().strip()
        machine.prepare()
        for words in (("mkdir", "-p", "/var/lib/antin-tokend/token"),
                      ("cp", "-r", "/opt/taken/token/tokens", "/var/lib/antin-tokend/token/"),
                      ("chown", "-R", "antin-tokend:antin-tokend", "/var/lib/antin-tokend"),
                      ("chmod", "0755", "/etc/softhsm"),
                      ("install", "-m", "0600", "/opt/taken/token/agency.pin",
                       "/etc/antin/credentials/antin-tokend/agency"),
                      ("rm", "-rf", "/opt/taken/token")):
            machine.must(*words)
        machine.write("/etc/softhsm/softhsm2.conf",
                      "directories.tokendir = /var/lib/antin-tokend/token/tokens\nobjectstore.backend = file\n")
        machine.must("chmod", "0644", "/etc/softhsm/softhsm2.conf")
        cls.configure(origin="office.example/antin")
        machine.must("systemctl", "start", "antin-tokend.socket", "antin-tokend-operator.socket")
        cls.checked = machine.run("antin", "config", "check")
        machine.must("systemctl", "restart", "antind")
        machine.serve()
        cls.api_key = machine.must("antind", "key", "add", "--name", "t", "--scopes", "sign,verify").split()[0]

    @classmethod
    def configure(cls, origin, folder="/var/lib/antin"):
        shipped = (ROOT / "packaging/antin.toml").read_text(encoding="utf-8")
        machine.write("/etc/antin/antin.toml", taken_in(shipped, {
            "agency.key": '"pkcs11:token=agency;object=agency"', "agency.level": '"B-B"',
            "agency.tokend": '"/run/antin-tokend/tokend.sock"', "agency.accept_unknown_revocation": "true",
            "revocation.online": "false", "audit.checkpoint_key": '"pkcs11:token=agency;object=checkpoint"',
            "audit.origin": f'"{origin}"', "store.folder": f'"{folder}"'}))
        shipped = (ROOT / "packaging/tokend.toml").read_text(encoding="utf-8")
        shipped = re.sub(r"(?m)^#(?=[a-z\[])", "", shipped)
        shipped = re.sub(r"(?m)^modules = .*$", 'modules = ["/usr/lib/softhsm/libsofthsm2.so"]', shipped)
        shipped = taken_in(shipped, {"tokens.pin": '"credential:secret_agency"'})
        checkpoint = shipped[shipped.index("[[keys]]"):].replace("object=agency", "object=checkpoint") \
            .replace('"document"', '"checkpoint"')
        checkpoint = re.sub(r"(?m)^(roles|schemes) = .*\n", "", checkpoint)
        machine.write("/etc/antin/tokend.toml", shipped + checkpoint)
        machine.must("chmod", "0644", "/etc/antin/tokend.toml", "/etc/antin/antin.toml")

    def sign(self):
        """Whether antind, its workers and the key holder make a signature together."""
        KeyHolder.signed += 1
        said = machine.must("curl", "-s", "-w", "\n%{http_code}", "--data-binary", "@/opt/taken/a.pdf", "-H",
                            "Content-Type: application/pdf", "-H", f"Idempotency-Key: a-signature-{self.signed}", "-H",
                            f"Authorization: Bearer {self.api_key}", "http://127.0.0.1:8421/api/v1/signatures")
        self.assertEqual(said.splitlines()[-1], "201", said + machine.journal("antin-tokend") + machine.status())

    def holds_pin(self, path):
        try:
            return self.pin.encode() in path.read_bytes()
        except OSError:
            return False  # no file, or the kernel gives nobody its contents

    def memory_with_pin(self, pid):
        """VmFlags of each part of a process's memory that holds the PIN."""
        found, flags, span = [], None, None
        with open(f"/proc/{pid}/smaps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
            for line in maps:
                head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r\S+)", line)
                if head:
                    span = int(head[1], 16), int(head[2], 16)
                elif line.startswith("VmFlags:") and span:
                    flags = set(line.split()[1:])
                    try:
                        memory.seek(span[0])
                        if self.pin.encode() in memory.read(span[1] - span[0]):
                            found.append(flags)
                    except (OSError, ValueError, OverflowError):
                        pass  # the kernel's own pages, or memory that not even root may read
                    span = None
        return found

    def test_the_shipped_files_fit_together(self):
        self.assertEqual(self.checked.returncode, 0, self.checked.stdout + self.checked.stderr)
        self.assertIn("/etc/antin/tokend.toml: 0 ", self.checked.stdout)

    def test_each_unit_of_its_own_user_signs_through_the_socket(self):
        self.sign()
        self.assertEqual(machine.must("systemctl", "is-active", "antin-tokend").strip(), "active")
        user = machine.must("id", "-u", "antin-tokend").strip()
        pids = machine.pids("antin-tokend.service")
        self.assertGreaterEqual(len(pids), 2, "antin-tokend and its module's process")
        for pid in pids:
            status = dict(line.split(":\t", 1) for line in machine.must("cat", f"/proc/{pid}/status").splitlines()
                          if ":\t" in line)
            self.assertEqual(set(status["Uid"].split()), {user})
            self.assertEqual({status[f"Cap{which}"] for which in ("Inh", "Prm", "Eff", "Bnd", "Amb")}, {"0" * 16})
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
            self.assertRegex(machine.must("cat", f"/proc/{pid}/limits"), r"Max core file size +0 +0 ")
        environment = machine.must("cat", f"/proc/{pids[0]}/environ")
        self.assertIn("CREDENTIALS_DIRECTORY=/run/credentials/antin-tokend.service", environment)

    def test_the_pin_is_nowhere_but_in_its_locked_page(self):
        self.sign()
        keeper = int(machine.must("systemctl", "show", "-P", "MainPID", "antin-tokend"))
        seen = set()
        for pid in machine.processes():
            process = pathlib.Path(f"/proc/{pid}")
            name = (process / "comm").read_text().strip()
            for what in ("environ", "cmdline", "maps"):
                self.assertFalse(self.holds_pin(process / what), f"{name}: {what}")
            if not name.startswith("antin"):
                continue
            seen.add(name)
            # Not dumpable: what the kernel tells of it belongs to root.
            self.assertEqual((process / "environ").stat().st_uid, 0, name)
            for flags in self.memory_with_pin(pid):
                inside = (process / "status").read_text()
                self.assertIn(f"NSpid:\t{pid}\t{keeper}\n", inside, f"{name} holds the PIN")
                self.assertLessEqual({"dd", "lo"}, flags, "neither in a core file nor in swap")
        self.assertLessEqual({"antin-tokend", "antin-pkcs11", "antind"}, seen)

    def test_a_crash_leaves_no_core_file_and_the_key_holder_comes_back(self):
        self.sign()
        machine.must("systemctl", "kill", "--signal=SEGV", "antin-tokend")
        deadline = time.monotonic() + 30
        while machine.run("systemctl", "show", "-P", "NRestarts", "antin-tokend").stdout.strip() == "0":
            self.assertLess(time.monotonic(), deadline, machine.status())
            time.sleep(0.2)
        self.assertEqual(machine.must("find", "/", "-xdev", "-name", "core*", "-type", "f", "-newer",
                                      "/etc/antin/tokend.toml", "-not", "-path", "/proc/*"), "")
        self.assertNotIn("core-dump", machine.must("systemctl", "show", "antin-tokend"))
        self.assertNotIn("dumped core", machine.journal("antin-tokend"))
        self.sign()

    def test_a_pin_that_is_sealed_to_the_machine_works_as_well(self):
        folder = "/etc/antin/credentials/antin-tokend"
        sealed = machine.run("systemd-creds", "encrypt", "--with-key=host", "--name=secret_agency", f"{folder}/agency",
                             "/etc/antin/credentials/agency.sealed")
        if sealed.returncode != 0:
            self.skipTest(f"systemd-creds: {sealed.stderr.strip()}")
        machine.must("mv", f"{folder}/agency", "/etc/antin/credentials/agency")
        machine.must("mkdir", "-p", "/etc/systemd/system/antin-tokend.service.d")
        machine.write("/etc/systemd/system/antin-tokend.service.d/sealed.conf",
                      "[Service]\nLoadCredentialEncrypted=secret_agency:/etc/antin/credentials/agency.sealed\n")
        try:
            machine.must("systemctl", "daemon-reload")
            machine.must("systemctl", "restart", "antin-tokend")
            self.sign()
        finally:
            machine.must("rm", "/etc/systemd/system/antin-tokend.service.d/sealed.conf")
            machine.must("mv", "/etc/antin/credentials/agency", f"{folder}/agency")
            machine.must("systemctl", "daemon-reload")
            machine.must("systemctl", "restart", "antin-tokend")

    def test_the_nights_units_back_up_and_compare_with_the_key_holders_journal(self):
        self.sign()
        for unit in ("antin-backup", "antin-audit-verify"):
            machine.must("systemctl", "start", f"{unit}.timer")
            self.assertIn(unit, machine.must("systemctl", "list-timers", "--no-pager"))
            done = machine.run("systemctl", "start", f"{unit}.service")
            self.assertEqual(done.returncode, 0, machine.journal(f"{unit}.service"))
        backup = machine.must("sh", "-c", "ls -d /var/backups/antin/antin-*").split()
        self.assertEqual(len(backup), 1)
        self.assertEqual(machine.must("stat", "-c", "%U %a", backup[0]).split(), ["antind", "700"])
        machine.must("antin", "backup", "verify", backup[0])
        answer = json.loads(machine.must("antin", "audit", "verify", "--config", "/etc/antin/antin.toml", "--json"))
        self.assertTrue(answer["clean"], answer)
        self.assertIn("journal", answer)
        self.assertGreater(answer["logs"][0]["proven"], 0)
        self.assertEqual({f["code"] for f in answer["keys"]["findings"]}, {"audit.key_from_database"})

    def test_y_a_restored_store_says_what_to_do_next_and_takes_a_new_name(self):
        self.sign()
        machine.must("antin", "backup", "/var/backups/antin/rehearsal")
        self.sign()
        said = machine.must("antin", "restore", "/var/backups/antin/rehearsal", "--to", "/var/lib/antin-restored")
        self.assertIn("[audit] origin", said)
        self.assertIn("antind key list", said)
        machine.must("chown", "-R", "antind:antind", "/var/lib/antin-restored")
        machine.must("mkdir", "-p", "/etc/systemd/system/antind.service.d")
        machine.write("/etc/systemd/system/antind.service.d/restored.conf",
                      "[Service]\nReadWritePaths=/var/lib/antin-restored\n")
        try:
            machine.must("systemctl", "daemon-reload")
            self.configure("office.example/antin", "/var/lib/antin-restored")
            machine.must("systemctl", "restart", "antind")
            machine.serve()
            self.assertIn("audit.origin_used", machine.journal("antind"))
            refused = machine.run("antin", "store", "release")
            self.assertIn("audit.origin_used", refused.stderr)
            self.configure("office.example/antin-2", "/var/lib/antin-restored")
            machine.must("antin", "store", "release")
            machine.must("systemctl", "restart", "antind")
            machine.serve()
            self.sign()
            self.wait_for_a_checkpoint()
            answer = machine.run("antin", "audit", "verify", "--config", "/etc/antin/antin.toml", "--json")
            # All that it finds is the signature that was made after the backup.
            found = json.loads(answer.stdout)
            self.assertEqual([f["code"] for f in found["journal"]["findings"]], ["audit.signature_unknown"], found)
            self.assertEqual([log["findings"] for log in found["logs"]], [[], []], found)
        finally:
            machine.must("rm", "/etc/systemd/system/antind.service.d/restored.conf")
            machine.must("systemctl", "daemon-reload")
            self.configure("office.example/antin")
            machine.must("systemctl", "restart", "antind")
            machine.serve()

    def wait_for_a_checkpoint(self):
        deadline = time.monotonic() + 30
        url = "http://127.0.0.1:8421/api/v1/logs/issued/checkpoint"
        while "office.example/antin-2/issued" not in machine.run("curl", "-s", url).stdout:
            self.assertLess(time.monotonic(), deadline, machine.journal("antind"))
            time.sleep(0.2)

    def test_zz_no_log_and_no_file_of_all_this_holds_the_pin(self):
        machine.run("journalctl", "--sync")
        whole = machine.must("journalctl", "--no-pager", "-o", "json", "--all")
        self.assertIn("antin-tokend", whole)
        self.assertNotIn(self.pin, whole)
        own = {"/etc/antin/credentials/antin-tokend/agency"}
        for top in ("etc", "home", "opt", "root", "run", "tmp", "var"):
            for folder, _, names in os.walk(machine.file(f"/{top}")):
                inside = folder[len(str(machine.file(""))):]
                if inside.startswith("/run/credentials"):
                    continue
                for name in names:
                    path = pathlib.Path(folder) / name
                    if path.is_symlink() or not path.is_file() or path.stat().st_size > 64 << 20:
                        continue
                    # Of the machine's own root only what is newer than the test was written by it.
                    if path.stat().st_mtime < machine.began:
                        continue
                    if self.holds_pin(path):
                        self.assertIn(f"/{inside.lstrip('/')}/{name}", own)


def what_is_missing():
    if os.geteuid() != 0:
        return "only root can make the namespaces"
    for program in ("/lib/systemd/systemd", "/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/curl",
                    "/usr/bin/softhsm2-util", "/usr/bin/pkcs11-tool"):
        if not pathlib.Path(program).exists():
            return f"{program} is not installed"
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--cgroup", "--net", "bash", "-c",
                           "set -e; d=$(mktemp -d); mount --make-rprivate /; mount -t tmpfs t $d; mkdir $d/u $d/w $d/r; "
                           "mount -t overlay o -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/r; "
                           "mkdir $d/c; mount -t cgroup2 c $d/c; mkdir $d/c/antin-test; rmdir $d/c/antin-test"],
                          capture_output=True, text=True)
    return f"this machine does not let it: {done.stderr.strip()}" if done.returncode else None


def make_token(scratch):
    """A SoftHSM token with the agency's key, whose certificate the root of the day issued."""
    for folder in ("pki/keys", "pki/certs", "pki/trust"):
        (scratch / folder).mkdir(parents=True)
    key, request = scratch / "pki/keys/agency.key", scratch / "agency.csr"
    quietly("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj",
            "/CN=Office of the day")
    (scratch / "extensions").write_text("basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n"
                                        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    quietly("openssl", "x509", "-req", "-in", request, "-CA", scratch / "taken/root.crt", "-CAkey", scratch / "root.key",
            "-set_serial", "2", "-days", "2", "-extfile", scratch / "extensions", "-out",
            scratch / "pki/certs/agency.crt")
    shutil.copy(scratch / "taken/root.crt", scratch / "pki/trust")
    quietly(ROOT / "packaging/dev-token", scratch / "taken/token", "agency", scratch / "pki", "agency")


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
        make_token(scratch)
        machine = Machine(scratch, scratch / "taken")
        try:
            if not machine.wait_until_it_runs():
                sys.exit("systemd does not come up:\n" + (scratch / "boot.log").read_text(errors="replace")[-4000:])
            unittest.main()
        finally:
            machine.stop()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
