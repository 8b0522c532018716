#!/usr/bin/env python3
"""The user's job through the programs that users run: sign, sign again, verify, be told why not.

    cli_test.py BUILD [unittest options]

Everything is made in BUILD/tests/e2e-cli: fresh keys, SoftHSM tokens, a timestamp server on a free
port. No foreign validator takes part; tests/interop asks those.
"""
import contextlib
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import World, quietly  # noqa: E402

NOTICE = ROOT / "packaging/samples/thong-bao.pdf"
SAMPLES = ROOT / "packaging/samples"
VALID, INVALID, UNDECIDED, FAILED = 0, 1, 2, 3
world = None


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = world.folder / self.id().split(".")[-1]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def signed(self, source=NOTICE, name="officer-rsa2048", out="signed.pdf", options=()):
        out = self.folder / out
        row = next(iter(world.sign([source], out, name, options).values()))
        self.assertIsNone(row.get("error"), row)
        self.assertTrue(out.exists())
        return out

    def verify(self, path, *options, trust=True):
        """(exit code, report)"""
        known = world.known() if trust else ()
        done = world.antin("verify", path, *known, "--format", "json", *options)
        report = json.loads(done.stdout) if done.stdout else None
        return done.returncode, report

    def refused(self, done, code):
        self.assertEqual(done.returncode, FAILED, done)
        self.assertIn(code, done.stderr.decode() + done.stdout.decode())


class Verify(Command):
    def test_a_signed_document_is_valid(self):
        code, report = self.verify(self.signed())
        self.assertEqual((code, report["verdict"]), (VALID, "VALID"), report)
        self.assertEqual(report["schema"], "antin-report/1")
        self.assertEqual(report["signatures"][0]["signer"]["name"], "Nguyễn Văn Ảnh")

    def test_a_second_signature_leaves_the_first_standing(self):
        first = self.signed()
        second = self.signed(first, "agency", "sealed.pdf", ("--role", "agency"))
        self.assertTrue(second.read_bytes().startswith(first.read_bytes()))
        code, report = self.verify(second)
        self.assertEqual((code, [s["indication"] for s in report["signatures"]]),
                         (VALID, ["TOTAL-PASSED"] * 2), report)

    def test_a_changed_octet_is_invalid(self):
        octets = bytearray(self.signed().read_bytes())
        at = octets.index(b"/MediaBox") if b"/MediaBox" in octets else 200
        octets[at + 1] ^= 1
        copy = self.folder / "changed.pdf"
        copy.write_bytes(octets)
        code, report = self.verify(copy)
        self.assertEqual((code, report["verdict"]), (INVALID, "INVALID"))
        self.assertEqual(report["signatures"][0]["integrity"], "broken")

    def test_an_octet_added_at_the_end_is_invalid(self):
        copy = self.folder / "longer.pdf"
        copy.write_bytes(self.signed().read_bytes() + b"1 0 obj\n<<>>\nendobj\n")
        self.assertEqual(self.verify(copy)[0], INVALID)

    def test_without_an_anchor_nobody_is_trusted(self):
        code, report = self.verify(self.signed(), trust=False)
        self.assertEqual((code, report["verdict"]), (UNDECIDED, "INSUFFICIENT"), report)
        self.assertEqual(report["signatures"][0]["integrity"], "intact")

    def test_without_revocation_data_it_is_not_called_valid(self):
        done = world.antin("verify", self.signed(), "--offline", "--trust", world.trust, "--format", "json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["verdict"]),
                         (UNDECIDED, "INSUFFICIENT"))

    def test_no_signature_is_neither_valid_nor_invalid(self):
        code, report = self.verify(NOTICE)
        self.assertEqual((code, report["verdict"]), (UNDECIDED, "NO_SIGNATURE"))

    def test_what_is_no_pdf_is_an_error(self):
        garbage = self.folder / "garbage.pdf"
        garbage.write_bytes(bytes(range(256)) * 20)
        done = world.antin("verify", garbage)
        self.assertEqual(done.returncode, FAILED)
        self.assertEqual(world.antin("verify", self.folder / "absent.pdf").returncode, FAILED)

    def test_of_several_files_the_worst_answer_counts(self):
        good = self.signed()
        bad = self.folder / "bad.pdf"
        bad.write_bytes(good.read_bytes() + b"tail")
        known = world.known()
        self.assertEqual(world.antin("verify", good, NOTICE, *known).returncode, UNDECIDED)
        self.assertEqual(world.antin("verify", good, NOTICE, bad, *known).returncode, INVALID)
        self.assertEqual(world.antin("verify", good, self.folder / "absent.pdf", bad,
                                     *known).returncode, FAILED)

    def test_people_read_the_verdict_in_vietnamese(self):
        done = world.antin("verify", self.signed(), *world.known(), "--lang", "vi")
        self.assertIn("HỢP LỆ", done.stdout.decode())


class Sign(Command):
    def test_a_visible_signature_and_a_seal_with_timestamps(self):
        with world.timestamps() as tsa:
            level = ("--level", "B-T", "--tsa", tsa)
            first = self.signed(options=(*level, "--appearance", SAMPLES / "officer.toml"))
            second = self.signed(first, "agency", "sealed.pdf",
                                 (*level, "--role", "agency", "--appearance", SAMPLES / "agency.toml"))
        code, report = self.verify(second)
        self.assertEqual((code, [s["level"] for s in report["signatures"]]), (VALID, ["B-T"] * 2), report)
        self.assertTrue(all(s["signing_time"]["proven"] for s in report["signatures"]))

    def test_a_timestamp_server_that_is_not_there_leaves_no_file(self):
        out = self.folder / "signed.pdf"
        with world.timestamps() as tsa:
            gone = tsa
        done = world.antin("sign", NOTICE, "-o", out, "--key", world.key("officer-rsa2048"),
                           "--pin-source", world.pin("officer-rsa2048"), "--level", "B-T", "--tsa", gone)
        self.refused(done, "sign.timestamp_unreachable")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_wrong_pin_is_tried_once(self):
        # A token of its own: after this, every program is told that the count is low.
        quietly(ROOT / "packaging/dev-token", world.token, "spare", world.pki, "agency")
        key = world.key("agency").replace("token=agency", "token=spare")
        pin = self.folder / "pin"
        pin.write_text("00000000\n")
        pin.chmod(0o600)
        out = self.folder / "signed.pdf"
        done = world.antin("sign", NOTICE, "-o", out, "--key", key, "--pin-source", f"file:{pin}")
        self.refused(done, "token.pin_incorrect")
        self.assertFalse(out.exists())
        done = world.antin("sign", NOTICE, "-o", out, "--key", key, "--pin-source",
                           f"file:{world.token}/spare.pin")
        self.refused(done, "token.pin_count_low")

    def test_a_key_that_is_not_there_is_named(self):
        done = world.antin("sign", NOTICE, "-o", self.folder / "signed.pdf", "--key",
                           world.key("officer-nobody"), "--pin-source", world.pin("officer-rsa2048"))
        self.refused(done, "token.key_not_found")

    def test_nothing_is_overwritten_unless_asked(self):
        out = self.folder / "signed.pdf"
        out.write_bytes(b"mine")
        arguments = ["sign", NOTICE, "-o", out, "--key", world.key("officer-rsa2048"), "--pin-source",
                     world.pin("officer-rsa2048")]
        self.refused(world.antin(*arguments), "general.file_exists")
        self.assertEqual(out.read_bytes(), b"mine")
        self.assertEqual(world.antin(*arguments, "--force").returncode, 0)
        self.assertEqual(self.verify(out)[0], VALID)

    def test_one_bad_file_does_not_stop_a_folder(self):
        incoming, outgoing = self.folder / "in", self.folder / "out"
        incoming.mkdir()
        for name in ("a.pdf", "c.pdf"):
            shutil.copyfile(NOTICE, incoming / name)
        (incoming / "b.pdf").write_bytes(b"%PDF-1.7\nnot really\n")
        rows = world.sign([incoming], outgoing)
        told = {pathlib.Path(path).name: bool(row.get("error")) for path, row in rows.items()}
        self.assertEqual(told, {"a.pdf": False, "b.pdf": True, "c.pdf": False})
        self.assertEqual(sorted(p.name for p in outgoing.iterdir()), ["a.pdf", "c.pdf"])
        for name in ("a.pdf", "c.pdf"):
            self.assertEqual(self.verify(outgoing / name)[0], VALID)

    def test_a_folder_goes_on_where_it_stopped(self):
        incoming, outgoing = self.folder / "in", self.folder / "out"
        incoming.mkdir()
        shutil.copyfile(NOTICE, incoming / "a.pdf")
        world.sign([incoming], outgoing)
        before = (outgoing / "a.pdf").read_bytes()
        shutil.copyfile(NOTICE, incoming / "b.pdf")
        world.sign([incoming], outgoing)
        self.assertEqual((outgoing / "a.pdf").read_bytes(), before)
        self.assertEqual(self.verify(outgoing / "b.pdf")[0], VALID)

    def test_a_key_that_is_elsewhere(self):
        certificate = world.pki / "certs/officer-p256.crt" if (world.pki / "certs/officer-p256.crt").exists() \
            else world.pki / "certs/officer-rsa2048.crt"
        state, tbs, raw, out = (self.folder / n for n in ("state", "tbs.der", "raw", "signed.pdf"))
        done = world.antin("prepare", NOTICE, "--cert", certificate, "--state", state, "-o", tbs)
        self.assertEqual(done.returncode, 0, done)
        subprocess.run(["openssl", "dgst", "-sha256", "-sign",
                        world.pki / "keys" / f"{certificate.stem}.key", "-out", raw, tbs], check=True)
        for _ in range(2):
            done = world.antin("complete", "--state", state, "--signature", raw, "-o", out, NOTICE,
                               "--force")
            self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.verify(out)[0], VALID)


class Answers(Command):
    @contextlib.contextmanager
    def service(self, status, octets):
        """The address of one that says this, whatever it is asked."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *ignored):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()

    def test_R16_whatever_a_service_answers_is_told_by_its_code(self):
        key, out = self.folder / "key", self.folder / "out.pdf"
        key.write_text("key")
        for said, code, words in (
                ({"code": "case.role", "message": {"vi": "Không được.", "en": "No."}}, "officer.service_refused", "Không được. / No. (case.role)"),
                ({"code": 1, "message": "x"}, "officer.service_refused", ""), ({"message": {"vi": 1}}, "officer.service_refused", ""),
                ([], "register.answer_malformed", "")):
            with self.service(409, json.dumps(said).encode()) as url:
                done = world.antin("printout", "0198aa", "-o", out, "--service", url, "--service-key", key)
            self.refused(done, code)
            self.assertIn(words, done.stderr.decode())
            self.assertFalse(out.exists())


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1))
    world = World(build / "tests" / "e2e-cli", build)
    unittest.main(verbosity=2)
