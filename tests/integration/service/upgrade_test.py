#!/usr/bin/env python3
"""What antind had to release below the level that was asked for is raised when the network is back.

    upgrade_test.py BUILD [unittest options]

A fresh PKI names a server of tests/servers for revocation data, which comes and goes; timestamps
come from a second one, which stays.
"""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import Tokend, free_port, quietly, wait_for  # noqa: E402

PDF = ROOT / "tests/vectors/structure/xref-table.pdf"
BUILD = folder = None


class Service:
    """antind in a folder of its own; killed, not stopped, unless it is asked to leave."""

    def __init__(self, case, name, more):
        self.home = folder / name
        self.home.mkdir()
        self.config, self.port = self.home / "antin.toml", self.home / "port"
        self.config.write_text(
            f'schema = "antin-config/1"\n[http]\nport = 0\nport_file = "port"\n'
            f'[verify]\ntrust = "{case.pki}/trust"\n'
            f'[agency]\nkey = "pkcs11:token=agency;object=agency"\n'
            f'tokend = "{case.tokend.socket}"\nworkers = 1\n'
            f'accept_unknown_revocation = true\nretry_seconds = 1\ntsa = ["{case.tsa}"]\n{more}'
            f'[revocation]\nallow_hosts = ["{case.host}"]\nfetch_seconds = 2\nseconds = 4\n'
            f'[store]\nfolder = "store"\n')
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(case.token / "softhsm2.conf")}
        self.key = quietly(BUILD / "bin/antind", "key", "add", "--name", "test", "--scopes",
                           "verify,sign", "--config", self.config).decode().strip()
        self.daemon, self.journal, self.before = None, case.tokend.journal, 0
        self.before = self.signed()

    def signed(self):
        """Signatures of the key since this service was made."""
        return len(self.journal.read_text().splitlines()) - self.before

    def start(self):
        self.port.unlink(missing_ok=True)
        with open(self.home / "log", "ab") as log:
            self.daemon = subprocess.Popen([BUILD / "bin/antind", "--config", self.config],
                                           env=self.environment, stdout=log, stderr=log,
                                           stdin=subprocess.DEVNULL)
        wait_for(lambda: self.port.exists() and self.port.read_text().strip(), self.daemon,
                 "antind")
        self.url = f"http://127.0.0.1:{self.port.read_text().strip()}"

    def end(self, how):
        if self.daemon is not None:
            self.daemon.send_signal(how)
            self.daemon.wait(30)
            self.daemon = None

    def ask(self, path, body=None, **fields):
        """(status, content)"""
        fields["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            fields["Content-Type"] = "application/pdf"
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, body, fields),
                                        timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def facts(self, path):
        status, content = self.ask(path)
        assert status == 200, (path, status, content)
        return json.loads(content)

    def upgrade_of(self, job, wanted):
        """The job's upgrade as soon as `wanted` says so."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            upgrade = self.facts(f"/api/v1/jobs/{job}")["result"]["upgrade"]
            if wanted(upgrade):
                return upgrade
            time.sleep(0.1)
        raise AssertionError(f"{upgrade}\n{(self.home / 'log').read_text()[-3000:]}")

    def gauge(self):
        lines = self.ask("/metrics")[1].decode().splitlines()
        return [line.split()[-1] for line in lines if line.startswith("antin_upgrades_queued")]


class Upgrade(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        cls.port = free_port()
        cls.host = f"127.0.0.1:{cls.port}"
        cls.pki, cls.token = folder / "pki", folder / "token"
        quietly(sys.executable, ROOT / "tests/pki/make_pki.py", "--fresh", "--out", cls.pki,
                "--base-url", f"http://{cls.host}")
        quietly(ROOT / "packaging/dev-token", cls.token, "agency", cls.pki, "agency")
        cls.tokend = Tokend(folder / "tokend", BUILD, cls.token)
        cls.tokend.start()
        cls.stamps, port = cls.server(0)
        cls.tsa = f"http://127.0.0.1:{port}/tsa"

    @classmethod
    def tearDownClass(cls):
        cls.leave(cls.stamps)
        cls.tokend.end()

    @classmethod
    def server(cls, port):
        server = subprocess.Popen(
            [BUILD / "tests/antin-test-pki-server", "--pki", cls.pki, "--port", str(port),
             "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = server.stdout.readline().split()
        assert said[:1] == ["port"], "the server does not start"
        return server, said[1]

    @staticmethod
    def leave(server):
        server.stdin.close()
        server.wait(10)
        server.stdout.close()

    @contextlib.contextmanager
    def revocation_data(self):
        server, _ = self.server(self.port)
        try:
            yield
        finally:
            self.leave(server)

    def service(self, name, more=""):
        service = Service(self, name, more)
        self.addCleanup(service.end, signal.SIGKILL)
        service.start()
        return service

    def released(self, service, key, query=""):
        status, content = service.ask("/api/v1/signatures" + query, PDF.read_bytes(),
                                      **{"Idempotency-Key": key})
        self.assertEqual(status, 201, content)
        return json.loads(content)

    @staticmethod
    def codes(findings):
        return [finding["code"] for finding in findings]

    def test_A05_S06_a_level_that_was_out_of_reach_is_reached_after_a_kill(self):
        service = self.service("killed")
        first = self.released(service, "upgrade-01")
        self.assertEqual((first["level"], first["level_wanted"], first["version"]),
                         ("B-T", "B-LT", 1))
        self.assertIn("extend.upgrade_queued", self.codes(first["warnings"]))
        self.assertIn("extend.level_not_reached", self.codes(first["warnings"]))
        self.assertEqual((first["upgrade"]["state"], first["upgrade"]["level"]), ("queued", "B-T"))
        self.assertEqual(service.gauge(), ["1"])
        _, document = service.ask(first["document"])
        # It keeps failing as long as nobody answers, and what was released stays as it is.
        upgrade = service.upgrade_of(first["job"], lambda upgrade: upgrade["tries"] > 0)
        self.assertEqual((upgrade["state"], upgrade["level"], upgrade["version"]),
                         ("queued", "B-T", None))
        self.assertIn("extend.level_not_reached", self.codes(upgrade["warnings"]))
        service.end(signal.SIGKILL)

        with self.revocation_data():
            service.start()
            upgrade = service.upgrade_of(first["job"], lambda upgrade: upgrade["state"] != "queued")
            self.assertEqual((upgrade["state"], upgrade["level"]), ("done", "B-LT"))
            self.assertIsNone(upgrade["next_try"])
            self.assertEqual(service.gauge(), ["0"])
            second = upgrade["version"]
            self.assertEqual((second["version"], second["level"], second["previous"]),
                             (2, "B-LT", first["self"]))
            self.assertEqual(service.facts(second["self"]), second)
            _, raised = service.ask(second["document"])
            self.assertEqual(hashlib.sha256(raised).hexdigest(), second["sha256"])
            self.assertEqual(len(raised), second["size"])
            self.assertGreater(len(raised), len(document))
            self.assertEqual(raised[:len(document)], document)
            # The version that was released: the same octets under the same name.
            self.assertEqual(service.ask(first["document"])[1], document)
            self.assertEqual(hashlib.sha256(document).hexdigest(), first["sha256"])
            replayed = self.released(service, "upgrade-01")
            self.assertEqual((replayed["id"], replayed["upgrade"]["version"]["id"]),
                             (first["id"], second["id"]))
        # Everything that proves it is in the file: nobody is asked.
        service.end(signal.SIGTERM)
        for octets, verdict, level in ((raised, "VALID", "B-LT"), (document, "INSUFFICIENT", "B-T")):
            judged = folder / "judged.pdf"
            judged.write_bytes(octets)
            done = subprocess.run([str(BUILD / "bin/antin"), "verify", judged, "--offline",
                                   "--trust", self.pki / "trust", "--json"],
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            report = json.loads(done.stdout)
            self.assertEqual(report["verdict"], verdict, report["findings"])
            self.assertEqual(report["signatures"][0]["level"], level)
        # The key signed once, and a start without anything to do makes no third version.
        self.assertEqual(service.signed(), 1)
        service.start()
        self.assertEqual(service.facts(f"/api/v1/jobs/{first['job']}")["result"]["upgrade"],
                         upgrade)

    def test_an_upgrade_is_given_up_after_as_long_as_a_signature_may_wait(self):
        service = self.service("given-up", "pending_seconds = 1\n")
        first = self.released(service, "upgrade-02", "?level=B-LTA")
        self.assertEqual((first["level"], first["level_wanted"]), ("B-T", "B-LTA"))
        upgrade = service.upgrade_of(first["job"], lambda upgrade: upgrade["state"] != "queued")
        self.assertEqual((upgrade["state"], upgrade["level"], upgrade["version"],
                          upgrade["next_try"]), ("given_up", "B-T", None, None))
        self.assertEqual(service.gauge(), ["0"])
        status, document = service.ask(first["document"])
        self.assertEqual((status, hashlib.sha256(document).hexdigest()), (200, first["sha256"]))
        service.end(signal.SIGKILL)
        with self.revocation_data():
            service.start()
            self.assertEqual(
                service.facts(f"/api/v1/jobs/{first['job']}")["result"]["upgrade"], upgrade)

    def test_an_archive_level_is_reached_later_as_well(self):
        service = self.service("archive")
        first = self.released(service, "upgrade-04", "?level=B-LTA")
        self.assertEqual((first["level"], first["upgrade"]["state"]), ("B-T", "queued"))
        _, document = service.ask(first["document"])
        service.end(signal.SIGTERM)
        with self.revocation_data():
            service.start()
            upgrade = service.upgrade_of(first["job"], lambda upgrade: upgrade["state"] != "queued")
        self.assertEqual((upgrade["state"], upgrade["level"]), ("done", "B-LTA"))
        _, raised = service.ask(upgrade["version"]["document"])
        self.assertEqual(raised[:len(document)], document)
        self.assertEqual(service.ask(first["document"])[1], document)

    def test_S06_what_another_node_has_raised_meanwhile_is_owed_here_no_more(self):
        service = self.service("another-node")
        first = self.released(service, "upgrade-05")
        self.assertEqual((first["upgrade"]["state"], service.gauge()), ("queued", ["1"]))
        with contextlib.closing(sqlite3.connect(service.home / "store/antin.sqlite", timeout=60)) as database, database:
            database.execute("UPDATE upgrade SET state=1, lease_owner='another'")
        until = time.monotonic() + 60
        while service.gauge() != ["0"]:
            self.assertLess(time.monotonic(), until, "it is still counted")
            time.sleep(0.1)

    def test_nothing_is_owed_where_the_level_is_reached(self):
        with self.revocation_data():
            service = self.service("reached")
            facts = self.released(service, "upgrade-03")
            self.assertEqual((facts["level"], facts["level_wanted"]), ("B-LT", "B-LT"))
            self.assertNotIn("upgrade", facts)
            self.assertNotIn("extend.upgrade_queued", self.codes(facts["warnings"]))
            self.assertEqual(service.gauge(), ["0"])


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    folder = BUILD / "tests/service-upgrade"
    unittest.main()
