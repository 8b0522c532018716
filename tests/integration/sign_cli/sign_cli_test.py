#!/usr/bin/env python3
"""antin sign, prepare, complete and token as programs: what tests of single functions cannot show.

    sign_cli_test.py BUILD [unittest options]

Keys come from tests/pki, by PKCS#12 and on a SoftHSM2 token made here; nothing leaves the machine.
"""
import hashlib
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
PKI = ROOT / "tests/pki"
VECTORS = ROOT / "tests/vectors/structure"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "24681357"
build = work = environment = None


def quietly(*command, **kwargs):
    subprocess.run([str(c) for c in command], check=True, capture_output=True,
                   stdin=subprocess.DEVNULL, **kwargs)


def write_stored(path, files):
    """A container as antin writes it: stored, nothing optional."""
    local = central = b""
    for name, octets in files:
        common = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, zlib.crc32(octets), len(octets),
                             len(octets), len(name), 0)
        central += (b"PK\1\2" + struct.pack("<H", 10) + common +
                    struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name.encode())
        local += b"PK\3\4" + common + name.encode() + octets
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central),
                                   len(local), 0)
    path.write_bytes(local + central + end)


def write_plain(path, catalogue):
    """A page without content, and this in its catalogue."""
    bodies = [f"<</Type/Catalog/Pages 2 0 R{catalogue}>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
              "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"]
    text, offsets = "%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(text)
    text += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n"
    text += "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    text += f"trailer\n<</Size {len(bodies) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    path.write_text(text)


def make_token(folder, names):
    """A token with keys and certificates of tests/pki."""
    (folder / "tokens").mkdir(parents=True)
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n"
                    "log.level = ERROR\n")
    env = {**os.environ, "SOFTHSM2_CONF": str(conf)}
    quietly("softhsm2-util", "--init-token", "--free", "--label", "officers", "--pin", PIN,
            "--so-pin", "11112222", env=env)
    for number, name in enumerate(names, 1):
        key_id = f"{number:02x}"
        quietly("softhsm2-util", "--import", PKI / f"keys/{name}.key", "--token", "officers",
                "--label", name, "--id", key_id, "--pin", PIN, env=env)
        der = folder / "certificate.der"
        quietly("openssl", "x509", "-in", PKI / f"certs/{name}.crt", "-outform", "DER", "-out", der)
        quietly("pkcs11-tool", "--module", MODULE, "--token-label", "officers", "--login", "--pin",
                PIN, "--write-object", der, "--type", "cert", "--label", name, "--id", key_id,
                env=env)
    return env


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = work / self.id().split(".")[-1]
        self.folder.mkdir()
        self.pin = self.folder / "pin"
        self.pin.write_text("antin-test\n")
        self.pin.chmod(0o400)

    def antin(self, *arguments, **kwargs):
        return subprocess.run([str(build / "bin/antin"), *map(str, arguments)], env=environment,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=300, **kwargs)

    def trust(self):
        return ("--trust", PKI / "trust", "--allow-test-pki", "--crl", PKI / "crl/root.crl",
                "--crl", PKI / "crl/issuing-ca.crl")

    def p12(self, pin=None):
        return ("--p12", PKI / "p12/officer-rsa2048.p12", "--pin-source",
                f"file:{pin or self.pin}")

    def token(self, name, source="fd:0"):
        return ("--module", MODULE, "--key", f"pkcs11:token=officers;object={name}",
                "--pin-source", source)

    def rows(self, done):
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def only_error(self, done):
        self.assertEqual(done.returncode, 3, done)
        return self.rows(done)[-1]["error"]["code"]

    def inputs(self, count):
        folder = self.folder / "in"
        folder.mkdir()
        for number in range(count):
            shutil.copyfile(VECTORS / "xref-table.pdf", folder / f"{number:02}.pdf")
        return folder


class Sign(Command):
    def test_file_says_what_it_became(self):
        out = self.folder / "out.pdf"
        done = self.antin("sign", VECTORS / "xref-stream.pdf", "-o", out, *self.p12(),
                          *self.trust(), "--json")
        self.assertEqual(done.returncode, 0, done)
        row, = self.rows(done)
        self.assertEqual((row["schema"], row["state"], row["level"]),
                         ("antin-sign/1", "signed", "B-B"))
        self.assertEqual(row["sha256"], hashlib.sha256(out.read_bytes()).hexdigest())
        self.assertEqual([w["code"] for w in row["warnings"]], ["sign.development_key"])
        self.assertTrue(out.read_bytes().startswith((VECTORS / "xref-stream.pdf").read_bytes()))

    def test_M01_people_read_it(self):
        done = self.antin("sign", VECTORS / "xref-table.pdf", "-o", self.folder / "out.pdf",
                          *self.p12(), "--lang", "vi")
        self.assertIn("Ký số thành công.", done.stdout.decode())
        self.assertIn("Nguyễn Văn Ảnh", done.stdout.decode())

    def test_M02_people_read_it_with_the_reason(self):
        junk = self.folder / "junk.pdf"
        junk.write_bytes(b"not a PDF")
        done = self.antin("sign", junk, "-o", self.folder / "out.pdf", *self.p12(), "--lang", "vi")
        self.assertEqual(done.returncode, 3)
        self.assertIn("Ký số không thành công: ", done.stdout.decode())

    def test_batch_resumes_and_never_signs_twice(self):
        source, out = self.inputs(5), self.folder / "out"
        first = self.antin("sign", source, "-o", out, *self.p12(), "--json")
        self.assertEqual([r["state"] for r in self.rows(first)], ["signed"] * 5)
        before = {p.name: p.read_bytes() for p in out.iterdir()}
        (out / "03.pdf").unlink()
        second = self.antin("sign", source, "-o", out, *self.p12(), "--json")
        self.assertEqual(second.returncode, 0)
        states = {pathlib.Path(r["file"]).name: r["state"] for r in self.rows(second)}
        self.assertEqual(states, {f"{n:02}.pdf": "signed" if n == 3 else "already_done"
                                  for n in range(5)})
        for name, octets in before.items():
            if name != "03.pdf":
                self.assertEqual((out / name).read_bytes(), octets)

    def test_a_batch_larger_than_one_pin_may_sign_is_refused(self):
        done = self.antin("sign", self.inputs(3), "-o", self.folder / "out", *self.p12(),
                          "--max-batch", "2", "--json")
        self.assertEqual(self.only_error(done), "sign.batch_too_large")

    def test_the_input_is_never_overwritten(self):
        copy = self.folder / "copy.pdf"
        shutil.copyfile(VECTORS / "xref-table.pdf", copy)
        done = self.antin("sign", copy, "-o", copy, *self.p12(), "--force", "--json")
        self.assertEqual(self.only_error(done), "general.file_exists")
        self.assertEqual(copy.read_bytes(), (VECTORS / "xref-table.pdf").read_bytes())

    def test_nothing_is_left_beside_the_output(self):
        self.antin("sign", VECTORS / "xref-table.pdf", "-o", self.folder / "o" / "out.pdf",
                   *self.p12())
        out = self.folder / "out"
        self.antin("sign", self.inputs(2), "-o", out, *self.p12())
        self.assertEqual(sorted(p.name for p in out.iterdir()), ["00.pdf", "01.pdf"])

    def test_keeps_level_b_without_a_timestamp_when_told(self):
        out = self.folder / "out.pdf"
        nowhere = ("--level", "B-T")
        done = self.antin("sign", VECTORS / "xref-table.pdf", "-o", out, *self.p12(), *nowhere,
                          "--json")
        self.assertEqual(self.only_error(done), "sign.timestamp_unreachable")
        self.assertFalse(out.exists())
        done = self.antin("sign", VECTORS / "xref-table.pdf", "-o", out, *self.p12(), *nowhere,
                          "--without-timestamp", "keep-b", "--json")
        row, = self.rows(done)
        self.assertEqual((row["state"], row["level"]), ("signed", "B-B"))
        self.assertIn("sign.timestamp_unreachable", [w["code"] for w in row["warnings"]])

    def test_a_broken_signature_is_signed_over_by_a_person_who_insists_only(self):
        good = self.folder / "good.pdf"
        self.antin("sign", VECTORS / "xref-table.pdf", "-o", good, *self.p12())
        octets = bytearray(good.read_bytes())
        octets[octets.index(b"/MediaBox") + 11] ^= 1
        broken = self.folder / "broken.pdf"
        broken.write_bytes(octets)
        out = self.folder / "out.pdf"
        sign = ("sign", broken, "-o", out, *self.p12(), "--json")
        self.assertEqual(self.only_error(self.antin(*sign)), "sign.input_signature_broken")
        self.assertEqual(self.only_error(self.antin(*sign, "--accept-broken-input", "--role",
                                                    "agency")), "sign.input_signature_broken")
        done = self.antin(*sign, "--accept-broken-input")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("sign.input_signature_broken",
                      [w["code"] for w in self.rows(done)[0]["warnings"]])


class Levels(Command):
    """Long-term levels against the test PKI's own timestamp server; revocation data from files."""

    def setUp(self):
        super().setUp()
        self.server = subprocess.Popen(
            [str(build / "tests/antin-test-pki-server"), "--pki", str(PKI), "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.stop)
        port = self.server.stdout.readline().split()[1].decode()
        self.tsa = ("--tsa", f"http://127.0.0.1:{port}/tsa", "--offline")
        self.document = VECTORS / "encrypted-aes-256.pdf"

    def stop(self):
        self.server.communicate(timeout=30)

    def signed(self, name, level, *more, source=None):
        out = self.folder / name
        done = self.antin("sign", source or self.document, "-o", out, *self.p12(), *self.trust(),
                          *self.tsa, "--level", level, "--json", *more)
        self.assertEqual(done.returncode, 0, done)
        row, = self.rows(done)
        return out, row

    def extended(self, source, level, *more, code=0):
        out = self.folder / f"extended-{time.monotonic_ns()}{source.suffix}"
        done = self.antin("extend", source, "-o", out, *self.tsa, "--level", level, "--json",
                          *self.trust(), *more)
        self.assertEqual(done.returncode, code, done)
        row, = self.rows(done)
        return out, row

    def verdict(self, path):
        done = self.antin("verify", path, "--trust", PKI / "trust", "--allow-test-pki", "--offline",
                          "--json")
        report, = self.rows(done)
        return report["verdict"], report["signatures"][0]["level"]

    def test_sign_reaches_each_and_verify_agrees(self):
        for level in ("B-LT", "B-LTA"):
            out, row = self.signed(f"{level}.pdf", level)
            self.assertEqual(row["level"], level)
            self.assertEqual(self.verdict(out), ("VALID", level))

    def test_extend_only_appends_and_repeats_without_harm(self):
        source, _ = self.signed("t.pdf", "B-T")
        out, row = self.extended(source, "B-LTA")
        self.assertEqual((row["schema"], row["state"], row["level"]),
                         ("antin-extend/1", "extended", "B-LTA"))
        self.assertIn("renew_before", row)
        self.assertTrue(out.read_bytes().startswith(source.read_bytes()))
        self.assertEqual(self.verdict(out), ("VALID", "B-LTA"))
        again, row = self.extended(out, "B-LTA")
        self.assertEqual(row["state"], "unchanged")
        self.assertEqual(again.read_bytes(), out.read_bytes())
        renewed, row = self.extended(out, "B-LTA", "--renew")
        self.assertEqual(row["state"], "extended")
        self.assertEqual(self.verdict(renewed), ("VALID", "B-LTA"))

    def test_what_is_missing_is_said_and_the_exit_code_tells(self):
        source, _ = self.signed("t.pdf", "B-T")
        out = self.folder / "out.pdf"
        extend = ("extend", source, "-o", out, *self.tsa, "--level", "B-LT", "--json")
        self.assertEqual(self.only_error(self.antin(*extend)), "extend.level_needs_trust")
        trust = ("--trust", PKI / "trust", "--allow-test-pki")
        done = self.antin(*extend, *trust, "--without-evidence", "fail")
        self.assertEqual(self.only_error(done), "extend.timestamp_data_missing")
        self.assertFalse(out.exists())
        done = self.antin(*extend, *trust)
        self.assertEqual(done.returncode, 2, done)
        row, = self.rows(done)
        self.assertEqual((row["state"], row["level"]), ("unchanged", "B-T"))
        codes = [w["code"] for w in row["warnings"]]
        self.assertIn("extend.level_not_reached", codes)
        self.assertEqual(out.read_bytes(), source.read_bytes())

    def test_a_batch_resumes_at_a_long_term_level(self):
        source, out = self.inputs(3), self.folder / "out"
        sign = ("sign", source, "-o", out, *self.p12(), *self.trust(), *self.tsa, "--level",
                "B-LTA", "--json")
        self.assertEqual([r["state"] for r in self.rows(self.antin(*sign))], ["signed"] * 3)
        self.assertEqual([r["state"] for r in self.rows(self.antin(*sign))], ["already_done"] * 3)

    def test_any_file_gets_a_detached_signature(self):
        note = self.folder / "note.txt"
        note.write_text("any file\n")
        out, row = self.signed("note.txt.p7s", "B-B", source=note)
        self.assertEqual((row["level"], "field" in row), ("B-B", False))
        raised, row = self.extended(out, "B-LTA", "--content", note)
        self.assertEqual((row["state"], row["level"]), ("extended", "B-LTA"))
        quietly("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", raised, "-content",
                note, "-noverify", "-out", "/dev/null")
        again, row = self.extended(raised, "B-LTA", "--content", note)
        self.assertEqual(row["state"], "unchanged")
        other = self.folder / "other.txt"
        other.write_text("another\n")
        done = self.antin("extend", out, "-o", self.folder / "x.p7s", "--level", "B-T", *self.tsa,
                          "--content", other, "--json")
        self.assertEqual(self.only_error(done), "extend.detached_mismatch")
        done = self.antin("sign", note, "-o", self.folder / "y.p7s", *self.p12(), "--reason", "x",
                          "--json")
        self.assertEqual(self.only_error(done), "extend.pdf_only_option")

    def test_evidence_for_a_court_is_signed_as_one_container(self):
        document, _ = self.signed("d.pdf", "B-B", source=VECTORS / "xref-table.pdf")
        zipped, container = self.folder / "evidence.zip", self.folder / "evidence.asice"
        self.antin("verify", document, "--evidence", zipped, "--offline", *self.trust())
        sign = ("sign", zipped, "-o", container, *self.p12(), *self.trust(), "--json")
        self.assertEqual(self.rows(self.antin(*sign))[0]["state"], "signed")
        self.assertEqual(self.rows(self.antin(*sign))[0]["state"], "already_done")
        with zipfile.ZipFile(container) as parts, zipfile.ZipFile(zipped) as before:
            names = parts.namelist()
            self.assertEqual(names[0], "mimetype")
            self.assertEqual(names[:-2], before.namelist())
            for name in before.namelist():
                self.assertEqual(parts.read(name), before.read(name))
            parts.extractall(self.folder / "unpacked")
        meta = self.folder / "unpacked/META-INF"
        quietly("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in",
                meta / "signature001.p7s", "-content", meta / "ASiCManifest001.xml", "-noverify",
                "-out", "/dev/null")
        codes = self.evidence_codes(container)
        self.assertIn("evidence.intact", codes)
        self.assertNotIn("evidence.unsigned", codes)
        self.assertIn("evidence.unsigned", self.evidence_codes(zipped))
        done = self.antin("sign", container, "-o", self.folder / "x.asice", *self.p12(), "--json")
        self.assertEqual(self.only_error(done), "evidence.already_signed")
        done = self.antin("sign", document, "-o", self.folder / "y.asice", *self.p12(), "--json")
        self.assertEqual(self.only_error(done), "evidence.malformed")
        # Another signature than the manifest's.
        with zipfile.ZipFile(container) as parts:
            files = [(name, parts.read(name)) for name in parts.namelist()]
        other = self.folder / "other.p7s"
        self.antin("sign", document, "-o", other, *self.p12(), "--format", "cades")
        tampered = self.folder / "tampered.asice"
        write_stored(tampered, [*files[:-1], (files[-1][0], other.read_bytes())])
        self.assertIn("evidence.signature_wrong", self.evidence_codes(tampered, 1))

    def evidence_codes(self, container, code=None):
        done = self.antin("verify", container, "--offline", "--json", *self.trust())
        if code is not None:
            self.assertEqual(done.returncode, code)
        return [finding["code"] for finding in json.loads(done.stdout)["findings"]]

    def test_a_broken_document_is_not_raised(self):
        source, _ = self.signed("t.pdf", "B-T", source=VECTORS / "xref-table.pdf")
        octets = bytearray(source.read_bytes())
        octets[octets.index(b"/MediaBox") + 11] ^= 1
        broken = self.folder / "broken.pdf"
        broken.write_bytes(octets)
        out = self.folder / "out.pdf"
        done = self.antin("extend", broken, "-o", out, "--level", "B-LT", *self.trust(), *self.tsa,
                          "--json")
        self.assertEqual(self.only_error(done), "extend.input_broken")
        self.assertFalse(out.exists())

    def test_two_steps_reach_them(self):
        state, tbs = self.folder / "state", self.folder / "tbs.der"
        raw, out = self.folder / "raw", self.folder / "out.pdf"
        done = self.antin("prepare", VECTORS / "form.pdf", "--cert", PKI / "certs/officer-p256.crt",
                          "--cert", PKI / "certs/issuing-ca.crt", "--state", state, "-o", tbs,
                          "--level", "B-LTA", *self.trust())
        self.assertEqual(done.returncode, 0, done)
        quietly("openssl", "dgst", "-sha256", "-sign", PKI / "keys/officer-p256.key", "-out", raw,
                tbs)
        done = self.antin("complete", "--state", state, "--signature", raw, "-o", out, "--json",
                          *self.trust(), *self.tsa)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.rows(done)[0]["level"], "B-LTA")
        self.assertEqual(self.verdict(out), ("VALID", "B-LTA"))


class Pins(Command):
    def test_a_file_that_others_read_is_refused(self):
        self.pin.chmod(0o444)
        done = self.antin("sign", VECTORS / "xref-table.pdf", "-o", self.folder / "out.pdf",
                          *self.p12(), "--json")
        self.assertEqual(self.only_error(done), "token.pin_file_unsafe")

    def test_no_terminal_is_told(self):
        done = self.antin("sign", VECTORS / "xref-table.pdf", "-o", self.folder / "out.pdf",
                          "--p12", PKI / "p12/officer-rsa2048.p12", "--json",
                          start_new_session=True)
        self.assertEqual(self.only_error(done), "sign.no_terminal")

    def on_terminal(self, typed):
        """Runs antin sign on a terminal of its own; (exit code, all that was shown)."""
        out = self.folder / "out.pdf"
        words = [str(build / "bin/antin"), "sign", str(VECTORS / "xref-table.pdf"), "-o", str(out),
                 *map(str, self.token("officer-rsa2048", "ask")), "--lang", "vi"]
        child, terminal = pty.fork()
        if child == 0:
            os.execve(words[0], words, environment)
        shown = b""
        deadline = time.monotonic() + 60
        status = None
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    piece = os.read(terminal, 4096)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
                if typed and "Mã PIN của thiết bị".encode() in shown and b"officers" in \
                        shown.split("Mã PIN của thiết bị".encode())[-1]:
                    os.write(terminal, typed)
                    typed = b""
        if time.monotonic() >= deadline:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")

    def test_the_documents_are_listed_before_the_pin_and_the_pin_is_not_shown(self):
        code, shown = self.on_terminal(PIN.encode() + b"\n")
        self.assertEqual(code, 0, shown)
        digest = hashlib.sha256((VECTORS / "xref-table.pdf").read_bytes()).hexdigest()
        self.assertIn(digest, shown)
        self.assertLess(shown.index(digest), shown.index("Mã PIN của thiết bị"))
        self.assertNotIn(PIN, shown)

    def test_a_typing_error_can_be_taken_back(self):
        code, shown = self.on_terminal(b"99\x15" + PIN.encode() + b"7\x7f\n")
        self.assertEqual(code, 0, shown)

    def test_control_c_at_the_prompt_cancels(self):
        code, shown = self.on_terminal(b"12\x03")
        self.assertEqual(code, 3, shown)
        self.assertIn("general.cancelled", shown)
        self.assertFalse((self.folder / "out.pdf").exists())


class Certificates(Command):
    def asked(self, name):
        """Whether the PIN was taken from the pipe, and the error."""
        reader, writer = os.pipe()
        os.write(writer, PIN.encode() + b"\n")
        os.close(writer)
        done = subprocess.run(
            [str(build / "bin/antin"), "sign", str(VECTORS / "xref-table.pdf"), "-o",
             str(self.folder / f"{name}.pdf"), *map(str, self.token(name)), *map(str, self.trust()),
             "--json"], env=environment, stdin=reader, capture_output=True, timeout=120)
        left = os.read(reader, 100)
        os.close(reader)
        rows = self.rows(done)
        return left == b"", rows[-1].get("error", {}).get("code")

    def test_what_must_not_sign_is_refused_before_the_pin(self):
        for name, code in (("officer-revoked", "sign.certificate_revoked"),
                           ("officer-expired", "sign.certificate_expired"),
                           ("officer-encipher", "sign.certificate_usage"),
                           ("fake-officer", "sign.certificate_untrusted")):
            self.assertEqual(self.asked(name), (False, code), name)

    def test_a_good_one_is_asked_for_its_pin(self):
        self.assertEqual(self.asked("officer-rsa2048"), (True, None))


class TwoSteps(Command):
    def test_repeat_without_harm(self):
        state, tbs = self.folder / "state", self.folder / "tbs.der"
        raw, out = self.folder / "raw", self.folder / "out.pdf"
        prepare = ("prepare", VECTORS / "form.pdf", "--cert", PKI / "certs/officer-p256.crt",
                   "--cert", PKI / "certs/issuing-ca.crt", "--state", state, "-o", tbs)
        self.assertEqual(self.antin(*prepare).returncode, 0)
        self.assertEqual(self.antin(*prepare).returncode, 3)
        quietly("openssl", "dgst", "-sha256", "-sign", PKI / "keys/officer-p256.key", "-out", raw,
                tbs)
        complete = ("complete", "--state", state, "--signature", raw, "-o", out)
        self.assertEqual(self.antin(*complete).returncode, 0)
        once = out.read_bytes()
        self.assertEqual(self.antin(*complete).returncode, 0)
        self.assertEqual(out.read_bytes(), once)
        other = self.folder / "other.pdf"
        other.write_bytes((VECTORS / "xref-table.pdf").read_bytes())
        self.assertEqual(self.only_error(self.antin(*complete, other, "--json")),
                         "sign.state_wrong_document")


class Hygiene(Command):
    """S-18: what a policy refuses, and that the rest of a batch goes on."""

    def batch(self, *options):
        folder = self.inputs(2)
        write_plain(folder / "script.pdf", "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")
        done = self.antin("sign", folder, "-o", self.folder / "out", *self.p12(), *options,
                          "--json")
        return done, {pathlib.Path(row["file"]).name: row for row in self.rows(done)}

    def test_a_refused_file_does_not_stop_the_others(self):
        done, rows = self.batch("--policy", "viet-nam")
        self.assertEqual(done.returncode, 3, done)
        self.assertEqual(rows["script.pdf"]["error"]["code"], "hygiene.javascript")
        self.assertTrue(rows["script.pdf"]["error"]["advice"]["vi"])
        self.assertEqual([rows[n]["state"] for n in ("00.pdf", "01.pdf")], ["signed"] * 2)
        self.assertFalse((self.folder / "out/script.pdf").exists())

    def test_without_a_policy_it_is_a_warning(self):
        done, rows = self.batch()
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("hygiene.javascript", [w["code"] for w in rows["script.pdf"]["warnings"]])

    def test_a_policy_file_decides_hazard_by_hazard(self):
        policy = self.folder / "policy.toml"
        policy.write_text('schema = "antin-policy/1"\n[hygiene]\njavascript = "ignore"\n')
        done, rows = self.batch("--policy", policy)
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn("hygiene.javascript", [w["code"] for w in rows["script.pdf"]["warnings"]])
        policy.write_text('schema = "antin-policy/1"\n[hygiene]\njavscript = "ignore"\n')
        other = self.antin("sign", VECTORS / "xref-table.pdf", "-o", self.folder / "x.pdf",
                           *self.p12(), "--policy", policy, "--json")
        self.assertEqual(self.only_error(other), "verify.policy_config")

    def test_prepare_refuses_too(self):
        script = self.folder / "script.pdf"
        write_plain(script, "/AcroForm<</Fields[]/XFA[(a)(b)]>>")
        done = self.antin("prepare", script, "--cert", PKI / "certs/officer-rsa2048.crt", "--state",
                          self.folder / "s", "-o", self.folder / "tbs", "--policy", "viet-nam",
                          "--json")
        self.assertEqual(self.only_error(done), "pdf_write.xfa_form")
        self.assertFalse((self.folder / "tbs").exists())


class Usage(Command):
    def test_mistakes_are_named(self):
        for words, code in ((["sgin"], "cli.unknown_command"), (["token", "lst"], "cli.unknown_command"),
                            (["sign", "a.pdf", "--outptu", "b"], "cli.unknown_option"),
                            (["sign", "a.pdf"], "cli.missing_value"),
                            (["sign"], "cli.missing_file")):
            done = self.antin(*words)
            self.assertEqual(done.returncode, 3)
            self.assertIn(code, done.stderr.decode())

    def test_help_is_there_for_every_command(self):
        self.assertEqual(self.antin("help").returncode, 0)
        for words in (["sign"], ["prepare"], ["complete"], ["extend"], ["token", "list"],
                      ["token", "test"]):
            for language in ("vi", "en"):
                done = self.antin(*words, "--help", "--lang", language)
                self.assertEqual(done.returncode, 0)
                self.assertIn("--lang", done.stdout.decode())

    def test_help_of_a_group_names_its_commands(self):
        for group, verb in (("token", "change-pin"), ("trust", "remove")):
            done = self.antin(group, "--help")
            self.assertEqual(done.returncode, 0, done)
            self.assertIn(verb, done.stdout.decode())

    def test_token_test_signs_with_every_scheme(self):
        done = subprocess.run([str(build / "bin/antin"), "token", "test",
                               *map(str, self.token("officer-rsa2048")), "--json"],
                              env=environment, input=PIN.encode() + b"\n", capture_output=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done)
        rows = self.rows(done)
        self.assertGreaterEqual(len(rows), 2)
        self.assertTrue(all(row["works"] for row in rows))


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    work = build / "tests/sign-cli"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    environment = make_token(work / "token", ["officer-rsa2048", "officer-revoked",
                                              "officer-expired", "officer-encipher",
                                              "fake-officer"])
    unittest.main()
