#!/usr/bin/env python3
"""A certified copy from the counter to the citizen over HTTP, with the real service, worker, key
holder and tokens on this machine.

    casework_test.py BUILD [unittest options]
"""
import hashlib
import json
import pathlib
import sys
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
import asking  # noqa: E402
from office import EVERYTHING, ONE_MORE_CLERK, furnish  # noqa: E402
from sheets import png  # noqa: E402
from world import World, quietly  # noqa: E402

NOTICE = (ROOT / "packaging/samples/thong-bao.pdf").read_bytes()


def scan(dpi=200):
    """An A4 page in colour as a scanner gives it: PNG with its resolution."""
    width, height = round(210 / 25.4 * dpi), round(297 / 25.4 * dpi)
    rows = b"".join(b"\0" + bytes((250, 248, 240)) * width if y % 40 > 6 or not 200 < y < height - 200 else
                    b"\0" + bytes((250, 248, 240)) * (width // 8) + bytes((20, 20, 90)) * (width - width // 4)
                    + bytes((250, 248, 240)) * (width - width // 8 - (width - width // 4))
                    for y in range(height))
    return png(width, height, rows, dpi)


SCAN = scan()
UNIT = "H40.7"
ANSWERS = {"secret": "no", "on_paper": "yes", "foreign": "no",
           **{f"ground_{n}": "no" for n in range(1, 7)}}
SIGNER = {"signer": "nguyen.van.anh", "capacity": "CHỦ TỊCH"}
SEALER = {"sealer": "le.thi.thu"}
HAND_OVER = ONE_MORE_CLERK + """\
[[hand_over]]
unit = "H40.7"
from = "le.thi.thu"
to = "vo.thi.van"
at = "2020-02-03T08:00:00+07:00"
permission = "04/QĐ-UBND"
"""
world = base = None


class Answer:
    def __init__(self, status, headers, octets):
        self.status, self.headers, self.octets = status, headers, octets

    @property
    def body(self):
        return json.loads(self.octets)


def sent(method, path, body=None, headers=None):
    """A request as it is given."""
    return Answer(*asking.sent(base, method, path, body, headers))


def ask(method, path, members=None, file=None, key=None, once=None, authorization=None):
    """With `file` a form, else a JSON body. `authorization`: instead of a key."""
    body, headers = asking.content(members, file)
    headers["Authorization"] = authorization or f"Bearer {key or world.clerk}"
    if once:
        headers["Idempotency-Key"] = once
    return sent(method, path, body, headers)


class Desk(unittest.TestCase):
    """What the tests of every product do: open, step, sign, look."""

    def opened(self, **facts):
        facts = {"requester": "Nguyễn Thị Ánh", "paper": "Giấy khai sinh",
                 "paper_type": "giay_khai_sinh", "pages": 1, **facts}
        answer = ask("POST", "/api/v1/cases", {"product": "certified_copy", "unit": UNIT,
                                               "visit": "luot-1", "facts": facts})
        self.assertEqual(answer.status, 201, answer.octets)
        return answer.body

    def step(self, case, action, facts=None, status=200, **how):
        members = {"action": action, "version": case["version"]}
        if facts:
            members["facts"] = facts
        answer = ask("POST", case["self"] + "/actions", members, **how)
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def captured(self):
        case = self.step(self.opened(), "check", {"answers": ANSWERS})
        return self.step(case, "capture", file=SCAN)

    def attested(self, once):
        return self.step(self.captured(), "attest", SIGNER,
                         once=once)

    def document(self, case, kind):
        answer = ask("GET", f"{case['self']}/document?of={kind}")
        self.assertEqual(answer.status, 200, answer.octets)
        return answer.octets

    def signed(self, document, name="officer-rsa2048"):
        path = world.folder / "to-sign.pdf"
        path.write_bytes(document)
        out = world.folder / f"signed-{time.monotonic_ns()}"
        out.mkdir()
        world.sign([path], out, name)
        return next(out.iterdir()).read_bytes()

    def settled(self, case):
        deadline = time.monotonic() + 120
        while case["state"] in ("officer_signed", "composed", "lined"):
            self.assertNotEqual(case.get("sealing", {}).get("state"), "failed", case)
            self.assertLess(time.monotonic(), deadline, case)
            time.sleep(0.05)
            case = ask("GET", case["self"]).body
        return case

    def sealed(self, once):
        case = self.attested(once)
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")))
        return self.settled(self.step(case, "seal", SEALER, status=202))

    @staticmethod
    def sha256(octets):
        return hashlib.sha256(octets).hexdigest()

    @staticmethod
    def verified(octets):
        return sent("POST", "/api/v1/verify", octets, {"Content-Type": "application/pdf"}).body


class Counter(Desk):
    def test_C01_from_the_counter_to_the_citizen_and_C18_cancelled(self):
        case = self.sealed("tu-quay-den-dan-1")
        self.assertEqual(case["state"], "seal_signed")
        copy = self.document(case, "sealed")
        case = self.step(case, "register")
        self.assertEqual(case["state"], "registered")
        state = lambda: ask("GET", f"/api/v1/register?sha256={self.sha256(copy)}").body["state"]  # noqa: E731
        self.assertEqual(state(), "pending")
        self.assertEqual(self.step(case, "release", status=409)["missing"]["facts"][0]["need"], "delivery")
        case = self.step(case, "release", {"delivery": "anh@example.vn"})
        self.assertEqual((case["state"], state()), ("released", "released"))
        report = self.verified(copy)
        self.assertEqual((report["verdict"], report["register"]["state"]), ("VALID", "released"))
        case = self.step(case, "cancel", {"decision": "12/QĐ-UBND", "decision_date": "2026-11-23"})
        self.assertEqual((case["state"], state()), ("cancelled", "cancelled"))
        actions = [e["action"] for e in ask("GET", case["self"] + "/events").body["events"]]
        self.assertEqual([a for a in actions if a not in ("document", "seal_asked")],
                         ["open", "check", "capture", "attest", "officer_sign", "seal", "register",
                          "release", "cancel"])
        book = ask("GET", f"/api/v1/books/rows?book={urllib.parse.quote(self.book(case), safe='')}").body
        row = next(r for r in book["rows"] if r["text"] == case["number"])
        self.assertEqual((row["state"], row["signer"]), ("final", "CHỦ TỊCH Nguyễn Văn Ảnh"))

    def book(self, case):
        year = case["day"][:4]
        return f"{UNIT}/certified_copy/ban_sao_dien_tu/{year}"

    def test_C11_the_attestation_stands_on_it_before_anybody_signs(self):
        case = self.attested("loi-chung-tren-tep")
        document = self.document(case, "document")
        self.assertTrue(document.startswith(self.document(case, "capture")))
        path = world.folder / "attested.pdf"
        path.write_bytes(document)
        text = quietly("pdftotext", "-layout", path, "-").decode()
        year, month, day = case["day"].split("-")
        for line in ("Chứng thực bản sao đúng với bản chính",
                     f"Số chứng thực {case['number']} quyển số 01/{year} - SCT/BS",
                     f"Ngày {day} tháng {month} năm {year}", "CHỦ TỊCH", "Nguyễn Văn Ảnh"):
            self.assertIn(line, text)

    def test_C01_the_wrong_order_says_what_is_missing_and_who_does_it(self):
        refused = self.step(self.opened(), "seal", status=409)
        self.assertEqual(refused["code"], "case.wrong_order")
        self.assertEqual([s["action"] for s in refused["missing"]["steps"]],
                         ["check", "capture", "attest", "officer_sign"])
        self.assertEqual(refused["missing"]["steps"][3]["by"], ["officer"])

    def test_C05_a_ground_for_refusal_stops_before_the_scan(self):
        case = self.opened()
        refused = self.step(case, "check", {"answers": {**ANSWERS, "ground_1": "yes"}}, status=409)
        self.assertEqual(refused["code"], "office.refusal_ground")
        self.assertEqual(self.step(case, "refuse", {"ground": 1})["state"], "refused")

    def test_C23_a_secret_paper_is_not_scanned(self):
        refused = self.step(self.opened(), "check", {"answers": {**ANSWERS, "secret": "yes"}}, status=409)
        self.assertEqual(refused["code"], "office.secret_paper")

    def test_C07_a_scan_that_lacks_a_page_is_refused(self):
        case = self.step(self.opened(pages=2), "check", {"answers": ANSWERS})
        self.assertEqual(self.step(case, "capture", file=SCAN, status=409)["code"],
                         "office.page_count_differs")

    def test_C14_a_certification_has_one_document(self):
        case = self.step(self.opened(), "check", {"answers": ANSWERS})
        for name in ("file", "file2"):
            second = SCAN + (b"\r\n------antin-test\r\nContent-Disposition: form-data; name=\"%s\"; "
                             b"filename=\"b.pdf\"\r\n\r\n" % name.encode()) + SCAN
            self.step(case, "capture", file=second, status=400)
        self.assertEqual(self.step(case, "capture", file=SCAN)["state"], "captured")

    def test_C04_an_electronic_original_is_not_a_scan(self):
        case = self.step(self.opened(), "check", {"answers": ANSWERS})
        self.assertEqual(self.step(case, "capture", file=self.signed(NOTICE), status=409)["code"],
                         "office.original_signed")

    def test_R06_a_scan_that_is_too_coarse_is_refused_page_by_page(self):
        case = self.step(self.opened(), "check", {"answers": ANSWERS})
        refused = self.step(case, "capture", file=scan(150), status=409)
        self.assertEqual(refused["code"], "case.incomplete")
        self.assertIn(("capture.dpi", 1), [(c["code"], c["page"]) for c in refused["complaints"]])

    def test_A01_the_seal_is_used_by_who_keeps_it(self):
        case = self.attested("giu-con-dau-0001")
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")))
        refused = self.step(case, "seal", {"sealer": "nguyen.van.anh"}, status=403)
        self.assertTrue(refused["code"].startswith("office."), refused)
        self.assertEqual(ask("GET", case["self"]).body["state"], "officer_signed")

    def test_C03_who_is_not_authorised_is_not_named_on_it(self):
        case = self.captured()
        refused = self.step(case, "attest", {"signer": "pham.thi.anh"}, status=403, once="khong-duoc-giao")
        self.assertEqual(refused["code"], "office.not_authorised")
        self.assertNotIn("number", ask("GET", case["self"]).body)

    def test_C10_the_same_request_takes_one_number(self):
        case = self.captured()
        who = SIGNER
        self.assertEqual(self.step(case, "attest", who, status=400)["code"],
                         "service.idempotency_key_missing")
        first = self.step(case, "attest", who, once="cung-mot-yeu-cau")
        again = self.step(case, "attest", who, once="cung-mot-yeu-cau")
        self.assertEqual((first["number"], first["version"]), (again["number"], again["version"]))
        voided = self.step(first, "void", {"reason": "quét nhầm giấy tờ"})
        self.assertEqual(voided["state"], "voided")

    def test_C08_papers_of_one_visit_follow_each_other(self):
        cases = [self.captured() for _ in range(3)]
        members = {"action": "attest", "version": cases[0]["version"],
                   "facts": SIGNER,
                   "together": [{"id": c["id"], "version": c["version"]} for c in cases[1:]]}
        self.assertEqual(ask("POST", cases[0]["self"] + "/actions", members,
                             once="mot-luot-ba-giay-to").status, 200)
        numbers = [int(ask("GET", c["self"]).body["number"].split("/")[0]) for c in cases]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))

    def test_a_second_clerk_with_an_old_version_changes_nothing(self):
        case = self.opened()
        self.step(case, "check", {"answers": ANSWERS})
        self.assertEqual(self.step(case, "capture", file=SCAN, status=409)["code"], "case.changed")

    def test_C02_only_the_cases_own_document_with_a_signature_is_taken(self):
        case = self.attested("tep-khac-00001")
        document = self.document(case, "document")
        for file, code in ((NOTICE, "case.document_other"),
                           (self.signed(NOTICE), "case.document_other"),
                           (document + b"\n", "seal.officer_missing"),
                           (self.signed(document, "officer-p256"), "seal.not_authorised")):
            self.assertEqual(self.step(case, "officer_sign", file=file, status=409)["code"], code)

    def test_A01_a_step_is_for_its_role(self):
        refused = self.step(self.opened(), "check", {"answers": ANSWERS}, status=403, key=world.inspector)
        self.assertEqual(refused["code"], "case.role")
        self.assertEqual(ask("GET", "/api/v1/cases", key=world.inspector).status, 200)

    def test_a_key_of_another_unit_knows_nothing_of_it(self):
        case = self.opened()
        answer = ask("GET", case["self"], key=world.neighbour)
        self.assertEqual((answer.status, answer.body["code"]), (404, "case.unknown"))
        self.assertEqual(ask("GET", "/api/v1/cases", key=world.neighbour).body["cases"], [])
        refused = ask("POST", "/api/v1/cases", {"product": "certified_copy", "unit": UNIT}, key=world.neighbour)
        self.assertEqual((refused.status, refused.body["code"]), (403, "http.key_unit"))

    def test_A07_a_case_is_found_without_accents(self):
        case = self.opened(requester="Đặng Thị Huệ", paper="Bằng tốt nghiệp")
        found = ask("GET", "/api/v1/cases?requester=dang%20thi%20hue").body["cases"]
        self.assertIn(case["id"], [c["id"] for c in found])

    def test_a_filter_that_says_nothing_is_refused(self):
        for query in ("visit=", "visit=" + 129 * "a", "requester=%20", "paper=%07"):
            answer = ask("GET", f"/api/v1/cases?{query}")
            self.assertEqual((answer.status, answer.body["code"]), (400, "http.parameter"), query)

    def test_what_is_no_fact_is_named(self):
        for members, what in (({"product": "certified_copy", "unit": UNIT, "facts": {"colour": "red"}}, "colour"),
                              ({"product": "certified_copy", "unit": UNIT, "facts": {"pages": 0}}, "pages"),
                              ({"product": "loan", "unit": UNIT}, "product")):
            answer = ask("POST", "/api/v1/cases", members)
            self.assertEqual((answer.status, answer.body["code"]), (400, "case.facts"), answer.octets)
            self.assertIn(what, answer.body["message"]["vi"])

    def printed(self, octets):
        path = world.folder / "book.pdf"
        path.write_bytes(octets)
        return quietly("pdftotext", "-raw", path, "-").decode()

    def test_C19_the_month_is_printed_by_the_service_and_by_the_command(self):
        case = self.attested("in-so-thang-0001")
        book = urllib.parse.quote(self.book(case), safe="")
        month = case["day"][:7]
        answer = ask("GET", f"/api/v1/books/print?book={book}&month={month}")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/pdf"), answer.octets)
        out = world.folder / f"print-{time.monotonic_ns()}.pdf"
        done = world.antin("book", "print", self.book(case), "--month", month, "--output", out,
                           "--config", world.folder / "antind.toml")
        self.assertEqual(done.returncode, 0, done.stderr)
        for printed in (answer.octets, out.read_bytes()):
            text = " ".join(self.printed(printed).split())
            for line in ("SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH", "ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN", case["number"],
                         "Nguyễn Thị Ánh", "CHỦ TỊCH Nguyễn Văn Ảnh", "Chưa hoàn thành"):
                self.assertIn(line, text)
        for query, status in ((f"book={book}&month=2020-01", 400), (f"book={book}&month=x", 400),
                              ("book=H40.7/x", 404), (f"book={book}&more=1", 400)):
            self.assertEqual(ask("GET", f"/api/v1/books/print?{query}").status, status, query)
        self.assertEqual(ask("GET", f"/api/v1/books/print?book={book}", key=world.neighbour).status, 404)

    def test_C22_the_monthly_report(self):
        self.step(self.step(self.opened(), "check", {"answers": ANSWERS}), "refuse", {"ground": 1})
        month = self.opened()["day"][:7]
        answer = ask("GET", f"/api/v1/reports/index?month={month}")
        self.assertEqual((answer.status, answer.octets[:3]), (200, b"\xef\xbb\xbf"), answer.octets)
        line = answer.octets.decode("utf-8-sig").splitlines()[1].split(",")
        self.assertEqual(line[1:3], [UNIT, "Ủy ban nhân dân xã Quỳnh Diễn"])
        self.assertGreaterEqual((int(line[3]), int(line[5])), (2, 1))
        said = world.antin("book", "report", "--month", month, "--unit", UNIT, "--config", world.folder / "antind.toml")
        self.assertIn(UNIT, said.stdout.decode("utf-8-sig"))
        self.assertEqual(ask("GET", f"/api/v1/reports/index?month={month}", key=world.neighbour).octets.count(b"H40"), 0)
        self.assertEqual(ask("GET", f"/api/v1/reports/index?month={month}&unit={UNIT}", key=world.neighbour).status, 403)
        self.assertEqual(ask("GET", "/api/v1/reports/index?month=2026-00").status, 400)

    def test_C19_an_inspector_checks_a_book_without_the_service(self):
        case = self.step(self.sealed("thanh-tra-00001"), "register")
        folder = world.folder / f"inspection-{time.monotonic_ns()}"
        done = world.antin("book", "export", self.book(case), "--output", folder, "--with", "documents",
                           "--config", world.folder / "antind.toml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(world.antin("book", "verify", folder).returncode, 0)
        documents = sorted((folder / "documents").iterdir())
        self.assertIn(self.sha256(self.document(case, "sealed")) + ".pdf", [d.name for d in documents])
        book = urllib.parse.quote(self.book(case), safe="")
        lines = ask("GET", f"/api/v1/books/export?book={book}").octets.decode().splitlines()
        self.assertEqual(len(lines), json.loads(lines[0])["book"]["last"] + 2)
        changed = (folder / "book.jsonl").read_text().replace("Nguyễn Thị Ánh", "Nguyễn Thị Anh")
        (folder / "book.jsonl").write_text(changed)
        found = world.antin("book", "verify", folder)
        self.assertEqual(found.returncode, 1)
        self.assertIn("book.jsonl", found.stdout.decode())

    def test_the_second_volume_goes_on_with_the_numbers_C10(self):
        before = self.attested("quyen-thu-nhat")
        answer = ask("POST", "/api/v1/books/volume", {"book": self.book(before)})
        self.assertEqual(answer.status, 200, answer.octets)
        name = answer.body["name"]
        self.assertEqual(ask("POST", "/api/v1/books/volume", {"book": self.book(before)}).body["code"],
                         "book.volume_empty")
        # Sent again by whoever saw the first: its answer, and no third volume.
        again = ask("POST", "/api/v1/books/volume", {"book": self.book(before), "after": before["book"]})
        self.assertEqual((again.status, again.body["name"]), (200, name))
        other = name.replace(name[:2], "07", 1)
        refused = ask("POST", "/api/v1/books/volume", {"book": self.book(before), "after": other})
        self.assertEqual((refused.status, refused.body["code"]), (400, "http.parameter"))
        after = self.attested("quyen-tiep-theo")
        self.assertEqual(after["book"], name)
        self.assertGreater(int(after["number"].split("/")[0]), int(before["number"].split("/")[0]))
        path = world.folder / "second.pdf"
        path.write_bytes(self.document(after, "document"))
        self.assertIn(f"quyển số {name[:7]} - SCT/BS", quietly("pdftotext", "-layout", path, "-").decode())
        for key in (world.neighbour, world.inspector):
            self.assertIn(ask("POST", "/api/v1/books/volume", {"book": self.book(before)}, key=key).status,
                          (403, 404))

    def test_A01_C03_R11_a_key_of_a_person_does_nothing_in_another_name(self):
        officer, other, clerk = world.persons
        case = self.captured()
        refused = self.step(case, "attest", {"signer": "pham.thi.anh"}, status=403, key=officer, once="nguoi-khac-1")
        self.assertEqual(refused["code"], "case.person_of_key")
        case = self.step(case, "attest", {"capacity": "CHỦ TỊCH"}, key=officer, once="chinh-minh-1")
        self.assertEqual(case["facts"]["signer"], "nguyen.van.anh")
        signed = self.signed(self.document(case, "document"))
        refused = self.step(case, "officer_sign", file=signed, status=403, key=other)
        self.assertEqual(refused["code"], "case.person_of_key")
        case = self.step(case, "officer_sign", file=signed, key=officer)
        refused = self.step(case, "seal", {"sealer": "nguyen.van.anh"}, status=403, key=clerk)
        self.assertEqual(refused["code"], "case.person_of_key")
        case = self.settled(self.step(case, "seal", status=202, key=clerk))
        self.assertEqual((case["state"], case["facts"]["sealer"]), ("seal_signed", "le.thi.thu"))
        events = ask("GET", case["self"] + "/events").body["events"]
        attested = next(e for e in events if e["action"] == "attest")
        self.assertEqual(attested["facts"]["person"], "nguyen.van.anh")

    def test_A09_tables_are_reread_whole_or_not_at_all(self):
        people = world.folder / "people.toml"
        before = people.read_text()

        def reread(text, event):
            people.write_text(text)
            world.reload(event)

        try:
            reread(before.replace("to = \"le.thi.thu\"", "to = \"nobody\""), "reload_refused")
            case = self.captured()
            case = self.step(case, "attest", SIGNER, once="bang-cu-van-dung")
            reread(before.replace("TỊCH\"", "TỊCH XÃ\""), "reloaded")
            other = self.captured()
            refused = self.step(other, "attest", SIGNER, status=403, once="chuc-vu-cu-0001")
            self.assertEqual(refused["code"], "office.capacity_not_held")
            self.assertEqual(self.step(other, "attest", {**SIGNER, "capacity": "CHỦ TỊCH XÃ"},
                                       once="chuc-vu-moi-001")["state"], "attested")
        finally:
            reread(before, "reloaded")

    def test_A01_a_hand_over_switches_the_keeper_of_the_seal_while_the_service_runs(self):
        people = world.folder / "people.toml"
        before = people.read_text()
        case = self.attested("ban-giao-con-dau")
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")))
        try:
            people.write_text(before + HAND_OVER)
            world.reload("reloaded")
            refused = self.step(case, "seal", SEALER, status=403)
            self.assertTrue(refused["code"].startswith("office."), refused)
            sealed = self.settled(self.step(case, "seal", {"sealer": "vo.thi.van"}, status=202))
            self.assertEqual((sealed["state"], sealed["facts"]["sealer"]), ("seal_signed", "vo.thi.van"))
        finally:
            people.write_text(before)
            world.reload("reloaded")

    def test_C10_late_rows_are_a_metric(self):
        answer = ask("GET", "/metrics")
        self.assertIn("antin_books_unclosed 0", answer.octets.decode())

    def test_the_books_are_whole(self):
        self.attested("so-cho-quyen-so")
        self.assertEqual(world.antin("book", "verify", "--config", world.folder / "antind.toml").returncode, 0)
        said = world.antin("book", "list", "--config", world.folder / "antind.toml").stdout.decode()
        self.assertIn("SCT/BS", said)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    world = World(build / "tests" / "world-casework", build, "--all-algorithms")
    units, office = furnish(world)
    with world.service(verify=units, more=office, scopes=EVERYTHING) as base:
        world.clerk = world.api_key
        world.inspector = world.add_key("inspector", "cases")
        world.neighbour = world.add_key("neighbour", EVERYTHING, "--unit", "H40.8")
        world.persons = [world.add_key(f"key of {person}", f"cases,{right}", "--person", person) for person, right in
                         (("nguyen.van.anh", "officer"), ("pham.thi.anh", "officer"), ("le.thi.thu", "clerk"))]
        unittest.main()
