#!/usr/bin/env python3
"""Pages of a scan before they are captured, pages as pictures, the attestation in advance, and what a
counter works by, over HTTP with the real service, worker and drawing process.

    scan_test.py BUILD [unittest options]
"""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
sys.path.insert(0, str(ROOT / "tests" / "integration" / "e2e"))
import casework_test as desk  # noqa: E402
from casework_test import ANSWERS, NOTICE, SIGNER, UNIT, ask  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from sheets import sheet  # noqa: E402
from world import World  # noqa: E402

PAGES = [sheet(1), sheet(2), sheet(3)]
LINE = b"----antin-scans"


def send(case, files=(), key=None, **members):
    """Files of one form, as a browser sends them."""
    members.setdefault("version", case["version"])
    parts = [b"Content-Disposition: form-data; name=\"request\"\r\n\r\n" + json.dumps(members).encode()]
    parts += [b"Content-Disposition: form-data; name=\"file%s\"; filename=\"a\"\r\n\r\n%s"
              % (b"" if n == 0 else str(n + 1).encode(), octets) for n, octets in enumerate(files)]
    body = b"".join(b"--%s\r\n%s\r\n" % (LINE, part) for part in parts) + b"--%s--\r\n" % LINE
    return desk.sent("POST", case["self"] + "/scan", body, {
        "Authorization": f"Bearer {key or desk.world.clerk}", "Content-Type": f"multipart/form-data; boundary={LINE.decode()}"})


class Paged(desk.Desk):
    def checked(self, pages=2):
        return self.step(self.opened(pages=pages), "check", {"answers": ANSWERS})

    def kept(self, case, files=(), **members):
        answer = send(case, files, **members)
        self.assertEqual(answer.status, 200, answer.octets)
        return answer.body

    def refused(self, code, status, *given, **members):
        answer = send(*given, **members)
        self.assertEqual((answer.status, answer.body.get("code")), (status, code), answer.octets)
        return answer.body

    def widths(self, case):
        return [page["width_mm"] for page in case["scan"]["pages"]]


class Scans(Paged):
    def test_C07_pages_are_kept_as_they_come_and_become_the_capture(self):
        case = self.kept(self.checked(), PAGES[:1])
        self.assertEqual((case["state"], len(case["scan"]["pages"])), ("checked", 1))
        case = self.kept(case, PAGES[1:2])
        page = case["scan"]["pages"][1]
        self.assertTrue(case["scan"]["fits"], case["scan"])
        self.assertEqual(page["colour"], "colour")
        self.assertGreaterEqual(page["dpi"], 198)
        # Another window, after a power cut: everything is there.
        self.assertEqual(ask("GET", case["self"] + "/scan").body["scan"]["pages"], case["scan"]["pages"])
        case = self.step(case, "capture")
        self.assertEqual(case["state"], "captured")
        self.assertEqual(next(d["pages"] for d in case["documents"] if d["of"] == "capture"), 2)
        self.assertEqual(self.document(case, "capture"), self.document(case, "scan"))

    def test_C07_pages_are_turned_moved_and_left_out_and_that_is_written_down(self):
        case = self.kept(self.checked(3), PAGES)
        upright = self.widths(case)
        case = self.kept(case, keep=[{"page": 3}, {"page": 1, "rotate": 90}, {"page": 2}])
        self.assertEqual(self.widths(case)[1], case["scan"]["pages"][0]["height_mm"])
        case = self.kept(case, keep=[{"page": 1}, {"page": 3}])
        self.assertEqual(self.widths(case), upright[:2])
        case = self.kept(case, PAGES[:1], keep=[{"page": 1}, {"page": 2}], at=1)
        self.assertEqual(len(case["scan"]["pages"]), 3)
        told = [e["facts"] for e in ask("GET", case["self"] + "/events").body["events"] if e["action"] == "scan"]
        self.assertEqual([(e["pages"], e["left_out"], e["turned"]) for e in told], [(3, 0, 0), (3, 0, 1), (2, 1, 0), (3, 0, 0)])

    def test_R06_a_complaint_stands_on_its_page(self):
        case = self.kept(self.checked(), [PAGES[0], sheet(2, dpi=150)])
        self.assertFalse(case["scan"]["fits"])
        self.assertIn(("capture.dpi", 2), [(c["code"], c["page"]) for c in case["scan"]["complaints"]])
        self.assertEqual(self.step(case, "capture", status=409)["code"], "case.incomplete")

    def test_C05_nothing_is_scanned_before_the_check_nor_after_the_number(self):
        self.refused("capture.scan_not_now", 409, self.opened(), PAGES[:1])
        case = self.step(self.kept(self.checked(1), PAGES[:1]), "capture")
        case = self.step(case, "attest", SIGNER, once="sau-khi-co-so-1")
        self.refused("capture.scan_not_now", 409, case, PAGES[:1])

    def test_two_clerks_who_scan_do_not_undo_each_other(self):
        case = self.checked()
        self.kept(case, PAGES[:1])
        self.refused("case.changed", 409, case, PAGES[1:2])

    def test_what_is_no_arrangement_is_refused(self):
        case = self.kept(self.checked(), PAGES[:1])
        for members in ({"keep": [{"page": 2}]}, {"keep": [{"page": 1}, {"page": 1}]}, {"keep": [{"page": 1, "rotate": 45}]},
                        {"keep": "all"}, {"keep": [{}]}, {"at": 2}, {"paper": "A9"}, {"colour": True}, {"version": "1"},
                        {"facts": {"requester": "x"}}, {"keep": []}):
            status = send(case, **members).status
            self.assertEqual(status, 400, members)
        self.refused("case.role", 403, case, PAGES[:1], key=desk.world.inspector)
        self.refused("case.unknown", 404, case, PAGES[:1], key=desk.world.neighbour)
        self.assertEqual(send(case, [b"GIF89a"]).status, 415)

    def test_C04_a_signed_file_is_a_scan_only_when_somebody_says_so(self):
        signed = self.signed(NOTICE)
        case = self.checked()
        self.refused("office.original_signed", 409, case, [signed])
        answer = send(case, [signed], facts={"scan_confirmed": "máy quét ký tự động"})
        self.assertNotEqual(answer.body.get("code"), "office.original_signed")

    def test_C23_nothing_of_a_secret_paper_stays(self):
        case = self.kept(self.checked(), [sheet(7)])
        case = self.kept(case, [sheet(8)])
        case = self.step(self.step(case, "capture"), "refuse", {"ground": 3})
        for of in ("scan", "capture"):
            self.assertNotEqual(ask("GET", f"{case['self']}/document?of={of}").status, 200)
            self.assertNotEqual(ask("GET", f"{case['self']}/page?of={of}").status, 200)


class Pictures(Paged):
    def test_a_page_is_seen_as_it_is_and_not_sent_twice(self):
        case = self.kept(self.checked(1), PAGES[:1])
        answer = ask("GET", case["self"] + "/page?of=scan&page=1&width=300")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer.octets[:200])
        self.assertTrue(answer.octets.startswith(b"\xff\xd8"))
        self.assertIn("private", answer.headers["Cache-Control"])
        again = desk.sent("GET", case["self"] + "/page?of=scan&page=1&width=300", headers={
            "Authorization": f"Bearer {desk.world.clerk}", "If-None-Match": answer.headers["ETag"]})
        self.assertEqual((again.status, again.octets), (304, b""))
        for query, status in (("of=scan&page=2", 404), ("of=sealed", 404), ("page=1", 400), ("of=scan&width=9", 400),
                              ("of=scan&width=9999", 400), ("of=scan&page=0", 400), ("of=scan&colour=red", 400)):
            self.assertEqual(ask("GET", f"{case['self']}/page?{query}").status, status, query)
        self.assertEqual(ask("GET", case["self"] + "/page?of=scan", key=desk.world.neighbour).status, 404)

    def test_C11_the_attestation_is_seen_and_nothing_is_numbered(self):
        case = self.kept(self.checked(1), PAGES[:1])
        answer = ask("POST", case["self"] + "/preview", {"facts": SIGNER, "width": 800})
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer.octets[:300])
        self.assertGreaterEqual(int(answer.headers["Antin-Pages"]), 1)
        after = ask("GET", case["self"]).body
        self.assertEqual((after["version"], after.get("number"), after["facts"].get("signer")), (case["version"], None, None))
        self.assertEqual(ask("POST", case["self"] + "/preview", {"facts": {"signer": "pham.thi.anh"}}).body["code"],
                         "office.not_authorised")
        self.assertEqual(ask("POST", case["self"] + "/preview", {"facts": SIGNER, "page": 99}).body["code"], "capture.page_unknown")
        self.assertEqual(ask("POST", self.opened()["self"] + "/preview", {"facts": SIGNER}).body["code"], "capture.preview_not_now")

    def test_A09_C03_what_a_counter_works_by(self):
        legal = ask("GET", "/api/v1/legal").body
        self.assertEqual([ground["number"] for ground in legal["grounds"]], [1, 2, 3, 4, 5, 6])
        self.assertEqual(legal["grounds"][0]["text"], "Bản chính bị tẩy xóa, sửa chữa, thêm, bớt nội dung không hợp lệ.")
        self.assertIn("giay_khai_sinh", [paper["code"] for paper in legal["papers"]])
        people = ask("GET", f"/api/v1/signers?unit={UNIT}").body
        self.assertEqual([(one["person"], one["capacity"]) for one in people["signers"]], [("nguyen.van.anh", "CHỦ TỊCH")])
        self.assertEqual(people["seal_keeper"]["person"], "le.thi.thu")
        self.assertEqual([one["person"] for one in ask("GET", f"/api/v1/signers?unit={UNIT}&product=from_register_copy").body["signers"]],
                         ["pham.thi.anh"])
        self.assertEqual(ask("GET", f"/api/v1/signers?unit={UNIT}", key=desk.world.neighbour).status, 403)
        for query in ("", "?unit=", f"?unit={UNIT}&product=loan", f"?unit={UNIT}&colour=red"):
            self.assertIn(ask("GET", f"/api/v1/signers{query}").status, (400, 403, 404, 422), query)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    desk.world = World(build / "tests" / "world-scan", build, "--all-algorithms")
    units, office = furnish(desk.world)
    with desk.world.service(verify=units, more=office, scopes=EVERYTHING) as desk.base:
        desk.world.clerk = desk.world.api_key
        desk.world.inspector = desk.world.add_key("inspector", "cases")
        desk.world.neighbour = desk.world.add_key("neighbour", EVERYTHING, "--unit", "H40.8")
        unittest.main()
