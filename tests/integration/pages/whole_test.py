#!/usr/bin/env python3
"""One copy from the officer's queue to whoever checks it, and after it was cancelled: by keyboard alone, with
what a screen reader hears of verdicts and progress.

    whole_test.py BUILD [unittest options]
"""
import re
import unittest

from agent_stand_in import StandIn
from browser import PageTest, main
from desk import WithDesk


class Whole(WithDesk, PageTest):
    def setUp(self):
        super().setUp()
        self.expect_silence(r"127\.0\.0\.1:89\d\d")

    def hears(self, words):
        """It is among what is told to a screen reader without moving the focus, since listen(): a moment after it
        can be read."""
        def told():
            return " | ".join(self.driver.execute_script("return window.antinHeard ?? []"))
        self.wait_for(lambda: words in told(), lambda: f"{words!r} is not told; told is {told()}")

    def listen(self):
        self.driver.execute_script("""window.antinHeard = [];
            const live = e => e.nodeType === 1 ? e.closest("[aria-live], [role=status], [role=alert]") : e.parentElement && live(e.parentElement);
            new MutationObserver(all => { for (const one of all) { const region = live(one.target);
              if (region && region.textContent.trim()) window.antinHeard.push(region.textContent.trim()); } })
              .observe(document.body, {subtree: true, childList: true, characterData: true});""")

    def mark(self, case):
        self.acting(lambda: self.tab_to(self.css(f"tr[data-id='{case['id']}'] a.work-open")))
        self.key("Space")

    def checked(self, verdict, words):
        """The case's file, judged on the page; what is said has its kind in words before the sentence."""
        self.press("button", "Kiểm tra chữ ký")
        self.css(f"dialog [data-verdict={verdict}]")
        self.says(words)
        told = self.driver.execute_script("return document.querySelector('dialog [data-verdict] .notice').textContent")
        self.assertRegex(told, "^Đã xong: " if verdict == "VALID" else "^(Lỗi|Lưu ý): ")
        self.axe()
        self.key("Escape")
        self.gone("dialog")

    def test_one_copy_is_signed_sealed_released_checked_and_cancelled(self):
        case = self.desk.attested()
        agent = StandIn(self.desk)
        self.addCleanup(agent.stop)
        self.sign_in("nguyen.van.anh")
        self.open("/app/#/queue")
        self.script("localStorage.setItem('antin.agent.port', arguments[0])", str(agent.port))
        self.expect_problem(404, 409)
        with self.keyboard_only():
            self.mark(case)
            self.press("button", "Ký 1 hồ sơ đã đánh dấu")
            self.says("Antin Test CA")
            self.listen()
            self.press("checkbox", re.compile("nhận trách nhiệm"))
            self.press("button", "Ký 1 hồ sơ, nhập mã PIN một lần")
            self.press("button", "Vẫn ký tất cả")
            self.says("1 tài liệu đã được kiểm tra lại sau khi ký")
            self.find("progressbar", "Tiến độ ký")
            self.hears("Đã ký 1, không được 0, trên 1")
            self.hears("Ký số thành công.")
        self.assertEqual(self.desk.now(case)["state"], "officer_signed")

        self.sign_in("le.thi.thu")
        self.open("/app/#/seal")
        self.says("Khóa của cơ quan sẵn sàng")
        with self.keyboard_only():
            self.mark(case)
            self.listen()
            self.press("button", "Kiểm tra và đóng dấu 1 hồ sơ")
            self.says("Xong 1, không được 0, chờ 0, trên 1")
            self.find("progressbar", "Kết quả đóng dấu")
            self.hears("Xong 1, không được 0")
        self.assertEqual(self.desk.now(case)["state"], "registered")

        self.open(f"/app/#/cases/{case['id']}")
        with self.keyboard_only():
            self.press("button", "Trả kết quả")
            self.type_in(re.compile("^Nơi nhận kết quả"), "anh@example.vn")
            self.key("Enter")
            self.says("Đã trả kết quả")
            self.checked("VALID", "hợp lệ")
            self.press("button", "Hủy giá trị pháp lý")
            self.type_in("Số quyết định", "15/QĐ-UBND")
            self.type_in("Lý do", "Bản chính bị phát hiện là giả")
            self.press("checkbox", re.compile("Tôi đã đọc và xác nhận"))
            self.acting(lambda: self.tab_to(self.css("dialog button[type=submit]")))
            self.key("Enter")
            self.says("Bản sao đã bị hủy giá trị pháp lý.")
            self.checked("INVALID", "Bản sao điện tử đã bị hủy bỏ giá trị pháp lý theo Quyết định số 15/QĐ-UBND")


if __name__ == "__main__":
    unittest.defaultTestLoader.sortTestMethodsUsing = lambda a, b: (a > b) - (a < b)
    main("whole")
