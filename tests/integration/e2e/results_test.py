#!/usr/bin/env python3
"""Results of procedures from the ministry's system to recall and replacement over HTTP, with the real
service, worker, key holder and tokens on this machine.

    results_test.py BUILD [unittest options]
"""
import concurrent.futures
import pathlib
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
sys.path.insert(0, str(ROOT / "tests" / "integration" / "e2e"))
import casework_test as desk  # noqa: E402
from casework_test import SEALER, UNIT, ask  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from pdf_properties import properties  # noqa: E402
from world import World, quietly  # noqa: E402

# In this order: who prepared it, then who has the authority.
SIGNERS = {"signer": "pham.thi.anh", "capacity": "PHÓ CHỦ TỊCH", "signers": ["nguyen.van.anh", "pham.thi.anh"]}
FACTS = {"requester": "Nguyễn Thị Ánh", "requester_id": "040198000001", "paper": "Quyết định hỗ trợ",
         "paper_type": "QDHT", "procedure": "1.001234", "symbol": "QĐ-UBND"}
world = None


def letter(words):
    """A decision of one page; no two have the same words."""
    line = f"BT /F 13 Tf 72 700 Td (Muc ho tro: 1200000 dong. {words}) Tj ET".encode("ascii", "replace")
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               b" /Resources << /Font << /F 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(line), line),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (out + b"xref\n0 6\n0000000000 65535 f \n" + table
            + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out))


class Results(desk.Desk):
    count = 0

    @classmethod
    def fresh(cls):
        Results.count += 1
        return f"H40.7-261123-{Results.count:04}", f"gui-ket-qua-{Results.count:06}"

    def submit(self, dossier, once, file=None, status=201, key=None, **members):
        answer = ask("POST", "/api/v1/cases", {"product": "result", "unit": UNIT, "dossier": dossier,
                                               "facts": FACTS, **members},
                     file=file or letter(dossier), once=once, key=key or world.ministry)
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def numbered(self, signers=None, **members):
        dossier, once = self.fresh()
        case = self.submit(members.pop("dossier", dossier), once, **members)
        return self.step(case, "number", signers or SIGNERS, once=f"so-{once}", key=world.ministry)

    def signed_by_both(self, case):
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")))
        return self.step(case, "officer_sign",
                         file=self.signed(self.document(case, "officer_signed"), "officer-p256"))

    def registered(self, **members):
        case = self.signed_by_both(self.numbered(**members))
        case = self.settled(self.step(case, "seal", SEALER, status=202))
        self.assertEqual(case["state"], "seal_signed")
        return self.step(case, "register")

    def released(self, **members):
        return self.step(self.registered(**members), "release", key=world.ministry)

    def fetched(self, case, of="sealed"):
        return ask("GET", f"{case['self']}/document?of={of}", key=world.ministry)

    def metadata(self, case, key=None):
        return ask("GET", f"{case['self']}/metadata", key=key or world.ministry)

    def recalled(self, case):
        return self.step(case, "recall", {"decision": "99/QĐ-UBND", "decision_date": "2026-11-23"})

    def test_R10_R13_from_the_ministrys_system_and_back_to_it(self):
        case = self.numbered()
        self.assertEqual(case["result"]["code"], case["dossier"] + "-KQ(1)")
        self.assertRegex(case["number"], r"^[0-9]{2,}/QĐ-UBND$")
        self.assertEqual(case["result"]["paper_code"], f"040198000001.QDHT.{case['number']}.01")
        # both stand on it before anybody signs, and nothing of what was sent is touched.
        document = self.document(case, "document")
        self.assertTrue(document.startswith(self.document(case, "submitted")))
        path = world.folder / "numbered.pdf"
        path.write_bytes(document)
        text = quietly("pdftotext", "-layout", path, "-").decode()
        self.assertIn(f"Số: {case['number']}", text)
        self.assertIn(f"Mã kết quả: {case['result']['code']}", text)
        # One has signed: the seal waits for the other, who is named.
        half = self.step(case, "officer_sign", file=self.signed(document))
        self.assertEqual([s["signed"] for s in half["signers"]], [True, False])
        refused = self.step(half, "seal", SEALER, status=409)
        self.assertEqual([f["need"] for f in refused["missing"]["facts"]], ["officer_signature"])
        whole = self.step(half, "officer_sign",
                          file=self.signed(self.document(half, "officer_signed"), "officer-p256"))
        self.assertEqual([s["signed"] for s in whole["signers"]], [True, True])
        sealed = self.settled(self.step(whole, "seal", SEALER, status=202))
        self.assertEqual(self.fetched(sealed).body["code"], "result.not_released")
        entered = self.step(sealed, "register")
        self.assertEqual((self.fetched(entered).status, self.metadata(entered).status), (409, 409))
        done = self.step(entered, "release", key=world.ministry)
        # The same octets for everybody, every time.
        octets = self.fetched(done)
        self.assertEqual((octets.status, self.sha256(octets.octets)), (200, octets.headers["ETag"].strip('"')))
        self.assertEqual(octets.octets, self.document(done, "sealed"))
        self.assertEqual(octets.octets, self.fetched(done).octets)
        told = self.metadata(done).body
        self.assertEqual((told["MaKetQua"], told["SoKyHieu"], told["TrangThai"], told["MucDoTinCay"]),
                         (case["result"]["code"], case["number"], "con_hieu_luc", "01"))
        self.assertEqual(told["TepDinhKem"]["SHA256"], self.sha256(octets.octets))
        self.assertEqual(told["NguoiKy"], "PHÓ CHỦ TỊCH Phạm Thị Ngọc Ánh")
        report = self.verified(octets.octets)
        self.assertEqual((report["verdict"], report["register"]["state"]), ("VALID", "released"))
        # what the QR code holds finds it.
        found = ask("GET", f"/api/v1/register?code={case['result']['public_code']}").body
        self.assertEqual((found["state"], found["number"]), ("released", case["number"]))

    def test_R13_the_code_stands_in_info_and_xmp_before_the_first_signature(self):
        case = self.numbered()
        result = case["result"]
        expected = {"MaKetQua": result["code"], "Ma": result["paper_code"]}
        document = self.document(case, "document")
        self.assertEqual(properties(document), (expected, expected))
        # In one revision with number and QR code, and what was sent says nothing of the kind.
        self.assertEqual(document.count(b"%%EOF"), self.document(case, "submitted").count(b"%%EOF") + 1)
        self.assertEqual(properties(self.document(case, "submitted")), ({}, {}))
        case = self.settled(self.step(self.signed_by_both(case), "seal", SEALER, status=202))
        case = self.step(self.step(case, "register"), "release", key=world.ministry)
        octets = self.fetched(case).octets
        # Each signature covers them: what was signed stays octet for octet.
        self.assertTrue(octets.startswith(self.document(case, "officer_signed")))
        self.assertTrue(self.document(case, "officer_signed").startswith(document))
        self.assertEqual(properties(octets), (expected, expected))
        self.assertEqual(self.verified(octets)["verdict"], "VALID")
        # A paper without its holder's number has no code of R-15, and says none.
        plain = {name: value for name, value in FACTS.items() if name != "requester_id"}
        other = self.numbered(facts=plain)
        self.assertEqual(properties(self.document(other, "document")),
                         ({"MaKetQua": other["result"]["code"]},) * 2)

    def test_R13_on_what_somebody_signed_nothing_is_written(self):
        signed = self.signed(letter("đã ký"))
        dossier, once = self.fresh()
        self.assertEqual(self.submit(dossier, once, file=signed, status=409)["code"], "result.signed")
        # The seal alone, as a system with the right to sign asks for it: octet for octet, no property.
        facts = self.resigned(signed, "da-ky-khong-ghi-1", 201)
        answer = desk.sent("GET", facts["document"], None, {"Authorization": f"Bearer {world.signs}"})
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.octets.startswith(signed) and len(answer.octets) > len(signed))
        self.assertEqual(properties(answer.octets), ({}, {}))

    def test_R17_four_parts_where_the_unit_set_it_and_the_address_elsewhere(self):
        case = self.numbered()
        self.assertEqual(self.read_by_a_stock_reader(self.document(case, "document")),
                         "https://tracuu.example.vn/?code=" + case["result"]["public_code"])
        path = world.folder / "people.toml"
        before = path.read_text()
        path.write_text(before + f'[[result_qr]]\nunit = "{UNIT}"\ncontent = "tt_01_2023"\n')
        try:
            world.reload("reloaded")
            case = self.numbered()
            self.assertEqual(self.read_by_a_stock_reader(self.document(case, "document")),
                             f"{case['dossier']}|1.001234|040198000001|Quyết định hỗ trợ")
            # Its code still finds it, and a result that cannot say the four parts gets no number.
            self.assertRegex(case["result"]["public_code"], "^[0-9A-Z]{16}$")
            dossier, once = self.fresh()
            refused = self.submit(dossier, once, facts={**FACTS, "paper": "Quyết định | bản đồ"}, status=400)
            self.assertEqual(refused["code"], "case.facts")
        finally:
            path.write_text(before)
            world.reload("reloaded")

    def printed(self, case, status=201, key=None, **facts):
        answer = ask("POST", f"{case['self']}/letters", {"letter": "printout", "version": case["version"],
                                                         "facts": facts}, key=key)
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def test_R16_a_printout_of_what_is_released_for_staff_of_its_unit(self):
        entered = self.registered()
        refused = self.printed(entered, status=409, receiver="Lê Thị Thư")
        self.assertEqual(refused["code"], "case.letter_not_now")
        case = self.step(entered, "release", key=world.ministry)
        sealed = self.document(case, "sealed")
        # Somebody stands for it by name.
        self.assertEqual(self.printed(case, status=400)["code"], "case.facts")
        for key, status, code in ((world.ministry, 403, "case.role"), (world.neighbour, 404, "case.unknown")):
            self.assertEqual(self.printed(case, status=status, key=key, receiver="Lê Thị Thư")["code"], code)
        after = self.printed(case, receiver="Lê Thị Thư")
        self.assertEqual((after["state"], after["facts"]), (case["state"], case["facts"]))
        octets = self.document(after, "printout")
        path = world.folder / "printout.pdf"
        path.write_bytes(octets)
        quietly("qpdf", "--check", path)
        pages = quietly("pdftotext", "-layout", path, "-").decode().rstrip("\f").split("\f")
        source = world.folder / "released.pdf"
        source.write_bytes(sealed)
        self.assertEqual(len(pages), quietly("pdftotext", "-layout", source, "-").decode().rstrip("\f").count("\f") + 1)
        for page in pages:
            self.assertIn("BẢN IN CHUYỂN ĐỔI - tệp này không có chữ ký số", page)
            self.assertIn(f"Mã hồ sơ/kết quả: {case['result']['code']}", page)
            self.assertRegex(page, r"Chuyển đổi từ bản điện tử ngày \d\d/\d\d/\d{4} bởi Lê Thị Thư")
            self.assertIn("Ủy ban nhân dân xã Quỳnh Diễn", page)
        # Its own code in the foot, and the one that the page shows as it was.
        self.assertEqual(self.read_by_a_stock_reader(octets).splitlines(),
                         ["https://tracuu.example.vn/?code=" + case["result"]["public_code"]] * 2)
        # A new file that nobody takes for the signed one; that one stays as it is.
        self.assertNotIn(b"/ByteRange", octets)
        self.assertEqual(self.verified(octets)["signatures"], [])
        self.assertEqual(self.document(after, "sealed"), sealed)
        self.assertEqual(ask("GET", f"{case['self']}/document?of=printout", key=world.ministry).status, 404)
        events = ask("GET", f"{case['self']}/events").body["events"]
        self.assertEqual(events[-1]["facts"], {"letter": "printout", "printed_by": "Lê Thị Thư"})
        # The same by the command, which writes over nothing.
        key_file, target = world.folder / "printing.key", world.folder / "printed.pdf"
        key_file.write_text(world.clerk)
        command = ("printout", case["self"].rsplit("/", 1)[1], "-o", target, "--service", desk.base, "--service-key",
                   key_file, "--by", "Lê Thị Thư")
        done = world.antin(*command)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("bởi Lê Thị Thư", quietly("pdftotext", "-layout", target, "-").decode())
        self.assertNotEqual(world.antin(*command).returncode, 0)
        # Of what was taken back nobody prints.
        recalled = self.recalled(ask("GET", case["self"]).body)
        self.assertEqual(self.printed(recalled, status=409, receiver="Lê Thị Thư")["code"], "case.letter_not_now")
        refused = world.antin(*(target.with_name("x.pdf") if one == target else one for one in command))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("Bản in chuyển đổi", refused.stderr.decode())

    def read_by_a_stock_reader(self, octets):
        path, image = world.folder / "qr.pdf", world.folder / "qr"
        path.write_bytes(octets)
        for page in ("1", "2"):
            quietly("pdftoppm", "-r", "200", "-gray", "-f", page, "-l", page, "-singlefile", path, image)
            read = subprocess.run(["zbarimg", "-q", "--raw", f"{image}.pgm"], capture_output=True, timeout=60)
            if read.returncode == 0:
                return read.stdout.decode().strip()
            if octets.count(b"/MediaBox") < 2:
                break
        self.fail("no QR code")

    def test_R11_they_sign_in_the_order_that_the_case_names(self):
        case = self.numbered()
        document = self.document(case, "document")
        wrong = self.step(case, "officer_sign", file=self.signed(document, "officer-p256"), status=409)
        self.assertEqual(wrong["code"], "result.signer_order")
        self.assertIn("Nguyễn Văn Ảnh", wrong["message"]["vi"])
        stranger = self.step(case, "officer_sign", file=self.signed(document, "officer-p384"), status=409)
        self.assertEqual(stranger["code"], "result.signer_order")
        case = self.signed_by_both(case)
        once_more = self.signed(self.document(case, "officer_signed"), "officer-p384")
        self.assertEqual(self.step(case, "officer_sign", file=once_more, status=409)["code"], "case.person_other")

    def test_R10_nobody_without_authority_is_named_as_who_has_it(self):
        dossier, once = self.fresh()
        case = self.submit(dossier, once)
        for facts, status, code in (
                ({"signer": "nguyen.van.anh"}, 403, "office.not_authorised"),
                ({"signer": "pham.thi.anh", "signers": ["nguyen.van.anh"]}, 400, "case.facts"),
                ({"signer": "pham.thi.anh", "signers": ["ai.do", "pham.thi.anh"]}, 422, "office.person_unknown")):
            refused = self.step(case, "number", facts, status=status, once=f"so-{once}", key=world.ministry)
            self.assertEqual(refused["code"], code)
        self.assertNotIn("number", ask("GET", case["self"]).body)

    def test_the_same_submission_opens_one_case(self):
        dossier, once = self.fresh()
        first = self.submit(dossier, once)
        self.assertEqual(self.submit(dossier, once), first)
        self.assertEqual(self.submit(dossier, once, file=letter("khác"), status=422)["code"],
                         "service.idempotency_key_reused")
        self.assertEqual(self.submit(dossier, None, status=400)["code"], "service.idempotency_key_missing")

    def test_R13_a_second_result_of_a_dossier_says_what_it_is(self):
        case = self.numbered()
        _, once = self.fresh()
        taken = self.submit(case["dossier"], once, file=letter("hai"), status=409)
        self.assertEqual((taken["code"], taken["existing"]["self"]), ("result.dossier_taken", case["self"]))
        same = self.submit(case["dossier"], once, status=409, further="gửi lại")
        self.assertEqual((same["code"], same["existing"]["self"]), ("result.same_document", case["self"]))
        more = self.numbered(dossier=case["dossier"], file=letter("ba"), further="Bản đồ kèm theo quyết định")
        self.assertEqual(more["result"]["code"], case["dossier"] + "-KQ(2)")
        nothing = self.submit("có khoảng trắng", once, status=422)
        self.assertEqual(nothing["code"], "office.paper_code")

    def test_R12_what_is_signed_already_has_no_place_for_a_number(self):
        dossier, once = self.fresh()
        refused = self.submit(dossier, once, file=self.signed(letter(dossier)), status=409)
        self.assertEqual(refused["code"], "result.signed")

    def test_what_other_systems_see(self):
        case = self.numbered()
        for key in (world.other_ministry, world.neighbour):
            for path in ("", "/document?of=submitted", "/metadata", "/events"):
                answer = ask("GET", case["self"] + path, key=key)
                self.assertEqual((answer.status, answer.body["code"]), (404, "case.unknown"), path)
            self.assertEqual(ask("GET", f"/api/v1/cases?dossier={case['dossier']}", key=key).body["cases"], [])
        self.assertEqual(ask("GET", "/api/v1/books", key=world.ministry).body["books"], [])
        refused = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")),
                            status=403, key=world.ministry)
        self.assertEqual(refused["code"], "case.role")
        # That there is another of the dossier is said, which one is not.
        _, once = self.fresh()
        taken = self.submit(case["dossier"], once, file=letter("bốn"), status=409, key=world.other_ministry)
        self.assertEqual(taken["code"], "result.dossier_taken")
        self.assertNotIn("existing", taken)

    def test_R14_recalled_replaced_and_what_a_citizen_is_told_show_5(self):
        case = self.released()
        code = case["result"]["code"]
        octets = self.fetched(case).octets
        for name, changed, sentence in (
                ("một chữ số", self.with_another_digit(octets), "Nội dung tài liệu đã bị thay đổi sau khi ký số."),
                ("lưu lại", self.saved_again(octets),
                 "Phần không được ký lớn hơn hoặc khác với chỗ đặt chữ ký số.")):
            report = self.verified(changed)
            self.assertEqual((report["verdict"], report["message"]["vi"]), ("INVALID", sentence), name)
        report = self.verified(self.with_foreign_seal(case))
        self.assertEqual((report["verdict"], report["register"]), ("INSUFFICIENT", None))
        self.assertIn("signature.no_trusted_chain", [f["code"] for s in report["signatures"] for f in s["findings"]])
        # The replacement is ready, and waits.
        new = self.registered(dossier=case["dossier"], file=letter("thay thế"), replaces=code)
        self.assertEqual(new["result"]["code"], case["dossier"] + "-KQ(2)")
        refused = self.step(new, "release", status=409, key=world.ministry)
        self.assertEqual(refused["code"], "result.replaced_in_force")
        begun = time.monotonic()
        recalled = self.recalled(case)
        report = self.verified(octets)
        self.assertLess(time.monotonic() - begun, 30, "as soon as it is recalled, on a slow machine too")
        self.assertEqual((report["verdict"], report["register"]["state"]), ("INVALID", "recalled"))
        self.assertIn("Văn bản điện tử đã bị thu hồi theo văn bản số 99/QĐ-UBND ngày 23/11/2026.",
                      [f["message"]["vi"] for f in report["findings"]])
        # Frozen: readable by the office, handed out no more, and told as what it is.
        self.assertEqual(recalled["next"], [])
        self.assertEqual(self.document(recalled, "sealed"), octets)
        gone = self.fetched(recalled)
        self.assertEqual((gone.status, gone.body["code"]), (410, "result.recalled"))
        self.assertIn("99/QĐ-UBND", gone.body["message"]["vi"])
        self.assertEqual(self.fetched(recalled, "document").status, 410)
        self.assertEqual(self.step(recalled, "release", status=409)["code"], "case.final")
        self.assertEqual(ask("GET", f"/api/v1/register?code={case['result']['public_code']}").body["state"], "recalled")
        new = self.step(new, "release", key=world.ministry)
        self.assertEqual(self.verified(self.fetched(new).octets)["verdict"], "VALID")
        told = self.metadata(recalled).body
        self.assertEqual((told["TrangThai"], told["QuyetDinhThuHoi"]["So"], told["ThayTheBoi"]),
                         ("thu_hoi", "99/QĐ-UBND", new["result"]["code"]))
        self.assertEqual(self.metadata(new).body["ThayTheCho"], code)

    def resigned(self, octets, once, status):
        """As a system with the right to sign asks for the seal on any file."""
        answer = desk.sent("POST", "/api/v1/signatures", octets, {
            "Content-Type": "application/pdf", "Idempotency-Key": once, "Authorization": f"Bearer {world.signs}"})
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def test_R14_nobody_signs_a_recalled_result_again(self):
        case = self.released()
        octets, half = self.fetched(case).octets, self.document(case, "officer_signed")
        later = self.signed(octets)
        self.assertTrue(later.startswith(octets) and len(later) > len(octets))
        # While it is in force the seal may be put on it once more.
        self.resigned(later, "con-hieu-luc-0001", 201)
        self.recalled(case)
        for number, file in enumerate((octets, later, half)):
            refused = self.resigned(file, f"da-thu-hoi-{number:04}", 409)
            self.assertEqual(refused["code"], "sign.recalled")
            self.assertIn(case["result"]["code"], refused["message"]["vi"])
            self.assertIn("99/QĐ-UBND ngày 23/11/2026", refused["message"]["vi"])
        # What it was made of is no result, and the same answer is given to the same request.
        self.resigned(self.document(case, "submitted"), "ban-chua-ky-00001", 201)
        self.resigned(later, "con-hieu-luc-0001", 409)

    @staticmethod
    def with_another_digit(octets):
        return octets.replace(b"1200000 dong", b"7200000 dong", 1)

    def saved_again(self, octets):
        before, after = world.folder / "released.pdf", world.folder / "saved.pdf"
        before.write_bytes(octets)
        quietly("qpdf", before, after)
        return after.read_bytes()

    def with_foreign_seal(self, case):
        """The persons' signatures are right, the seal is one of the same name that nobody vouches for."""
        other, path = ROOT / "tests/pki", world.folder / "foreign.p12"
        quietly("openssl", "pkcs12", "-export", "-inkey", other / "keys" / "agency.key",
                "-in", other / "certs" / "agency.crt", "-passout", "pass:123456", "-out", path)
        pin = world.folder / "foreign.pin"
        pin.write_text("123456")
        pin.chmod(0o400)
        source = world.folder / "foreign.pdf"
        source.write_bytes(self.document(case, "officer_signed"))
        out = world.folder / "foreign"
        out.mkdir()
        world.antin("sign", source, "-o", out, "--p12", path,
                    "--pin-source", f"file:{pin}", check=(0, 1))
        return next(out.iterdir()).read_bytes()

    def test_R12_R13_forty_at_once_have_each_number_and_code_once(self):
        work = [self.fresh() for _ in range(40)]

        def one(dossier, once):
            case = self.submit(dossier, once)
            return self.step(case, "number", SIGNERS, once=f"so-{once}", key=world.ministry)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            cases = list(pool.map(lambda pair: one(*pair), work))
        numbers = sorted(int(c["number"].split("/")[0]) for c in cases)
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 40)))
        self.assertEqual({c["result"]["code"] for c in cases}, {f"{dossier}-KQ(1)" for dossier, _ in work})
        self.assertEqual(world.antin("book", "verify", "--config", world.folder / "antind.toml").returncode, 0)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    world = desk.world = World(build / "tests" / "world-results", build, "--all-algorithms")
    units, office = furnish(world)
    office += 'lookup = "https://tracuu.example.vn/?code="\n'
    with world.service(verify=units, more=office, scopes=EVERYTHING) as desk.base:
        world.clerk = world.api_key
        world.ministry = world.add_key("ministry", "cases,submit", "--unit", UNIT)
        world.other_ministry = world.add_key("other-ministry", "cases,submit", "--unit", UNIT)
        world.neighbour = world.add_key("neighbour", EVERYTHING, "--unit", "H40.8")
        world.signs = world.add_key("signs", "sign")
        unittest.main()
