#!/usr/bin/env python3
"""Finding cases, books with their numbers, monthly figures, deliveries, digitising: in a real browser.

    register_test.py BUILD [unittest options]
"""
import json
import os
import pathlib
import re
import sys
import unittest

from browser import PageTest, main

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in (".", "e2e")]
from office import PURPOSES  # noqa: E402
from results_test import FACTS, SIGNERS, letter  # noqa: E402
from sheets import sheet  # noqa: E402

UNIT = "H40.7"
ANSWERS = {"secret": "no", "on_paper": "yes", "foreign": "no", **{f"ground_{n}": "no" for n in range(1, 7)}}
BOOK = re.compile("Chứng thực bản sao điện tử|Certified electronic copy")
made = {}
# More than one page of every list, when somebody looks.
MANY = 56 if os.environ.get("ANTIN_LOOK") else 0
# One that takes everything, one that answers nobody for an hour, one that was given up.
TARGETS = """
[[outbox.target]]
name = "kho_dvcqg"
purpose = "kho dữ liệu của công dân"
kind = "file"
folder = "drop"
events = ["case.withdrawn"]
[[outbox.target]]
name = "cong"
purpose = "cổng dịch vụ công"
url = "https://127.0.0.1:9/su-kien"
secrets = ["secret"]
allow_hosts = ["127.0.0.1:9"]
events = ["case.withdrawn"]
pauses = ["1h", "1h"]
[[outbox.target]]
name = "bo_tu_phap"
purpose = "hệ thống của bộ"
url = "https://127.0.0.1:9/ket-qua"
secrets = ["secret"]
allow_hosts = ["127.0.0.1:9"]
events = ["case.withdrawn"]
pauses = ["1s"]
"""


class Desk(PageTest):
    """What a test needs to exist, brought by the interface."""

    @classmethod
    def did(cls, method, path, members=None, **how):
        status, _, octets = cls.office.ask(method, path, members, **how)
        assert status in (200, 201, 202), (path, status, octets)
        return json.loads(octets)

    @classmethod
    def step(cls, case, action, facts=None, **how):
        return cls.did("POST", case["self"] + "/actions",
                       {"action": action, "version": case["version"], **({"facts": facts} if facts else {})}, **how)

    @classmethod
    def opened(cls, requester, paper):
        return cls.did("POST", "/api/v1/cases", {"product": "certified_copy", "unit": UNIT, "facts": {
            "requester": requester, "paper": paper, "paper_type": "giay_khai_sinh", "pages": 1}})

    @classmethod
    def numbered(cls, n, requester, paper):
        case = cls.step(cls.opened(requester, paper), "check", {"answers": ANSWERS})
        case = cls.step(case, "capture", file=sheet(n, width_mm=210, height_mm=297))
        return cls.step(case, "attest", {"signer": "nguyen.van.anh", "capacity": "CHỦ TỊCH"}, once=f"so-cho-ho-so-{n}")

    def setUp(self):
        super().setUp()
        self.sign_in("le.thi.thu")

    def tops(self, *selectors):
        """Where these begin, from above."""
        return [self.driver.execute_script("return Math.round(document.querySelector(arguments[0]).getBoundingClientRect().top)", one)
                for one in selectors]


class Begin(Desk):
    """Before there is anything: in the order of names this comes first."""

    def test_1_where_there_is_nothing_that_is_said_with_what_comes_next(self):
        for page, words in (("register", "được tiếp nhận ở mục Quầy tiếp nhận"), ("books", "Sổ tự mở khi cấp số đầu tiên."),
                            ("figures", "Tháng này chưa có yêu cầu nào."), ("deliveries", "Chưa có kết quả nào được trình."),
                            ("digitising", "Chưa có kế hoạch và chưa nhận kết quả nào.")):
            with self.subTest(page):
                self.open(f"/app/#/{page}")
                self.says(words)
                self.look(f"{page}-empty")
                self.axe()

    def test_2_without_the_network_a_page_says_so_and_tries_again(self):
        self.open("/app/#/counter")
        self.find("heading")
        for page in ("register", "books", "figures", "deliveries", "digitising"):
            with self.subTest(page):
                self.open(f"/app/#/{page}")
                self.settled()
                with self.unreachable():
                    self.driver.execute_script("location.hash = '#/counter'; location.hash = arguments[0]", f"#/{page}?year=2025")
                    self.says("Không kết nối được với hệ thống.")
                    self.says("Kiểm tra mạng rồi thử lại")
                    self.look(f"{page}-away", english=False)
                    self.axe(english=False)

    def test_3_what_is_not_there_says_where_to_go(self):
        self.expect_problem(404)
        self.open("/app/#/books/0198f0a0-0000-7000-8000-000000000000")
        self.says("Mã lỗi: book.unknown")
        self.look("book-unknown")
        self.axe()


class Register(Desk):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if made:
            return
        for n, (requester, paper) in enumerate((("Nguyễn Thị Ánh", "Giấy khai sinh"), ("Đặng Văn Huệ", "Bằng tốt nghiệp"),
                                                ("Trần Quốc Toản <b>đậm</b>", "Học bạ"))):
            made[n] = cls.opened(requester, paper) if n == 2 else cls.numbered(n, requester, paper)
        made["voided"] = cls.step(made[1], "void", {"reason": "quét nhầm giấy tờ"})

    def test_A07_a_case_is_found_without_accents_and_tells_its_history(self):
        self.open("/app/#/register")
        self.says("3 hồ sơ")
        # Markup in a name is text.
        self.says("<b>đậm</b>")
        self.look("register")
        self.axe()
        with self.keyboard_only():
            self.type_in(re.compile("^Người yêu cầu"), "dang van hue")
            self.press("button", "Tìm kiếm")
        self.says(re.compile("^(?!.*Nguyễn Thị Ánh).*Đặng Văn Huệ.*", re.S))
        self.assertIn("dang", self.driver.current_url)
        self.press("button", re.compile("^Lịch sử: "))
        self.find("dialog")
        self.says("Bỏ số")
        self.look("history", english=False)
        self.axe(english=False)
        self.key("Escape")
        self.gone("dialog")
        self.driver.refresh()
        self.says("1 hồ sơ")

    def test_what_is_not_there_says_what_to_try(self):
        self.open("/app/#/register?paper=khong+co+giay+nay")
        self.says("Thử bớt điều kiện")
        self.look("nothing")
        self.axe()
        self.type_in("Từ ngày", "2026-11-30")
        self.type_in("Đến ngày", "2026-11-01")
        self.says(re.compile("Ngày 01/11/2026"))  # in the order of everybody here, whatever the browser's
        self.press("button", "Tìm kiếm")
        self.says("Ngày cuối phải bằng hoặc sau ngày đầu.")
        self.look("dates-wrong", english=False)
        self.axe(english=False)

    def test_C19_a_book_shows_its_numbers_and_is_printed_and_exported(self):
        self.open("/app/#/books")
        self.says("Không có số nào bị bỏ dở.")
        self.look("books")
        self.axe()
        self.press("link", BOOK)
        self.find("heading", BOOK)
        self.says("Chưa xong")
        self.says("Bỏ số")
        self.look("book")
        self.axe()
        self.press("button", "Tải bản in (PDF)")
        self.press("button", "Xuất cho thanh tra")
        self.wait_for(lambda: {p.suffix for p in self.chromium.downloads.iterdir()} >= {".pdf", ".jsonl"}, "no downloads")

    def test_C10_the_next_volume_is_asked_for_and_can_be_left(self):
        self.open("/app/#/books")
        self.press("link", BOOK)
        with self.keyboard_only():
            self.press("button", "Mở quyển tiếp theo")
        self.find("dialog")
        self.look("volume", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Không, để nguyên")
            self.gone("dialog")
            self.expect_problem(400, 409, 422)
            self.type_in("Đến số", "9999")
            self.press("button", "Đến")
        self.says(re.compile("Nhập một số từ 1 đến"))
        self.assertEqual(*self.tops("#go", ".go-to button"))
        self.look("number-wrong", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Khóa sổ cuối năm")
        self.find("dialog")
        self.look("close", english=False)
        self.axe(english=False)
        self.press("button", "Không, để nguyên")
        self.gone("dialog")
        self.press("button", "Khóa sổ cuối năm")
        self.confirm("Khóa sổ cuối năm")
        self.says("Mã lỗi: book.")
        self.look("refused", english=False)
        self.axe(english=False)

    def test_C22_the_months_figures_are_a_table_and_a_chart_that_is_told_in_words(self):
        self.open("/app/#/figures")
        self.says("Yêu cầu đã nhận")
        self.find("image", re.compile("Biểu đồ số liệu tháng .*nhận 3"))
        # A telephone that is turned has letters of the same size.
        wide = "return document.querySelector('.chart').viewBox.baseVal.width"
        for size, expected in (("phone", 340), ("usual", 660)):
            self.size(size)
            self.wait_for(lambda expected=expected: self.driver.execute_script(wide) == expected, f"the chart stays as it was ({size})")
        self.look("figures")
        self.axe()

    def test_a_year_and_a_month_without_anything(self):
        self.open("/app/#/books?year=2024")
        self.says("Năm 2024 chưa có sổ nào.")
        self.look("books-2024")
        self.axe()
        self.open("/app/#/figures?month=2024-02")
        self.says("Chọn tháng khác")
        self.look("figures-none")
        self.axe()

    def test_v_C10_whoever_saw_an_old_volume_sees_the_one_in_use(self):
        case = self.numbered(70, "Hồ Thị Lan", "Bằng lái xe")
        self.open("/app/#/books")
        self.press("link", BOOK)
        self.find("button", "Mở quyển tiếp theo")
        book = next(one["id"] for one in self.did("GET", "/api/v1/books?year=" + case["day"][:4])["books"]
                    if one["product"] == "certified_copy" and one["unit"] == UNIT)
        for n in (71, 72):  # two volumes on, by others
            self.did("POST", "/api/v1/books/volume", {"book": book})
            self.numbered(n, "Hồ Thị Lan", "Bằng lái xe")
        self.expect_problem(400)
        self.press("button", "Mở quyển tiếp theo")
        self.confirm("Mở quyển tiếp theo")
        self.says("Người khác đã mở quyển tiếp theo rồi")
        self.find("heading", re.compile("03/"))
        self.look("volume-other", english=False)
        self.axe(english=False)

    def test_u_C17_deliveries_that_were_given_up_come_first(self):
        self.step(self.opened("Phạm Quốc Bảo", "Sổ hộ khẩu cũ"), "withdraw", {"reason": "đổi ý"})
        result = self.did("POST", "/api/v1/cases", {"product": "result", "unit": UNIT, "dossier": "H40.7-261123-0901", "facts": FACTS},
                          file=letter("mot"), kind="application/pdf", once="gui-ket-qua-0901")
        self.step(result, "number", SIGNERS, once="so-ket-qua-0901")
        for n in range(MANY):
            self.step(self.opened(f"Người thứ {n + 1}", "Giấy khai sinh"), "withdraw", {"reason": "đổi ý"})
        self.wait_for(lambda: len(self.did("GET", "/api/v1/deliveries?state=dead&limit=100")["deliveries"]) > MANY, "nothing was given up")
        for state, words in (("dead", "bo_tu_phap"), ("waiting", "cong"), ("sent", "kho_dvcqg"), ("cancelled", "Không có lần gửi nào."),
                             ("all", "Xem thêm" if MANY else "cong")):
            self.open(f"/app/#/deliveries?state={state}")
            self.says(words)
            self.says("Quyết định hỗ trợ")
            self.look(f"deliveries-{state}")
            self.axe()
        self.open("/app/#/deliveries")
        self.says("Sổ hộ khẩu cũ" if not MANY else "Giấy khai sinh")  # the document, not the id of its case
        self.says("Đã rút")
        with self.keyboard_only():
            self.press("button", re.compile("^Gửi lại .* tới bo_tu_phap$"))
        self.find("dialog")
        self.look("delivery-again", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.confirm("Gửi lại")
            self.says("Đã xếp vào hàng chờ gửi.")
        self.open("/app/#/deliveries?state=waiting")
        with self.keyboard_only():
            self.press("button", re.compile("^Không gửi .* tới (cong|bo_tu_phap) nữa$"))
        self.find("dialog")
        self.look("delivery-cancel", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.confirm("Không gửi nữa")
            self.says("Đã hủy gửi.")
        self.look("delivery-cancelled", english=False)

    def test_digitising_shows_progress_against_the_plan(self):
        self.did("POST", "/api/v1/digitising/plan", {"unit": UNIT, "procedure": "1.000132", "year": 2024, "planned": 120})
        self.did("POST", "/api/v1/digitising/faults", {"unit": UNIT, "rows": [
            {"reference": "bang-ke-5", "procedure": "1.000132", "year": 2024, "codes": "digitise.file_missing"},
            {"reference": "bang-ke-9", "codes": "capture.bilevel capture.dpi"}]})
        self.open("/app/#/digitising")
        self.says("1.000132")
        self.says("không có tệp quét")
        self.find("progressbar", "Hoàn thành")
        self.look("digitising")
        self.axe()
        with self.keyboard_only():
            self.type_in("Năm ban hành", "24")
            self.press("button", "Xem")
        self.says("Nhập năm gồm bốn chữ số.")
        self.assertEqual(*self.tops("#year", "#unit"))
        self.look("digitising-wrong", english=False)
        self.axe(english=False)

    @unittest.skipUnless(MANY, "only to be looked at")
    def test_w_lists_of_more_than_a_page(self):
        for n in range(MANY):
            self.numbered(100 + n, f"Người thứ {n + 1}", "Bằng tốt nghiệp trung học phổ thông")
        self.open("/app/#/register")
        self.find("button", "Xem thêm")
        self.look("register-many")
        self.axe()
        self.open("/app/#/books")
        self.press("link", BOOK)
        self.press("button", "Trang sau")
        self.says(re.compile("Số 51 đến"))
        self.look("book-many", english=False)
        self.axe(english=False)


def prepare(office):
    (office.world.folder / "digitise.toml").write_text(PURPOSES, encoding="utf-8")
    (office.world.folder / "drop").mkdir()
    (office.world.folder / "secret").write_bytes(b"0123456789abcdef0123456789abcdef")
    (office.world.folder / "secret").chmod(0o600)


if __name__ == "__main__":
    main("register", config='[digitise]\ntable = "digitise.toml"\n' + TARGETS, prepare=prepare)
