#!/usr/bin/env python3
"""Finding cases, books with their numbers, monthly figures, deliveries, digitising: in a real browser.

    register_test.py BUILD [unittest options]
"""
import json
import pathlib
import re
import sys

from browser import PageTest, main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from office import PURPOSES  # noqa: E402
from sheets import sheet  # noqa: E402

UNIT = "H40.7"
ANSWERS = {"secret": "no", "on_paper": "yes", "foreign": "no", **{f"ground_{n}": "no" for n in range(1, 7)}}
made = {}


class Register(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if made:
            return
        for n, (requester, paper) in enumerate((("Nguyễn Thị Ánh", "Giấy khai sinh"), ("Đặng Văn Huệ", "Bằng tốt nghiệp"),
                                                ("Trần Quốc Toản <b>đậm</b>", "Học bạ"))):
            case = cls.did("POST", "/api/v1/cases", {"product": "certified_copy", "unit": UNIT, "facts": {
                "requester": requester, "paper": paper, "paper_type": "giay_khai_sinh", "pages": 1}})
            if n == 2:
                break
            case = cls.step(case, "check", {"answers": ANSWERS})
            case = cls.step(case, "capture", file=sheet(n, width_mm=210, height_mm=297))
            case = cls.step(case, "attest", {"signer": "nguyen.van.anh", "capacity": "CHỦ TỊCH"}, once=f"so-cho-ho-so-{n}")
            made[n] = case
        made["voided"] = cls.step(made[1], "void", {"reason": "quét nhầm giấy tờ"})

    @classmethod
    def did(cls, method, path, members=None, **how):
        status, _, octets = cls.office.ask(method, path, members, **how)
        assert status in (200, 201, 202), (path, status, octets)
        return json.loads(octets)

    @classmethod
    def step(cls, case, action, facts=None, **how):
        return cls.did("POST", case["self"] + "/actions",
                       {"action": action, "version": case["version"], **({"facts": facts} if facts else {})}, **how)

    def setUp(self):
        super().setUp()
        self.sign_in("le.thi.thu")

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
        self.look("nothing", english=False)
        self.axe(english=False)

    def test_C19_a_book_shows_its_numbers_and_is_printed_and_exported(self):
        self.open("/app/#/books")
        self.says("Không có số nào bị bỏ dở.")
        self.look("books")
        self.axe()
        self.press("link", re.compile("Chứng thực bản sao điện tử"))
        self.find("heading", re.compile("Chứng thực bản sao điện tử"))
        self.says("Chưa xong")
        self.says("Bỏ số")
        self.look("book")
        self.axe()
        self.press("button", "Tải bản in (PDF)")
        self.press("button", "Xuất cho thanh tra")
        self.wait_for(lambda: {p.suffix for p in self.chromium.downloads.iterdir()} >= {".pdf", ".jsonl"}, "no downloads")

    def test_C10_the_next_volume_is_asked_for_and_can_be_left(self):
        self.open("/app/#/books")
        self.press("link", re.compile("Chứng thực bản sao điện tử"))
        self.press("button", "Mở quyển tiếp theo")
        self.find("dialog")
        self.look("volume", english=False)
        self.axe(english=False)
        self.press("button", "Không, để nguyên")
        self.gone("dialog")
        self.expect_problem(409, 422)
        self.press("button", "Khóa sổ cuối năm")
        self.confirm("Khóa sổ cuối năm")
        self.says("Mã lỗi: book.")
        self.look("refused", english=False)
        self.axe(english=False)

    def test_C22_the_months_figures_are_a_table_and_a_chart_that_is_told_in_words(self):
        self.open("/app/#/figures")
        self.says("Yêu cầu đã nhận")
        self.find("image", re.compile("Biểu đồ số liệu tháng .*nhận 3"))
        self.look("figures")
        self.axe()

    def test_C17_deliveries_that_were_given_up_come_first(self):
        self.open("/app/#/deliveries")
        self.says("Không cần làm gì")
        self.look("deliveries")
        self.axe()

    def test_digitising_shows_progress_against_the_plan(self):
        self.did("POST", "/api/v1/digitising/plan", {"unit": UNIT, "procedure": "1.000132", "year": 2024, "planned": 120})
        self.open("/app/#/digitising")
        self.says("1.000132")
        self.look("digitising")
        self.axe()


def purposes(office):
    (office.world.folder / "digitise.toml").write_text(PURPOSES, encoding="utf-8")


if __name__ == "__main__":
    main("register", config='[digitise]\ntable = "digitise.toml"\n', prepare=purposes)
