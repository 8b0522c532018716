#!/usr/bin/env python3
"""Copies from the original register and office copies, from the request to whoever receives them,
over HTTP with the real service, worker, key holder and tokens on this machine.

    copies_test.py BUILD [unittest options]
"""
import csv
import io
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
sys.path.insert(0, str(ROOT / "tests" / "integration" / "e2e"))
import casework_test as desk  # noqa: E402
from casework_test import NOTICE, SCAN, SEALER, SIGNER, UNIT, ask  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from world import World, quietly  # noqa: E402

LOOKUP = "https://tra-cuu.example.vn/?code="
FIELDS = {"ho_ten": "Đặng Thị Quỳnh Giao", "ngay_sinh": "1996-02-09", "gioi_tinh": "Nữ", "dan_toc": "Kinh",
          "noi_sinh": "Trạm y tế xã Quỳnh Diễn", "nam_sinh_me": "1970", "ghi_chu": "Không"}
ASKING = {"requester": "Đặng Thị Quỳnh Giao", "requester_class": "nguoi_duoc_cap"}
OFFICER = {"signer": "pham.thi.anh"}
world = None


class Desk(desk.Desk):
    numbers = iter(range(100, 1000))

    def entry(self, status=201, unit=UNIT, key=None, **other):
        entry = {"book": "Sổ đăng ký khai sinh năm 1996", "number": str(next(self.numbers)), "day": "1996-02-20",
                 "fields": FIELDS, **other}
        answer = ask("POST", "/api/v1/origins", {"unit": unit, "register": "khai_sinh", "entries": [entry]}, key=key)
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body["entries"][0] if status < 300 else answer.body

    def begun(self, product, **facts):
        answer = ask("POST", "/api/v1/cases", {"product": product, "unit": UNIT, "facts": facts})
        self.assertEqual(answer.status, 201, answer.octets)
        return answer.body

    def composed(self, once, **facts):
        case = self.step(self.begun("from_register_copy", **ASKING), "find", {"entry": self.entry()["id"]})
        return self.step(case, "compose", facts or None, once=once)

    def words(self, octets, *options):
        path = world.folder / "words.pdf"
        path.write_bytes(octets)
        return quietly("pdftotext", *options, path, "-").decode()

    def finished(self, case):
        """Sealed, entered and given out."""
        case = self.settled(self.step(case, "seal", SEALER, status=202))
        case = self.step(case, "register")
        return self.step(case, "release", {"delivery": "anh@example.vn"})

    def lined(self, form="SAO Y", file=SCAN, **facts):
        case = self.begun("office_copy", form=form, source="Quyết định số 12/QĐ-UBND ngày 02/03/2026", **facts)
        return self.step(self.step(case, "capture", file=file), "line")

    def state(self, octets):
        return ask("GET", f"/api/v1/register?sha256={self.sha256(octets)}").body["state"]


class FromTheRegister(Desk):
    def test_R01_from_the_request_to_the_citizen(self):
        entry = self.entry()
        found = ask("GET", f"/api/v1/origins?holder=dang%20thi%20quynh%20giao&number={entry['number']}").body["entries"]
        self.assertEqual([e["id"] for e in found], [entry["id"]])
        case = self.begun("from_register_copy", **ASKING)
        self.assertEqual(case["next"][0]["missing"][0]["need"], "source")
        case = self.step(case, "find", {"entry": entry["id"]})
        self.assertEqual((case["state"], case["facts"]["paper"]), ("found", "Giấy khai sinh"))
        case = self.step(case, "compose", OFFICER, once="ban-sao-so-goc-1")
        self.assertEqual((case["state"], case["layout"]), ("composed", "ban-sao-tu-so-goc/1"))
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document"), "officer-p256"))
        case = self.settled(self.step(case, "seal", SEALER, status=202))
        copy = self.document(case, "sealed")
        case = self.step(case, "register")
        self.assertEqual(self.state(copy), "pending")
        case = self.step(case, "release", {"delivery": "anh@example.vn"})
        report = self.verified(copy)
        self.assertEqual((report["verdict"], report["register"]["state"], report["register"]["kind"]),
                         ("VALID", "released", "from_register_copy"))
        by_code = ask("GET", f"/api/v1/register?code={case['code']}").body
        self.assertEqual((by_code["state"], by_code["number"]), ("released", case["number"]))

    def test_R01_every_field_of_the_copy_is_the_registers(self):
        case = self.composed("moi-truong-thong-tin", **OFFICER)
        entry = ask("GET", f"/api/v1/origins/entries/{case['facts']['entry']}").body
        text = self.words(self.document(case, "document"), "-layout")
        for field in entry["fields"]:
            self.assertRegex(text, re.escape(field["label"]) + r":?\s+" + re.escape(field["shown"]))
        self.assertEqual({f["code"]: f["value"] for f in entry["fields"]}, FIELDS)
        for words in ("BẢN SAO", "GIẤY KHAI SINH", "ỦY BAN NHÂN DÂN XÃ", "QUỲNH DIỄN", "Quỳnh Diễn, ngày", "09/02/1996",
                      "PHÓ CHỦ TỊCH", "Phạm Thị Ngọc Ánh", f"Số: {case['number']}",
                      f"số vào sổ {entry['number']}"):
            self.assertIn(words, " ".join(text.split()))

    def test_R17_the_code_on_it_leads_to_its_entry(self):
        case = self.composed("ma-qr-tren-ban-sao")
        path = world.folder / "qr.pdf"
        path.write_bytes(self.document(case, "document"))
        quietly("pdftoppm", "-r", "200", "-png", "-singlefile", path, world.folder / "qr")
        said = quietly("zbarimg", "-q", "--raw", world.folder / "qr.png").decode().strip()
        self.assertEqual(said, LOOKUP + case["code"])

    def test_R01_the_agencys_signature_suffices(self):
        case = self.finished(self.composed("khong-can-nguoi-ky"))
        self.assertEqual(case["state"], "released")
        self.assertEqual(len(self.verified(self.document(case, "sealed"))["signatures"]), 1)

    def test_R01_nothing_but_an_entry_becomes_a_copy(self):
        case = self.begun("from_register_copy", **ASKING)
        self.assertEqual(self.step(case, "find", {"source": "theo trí nhớ"}, status=409)["code"], "case.incomplete")
        elsewhere = self.entry(unit="H40.8")
        for wrong in (elsewhere["id"], "00000000-0000-7000-8000-000000000000"):
            self.assertEqual(self.step(case, "find", {"entry": wrong}, status=404)["code"], "origin.unknown")
        case = self.step(case, "find", {"entry": self.entry()["id"]})
        refused = self.step(case, "compose", file=NOTICE, once="khong-nhan-tep-nao", status=400)
        self.assertEqual(refused["code"], "case.facts")

    def test_R01_what_was_corrected_is_not_copied(self):
        old = self.entry()
        mended = self.entry(number=old["number"], corrects=old["id"], basis="12/QĐ-UBND ngày 02/03/2026",
                            fields={**FIELDS, "dan_toc": "Thái"})
        case = self.begun("from_register_copy", **ASKING)
        refused = self.step(case, "find", {"entry": old["id"]}, status=409)
        self.assertEqual(refused["code"], "origin.corrected")
        self.assertIn("12/QĐ-UBND", refused["message"]["vi"])
        self.assertEqual(self.step(case, "find", {"entry": mended["id"]})["state"], "found")

    def test_R02_the_relatives_of_the_living_do_not_get_it(self):
        case = self.begun("from_register_copy", requester="Nguyễn Văn Bé", requester_class="con")
        refused = self.step(case, "find", {"entry": self.entry()["id"]}, status=409)
        self.assertTrue(refused["code"].startswith("office.requester"), refused)

    def test_R03_no_entry_is_answered_in_writing(self):
        case = self.begun("from_register_copy", **ASKING)
        facts = {"holder": "Lê Thị Ỷ", "paper": "Giấy khai sinh", "register": "khai_sinh",
                 "reason": "Không có thông tin trong sổ gốc", **OFFICER}
        case = self.step(case, "answer_missing", facts)
        self.assertEqual((case["state"], case["letters"][0]["letter"]), ("not_found", "no_entry"))
        text = " ".join(self.words(self.document(case, "no_entry")).split())
        for words in ("Về việc không cấp được bản sao từ sổ gốc", "Không có thông tin trong sổ gốc.", "Lê Thị Ỷ",
                      "Đặng Thị Quỳnh Giao", "Phạm Thị Ngọc Ánh"):
            self.assertIn(words, text)

    def test_R03_it_is_not_said_while_there_is_one(self):
        self.entry()
        case = self.begun("from_register_copy", **ASKING)
        facts = {"holder": "ĐẶNG THỊ QUỲNH GIAO", "paper": "Giấy khai sinh",
                 "reason": "Không có thông tin trong sổ gốc", **OFFICER}
        self.assertEqual(self.step(case, "answer_missing", facts, status=409)["code"], "origin.exists")
        self.assertEqual(self.step(case, "answer_missing", {**facts, "looked_for": "01/01/1950"})["state"], "not_found")

    def test_an_entry_is_what_the_register_has(self):
        for wrong, what in (({"fields": {**FIELDS, "colour": "đỏ"}}, "colour"), ({"fields": {}}, "Họ, chữ đệm, tên"),
                            ({"fields": {**FIELDS, "ngay_sinh": "1996-13"}}, "sinh"), ({"day": "20/02/1996"}, "day"),
                            ({"number": ""}, "number"), ({"corrects": "e-1"}, "basis")):
            refused = self.entry(status=400, **wrong)
            self.assertEqual(refused["code"], "origin.facts", wrong)
            self.assertIn(what, refused["message"]["vi"])
        one = self.entry()
        self.assertEqual(self.entry(status=409, number=one["number"], day="1996-02-21")["code"], "origin.number_taken")
        self.assertEqual(self.entry(status=200, number=one["number"])["id"], one["id"])

    def test_A01_entries_belong_to_their_unit(self):
        entry = self.entry()
        self.assertEqual(self.entry(status=403, key=world.neighbour)["code"], "http.key_unit")
        answer = ask("GET", entry["self"], key=world.neighbour)
        self.assertEqual((answer.status, answer.body["code"]), (404, "origin.unknown"))
        self.assertEqual(ask("GET", "/api/v1/origins", key=world.neighbour).body["entries"], [])
        self.assertEqual(self.entry(status=403, key=world.inspector)["code"], "http.forbidden")
        kinds = ask("GET", "/api/v1/origins/kinds").body["registers"]
        self.assertIn("khai_sinh", [k["code"] for k in kinds])


class OfficeCopies(Desk):
    LINE = r"^ *(?:{}); (\d\d/\d\d/\d{{4}}); (\d\d:\d\d:\d\d) \+07:00$"

    def shown(self, octets, line):
        """The time that a line says is the signature's own (R-04: tolerance 0 s)."""
        found = re.search(self.LINE.format(line), self.words(octets, "-layout"), re.M)
        self.assertIsNotNone(found, self.words(octets, "-layout"))
        day, month, year = found[1].split("/")
        stamp = re.findall(rb"/M ?\(D:(\d{14})\+07'00'?\)", octets)[-1].decode()
        self.assertEqual(stamp, year + month + day + found[2].replace(":", ""))

    def test_R04_from_a_scan_to_whoever_receives_it(self):
        case = self.finished(self.lined())
        copy = self.document(case, "sealed")
        self.shown(copy, "SAO Y; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN")
        report = self.verified(copy)
        self.assertEqual((report["verdict"], report["register"]["state"], report["register"]["kind"]),
                         ("VALID", "released", "sao_y"))
        self.assertEqual(len(report["signatures"]), 1)
        self.assertEqual(ask("GET", f"/api/v1/register?code={case['code']}").body["state"], "released")
        self.assertNotIn("number", case)

    def test_R04_the_time_after_iso_8601_where_it_is_asked_for(self):
        case = self.begun("office_copy", form="SAO Y", source="Quyết định số 12", time_form="iso")
        case = self.step(self.step(case, "capture", file=SCAN), "line")
        case = self.settled(self.step(case, "seal", SEALER, status=202))
        self.assertRegex(self.words(self.document(case, "sealed")),
                         r"SAO Y; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN; \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00")

    def test_R05_what_is_signed_is_forwarded_and_not_copied(self):
        for form, more in (("SAO Y", {}), ("SAO LỤC", {"answers": {"is_sao_y": "yes"}})):
            case = self.begun("office_copy", form=form, source="Quyết định số 12", **more)
            refused = self.step(case, "capture", file=self.signed(NOTICE), status=409)
            self.assertTrue(refused["code"].endswith("copy_of_electronic"), refused)

    def test_R05_a_sao_luc_is_made_of_a_sao_y(self):
        case = self.begun("office_copy", form="SAO LỤC", source="Bản sao y số 3")
        self.assertEqual(self.step(case, "capture", file=SCAN, status=409)["code"], "office.check_unanswered")
        refused = self.step(case, "capture", {"answers": {"is_sao_y": "no"}}, file=SCAN, status=409)
        self.assertTrue(refused["code"].endswith("copy_not_of_sao_y"), refused)
        case = self.step(case, "capture", {"answers": {"is_sao_y": "yes"}}, file=SCAN)
        case = self.settled(self.step(self.step(case, "line"), "seal", SEALER, status=202))
        self.shown(self.document(case, "sealed"), "SAO LỤC; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN")

    def kept(self, octets, **facts):
        path = "/api/v1/originals"
        boundary = b"----kept"
        parts = [(f'name="{name}"', value.encode()) for name, value in facts.items()]
        parts.append(('name="file"; filename="a.pdf"', octets))
        body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary, head.encode(), value)
                        for head, value in parts) + b"--%s--\r\n" % boundary
        answer = desk.sent("POST", path, body, {"Authorization": f"Bearer {world.clerk}", "Content-Type":
                           f"multipart/form-data; boundary={boundary.decode()}"})
        self.assertIn(answer.status, (200, 201), answer.octets)
        return answer.body

    def test_R05_an_extract_of_an_electronic_original_that_is_kept(self):
        original = self.kept(self.signed(NOTICE))
        case = self.begun("office_copy", form="SAO Y", source="Thông báo số 5", original=original["id"])
        refused = self.step(case, "capture", status=409)
        self.assertTrue(refused["code"].endswith("copy_of_electronic"), refused)
        case = self.begun("office_copy", form="TRÍCH SAO", source="Thông báo số 5", original=original["id"])
        refused = self.step(case, "capture", file=self.signed(NOTICE), status=409)
        self.assertEqual(refused["code"], "seal.signature_unwanted")
        case = self.step(self.step(case, "capture", file=NOTICE), "line")
        case = self.finished(case)
        self.shown(self.document(case, "sealed"), "TRÍCH SAO; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN")

    def test_R05_nothing_is_copied_of_what_was_cancelled(self):
        case = self.finished(self.lined())
        case = self.step(case, "cancel", {"decision": "15/QĐ-UBND", "decision_date": "2026-11-20"})
        other = self.begun("office_copy", form="TRÍCH SAO", source="Bản sao y", original=case["original"])
        refused = self.step(other, "capture", file=NOTICE, status=409)
        self.assertEqual(refused["code"], "case.source_state")
        self.assertIn("15/QĐ-UBND", refused["message"]["vi"])

    def test_R07_an_appendix_says_whose_it_is(self):
        case = self.step(self.begun("office_copy", form="PHỤ LỤC", source="Phụ lục I"), "capture", file=NOTICE)
        self.assertEqual(self.step(case, "line", status=400)["code"], "case.facts")
        case = self.finished(self.step(case, "line", {"symbol": "12/2026/QĐ-UBND"}))
        copy = self.document(case, "sealed")
        self.shown(copy, "Số: 12/2026/QĐ-UBND")
        self.assertEqual(self.verified(copy)["register"]["kind"], "result")

    def test_R06_a_scan_that_is_no_scan_is_refused(self):
        case = self.begun("office_copy", form="SAO Y", source="Quyết định số 12")
        self.assertEqual(self.step(case, "capture", file=NOTICE, status=409)["code"], "case.incomplete")

    def test_R10_nobody_signs_an_office_copy_as_a_person(self):
        refused = self.step(self.lined(), "officer_sign", status=409)
        self.assertEqual(refused["code"], "case.wrong_order")


class Letters(Desk):
    def letter(self, case, letter, facts, status=201):
        answer = ask("POST", case["self"] + "/letters", {"letter": letter, "version": case["version"], "facts": facts})
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def certified(self, **facts):
        return self.begun("certified_copy", **{"requester": "Trần Văn Bé", "paper": "Bằng tốt nghiệp",
                                               "paper_type": "bang_tot_nghiep", "pages": 3, **facts})

    def test_C05_a_refusal_quotes_its_ground(self):
        case = self.step(self.certified(), "refuse", {"ground": 2})
        case = self.letter(case, "refusal", {**SIGNER, "explanation": "Mực nhòe ở trang 2."})
        text = " ".join(self.words(self.document(case, "refusal")).split())
        for words in ("Bản chính bị hư hỏng, cũ nát, không xác định được nội dung.", "Mực nhòe ở trang 2.",
                      "NGƯỜI NHẬN", "Nguyễn Văn Ảnh", "Quỳnh Diễn, ngày"):
            self.assertIn(words, text)

    def test_C15_an_appointment_names_hour_and_day(self):
        case = self.certified(receiver="Hồ Thị Lan", extension_days=1, extension_reason="nhiều trang")
        self.assertTrue(case["deadline"]["appointment"])
        written = self.letter(case, "appointment", {})
        text = " ".join(self.words(self.document(written, "appointment")).split())
        for words in ("Thời gian trả kết quả: " + case["deadline"]["text"], "nhiều trang", "Hồ Thị Lan",
                      "Trả kết quả chứng thực bản sao từ bản chính"):
            self.assertIn(words, text)

    def test_C15_a_longer_time_limit_has_a_reason(self):
        case = self.certified()
        refused = self.step(case, "withdraw", {"extension_days": 5, "extension_reason": "nhiều", "reason": "x"},
                            status=409)
        self.assertEqual(refused["code"], "office.extension_agreement")

    def test_a_letter_has_its_time(self):
        case = self.certified()
        refused = self.letter(case, "refusal", SIGNER, status=409)
        self.assertEqual(refused["code"], "case.letter_not_now")
        self.assertEqual([one["letter"] for one in case["letters"]], ["appointment"])
        case = self.step(case, "refuse", {"ground": 2})
        refused = self.letter(case, "refusal", {"signer": "le.thi.thu"}, status=403)
        self.assertEqual(refused["code"], "office.not_authorised")

    def test_C16_C20_A09_a_case_says_fee_notices_and_its_law(self):
        case = self.certified(copies=2, paper_type="giay_phep_lai_xe")
        self.assertEqual((case["fee"]["per_copy"], case["fee"]["total"]), (5000, 10000))
        self.assertTrue(any("VNeID" in one["message"]["vi"] for one in case["notices"]), case["notices"])
        self.assertIn("fees-2017", case["legal"]["version"])
        self.assertIn("226/2016/TT-BTC",
                      [one["basis"] for one in case["legal"]["lists"] if one["topic"] == "fees"][0])


class Altered(Desk):
    """Each gets the right answer and sentence: altered by one digit, re-saved, foreign seal, no entry, cancelled."""

    def copies(self):
        yield self.finished(self.composed("ban-sao-bi-sua-1"))
        yield self.finished(self.lined())

    def test_V10_what_became_of_a_copy_is_told(self):
        for case in self.copies():
            copy = self.document(case, "sealed")
            with self.subTest(product=case["product"]):
                self.assertEqual(self.verified(copy)["verdict"], "VALID")
                at = copy.index(b"stream") + 40
                altered = copy[:at] + bytes([copy[at] ^ 1]) + copy[at + 1:]
                self.assertEqual(self.verified(altered)["verdict"], "INVALID")
                self.assertEqual(self.state(altered), "not_found")
                path, saved = world.folder / "copy.pdf", world.folder / "saved.pdf"
                path.write_bytes(copy)
                subprocess.run(["qpdf", "--object-streams=generate", path, saved], check=False, capture_output=True)
                report = self.verified(saved.read_bytes())
                self.assertNotEqual(report["verdict"], "VALID")
                self.step(case, "cancel", {"decision": "16/QĐ-UBND", "decision_date": "2026-11-20"})
                report = self.verified(copy)
                self.assertEqual(report["register"]["state"], "cancelled")
                self.assertNotEqual(report["verdict"], "VALID")
                told = [f["message"]["vi"] for f in report["findings"] if f["code"] == "register.cancelled"]
                self.assertEqual(told, ["Bản sao điện tử đã bị hủy bỏ giá trị pháp lý theo Quyết định số 16/QĐ-UBND "
                                        "ngày 20/11/2026."])

    def test_V10_a_foreign_seal_and_a_copy_without_an_entry(self):
        for case in (self.composed("dau-cua-noi-khac-1"), self.lined()):
            with self.subTest(product=case["product"]):
                # Signed with somebody's key outside: valid by itself, and in nobody's book.
                foreign = self.signed(self.document(case, "document"), "officer-p256")
                self.assertIsNone(self.verified(foreign)["register"])
                self.assertEqual(self.state(foreign), "not_found")
                sealed = self.settled(self.step(case, "seal", SEALER, status=202))
                # Sealed, but not entered: the register does not know it.
                self.assertEqual(self.state(self.document(sealed, "sealed")), "not_found")

    def test_C18_what_was_cancelled_is_published(self):
        case = self.finished(self.composed("ban-sao-bi-huy-01"))
        self.step(case, "cancel", {"decision": "17/QĐ-UBND", "decision_date": "2026-11-21", "decided_by": "Chủ tịch"})
        listed = ask("GET", f"/api/v1/register/cancelled?unit={UNIT}&from=2026-11-21&to=2026-11-21").body["cancelled"]
        mine = [one for one in listed if one["decision"]["number"] == "17/QĐ-UBND"]
        self.assertEqual([(one["number"], one["kind"]) for one in mine], [(case["number"], "from_register_copy")])
        self.assertNotIn(ASKING["requester"], str(listed))
        self.assertNotIn(case["code"], str(listed))
        answer = ask("GET", "/api/v1/register/cancelled?format=csv")
        self.assertTrue(answer.octets.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.DictReader(io.StringIO(answer.octets.decode("utf-8-sig"))))
        self.assertIn("17/QĐ-UBND", [row["Quyết định hủy bỏ"] for row in rows])
        for query in ("unit=", "from=2026-13-01", "limit=0", "limit=1001", "format=xml", "colour=red"):
            self.assertEqual(ask("GET", f"/api/v1/register/cancelled?{query}").status, 400, query)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    world = desk.world = World(build / "tests" / "world-copies", build, "--all-algorithms")
    units, office = furnish(world)
    with world.service(verify=units, more=office + f'lookup = "{LOOKUP}"\n', scopes=EVERYTHING) as desk.base:
        world.clerk = world.api_key
        world.inspector = world.add_key("inspector", "cases")
        world.neighbour = world.add_key("neighbour", EVERYTHING, "--unit", "H40.8")
        unittest.main()
