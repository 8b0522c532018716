#!/usr/bin/env python3
"""The officer's queue, the seal queue and the page of one case, in a real browser.

    officer_test.py BUILD [unittest options]
"""
import os
import re
import unittest
import urllib.parse

from agent_stand_in import StandIn
from browser import PATIENCE, READS_ENGLISH, PageTest, main
from desk import SEALER, AtQueues


def put_file(page, address, octets):
    """As the signing tool sends it: multipart, no key."""
    line = b"----------8db1c2"
    body = (b"--%s\r\nContent-Disposition: form-data; name=uploadfile; filename=a.pdf\r\n\r\n%s\r\n--%s--\r\n"
            % (line, octets, line))
    return page.office.sent("POST", urllib.parse.urlsplit(address).path, body,
                            {"Content-Type": f"multipart/form-data; boundary={line.decode()}"})[2]


class Staff(AtQueues, PageTest):
    def setUp(self):
        super().setUp()
        # Neither the signing tool of offices nor a second agent listens on this computer.
        self.expect_silence(r"127\.0\.0\.1:89\d\d")


class Begin(Staff):
    """Before there is anything: in the order of names these come first."""

    def test_1_where_nothing_waits_that_is_said(self):
        for person, page, words in (("nguyen.van.anh", "queue", "Không có hồ sơ nào chờ ký."),
                                    ("nguyen.van.anh", "queue/sign", "Không có hồ sơ nào được đánh dấu để ký."),
                                    ("le.thi.thu", "seal", "Không có hồ sơ nào chờ đóng dấu, vào sổ hoặc trả kết quả.")):
            with self.subTest(page):
                self.sign_in(person)
                self.open(f"/app/#/{page}")
                self.says(words)
                self.look(f"{page.replace('/', '-')}-empty")
                self.axe()

    def test_2_what_there_is_not_or_is_not_ones_own_says_where_to_go(self):
        self.sign_in("nguyen.van.anh")
        self.expect_problem(403, 404)
        for page, words in (("queue/0198f0a0-0000-7000-8000-000000000000", "Hồ sơ này không còn chờ ký."),
                            ("cases/0198f0a0-0000-7000-8000-000000000000", re.compile("không có|Không có|không tồn tại|Không tìm thấy")),
                            ("nowhere", "Không có trang này"), ("admin", re.compile("không có quyền|Không có trang này"))):
            with self.subTest(page):
                self.open(f"/app/#/{page}")
                self.says(words)
                self.look(f"none-{page.split('/')[0]}")
                self.axe()

    def test_3_without_the_service_the_list_says_so_and_how_to_go_on(self):
        self.sign_in("le.thi.thu")
        self.open("/app/#/register")
        self.find("heading")
        self.settled()
        self.expect_problem(503)
        self.expect_silence("ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED")
        self.cdp("Network.enable")
        self.cdp("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        self.addCleanup(self.cdp, "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        self.driver.execute_script("location.hash = '#/seal'")
        self.find("button", "Nạp lại")
        self.look("seal-offline")
        self.axe(english=False)
        self.cdp("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        self.press("button", "Nạp lại")
        self.says("Không có hồ sơ nào chờ đóng dấu, vào sổ hoặc trả kết quả.")


class Queue(Staff):
    def about_to_sign(self):
        """A case by itself."""
        case = self.desk.attested()
        self.sign_in("nguyen.van.anh")
        self.open(f"/app/#/queue/{case['id']}")
        self.press("button", "Ký riêng hồ sơ này")
        self.says("Các tài liệu sẽ ký")
        return case

    def take_the_tool(self):
        """The one that offices have."""
        self.expect_problem(404, 409)
        self.driver.execute_script("document.querySelector('.other-ways').open = true")
        self.press("button", "Ký bằng phần mềm này")

    def address(self):
        """Where the tool sends the file."""
        return self.wait_for(lambda: self.driver.execute_script(
            "const all = document.querySelectorAll('.copyable code'); return all.length > 1 && all[1].textContent"))

    def test_1_what_waits_is_found_marked_and_opened_by_keyboard(self):
        first = [self.desk.attested() for _ in range(14 if os.environ.get("ANTIN_LOOK") else 4)]
        self.sign_in("nguyen.van.anh")
        self.open("/app/#/queue")
        self.says("Đang chờ")
        self.wait_for(lambda: len(self.rows()) >= 4)
        self.look("queue")
        self.axe()
        self.type_in("Tìm trong danh sách", "duc bang tot nghiep")
        self.wait_for(lambda: self.rows() == [one["id"] for one in first[1::6]], lambda: str(self.rows()))
        self.type_in("Tìm trong danh sách", "khong co ai ten the")
        self.says(re.compile("Bộ lọc đang ẩn cả"))
        self.look("queue-filter")
        self.axe()
        self.type_in("Tìm trong danh sách", "")
        self.wait_for(lambda: len(self.rows()) >= 4)
        self.driver.execute_script("document.querySelector('.work-list a.work-open').focus()")
        self.key("j", "j", "k", "Space")
        self.find("button", "Ký 1 hồ sơ đã đánh dấu")
        self.key("j", "Space")
        self.find("button", "Ký 2 hồ sơ đã đánh dấu")
        self.look("queue-marked")
        self.axe()
        self.driver.execute_script("document.querySelectorAll('.work-list a.work-open')[2].focus()")
        self.key("Enter")
        self.says("Tài liệu sẽ ký")
        self.driver.refresh()
        self.open("/app/#/queue")
        self.find("button", "Ký 2 hồ sơ đã đánh dấu")  # a reload loses no mark

    def test_2_a_case_is_seen_beside_its_capture_and_counts_as_seen_then(self):
        case = self.desk.attested()
        self.sign_in("nguyen.van.anh")
        self.open("/app/#/queue")
        self.wait_for(lambda: case["id"] in self.rows())
        self.open(f"/app/#/queue/{case['id']}")
        self.says("Tài liệu sẽ ký")
        self.says("Bản chụp giấy tờ")
        self.wait_for(lambda: self.driver.execute_script(
            "const all = [...document.querySelectorAll('.pages-picture')]; return all.length >= 2 && all.every(i => i.complete && i.naturalWidth > 300)"),
            "the pages are not drawn")
        self.says("Đã xem")
        self.look("review")
        self.axe()
        self.press("button", "Đồng ý, đánh dấu để ký (m)")
        self.open("/app/#/queue")
        self.wait_for(lambda: ("Seen" if READS_ENGLISH else "Đã xem") in self.driver.execute_script(
            "return document.querySelector(`tr[data-id='${arguments[0]}']`)?.innerText ?? ''", case["id"]))

    def test_3_what_is_not_signed_goes_back_to_the_counter_with_its_reason(self):
        case = self.desk.attested()
        self.sign_in("nguyen.van.anh")
        self.open(f"/app/#/queue/{case['id']}")
        self.press("button", "Không ký")
        self.find("dialog")
        self.look("refuse", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Không ký và hủy số")
        self.says("Chọn một lý do.")
        self.look("refuse-without-reason", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("radio", "Bản chụp mờ, lệch hoặc sai màu")
            self.press("button", "Không ký và hủy số")
        self.says("trả lại quầy tiếp nhận bằng một hồ sơ mới")
        self.look("refused", english=False)
        self.axe(english=False)
        self.assertEqual(self.desk.now(case)["state"], "voided")
        fresh = [c for c in self.desk.ask("GET", "/api/v1/cases?state=received")["cases"] if c["dossier"] == case["dossier"]]
        self.assertEqual([c["requester"] for c in fresh], [case["requester"]])

    def test_4_without_the_agent_the_page_says_so_and_the_offices_own_tool_signs(self):
        case = self.about_to_sign()
        self.driver.execute_script("document.querySelector('.other-ways').open = true")
        self.says("antin sign-cases")
        self.look("sign-without-agent", english=False)
        self.axe(english=False)
        self.take_the_tool()
        self.says("Địa chỉ để nhập bằng tay")
        address = self.address()
        self.says("Không gọi được phần mềm ký số")
        self.look("tool-waiting", english=False, busy=True)
        self.axe(english=False, busy=True)
        put_file(self, address, self.desk.signed_file(case))
        self.says("Ký số thành công.")
        self.look("tool-done", english=False)
        self.assertEqual(self.desk.now(case)["state"], "officer_signed")

    def test_5_a_file_that_is_not_the_document_does_not_count_as_signed(self):
        case = self.about_to_sign()
        self.take_the_tool()
        address = self.address()
        put_file(self, address, self.desk.document(case, "document"))
        self.says("tệp gửi về không được nhận")
        self.look("tool-refused", english=False)
        self.axe(english=False)
        self.assertEqual(self.desk.now(case)["state"], "attested")

    def test_6_a_case_that_somebody_voids_meanwhile_is_not_called_signed(self):
        case = self.about_to_sign()
        self.take_the_tool()
        self.says("Địa chỉ để nhập bằng tay")
        self.desk.step(case, "void", {"reason": "quét nhầm"})
        self.says("hồ sơ này chưa được ký")
        self.assertNotIn("Ký số thành công", self.text())


class Sign(Staff):
    """S-10, S-11, S-13 as the page tells of them; a stand-in for the agent takes each state."""

    def setUp(self):
        super().setUp()
        self.agent = StandIn(self.desk)
        self.addCleanup(self.agent.stop)

    def marked(self, count):
        cases = [self.desk.attested() for _ in range(count)]
        self.sign_in("nguyen.van.anh")
        self.open("/app/#/queue")
        self.wait_for(lambda: {c["id"] for c in cases} <= set(self.rows()))
        self.script("localStorage.setItem('antin.agent.port', arguments[0])", str(self.agent.port))
        for case in cases:
            self.driver.execute_script("document.querySelector(`tr[data-id='${arguments[0]}'] input`).click()", case["id"])
        self.expect_problem(404, 409)
        return cases

    def look_at_all(self, cases):
        for case in cases:
            self.open(f"/app/#/queue/{case['id']}")
            self.says(f"{self.desk.now(case)['number']} – ")
            self.css(".review-facts .tag-ok")  # seen: what is announced may be of the one before

    def sign(self, count):
        self.press("button", f"Ký {count} hồ sơ, nhập mã PIN một lần")

    def test_1_what_is_missing_is_said_and_the_page_goes_on_when_it_is_there(self):
        self.marked(2)
        self.agent.mode = "missing"
        self.open("/app/#/queue/sign")
        self.says("chưa chạy")
        self.look("sign-missing")
        self.axe()
        for mode, words in (("unpaired", "Ghép nối"), ("driver", "/usr/lib/libvendor.so"), ("no_token", "chưa có thiết bị ký nào"),
                            ("none", "không có chứng thư số nào dùng được"), ("expired", "31/12/2025"), ("other", re.compile("không được cấp để ký số|not issued for signing")),
                            ("wrong_before", "Chỉ nhập khi chắc chắn đúng"), ("low", "01 lần thử"), ("locked", re.compile("đã bị khóa|is locked")),
                            ("", "Antin Test CA")):
            self.agent.mode = mode
            self.says(words)
            self.wait_for(lambda: self.agent.mode or not self.driver.find_elements("css selector", ".device-problem"))
            # Who is told what is missing is told what to do, and that the page goes on by itself.
            self.says("Trang tự nhận ra khi có thay đổi")
            self.look(f"sign-{mode or 'ready'}", english=False)
            if mode in ("unpaired", "driver", "none", "expired", "locked"):
                self.axe(english=False)
        self.axe()

    def test_5_pairing_shows_six_digits(self):
        self.marked(1)
        self.agent.mode = "unpaired"
        self.open("/app/#/queue/sign")
        self.press("button", "Ghép nối với máy tính này")
        self.says("482 913")
        self.look("sign-pairing", english=False, busy=True)
        self.axe(english=False, busy=True)

    def test_6_while_the_device_asks_and_when_the_net_is_gone_it_is_said_what_to_do(self):
        cases = self.marked(2)
        self.look_at_all(cases)
        self.open("/app/#/queue/sign")
        self.says("Antin Test CA")
        self.agent.mode = "asking"
        self.sign(2)
        self.says("Cửa sổ nhập mã PIN sẽ hiện trên máy tính này")
        self.says("đang ký")
        self.assertEqual(self.names("progressbar") or self.names("progress"), ["Tiến độ ký"] if not READS_ENGLISH else ["Progress of signing"])
        self.look("sign-asking", english=False, busy=True)
        self.axe(english=False, busy=True)
        self.agent.mode = "lost"
        self.says("Không ký lại; không tắt máy.")
        self.look("sign-lost", english=False, busy=True)
        self.axe(english=False, busy=True)
        self.agent.mode = ""
        self.says("2 tài liệu đã được kiểm tra lại sau khi ký")
        self.assertEqual(self.states(cases), 2 * ["officer_signed"])

    def test_7_a_window_for_the_pin_that_does_not_open_signs_nothing(self):
        cases = self.marked(1)
        self.look_at_all(cases)
        self.open("/app/#/queue/sign")
        self.says("Antin Test CA")
        self.agent.mode = "no_dialog"
        with self.keyboard_only():
            self.sign(1)
        self.says("pinentry")
        self.look("sign-no-dialog", english=False)
        self.assertEqual(self.states(cases), ["attested"])
        self.agent.mode = ""
        self.open("/app/#/queue")
        self.says("Lần ký trước không được")
        self.look("queue-failed")
        self.axe()

    def test_4_S13_many_are_signed_with_one_pin_and_each_says_what_became_of_it(self):
        count = int(os.environ.get("ANTIN_BATCH", "12"))
        cases = self.marked(count)
        self.open("/app/#/queue/sign")
        self.says("Antin Test CA")
        self.press("checkbox", re.compile("nhận trách nhiệm"))
        self.sign(count)
        self.press("button", "Vẫn ký tất cả")
        self.says(f"{count} tài liệu đã được kiểm tra lại sau khi ký", 5 * PATIENCE)
        self.assertEqual(self.states(cases), count * ["officer_signed"])
        self.look("sign-many", english=False)
        self.axe(english=False)

    def test_2_a_token_pulled_in_the_middle_leaves_the_rest_to_be_signed_again(self):
        cases = self.marked(3)
        self.open("/app/#/queue/sign")
        self.says("Antin Test CA")
        self.sign(3)
        self.says("Xem các hồ sơ này, hoặc đánh dấu")
        self.press("checkbox", re.compile("nhận trách nhiệm"))
        self.sign(3)
        self.says("3 hồ sơ chưa được mở để xem")
        self.look("sign-unseen", english=False)
        self.axe(english=False)
        self.agent.mode = "pulled"
        self.press("button", "Vẫn ký tất cả")
        self.find("button", "Ký lại 2 hồ sơ chưa được")
        self.assertEqual(sorted(self.states(cases)), ["attested", "attested", "officer_signed"])
        self.look("sign-pulled", english=False)
        self.axe(english=False)
        self.agent.mode = ""
        self.press("button", "Ký lại 2 hồ sơ chưa được")
        self.says("Antin Test CA")
        self.press("checkbox", re.compile("nhận trách nhiệm"))
        self.sign(2)
        self.press("button", "Vẫn ký tất cả")
        self.says("2 tài liệu đã được kiểm tra lại sau khi ký")
        self.assertEqual(self.states(cases), 3 * ["officer_signed"])
        self.assertEqual(len(self.agent.signed), len(set(self.agent.signed)))
        self.look("sign-done", english=False)

    def test_3_after_a_wrong_pin_nothing_is_signed_and_nobody_tries_again_by_itself(self):
        cases = self.marked(1)
        self.look_at_all(cases)
        self.open("/app/#/queue/sign")
        self.says("Antin Test CA")
        self.agent.mode = "wrong_pin"
        self.sign(1)
        self.says("Mã PIN không đúng. Còn" if READS_ENGLISH else "Mã PIN không đúng. Còn 2 lần thử")
        self.look("sign-wrong-pin", english=False)
        self.assertEqual(self.states(cases), ["attested"])


class Seal(Staff):
    def test_1_who_keeps_the_seal_is_said_and_many_are_sealed_and_entered(self):
        cases = [self.desk.officer_signed() for _ in range(2)]
        self.sign_in("le.thi.thu")
        self.open("/app/#/seal")
        self.wait_for(lambda: {c["id"] for c in cases} <= set(self.rows()))
        self.says("Khóa của cơ quan sẵn sàng")
        self.says(re.compile("giữ con dấu"))
        self.look("seal")
        self.axe()
        self.type_in("Tìm trong danh sách", "khong co ai ten the")
        self.says(re.compile("Bộ lọc đang ẩn cả"))
        self.look("seal-filter")
        self.type_in("Tìm trong danh sách", "")
        self.press("button", "Kiểm tra trước khi đóng dấu")
        self.says("Được đóng dấu")
        self.look("seal-check", english=False)
        self.axe(english=False)
        self.press("button", "Đóng")
        with self.keyboard_only():
            for case in cases:
                self.acting(lambda case=case: self.tab_to(self.css(f"tr[data-id='{case['id']}'] a.work-open"), case["number"]))
                self.key("Space")
            self.press("button", "Kiểm tra và đóng dấu 2 hồ sơ")
        self.says("Xong 2, không được 0, chờ 0, trên 2")
        self.look("seal-done", english=False)
        self.axe(english=False)
        self.assertEqual([self.desk.now(c)["state"] for c in cases], ["registered", "registered"])

    def test_2_what_the_officer_did_not_sign_is_not_sealed_and_stops_no_other(self):
        good = self.desk.officer_signed()
        bad = self.desk.officer_signed()
        self.sign_in("le.thi.thu")
        self.open("/app/#/seal")
        self.wait_for(lambda: {good["id"], bad["id"]} <= set(self.rows()))
        for case in (good, bad):
            self.driver.execute_script("document.querySelector(`tr[data-id='${arguments[0]}'] input`).click()", case["id"])
        self.desk.step(bad, "void", {"reason": "quét nhầm"})
        self.expect_problem(409)
        self.press("button", "Kiểm tra và đóng dấu 2 hồ sơ")
        self.says("Xong 1, không được 1, chờ 0, trên 2")
        self.look("seal-failed", english=False)
        self.axe(english=False)


class Case(Staff):
    def test_1_a_case_shows_its_way_and_is_cancelled_by_decision(self):
        case = self.desk.step(self.desk.registered(), "release", {"delivery": "anh@example.vn"})
        self.sign_in("le.thi.thu")
        self.open(f"/app/#/cases/{case['id']}")
        self.says("Ký số thành công.")
        self.says("Lịch sử xử lý")
        self.look("case")
        self.axe()
        self.press("button", "Hủy giá trị pháp lý")
        self.says("Bản sao điện tử đã bị hủy bỏ giá trị pháp lý")
        self.look("cancel", english=False)
        self.axe(english=False)
        self.type_in("Số quyết định", "15/QĐ-UBND")
        self.type_in("Lý do", "Bản chính bị phát hiện là giả")
        with self.keyboard_only():
            self.press("button", "Hủy giá trị pháp lý")
        self.says("Đánh dấu xác nhận trước khi thực hiện.")
        self.look("cancel-without-consent", english=False)
        self.axe(english=False)
        self.assertEqual(self.desk.now(case)["state"], "released")
        with self.keyboard_only():
            self.press("checkbox", re.compile("Tôi đã đọc và xác nhận"))
            self.press("button", "Hủy giá trị pháp lý")
        self.says("Bản sao đã bị hủy giá trị pháp lý.")
        self.assertEqual(self.desk.now(case)["state"], "cancelled")
        self.look("cancelled", english=False)
        self.axe(english=False)

    def test_2_who_saw_an_older_version_changes_nothing_and_sees_the_new_one(self):
        case = self.desk.officer_signed()
        self.sign_in("nguyen.van.anh")
        self.open(f"/app/#/cases/{case['id']}")
        self.press("button", "Hủy số, không phát hành")
        self.type_in("Lý do", "quét nhầm")
        self.press("checkbox", re.compile("Tôi đã đọc và xác nhận"))
        self.desk.settled(self.desk.step(case, "seal", SEALER, 202))
        self.expect_problem(409)
        self.confirm("Hủy số, không phát hành")
        self.says("Hồ sơ vừa được người khác thay đổi")
        self.look("case-changed", english=False)
        self.axe(english=False)
        self.assertEqual(self.desk.now(case)["state"], "seal_signed")


if __name__ == "__main__":
    unittest.defaultTestLoader.sortTestMethodsUsing = lambda a, b: (a > b) - (a < b)
    main("officer")
