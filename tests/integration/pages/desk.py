"""Cases for tests of the pages, brought by the interface to where a page begins with them."""
import base64
import json
import ssl
import sys
import pathlib
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from casework_test import ANSWERS, SCAN, SEALER, SIGNER, UNIT  # noqa: E402
from world import MODULE, quietly  # noqa: E402

PAPERS = [("Nguyễn Thị Ánh", "Giấy khai sinh"), ("Trần Văn Đức", "Bằng tốt nghiệp trung học phổ thông"),
          ("Lê Hoàng Phương Uyên", "Giấy chứng nhận quyền sử dụng đất"), ("Phạm Quốc Bảo", "Sổ hộ khẩu cũ"),
          ("Hồ Thị Kim Ngân", "Giấy chứng nhận kết hôn"), ("Đặng Xuân Trường", "Bằng lái xe hạng A1")]


class Desk:
    """`office`: browser.Office, while it runs."""

    def __init__(self, office):
        self.office, self.world, self.made = office, office.world, 0

    def ask(self, method, path, members=None, status=200, **how):
        said, _, octets = self.office.ask(method, path, members, **how)
        assert said == status, (method, path, said, octets)
        return json.loads(octets)

    def step(self, case, action, facts=None, status=200, **how):
        return self.ask("POST", case["self"] + "/actions",
                        {"action": action, "version": case["version"], **({"facts": facts} if facts else {})}, status, **how)

    def now(self, case):
        return self.ask("GET", case["self"])

    def opened(self, **facts):
        requester, paper = PAPERS[self.made % len(PAPERS)]
        self.made += 1
        return self.ask("POST", "/api/v1/cases", {
            "product": "certified_copy", "unit": UNIT, "visit": f"luot-{self.made}", "dossier": f"H40.7-261123-{self.made:04}",
            "facts": {"requester": requester, "paper": paper, "paper_type": "giay_khai_sinh", "pages": 1, **facts}}, 201)

    def attested(self, **facts):
        case = self.step(self.step(self.opened(**facts), "check", {"answers": ANSWERS}), "capture", file=SCAN)
        return self.step(case, "attest", SIGNER, once=f"trang-{case['id']}")

    def document(self, case, of):
        status, _, octets = self.office.ask("GET", f"{case['self']}/document?of={of}")
        assert status == 200, octets
        return octets

    def signed_file(self, case, name="officer-rsa2048"):
        path = self.world.folder / "to-sign.pdf"
        path.write_bytes(self.document(case, "document"))
        out = self.world.folder / f"signed-{time.monotonic_ns()}"
        out.mkdir()
        self.world.sign([path], out, name)
        return next(out.iterdir()).read_bytes()

    def officer_signed(self, **facts):
        case = self.attested(**facts)
        return self.step(case, "officer_sign", file=self.signed_file(case), kind="application/pdf")

    def settled(self, case, state="seal_signed"):
        until = time.monotonic() + 120
        while case["state"] != state:
            assert time.monotonic() < until, case
            time.sleep(0.05)
            case = self.now(case)
        return case

    def registered(self, **facts):
        case = self.settled(self.step(self.officer_signed(**facts), "seal", SEALER, 202))
        return self.step(case, "register")

    def on_token(self, attributes, name="officer-rsa2048"):
        """What the officer's device does: a signature over these octets with the key on the token."""
        data, out = self.world.folder / "to-be-signed", self.world.folder / "value"
        data.write_bytes(attributes)
        pin = (self.world.token / "officer.pin").read_text().strip()
        quietly("pkcs11-tool", "--module", MODULE, "--token-label", "officer", "--login", "--pin", pin, "--sign",
                "--mechanism", "SHA256-RSA-PKCS", "--id", self.world.key_id(name), "--input-file", data, "--output-file", out,
                env=self.world.environment)
        return out.read_bytes()

    def certificate(self, name="officer-rsa2048"):
        text = (self.world.pki / "certs" / f"{name}.crt").read_text()
        return base64.b64encode(ssl.PEM_cert_to_DER_cert(text)).decode()


class WithDesk:
    """Beside PageTest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = Desk(cls.office)


class AtQueues(WithDesk):
    """What tests at the queues have."""

    def rows(self):
        return self.driver.execute_script("return [...document.querySelectorAll('.work-list tbody tr')].map(r => r.dataset.id)")

    def states(self, cases):
        return [self.desk.now(case)["state"] for case in cases]
