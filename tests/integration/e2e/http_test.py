#!/usr/bin/env python3
"""The user's job over HTTP, with the real service, worker, token and TSA on this machine.

    http_test.py BUILD [unittest options]
"""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
import asking  # noqa: E402
from world import World  # noqa: E402

NOTICE = (ROOT / "packaging/samples/thong-bao.pdf").read_bytes()
PDF = {"Content-Type": "application/pdf"}
world = None
base = None


def ask(method, path, body=None, headers=None, key=True):
    """(status, headers, body)"""
    own = {"Authorization": f"Bearer {world.api_key}"} if key else {}
    return asking.sent(base, method, path, body, {**(headers or {}), **own})


def multipart(**parts):
    """(body, headers) of files in a form."""
    line = b"----antin-test"
    body = b"".join(b"--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s.pdf\"\r\n"
                    b"Content-Type: application/pdf\r\n\r\n%s\r\n" % (line, n.encode(), n.encode(), v)
                    for n, v in parts.items()) + b"--%s--\r\n" % line
    return body, {"Content-Type": f"multipart/form-data; boundary={line.decode()}"}


class Service(unittest.TestCase):
    def signed(self, key, body=NOTICE):
        status, headers, answer = ask("POST", "/api/v1/signatures", body,
                                      {**PDF, "Idempotency-Key": key})
        self.assertEqual(status, 201, answer)
        status, _, document = ask("GET", headers["Location"] + (
            "" if headers["Location"].endswith("/document") else "/document"))
        self.assertEqual(status, 200)
        return document

    def problem(self, answer, status, code=None):
        self.assertEqual(answer[0], status, answer[2])
        self.assertEqual(answer[1].get_content_type(), "application/problem+json")
        if code:
            self.assertEqual(json.loads(answer[2])["code"], code)

    def test_what_the_agency_signs_is_valid(self):
        document = self.signed("sign-and-verify")
        self.assertTrue(document.startswith(NOTICE))
        status, _, body = ask("POST", "/api/v1/verify", document, PDF, key=False)
        report = json.loads(body)
        self.assertEqual((status, report["verdict"], report["valid"]), (200, "VALID", True), report)

    def test_the_command_line_gives_the_same_verdict(self):
        path = world.folder / "from-service.pdf"
        path.write_bytes(self.signed("command-line"))
        report = world.verify([path])[str(path)]
        self.assertEqual(report["verdict"], "VALID")

    def test_V13_any_verdict_is_an_answer(self):
        document = bytearray(self.signed("tampered"))
        document[300] ^= 1
        for octets, verdict in ((bytes(document), "INVALID"), (NOTICE, "NO_SIGNATURE")):
            status, _, body = ask("POST", "/api/v1/verify", octets, PDF)
            self.assertEqual((status, json.loads(body)["verdict"]), (200, verdict))

    def test_a_form_is_as_good_as_a_raw_body(self):
        body, headers = multipart(file=self.signed("as-a-form"))
        status, _, answer = ask("POST", "/api/v1/verify", body, headers)
        self.assertEqual((status, json.loads(answer)["verdict"]), (200, "VALID"))

    def test_V13_garbage_is_a_problem_with_a_code(self):
        answer = ask("POST", "/api/v1/verify", b"no PDF at all" * 50, PDF)
        self.problem(answer, 422)
        self.assertTrue(json.loads(answer[2])["code"])

    def test_signing_needs_a_key(self):
        self.problem(ask("POST", "/api/v1/signatures", NOTICE,
                         {**PDF, "Idempotency-Key": "without-key"}, key=False), 401)

    def test_signing_needs_an_idempotency_key(self):
        self.problem(ask("POST", "/api/v1/signatures", NOTICE, PDF), 400)

    def test_the_same_request_signs_once(self):
        self.assertEqual(self.signed("repeated-key"), self.signed("repeated-key"))
        self.problem(ask("POST", "/api/v1/signatures", NOTICE + b"\n",
                         {**PDF, "Idempotency-Key": "repeated-key"}), 422, "service.idempotency_key_reused")

    def test_a_stored_original_is_found_and_compared(self):
        document = self.signed("the-original")
        status, headers, body = ask("POST", "/api/v1/originals", document, PDF)
        self.assertIn(status, (200, 201), body)
        stored = json.loads(body)
        status, _, octets = ask("GET", f"/api/v1/originals/{stored['id']}/document")
        self.assertEqual((status, octets), (200, document))
        for copy, result in ((document, "identical"), (self.signed("another-one"), None)):
            form, headers = multipart(copy=copy)
            status, _, body = ask("POST", f"/api/v1/compare?original_id={stored['id']}", form, headers)
            self.assertEqual(status, 200, body)
            self.assertEqual(json.loads(body)["comparison"]["result"] == "identical",
                             result == "identical", body)

    def test_it_tells_how_it_is(self):
        for path in ("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/"):
            with self.subTest(path):
                self.assertEqual(ask("GET", path, key=False)[0], 200)
        self.problem(ask("GET", "/api/v1/nothing"), 404)
        self.problem(ask("DELETE", "/api/v1/verify"), 405)

    def test_what_it_serves_describes_it(self):
        served = json.loads(ask("GET", "/api/v1/openapi.json", key=False)[2])
        committed = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
        self.assertEqual(served["paths"], committed["paths"])


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1))
    world = World(build / "tests" / "e2e-http", build)
    with world.service() as base:
        outcome = unittest.main(verbosity=2, exit=False).result
    sys.exit(not outcome.wasSuccessful())
