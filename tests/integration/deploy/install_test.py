#!/usr/bin/env python3
"""What `cmake --install` puts where, and whether the installed programs find each other and give up root.

    install_test.py BUILD [unittest options]
"""
import os
import pathlib
import pwd
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import quietly, wait_for  # noqa: E402

IS_ROOT = os.geteuid() == 0
FOR_PEOPLE = ("antin", "antind", "antin-agent")  # the others are called by these
build = folder = prefix = None


def run(*words, **kwargs):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=60, **kwargs)


def programs_of_the_sources():
    """Every antin_program() there is."""
    names = set()
    for file in (ROOT / "service").rglob("CMakeLists.txt"):
        names.update(re.findall(r"antin_program\(\s*([\w-]+)", file.read_text()))
    return names


class Installed(unittest.TestCase):
    def test_the_list_of_files(self):
        found = {str(p.relative_to(prefix)) for p in prefix.rglob("*") if p.is_file()}
        names = programs_of_the_sources()
        expected = {f"bin/{n}" for n in names if n in FOR_PEOPLE}
        expected |= {f"libexec/antin/{n}" for n in names if n not in FOR_PEOPLE}
        expected |= {f"lib/systemd/system/{p.name}" for p in (ROOT / "packaging/systemd").iterdir()}
        expected |= {"lib/sysusers.d/antin.conf", "lib/tmpfiles.d/antin.conf", "share/antin/antin.toml",
                     "share/antin/tokend.toml", "share/antin/nginx/antin.conf", "share/antin/web-certificate", "share/antin/trust-pins.toml",
                     "share/polkit-1/rules.d/antin-tokend.rules", "share/doc/antin/OPERATOR.md",
                     "share/doc/antin/OPERATOR.vi.md", "share/doc/antin/THREATMODEL.md",
                     # For the officer's computer.
                     "share/antin/agent.toml", "share/applications/antin-agent.desktop",
                     "lib/systemd/user/antin-agent.service", "share/doc/antin/PROTOCOL.agent.md"}
        # Legal data and tables of the office are found beside the other data.
        expected |= {f"share/antin/{folder}/{p.name}" for folder in ("legal", "policies")
                     for p in (ROOT / "packaging" / folder).glob("*.toml")}
        self.assertEqual(expected - found, set())
        self.assertEqual({f for f in found if not f.startswith(
            ("bin/", "libexec/antin/", "lib/systemd/", "lib/sysusers.d/", "lib/tmpfiles.d/", "share/"))}, set())
        self.assertEqual({f for f in found if f.startswith(("bin/", "libexec/"))},
                         {f for f in expected if f.startswith(("bin/", "libexec/"))})

    def test_nothing_is_left_to_fill_in_and_nobody_else_can_write(self):
        for path in prefix.rglob("*"):
            mode = path.stat().st_mode
            self.assertFalse(mode & (stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), path)
            if path.suffix in (".service", ".socket", ".timer"):
                text = path.read_text()
                self.assertNotRegex(text, r"@antin_\w+@", path)
                for word in re.findall(rf"{re.escape(str(prefix))}\S+", text):
                    if pathlib.Path(word).name in programs_of_the_sources() | {"OPERATOR.md"}:
                        self.assertTrue(pathlib.Path(word).exists(), f"{path.name}: {word}")

    def test_the_command_finds_its_parts(self):
        self.assertRegex(run(prefix / "bin/antin", "--version").stdout, r"^antin \d+\.\d+\.\d+\n$")
        for command in ("sign", "verify", "token", "trust"):
            self.assertNotIn("cli.program_missing", run(prefix / "bin/antin", command, "--help").stderr, command)

    def test_the_check_of_a_configuration_says_what_to_do(self):
        home = folder / "etc"
        home.mkdir()
        (home / "trust").mkdir()
        config = home / "antin.toml"
        shipped = (prefix / "share/antin/antin.toml").read_text()
        config.write_text(re.sub(r'(?m)^(user|folder) = .*$', r'', shipped) + f'folder = "{home}/store"\n')
        config.chmod(0o644)
        shutil.copy(ROOT / "tests/pki/certs/root.crt", home / "trust")
        done = run(prefix / "bin/antin", "config", "check", config)
        self.assertEqual(done.returncode, 0, done.stderr)
        (home / "trust/root.crt").chmod(0o666)
        done = run(prefix / "bin/antin", "config", "check", config)
        self.assertEqual(done.returncode, 1)
        self.assertIn("setup.file_writable_by_others", done.stderr)
        self.assertIn("chmod go-w", done.stderr)
        (home / "trust/root.crt").chmod(0o644)
        self.check_of_both(home, config)
        config.write_text(config.read_text() + "colour = 1\n")
        done = run(prefix / "bin/antin", "config", "check", config)
        self.assertEqual(done.returncode, 3)
        self.assertIn("config.unknown_key", done.stderr)

    def check_of_both(self, home, config):
        tokend = home / "tokend.toml"
        shipped = (prefix / "share/antin/tokend.toml").read_text()
        shipped = re.sub(r"(?m)^(clients|operators|folder) = .*$", "", shipped)
        usable = shipped.replace("[service]\n", f'[service]\nfolder = "{home}/tokend"\n')
        pin = home / "agency.pin"
        pin.write_text("1234\n")
        pin.chmod(0o644)
        for text, code, exits in (
                (usable, None, 0), (shipped, "config.value", 3), (usable + "colour = 1\n", "config.unknown_key", 3),
                (usable + f'[[tokens]]\nuri = "pkcs11:token=a"\npin = "file:{pin}"\n', "setup.file_open_to_others", 1),
                (usable.replace("[service]\n", '[service]\nclients = ["root"]\noperators = ["0"]\n'), "config.unsafe", 1)):
            with self.subTest(code):
                tokend.write_text(text)
                tokend.chmod(0o644)
                both = run(prefix / "bin/antin", "config", "check", "--config", config)
                alone = run(prefix / "bin/antin", "config", "check", tokend)
                self.assertEqual((both.returncode, alone.returncode), (exits, exits), both.stderr + alone.stderr)
                if code:
                    self.assertIn(code, both.stderr)
                    self.assertIn(code, alone.stderr)
                # antind starts all the same: it judges documents without a key holder.
                self.assertEqual(run(prefix / "bin/antin", "config", "check", config).returncode, 0)


def status_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())


class Privileges(unittest.TestCase):
    """antind as installed; what it may afterwards is read from the kernel."""

    def configured(self, name, process):
        home = folder / name
        home.mkdir()
        config = home / "antin.toml"
        config.write_text(f'schema = "antin-config/1"\n[process]\n{process}\n[http]\nport = 0\n'
                          f'port_file = "port"\n[revocation]\nonline = false\n[store]\nfolder = "store"\n')
        config.chmod(0o644)
        return home, config

    def test_root_is_refused_when_no_user_is_named(self):
        if not IS_ROOT:
            self.skipTest("only root can try this")
        home, config = self.configured("refused", "")
        done = run(prefix / "bin/antind", "--config", config)
        self.assertEqual(done.returncode, 3)
        self.assertIn("setup.started_as_root", done.stderr)
        done = run(prefix / "bin/antind", "key", "add", "--name", "x", "--scopes", "verify", "--config", config)
        self.assertIn("setup.started_as_root", done.stderr)
        self.assertFalse((home / "store").exists())

    def test_users_that_are_root_or_nobody_knows_are_refused(self):
        for number, user in enumerate(("root", "no-such-user-here")):
            _, config = self.configured(f"unknown{number}", f'user = "{user}"')
            self.assertIn("setup.user_unknown", run(prefix / "bin/antind", "--config", config).stderr)

    def test_somebody_else_cannot_pose_as_the_user(self):
        if IS_ROOT:
            self.skipTest("not for root")
        _, config = self.configured("posing", 'user = "daemon"')
        self.assertIn("setup.privileges_kept", run(prefix / "bin/antind", "--config", config).stderr)

    def test_what_is_left_to_the_service(self):
        user = "nobody" if IS_ROOT else pwd.getpwuid(os.geteuid()).pw_name
        home, config = self.configured("serving", f'user = "{user}"')
        if IS_ROOT:
            shutil.chown(home, user)
        with open(home / "log", "wb") as log:
            server = subprocess.Popen([prefix / "bin/antind", "--config", config], stdout=log, stderr=log)
        port = home / "port"
        try:
            wait_for(lambda: port.exists() and port.read_text().strip(), server, "antind")
            kernel = status_of(server.pid)
            wanted = pwd.getpwnam(user)
            self.assertEqual(set(kernel["Uid"].split()), {str(wanted.pw_uid)})
            self.assertEqual(set(kernel["Gid"].split()), {str(wanted.pw_gid)})
            for which in ("CapInh", "CapPrm", "CapEff", "CapAmb") + (("CapBnd",) if IS_ROOT else ()):
                self.assertEqual(int(kernel[which], 16), 0, which)
            self.assertEqual(kernel["NoNewPrivs"], "1")
            self.assertEqual(kernel["Umask"], "0077")
            limits = pathlib.Path(f"/proc/{server.pid}/limits").read_text() if IS_ROOT else "core file size 0 0"
            self.assertRegex(limits, r"core file size +0 +0")
            # Not dumpable: what the kernel shows of it is root's, its own user's other processes get nothing.
            self.assertEqual(pathlib.Path(f"/proc/{server.pid}/environ").stat().st_uid, 0)
            self.assertEqual((home / "store").stat().st_mode & 0o077, 0)
            with socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=30) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                self.assertIn(b" 200 ", connection.recv(4096))
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    # Where every user may look: `nobody` has to reach the programs and the configuration.
    folder = pathlib.Path("/tmp") / f"antin-install-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir(mode=0o755)
    prefix = folder / "usr"
    try:
        quietly("cmake", "--install", build, "--prefix", prefix)
        unittest.main()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
