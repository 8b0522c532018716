#!/usr/bin/env python3
"""People who sign in, with the real service: passwords, sessions of the pages, accounts.

    accounts_test.py BUILD [unittest options]
"""
import json
import pathlib
import re
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
for folder in ("tests/integration", "tests/integration/e2e"):
    sys.path.insert(0, str(ROOT / folder))
import asking  # noqa: E402
import casework_test as play  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from world import World  # noqa: E402

ROLES = '[[role]]\nname = "chief"\nscopes = ["admin", "audit"]\n[pages]\nidle_minutes = 15\n'
GOOD = "trời xanh mây trắng"
COOKIE = re.compile(r"^__Host-antin=([0-9a-f]{64}); Path=/; Secure; HttpOnly; SameSite=Strict$")
world = base = None
made = set()


class Answer:
    def __init__(self, status, headers, octets):
        self.status, self.headers = status, headers
        self.body = json.loads(octets) if octets else None
        self.code = self.body.get("code") if isinstance(self.body, dict) else None


def ask(method, path, members=None, headers=None):
    body, kind = asking.content(members)
    return Answer(*asking.sent(base, method, path, body, {**(headers or {}), **kind}))


def antind(*words):
    """(exit code, what it printed) of `antind account …`."""
    done = subprocess.run([world.build / "bin" / "antind", "account", *words, "--config", world.folder / "antind.toml"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)
    return done.returncode, done.stdout.strip(), done.stderr


class Browser:
    """What a browser keeps of a session and says with each request of the service's own page."""

    def __init__(self):
        self.cookie = self.csrf = ""

    def fields(self):
        return {"Cookie": f"theme=dark; __Host-antin={self.cookie}", "Origin": base, "Sec-Fetch-Site": "same-origin",
                "X-Antin-Token": self.csrf}

    def ask(self, method, path, members=None, without=(), **changed):
        fields = {**self.fields(), **{name.replace("_", "-"): value for name, value in changed.items()}}
        for name in without:
            fields.pop(name)
        answer = ask(method, path, members, fields)
        if made := COOKIE.match(answer.headers.get("Set-Cookie", "")):
            self.cookie, self.csrf = made[1], answer.body["csrf"]
        return answer

    def sign_in(self, account, password):
        answer = self.ask("POST", "/api/v1/session", {"account": account, "password": password}, without=["Cookie", "X-Antin-Token"])
        return answer


def person(account, *options, password=GOOD):
    """An account that has chosen its password, made when it is first asked for; a browser in which it is signed in."""
    browser = Browser()
    if account in made:
        browser.sign_in(account, password)
        return browser
    code, once, told = antind("add", account, *options)
    if code != 0:
        raise AssertionError(told)
    made.add(account)
    browser.sign_in(account, once)
    changed = browser.ask("POST", "/api/v1/session/password", {"old": once, "new": password})
    if changed.status != 200:
        raise AssertionError(changed.body)
    return browser


class SignIn(unittest.TestCase):
    def test_a_password_for_one_use_is_changed_before_anything_else(self):
        code, once, _ = antind("add", "le.thi.thu", "--person", "le.thi.thu", "--rights", "cases,clerk", "--unit", "H40.7")
        self.assertEqual(code, 0)
        self.assertRegex(once, r"^[a-z0-9]{4}(-[a-z0-9]{4}){3}$")
        browser = Browser()
        begun = browser.sign_in("le.thi.thu", once)
        self.assertEqual((begun.status, begun.headers["Cache-Control"]), (200, "no-store"))
        me = begun.body
        self.assertEqual((me["account"], me["person"]), ("le.thi.thu", {"id": "le.thi.thu", "name": "Lê Thị Thư"}))
        self.assertEqual((me["rights"], me["method"]), (["cases", "clerk"], "password"))
        self.assertEqual(me["units"], [{"code": "H40.7", "name": "Ủy ban nhân dân xã Quỳnh Diễn"}])
        self.assertTrue(me["must_change_password"])
        refused = browser.ask("GET", "/api/v1/cases")
        self.assertEqual((refused.status, refused.code), (403, "account.password_must_change"))
        self.assertTrue(browser.ask("GET", "/api/v1/session").body["must_change_password"])
        for new, code in (("ngắn", "account.password_length"), ("le.thi.thu 2026", "account.password_common"),
                          (once, "account.password_same")):
            told = browser.ask("POST", "/api/v1/session/password", {"old": once, "new": new})
            self.assertEqual((told.status, told.code), (422, code))
        before = browser.cookie
        changed = browser.ask("POST", "/api/v1/session/password", {"old": once, "new": GOOD})
        self.assertEqual((changed.status, changed.body["must_change_password"]), (200, False))
        self.assertNotEqual(browser.cookie, before)
        self.assertEqual(browser.ask("GET", "/api/v1/cases").status, 200)
        old = browser.ask("GET", "/api/v1/session", Cookie=f"__Host-antin={before}")
        self.assertEqual((old.status, old.code), (401, "session.over"))
        self.assertEqual(Browser().sign_in("le.thi.thu", once).code, "account.sign_in_wrong")

    def test_a_wrong_name_and_a_wrong_password_are_one_answer(self):
        person("binh", "--rights", "cases")
        wrong = [Browser().sign_in(name, password) for name, password in
                 (("binh", "sai rồi sai rồi"), ("khong.co", GOOD), ("", ""), ("Không hợp lệ", GOOD))]
        for answer in wrong:
            self.assertEqual((answer.status, answer.code), (401, "account.sign_in_wrong"))
            self.assertNotIn("Set-Cookie", answer.headers)
        same = [{k: v for k, v in answer.body.items() if k not in ("instance", "request_id")} for answer in wrong]
        self.assertEqual(same, same[:1] * len(same))
        self.assertEqual(Browser().sign_in("binh", GOOD).status, 200)

    def test_wrong_tries_make_wait_and_lock_nothing(self):
        person("cham", "--rights", "cases")
        for account in ("cham", "khong.co.ai"):
            # On a slow machine the first pauses pass while a password is looked at.
            answers = [Browser().sign_in(account, "sai rồi sai rồi")]
            while answers[-1].status == 401 and len(answers) < 12:
                answers.append(Browser().sign_in(account, "sai rồi sai rồi"))
            self.assertEqual([answer.status for answer in answers], [401] * (len(answers) - 1) + [429])
            self.assertLess(5, len(answers))
            self.assertEqual(answers[-1].code, "account.sign_in_wait")
            self.assertIn(int(answers[-1].headers["Retry-After"]), range(1, 61))
        self.assertIn("cham\tactive\t", antind("list")[1])

    def test_what_a_page_sends_is_only_taken_from_our_own_page(self):
        browser = person("dung", "--role", "chief")
        action = ("POST", "/api/v1/accounts/khong.co/actions", {"action": "lock"})
        self.assertEqual(browser.ask(*action).code, "account.unknown")  # let through
        self.assertEqual(browser.ask(*action, without=["Origin"]).code, "account.unknown")
        self.assertEqual(browser.ask(*action, without=["Sec-Fetch-Site"]).code, "account.unknown")
        for changed in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
                        {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"}, {"Origin": base + "1"}):
            answer = browser.ask(*action, **changed)
            self.assertEqual((answer.status, answer.code), (403, "session.origin"), changed)
        answer = browser.ask(*action, without=["Origin", "Sec-Fetch-Site"])
        self.assertEqual((answer.status, answer.code), (403, "session.origin"))
        other = Browser()
        other.sign_in("dung", GOOD)
        for changed in ({"X_Antin_Token": ""}, {"X_Antin_Token": "0" * 64}, {"X_Antin_Token": other.csrf}):
            answer = browser.ask(*action, **changed)
            self.assertEqual((answer.status, answer.code), (403, "session.token"), changed)
        self.assertEqual(browser.ask(*action, without=["X-Antin-Token"]).code, "session.token")
        # Reading from another site's page: as if nobody had signed in.
        self.assertEqual(browser.ask("GET", "/api/v1/accounts").status, 200)
        self.assertEqual(browser.ask("GET", "/api/v1/accounts", Sec_Fetch_Site="none", without=["Origin"]).status, 200)
        for site in ("cross-site", "same-site"):
            answer = browser.ask("GET", "/api/v1/accounts", Sec_Fetch_Site=site)
            self.assertEqual((answer.status, answer.code), (401, "http.unauthorized"))
        # Nobody is signed in by another site's page either.
        for changed in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            answer = browser.ask("POST", "/api/v1/session", {"account": "dung", "password": GOOD}, **changed)
            self.assertEqual((answer.status, answer.code), (403, "session.origin"))
        two = f"__Host-antin={browser.cookie}; __Host-antin={other.cookie}"
        self.assertEqual(browser.ask("GET", "/api/v1/accounts", Cookie=two).status, 401)

    def test_a_key_is_a_key_whatever_cookie_comes_with_it(self):
        browser = person("binh", "--rights", "cases")
        answer = browser.ask("GET", "/api/v1/accounts", Authorization=f"Bearer {world.api_key}")
        self.assertEqual(answer.status, 200)
        answer = browser.ask("GET", "/api/v1/accounts")
        self.assertEqual((answer.status, answer.code), (403, "account.right_missing"))
        answer = browser.ask("GET", "/api/v1/cases", Authorization="Bearer antin_" + "0" * 64)
        self.assertEqual((answer.status, answer.code), (401, "http.unauthorized"))
        # The public page stays public for who is signed in: its form cannot send the token.
        answer = browser.ask("GET", "/api/v1/register?sha256=" + "0" * 64)
        self.assertEqual(answer.status, 200, answer.body)

    def test_signing_out_ends_the_session_at_once(self):
        browser = person("binh", "--rights", "cases")
        self.assertEqual(browser.ask("GET", "/api/v1/session").status, 200)
        out = browser.ask("DELETE", "/api/v1/session")
        self.assertEqual(out.status, 204)
        self.assertTrue(out.headers["Set-Cookie"].startswith("__Host-antin=; Max-Age=0; Path=/; Secure"))
        for path in ("/api/v1/session", "/api/v1/cases"):
            answer = browser.ask("GET", path)
            self.assertEqual((answer.status, answer.code), (401, "session.over"))
        self.assertEqual(ask("GET", "/api/v1/session").code, "session.over")

    def test_sessions_are_seen_and_ended_by_their_own_and_by_an_administrator(self):
        browser, another, chief = person("ha", "--rights", "cases"), Browser(), person("dung", "--role", "chief")
        another.sign_in("ha", GOOD)
        mine = browser.ask("GET", "/api/v1/sessions").body["sessions"]
        self.assertEqual([(one["account"], one["method"], one["address"]) for one in mine], [("ha", "password", "127.0.0.1")] * 2)
        self.assertEqual([one["this"] for one in mine], [False, True])
        everybodys = chief.ask("GET", "/api/v1/sessions").body["sessions"]
        self.assertLess(2, len(everybodys))
        chiefs = next(one["id"] for one in everybodys if one["this"])
        self.assertEqual(browser.ask("DELETE", f"/api/v1/sessions/{chiefs}").code, "session.unknown")
        self.assertEqual(browser.ask("DELETE", f"/api/v1/sessions/{mine[0]['id']}").status, 204)
        self.assertEqual(another.ask("GET", "/api/v1/session").code, "session.over")
        self.assertEqual(chief.ask("DELETE", f"/api/v1/sessions/{mine[1]['id']}").status, 204)
        self.assertEqual(browser.ask("GET", "/api/v1/session").code, "session.over")


class Accounts(unittest.TestCase):
    def test_a01_an_administrator_makes_locks_and_ends_accounts(self):
        chief = person("dung", "--role", "chief")
        made = chief.ask("POST", "/api/v1/accounts", {"account": "lan", "person": "pham.thi.anh", "rights": ["cases", "officer"]})
        self.assertEqual((made.status, made.body["state"], made.body["person"]["name"]), (201, "active", "Phạm Thị Ngọc Ánh"))
        lan = Browser()
        self.assertEqual(lan.sign_in("lan", made.body["password"]).status, 200)
        changed = lan.ask("POST", "/api/v1/session/password", {"old": made.body["password"], "new": GOOD})
        self.assertEqual(changed.status, 200)

        def act(name, **members):
            return chief.ask("POST", f"/api/v1/accounts/{name}/actions", members)
        self.assertEqual(act("lan", action="lock").body["state"], "locked")
        self.assertEqual(lan.ask("GET", "/api/v1/session").code, "session.over")
        self.assertEqual(lan.sign_in("lan", GOOD).code, "account.locked")
        self.assertEqual(lan.sign_in("lan", "sai rồi sai rồi").code, "account.sign_in_wrong")
        self.assertEqual(act("lan", action="lock").code, "account.state")
        self.assertEqual(act("lan", action="unlock").body["state"], "active")
        self.assertEqual(lan.sign_in("lan", GOOD).status, 200)
        self.assertEqual(act("lan", action="rights", rights=["cases"]).body["rights"], ["cases"])
        self.assertEqual(lan.ask("GET", "/api/v1/session").code, "session.over")
        once = act("lan", action="password").body["password"]
        self.assertEqual(lan.sign_in("lan", GOOD).code, "account.sign_in_wrong")
        self.assertTrue(lan.sign_in("lan", once).body["must_change_password"])
        self.assertEqual(act("lan", action="end").body["state"], "ended")
        self.assertEqual(act("lan", action="unlock").code, "account.state")
        for members, status, code in (
                ({"account": "lan", "rights": ["cases"]}, 409, "account.name_taken"),
                ({"account": "Lan", "rights": ["cases"]}, 422, "account.name"),
                ({"account": "minh", "rights": ["king"]}, 422, "account.rights"),
                ({"account": "minh", "person": "ai.do", "rights": ["cases"]}, 422, "office.person_unknown"),
                ({"account": "minh", "rights": ["officer"]}, 422, "office.person_unknown"),
                ({"account": "minh", "rights": ["cases"], "password": "x"}, 400, "http.parameter")):
            answer = chief.ask("POST", "/api/v1/accounts", members)
            self.assertEqual((answer.status, answer.code), (status, code), members)
        self.assertEqual(chief.ask("GET", "/api/v1/accounts/lan").body["state"], "ended")
        everybody = chief.ask("GET", "/api/v1/accounts").body
        self.assertIn("admin", everybody["rights"])
        self.assertEqual(everybody["roles"]["chief"], ["admin", "audit"])

    def test_a01_a_signed_in_officer_signs_as_nobody_else(self):
        officer = person("anh", "--person", "nguyen.van.anh", "--rights", "cases,officer")
        desk = play.Desk()
        case = desk.captured()

        def attest(**facts):
            return officer.ask("POST", case["self"] + "/actions",
                               {"action": "attest", "version": case["version"], "facts": {"capacity": "CHỦ TỊCH", **facts}},
                               Idempotency_Key=f"attest-{len(facts)}-0001")
        refused = attest(signer="pham.thi.anh")
        self.assertEqual((refused.status, refused.code), (403, "case.person_of_key"))
        case = attest().body
        self.assertEqual(case["facts"]["signer"], "nguyen.van.anh")
        told = next(e for e in officer.ask("GET", case["self"] + "/events").body["events"] if e["action"] == "attest")
        self.assertEqual((told["actor"], told["name"]), ("account:anh", "Nguyễn Văn Ảnh"))

    def test_the_command_line_keeps_accounts_while_the_service_runs(self):
        browser = person("oanh", "--rights", "cases")
        self.assertEqual(antind("lock", "oanh")[0], 0)
        # Another process's change is known within a second.
        deadline = time.monotonic() + 120
        while (answer := browser.ask("GET", "/api/v1/session")).status == 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(answer.code, "session.over")
        self.assertEqual(antind("lock", "khong.co")[0], 1)
        for wrong in (("add",), ("add", "p", "--rights", "cases"), ("add", "phuc", "--rights", "king"), ("frob", "oanh"),
                      ("add", "phuc", "--rights", "cases", "--person", "ai.do"), ("lock", "oanh", "--rights", "cases")):
            self.assertEqual(antind(*wrong)[0], 3, wrong)
        self.assertEqual(antind("end", "oanh")[0], 0)
        self.assertRegex(antind("list")[1], r"(?m)^oanh\tended\t-\tcases\t-\t-\t")
        self.assertIn("antind account add", antind("help")[1])

    def test_a02_the_audit_log_has_who_signed_in_and_who_tried(self):
        person("quyen", "--rights", "cases")
        Browser().sign_in("quyen", "sai rồi sai rồi")
        world.end_antind()
        store = world.folder / "store"
        import sqlite3
        with sqlite3.connect(store / "antin.sqlite") as database:
            rows = database.execute("SELECT record FROM log_leaf WHERE subject='account:quyen' ORDER BY number").fetchall()
            kept = database.execute("SELECT password FROM account WHERE name='quyen'").fetchone()[0]
            digests = [row[0] for row in database.execute("SELECT token_sha256 FROM page_session")]
        told = b" ".join(row[0] for row in rows)
        for kind in (b"account_added", b"signed_in", b"password_changed", b"sign_in_failed"):
            self.assertIn(kind, told)
        self.assertRegex(kept, r"^scrypt:15:8:3:[0-9a-f]{32}:[0-9a-f]{64}$")
        self.assertTrue(all(len(digest) == 32 for digest in digests))
        everything = b"".join(file.read_bytes() for file in store.rglob("*") if file.is_file())
        self.assertNotIn(GOOD.encode(), everything)
        log = (world.folder / "antind.log").read_text()
        self.assertNotIn(GOOD, log)
        globals()["base"] = play.base = world.start_antind()


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv.pop(1)).resolve()
    world = play.world = World(folder / "tests" / "world-accounts", folder, "--all-algorithms")
    verify, more = furnish(world)
    with world.service(verify=verify, more=more + ROLES, scopes=EVERYTHING + ",admin") as base:
        play.base, world.clerk = base, world.api_key
        unittest.main()
