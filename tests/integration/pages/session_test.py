#!/usr/bin/env python3
"""A session ends in the middle of the work, by itself or because somebody locks the screen: nothing is lost,
nothing is shown to the next person.

    session_test.py BUILD [unittest options]
"""
import contextlib
import http.server
import re
import threading
import unittest

from browser import READS_ENGLISH, PageTest, main
from desk import WithDesk
from world import quietly

COUNTER, CLERK, OTHER = "tran.van.nhan", "le.thi.thu", "nguyen.van.anh"


# What another site's page tries: to show our page in its own, and to send a form and a request in the person's name.
HOSTILE = """<!doctype html><title>other</title><iframe id="framed" src="{base}/app/"></iframe><iframe name="sent"></iframe>
<form id="form" method="post" target="sent" enctype="text/plain" action="{base}{path}"><input name='{{"action":"lock","x":"' value='"}}'></form>"""
ATTACK = """document.getElementById("form").submit();
  return fetch(arguments[0], {method: "POST", mode: "no-cors", credentials: "include", body: '{"action":"lock"}'})
    .then(() => fetch(arguments[1], {credentials: "include"})).then(() => "read", () => "not read");"""


@contextlib.contextmanager
def elsewhere(page):
    """The page, served at another site of this computer."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *ignored):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class Session(WithDesk, PageTest):
    def setUp(self):
        super().setUp()
        self.expect_silence(r"127\.0\.0\.1:89\d\d")
        self.sign_in(COUNTER)

    def end(self):
        """The service forgets the session, as after fifteen minutes without a request."""
        self.script("return import('/web/js/core/api.js').then(a => a.api.delete('/api/v1/session', undefined, {signIn: false}))"
                    ".then(() => true, () => true)")

    def come_back(self, person=COUNTER):
        self.find("heading", re.compile("^Đăng nhập"))
        account, password = self.office.accounts[person]
        if not self.driver.find_element("id", "sign-in-account").get_attribute("readonly"):
            self.type_in("Tên tài khoản", account)
        self.type_in("Mật khẩu", password)
        self.key("Enter")
        self.gone("heading", re.compile("^Đăng nhập"))

    def begin_a_request(self, requester):
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.type_in("Họ và tên người yêu cầu", requester)
        self.choose("Loại giấy tờ", "Bằng tốt nghiệp")
        self.type_in("Số trang bản chính", "2")

    def value(self, name):
        return self.driver.find_element("css selector", f"[name={name}]").get_attribute("value")

    def test_1_it_is_over_when_a_form_is_sent_and_the_form_goes_after_signing_in(self):
        self.begin_a_request("Nguyễn Thị Hết Phiên")
        self.end()
        self.press("button", "Tiếp nhận")
        self.find("heading", "Đăng nhập lại")
        self.says("Những gì bạn đang làm vẫn còn nguyên")
        self.assertEqual(self.value("requester"), "Nguyễn Thị Hết Phiên")
        self.look("over", english=False)
        self.axe(english=False)
        self.type_in("Mật khẩu", "sai")
        self.key("Enter")
        self.says("mật khẩu không đúng")
        self.look("wrong-password", english=False)
        self.axe(english=False)
        self.come_back()
        self.find("heading", "Kiểm tra bản chính")
        found = self.desk.ask("GET", "/api/v1/cases?requester=nguyen%20thi%20het%20phien")["cases"]
        self.assertEqual(len(found), 1, "sent once, by whoever had typed it")

    def test_2_nobody_works_for_a_while_and_the_page_is_covered_and_kept(self):
        self.begin_a_request("Trần Văn Đi Vắng")
        self.end()  # first: whoever is told that it is late asks the service, which would only prolong it
        self.script("return import('/web/js/core/session.js').then(s => { s.session.me.idle_until = '2000-01-01T00:00:00Z'; return true; })")
        self.find("heading", "Đăng nhập lại")
        covered = self.driver.execute_script("return getComputedStyle(document.getElementById('main')).filter")
        self.assertIn("blur", covered)
        # Neither Escape nor Tab leads behind it.
        self.key("Escape", *(["Tab"] * 8))
        self.assertTrue(self.driver.execute_script("return document.querySelector('dialog.sign-in').contains(document.activeElement)"
                                                   " || document.activeElement === document.body"))
        self.find("heading", "Đăng nhập lại")
        self.come_back()
        self.assertEqual((self.value("requester"), self.value("pages")), ("Trần Văn Đi Vắng", "2"))
        self.assertEqual(self.driver.execute_script("return getComputedStyle(document.getElementById('main')).filter"), "none")

    def test_3_somebody_locks_the_screen_with_a_dialog_open_by_keyboard_alone(self):
        case = self.desk.attested()
        self.sign_in(OTHER)
        self.open(f"/app/#/queue/{case['id']}")
        self.press("button", "Không ký")
        self.type_in(re.compile("^Nói rõ thêm"), "Trang 1 mờ ở góc dưới.")
        self.script("return import('/web/js/core/session.js').then(s => { s.session.lock(); return true; })")
        self.find("heading", "Đăng nhập lại")
        with self.keyboard_only():
            self.come_back(OTHER)
        self.says("Nói rõ thêm")
        self.assertEqual(self.value("words"), "Trang 1 mờ ở góc dưới.")
        self.press("radio", "Bản chụp mờ, lệch hoặc sai màu")
        self.press("button", "Không ký và hủy số")
        self.says("trả lại quầy tiếp nhận bằng một hồ sơ mới")
        reason = [e["facts"].get("reason", "") for e in self.desk.ask("GET", case["self"] + "/events")["events"] if e["action"] == "void"]
        self.assertIn("Trang 1 mờ ở góc dưới.", reason[0])

    def test_4_marks_filters_and_words_of_a_dialog_survive_a_reload(self):
        case = self.desk.officer_signed()
        self.sign_in(CLERK)
        self.open(f"/app/#/cases/{case['id']}")
        self.press("button", "Hủy số, không phát hành")
        self.type_in("Lý do", "quét nhầm mặt")
        self.press("checkbox", re.compile("Tôi đã đọc và xác nhận"))
        self.driver.refresh()
        self.press("button", "Hủy số, không phát hành")
        self.find("dialog")
        self.assertEqual(self.value("reason"), "quét nhầm mặt")
        self.assertFalse(self.driver.find_element("id", "decide-confirmed").is_selected(), "consent is given anew")

    def test_5_what_one_person_typed_is_not_the_next_ones(self):
        self.begin_a_request("Phạm Thị Riêng Tư")
        self.end()
        self.press("button", "Tiếp nhận")
        self.press("button", "Người khác đăng nhập")
        self.find("heading", "Đăng nhập")
        self.assertNotIn("Phạm Thị Riêng Tư", self.driver.execute_script("return document.body.textContent"))
        self.come_back(OTHER)
        self.open("/app/#/queue")
        self.says("Đang chờ")
        self.assertNotIn("Phạm Thị Riêng Tư", self.driver.execute_script("return document.body.textContent"))
        self.sign_in(COUNTER)
        self.open("/app/#/counter")
        self.says("Còn một yêu cầu chưa gửi: Phạm Thị Riêng Tư")

    def test_6_signing_out_leaves_nothing_on_the_computer(self):
        self.begin_a_request("Lê Văn Ra Về")
        self.assertIn("Lê Văn Ra Về", self.script("return JSON.stringify(localStorage)"))
        self.script("return import('/web/js/core/session.js').then(s => { s.session.signOut(); return true; })")
        self.find("heading", "Đăng nhập")
        self.assertNotIn("Lê Văn Ra Về", self.script("return JSON.stringify(localStorage)"))
        self.look("sign-in", english=False)
        self.axe(english=False)
        # In the other language at once, for whoever cannot read this one.
        if not READS_ENGLISH:
            self.press("button", "English")
            self.find("heading", "Sign in")
            self.find("textbox", "Account")
            self.press("button", "Tiếng Việt")
            self.find("heading", "Đăng nhập")
        self.press("button", "Đăng nhập")
        self.says("Chưa nhập mục này.")
        self.look("sign-in-empty", english=False)
        self.axe(english=False)

    def test_7_another_sites_page_neither_shows_ours_nor_acts_in_its_persons_name(self):
        self.sign_in(CLERK)  # who may lock accounts
        path = f"/api/v1/accounts/{OTHER}/actions"
        self.expect_silence("127\\.0\\.0\\.1|/app/|/api/v1/")
        with elsewhere(HOSTILE.format(base=self.base, path=path)) as address:
            self.driver.get(address)
            self.assertEqual(self.script(ATTACK, self.base + path, self.base + "/api/v1/accounts"), "not read")
            self.driver.switch_to.frame("framed")
            shown = self.driver.execute_script("return document.body.innerText + document.querySelectorAll('main, form').length")
            self.driver.switch_to.default_content()
            self.assertNotIn("Đăng nhập", shown)
            self.assertTrue(shown.endswith("0"), shown)
            refused = [one["message"] for one in self.driver.get_log("browser") if "frame-ancestors" in one["message"]]
            self.assertTrue(refused, "the browser did not say that it may not frame it")
        self.open("/app/#/admin/accounts")
        self.find("button", f"Khóa {OTHER}")  # who still works, and whoever was attacked is still signed in

    def test_8_the_first_password_is_for_one_use_and_another_is_chosen(self):
        world = self.office.world
        once = quietly(world.build / "bin" / "antind", "account", "password", OTHER, "--config",
                       world.folder / "antind.toml").decode().strip()
        own = "hoa phượng đỏ ngoài sân"
        self.script("return fetch('/api/v1/session').then(a => a.json()).then(me => fetch('/api/v1/session',"
                    " {method: 'DELETE', headers: {'X-Antin-Token': me.csrf}})).then(() => true)")
        self.open("/app/")
        self.find("heading", "Đăng nhập")
        self.type_in("Tên tài khoản", OTHER)
        self.type_in("Mật khẩu", once)
        self.key("Enter")
        self.says("Mật khẩu bạn vừa dùng chỉ dùng được một lần.")
        self.look("first-password", english=False)
        self.axe(english=False)
        self.type_in("Mật khẩu mới", own)
        self.type_in("Nhập lại mật khẩu mới", own + "!")
        self.press("button", "Đặt mật khẩu mới")
        self.says("Hai lần nhập mật khẩu không giống nhau.")
        self.look("first-password-differs", english=False)
        self.axe(english=False)
        self.type_in("Nhập lại mật khẩu mới", own)
        self.press("button", "Đặt mật khẩu mới")
        self.gone("heading", re.compile("^Đăng nhập"))
        type(self).office.accounts[OTHER] = (OTHER, own)
        self.says("Chờ ký")

    def test_9_without_scripts_both_languages_say_what_to_do(self):
        self.cdp("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(self.cdp, "Emulation.setScriptExecutionDisabled", value=False)
        self.open("/app/")
        self.says("Trang làm việc cần JavaScript")
        self.says("The staff pages need JavaScript")
        self.find("link", "mở trang kiểm tra")
        self.look("without-scripts", english=False)


if __name__ == "__main__":
    unittest.defaultTestLoader.sortTestMethodsUsing = lambda a, b: (a > b) - (a < b)
    main("session")
