#!/usr/bin/env python3
"""The public check page in a real browser: every answer that a stranger with a file, a code or a hash can get.

    check_test.py BUILD [unittest options]
"""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import signal
import time
import urllib.parse

from browser import PATIENCE, PageTest, main
from desk import Desk

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "vectors" / "structure"
MOST_OCTETS = 150_000
made = {}


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


class Check(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if made:
            return
        desk = Desk(cls.office)
        for name in ("held", "cancelled"):
            case = desk.step(desk.registered(), "release", {"delivery": "anh@example.vn"})
            octets = desk.document(case, "sealed")
            path = cls.world.folder / f"{name}.pdf"
            path.write_bytes(octets)
            made[name] = {"path": path, "octets": octets, "code": case["code"], "number": case["number"], "book": case["book"]}
        made["pending"] = desk.registered()
        found = desk.ask("GET", f"/api/v1/originals?sha256={digest(made['cancelled']['octets'])}")
        line = b"--line\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        form = b"".join(line % (k, v) for k, v in ((b"action", b"cancel"), (b"decision", "07/QĐ-UBND".encode()),
                                                   (b"date", b"2026-11-20"))) + b"--line--\r\n"
        status, _, said = cls.office.ask("POST", f"/api/v1/originals/{found['originals'][0]['id']}/decisions", file=form,
                                         kind="multipart/form-data; boundary=line", alone=True)
        assert status == 200, said
        octets = bytearray(made["held"]["octets"])
        octets[octets.index(b"stream") + 40] ^= 1
        cls.kept("altered", bytes(octets))
        cls.kept("added", made["held"]["octets"] + b"\n% something more\n")
        cls.kept("unsigned", (VECTORS / "xref-table.pdf").read_bytes())
        cls.kept("stranger", (VECTORS.parent / "lta" / "b.pdf").read_bytes())
        cls.kept("broken", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog\n")
        cls.kept("<img src=x onerror=alert(1)>", made["held"]["octets"])

    @classmethod
    def kept(cls, name, octets):
        path = cls.world.folder / f"{name}.pdf"
        path.write_bytes(octets)
        made[name] = {"path": path, "octets": octets}

    def check(self, name):
        self.open("/")
        self.give_file_field(made[name]["path"])
        self.press("button", re.compile("^(Kiểm tra|Check)$"))
        self.answered()

    def give_file_field(self, path):
        from selenium.webdriver.common.by import By
        self.driver.find_element(By.ID, "file").send_keys(str(path))

    def answered(self):
        from selenium.webdriver.common.by import By
        self.wait_for(lambda: self.driver.find_elements(By.ID, "ket-luan"), "no answer")
        self.settled()

    def verdict(self):
        from selenium.webdriver.common.by import By
        return " ".join(self.driver.find_element(By.ID, "ket-luan").text.split())

    def set_language(self, lang):
        from selenium.webdriver.common.by import By
        label = self.driver.find_element(By.CSS_SELECTOR, f"label[for=lang-{lang}]")
        if label.is_displayed():  # that of the language that is shown is not
            label.click()

    # A file.
    def test_V01_a_certified_copy_is_valid_and_says_who_when_and_what_the_register_has(self):
        self.check("held")
        self.assertEqual(self.verdict(), "HỢP LỆ")
        for words in ("Ai ký, khi nào", "Đã phát hành", made["held"]["number"], "Ủy ban nhân dân xã Quỳnh Diễn",
                      "Sau khi ký", "Đủ điều kiện tiếp nhận"):
            self.says(words)
        self.assertEqual(self.driver.execute_script("return document.activeElement.id"), "ket-qua")
        self.look("valid")
        self.axe()
        self.set_language("en")
        self.says("VALID")
        self.assertNotIn("Ai ký", self.text())

    def test_V02_every_detail_and_the_sheet_are_there(self):
        self.check("held")
        self.driver.execute_script("document.querySelector('details.more').open = true")
        for words in ("Tổ chức", "Tính toàn vẹn", "SHA-256", "Thuật toán"):
            self.says(words)
        self.look("details")
        self.axe()
        link = self.driver.execute_script("return document.querySelector('a[download]').href")
        self.assertTrue(link.startswith("data:application/pdf;base64,JVBERi"), link[:60])
        self.press("link", re.compile("^Tải phiếu"))
        self.wait_for(lambda: list(self.chromium.downloads.glob("phieu*.pdf")), "no sheet comes")

    def workers(self):
        """What judges files: the service's own children."""
        service, found = self.world.server.pid, []
        for one in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                name, rest = one.read_text().split(" (", 1)[1].rsplit(") ", 1)
                if name == "antin-worker" and int(rest.split()[1]) == service:
                    found.append(int(one.parent.name))
        return found

    def test_a_check_that_takes_long_waits_and_its_answer_has_everything(self):
        self.open("/")
        self.set_language("en")
        self.give_file_field(made["held"]["path"])
        self.driver.execute_script("document.querySelector('#check details').open = true;"
                                   "document.getElementById('file-number').value = '99999'")
        with self.nobody_judges():
            self.press("button", "Check")
            self.says("Checking…")
            # It asks again by itself, but for the picture.
            on = self.css("#ket-qua a").get_attribute("href")
            self.driver.execute_script("window.stop()")
            self.set_language("vi")
            self.look("waiting")
        self.driver.get(on)
        self.says("VALID")
        self.assertEqual(self.verdict(), "VALID")
        self.says("The number and book you typed are not those of this file")
        # Before everything that is good about the file.
        self.assertLess(self.text().index("The number and book you typed"), self.text().index("Who signed, when"))
        self.look("other-number")
        self.set_language("en")
        self.find("link", re.compile("^Download the result sheet"))

    @contextlib.contextmanager
    def nobody_judges(self):
        """While inside, every file is one that takes long."""
        halted = self.workers()
        self.assertTrue(halted)
        try:
            for one in halted:
                os.kill(one, signal.SIGSTOP)
            yield
        finally:
            for one in halted:
                os.kill(one, signal.SIGCONT)

    def test_V16_who_waits_without_scripts_waits_in_the_language_of_the_form(self):
        self.without_scripts()
        for lang, button, said, word in (("vi", "Kiểm tra", "Đang kiểm tra…", "HỢP LỆ"), ("en", "Check", "Checking…", "VALID")):
            self.open("/")
            self.set_language(lang)
            self.give_file_field(made["held"]["path"])
            with self.nobody_judges():
                self.press("button", button)
                self.says(said)
                self.assertEqual(self.driver.find_element("tag name", "html").get_attribute("lang"), lang)
            self.says(word)
            self.assertEqual(self.css("#ket-luan").text.strip(), word)
        # And so is whatever cannot be read or is missing.
        self.expect_problem(400)
        for lang, button, said in (("vi", "Kiểm tra", "Chưa có tệp PDF nào để kiểm tra."), ("en", "Check", "There is no PDF file to check yet.")):
            self.open("/")
            self.set_language(lang)
            self.cdp("Runtime.evaluate", expression="document.getElementById('file').required = false")
            self.press("button", button)
            self.says(said)

    def without_scripts(self):
        self.cdp("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(self.cdp, "Emulation.setScriptExecutionDisabled", value=False)

    def test_an_altered_file_is_invalid_and_says_what_to_do(self):
        self.check("altered")
        self.assertEqual(self.verdict(), "KHÔNG HỢP LỆ")
        self.says("Từ chối tiếp nhận")
        self.look("altered")
        self.axe()

    def test_V10_where_it_differs_is_marked_on_the_visitors_own_pages(self):
        self.open("/")
        self.give_file_field(made["cancelled"]["path"])
        self.driver.execute_script("document.querySelector('#check details').open = true;"
                                   "document.getElementById('file-code').value = arguments[0]", made["held"]["code"])
        self.press("button", "Kiểm tra")
        self.answered()
        self.assertNotEqual(self.verdict(), "HỢP LỆ")
        self.says("chỗ khác bản lưu được khoanh")
        # Of the original there is nothing to see: its number stands in the register's part alone.
        wide = self.driver.execute_script("const i = document.querySelector('.marked img'); return i.naturalWidth / i.naturalHeight")
        self.assertLess(wide, 1, "one page, and not two beside each other")
        self.look("differs")
        self.axe()

    def test_what_was_added_afterwards_is_not_overlooked(self):
        self.check("added")
        self.assertNotEqual(self.verdict(), "HỢP LỆ")
        self.look("added")
        self.axe()

    def test_V05_a_signer_whom_nobody_here_vouches_for_decides_nothing(self):
        self.check("stranger")
        self.assertNotEqual(self.verdict(), "HỢP LỆ")
        self.look("stranger")
        self.axe()

    def test_a_file_that_is_broken_is_told_with_what_to_do(self):
        self.expect_problem(400, 422)
        self.check("broken")
        self.assertNotEqual(self.verdict(), "HỢP LỆ")
        self.css(".what-to-do")
        self.look("broken")
        self.axe()

    def test_that_it_is_being_sent_is_seen_and_heard(self):
        self.open("/")
        self.give_file_field(made["held"]["path"])
        self.driver.execute_script("document.getElementById('check').addEventListener('submit', e => e.preventDefault())")
        self.press("button", "Kiểm tra")
        self.says("Đang gửi tệp và kiểm tra")
        self.assertIn("Đang gửi tệp", self.find("status").text)
        self.driver.execute_script("document.body.removeAttribute('aria-busy')")  # it stays so
        self.look("sending")
        self.axe()

    def test_a_file_without_a_signature(self):
        self.check("unsigned")
        self.assertEqual(self.verdict(), "KHÔNG CÓ CHỮ KÝ SỐ")
        self.look("unsigned")
        self.axe()

    def test_V12_a_cancelled_copy_is_refused_by_its_decision(self):
        self.check("cancelled")
        self.assertEqual(self.verdict(), "KHÔNG HỢP LỆ")
        self.says("07/QĐ-UBND")
        self.look("cancelled")
        self.axe()

    def test_markup_in_a_files_name_is_shown_and_not_done(self):
        self.check("<img src=x onerror=alert(1)>")
        self.says("onerror=alert(1)")
        self.assertFalse(self.driver.execute_script("return document.querySelector('main img')"))

    def test_what_is_no_pdf_is_told_before_it_is_sent(self):
        path = self.world.folder / "thu.docx"
        path.write_bytes(b"PK")
        self.open("/")
        self.give_file_field(path)
        self.says("Chỉ kiểm tra được tệp PDF")
        self.look("not-pdf")
        self.axe(english=False)

    def test_number_and_book_beside_a_file_are_compared_with_the_register(self):
        for number, told in ((made["held"]["number"], False), ("99999", True)):
            self.open("/")
            self.give_file_field(made["held"]["path"])
            self.driver.execute_script("document.querySelector('#check details').open = true")
            self.driver.execute_script("document.getElementById('file-number').value = arguments[0]", number)
            self.press("button", "Kiểm tra")
            self.answered()
            self.assertEqual("không phải số, quyển số của tệp này" in self.text(), told, number)

    # A code, a hash, a number.
    def test_R17_the_address_of_the_code_opens_the_answer_without_names(self):
        self.open(f"/kiem-tra?ma={made['held']['code']}")
        self.assertEqual(self.verdict(), "CÓ TRONG SỔ")
        self.says(made["held"]["number"])
        self.says("hãy so với bản bạn đang cầm".capitalize())
        for name in ("Nguyễn Thị Ánh", "Nguyễn Văn Ảnh", "Trần Văn Đức"):
            self.assertNotIn(name, self.text())
        self.look("code")
        self.axe()
        self.open(f"/kiem-tra?ma={made['cancelled']['code']}")
        self.assertEqual(self.verdict(), "ĐÃ BỊ HỦY BỎ")
        self.look("code-cancelled")
        self.axe()

    def test_a_code_of_what_is_not_released_yet(self):
        code = made["pending"]["code"]
        self.open(f"/kiem-tra?ma={code}")
        self.assertNotEqual(self.verdict(), "CÓ TRONG SỔ")
        self.css(".what-to-do")
        self.look("code-pending")
        self.axe()

    def test_a_code_is_typed_as_people_type(self):
        code = made["held"]["code"]
        self.open("/")
        self.type_in(re.compile("^Mã tra cứu, hoặc"), f"{code[:4]} {code[4:8]}-{code[8:12]}-{code[12:]}".lower())
        self.key("Enter")
        self.answered()
        self.assertEqual(self.verdict(), "CÓ TRONG SỔ")

    def test_V15_a_number_alone_opens_nothing(self):
        self.expect_problem(400)
        self.open(f"/kiem-tra?so={made['held']['number']}&quyen={urllib.parse.quote(made['held']['book'])}")
        self.says("không đủ để tra cứu")
        self.assertNotIn("Ủy ban nhân dân", self.text())
        self.look("number-alone")
        self.axe()

    def test_V15_a_number_beside_a_code_must_be_its_own(self):
        for number, found in ((made["held"]["number"], "CÓ TRONG SỔ"), ("99999", "KHÔNG TÌM THẤY")):
            self.open(f"/kiem-tra?ma={made['held']['code']}&so={number}")
            self.assertEqual(self.verdict(), found)

    def test_an_unknown_code_and_one_that_is_none(self):
        self.open("/kiem-tra?ma=0000000000000000")
        self.assertEqual(self.verdict(), "KHÔNG TÌM THẤY")
        self.look("unknown")
        self.axe()
        self.expect_problem(400)
        self.open("/kiem-tra?ma=%3Cscript%3Ealert(1)%3C/script%3E")
        self.says("Mã chưa đúng")
        self.assertNotIn("alert(1)", self.driver.page_source)
        self.look("no-code")
        self.axe()

    def test_V14_a_hash_is_computed_here_and_the_file_stays_here(self):
        self.open("/")
        self.give_file_field(made["held"]["path"])
        self.press("button", re.compile("mã băm"))
        self.answered()
        self.assertIn(digest(made["held"]["octets"]), self.driver.current_url)
        self.assertEqual(self.verdict(), "KHỚP VỚI BẢN LƯU")
        self.look("hash")
        self.axe()

    def test_an_address_that_is_none_is_told_as_a_page(self):
        self.expect_problem(404)
        self.open("/khong-co")
        self.says("Không có trang này")
        self.look("not-found")
        self.axe()

    # Circumstances.
    def test_it_begins_with_one_question_on_every_screen_in_both_languages(self):
        self.open("/")
        self.look("begin")
        self.axe()
        for one in self.driver.find_elements("css selector", "details.more-fields summary"):
            one.click()
        self.look("begin-fields")
        self.axe()
        self.set_language("en")
        self.says("Is this document genuine?")
        self.driver.refresh()
        self.says("Is this document genuine?")

    def test_dark_and_high_contrast_show_the_verdict(self):
        self.check("altered")
        for features in ({"prefers_color_scheme": "dark"}, {"forced_colors": "active"}):
            self.media(**features)
            self.axe()

    def test_it_is_used_by_keyboard_alone(self):
        self.open("/")
        with self.keyboard_only():
            self.type_in(re.compile("^Mã tra cứu, hoặc"), made["held"]["code"])
            self.press("button", "Tra cứu")
        self.answered()
        self.assertEqual(self.verdict(), "CÓ TRONG SỔ")
        # The file itself, whose button nobody sees but everybody reaches.
        self.open("/")
        self.tab_to_file()
        self.give_file_field(made["held"]["path"])
        self.says("held.pdf")
        with self.keyboard_only():
            self.press("button", "Kiểm tra")
        self.answered()
        self.assertEqual(self.verdict(), "HỢP LỆ")

    def tab_to_file(self):
        for _ in range(12):
            if self.focused().get_attribute("id") == "file":
                break
            self.key("Tab")
        self.assertEqual(self.focused().get_attribute("id"), "file")
        self.assertNotEqual(self.driver.execute_script("return getComputedStyle(document.getElementById('drop')).outlineStyle"), "none")

    def test_V16_it_works_without_scripts(self):
        self.without_scripts()
        self.open("/")
        self.look("without-scripts-begin")
        from selenium.webdriver.common.by import By
        self.give_file_field(made["held"]["path"])
        self.driver.find_element(By.CSS_SELECTOR, "#check button[type=submit]").click()
        self.assertEqual(self.css("#ket-luan").text.strip(), "HỢP LỆ")
        self.look("without-scripts-valid")
        self.click("label[for=lang-en]")
        self.assertEqual(self.css("#ket-luan").text.strip(), "VALID")

    def test_a_slow_network_is_told_and_the_page_is_light(self):
        self.cdp("Network.enable")
        self.cdp("Network.clearBrowserCache")
        self.cdp("Network.emulateNetworkConditions", offline=False, latency=300, downloadThroughput=50_000,
                 uploadThroughput=50_000)
        self.addCleanup(self.cdp, "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1,
                        uploadThroughput=-1)
        begun = time.monotonic()
        self.open("/")
        self.find("heading", "Văn bản này có thật không?")
        self.assertLess(time.monotonic() - begun, PATIENCE)
        octets = self.driver.execute_script(
            "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".reduce((sum, one) => sum + one.transferSize, 0)")
        self.assertGreater(octets, 2_000)
        self.assertLess(octets, MOST_OCTETS)
        print(f"code of the check page: {octets} octets")
        self.give_file_field(made["held"]["path"])
        # The driver waits for the answer: what stood there until then is looked up afterwards.
        self.driver.execute_script("addEventListener('pagehide', () => sessionStorage.setItem('said',"
                                   " document.getElementById('busy').innerText))")
        self.press("button", "Kiểm tra")
        self.answered()
        self.assertIn("Đang gửi tệp và kiểm tra", self.driver.execute_script("return sessionStorage.getItem('said')"))
        self.assertEqual(self.verdict(), "HỢP LỆ")


class Heads(PageTest):
    """What the pages say before they are shown, asked for without a browser."""

    def ask(self, path, method="GET", body=None, **headers):
        return self.office.sent(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})

    def test_nobody_may_frame_them_or_run_anything_of_theirs(self):
        for path in ("/", "/kiem-tra", "/app/", "/web/js/core/main.js", "/khong-co"):
            status, headers, _ = self.ask(path, Accept="text/html")
            policy = headers["Content-Security-Policy"]
            self.assertIn("frame-ancestors 'none'", policy, path)
            self.assertNotIn("unsafe", policy, path)
            self.assertIn("default-src 'none'", policy, path)
            self.assertEqual(headers["X-Frame-Options"], "DENY", path)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff", path)
            self.assertEqual(headers["Referrer-Policy"], "no-referrer", path)
            self.assertEqual(headers["Cross-Origin-Opener-Policy"], "same-origin", path)
            self.assertIn("camera=(self)", headers["Permissions-Policy"], path)
            self.assertEqual(status, 404 if path == "/khong-co" else 200, path)

    def test_a_file_has_its_type_and_is_sent_once(self):
        status, headers, octets = self.ask("/web/css/antin.css")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/css; charset=utf-8"))
        again, packed_headers, packed = self.ask("/web/css/antin.css", Accept_Encoding="gzip")
        self.assertEqual((again, packed_headers["Content-Encoding"]), (200, "gzip"))
        self.assertLess(len(packed), len(octets) / 2)
        self.assertEqual(self.ask("/web/css/antin.css", If_None_Match=headers["ETag"])[0], 304)
        self.assertEqual(self.ask("/web/css/antin.css", If_None_Match='"other"')[0], 200)
        head = self.ask("/web/css/antin.css", "HEAD")
        self.assertEqual((head[0], head[2], head[1]["Content-Length"]), (200, b"", str(len(octets))))
        for none in ("/web/staff.html", "/web/../antin.toml", "/web/css", "/web/package.json", "/app/x"):
            self.assertEqual(self.ask(none)[0], 404, none)

    def test_programs_are_told_as_programs(self):
        status, headers, octets = self.ask("/khong-co", Accept="application/json")
        self.assertEqual((status, headers["Content-Type"]), (404, "application/problem+json"))
        self.assertEqual(json.loads(octets)["code"], "http.not_found")
        self.assertEqual(self.ask("/api/v1/none", Accept="text/html")[1]["Content-Type"], "application/problem+json")

    def test_what_a_browser_refuses_is_counted(self):
        def count():
            text = self.ask("/metrics")[2].decode()
            found = re.search(r"^antin_csp_reports_total(?:\{\})? (\d+)", text, re.M)
            return int(found[1]) if found else 0
        before = count()
        self.driver.get(self.base + "/")
        self.driver.execute_script("document.body.setAttribute('style', 'color: red');")
        self.wait_for(lambda: count() > before, "no report comes")
        self.unheard.append(re.compile("Content Security Policy"))
        status, _, _ = self.ask("/api/v1/csp-reports", "POST", b"{" * 17_000, Content_Type="application/csp-report")
        self.assertEqual(status, 413)
        self.assertEqual(self.ask("/api/v1/csp-reports", "POST", b"[[", Content_Type="application/csp-report")[0], 204)


if __name__ == "__main__":
    main("check")
