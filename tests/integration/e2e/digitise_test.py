#!/usr/bin/env python3
"""A folder of scans becomes sealed results that the register holds, and other systems are told of them as far as their
purposes go: the real service, worker, key holder and tokens on this machine.

    digitise_test.py BUILD [unittest options]
"""
import csv
import io
import json
import pathlib
import sqlite3
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
import asking  # noqa: E402
from office import PURPOSES, furnish  # noqa: E402
from pdf_properties import properties  # noqa: E402
from sheets import sheet  # noqa: E402
from world import CONFIG, World, quietly  # noqa: E402

NOTICE = ROOT / "packaging/samples/thong-bao.pdf"
UNIT = "H40.7"
COLUMNS = ["Họ và tên chủ sở hữu", "Số định danh", "Mã thủ tục", "Mã giấy tờ", "Số ký hiệu", "Ngày cấp",
           "Cơ quan cấp", "Thời hạn hiệu lực", "Tên tệp", "Số trang", "Tài liệu mật"]
BASIS = "Nghị định 118/2025/NĐ-CP"
MORE_PURPOSES = """\
[[purpose]]
code = "thong_ke"
vi = "Thống kê"
en = "Statistics"
legal_basis = ["{basis}"]
gives = "facts"
kinds = ["KQ.02"]
procedures = ["*"]
[[system]]
key = "{allowed}"
purposes = ["giai_quyet_thu_tuc"]
[[system]]
key = "{narrow}"
purposes = ["thong_ke"]
"""
world = base = None


def ask(method, path, members=None, key=None):
    return sent(method, path, *asking.content(members), key)


def sent(method, path, body, headers, key=None):
    own = {"Authorization": f"Bearer {key or world.api_key}"}
    status, said, octets = asking.sent(base, method, path, body, {**headers, **own})
    return status, json.loads(octets) if "json" in said.get("Content-Type", "") else octets


def row(number, **other):
    """A good row of the table; `other` replaces cells by their place."""
    cells = [f"Nguyễn Thị Ánh {number}", f"001085{number:06}", "1.001234", "KQ.01", f"{number}/GP-UBND", "05/03/2020",
             "Ủy ban nhân dân xã Quỳnh Diễn", "vĩnh viễn", f"{number:04}.png", "1", "không"]
    for place, value in other.items():
        cells[int(place[1:])] = value
    return cells


class Folder:
    """Twenty results of which twelve are wrong, each in its own way."""

    def __init__(self, path):
        self.path = path
        self.path.mkdir()
        rows = {n: row(n) for n in range(2, 22)}
        for n in rows:
            (path / f"{n:04}.png").write_bytes(sheet(n))
        (path / "0004.png").write_bytes(sheet(4, first=500))             # room for a QR code below the line
        rows[3] = row(3, c1="1085000003")                                # a spreadsheet ate the zeros
        (path / "0005.png").unlink()
        (path / "0007.png").write_bytes(sheet(7, dpi=150))
        (path / "0009.png").write_bytes(sheet(9, colours="bilevel"))
        rows[10] = row(10, c3="giay_khai_sinh")                          # good, and a paper that counters certify
        rows[11] = row(11, c5="5/3/2020")
        rows[13] = row(12, c8="0013.png")                                # the paper of row 12
        rows[15] = row(15, c8="0014.png")                                # the scan of row 14
        rows[17] = row(17, c7="31/12/2024")
        rows[18] = row(18, c10="có")
        (path / "0019.png").write_bytes(sheet(19)[:2000])
        rows[20] = row(20, c9="2")
        rows[21] = row(21, c8="0021.pdf")
        (path / "0021.png").unlink()
        out = world.folder / "signed-result"
        out.mkdir()
        world.sign([NOTICE], out, "officer-rsa2048")
        (path / "0021.pdf").write_bytes(next(out.iterdir()).read_bytes())
        self.table = path / "bang-ke.csv"
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows[n] for n in sorted(rows))
        self.table.write_text("\ufeff" + text.getvalue(), newline="")

    faults = {3: "digitise.cell", 5: "digitise.file_missing", 7: "capture.dpi", 9: "capture.bilevel",
              11: "digitise.cell", 13: "digitise.row_twice", 15: "digitise.file_twice", 17: "digitise.expired",
              18: "office.secret_paper", 19: "capture.damaged", 20: "office.page_count_differs",
              21: "office.copy_of_electronic"}
    good = [2, 4, 6, 8, 10, 12, 14, 16]


class Digitising(unittest.TestCase):
    """In the order of the work: the tests of a day share one folder."""

    def imported(self, table, code):
        done = world.antin("digitise", "import", folder.path, table, "--service", base, "--service-key",
                           world.folder / "key", "--unit", UNIT, "--json")
        self.assertEqual(done.returncode, code, done.stderr.decode() + done.stdout.decode())
        return json.loads(done.stdout)

    def test_1_a_check_names_every_fault_with_its_row_and_sends_nothing(self):
        done = world.antin("digitise", "check", folder.path, folder.table, "--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual((told["good"], told["faulty"]), (8, 12))
        for one in told["rows"]:
            codes = [f["code"] for f in one["faults"] if f["severity"] == "error"]
            if one["line"] in folder.faults:
                self.assertIn(folder.faults[one["line"]], codes, one)
            else:
                self.assertEqual(codes, [], one)
        said = world.antin("digitise", "check", folder.path, folder.table, "--lang", "vi").stdout.decode()
        for n in folder.faults:
            self.assertIn(f"Dòng {n}:", said)
        self.assertEqual(ask("GET", "/api/v1/digitised")[1]["results"], [])

    def test_2_the_rest_is_imported_and_the_faulty_become_a_table_to_mend(self):
        told = self.imported(folder.table, 1)
        self.assertEqual((told["taken"], told["held"], told["faulty"], told["not_sent"]), (8, 0, 12, 0), told)
        status, found = ask("GET", f"/api/v1/digitised?unit={UNIT}")
        self.assertEqual(sorted(r["number"] for r in found["results"]), sorted(f"{n}/GP-UBND" for n in folder.good))
        one = ask("GET", "/api/v1/digitised/" + found["results"][0]["id"])[1]
        n = int(one["number"].split("/")[0])
        self.assertEqual(one["code"], f"001085{n:06}.KQ.01.{n}/GP-UBND.01")
        self.assertEqual((one["metadata"]["ThoiHanVinhVien"], one["metadata"]["MucDoTinCay"]), (True, "2"))
        plan = {"unit": UNIT, "procedure": "1.001234", "year": 2020, "planned": 20}
        self.assertEqual(ask("POST", "/api/v1/digitising/plan", plan)[0], 200)
        progress = ask("GET", f"/api/v1/digitising/progress?unit={UNIT}&year=2020")[1]["rows"]
        self.assertEqual([(r["planned"], r["taken"], r["sealed"]) for r in progress], [(20, 8, 0)])
        folder.to_mend = pathlib.Path(told["to_mend"])

    def test_3_the_same_table_again_takes_nothing_twice(self):
        told = self.imported(folder.table, 1)
        self.assertEqual((told["taken"], told["faulty"]), (8, 12))
        self.assertEqual(len(ask("GET", "/api/v1/digitised?limit=100")[1]["results"]), 8)

    def test_4_of_the_mended_table_only_the_mended_rows_are_taken(self):
        with open(folder.to_mend, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))
        heading, rows = rows[0], rows[1:]
        self.assertEqual(len(rows), 12)
        place = {name: i for i, name in enumerate(heading)}
        by_name = {r[place["mã dòng"]]: r for r in rows}
        self.assertIn("Dòng 5", by_name["bang-ke-5"][place["lỗi cần sửa"]])
        by_name["bang-ke-3"][place["số định danh"]] = "001085000003"
        (folder.path / "0005.png").write_bytes(sheet(5))
        (folder.path / "0007.png").write_bytes(sheet(7))
        by_name["bang-ke-20"][place["số trang"]] = "1"
        mended = folder.path / "da-sua.csv"
        with open(mended, "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([heading, *rows])
        told = self.imported(mended, 1)
        # Row 13 is the paper of row 12, which is held by now; row 15 still has the scan of row 14.
        self.assertEqual((told["taken"], told["held"], told["faulty"]), (4, 1, 7), told)
        codes = {r["line"]: [f["code"] for f in r["faults"]] for r in told["rows"]}
        self.assertIn(["digitise.file_twice"], codes.values())
        faults = ask("GET", f"/api/v1/digitising/faults?unit={UNIT}")[1]["rows"]
        self.assertNotIn("bang-ke-5", [f["reference"] for f in faults])
        self.assertIn("bang-ke-9", [f["reference"] for f in faults])

    def test_5_R04_R13_R17_the_seal_in_batch_with_the_line_of_a_copy_and_the_entry(self):
        refused = ask("POST", "/api/v1/digitising/seals", {"unit": UNIT, "sealer": "nguyen.van.anh"})
        self.assertEqual(refused[0], 403, refused)
        status, body = ask("POST", "/api/v1/digitising/seals", {"unit": UNIT, "sealer": "le.thi.thu"})
        self.assertEqual((status, len(body["begun"])), (202, 12), body)
        deadline = time.monotonic() + 180
        while True:
            found = ask("GET", "/api/v1/digitised?limit=100")[1]["results"]
            if all(r["state"] == "sealed" for r in found):
                break
            self.assertLess(time.monotonic(), deadline, found)
            for r in found:
                if r["state"] != "sealed":
                    last = ask("GET", "/api/v1/digitised/" + r["id"])[1]
                    self.assertNotEqual(last.get("sealing", {}).get("state"), "failed", last)
            time.sleep(0.1)
        by_number = {r["number"]: r for r in found}
        self.check_codes_R13_R17(by_number["6/GP-UBND"], None)
        address = self.check_codes_R13_R17(by_number["4/GP-UBND"], "QR")
        self.assertRegex(address, r"^https://tracuu\.example\.vn/\?code=[0-9A-Z]{16}$")
        # It leads to the entry of the register, which knows no name.
        told = ask("GET", "/api/v1/register?code=" + address.split("=")[1])[1]
        self.assertEqual(told["state"], "released", told)
        self.assertNotIn("Nguyễn", json.dumps(told, ensure_ascii=False))
        status, octets = ask("GET", f"/api/v1/digitised/{found[0]['id']}/document")
        path = world.folder / "digitised.pdf"
        path.write_bytes(octets)
        done = world.antin("verify", path, "--trust", world.trust, "--offline", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["signatures"][0]["integrity"], "intact", report)
        self.assertEqual(len(report["signatures"]), 1)
        text = " ".join(quietly("pdftotext", "-layout", path, "-").decode().split())
        self.assertRegex(text, r"SAO Y; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN; \d\d/\d\d/\d{4}; \d\d:\d\d:\d\d \+07:00")
        entry = ask("GET", f"/api/v1/register?sha256={self.sha256(octets)}")[1]
        self.assertEqual(entry["state"], "released", entry)
        progress = ask("GET", f"/api/v1/digitising/progress?unit={UNIT}&year=2020")[1]["rows"]
        self.assertEqual([(r["planned"], r["taken"], r["sealed"]) for r in progress], [(20, 12, 12)])

    def check_codes_R13_R17(self, row, code):
        """What the QR code on the first page says, where one is expected: the line and the writing leave it room."""
        one = ask("GET", "/api/v1/digitised/" + row["id"])[1]
        octets = ask("GET", f"/api/v1/digitised/{row['id']}/document")[1]
        self.assertEqual(properties(octets), ({"Ma": one["code"]},) * 2)
        # All of the scan stands in front of them, and says nothing of the kind.
        scan = ask("GET", f"/api/v1/digitised/{row['id']}/document?of=scan")[1]
        self.assertTrue(octets.startswith(scan))
        self.assertEqual(properties(scan), ({}, {}))
        self.assertEqual(self.verdict(octets), "VALID")
        path = world.folder / "with-codes.pdf"
        path.write_bytes(octets)
        quietly("pdftoppm", "-r", "200", "-gray", "-singlefile", path, world.folder / "qr")
        read = subprocess.run(["zbarimg", "-q", "--raw", world.folder / "qr.pgm"], capture_output=True, timeout=60)
        self.assertEqual(read.returncode == 0, code is not None)
        return read.stdout.decode().strip()

    @staticmethod
    def verdict(octets):
        return sent("POST", "/api/v1/verify", octets, {"Content-Type": "application/pdf"})[1]["verdict"]

    @staticmethod
    def sha256(octets):
        import hashlib
        return hashlib.sha256(octets).hexdigest()

    def test_6_sharing_gives_what_the_purpose_allows_and_logs_it(self):
        question = {"holder_id": "001085000004", "kind": "KQ.01", "purpose": "giai_quyet_thu_tuc", "legal_basis": BASIS}
        status, told = ask("POST", "/api/v1/held", question, key=world.allowed)
        self.assertEqual((status, len(told["results"])), (200, 1), told)
        held = told["results"][0]
        self.assertEqual((held["number"], held["in_force"]), ("4/GP-UBND", True))
        reason = {"purpose": "giai_quyet_thu_tuc", "legal_basis": BASIS}
        status, octets = ask("POST", held["document"], reason, key=world.allowed)
        self.assertEqual((status, octets[:5]), (200, b"%PDF-"))
        for members, code in (({**question, "purpose": "thong_ke"}, "share.no_purpose"),
                              ({**question, "legal_basis": "vì cần"}, "share.basis"),
                              ({**question, "kind": "BC.01"}, "share.not_covered")):
            status, refused = ask("POST", "/api/v1/held", members, key=world.allowed)
            self.assertEqual((status, refused["code"]), (403, code))
        # Nobody who is not named in the table is told anything, and a purpose for facts gives no document.
        self.assertEqual(ask("POST", "/api/v1/held", question, key=world.unnamed)[1]["code"], "share.no_purpose")
        narrow = {"purpose": "thong_ke", "legal_basis": BASIS}
        refused = ask("POST", held["document"], narrow, key=world.narrow)
        self.assertEqual((refused[0], refused[1]["code"]), (403, "share.not_covered"))
        status, told_narrow = ask("POST", "/api/v1/held", {"holder_id": "001085000004", **narrow}, key=world.narrow)
        self.assertEqual((status, told_narrow["results"]), (200, []))
        # A key without the right, or of another unit.
        self.assertEqual(ask("POST", "/api/v1/held", question, key=world.reception)[0], 403)
        other = ask("POST", "/api/v1/held", question, key=world.elsewhere)[1]
        self.assertEqual(other.get("results", other.get("code")), "share.no_purpose")
        log = b"".join(value for value in self.blobs())
        for written in (told["hand_out"], "giai_quyet_thu_tuc", BASIS, held["id"]):
            self.assertIn(written.encode(), log)
        self.assertNotIn(b"001085000004", log)

    def test_6_the_table_of_purposes_is_taken_up_at_sighup_or_the_old_one_stays(self):
        table = world.folder / "digitise.toml"
        before = table.read_text()
        question = {"holder_id": "001085000004", "kind": "KQ.01", "purpose": "giai_quyet_thu_tuc", "legal_basis": BASIS}

        def asked(text, event):
            table.write_text(text)
            world.reload(event)
            return ask("POST", "/api/v1/held", question, key=world.allowed)

        try:
            self.assertEqual(asked(before + "[[purpose]]\ncode = 1\n", "reload_refused")[0], 200)
            status, refused = asked(before.replace('["giai_quyet_thu_tuc"]', '["thong_ke"]'), "reloaded")
            self.assertEqual((status, refused["code"]), (403, "share.no_purpose"))
        finally:
            self.assertEqual(asked(before, "reloaded")[0], 200)

    @staticmethod
    def blobs():
        with sqlite3.connect(f"file:{world.folder}/store/antin.sqlite?mode=ro", uri=True) as database:
            names = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            for name in names:
                for one in database.execute(f'SELECT * FROM "{name}"'):
                    for value in one:
                        if isinstance(value, bytes):
                            yield value
                        elif isinstance(value, str):
                            yield value.encode()

    def test_7_what_is_held_is_not_asked_for_again(self):
        status, told = ask("POST", "/api/v1/already-held", {"holder_id": "001085000004", "kind": "KQ.01"},
                           key=world.reception)
        self.assertEqual((status, told["held"], told["notices"][0]["code"]), (200, True, "share.held"), told)
        self.assertNotIn("holder", told["results"][0])
        status, told = ask("POST", "/api/v1/already-held", {"holder_id": "001085000009", "kind": "KQ.01"},
                           key=world.reception)
        self.assertEqual((status, told["held"], told["results"]), (200, False, []))
        self.assertEqual(ask("POST", "/api/v1/already-held", {"holder_id": "001085000004"},
                             key=world.reception)[0], 400)

    def opened(self, unit=UNIT, **facts):
        facts = {"requester": "Nguyễn Thị Ánh", "paper": "Giấy phép", "paper_type": "KQ.01", "pages": 1, **facts}
        status, case = ask("POST", "/api/v1/cases", {"product": "certified_copy", "unit": unit, "facts": facts},
                           key=world.counter)
        self.assertEqual(status, 201, case)
        return case

    def test_7_A03_a_case_says_what_is_held_before_the_citizen_is_asked(self):
        case = self.opened(requester_id="001085000004")
        held = case["already_held"]
        self.assertEqual((held["held"], len(held["results"])), (True, 1), held)
        self.assertEqual((held["results"][0]["number"], held["results"][0]["code"]),
                         ("4/GP-UBND", "001085000004.KQ.01.4/GP-UBND.01"))
        self.assertIn("share.held", [notice["code"] for notice in case["notices"]])
        self.assertNotIn("already_held", case["facts"])
        # It stands in the case, whoever looks; and that it was told stands in the log.
        self.assertEqual(ask("GET", case["self"], key=world.counter)[1]["already_held"], held)
        self.assertIn(b"kiem_tra_truoc_khi_yeu_cau", b"".join(self.blobs()))
        # The twins: another holder, another paper, nobody's identifier, a fact that is not the caller's to give.
        for other in ({"requester_id": "001085000099"}, {"requester_id": "001085000004", "paper_type": "KQ.09"}):
            case = self.opened(**other)
            self.assertEqual((case["already_held"]["held"], case["already_held"]["results"]), (False, []))
            self.assertNotIn("share.held", [notice["code"] for notice in case["notices"]])
        self.assertNotIn("already_held", self.opened())
        status, refused = ask("POST", "/api/v1/cases", {"product": "certified_copy", "unit": UNIT, "facts": {
            "requester": "Nguyễn Thị Ánh", "already_held": {"held": False}}}, key=world.counter)
        self.assertEqual((status, refused["code"]), (400, "case.facts"), refused)

    def test_7_A03_another_requester_is_looked_for_and_other_units_are_not(self):
        case = self.opened(requester_id="001085000099", paper_type="giay_khai_sinh")
        answers = {"secret": "no", "on_paper": "yes", "foreign": "no", **{f"ground_{n}": "no" for n in range(1, 7)}}
        status, case = ask("POST", case["self"] + "/actions",
                           {"action": "check", "version": case["version"],
                            "facts": {"answers": answers, "requester_id": "001085000010"}}, key=world.counter)
        self.assertEqual(status, 200, case)
        self.assertTrue(case["already_held"]["held"], case)
        # What one unit holds is not told in a case of another, which people of that unit read.
        elsewhere = self.opened(unit="H40.8", requester_id="001085000010", paper_type="giay_khai_sinh")
        self.assertEqual((elsewhere["already_held"]["held"], elsewhere["already_held"]["results"]), (False, []))

    def one_more(self, number):
        """Imported alone; its row."""
        (folder.path / f"{number:04}.png").write_bytes(sheet(number))
        table = folder.path / f"them-{number}.csv"
        with open(table, "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([COLUMNS, row(number)])
        self.assertEqual(self.imported(table, 0)["taken"], 1)
        found = ask("GET", "/api/v1/digitised?limit=100")[1]["results"]
        return next(r for r in found if r["number"] == f"{number}/GP-UBND")

    def test_8_C23_of_a_secret_paper_no_scan_stays(self):
        secret, mistake = self.one_more(30), self.one_more(31)
        address = "/api/v1/digitised/{}/withdrawal"
        status, told = ask("POST", address.format(mistake["id"]), {"reason": "nhập nhầm"})
        self.assertEqual((status, told["state"], "scan_erased" in told), (200, "withdrawn", False), told)
        self.assertEqual(ask("GET", f"/api/v1/digitised/{mistake['id']}/document?of=scan")[0], 200)
        gone = {"reason": "giấy tờ có dấu MẬT", "secret": True}
        for _ in range(2):  # asked again, it is done all the same
            status, told = ask("POST", address.format(secret["id"]), gone)
            self.assertEqual((status, told["state"], told["scan_erased"]), (200, "withdrawn", True), told)
        # Nor does what was made of it for the seal.
        with sqlite3.connect(f"file:{world.folder}/store/antin.sqlite?mode=ro", uri=True) as database:
            made = database.execute("SELECT sha256 FROM held_prepared WHERE held=?", (secret["id"],)).fetchone()[0].hex()
        self.assertEqual(list((world.folder / "store" / "documents").rglob(made)), [])
        status, refused = ask("GET", f"/api/v1/digitised/{secret['id']}/document?of=scan")
        self.assertEqual((status, refused["code"]), (410, "store.document_destroyed"))
        # The mark was seen after it was withdrawn for another reason.
        self.assertTrue(ask("POST", address.format(mistake["id"]), gone)[1]["scan_erased"])

    def test_9_the_log_is_whole(self):
        done = world.antin("audit", "verify", "--config", world.folder / "antind.toml")
        self.assertNotIn(b"register_differs", done.stdout + done.stderr)


def key_id(name):
    said = quietly(world.build / "bin" / "antind", "key", "list", "--config", world.folder / "antind.toml").decode()
    return next(line.split()[0] for line in said.splitlines() if name in line)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    world = World(build / "tests" / "world-digitise", build, "--all-algorithms")
    units, office = furnish(world)
    office += 'lookup = "https://tracuu.example.vn/?code="\n'
    # The table of purposes names keys, so they are there before the service.
    (world.folder / "antind.toml").write_text(CONFIG.format(
        world=world, port_file=world.folder / "antind.port", http="", verify=units, samples=ROOT / "packaging/samples") + office)
    world.allowed = world.add_key("allowed", "share")
    world.narrow = world.add_key("narrow", "share")
    world.unnamed = world.add_key("unnamed", "share")
    world.reception = world.add_key("reception", "reception")
    world.counter = world.add_key("counter", "cases,reception")
    world.elsewhere = world.add_key("elsewhere", "share", "--unit", "H40.8")
    (world.folder / "digitise.toml").write_text(PURPOSES + MORE_PURPOSES.format(basis=BASIS, allowed=key_id("allowed"),
                                                                narrow=key_id("narrow")))
    folder = Folder(world.folder / "quet")
    with world.service(verify=units, more=office + '[digitise]\ntable = "digitise.toml"\n',
                       scopes="digitise,clerk,verify") as base:
        (world.folder / "key").write_text(world.api_key)
        unittest.main()
