#!/usr/bin/env python3
"""The counter in a real browser: a certified copy from receipt until it waits for the officer.

    counter_test.py BUILD [unittest options]
"""
import json
import os
import pathlib
import re
import sys

from browser import PageTest, main

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from sheets import sheet  # noqa: E402

UNIT = "H40.7"
CLERK = "tran.van.nhan"
ANSWERS = {"secret": "no", "on_paper": "yes", "foreign": "no", **{f"ground_{n}": "no" for n in range(1, 7)}}


class AtCounter(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = {"letter": cls.world.folder / "letter.docx", "torn": cls.world.folder / "torn.png"}
        cls.files["letter"].write_bytes(b"PK no picture")
        cls.files["torn"].write_bytes(sheet(1)[:1500])
        for name, dpi in (("page-1", 200), ("page-2", 200), ("page-9-coarse", 120)):
            path = cls.world.folder / f"{name}.png"
            path.write_bytes(sheet(len(cls.files) + 1, dpi))
            cls.files[name] = path

    def setUp(self):
        super().setUp()
        self.sign_in(CLERK)

    def asked(self, method, path, members=None, once=None):
        status, _, octets = self.office.ask(method, path, members, once=once)
        told = json.loads(octets)
        self.assertLess(status, 300, told)
        return told

    def opened(self, pages=1, **facts):
        return self.asked("POST", "/api/v1/cases", {"product": "certified_copy", "unit": UNIT, "facts": {
            "requester": "Nguyễn Thị Ánh", "paper": "Giấy khai sinh", "paper_type": "giay_khai_sinh", "pages": pages,
            **facts}})

    def stepped(self, case, action, facts=None):
        return self.asked("POST", case["self"] + "/actions", {"action": action, "version": case["version"],
                                                              "facts": facts or {}})

    def checked(self, pages=1):
        return self.stepped(self.opened(pages), "check", {"answers": ANSWERS})

    def at(self, case):
        self.open(f"/app/#/counter/{case['id']}")

    def bring(self, *names):
        """Files, as the browser's own window would give them."""
        field = self.wait_for(lambda: self.driver.find_element("id", "counter-files"), "no field for files")
        field.send_keys("\n".join(str(self.files[name]) for name in names))

    def value(self, name):
        return self.driver.find_element("css selector", f"[name={name}]").get_attribute("value")

    def pick(self, label, option):
        """An option of a list, by keyboard as well: the first letters of its words."""
        if not self.by_keyboard:
            return self.choose(label, option)
        self.tab_to(self.find("combobox", label), label)
        self.focused().send_keys(option)
        return None

    def in_sight(self, selector):
        return self.driver.execute_script("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                                          "return r.top >= 0 && r.bottom <= window.innerHeight", selector)

    def drawn(self):
        self.wait_for(lambda: self.driver.find_elements("css selector", ".counter-preview[data-shown=yes]"), "no preview")

    def sheets(self, count):
        self.wait_for(lambda: len(self.driver.find_elements("css selector", ".counter-sheet")) == count, f"not {count} pages")
        self.wait_for(lambda: len(self.driver.find_elements("css selector", ".counter-sheet canvas[data-shown=yes]")) == count,
                      "a page is not drawn")


class Begin(AtCounter):
    """Before there is anything: in the order of names this comes after AtCounter, which has no tests, and before Counter."""

    def test_1_where_nobody_waits_that_is_said(self):
        self.open("/app/#/counter")
        self.says("Không còn hồ sơ nào chờ tại quầy.")
        self.look("list-empty")
        self.axe()

    def test_2_without_the_network_what_was_typed_stays(self):
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.type_in("Họ và tên người yêu cầu", "Nguyễn Văn Bảy")
        self.choose("Loại giấy tờ", "Giấy khai sinh")
        self.type_in("Số trang bản chính", "1")
        with self.unreachable():
            self.press("button", "Tiếp nhận")
            self.says("Không kết nối được với hệ thống.")
            self.look("new-away", english=False)
            self.axe(english=False)
            self.driver.execute_script("location.hash = '#/counter'")
            self.says("Kiểm tra mạng rồi thử lại")
            self.look("list-away", english=False)
        self.open("/app/#/counter/new")
        self.says("Đã khôi phục")
        self.assertEqual(self.value("requester"), "Nguyễn Văn Bảy")
        self.look("new-restored", english=False)

    def test_3_a_case_that_is_not_there_says_where_to_go(self):
        self.expect_problem(404)
        self.open("/app/#/counter/0198f0a0-0000-7000-8000-000000000000")
        self.says("Mã lỗi: case.unknown")
        self.look("case-unknown")
        self.axe()


class Counter(AtCounter):
    def test_a_copy_goes_from_receipt_to_the_officer_by_keyboard_alone(self):
        self.open("/app/#/counter")
        self.find("heading", "Quầy tiếp nhận")
        with self.keyboard_only():
            self.press("button", "Tiếp nhận mới")
            self.find("radio", re.compile("^Chứng thực bản sao điện tử từ bản chính"))
            self.wait_for(lambda: self.focused().get_attribute("name") == "product", "the first question has no focus")
            self.key("1")
            self.type_in("Họ và tên người yêu cầu", "Đặng Thị Huệ")
            self.pick("Loại giấy tờ", "Bằng tốt nghiệp")
            self.assertEqual(self.value("paper"), "Bằng tốt nghiệp")
            self.type_in("Số trang bản chính", "2")
            self.says(re.compile("Phí: 4[.,]000 đồng"))
            self.press("button", "Tiếp nhận")
            self.find("heading", "Kiểm tra bản chính")
            self.wait_for(lambda: self.focused().get_attribute("name") == "on_paper", "the first question has no focus")
            self.key("c", *"kkkkkkkk")
            self.wait_for(lambda: self.focused().get_attribute("type") == "submit", "the way on has no focus")
            self.key("Enter")
            self.find("button", "Chọn tệp")
            self.bring("page-1", "page-2")
            self.sheets(2)
            self.press("button", "Đủ trang, sang lời chứng")
            self.find("heading", "Lời chứng")
            self.drawn()
            self.press("button", "Cấp số và chuyển ký")
            self.find("heading", "Đã chuyển ký")
        case = self.asked("GET", "/api/v1/cases?requester=dang%20thi%20hue")["cases"][0]
        self.assertEqual(case["state"], "attested")
        self.says(case["number"])

    def test_what_is_typed_survives_a_reload(self):
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.type_in("Họ và tên người yêu cầu", "Nguyễn Văn Bảy")
        self.type_in("Số trang bản chính", "3")
        self.driver.refresh()
        self.says("Đã khôi phục")
        self.assertEqual((self.value("requester"), self.value("pages")), ("Nguyễn Văn Bảy", "3"))
        self.at(self.opened())
        self.find("heading", "Kiểm tra bản chính")
        for name in ("on_paper", "ground_1"):
            self.click(f"input[name={name}][value=yes]")
        self.says("Phải từ chối theo căn cứ số 1.")
        self.driver.refresh()
        self.says("Phải từ chối theo căn cứ số 1.")
        self.assertTrue(self.driver.find_element("css selector", "input[name=on_paper][value=yes]").is_selected())

    def test_a_bad_scan_has_its_complaint_on_its_page_and_is_replaced(self):
        case = self.checked(2)
        self.at(case)
        self.find("button", "Chọn tệp")
        self.bring("page-1", "page-9-coarse")
        self.sheets(2)
        second = self.driver.find_elements("css selector", ".counter-sheet")[1]
        self.assertRegex(second.text, r"(Trang|Page) 2: 1\d\d dpi, (yêu cầu tối thiểu 200 dpi|at least 200 dpi is required)\.")
        self.assertEqual(self.find("button", "Đủ trang, sang lời chứng").get_attribute("aria-disabled"), "true")
        self.look("scan-bad", english=False)
        self.axe(english=False)
        self.press("button", "Xem to trang 1")
        self.find("dialog")
        self.look("scan-large", english=False)
        self.axe(english=False)
        self.key("Escape")
        self.gone("dialog")
        # What is no scan is refused and changes nothing.
        self.expect_problem(400, 415, 422)
        for name, words in (("letter", "Không nhận tệp không phải bản quét: letter.docx."), ("torn", "Mã lỗi: ")):
            self.bring(name)
            self.says(words)
            self.look(f"scan-refused-{name}", english=False)
            self.axe(english=False)
        self.sheets(2)
        # After a reload everything is still there: the service keeps it.
        self.driver.refresh()
        self.sheets(2)
        self.press("button", "Thay trang 2 bằng tệp khác")
        self.bring("page-2")
        self.wait_for(lambda: "Chưa đạt" not in self.text(), "the bad page stays")
        self.sheets(2)
        with self.keyboard_only():
            self.press("button", "Xoay trang 1 sang phải (phím X)")
        lying = re.compile(r"14\d × 10\d mm")
        self.wait_for(lambda: lying.search(self.text()), "page 1 is not turned")
        with self.keyboard_only():
            self.press("button", re.compile("^Chuyển trang 1 ra sau"))
        self.wait_for(lambda: lying.search(self.driver.find_elements("css selector", ".counter-sheet")[1].text), "it is not moved")
        with self.keyboard_only():
            self.press("button", re.compile("^Bỏ trang 2"))
        self.find("dialog")
        self.look("scan-remove", english=False)
        self.axe(english=False)
        self.press("button", "Bỏ trang này")
        self.sheets(1)
        self.says("Số trang quét (1) khác số trang bản chính (2)")
        self.look("scan-differs", english=False)
        self.axe(english=False)
        events = self.asked("GET", case["self"] + "/events")["events"]
        self.assertEqual([e["facts"]["left_out"] for e in events if e["action"] == "scan"], [0, 1, 0, 0, 1])

    def test_the_attestation_is_seen_before_there_is_a_number(self):
        self.at(self.checked())
        self.find("button", "Chọn tệp")
        self.look("scan-empty")
        self.bring("page-1")
        self.sheets(1)
        self.press("button", "Đủ trang, sang lời chứng")
        self.find("heading", "Lời chứng")
        self.drawn()
        self.look("attest")
        self.drawn()
        self.axe()
        self.driver.execute_script("document.querySelector('.counter-more').open = true")
        self.look("attest-more-time", english=False)
        self.axe(english=False)
        self.press("button", "Cấp số và chuyển ký")
        self.find("heading", "Đã chuyển ký")
        self.look("sent")
        self.axe()
        self.press("button", "Lập phiếu hẹn trả kết quả")
        self.find("dialog")
        self.look("appointment", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Lập phiếu hẹn")
        self.find("link", "Phiếu hẹn (PDF)")
        self.find("button", "Lập lại phiếu hẹn")
        self.look("appointment-written", english=False)

    def test_two_clerks_on_one_case(self):
        self.expect_problem(409)
        case = self.opened()
        self.at(case)
        self.find("heading", "Kiểm tra bản chính")
        for name, answer in ANSWERS.items():
            self.click(f"input[name={name}][value={answer}]")
        self.stepped(case, "check", {"answers": ANSWERS})
        self.press("button", "Đủ điều kiện, chuyển sang quét")
        self.says("Người khác vừa thay đổi hồ sơ này.")
        self.says(re.compile("(kiểm tra bản chính lúc|did “check the original” at)"))
        # One thing happened and one thing is told.
        self.assertEqual(len(self.driver.find_elements("css selector", ".notice")), 1, self.text())
        self.find("button", "Chọn tệp")
        self.look("conflict", english=False)
        self.axe(english=False)

    def test_a_ground_refuses_and_its_letter_quotes_the_law(self):
        case = self.opened()
        self.at(case)
        self.find("heading", "Kiểm tra bản chính")
        self.press("button", "Đủ điều kiện, chuyển sang quét")
        self.says("Chưa trả lời câu này.")
        self.look("check-unanswered", english=False)
        self.axe(english=False)
        self.click("input[name=ground_2][value=yes]")
        self.says("Phải từ chối theo căn cứ số 2.")
        # It is seen from the question, however far below it stands; what else was not answered is no fault any more.
        self.assertTrue(self.in_sight(".counter-verdict .notice"))
        self.assertEqual(self.driver.find_elements("css selector", "[aria-invalid=true]"), [])
        self.look("check-must-refuse", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Từ chối và lập văn bản")
            self.find("heading", "Từ chối chứng thực")
            self.type_in("Giải thích cho người yêu cầu", "Giấy bị rách, mất phần ghi ngày sinh.")
        # The step at which it was refused is still the one that is told.
        self.assertEqual(len(self.driver.find_elements("css selector", ".step-now")), 1)
        self.look("refuse", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Từ chối và lập văn bản")
        self.find("link", "Văn bản từ chối (PDF)")
        self.assertEqual(self.asked("GET", case["self"])["state"], "refused")
        self.look("refused")
        self.axe()

    def test_a_requester_who_goes_away_ends_the_case_and_what_was_wrong_is_corrected(self):
        case = self.opened()
        self.at(case)
        self.find("heading", "Kiểm tra bản chính")
        with self.keyboard_only():
            self.press("button", "Sửa thông tin")
        self.find("dialog")
        self.assertEqual(self.focused().get_attribute("name"), "requester")
        self.look("edit", english=False)
        self.axe(english=False)
        self.key("Escape")
        self.gone("dialog")
        with self.keyboard_only():
            self.press("button", "Người dân rút yêu cầu")
        self.find("dialog")
        self.look("withdraw", english=False)
        self.axe(english=False)
        self.confirm("Dừng hồ sơ")
        self.says("Hồ sơ đã dừng theo yêu cầu; không cấp số.")
        self.assertEqual(self.asked("GET", case["self"])["state"], "withdrawn")
        # Nothing is paid for it and nothing comes any more.
        panel = self.driver.find_element("css selector", ".counter-work").text
        self.assertNotRegex(panel, "(?i)2[.,]000 đồng|17 giờ|17:00")
        self.assertEqual(len(self.driver.find_elements("css selector", ".step")), 2)
        self.look("withdrawn")
        self.axe()

    def test_pages_are_taken_with_the_camera(self):
        self.at(self.checked())
        with self.keyboard_only():
            self.press("button", "Chụp bằng camera")
        self.find("dialog")
        self.find("button", "Chụp trang")
        self.wait_for(lambda: self.driver.execute_script("return document.querySelector('video').currentTime > 0"), "no picture comes")
        self.look("camera", english=False)
        self.axe(english=False)
        self.key("Escape")
        self.gone("dialog")

    def test_a_copy_from_the_register_is_found_seen_and_numbered(self):
        self.asked("POST", "/api/v1/origins", {"unit": UNIT, "register": "khai_sinh", "entries": [{
            "book": "Sổ đăng ký khai sinh năm 1996", "number": "17", "day": "1996-02-20", "fields": {
                "ho_ten": "Đặng Thị Quỳnh Giao", "ngay_sinh": "1996-02-09", "gioi_tinh": "Nữ"}}]})
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=from_register_copy]")
        self.type_in("Họ và tên người yêu cầu", "Đặng Thị Quỳnh Giao")
        self.pick("Người yêu cầu là", "Người được cấp bản chính")
        self.look("new-register", english=False)
        self.axe(english=False)
        self.press("button", "Tiếp nhận")
        self.find("heading", "Tìm trong sổ gốc")
        self.type_in("Người có tên trong sổ", "khong co ai")
        self.press("button", "Tìm trong sổ gốc")
        self.says("Không tìm thấy trong sổ gốc.")
        self.look("register-none", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.type_in("Người có tên trong sổ", "dang thi quynh giao")
            self.press("button", "Tìm trong sổ gốc")
        self.find("button", "Đúng mục số 17")
        # No word of a button is broken off.
        self.assertLess(self.find("button", "Đúng mục số 17").size["height"], 60)
        self.look("register-found", english=False)
        self.axe(english=False)
        self.press("button", "Xem mục số 17")
        self.find("dialog")
        self.look("register-entry", english=False)
        self.axe(english=False)
        self.key("Escape")
        self.gone("dialog")
        with self.keyboard_only():
            self.press("button", "Đúng mục số 17")
        self.find("heading", "Xem bản sao")
        self.find("heading", "Giấy khai sinh")
        self.drawn()
        self.look("compose")
        self.drawn()
        self.axe()
        self.press("button", "Cấp số và chuyển đóng dấu")
        self.find("heading", "Đã chuyển ký")

    def test_who_works_for_every_unit_chooses_one_and_a_field_says_when_it_is_full(self):
        self.sign_in("le.thi.thu")
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.choose(re.compile("^Đơn vị"), "Ủy ban nhân dân xã Quỳnh Diễn")
        self.type_in("Họ và tên người yêu cầu", 201 * "a")
        self.says("Đã đủ 200 ký tự")
        self.assertEqual(len(self.value("requester")), 200)
        # One below the other: whatever a field says stands under it, in the width of the others.
        self.assertEqual(len(set(self.driver.execute_script(
            "return [...document.querySelectorAll('.fields .field > *')].filter(e => !e.hidden && e.parentElement.dataset.field === 'requester')"
            ".map(e => Math.round(e.getBoundingClientRect().left))"))), 1)
        self.look("new-full", english=False)
        self.axe(english=False)
        self.type_in("Họ và tên người yêu cầu", "Nguyễn Văn Bảy")
        self.choose("Loại giấy tờ", "Giấy khai sinh")
        self.type_in("Số trang bản chính", "1")
        self.press("button", "Tiếp nhận")
        self.find("heading", "Kiểm tra bản chính")
        case = self.asked("GET", "/api/v1/cases?requester=nguyen%20van%20bay")["cases"][0]
        self.assertEqual(case["unit"], UNIT)

    def test_every_page_is_readable_in_every_size_and_language(self):
        self.open("/app/#/counter")
        self.find("heading", "Quầy tiếp nhận")
        self.look("list")
        self.axe()
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.look("new")
        self.axe()
        self.press("button", "Tiếp nhận")
        self.says("Chưa nhập mục này.")
        self.look("new-wrong", english=False)
        self.axe(english=False)
        self.click("input[value=office_copy]")
        self.look("new-office", english=False)
        self.axe(english=False)
        self.at(self.opened())
        self.find("heading", "Kiểm tra bản chính")
        self.look("check")
        self.axe()
        self.key("?")
        self.find("heading", "Phím tắt")
        self.look("keys", english=False)
        self.axe(english=False)
        self.key("Escape")

    def test_the_list_is_searched_and_says_when_there_is_more(self):
        many = 105 if os.environ.get("ANTIN_LOOK") else 3
        for n in range(many):
            self.opened(requester=f"Phạm Thị {n + 1:03}")
        self.open("/app/#/counter")
        self.says("Phạm Thị 001" if many < 100 else "Còn hồ sơ cũ hơn chưa hiện")
        # On a phone what a cell says stands beside its label, all of it.
        self.size("phone")
        self.assertTrue(self.driver.execute_script(
            "const c = [...document.querySelector('tbody tr').querySelectorAll('td > span')].map(e => e.getBoundingClientRect().left);"
            "return c.length > 1 && new Set(c.map(Math.round)).size === 1"), "a cell is broken apart")
        self.size("usual")
        self.look("list-full")
        self.axe()
        with self.keyboard_only():
            self.type_in(re.compile("^Tìm theo tên"), "khong co ai ten the")
            self.press("button", "Tìm kiếm")
        self.says("Thử gõ ít chữ hơn")
        self.look("list-none")
        self.axe()


if __name__ == "__main__":
    main("counter")
