#!/usr/bin/env python3
"""Markup in whatever people type, stored or in an address, is shown as text on every page of the staff.

    markup_test.py BUILD [unittest options]
"""
import json
import re
import unittest
import urllib.parse

from browser import PageTest, main
from desk import SEALER, UNIT, Desk

# Closes an attribute, an element and a script; "{n}" and "$&" are what templates and replacements look for.
MARKUP = """'"></b></script><img src=x class=antin-hit onerror="window.antinHit=1"><b class=antin-hit>{n}$&</b>"""
SHORT = '"><img src=x class=antin-hit onerror=window.antinHit=1>'


class Markup(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        desk = cls.desk = Desk(cls.office)
        words = {"requester": f"Ông {MARKUP}", "paper": f"Giấy {MARKUP}", "issuer": MARKUP, "paper_type": "khac",
                 "delivery": f"a{SHORT}@example.vn"}
        cls.received = desk.opened(**words)
        cls.waiting = desk.attested(**words)
        cls.signed = desk.officer_signed(**words)
        cls.voided = desk.step(desk.attested(**words), "void", {"reason": f"Lý do {MARKUP}"})
        released = desk.step(desk.registered(**words), "release")
        cls.cancelled = desk.step(released, "cancel", {"decision": f"15{SHORT}", "decision_date": "2026-01-02", "decided_by": MARKUP,
                                                       "reason": MARKUP})
        refused = desk.step(desk.opened(**words), "refuse", {"ground": 1, "explanation": MARKUP, "signer": "nguyen.van.anh",
                                                             "capacity": "CHỦ TỊCH"})
        cls.refused = desk.ask("POST", refused["self"] + "/letters", {"letter": "refusal", "version": refused["version"], "facts": {}}, 201)
        desk.ask("POST", "/api/v1/origins", {"unit": UNIT, "register": "khai_sinh", "entries": [{
            "book": f"Sổ {SHORT}", "number": "17", "day": "1996-02-20", "fields": {
                "ho_ten": f"Đặng {SHORT}", "ngay_sinh": "1996-02-09", "gioi_tinh": "Nữ"}}]}, 201)
        cls.looked_for = desk.ask("POST", "/api/v1/cases", {"product": "from_register_copy", "unit": UNIT, "facts": {
            "requester": f"Đặng {SHORT}", "requester_class": "nguoi_duoc_cap", "holder": f"Đặng {SHORT}", "register": "khai_sinh"}}, 201)

    def setUp(self):
        super().setUp()
        self.expect_silence(r"127\.0\.0\.1:89\d\d")
        self.sign_in("le.thi.thu")

    def is_text(self, shown="antin-hit"):
        """It can be read, and nothing was made of it: no element, nothing that ran. Nor is the page any wider for it."""
        self.settled()
        self.says(shown)
        self.nothing_became_of_it()
        self.look(re.sub(r"[^a-z]+", "-", self.driver.current_url.split("#/")[-1][:20]) + self._testMethodName[-12:], english=False)

    def nothing_became_of_it(self):
        made = self.driver.execute_script("return [document.querySelectorAll('.antin-hit, img[src=x]').length, window.antinHit ?? 0,"
                                          " document.querySelectorAll('main script, dialog script').length]")
        self.assertEqual(made, [0, 0, 0], f"markup became something at {self.driver.current_url}")

    def test_stored_in_a_case_on_every_page_that_shows_it(self):
        self.shown_by("le.thi.thu", "counter", f"counter/{self.received['id']}", "seal", "register", "register?state=voided",
                      *(f"cases/{one['id']}" for one in (self.received, self.waiting, self.signed, self.voided, self.cancelled,
                                                         self.refused)))
        self.shown_by("nguyen.van.anh", "queue", f"queue/{self.waiting['id']}")

    def shown_by(self, person, *pages):
        self.sign_in(person)
        for page in pages:
            with self.subTest(page):
                self.open(f"/app/#/{page}")
                self.is_text()

    def test_stored_in_a_book(self):
        self.open("/app/#/books")
        self.press("link", re.compile("Chứng thực bản sao điện tử"))
        self.find("heading", re.compile("Chứng thực bản sao điện tử"))
        self.is_text()

    def test_stored_in_an_original_register(self):
        self.open(f"/app/#/counter/{self.looked_for['id']}")
        self.find("heading", "Tìm trong sổ gốc")
        self.type_in("Người có tên trong sổ", "dang")
        self.press("button", "Tìm trong sổ gốc")
        self.find("button", "Đúng mục số 17")
        self.is_text()
        self.press("button", "Xem mục số 17")
        self.find("dialog")
        self.is_text()

    def test_in_dialogs_that_name_the_case(self):
        self.open(f"/app/#/cases/{self.waiting['id']}")
        self.press("button", "Hủy số, không phát hành")
        self.find("dialog")
        self.is_text()
        self.open("/app/#/register")
        self.gone("dialog")
        self.press("button", re.compile("^Lịch sử: "))
        self.find("dialog")
        self.is_text()

    def test_typed_and_restored(self):
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.type_in("Họ và tên người yêu cầu", MARKUP)
        self.driver.refresh()
        self.says("Đã khôi phục")
        self.assertEqual(self.driver.find_element("css selector", "[name=requester]").get_attribute("value"), MARKUP)
        self.open("/app/#/counter")
        self.is_text()  # "Còn một yêu cầu chưa gửi: …"

    def test_reflected_from_an_address(self):
        written = urllib.parse.quote(MARKUP)
        self.expect_problem(400, 404, 422)
        for path in (f"/app/#/register?requester={written}", f"/app/#/register?paper={written}&state={written}",
                     f"/app/#/deliveries?state={written}", f"/app/#/cases/{urllib.parse.quote(MARKUP, safe='')}",
                     f"/app/#/counter/{urllib.parse.quote(MARKUP, safe='')}", f"/app/#/{written}",
                     f"/app/#/counter/new?visit={written}&requester={written}", f"/app/#/books?year={written}",
                     f"/app/#/figures?month={written}", f"/app/#/digitising?year={written}", f"/app/#/admin/people?day={written}",
                     f"/app/#/admin/audit?actor={written}&about={written}&kind={written}", f"/app/#/admin/audit/{written}",
                     f"/kiem-tra?ma={written}&so={written}&quyen={written}&lang={written}", f"/kiem-tra/{written}"):
            with self.subTest(path):
                self.open(path)
                self.find("heading")
                self.settled()
                self.assertEqual(self.driver.execute_script(
                    "return [document.querySelectorAll('.antin-hit, img[src=x]').length, window.antinHit ?? 0]"), [0, 0])
        self.open(f"/app/#/register?requester={written}")
        self.wait_for(lambda: self.driver.find_element("id", "requester").get_attribute("value") == MARKUP)

    def test_typed_into_every_text_field_and_sent(self):
        """Whatever a page or dialog lets people type; "" stands for a page without a dialog."""
        self.expect_problem(400, 403, 404, 409, 422)
        waiting, cancelled = f"cases/{self.waiting['id']}", f"cases/{self.cancelled['id']}"
        for page, button in (("register", ""), ("counter", ""), ("counter/new", ""), (f"counter/{self.looked_for['id']}", ""), ("books", ""),
                             ("seal", ""), ("digitising", ""), ("figures", ""), (waiting, "Hủy số, không phát hành"), (cancelled, ""),
                             ("admin/people", ""), ("admin/audit", ""), ("admin/accounts", "Mở tài khoản"),
                             ("admin/seals", re.compile("^Ghi bàn giao con dấu"))):
            with self.subTest(page):
                self.open(f"/app/#/{page}")
                self.find("heading")
                self.settled()
                if button:
                    self.press("button", button)
                    self.find("dialog")
                self.fill_and_send()
        self.open("/")
        self.find("heading")
        self.fill_and_send()
        self.cdp("Network.clearBrowserCookies")
        self.open("/app/")
        self.find("textbox", "Tên tài khoản")
        self.fill_and_send()

    def fill_and_send(self):
        self.script("""
            const room = document.querySelector("dialog[open]") ?? document;
            const fields = [...room.querySelectorAll("input, textarea")].filter(e => e.checkVisibility() && !e.readOnly
              && ["text", "search", "email", "tel", "password", "url", "textarea"].includes(e.type));
            for (const field of fields) {
              field.value = field.maxLength > 0 ? arguments[0].slice(0, field.maxLength) : arguments[0];
              for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true}));
            }
            for (const form of new Set(fields.map(e => e.form))) form?.requestSubmit();""", MARKUP)
        self.settled()
        self.nothing_became_of_it()

    def test_of_the_service_in_a_problem(self):
        """A sentence of the service that quotes what was sent."""
        answer = json.dumps({"status": 422, "title": MARKUP, "code": "x", "message": {"vi": MARKUP, "en": MARKUP},
                             "action": {"vi": MARKUP, "en": MARKUP}})
        self.open("/app/#/register")
        self.says("hồ sơ")
        self.driver.execute_script("""const told = arguments[0]; const real = window.fetch;
            window.fetch = (to, how) => String(to).includes("/api/v1/cases") ? Promise.resolve(new Response(told,
              {status: 422, headers: {"Content-Type": "application/problem+json"}})) : real(to, how);""", answer)
        self.press("button", "Tìm kiếm")
        self.is_text()


if __name__ == "__main__":
    unittest.defaultTestLoader.sortTestMethodsUsing = lambda a, b: (a > b) - (a < b)
    main("markup")
