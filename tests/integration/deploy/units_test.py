#!/usr/bin/env python3
"""The units that are shipped: what systemd says of them, and whether they fit the programs of this build.

    units_test.py BUILD [unittest options]

systemd itself need not run: systemd-analyze judges the files alone.
"""
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PACKAGING = ROOT / "packaging"
SKIPPED = 77
# systemd-analyze counts in tenths: below 2.0.
MOST = 19
build = units = None


def directives(name):
    """(key, value) of every line, continuation lines joined."""
    text = re.sub(r"\\\n", " ", (PACKAGING / "systemd" / name).read_text(encoding="utf-8"))
    return [tuple(line.split("=", 1)) for line in text.splitlines()
            if re.match(r"[A-Za-z]+=", line)]


def values(name, key):
    return [value for k, value in directives(name) if k == key]


def services():
    return sorted(p.name for p in (PACKAGING / "systemd").glob("*.service"))


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", "--no-pager", *map(str, arguments)], capture_output=True, text=True,
                          cwd=units)


class Units(unittest.TestCase):
    def test_systemd_finds_nothing_to_complain_of(self):
        names = sorted(p.name for p in units.iterdir())
        done = analyze("verify", "--man=no", *names)
        said = [line for line in (done.stdout + done.stderr).splitlines()
                if "is not executable" not in line and any(name.split("@")[0].rsplit(".", 1)[0] in line for name in names)]
        self.assertEqual(said, [])

    def test_each_service_is_rated_below_two(self):
        for name in services():
            with self.subTest(name):
                done = analyze("security", "--offline=yes", f"--threshold={MOST}", name)
                self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr)

    def test_the_threshold_refuses_a_twin_without_a_sandbox(self):
        loose = re.sub(r"(?m)^(CapabilityBoundingSet|SystemCallFilter|Protect\w+|Private\w+)=.*\n", "",
                       (units / "antind.service").read_text())
        with tempfile.TemporaryDirectory() as folder:
            twin = pathlib.Path(folder) / "antind.service"
            twin.write_text(loose)
            self.assertNotEqual(analyze("security", "--offline=yes", f"--threshold={MOST}", twin).returncode, 0)

    def test_each_program_exists_and_knows_its_options(self):
        for name in services():
            for command in values(name, "ExecStart") + values(name, "ExecStartPre"):
                words = shlex.split(command.replace("@antin_bindir@", str(build / "bin"))
                                    .replace("@antin_libexecdir@", str(build / "bin")))
                if not words[0].startswith(str(build)):
                    continue
                with self.subTest(command):
                    self.assertTrue(pathlib.Path(words[0]).is_file())
                    # Without the file: what is complained of must be the file, not the command line.
                    words = [w.replace("/etc/antin/", "/nowhere/antin/") for w in words]
                    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
                    said = done.stdout + done.stderr
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn("/nowhere/antin/", said)
                    self.assertNotIn("cli.", said)

    def test_no_secret_goes_through_the_environment(self):
        for name in services():
            keys = {key for key, _ in directives(name)}
            self.assertFalse(keys & {"Environment", "EnvironmentFile", "PassEnvironment", "SetCredential"}, name)
            self.assertEqual(values(name, "LimitCORE"), ["0"] if name != "antin-alarm@.service" else [], name)
            for value in values(name, "LoadCredential"):
                self.assertRegex(value, r"^secret:/etc/antin/credentials/[a-z-]+$")

    def test_the_children_of_antind_can_shut_themselves_in_and_nobody_else_can_make_namespaces(self):
        allowed = " ".join(values("antind.service", "SystemCallFilter"))
        for call in ("seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "unshare"):
            self.assertIn(call, allowed)
        self.assertEqual(values("antind.service", "RestrictNamespaces"), ["user net ipc"])
        for name in services():
            if name != "antind.service":
                self.assertEqual(values(name, "RestrictNamespaces"), ["yes"], name)

    def test_the_tools_that_draw_can_be_executed(self):
        source = (ROOT / "service/render/draw_main.cc").read_text()
        runnable = " ".join(values("antind.service", "ExecPaths")).split()
        tools = set(re.findall(r'"(/usr/bin/pdf\w+)"', source))
        self.assertTrue(tools)
        for tool in tools:
            self.assertIn("-" + tool, runnable)


class UsersAndFolders(unittest.TestCase):
    def test_each_user_and_group_of_the_units_is_made(self):
        made = {line.split()[1] for line in (PACKAGING / "sysusers.d/antin.conf").read_text().splitlines()
                if line and line[0] in "ug"}
        named = set()
        for unit in (PACKAGING / "systemd").iterdir():
            for key in ("User", "Group", "SupplementaryGroups", "SocketUser", "SocketGroup"):
                named.update(" ".join(values(unit.name, key)).split())
        self.assertEqual(named, made)

    def test_each_folder_that_the_units_need_is_made_with_its_mode(self):
        made = {}
        for line in (PACKAGING / "tmpfiles.d/antin.conf").read_text().splitlines():
            if line.startswith("d "):
                _, path, mode, user, group, _ = line.split()
                made[path] = mode, user, group
        for name in services():
            for value in values(name, "LoadCredential"):
                self.assertEqual(made[value.split(":")[1]], ("0700", "root", "root"))
            for path in values(name, "ReadWritePaths"):
                self.assertEqual(made[path], ("0700", "antind", "antind"))

    def test_systemd_accepts_both_files(self):
        if not shutil.which("systemd-sysusers"):
            self.skipTest("systemd-sysusers is not installed")
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "etc").mkdir()
            done = subprocess.run(["systemd-sysusers", f"--root={folder}", PACKAGING / "sysusers.d/antin.conf"],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("antin-tokend-clients:x", (pathlib.Path(folder) / "etc/group").read_text())
            done = subprocess.run(["systemd-tmpfiles", "--create", f"--root={folder}",
                                   PACKAGING / "tmpfiles.d/antin.conf"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            mode = (pathlib.Path(folder) / "etc/antin/credentials").stat().st_mode
            self.assertEqual(mode & 0o777, 0o700)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not installed")
        sys.exit(SKIPPED)
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    with tempfile.TemporaryDirectory() as rendered:
        units = pathlib.Path(rendered)
        for unit in (PACKAGING / "systemd").iterdir():
            text = unit.read_text(encoding="utf-8").replace("@antin_docdir@", "/usr/share/doc/antin")
            for place in ("@antin_bindir@", "@antin_libexecdir@"):
                text = text.replace(place, str(build / "bin"))
            (units / unit.name).write_text(text, encoding="utf-8")
        unittest.main()
