#!/usr/bin/env python3
"""The commands and the service with a network: what is missing is fetched, once, and only from where
it may be.

    online_cli_test.py BUILD [unittest options]

A fresh PKI names a server of tests/servers on a free port of the loopback, which is internal: it has
to be allowed.
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import free_port, quietly, wait_for  # noqa: E402

PDF = ROOT / "tests/vectors/structure/xref-table.pdf"
VALID, UNDECIDED = 0, 2
BUILD = folder = None


class Online(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        cls.port = free_port()
        cls.host = f"127.0.0.1:{cls.port}"
        cls.pki = folder / "pki"
        quietly(sys.executable, ROOT / "tests/pki/make_pki.py", "--fresh", "--out", cls.pki,
                "--base-url", f"http://{cls.host}")
        cls.server = subprocess.Popen(
            [BUILD / "tests/antin-test-pki-server", "--pki", cls.pki, "--port", str(cls.port),
             "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert cls.server.stdout.readline().startswith("port "), "the server does not start"
        cls.pin = folder / "pin"
        cls.pin.write_text("antin-test")
        cls.pin.chmod(0o400)
        cls.signed = folder / "signed.pdf"
        cls.antin("sign", PDF, "-o", cls.signed, "--p12", cls.pki / "p12/officer-rsa2048.p12",
                  "--pin-source", f"file:{cls.pin}", "--tsa", f"http://{cls.host}/tsa", "--level",
                  "B-T", "--trust", cls.pki / "trust", "--offline", "--accept-unknown-revocation")
        assert cls.signed.exists()

    @classmethod
    def tearDownClass(cls):
        cls.server.stdin.close()
        cls.server.wait(10)
        cls.server.stdout.close()

    @classmethod
    def antin(cls, *arguments):
        return subprocess.run([str(BUILD / "bin/antin"), *map(str, arguments)],
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=120,
                              env={**os.environ, "XDG_CACHE_HOME": str(folder / "xdg")})

    @classmethod
    def counts(cls):
        with urllib.request.urlopen(f"http://{cls.host}/counts") as answer:
            return {path: n for path, n in json.load(answer).items()
                    if path.startswith(("/ocsp", "/crl"))}

    def verify(self, *options):
        done = self.antin("verify", self.signed, "--trust", self.pki / "trust", "--json", *options)
        return done.returncode, json.loads(done.stdout)

    @staticmethod
    def codes(report):
        return {finding["code"] for finding in report["findings"]}

    def test_what_is_missing_is_fetched_once_and_kept(self):
        cache = ("--cache", folder / "cache-once", "--allow-host", self.host)
        before = self.counts()
        code, report = self.verify(*cache)
        self.assertEqual((code, report["verdict"]), (VALID, "VALID"))
        after = self.counts()
        self.assertGreater(sum(after.values()), sum(before.values()))
        for _ in range(3):
            self.assertEqual(self.verify(*cache)[0], VALID)
        self.assertEqual(self.counts(), after)
        # Damage makes a request, not a mistake.
        for kept in (folder / "cache-once").iterdir():
            kept.write_bytes(kept.read_bytes()[:-1])
        self.assertEqual(self.verify(*cache)[0], VALID)
        self.assertGreater(sum(self.counts().values()), sum(after.values()))

    def test_offline_nothing_is_asked(self):
        before = self.counts()
        self.assertEqual(self.verify("--offline")[0], UNDECIDED)
        self.assertEqual(self.counts(), before)

    def test_what_is_at_hand_is_not_fetched(self):
        before = self.counts()
        code, _ = self.verify("--crl", self.pki / "crl", "--cache", folder / "cache-hand",
                              "--allow-host", self.host)
        self.assertEqual(code, VALID)
        self.assertEqual(self.counts(), before)

    def test_an_internal_address_is_not_asked_unless_it_is_allowed(self):
        before = self.counts()
        code, report = self.verify("--cache", folder / "cache-strict")
        self.assertEqual((code, report["verdict"]), (UNDECIDED, "INSUFFICIENT"))
        self.assertIn("online.address_not_allowed", self.codes(report))
        self.assertEqual(self.counts(), before)

    def test_a_cache_that_cannot_be_used_is_said(self):
        blocked = folder / "a-file"
        blocked.write_text("")
        done = self.antin("verify", self.signed, "--cache", blocked / "x", "--lang", "en")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"online.cache_unusable", done.stderr)

    def test_revocation_is_asked_before_signing(self):
        before = self.counts()
        out = folder / "asked.pdf"
        done = self.antin("sign", PDF, "-o", out, "--p12", self.pki / "p12/officer-rsa2048.p12",
                          "--pin-source", f"file:{self.pin}", "--trust", self.pki / "trust",
                          "--cache", folder / "cache-sign", "--allow-host", self.host, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(b"sign.revocation_unknown", done.stdout)
        self.assertGreater(self.counts().get("/ocsp", 0), before.get("/ocsp", 0))

    @contextlib.contextmanager
    def service(self, name, revocation):
        home = folder / name
        home.mkdir()
        config, port = home / "antin.toml", home / "port"
        config.write_text(f'schema = "antin-config/1"\n[http]\nport = 0\nport_file = "port"\n'
                          f'[verify]\ntrust = "{self.pki}/trust"\n[revocation]\n{revocation}\n'
                          f'[store]\nfolder = "store"\n')
        self.assertEqual(self.antin("config", "check", config).returncode, 0)
        with open(home / "log", "wb") as log:
            daemon = subprocess.Popen([BUILD / "bin/antind", "--config", config], stdout=log,
                                      stderr=log, stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: port.exists() and port.read_text().strip(), daemon, "antind")
            yield f"http://127.0.0.1:{port.read_text().strip()}"
        finally:
            daemon.terminate()
            daemon.wait(30)

    def ask(self, url):
        request = urllib.request.Request(url + "/api/v1/verify", self.signed.read_bytes(),
                                         {"Content-Type": "application/pdf"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def test_the_service_fetches_for_its_workers_once(self):
        before = self.counts()
        with self.service("allowed", f'allow_hosts = ["{self.host}"]') as url:
            self.assertEqual(self.ask(url)["verdict"], "VALID")
            after = self.counts()
            self.assertGreater(sum(after.values()), sum(before.values()))
            for _ in range(5):
                self.assertEqual(self.ask(url)["verdict"], "VALID")
            self.assertEqual(self.counts(), after)

    def test_the_service_asks_no_internal_address_that_is_not_allowed(self):
        before = self.counts()
        with self.service("strict", "online = true") as url:
            report = self.ask(url)
        self.assertEqual(report["verdict"], "INSUFFICIENT")
        self.assertIn("online.address_not_allowed", self.codes(report))
        with self.service("offline", "online = false") as url:
            self.assertEqual(self.ask(url)["verdict"], "INSUFFICIENT")
        self.assertEqual(self.counts(), before)

    def test_a_wrong_configuration_is_said(self):
        for line in ('allow_hosts = ["http://x/"]', "onlin = true", "seconds = 0"):
            config = folder / "wrong.toml"
            config.write_text(f'schema = "antin-config/1"\n[revocation]\n{line}\n'
                              f'[store]\nfolder = "store"\n')
            self.assertNotEqual(self.antin("config", "check", config).returncode, 0, line)


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    folder = BUILD / "tests/online-cli"
    unittest.main()
