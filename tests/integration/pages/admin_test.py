#!/usr/bin/env python3
"""Administration in a real browser: people with their days, seals, keys, trust, rules, templates, the audit log
with a proof, the state, accounts with a one-time password, sessions.

    admin_test.py BUILD [unittest options]
"""
import os
import re
import sys
import pathlib

from browser import READS_ENGLISH, PageTest, main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from office import MORE_PEOPLE  # noqa: E402

WHO = "le.thi.thu"
MARKUP = "Trần Văn <b>Thử</b><img src=x onerror=document.title=1>"
FORMER = """
  [[unit.former]]
  name = "Ủy ban nhân dân xã Quỳnh Bảng <i>cũ</i>"
  until = 2025-06-30
"""
AUDIT = '[audit]\ncheckpoint_key = "pkcs11:token=agency;object=checkpoint"\norigin = "xa.example/antin"\n'


class Admin(PageTest):
    def setUp(self):
        super().setUp()
        self.sign_in(WHO)

    def test_the_state_says_what_is_well_and_what_to_correct(self):
        self.open("/app/#/admin")
        self.says("Không có việc chờ")
        self.says("Chưa sao lưu")
        self.says("antin config check")
        self.look("state")
        self.axe()
        with self.keyboard_only():
            self.press("link", "Cán bộ")
        self.find("heading", "Cán bộ và thẩm quyền")

    def test_C03_people_show_their_authority_by_days_and_markup_is_text(self):
        self.open("/app/#/admin/people")
        self.says("Nguyễn Văn Ảnh")
        self.says(MARKUP)
        self.says("VĂN THƯ <u>thử</u>")
        self.says("Hết hiệu lực")
        self.says(re.compile(r"dòng \d+"))
        self.assertIn("Cán bộ và thẩm quyền – antin" if not READS_ENGLISH else "People and their authority – antin", self.driver.title)
        self.look("people")
        self.axe()
        with self.keyboard_only():
            self.type_in(re.compile("^Tìm theo tên"), "vo thi")
        self.says(re.compile("^(?!.*Nguyễn Văn Ảnh).*Võ Thị Vân", re.S))
        self.type_in(re.compile("^Tìm theo tên"), "khong co ai")
        self.says("Không có ai có tên này.")
        self.look("people-none", english=False)
        self.axe(english=False)
        # As it was on an earlier day.
        with self.keyboard_only():
            self.type_in("Vào ngày", "2020-12-01")
            self.press("button", "Xem")
        self.says("Cán bộ và thẩm quyền ngày 01/12/2020")
        self.says("còn 30 ngày")
        self.look("people-earlier", english=False)

    def test_V20_units_show_the_names_that_they_had(self):
        self.open("/app/#/admin/units")
        self.says("Ủy ban nhân dân xã Quỳnh Bảng <i>cũ</i>")
        self.says("đến 30/06/2025")
        self.says("không có tên khác")  # nothing is left empty without a word
        self.says("chưa ghi chứng thư số")
        self.look("units")
        self.axe()

    def test_R11_a_hand_over_is_checked_and_shown_and_not_written(self):
        self.open("/app/#/admin/seals")
        self.says("Lê Thị Thư")
        self.says("Chưa ai giữ")
        self.look("seals")
        self.axe()
        self.expect_problem(409)
        with self.keyboard_only():
            self.press("button", "Ghi bàn giao con dấu: Ủy ban nhân dân xã Quỳnh Diễn")
            self.find("dialog")
            self.choose("Người nhận", "Lê Thị Thư")
            self.type_in(re.compile("^Văn bản cho phép"), "15/QĐ-UBND")
            self.press("button", "Kiểm tra và xem cách ghi")
            self.says("Mã lỗi: office.hand_over")
        self.look("hand-over-refused", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.choose("Người nhận", "Võ Thị Vân")
            self.press("button", "Kiểm tra và xem cách ghi")
            self.says('to = "vo.thi.van"')
        self.says("chưa được ghi")
        self.look("hand-over", english=False)
        self.axe()

    def test_keys_tell_their_health_beside_colour(self):
        self.open("/app/#/admin/keys")
        self.says("Sẵn sàng")
        self.says("Đang cắm")
        self.says(re.compile(r"còn [\d.,]+ ngày"))
        self.look("keys")
        self.axe()

    def test_keys_of_a_holder_that_is_away_say_what_to_do(self):
        self.world.tokend.end()
        try:
            self.open("/app/#/admin/keys")
            self.says("Mã lỗi: token.service_unreachable")
            self.settled()
            self.assertEqual(self.text().count("Mã lỗi: token.service_unreachable"), 1, "said once")
            self.look("keys-away", english=False)
            self.axe(english=False)
        finally:
            self.world.tokend.start()

    def test_trust_and_rules_by_their_days(self):
        self.open("/app/#/admin/trust")
        self.says("Gốc tin cậy")
        self.says("antin trust add")
        self.look("trust")
        self.axe()
        self.open("/app/#/admin/legal")
        self.says("Trường hợp từ chối")
        self.look("legal")
        self.axe()

    def test_A09_a_template_is_seen_as_what_it_makes(self):
        self.open("/app/#/admin/layouts")
        self.says("Lời chứng chứng thực bản sao từ bản chính")
        self.look("layouts")
        self.axe()
        for title in ("Lời chứng chứng thực bản sao từ bản chính", "Phiếu hẹn trả kết quả"):
            with self.keyboard_only():
                self.press("button", re.compile(f"^Xem thử: {title}"))
            self.find("image", f"Hình xem thử: {title}")
            self.says("đây không phải văn bản")
            self.look("layout-" + title.split()[0].lower(), english=False)
            self.axe()
            self.key("Escape")
            self.gone("dialog")

    def test_A02_a_record_is_found_and_its_proof_is_checked(self):
        self.open("/app/#/admin/audit?kind=api_key_added")
        self.says("Đã ký")
        self.look("audit")
        self.axe()
        with self.keyboard_only():
            self.press("link", re.compile(r"^Bản ghi số \d+"))
        self.says("Bản ghi nguyên vẹn và nằm trong nhật ký đã ký.")
        self.look("record")
        self.axe()
        with self.keyboard_only():
            self.press("button", "Tải bằng chứng")
        self.wait_for(lambda: [p for p in self.chromium.downloads.iterdir() if p.suffix == ".proof"], "no download")
        self.open("/app/#/admin/audit")
        with self.keyboard_only():
            self.type_in("Từ ngày", "2026-01-02")
            self.type_in("Đến ngày", "2026-01-01")
            self.press("button", "Tìm kiếm")
        self.says("Ngày cuối phải sau ngày đầu.")
        self.look("audit-dates", english=False)
        self.axe(english=False)
        self.expect_problem(404)
        self.open("/app/#/admin/audit/99999999")
        self.says("Mã lỗi: audit.not_logged")
        self.look("record-unknown")
        self.axe()

    def test_A02_the_log_is_read_back_and_a_kind_that_never_happened_is_said(self):
        for _ in range(60 if os.environ.get("ANTIN_LOOK") else 0):
            self.sign_in(WHO)
        self.open("/app/#/admin/audit")
        self.says("Đăng nhập")
        self.look("audit-all")
        self.axe()
        self.open("/app/#/admin/audit?kind=restored")
        self.says("Không có bản ghi nào trong phần vừa tìm.")
        self.look("audit-none")
        self.axe()

    def test_without_the_network_a_page_says_so_and_tries_again(self):
        self.open("/app/#/admin")
        self.settled()
        with self.unreachable():
            self.driver.execute_script("location.hash = '#/admin/accounts'")
            self.says("Không kết nối được với hệ thống.")
            self.says("Kiểm tra mạng rồi thử lại")
            self.look("away", english=False)
            self.axe(english=False)

    def test_accounts_are_made_with_a_password_that_is_seen_once_and_end_for_good(self):
        self.open("/app/#/admin/accounts")
        self.find("button", "Mở tài khoản")
        self.look("accounts")
        self.axe()
        with self.keyboard_only():
            self.press("button", "Mở tài khoản")
            self.find("dialog")
            self.type_in(re.compile("^Tên tài khoản"), "vo.thi.van")
            self.choose(re.compile("^Cán bộ"), "Võ Thị Vân")
            self.confirm("Mở tài khoản")
            self.says("Chọn ít nhất một quyền hoặc một vai trò.")
        self.look("account-new", english=False)
        self.axe()
        with self.keyboard_only():
            self.press("checkbox", "văn thư, đóng dấu")
            self.confirm("Mở tài khoản")
            self.says("Chỉ hiện một lần này.")
        password = self.driver.find_element("css selector", ".one-time").text
        self.assertGreaterEqual(len(password), 10)
        self.look("account-password", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", "Đã trao, đóng lại")
        self.says("Đã mở tài khoản vo.thi.van.")
        self.assertNotIn(password, self.text())
        self.rights_and_password_are_changed()
        for action, done in (("Khóa", "Đang khóa"), ("Mở khóa", "Đã mở khóa"), ("Kết thúc", "Đã kết thúc")):
            with self.keyboard_only():
                self.press("button", f"{action} vo.thi.van")
            self.find("dialog")
            self.look(f"account-{ {'Khóa': 'lock', 'Mở khóa': 'unlock', 'Kết thúc': 'end'}[action] }", english=False)
            self.axe(english=False)
            with self.keyboard_only():
                self.confirm(action)
                self.says(done)
        self.look("accounts-ended", english=False)
        self.gone("button", "Khóa vo.thi.van")

    def rights_and_password_are_changed(self):
        with self.keyboard_only():
            self.press("button", "Đổi quyền của vo.thi.van")
            self.find("dialog")
            self.press("checkbox", "nhật ký")
        self.look("account-rights", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.confirm("Lưu")
        self.says("Đã đổi quyền của vo.thi.van;")
        with self.keyboard_only():
            self.press("button", "Mật khẩu dùng một lần của vo.thi.van")
        self.find("dialog")
        self.look("account-password-again", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.confirm("Cấp mật khẩu")
            self.says("Chỉ hiện một lần này.")
            self.press("button", "Đã trao, đóng lại")

    def test_the_last_administrator_cannot_lock_everybody_out(self):
        self.expect_problem(409)
        self.open("/app/#/admin/accounts")
        account = self.office.accounts[WHO][0]
        self.press("button", f"Khóa {account}")
        self.confirm("Khóa")
        self.says("Mã lỗi: account.last_admin")
        self.look("last-admin", english=False)
        self.axe(english=False)

    def test_sessions_are_seen_and_ended(self):
        self.open("/app/#/admin/sessions")
        self.says("Phiên này")
        self.look("sessions")
        self.axe()
        name = "Kết thúc phiên của pham.thi.anh"
        before = len(self.all("button", name))
        self.assertGreater(before, 0)
        with self.keyboard_only():
            self.press("button", name)
            self.says("Đã kết thúc một phiên của pham.thi.anh.")
        self.wait_for(lambda: len(self.all("button", name)) == before - 1, "the session stays")

    def test_without_the_right_there_is_no_such_page(self):
        self.sign_in("nguyen.van.anh")
        self.open("/app/#/admin/accounts")
        self.says("Bạn không có quyền mở trang này")
        self.look("not-allowed")
        self.axe()
        self.assertNotIn("Quản trị", self.names("link"))


def prepare(office):
    people, units = office.world.folder / "people.toml", office.world.folder / "units.toml"
    people.write_text(people.read_text(encoding="utf-8") + MORE_PEOPLE.format(name=MARKUP, capacity="VĂN THƯ <u>thử</u>"), encoding="utf-8")
    units.write_text(units.read_text(encoding="utf-8") + FORMER, encoding="utf-8")


if __name__ == "__main__":
    main("admin", config=AUDIT, prepare=prepare)
