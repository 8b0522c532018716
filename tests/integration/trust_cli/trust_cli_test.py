#!/usr/bin/env python3
"""antin trust list, add and remove as a program: what becomes trusted, and what never does by itself.

    trust_cli_test.py BUILD [unittest options]
"""
import hashlib
import json
import os
import pathlib
import pty
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
CERTS = ROOT / "tests/pki/certs"
VIET_NAM = ROOT.parent / "shared/pki/vietnam"
ANTIN = None


def der(name):
    text = (CERTS / f"{name}.crt").read_bytes()
    return ssl.PEM_cert_to_DER_cert(text.decode()) if text.startswith(b"-----") else text


def fingerprint(name):
    return hashlib.sha256(der(name)).hexdigest()


class Trust(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="trust."))
        self.addCleanup(shutil.rmtree, self.work)
        self.folder = self.work / "trust"

    def antin(self, verb, *arguments, folder=True, **kwargs):
        words = [ANTIN, "trust", verb, *map(str, arguments)]
        if folder:
            words += ["--dir", str(self.folder)]
        return subprocess.run(words, capture_output=True, text=True, timeout=60,
                              **{"stdin": subprocess.DEVNULL, **kwargs})

    def add(self, *arguments, **kwargs):
        return self.antin("add", *arguments, "--allow-test-pki", **kwargs)

    def added(self, *arguments, **kwargs):
        done = self.add(*arguments, **kwargs)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, done, code):
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn(f"[{code}", done.stderr)

    def listed(self):
        done = self.antin("list", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {row["sha256"]: row for row in json.loads(done.stdout)["certificates"]}

    def log(self):
        path = self.folder / "trust.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def test_S22_a_root_is_not_trusted_before_its_fingerprint_is_confirmed(self):
        done = self.add(CERTS / "root.crt")
        self.refused(done, "cert.trust_not_confirmed")
        shown = done.stdout.replace(":", "").lower()
        self.assertIn(fingerprint("root"), shown)
        self.assertIn("RSA 4096", done.stdout)
        self.assertFalse(self.folder.exists())

    def test_a_confirmed_root_is_an_anchor_and_its_intermediate_needs_nothing(self):
        done = self.added(CERTS / "root.crt", CERTS / "issuing-ca.crt", "--json",
                          "--fingerprint", fingerprint("root").upper())
        document = json.loads(done.stdout)
        self.assertEqual([row["role"] for row in document["added"]], ["anchor", "intermediate"])
        rows = self.listed()
        self.assertEqual(rows[fingerprint("root")]["role"], "anchor")
        self.assertEqual(rows[fingerprint("root")]["purposes"],
                         ["sign", "seal", "timestamp", "ocsp"])
        self.assertEqual(rows[fingerprint("issuing-ca")]["role"], "intermediate")
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_an_intermediate_needs_no_fingerprint(self):
        self.added(CERTS / "issuing-ca.crt")
        self.assertEqual(self.listed()[fingerprint("issuing-ca")]["role"], "intermediate")

    def test_one_wrong_digit_changes_nothing(self):
        wrong = fingerprint("root")[:-1] + ("0" if fingerprint("root")[-1] != "0" else "1")
        self.refused(self.add(CERTS / "root.crt", "--fingerprint", wrong),
                     "cert.trust_fingerprint")
        self.refused(self.add(CERTS / "root.crt", CERTS / "other-root.crt", "--fingerprint",
                              fingerprint("root")), "cert.trust_not_confirmed")
        for part in (fingerprint("root")[:16], "", fingerprint("root") + "00", "x" * 64):
            self.refused(self.add(CERTS / "root.crt", "--fingerprint", part), "cli.bad_value")
        self.assertFalse(self.folder.exists())

    def test_purposes_and_dates_are_kept(self):
        colons = ":".join(fingerprint("root")[i:i + 2] for i in range(0, 64, 2)).upper()
        self.added(CERTS / "root.crt", "--fingerprint", colons, "--purpose", "timestamp,seal",
                   "--from", "2026-01-01", "--until", "2027-12-31")
        row = self.listed()[fingerprint("root")]
        self.assertEqual(row["purposes"], ["seal", "timestamp"])
        self.assertEqual(row["from"], "2025-12-31T17:00:00Z")
        self.assertEqual(row["until"], "2027-12-31T16:59:59Z")

    def test_what_would_do_nothing_or_cannot_be_is_refused(self):
        root = (CERTS / "root.crt", "--fingerprint", fingerprint("root"))
        self.refused(self.add(*root, "--purpose", "sign,everything"), "cli.bad_value")
        self.refused(self.add(*root, "--purpose", ""), "cli.bad_value")
        self.refused(self.add(*root, "--from", "2026-02-30"), "cli.bad_value")
        self.refused(self.add(*root, "--from", "2027-01-01", "--until", "2026-01-01"),
                     "cli.bad_value")
        self.refused(self.add(CERTS / "issuing-ca.crt", "--purpose", "sign"), "cli.bad_value")

    def test_an_intermediate_becomes_an_anchor_only_when_asked_and_confirmed(self):
        self.refused(self.add(CERTS / "issuing-ca.crt", "--anchor"), "cert.trust_not_confirmed")
        self.added(CERTS / "issuing-ca.crt", "--anchor", "--fingerprint",
                   fingerprint("issuing-ca"))
        self.assertEqual(self.listed()[fingerprint("issuing-ca")]["role"], "anchor")

    def test_only_authorities_are_added(self):
        for name in ("officer-p256", "agency", "ocsp"):
            self.refused(self.add(CERTS / f"{name}.crt", "--fingerprint", fingerprint(name)),
                         "cert.trust_not_authority")
        self.refused(self.add(CERTS / "tsa.crt", "--anchor", "--fingerprint", fingerprint("tsa")),
                     "cert.trust_not_authority")
        self.added(CERTS / "tsa.crt")  # helps to read tokens that leave it out
        self.assertEqual(self.listed()[fingerprint("tsa")]["role"], "intermediate")

    def test_the_test_pki_is_refused_where_it_is_not_allowed(self):
        done = self.antin("add", CERTS / "root.crt", "--fingerprint", fingerprint("root"))
        self.refused(done, "cert.trust_test_pki")
        self.assertFalse(self.folder.exists())

    def test_an_expired_authority_is_added_with_a_warning(self):
        done = self.added(CERTS / "expired-ca.crt", "--lang", "en")
        self.assertIn("expired on 31/12/2025", done.stdout)

    def test_S22_reads_pem_der_and_p7b(self):
        bundle, plain = self.work / "all.p7b", self.work / "root.der"
        subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", CERTS / "issuing-ca.crt",
                        "-certfile", CERTS / "revoked-ca.crt", "-out", bundle], check=True)
        plain.write_bytes(der("root"))
        self.added(bundle, plain, "--fingerprint", fingerprint("root"))
        self.assertEqual(set(self.listed()),
                         {fingerprint(n) for n in ("root", "issuing-ca", "revoked-ca")})
        self.refused(self.add(__file__), "cert.malformed")

    def test_twice_is_told(self):
        self.added(CERTS / "issuing-ca.crt")
        self.refused(self.add(CERTS / "issuing-ca.crt"), "cert.trust_present")
        self.assertEqual(len(self.log()), 1)

    def test_remove_takes_away_what_narrowed_it_too(self):
        self.added(CERTS / "root.crt", CERTS / "issuing-ca.crt", "--fingerprint",
                   fingerprint("root"), "--purpose", "sign")
        done = self.antin("remove", fingerprint("root"), "--json")
        self.assertEqual(json.loads(done.stdout)["removed"]["sha256"], fingerprint("root"))
        self.assertEqual(set(self.listed()), {fingerprint("issuing-ca")})
        self.assertEqual(list(self.folder.glob("*.toml")), [])
        self.refused(self.antin("remove", fingerprint("root")), "cert.trust_absent")
        self.refused(self.antin("remove", "1234"), "cli.bad_value")

    def test_one_of_several_in_a_file_is_not_removed(self):
        self.folder.mkdir()
        (self.folder / "two.pem").write_bytes((CERTS / "root.crt").read_bytes() +
                                              (CERTS / "issuing-ca.crt").read_bytes())
        self.refused(self.antin("remove", fingerprint("root")), "cert.trust_shared")
        self.assertEqual(len(self.listed()), 2)

    def test_S22_every_change_leaves_a_line_that_stays(self):
        self.added(CERTS / "root.crt", "--fingerprint", fingerprint("root"), "--purpose", "sign")
        first = (self.folder / "trust.log").read_bytes()
        self.add(CERTS / "other-root.crt")  # not confirmed
        self.antin("remove", fingerprint("root"))
        lines = self.log()
        self.assertTrue((self.folder / "trust.log").read_bytes().startswith(first))
        self.assertEqual([line["action"] for line in lines], ["add", "remove"])
        for line in lines:
            self.assertEqual((line["sha256"], line["uid"]), (fingerprint("root"), os.getuid()))
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(lines[0]["confirmed_by"], "fingerprint")
        self.assertEqual(lines[0]["purposes"], ["sign"])

    def test_nothing_changes_where_no_line_can_be_written(self):
        (self.folder / "trust.log").mkdir(parents=True)
        self.refused(self.add(CERTS / "issuing-ca.crt"), "cert.trust_folder")
        self.assertEqual(self.listed(), {})
        self.folder = self.work / "file"
        self.folder.write_text("")
        self.assertEqual(self.add(CERTS / "issuing-ca.crt").returncode, 3)

    def test_a_folder_that_would_not_load_is_left_alone(self):
        self.folder.mkdir()
        (self.folder / "stray.toml").write_text('schema = "antin-trust/1"\n')
        self.refused(self.add(CERTS / "issuing-ca.crt"), "cert.trust_config")
        self.assertEqual(self.log(), [])

    def test_an_interrupted_addition_is_repeated(self):
        arguments = (CERTS / "root.crt", "--fingerprint", fingerprint("root"), "--purpose", "sign")
        self.added(*arguments)
        next(self.folder.glob("*.crt")).unlink()  # between the two files
        self.assertEqual(self.antin("list").returncode, 3)  # never wider than asked
        self.added(*arguments[:3], "--purpose", "seal")
        self.assertEqual(self.listed()[fingerprint("root")]["purposes"], ["seal"])

    def test_two_at_a_time_lose_nothing(self):
        names = ["issuing-ca", "issuing-ca-2", "revoked-ca", "expired-ca", "lt-ca", "lt-tsa-ca"]
        words = [ANTIN, "trust", "add", "--allow-test-pki", "--dir", str(self.folder)]
        running = [subprocess.Popen([*words, str(CERTS / f"{n}.crt")], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL) for n in names]
        self.assertEqual([one.wait(60) for one in running], [0] * len(names))
        self.assertEqual(set(self.listed()), {fingerprint(n) for n in names})
        self.assertEqual(len(self.log()), len(names))

    def typed(self, text):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        os.write(master, text.encode() + b"\n")
        try:
            return self.add(CERTS / "root.crt", stdin=slave)
        finally:
            os.close(slave)

    def test_somebody_at_a_terminal_types_the_end_of_the_fingerprint(self):
        end = fingerprint("root")[-16:]
        for wrong in ("", "y", end[:-1], end[::-1]):
            self.refused(self.typed(wrong), "cert.trust_not_confirmed")
        done = self.typed(" ".join(end[i:i + 4].upper() for i in range(0, 16, 4)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.log()[0]["confirmed_by"], "terminal")

    def test_a_published_fingerprint_is_compared_but_trusts_nothing(self):
        name = json.loads(self.added(CERTS / "issuing-ca.crt", "--json").stdout)["added"][0]["name"]
        pins = self.work / "pins.toml"

        def with_pin(sha256):
            pins.write_text(f'schema = "antin-trust-pins/1"\n[[pin]]\nname = "{name}"\n'
                            f'sha256 = "{sha256}"\nsource = "a letter"\n')
            return self.add(CERTS / "issuing-ca-2.crt", "--anchor", "--pins", pins, "--lang", "en")

        done = with_pin(fingerprint("issuing-ca-2"))
        self.assertIn("matches the published one", done.stdout)
        self.refused(done, "cert.trust_not_confirmed")
        self.assertIn("not the published one", with_pin(fingerprint("root")).stdout)
        self.refused(with_pin("12"), "cert.trust_config")

    def test_the_configured_folder_is_the_default(self):
        config = self.work / "antin.toml"
        config.write_text('schema = "antin-config/1"\n[verify]\ntrust = "trust"\n')
        done = self.add(CERTS / "issuing-ca.crt", "--config", config, folder=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(self.listed()), {fingerprint("issuing-ca")})

    def test_the_folder_serves_verify(self):
        self.added(CERTS / "root.crt", "--fingerprint", fingerprint("root"))
        pdf = sorted((ROOT / "packaging/samples").glob("*.pdf"))[0]
        done = subprocess.run([ANTIN, "verify", pdf, "--offline", "--trust", self.folder, "--allow-test-pki"],
                              capture_output=True, text=True, timeout=60)
        self.assertNotIn("cert.trust", done.stderr)
        self.assertNotEqual(done.returncode, 3, done.stderr)

    def test_help_and_unknown_verbs(self):
        for verb in ("list", "add", "remove"):
            self.assertEqual(self.antin(verb, "--help").returncode, 0)
        self.refused(self.antin("ad"), "cli.unknown_command")
        self.assertIn("trust", subprocess.run([ANTIN, "help"], capture_output=True, text=True).stdout)

    @unittest.skipUnless(VIET_NAM.is_dir(), "the public Vietnamese certificates are not at hand")
    def test_the_public_vietnamese_certificates_with_one_command(self):
        files = sorted(VIET_NAM.glob("*.crt"))
        done = self.antin("add", *files, "--lang", "en")
        self.refused(done, "cert.trust_not_confirmed")
        self.assertEqual(done.stdout.count("matches the published one"), len(files))
        self.assertFalse(self.folder.exists())
        roots = ["F04BA4B459A7C9A1B971AD9B1CB833E695A80C79AEA63B174B66A70EDFE2FDB8",
                 "BAC8BF609AB420A8EE1780D74F4DE5C7F7184959D2A7375B0A75E4C29F0908E7"]
        done = self.antin("add", *files, "--fingerprint", roots[0], "--fingerprint", roots[1])
        self.assertEqual(done.returncode, 0, done.stderr)
        anchors = {s for s, row in self.listed().items() if row["role"] == "anchor"}
        self.assertEqual(anchors, {root.lower() for root in roots})


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    ANTIN = str(build / "bin/antin")
    unittest.main(verbosity=1)
