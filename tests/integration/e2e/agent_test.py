#!/usr/bin/env python3
"""The agent beside the officer's token, with the real service, SoftHSM behind a module that fails on demand,
and a pinentry that plays the person: S-10, S-11, S-13, S-14.

    agent_test.py BUILD [unittest options]
"""
import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import casework_test as play  # noqa: E402
from casework_test import ask  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from officer_test import certificate, text64  # noqa: E402
from world import MODULE, World, wait_for  # noqa: E402

PERSON = pathlib.Path(__file__).resolve().parent / "agent_person.py"
ROOT = "/antin-agent/1/"
OVER = ("done", "failed", "cancelled")
world = None

CONFIG = """\
schema = "antin-agent/1"
port = {port}
port_file = "{folder}/agent.port"
state = "{folder}/state"
modules = ["{module}"]
{more}[dialog]
program = "{person}"
seconds = {seconds}
[pages]
origins = [{origins}]
allow_loopback_http = true
"""


class Agent:
    """antin-agent with a folder of its own; what the person does is put into `does`."""

    def __init__(self, name, origins, module=None, seconds=20, port=0, more=""):
        self.folder = world.folder / name
        self.folder.mkdir()
        self.person, self.control = self.folder / "person", self.folder / "control"
        self.calls, self.log = self.folder / "calls", self.folder / "agent.log"
        self.control.write_text("")
        (self.folder / "agent.toml").write_text(CONFIG.format(
            folder=self.folder, module=module or world.build / "tests" / "antin_p11_shim.so", person=PERSON,
            seconds=seconds, port=port, more=more, origins=", ".join(f'"{one}"' for one in origins)))
        self.environment = {**world.environment, "ANTIN_TEST_PERSON": str(self.person), "ANTIN_SHIM_MODULE": MODULE,
                            "ANTIN_SHIM_CONTROL": str(self.control), "ANTIN_SHIM_LOG": str(self.calls),
                            "XDG_RUNTIME_DIR": str(self.folder), "HOME": str(self.folder)}
        self.tokens = {}

    def run(self, *words):
        return subprocess.run([world.build / "bin" / "antin-agent", "--config", self.folder / "agent.toml", *words],
                              env=self.environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=180)

    def __enter__(self):
        port = self.folder / "agent.port"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [world.build / "bin" / "antin-agent", "--config", self.folder / "agent.toml"], env=self.environment,
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_for(lambda: port.exists() and port.read_text().strip(), self.process, "antin-agent")
        self.port = int(port.read_text())
        return self

    def __exit__(self, *ignored):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def does(self, *words):
        self.person.write_text("".join(f"{w}\n" for w in words))
        self.person.with_suffix(".asked").unlink(missing_ok=True)

    def asked(self):
        path = self.person.with_suffix(".asked")
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def logins(self):
        return self.calls.read_text().split().count("C_Login") if self.calls.exists() else 0

    def send(self, method, path, members=None, origin=None, host=None, token=None, **more):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=180)
        fields = {"Host": host or f"127.0.0.1:{self.port}"}
        if origin:
            fields["Origin"] = origin
        if token:
            fields["X-Antin-Agent-Session"] = token
        body = None
        if method == "POST":
            body = json.dumps(members or {}).encode()
            fields["Content-Type"] = "application/json"
        fields.update({k.replace("_", "-"): v for k, v in more.items()})
        connection.putrequest(method, ROOT + path, skip_host=True)
        for name, value in fields.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        said = play.Answer(answer.status, answer.headers, answer.read())
        connection.close()
        return said

    def page(self, method, path, members=None, origin=None):
        """As a page that was let in."""
        origin = origin or play.base
        if origin not in self.tokens:
            opened = self.send("POST", "session", origin=origin)
            assert opened.status == 201, opened.octets
            self.tokens[origin] = opened.body["session"]
        return self.send(method, path, members, origin=origin, token=self.tokens[origin])

    def job(self, begun, until=OVER, origin=None, seconds=180):
        deadline = time.monotonic() + seconds
        while True:
            told = self.send("GET", "jobs/" + begun["job"], origin=origin or play.base)
            assert told.status == 200, told.octets
            if told.body["state"] in until:
                return told.body
            assert time.monotonic() < deadline, told.body
            time.sleep(0.05)


class Signing(unittest.TestCase):
    opened, step, captured, attested = (play.Counter.opened, play.Counter.step, play.Counter.captured,
                                        play.Counter.attested)

    def session(self, name, count=1):
        cases = [self.attested(f"{name}-{n:08}") for n in range(count)]
        answer = ask("POST", "/api/v1/signing-sessions",
                     {"certificate": text64(certificate("officer-rsa2048")),
                      "cases": [{"id": c["id"], "version": c["version"]} for c in cases]})
        self.assertEqual(answer.status, 201, answer.octets)
        return answer.body

    def ticket(self, session):
        answer = ask("POST", session["self"] + "/ticket", {})
        self.assertEqual(answer.status, 201, answer.octets)
        self.assertRegex(answer.body["ticket"], "^[0-9a-f]{64}$")
        return answer.body["ticket"]

    def order(self, session, service=None, **more):
        return {"service": service or play.base, "session": session["id"], "ticket": self.ticket(session),
                "certificate_sha256": session["certificate_sha256"], **more}

    def begin(self, agent, order, status=202, origin=None):
        """The rate of what asks for a PIN (S-14) is waited out: tests are faster than people."""
        deadline = time.monotonic() + 120
        while True:
            answer = agent.page("POST", "sign", order, origin)
            if answer.status != 429 or status == 429 or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def states(self, session):
        return [item["state"] for item in ask("GET", session["self"]).body["items"]]

    def pin(self):
        return (world.token / "officer.pin").read_text().strip()

    def sees(self, job, state, code):
        self.assertEqual((job["state"], job.get("problem", {}).get("code")), (state, code), job)

    # What may be asked, and by whom.
    def test_S14_only_this_computer_by_its_own_name_and_pages_that_were_let_in_are_answered(self):
        agent = world.agent
        for host in ("evil.example", f"evil.example:{agent.port}", "127.0.0.1", f"127.0.0.1.evil.example:{agent.port}",
                     f"127.0.0.1:{agent.port + 1}", f"127.0.0.2:{agent.port}"):
            for path in ("hello", "certificates"):
                answer = agent.send("GET", path, host=host, origin=play.base)
                self.assertEqual((answer.status, answer.body["code"]), (403, "agent.host_refused"), host)
        for host in ("127.0.0.1", "localhost", "[::1]"):
            self.assertEqual(agent.send("GET", "hello", host=f"{host}:{agent.port}").status, 200)
        for origin in ("null", "http://antin.example", "https://antin.example/", "https://a@antin.example",
                       "https://antin.example:443", "file://", "http://127.0.0.1.evil.example:80"):
            answer = agent.send("POST", "session", origin=origin)
            self.assertEqual((answer.status, answer.body["code"]), (403, "agent.origin_refused"), origin)
            self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])
        for path in ("session", "sign", "login", "forget"):
            answer = agent.send("POST", path, origin="https://evil.example")
            self.assertEqual((answer.status, answer.body["code"]), (403, "agent.not_paired"))
            self.assertEqual(agent.send("POST", path).body["code"], "agent.origin_refused")
        self.assertEqual(agent.send("GET", "certificates", origin="https://evil.example").status, 403)
        self.assertFalse(agent.send("GET", "hello", origin="https://evil.example").body["paired"])
        # Paired, but without the token, or with that of another page.
        self.assertEqual(agent.send("GET", "certificates", origin=play.base).body["code"], "agent.session_unknown")
        self.assertEqual(agent.send("GET", "certificates", origin=play.base, token=64 * "0").status, 401)

    def test_S14_a_get_changes_nothing_and_a_form_is_no_request(self):
        agent = world.agent
        for path in ("session", "pair", "sign", "login", "forget"):
            self.assertEqual(agent.send("GET", path, origin=play.base).body["code"], "http.method_not_allowed")
        answer = agent.send("POST", "session", origin=play.base, Content_Type="text/plain")
        self.assertEqual(answer.status, 415)
        self.assertEqual(agent.send("GET", "hello?x=1", origin=play.base).status, 404)

    def test_S14_a_preflight_is_told_what_a_page_may(self):
        answer = world.agent.send("OPTIONS", "sign", origin=play.base, Access_Control_Request_Method="POST",
                                  Access_Control_Request_Private_Network="true")
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], play.base)
        self.assertEqual(answer.headers["Access-Control-Allow-Private-Network"], "true")
        self.assertIn("x-antin-agent-session", answer.headers["Access-Control-Allow-Headers"])
        self.assertEqual(world.agent.send("OPTIONS", "sign", origin=play.base, host="evil.example").status, 403)
        self.assertEqual(world.agent.send("OPTIONS", "sign", origin="null").status, 403)

    def test_S14_a_page_is_paired_when_the_person_agrees_and_not_otherwise(self):
        agent, page = world.agent, "https://antin.other.example"
        agent.does("cancel")
        begun = agent.send("POST", "pair", origin=page).body
        self.assertRegex(begun["code"], "^[0-9]{6}$")
        self.sees(agent.job(begun, origin=page), "failed", "agent.pairing_refused")
        self.assertEqual(agent.send("POST", "session", origin=page).status, 403)
        agent.does("ok")
        begun = agent.send("POST", "pair", origin=page).body
        self.assertEqual(agent.job(begun, origin=page)["state"], "done")
        # Both sides show the same.
        self.assertIn(begun["code"][:3] + " " + begun["code"][3:], agent.asked())
        self.assertIn(page, agent.asked())
        self.assertTrue(agent.send("GET", "hello", origin=page).body["paired"])
        self.assertEqual(agent.page("GET", "certificates", origin=page).status, 200)
        # Another page does not hear of its job.
        self.assertEqual(agent.send("GET", "jobs/" + begun["job"], origin=play.base).status, 404)
        self.assertTrue(agent.page("POST", "forget", origin=page).body["forgotten"])
        self.assertEqual(agent.send("POST", "session", origin=page).status, 403)

    def test_certificates_are_told_with_what_they_are_good_for(self):
        seen = world.agent.page("GET", "certificates").body
        self.assertEqual([t["label"] for t in seen["tokens"] if t["label"] == "officer"], ["officer"])
        own = {one["sha256"]: one for one in seen["certificates"]}
        mine = own[world.certificate_sha256("officer-rsa2048")]
        self.assertEqual((mine["usable"], mine["algorithm"], mine["digest"]), (True, "RSASSA-PKCS1-v1_5", "SHA-256"))
        self.assertEqual(base64.b64decode(mine["certificate"]), certificate("officer-rsa2048"))
        self.assertEqual(mine["name"], "Nguyễn Văn Ảnh")
        self.assertEqual({t["pin"] for t in seen["tokens"]}, {"ok"})

    # Signing.
    def test_S13_three_cases_with_one_pin_and_the_list_before_it(self):
        agent, session = world.agent, self.session("ba-ho-so", 3)
        agent.does(self.pin())
        before = agent.logins()
        order = self.order(session)
        job = agent.job(self.begin(agent, order))
        self.assertEqual((job["state"], job["signed"], job["done"]), ("done", 3, 3), job)
        self.assertEqual(self.states(session), 3 * ["done"])
        self.assertEqual(agent.logins() - before, 1)
        asked = agent.asked()
        for item in session["items"]:
            self.assertIn(item["sha256"][:16], asked)
        for words in (play.base, "Giấy khai sinh", "2 trang", "GETPIN"):
            self.assertIn(words, asked)
        # The same order again is the same job: no second signature, no second question.
        again = self.begin(agent, order)
        self.assertEqual(again["job"], job["job"])
        self.assertEqual(agent.logins() - before, 1)
        self.assertEqual(self.begin(agent, {**order, "ticket": 64 * "0"}, 409)["code"], "agent.session_repeated")

    def test_S13_a_long_list_is_shown_whole_before_the_pin(self):
        agent, session = world.agent, self.session("nhieu-ho-so", 6)
        agent.does("ok", self.pin())
        self.assertEqual(agent.job(self.begin(agent, self.order(session)))["done"], 6)
        asked = agent.asked()
        self.assertLess(asked.index("CONFIRM"), asked.index("GETPIN"))
        for item in session["items"]:
            self.assertIn(item["sha256"][:16], asked.split("GETPIN")[0])

    def test_S10_a_wrong_pin_is_one_login_and_the_person_is_asked_again(self):
        agent, session = world.agent, self.session("sai-ma-pin")
        agent.does("00000000", self.pin())
        before = agent.logins()
        self.assertEqual(agent.job(self.begin(agent, self.order(session)))["state"], "done")
        self.assertEqual(agent.logins() - before, 2)
        self.assertIn("Mã PIN không đúng", agent.asked())
        for path in (agent.log, agent.person.with_suffix(".asked")):
            self.assertNotIn(self.pin(), path.read_text(encoding="utf-8"))

    def test_S10_before_the_last_try_it_is_said_and_after_it_nobody_is_asked_again(self):
        agent, session = world.agent, self.session("lan-cuoi")
        agent.control.write_text("C_GetTokenInfo flags:20000 -1\n")  # CKF_USER_PIN_FINAL_TRY
        try:
            agent.does("00000000", self.pin())
            before = agent.logins()
            self.sees(agent.job(self.begin(agent, self.order(session))), "failed", "token.pin_incorrect")
            self.assertEqual(agent.logins() - before, 1)
            self.assertIn("chỉ còn 01 lần thử", agent.asked())
            agent.control.write_text("C_GetTokenInfo flags:40000 -1\n")  # CKF_USER_PIN_LOCKED
            agent.does(self.pin())
            self.sees(agent.job(self.begin(agent, self.order(session))), "failed", "token.pin_locked")
            self.assertEqual((agent.asked(), agent.logins() - before), ("", 1))
        finally:
            agent.control.write_text("")

    def test_S14_a_person_who_cancels_or_does_not_come_signs_nothing(self):
        agent, session = world.agent, self.session("khong-ky")
        agent.does("cancel")
        self.sees(agent.job(self.begin(agent, self.order(session))), "cancelled", "general.cancelled")
        for word in ("die", "garbage"):
            agent.does(word)
            self.sees(agent.job(self.begin(agent, self.order(session))), "failed", "agent.dialog_failed")
        agent.does("hang")
        begun = self.begin(agent, self.order(session))
        agent.job(begun, until=("asking",))
        busy = agent.page("POST", "login", {"nonce": 112 * "a", "certificate_sha256": 64 * "a"})
        self.assertIn(busy.status, (409, 429))
        agent.send("POST", f"jobs/{begun['job']}/cancel", origin=play.base)
        self.sees(agent.job(begun), "cancelled", "general.cancelled")
        self.assertEqual(self.states(session), ["prepared"])

    def test_S14_at_most_three_requests_for_a_pin_in_ten_seconds(self):
        with Agent("agent-rate", [play.base]) as agent:
            order = self.order(self.session("qua-nhieu"))
            answers = [agent.page("POST", "sign", {**order, "session": f"{n:08}-0000-7000-8000-000000000000"})
                       for n in range(5)]
            limited = [a for a in answers if a.status == 429]
            self.assertTrue(limited)
            self.assertEqual(limited[0].body["code"], "agent.too_many_requests")
            self.assertGreater(int(limited[0].headers["Retry-After"]), 0)

    def test_S11_M04_a_pulled_token_is_waited_for_and_the_rest_is_signed(self):
        agent, session = world.agent, self.session("rut-thiet-bi", 3)
        agent.does(self.pin(), self.pin())
        before = agent.logins()
        # Every signature finds the device gone until it is back.
        agent.control.write_text("C_Sign 32 -1\n")
        begun = self.begin(agent, self.order(session))
        waiting = agent.job(begun, until=("waiting_for_token",))
        self.assertEqual((waiting["problem"]["code"], waiting["problem"]["m_number"]), ("token.removed", "M-04"))
        agent.control.write_text("")
        job = agent.job(begun)
        self.assertEqual((job["state"], job["signed"], job["done"]), ("done", 3, 3), job)
        self.assertEqual(self.states(session), 3 * ["done"])
        self.assertGreater(agent.logins() - before, 1)

    def test_a_wrong_device_a_missing_one_and_a_missing_driver_are_told_apart(self):
        session = self.session("sai-thiet-bi")
        order = self.order(session)
        with Agent("agent-driver", [play.base], module="/usr/lib/no-such-module.so") as agent:
            self.sees(agent.job(self.begin(agent, order)), "failed", "agent.driver_missing")
            self.assertEqual(agent.page("GET", "certificates").body["problem"]["code"], "agent.driver_missing")
        agent = world.agent
        self.sees(agent.job(self.begin(agent, {**order, "certificate_sha256": 64 * "b"})), "failed",
                  "officer.service_answer")
        agent.control.write_text("load crash -1\n")
        try:
            with Agent("agent-crash", [play.base]) as crashing:
                crashing.control.write_text("load crash -1\n")
                seen = crashing.page("GET", "certificates").body
                self.assertEqual((seen["problem"]["code"], seen["problem"]["m_number"]), ("token.module_unusable", "M-20"))
        finally:
            agent.control.write_text("")

    # The service's side of it.
    def test_S14_a_ticket_opens_its_own_session_and_nothing_else(self):
        mine, other = self.session("phieu-cua-toi"), self.session("phieu-khac")
        ticket = self.ticket(mine)
        as_agent = lambda method, path, members=None: ask(method, path, members, authorization=f"Ticket {ticket}")  # noqa: E731
        self.assertEqual(as_agent("GET", mine["self"]).body["state"], "ready")
        self.assertTrue(as_agent("GET", mine["items"][0]["document"]).octets.startswith(b"%PDF"))
        for path in (other["self"], other["items"][0]["document"]):
            answer = as_agent("GET", path)
            self.assertEqual((answer.status, answer.body["code"]), (401, "agent.ticket_wrong"))
        answer = as_agent("POST", other["self"] + "/complete", {"signatures": [{"case": other["items"][0]["case"], "value": "AAAA"}]})
        self.assertEqual(answer.status, 401)
        for method, path, members in (("GET", "/api/v1/cases", None), ("POST", mine["self"] + "/ticket", {}),
                                      ("POST", "/api/v1/signing-sessions", {})):
            self.assertEqual(as_agent(method, path, members).status, 401, path)
        # Another one ends the one before.
        newer = self.ticket(mine)
        self.assertEqual(as_agent("GET", mine["self"]).status, 401)
        ticket = newer
        self.assertEqual(as_agent("GET", mine["self"]).status, 200)
        # Only the session's own key gets one, and only a digest is kept.
        self.assertEqual(ask("POST", mine["self"] + "/ticket", {}, key=world.colleague).status, 404)
        self.assertEqual(ask("POST", mine["self"] + "/ticket", {"x": 1}).status, 400)
        kept = (world.folder / "store" / "antin.sqlite").read_bytes()
        wal = world.folder / "store" / "antin.sqlite-wal"
        kept += wal.read_bytes() if wal.exists() else b""
        self.assertNotIn(newer.encode(), kept)
        self.assertIn(hashlib.sha256(newer.encode()).digest(), kept)

    def test_S14_a_ticket_that_was_used_opens_no_document_again(self):
        agent, session = world.agent, self.session("phieu-dung-roi")
        agent.does(self.pin())
        order = self.order(session)
        self.assertEqual(agent.job(self.begin(agent, order))["state"], "done")
        used = f"Ticket {order['ticket']}"
        answer = ask("GET", session["items"][0]["document"], authorization=used)
        self.assertEqual((answer.status, answer.body["code"]), (409, "officer.case_not_prepared"))
        # It still tells what became of it: an answer may have been lost.
        self.assertEqual(ask("GET", session["self"], authorization=used).body["state"], "ended")

    @contextlib.contextmanager
    def between(self, change):
        """Somebody between agent and service. `change(method, path, status, octets)` → what the agent gets, None:
        nothing."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                fields = {k: self.headers[k] for k in ("Authorization", "Content-Type") if self.headers[k]}
                answer = play.sent(self.command, self.path, self.rfile.read(length) if length else None, fields)
                said = change(self.command, self.path, answer.status, answer.octets)
                if said is None:
                    self.close_connection = True
                    return
                status, octets = said
                self.send_response(status)
                self.send_header("Content-Type", answer.headers["Content-Type"] or "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)
            do_GET = do_POST = pass_on

            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            with Agent(f"agent-{server.server_address[1]}", [page]) as agent:
                yield agent, page
        finally:
            server.shutdown()
            server.server_close()

    def test_S14_a_document_that_is_not_what_would_be_signed_is_refused_before_the_pin(self):
        def swapped(method, path, status, octets):
            if "/document?" in path:
                octets = octets.replace(b"%PDF-1.", b"%PDF-2.", 1)
            return status, octets

        def other_attributes(method, path, status, octets):
            if method == "GET" and "/document?" not in path:
                told = json.loads(octets)
                for item in told["items"]:
                    if "attributes" in item:
                        raw = bytearray(base64.b64decode(item["attributes"]))
                        raw[-1] ^= 1
                        item["attributes"] = text64(bytes(raw))
                octets = json.dumps(told).encode()
            return status, octets

        def another_name_for_it(method, path, status, octets):
            if method == "GET" and "/document?" not in path:
                told = json.loads(octets)
                for item in told["items"]:
                    item["sha256"] = 64 * "a"
                octets = json.dumps(told).encode()
            return status, octets

        for number, change in enumerate((swapped, other_attributes, another_name_for_it)):
            session = self.session(f"trao-doi-{number}")
            with self.between(change) as (agent, page):
                agent.does(self.pin())
                job = agent.job(self.begin(agent, self.order(session, service=page), origin=page), origin=page)
                self.sees(job, "failed", "officer.attributes_differ")
                self.assertEqual((agent.asked(), agent.logins()), ("", 0))
            self.assertEqual(self.states(session), ["prepared"])

    def test_S14_a_page_signs_for_its_own_service_only(self):
        session = self.session("dich-vu-khac")
        answer = self.begin(world.agent, self.order(session, service="https://evil.example"), 403)
        self.assertEqual(answer["code"], "agent.other_service")

    def test_S25_a_lost_answer_is_asked_for_again_and_nothing_is_signed_twice(self):
        lost = []

        def deaf(method, path, status, octets):
            if path.endswith("/complete") and len(lost) < 2:
                lost.append(status)
                return None
            return status, octets

        session = self.session("mat-tra-loi", 2)
        with self.between(deaf) as (agent, page):
            agent.does(self.pin())
            begun = self.begin(agent, self.order(session, service=page), origin=page)
            delivering = agent.job(begun, until=("delivering",), origin=page)
            self.assertEqual(delivering["signed"], 2)
            job = agent.job(begun, origin=page)
            self.assertEqual((job["state"], job["signed"], job["done"]), ("done", 2, 2), job)
            self.assertEqual((len(lost), agent.logins()), (2, 1))
            self.assertEqual(agent.calls.read_text().split().count("C_Login"), 1)
        self.assertEqual(self.states(session), 2 * ["done"])

    def test_a_service_that_is_gone_before_the_pin_and_a_wrong_ticket_are_sentences(self):
        session = self.session("khong-den-duoc")
        with self.between(lambda *ignored: None) as (agent, page):
            job = agent.job(self.begin(agent, self.order(session, service=page), origin=page), origin=page)
            self.sees(job, "failed", "agent.service_unreachable")
        agent = world.agent
        job = agent.job(self.begin(agent, {**self.order(session), "ticket": 64 * "0"}))
        self.sees(job, "failed", "officer.service_refused")
        self.assertIn("agent.ticket_wrong", job["problem"]["message"]["vi"])

    def test_S14_a_sign_in_is_composed_by_the_agent_and_is_no_signature_on_a_document(self):
        agent = world.agent
        agent.does(self.pin())
        nonce = hashlib.sha256(b"nonce").hexdigest()[:56] * 2
        order = {"nonce": nonce, "certificate_sha256": world.certificate_sha256("officer-rsa2048")}
        for bad in ({"nonce": nonce[:-1]}, {"nonce": nonce.upper()}, {"nonce": nonce[:-1] + "\n"}, {"text": "x"}):
            self.assertEqual(agent.page("POST", "login", {**order, **bad}).body["code"], "agent.request")
        deadline = time.monotonic() + 120
        while (begun := agent.page("POST", "login", order)).status == 429 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(begun.status, 202, begun.octets)
        job = agent.job(begun.body)
        self.assertEqual(job["state"], "done", job)
        self.assertIn("Không có tài liệu nào được ký", agent.asked())
        login = job["login"]
        text = f"antin-login/1\n{play.base}\n{nonce}\n{login['time']}\n".encode()
        type_of_it = bytes.fromhex("06146982E3F6E8A98BB0F2BCEF9CB0CBE1F0FBBDFA35")

        def tlv(tag, *parts):
            body = b"".join(parts)
            return bytes([tag]) + (bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])) + body

        def attribute(oid, value):
            return tlv(0x30, bytes.fromhex(oid), tlv(0x31, value))

        fingerprint = hashlib.sha256(certificate("officer-rsa2048")).digest()
        attributes = tlv(0x31, *sorted((
            attribute("06092A864886F70D010903", type_of_it),
            attribute("06092A864886F70D010904", tlv(4, hashlib.sha256(text).digest())),
            attribute("060B2A864886F70D010910022F", tlv(0x30, tlv(0x30, tlv(0x30, tlv(4, fingerprint))))))))
        self.assertTrue(self.holds(attributes, base64.b64decode(login["signature"])))
        self.assertFalse(self.holds(attributes.replace(type_of_it, bytes.fromhex("06092A864886F70D010701")),
                                    base64.b64decode(login["signature"])))

    def holds(self, data, signature):
        (world.folder / "login.data").write_bytes(data)
        (world.folder / "login.sig").write_bytes(signature)
        key = world.folder / "login.pub"
        key.write_bytes(subprocess.run(["openssl", "x509", "-in", world.pki / "certs/officer-rsa2048.crt", "-pubkey", "-noout"],
                                       capture_output=True, check=True).stdout)
        return subprocess.run(["openssl", "dgst", "-sha256", "-verify", key, "-signature", world.folder / "login.sig",
                               world.folder / "login.data"], capture_output=True).returncode == 0

    # The program.
    def test_its_commands(self):
        agent = world.agent
        self.assertEqual(agent.run("status").returncode, 0)
        second = agent.run()
        self.assertIn("agent.already_running", second.stderr.decode())
        self.assertEqual(agent.run("config", "check").returncode, 0)
        self.assertEqual(agent.run("pages").stdout.decode().split(), [play.base])
        self.assertIn("agent.not_paired", agent.run("forget", "https://never.example").stderr.decode())
        with Agent("agent-ended", [play.base]) as ended:
            pass
        self.assertIn("agent.not_running", ended.run("status").stderr.decode())
        (ended.folder / "agent.toml").write_text('schema = "antin-agent/1"\npin = "1"\n')
        refused = ended.run("config", "check")
        self.assertEqual((refused.returncode, b"config.unknown_key" in refused.stderr), (3, True))

    def test_S10_nothing_personal_and_no_pin_stands_in_its_log(self):
        log = world.agent.log.read_text(encoding="utf-8")
        for words in (self.pin(), "Nguyễn", "Giấy khai sinh"):
            self.assertNotIn(words, log)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    play.world = world = World(build / "tests" / "world-agent", build, "--all-algorithms")
    import officer_test
    officer_test.world = world
    units, office = furnish(world)
    with world.service(verify=units, more=office, scopes=EVERYTHING) as play.base:
        world.clerk = world.api_key
        world.colleague = world.add_key("colleague", EVERYTHING)
        with Agent("agent", [play.base]) as world.agent:
            unittest.main()
