#!/usr/bin/env python3
"""Signing in with the officer's certificate: the real service, the real agent, SoftHSM behind it, and everything
that must not be a sign-in. S-04, S-14, A-01; docs/PROTOCOL.login.md.

    login_test.py BUILD [unittest options]
"""
import base64
import datetime
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import agent_test  # noqa: E402
import casework_test as play  # noqa: E402
from agent_test import Agent  # noqa: E402
from casework_test import ask  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from officer_test import certificate, text64  # noqa: E402
from world import World, quietly  # noqa: E402

LOGIN, DATA = "06146982E3F6E8A98BB0F2BCEF9CB0CBE1F0FBBDFA35", "06092A864886F70D010701"
MORE_PEOPLE = """
[[person]]
id = "bui.da.thu.hoi"
name = "Bùi Đã Thu Hồi"
certificates = ["{revoked}"]
[[person]]
id = "khong.tai.khoan"
name = "Không Tài Khoản"
certificates = ["{without}"]
"""
world = None


def now(seconds=0):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag]) + (bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])) + body


def attributes(text, name, kind=LOGIN):
    """DER SignedAttributes as docs/PROTOCOL.login.md has them, made without antin."""
    def attribute(oid, value):
        return tlv(0x30, bytes.fromhex(oid), tlv(0x31, value))

    return tlv(0x31, *sorted((
        attribute("06092A864886F70D010903", bytes.fromhex(kind)),
        attribute("06092A864886F70D010904", tlv(4, hashlib.sha256(text.encode()).digest())),
        attribute("060B2A864886F70D010910022F", tlv(0x30, tlv(0x30, tlv(0x30, tlv(
            4, hashlib.sha256(certificate(name)).digest()))))))))


def signed(octets, name):
    """By the key of this name, as a device would."""
    return subprocess.run(["openssl", "dgst", "-sha256", "-sign", world.pki / "keys" / f"{name}.key"], input=octets,
                          capture_output=True, check=True).stdout


def page(method, path, members=None, origin=None, host=None, **fields):
    """As a browser asks from a page of the service, without any key."""
    headers = {"Origin": origin or play.base, "Sec-Fetch-Site": "same-origin", **fields}
    if host:
        headers["Host"] = host
    body = None if members is None else json.dumps(members).encode()
    if body is not None:
        headers["Content-Type"] = "application/json"
    return play.sent(method, path, body, headers)


class Login(unittest.TestCase):
    opened, step, captured, attested = (play.Counter.opened, play.Counter.step, play.Counter.captured,
                                        play.Counter.attested)

    def challenge(self, **how):
        answer = page("GET", "/api/v1/session/challenge", **how)
        self.assertEqual(answer.status, 200, answer.octets)
        return answer.body

    def body(self, name="officer-rsa2048", text=None, at=None, kind=LOGIN, nonce=None, origin=None, **more):
        """What a program beside the token sends. `text`: something else than what is meant is signed."""
        nonce, at = nonce or self.challenge()["nonce"], at or now()
        text = text or f"antin-login/1\n{origin or play.base}\n{nonce}\n{at}\n"
        return {"nonce": nonce, "time": at, "certificate": text64(certificate(name)), "chain": [text64(certificate("issuing-ca"))],
                "algorithm": "ECDSA" if name.startswith("officer-p") else "RSASSA-PKCS1-v1_5", "digest": "SHA-256",
                "signature": text64(signed(attributes(text, name, kind), name)), **more}

    def sign_in(self, body, **how):
        return page("POST", "/api/v1/session/certificate", body, **how)

    def refused(self, status, code, body, **how):
        answer = self.sign_in(body, **how)
        self.assertEqual((answer.status, answer.body["code"]), (status, code), answer.octets)
        self.assertIsNone(answer.headers["Set-Cookie"])
        return answer.body

    def accepted(self, body, **how):
        answer = self.sign_in(body, **how)
        self.assertEqual(answer.status, 200, answer.octets)
        return answer

    def told(self, subject):
        """The audit log says of this subject that a certificate did not sign it in."""
        address, deadline = f"file:{world.folder / 'store' / 'antin.sqlite'}?mode=ro", time.monotonic() + 120
        while time.monotonic() < deadline:
            with sqlite3.connect(address, uri=True) as database:
                rows = database.execute("SELECT record FROM log_leaf WHERE subject=?", (subject,)).fetchall()
            if any(b"sign_in_failed" in row[0] and b"certificate" in row[0] for row in rows):
                return
            time.sleep(0.1)
        self.fail(f"nothing of {subject!r}")

    def by_agent(self, agent, nonce, origin=None, name="officer-rsa2048"):
        agent.does((world.token / "officer.pin").read_text().strip())
        order = {"nonce": nonce, "certificate_sha256": world.certificate_sha256(name)}
        deadline = time.monotonic() + 120
        while (begun := agent.page("POST", "login", order, origin)).status == 429 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(begun.status, 202, begun.octets)
        job = agent.job(begun.body, origin=origin)
        self.assertEqual(job["state"], "done", job)
        return job["login"]

    def test_S14_the_officer_signs_in_with_the_token_and_works_in_the_session(self):
        challenge = self.challenge()
        self.assertEqual(challenge["origin"], play.base)
        self.assertRegex(challenge["nonce"], "^[0-9a-f]{112}$")
        answer = self.accepted(self.by_agent(world.agent, challenge["nonce"]))
        me = answer.body
        self.assertEqual((me["account"], me["method"], me["person"]["id"]), ("nguyen.van.anh", "certificate", "nguyen.van.anh"))
        self.assertFalse(me["must_change_password"])
        cookie = answer.headers["Set-Cookie"]
        for words in ("__Host-antin=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(words, cookie)
        shown = {"Cookie": cookie.split(";")[0]}
        self.assertEqual(page("GET", "/api/v1/session", **shown).body["account"], "nguyen.van.anh")
        self.assertEqual(page("GET", "/api/v1/cases?unit=H40.7", **shown).status, 200)
        # What the session signs in is a person's: the officer's own case is his to attest.
        self.assertEqual(page("DELETE", "/api/v1/session", **shown, **{"X-Antin-Token": me["csrf"]}).status, 204)
        self.assertEqual(page("GET", "/api/v1/session", **shown).body["code"], "session.over")

    def test_other_keys_and_schemes_sign_in_too(self):
        self.assertEqual(self.accepted(self.body("officer-p256")).body["account"], "pham.thi.anh")

    def test_a_sign_in_is_good_once_and_for_two_minutes_and_for_this_name_of_the_service(self):
        body = self.body()
        self.accepted(body)
        self.refused(409, "session.challenge", body)
        # A nonce of another name of this service, and one that nobody gave.
        port = urllib.parse.urlsplit(play.base).port
        elsewhere = self.challenge(host=f"localhost:{port}", origin=f"http://localhost:{port}")["nonce"]
        self.refused(409, "session.challenge", self.body(nonce=elsewhere))
        self.refused(409, "session.challenge", self.body(nonce=112 * "a"))
        mine = self.challenge()["nonce"]
        self.refused(409, "session.challenge", self.body(nonce=mine[:-1] + ("0" if mine[-1] != "0" else "1")))
        # The twin: with that name, all through.
        self.accepted(self.body(nonce=elsewhere, origin=f"http://localhost:{port}"), host=f"localhost:{port}",
                      origin=f"http://localhost:{port}")

    def test_a_sign_in_that_was_refused_for_what_it_says_leaves_the_nonce_to_be_used(self):
        nonce = self.challenge()["nonce"]
        self.refused(401, "session.signature", self.body(nonce=nonce, text="something else"))
        self.accepted(self.body(nonce=nonce))

    def test_many_at_once_with_one_nonce_begin_one_session(self):
        import concurrent.futures
        body = self.body()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            statuses = sorted(a.status for a in pool.map(lambda _: self.sign_in(body), range(4)))
        self.assertEqual(statuses, [200, 409, 409, 409])

    def test_S14_what_was_signed_on_another_sites_page_signs_nobody_in_here(self):
        evil = "http://127.0.0.1:9"
        with Agent("agent-of-another-page", [evil]) as agent:
            login = self.by_agent(agent, self.challenge()["nonce"], origin=evil)
            self.assertIn(evil, agent.asked())
        self.refused(401, "session.signature", login)
        # And no other site's page makes a visitor somebody else.
        self.refused(403, "session.origin", self.body(), origin="https://evil.example")
        self.accepted(self.body())

    def test_S14_swapped_words_clocks_and_values_are_refused(self):
        body = self.body()
        swapped = dict(body, time=now(-2))
        self.refused(401, "session.signature", swapped)
        for wrong in ("2026-11-23 04:30:00Z", "2026-11-23T04:30:00+00:00", ""):
            self.assertEqual(self.sign_in(dict(body, time=wrong)).status, 400, wrong)
        said = self.refused(409, "session.clock", self.body(at=now(-400)))
        self.assertIn("lệch", said["message"]["vi"])
        self.refused(409, "session.clock", self.body(at=now(400)))
        for words in (f"antin-login/2\n{play.base}\n{body['nonce']}\n{body['time']}\n",
                      f"antin-login/1\n{play.base}\n{body['nonce']}\n{body['time']}\n\n"):
            self.refused(401, "session.signature", self.body(nonce=body["nonce"], at=body["time"], text=words))
        value = bytearray(base64.b64decode(body["signature"]))
        value[-1] ^= 1
        self.refused(401, "session.signature", dict(body, signature=text64(bytes(value))))
        self.refused(401, "session.signature", dict(body, algorithm="RSASSA-PSS"))
        # Somebody else's certificate beside a good signature.
        self.refused(401, "session.signature", dict(body, certificate=text64(certificate("officer-p256"))))
        self.accepted(body)

    def test_S14_no_signature_on_a_document_is_a_sign_in_and_no_sign_in_signs_a_document(self):
        self.refused(401, "session.signature", self.body(kind=DATA))
        case = self.attested("dang-nhap-khong-ky-0001")
        opened = ask("POST", "/api/v1/signing-sessions", {"certificate": text64(certificate("officer-rsa2048")),
                                                          "cases": [{"id": case["id"], "version": case["version"]}]})
        self.assertEqual(opened.status, 201, opened.octets)
        item = opened.body["items"][0]
        # The document's own attributes, signed, are no sign-in whatever text is claimed.
        as_login = self.body()
        as_login["signature"] = text64(signed(base64.b64decode(item["attributes"]), "officer-rsa2048"))
        self.refused(401, "session.signature", as_login)
        # A sign-in over the document's digest: the same words but for the content type.
        login = signed(base64.b64decode(item["attributes"]).replace(bytes.fromhex(DATA), bytes.fromhex(LOGIN)),
                       "officer-rsa2048")
        said = ask("POST", opened.body["self"] + "/complete", {"signatures": [{"case": case["id"], "value": text64(login)}]})
        state = ask("GET", opened.body["self"]).body["items"][0]
        self.assertIn("sign.signature_does_not_match", said.octets.decode() + json.dumps(state))
        self.assertEqual(ask("GET", case["self"]).body["state"], "attested")

    def test_S04_revoked_strange_and_unknown_certificates_sign_nobody_in(self):
        revoked = self.refused(self.sign_in(self.body("officer-revoked")).status, "sign.certificate_revoked",
                               self.body("officer-revoked"))
        self.assertEqual(revoked["m_number"], "M-11")
        # Good, but of nobody in the table; of somebody there who has no account.
        self.refused(403, "session.certificate_unknown", self.body("officer-rsa3072"))
        self.refused(403, "session.certificate_unknown", self.body("officer-rsa4096"))
        self.told("")
        self.accepted(self.body())

    def test_a_locked_account_stays_locked_and_its_sessions_are_over(self):
        answer = self.accepted(self.body("officer-p256"))
        shown = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(page("GET", "/api/v1/session", **shown).status, 200)
        account("lock", "pham.thi.anh")
        try:
            self.refused(403, "account.locked", self.body("officer-p256"))
            self.told("account:pham.thi.anh")
            deadline = time.monotonic() + 120
            while (said := page("GET", "/api/v1/session", **shown)).status == 200 and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertEqual(said.body["code"], "session.over")
        finally:
            account("unlock", "pham.thi.anh")
        self.accepted(self.body("officer-p256"))

    def test_what_is_no_sign_in_is_refused_before_anybody_reads_it(self):
        good = self.body()
        for bad in ({"chain": 9 * [good["certificate"]]}, {"chain": "x"}, {"certificate": ""}, {"certificate": "%"},
                    {"certificate": text64(b"0" * 20_000)}, {"signature": text64(b"0" * 1_100)}, {"digest": "SHA-1"},
                    {"algorithm": "none"}, {"nonce": good["nonce"].upper()}, {"nonce": good["nonce"][:-1]}, {"nonce": 7},
                    {"text": "x"}, {"time": 5}):
            self.assertEqual(self.sign_in({**good, **bad}).status, 400, bad)
        for member in ("nonce", "time", "certificate", "algorithm", "digest", "signature"):
            self.assertEqual(self.sign_in({k: v for k, v in good.items() if k != member}).status, 400, member)
        self.refused(422, "cert.malformed", dict(good, certificate=text64(b"\x30\x00")))
        self.accepted({k: v for k, v in good.items() if k != "chain"})

    def test_A02_who_signed_in_how_stands_in_the_audit_log(self):
        self.accepted(self.body())
        kept = (world.folder / "store" / "antin.sqlite").read_bytes()
        wal = world.folder / "store" / "antin.sqlite-wal"
        kept += wal.read_bytes() if wal.exists() else b""
        self.assertIn(world.certificate_sha256("officer-rsa2048").encode(), kept)


def account(*words):
    return quietly(world.build / "bin" / "antind", "account", *words, "--config", world.folder / "antind.toml").decode()


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    play.world = agent_test.world = world = World(build / "tests" / "world-login", build, "--all-algorithms", "--revoked")
    import officer_test
    officer_test.world = world
    units, office = furnish(world)
    people = world.folder / "people.toml"
    people.write_text(people.read_text() + MORE_PEOPLE.format(revoked=world.certificate_sha256("officer-revoked"),
                                                              without=world.certificate_sha256("officer-rsa4096")))
    with world.service(verify=units, more=office, scopes=EVERYTHING) as play.base:
        world.clerk = world.api_key
        for person in ("nguyen.van.anh", "pham.thi.anh", "bui.da.thu.hoi"):
            account("add", person, "--person", person, "--rights", "cases,officer", "--unit", "H40.7")
        with Agent("agent", [play.base]) as world.agent:
            unittest.main()
