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
        """It can be read, and nothing was made of it: no element, nothing that ran."""
        self.settled()
        self.says(shown)
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
                     f"/app/#/counter/new?visit={written}&requester={written}"):
            with self.subTest(path):
                self.open(path)
                self.find("heading")
                self.settled()
                self.assertEqual(self.driver.execute_script(
                    "return [document.querySelectorAll('.antin-hit, img[src=x]').length, window.antinHit ?? 0]"), [0, 0])
        self.open(f"/app/#/register?requester={written}")
        self.wait_for(lambda: self.driver.find_element("id", "requester").get_attribute("value") == MARKUP)

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
