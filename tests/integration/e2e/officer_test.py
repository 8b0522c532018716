#!/usr/bin/env python3
"""People sign cases through the service (S-13), and with the tool that offices have (S-15): the real
service, worker, key holder, and an officer's token of its own.

    officer_test.py BUILD [unittest options]
"""
import base64
import hashlib
import pathlib
import re
import sqlite3
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import casework_test as play  # noqa: E402
from casework_test import SEALER, ask  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from world import MODULE, ROOT, World, quietly  # noqa: E402

world = None


def certificate(name):
    return ssl.PEM_cert_to_DER_cert((world.pki / "certs" / f"{name}.crt").read_text())


def text64(octets):
    return base64.b64encode(octets).decode()


def on_token(attributes, name="officer-rsa2048"):
    """What the officer's device does: a signature over these octets with the key on the token."""
    data, out = world.folder / "to-be-signed", world.folder / "value"
    data.write_bytes(attributes)
    pin = (world.token / "officer.pin").read_text().strip()
    quietly("pkcs11-tool", "--module", MODULE, "--token-label", "officer", "--login", "--pin", pin,
            "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", world.key_id(name), "--input-file", data,
            "--output-file", out, env=world.environment)
    return out.read_bytes()


def upload(address, parts, unquoted=False):
    """As the signing tool sends it: multipart, no key, names without quotes where .NET leaves them out."""
    line = b"---------------------------8db1c2"
    body = b""
    for name, content, file in parts:
        quote = "" if unquoted else '"'
        head = f"Content-Disposition: form-data; name={quote}{name}{quote}"
        if file:
            head += f"; filename={quote}{file}{quote}; filename*=utf-8''{file}"
        body += b"--" + line + b"\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"
    body += b"--" + line + b"--\r\n"
    return play.sent("POST", address, body, {"Content-Type": f"multipart/form-data; boundary={line.decode()}"})


def fetched(address):
    """Without any key."""
    return play.sent("GET", address)


class Officer(unittest.TestCase):
    opened, step, captured, attested = (play.Counter.opened, play.Counter.step, play.Counter.captured,
                                        play.Counter.attested)
    document, signed, settled, verified = (play.Counter.document, play.Counter.signed,
                                           play.Counter.settled, staticmethod(play.Counter.verified))

    def session(self, cases, name="officer-rsa2048", status=201, **more):
        answer = ask("POST", "/api/v1/signing-sessions",
                     {"certificate": text64(certificate(name)),
                      "cases": [{"id": c["id"], "version": c["version"]} for c in cases], **more})
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def complete(self, session, values, status=200):
        answer = ask("POST", session["self"] + "/complete", {"signatures": values})
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    @staticmethod
    def value(item, name="officer-rsa2048"):
        return {"case": item["case"], "value": text64(on_token(base64.b64decode(item["attributes"]), name))}

    @staticmethod
    def now(case):
        return ask("GET", case["self"]).body

    def refused(self, session, at=0):
        self.assertEqual(session["items"][at]["state"], "refused", session)
        return session["items"][at]["problem"]["code"]

    def test_S13_a_certified_copy_is_signed_by_the_officer_and_sealed(self):
        case = self.attested("ky-qua-dich-vu-1")
        session = self.session([case])
        item = session["items"][0]
        self.assertEqual((session["state"], item["state"], item["visible"], item["pages"]),
                         ("ready", "prepared", True, 2))
        # What is signed is what is shown: the ranges of the prepared file digest to the attributes.
        shown = ask("GET", item["document"]).octets
        self.assertTrue(shown.startswith(self.document(case, "document")))
        self.assertEqual(item["sha256"], hashlib.sha256(self.document(case, "document")).hexdigest())
        first, one, second, two = item["byte_range"]
        digest = hashlib.sha256(shown[first:first + one] + shown[second:second + two]).digest()
        attributes = base64.b64decode(item["attributes"])
        self.assertIn(digest, attributes)
        self.assertIn(hashlib.sha256(certificate("officer-rsa2048")).digest(), attributes)
        value = self.value(item)
        done = self.complete(session, [value])
        self.assertEqual((done["state"], done["items"][0]["case_state"]), ("ended", "officer_signed"))
        self.assertEqual(self.complete(session, [value])["items"][0]["state"], "done")
        case = self.now(case)
        self.assertEqual(case["state"], "officer_signed")
        signed = self.document(case, "officer_signed")
        self.assertEqual(hashlib.sha256(signed).hexdigest(), done["items"][0]["signed_sha256"])
        self.assertTrue(re.search(rb"Sig_person_", signed[len(shown) - len(signed) - 200_000:]))
        case = self.settled(self.step(case, "seal", SEALER, status=202))
        case = self.step(self.step(case, "register"), "release", {"delivery": "anh@example.vn"})
        report = self.verified(self.document(case, "sealed"))
        self.assertEqual((report["verdict"], len(report["signatures"])), ("VALID", 2), report)

    def test_R08_the_picture_stands_between_capacity_and_name(self):
        case = self.attested("anh-chu-ky-000001")
        session = self.session([case])
        self.complete(session, [self.value(session["items"][0])])
        path = world.folder / "r08.pdf"
        path.write_bytes(self.document(self.now(case), "officer_signed"))
        words = quietly("pdftotext", "-bbox", path, "-").decode()
        place = lambda word: [float(x) for x in re.findall(  # noqa: E731
            rf'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">{word}</word>', words)[-1]]
        title, name = place("TỊCH"), place("Văn")
        box = re.findall(rb"/Rect ?\[ ?([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)", path.read_bytes())[-1]
        left, bottom, right, top = map(float, box)
        height = 841.89
        self.assertLess(title[3], height - top + 1)
        self.assertGreater(name[1], height - bottom - 1)
        first, last = place("Nguyễn"), place("Ảnh")
        self.assertAlmostEqual((left + right) / 2, (first[0] + last[2]) / 2, delta=2 / 25.4 * 72)

    def test_S13_one_bad_case_does_not_spoil_the_others(self):
        good = [self.attested(f"mot-luot-ky-{n:05}") for n in range(2)]
        wrong_order = self.captured()
        old = {**good[1], "version": good[1]["version"] - 1}
        session = self.session([good[0], wrong_order, old])
        self.assertEqual([i["state"] for i in session["items"]], ["prepared", "refused", "refused"])
        self.assertEqual((self.refused(session, 1), self.refused(session, 2)),
                         ("case.wrong_order", "case.changed"))
        session = self.session(good)
        values = [self.value(i) for i in session["items"]]
        values[1]["value"] = values[0]["value"]
        done = self.complete(session, values)
        self.assertEqual([i["state"] for i in done["items"]], ["done", "refused"])
        self.assertEqual(self.refused(done, 1), "sign.signature_does_not_match")
        self.assertEqual([self.now(c)["state"] for c in good], ["officer_signed", "attested"])

    def test_C03_R11_another_persons_certificate_is_refused_before_anything_is_signed(self):
        case = self.attested("nguoi-khac-00001")
        self.assertEqual(self.refused(self.session([case], "officer-p256", algorithm="ECDSA")),
                         "officer.certificate_other")
        self.assertEqual(self.refused(self.session([case], "officer-rsa3072")), "officer.certificate_unknown")

    def test_S04_a_revoked_officer_is_refused_before_the_pin(self):
        case = self.attested("bi-thu-hoi-00001")
        self.assertEqual(self.refused(self.session([case], "officer-revoked")), "sign.certificate_revoked")
        self.assertEqual(self.now(case)["state"], "attested")

    def test_a_value_of_another_key_or_of_another_case_is_refused_and_nothing_is_kept(self):
        cases = [self.attested(f"gia-tri-khac-{n:04}") for n in range(2)]
        session = self.session(cases)
        swapped = [self.value(i) for i in session["items"]]
        swapped[0]["value"], swapped[1]["value"] = swapped[1]["value"], swapped[0]["value"]
        done = self.complete(session, swapped)
        self.assertEqual([self.refused(done, n) for n in (0, 1)], 2 * ["sign.signature_does_not_match"])
        self.assertEqual([self.now(c)["state"] for c in cases], 2 * ["attested"])
        with self.database() as database:
            left = database.execute("SELECT SUM(length(kept)+length(tail)+length(made)) FROM signing_item"
                                    " WHERE session=?", (session["id"],)).fetchone()
        self.assertEqual(left, (0,))
        again = self.complete(session, [self.value({**i, "attributes": text64(b"x")})
                                        for i in session["items"][:1]], status=409)
        self.assertEqual(again["code"], "officer.session_used")

    def test_a_case_that_went_on_meanwhile_is_not_signed(self):
        case = self.attested("di-tiep-roi-0001")
        session = self.session([case])
        value = self.value(session["items"][0])
        self.step(case, "void", {"reason": "quét nhầm giấy tờ"})
        self.assertIn(self.refused(self.complete(session, [value])), ("case.final", "case.wrong_order"))

    def test_a_session_that_is_over_takes_nothing(self):
        case = self.attested("het-han-ky-00001")
        session = self.session([case])
        value = self.value(session["items"][0])
        with self.database() as database:
            database.execute("UPDATE signing_session SET expires=created WHERE id=?", (session["id"],))
        late = self.complete(session, [value], status=409)
        self.assertEqual(late["code"], "officer.session_expired")
        self.assertEqual(ask("GET", session["self"]).body["state"], "expired")
        self.assertEqual(ask("GET", session["items"][0]["document"]).body["code"], "officer.session_expired")
        self.assertEqual(self.now(case)["state"], "attested")

    def test_a_session_is_its_keys_own(self):
        session = self.session([self.attested("phien-cua-ai-001")])
        for method, path, members in (("GET", session["self"], None),
                                      ("POST", session["self"] + "/complete",
                                       {"signatures": [{"case": "a", "value": "AAAA"}]})):
            answer = ask(method, path, members, key=world.colleague)
            self.assertEqual((answer.status, answer.body["code"]), (404, "officer.session_unknown"))
        foreign = ask("POST", "/api/v1/signing-sessions",
                      {"certificate": text64(certificate("officer-rsa2048")),
                       "cases": [{"id": session["items"][0]["case"], "version": 1}]}, key=world.neighbour)
        self.assertEqual(foreign.body["items"][0]["problem"]["code"], "case.unknown")
        self.assertEqual(ask("POST", "/api/v1/signing-sessions", {}, key=world.inspector).status, 403)

    def test_S13_what_no_session_takes_is_named(self):
        one = {"id": "a", "version": 1}
        for members, code in (({"cases": 201 * [one]}, "officer.too_many"), ({"cases": []}, "officer.too_many"),
                              ({"cases": [one, one]}, "officer.case_twice"), ({"cases": "a"}, "case.facts"),
                              ({"cases": [{"id": "a", "version": 0}]}, "case.facts"),
                              ({"cases": [one], "pin": "1"}, "case.facts"),
                              ({"cases": [one], "digest": "MD5"}, "case.facts")):
            answer = ask("POST", "/api/v1/signing-sessions",
                         {"certificate": text64(b"certificate"), **members})
            self.assertEqual(answer.body["code"], code, answer.octets)

    # What waits, and whether the seal may follow.
    def waiting(self, queue, key=None):
        answer = ask("GET", f"/api/v1/work?queue={queue}&unit=H40.7", key=key)
        self.assertEqual(answer.status, 200, answer.octets)
        return {case["id"]: case for case in answer.body["cases"]}

    def test_what_waits_for_whom_is_told_with_what_is_needed_to_choose(self):
        case = self.attested("hang-cho-ky-0001")
        one = self.waiting("sign")[case["id"]]
        self.assertEqual((one["signer"]["name"], one["signer"]["capacity"], one["turn"]),
                         ("Nguyễn Văn Ảnh", "CHỦ TỊCH", "anyone"))
        self.assertEqual((one["document"]["of"], one["compare"]["of"], one["delivery"]),
                         ("document", "capture", False))
        self.assertEqual(one["document"]["sha256"], hashlib.sha256(self.document(case, "document")).hexdigest())
        self.assertIn("at", one["deadline"])
        self.assertNotIn(case["id"], self.waiting("seal"))
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")))
        self.assertNotIn(case["id"], self.waiting("sign"))
        self.assertEqual(self.waiting("seal")[case["id"]]["document"]["of"], "officer_signed")
        case = self.step(self.settled(self.step(case, "seal", SEALER, status=202)), "register")
        self.assertEqual(self.waiting("seal")[case["id"]]["state"], "registered")
        self.step(case, "release", {"delivery": "anh@example.vn"})
        self.assertNotIn(case["id"], self.waiting("seal"))

    def test_C15_the_most_urgent_comes_first_and_nothing_of_another_unit(self):
        for n in range(2):
            self.attested(f"hang-cho-gap-{n:04}")
        due = [case["deadline"]["at"] for case in self.waiting("sign").values()]
        self.assertEqual(due, sorted(due))
        self.assertEqual(self.waiting("sign", key=world.neighbour), {})
        for query in ("", "?queue=all", "?queue=sign&unit=%00", "?queue=sign&limit=3"):
            self.assertEqual(ask("GET", "/api/v1/work" + query).status, 400, query)

    def test_C02_whether_the_seal_may_follow_is_told_without_touching_the_key(self):
        case = self.attested("kiem-tra-dau-001")
        early = ask("GET", case["self"] + "/seal-check")
        self.assertEqual((early.status, early.body["code"]), (409, "case.wrong_order"))
        case = self.step(case, "officer_sign", file=self.signed(self.document(case, "document")))
        check = ask("GET", case["self"] + "/seal-check").body
        self.assertEqual((check["allowed"], check["version"], [s["by"] for s in check["signatures"]]),
                         (True, case["version"], ["person"]), check)
        self.assertEqual({k: check["signatures"][0][k] for k in ("verdict", "same_unit", "authorised", "after")},
                         {"verdict": "passed", "same_unit": True, "authorised": True, "after": "nothing"})
        self.assertEqual(self.now(case)["state"], "officer_signed")
        foreign = ask("GET", case["self"] + "/seal-check", key=world.neighbour)
        self.assertEqual((foreign.status, foreign.body["code"]), (404, "case.unknown"))

    # The bridge to the signing tool.
    def address(self, case, status=201):
        answer = ask("POST", "/api/v1/uploads", {"case": case["id"], "version": case["version"]})
        self.assertEqual(answer.status, status, answer.octets)
        return answer.body

    def told(self, answer):
        self.assertEqual(answer.status, 200, answer.octets)
        self.assertIs(type(answer.body["Status"]), bool)
        self.assertEqual(set(answer.body), {"Status", "Message", "FileName", "FileServer"})
        return answer.body

    def test_S15_the_signing_tool_fetches_signs_and_sends(self):
        case = self.attested("cong-cu-ky-so-01")
        address = self.address(case)
        self.assertRegex(address["upload"], "^/api/v1/uploads/[0-9a-f]{64}$")
        document = fetched(address["document"]).octets
        self.assertEqual(document, self.document(case, "document"))
        signed = self.signed(document)
        parts = [("uploadfile", signed, "ho-so.pdf"), ("SessionId", b"1", None)]
        said = self.told(upload(address["upload"], parts, unquoted=True))
        self.assertEqual(said, {"Status": True, "Message": "", "FileName": case["id"] + ".pdf",
                                "FileServer": case["self"]})
        self.assertEqual(self.now(case)["state"], "officer_signed")
        # The answer was lost: the same file hears the same, another one nothing.
        self.assertTrue(self.told(upload(address["upload"], parts))["Status"])
        self.assertFalse(self.told(upload(address["upload"], [("uploadfile", document, "a.pdf")]))["Status"])
        self.assertEqual(fetched(address["document"]).body["code"], "officer.upload_used")

    def test_S15_nothing_but_one_signature_of_the_right_person_is_taken(self):
        for number, (file, words) in enumerate((
                (lambda d: self.signed(self.signed(d)), "nhiều hơn một chữ ký"),
                (lambda d: self.signed(d, "officer-p256"), "không được giao"),
                (lambda d: self.signed(play.NOTICE), "không phải tệp của hồ sơ"),
                (lambda d: self.signed(self.with_note(d)), "thay đổi khác"),
                (lambda d: self.signed(d)[:-3000], ""),
                (lambda d: d, "không phải tệp của hồ sơ"))):
            case = self.attested(f"tep-gui-sai-{number:05}")
            address = self.address(case)
            said = self.told(upload(address["upload"], [("uploadfile", file(self.document(case, "document")), "a.pdf")]))
            self.assertFalse(said["Status"])
            self.assertIn(words, said["Message"])
            self.assertEqual(self.now(case)["state"], "attested")
            said = self.told(upload(address["upload"], [("uploadfile", self.signed(self.document(case, "document")), "a.pdf")]))
            self.assertIn("chỉ dùng một lần", said["Message"])

    def test_S15_an_address_ends_and_an_unknown_one_is_no_address(self):
        case = self.attested("het-han-gui-0001")
        address = self.address(case)
        with self.database() as database:
            database.execute("UPDATE upload_address SET expires=created")
        said = self.told(upload(address["upload"], [("uploadfile", self.signed(self.document(case, "document")), "a.pdf")]))
        self.assertIn("hết hạn", said["Message"])
        self.assertEqual(fetched(address["document"]).status, 409)
        self.assertEqual(fetched("/api/v1/uploads/" + 64 * "0" + "/document.pdf").status, 404)
        self.assertFalse(self.told(upload("/api/v1/uploads/" + 64 * "0", [("uploadfile", b"%PDF", "a")]))["Status"])
        self.assertFalse(self.told(upload(address["upload"], [("file", b"%PDF", "a")]))["Status"])

    @staticmethod
    def with_note(document):
        """The page's content is another one before the signature comes: appended, as editors do."""
        path, out = world.folder / "before-note.pdf", world.folder / "note.pdf"
        path.write_bytes(document)
        text = quietly("qpdf", "--show-object=trailer", path).decode()
        size = int(re.search(r"/Size (\d+)", text).group(1))
        root = re.search(r"/Root (\d+) 0 R", text).group(1)
        last = int(re.findall(rb"startxref\s+(\d+)", document)[-1])
        pages = quietly("qpdf", "--show-pages", path).decode()
        page = re.search(r"page 1: (\d+) 0 R", pages).group(1)
        told = quietly("qpdf", f"--show-object={page}", path).decode().strip()
        assert told.endswith(">>") and "/Annots" not in told
        note = f"{size} 0 obj\n<</Type/Annot/Subtype/FreeText/Rect[50 50 300 300]/Contents(x)/DA(/Helv 12 Tf)>>\nendobj\n"
        changed = f"{page} 0 obj\n{told[:-2]} /Annots [{size} 0 R] >>\nendobj\n"
        at = len(document)
        rows = sorted([(int(page), at + len(note)), (size, at)])
        table = "xref\n" + "".join(f"{n} 1\n{o:010} 00000 n \n" for n, o in rows)
        trailer = f"trailer\n<</Size {size + 1}/Root {root} 0 R/Prev {last}>>\n"
        body = note + changed
        out.write_bytes(document + body.encode() + (table + trailer).encode()
                        + f"startxref\n{at + len(body)}\n%%EOF\n".encode())
        return out.read_bytes()

    @staticmethod
    def database():
        return sqlite3.connect(world.folder / "store" / "antin.sqlite", timeout=20)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    play.world = world = World(build / "tests" / "world-officer", build, "--all-algorithms", "--revoked")
    units, office = furnish(world)
    people = (world.folder / "people.toml").read_text()
    own = world.certificate_sha256("officer-rsa2048")
    (world.folder / "people.toml").write_text(people.replace(
        f'["{own}"]', f'["{own}", "{world.certificate_sha256("officer-revoked")}"]'))
    pictures = world.folder / "signatures"
    pictures.mkdir()
    (pictures / "nguyen.van.anh.png").write_bytes((ROOT / "packaging/appearances/signature.png").read_bytes())
    with world.service(verify=units, more=office + 'signatures = "signatures"\n', scopes=EVERYTHING) as play.base:
        world.clerk = world.api_key
        world.inspector = world.add_key("inspector", "cases")
        world.colleague = world.add_key("colleague", EVERYTHING)
        world.neighbour = world.add_key("neighbour", EVERYTHING, "--unit", "H40.8")
        unittest.main()
