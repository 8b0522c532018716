#!/usr/bin/env python3
"""What leaves by itself, with the real service and real receivers on this machine: signed callbacks,
a drop folder, mail; with receivers that fail and a service that is killed.

    outbox_test.py BUILD [unittest options]
"""
import hashlib
import hmac
import json
import pathlib
import signal
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
for folder in ("tests/integration", "tests/integration/e2e", "tests/servers"):
    sys.path.insert(0, str(ROOT / folder))
import casework_test as play  # noqa: E402
from office import EVERYTHING, furnish  # noqa: E402
from outbox_receiver import MailServer, Portal, certificate  # noqa: E402
from world import World  # noqa: E402

SECRET, PASSWORD = b"0123456789abcdef0123456789abcdef", "mật khẩu dài"
TARGETS = """
[[outbox.target]]
name = "cong"
purpose = "báo cổng dịch vụ công"
url = "https://127.0.0.1:{portal}/su-kien"
secrets = ["secret"]
allow_hosts = ["127.0.0.1:{portal}"]
tls_roots = "portal.crt"
seconds = 5
pauses = ["1s", "1s", "1s"]
[[outbox.target]]
name = "la"
purpose = "cổng có chứng thư không đúng"
url = "https://127.0.0.1:{portal}/su-kien"
secrets = ["secret"]
allow_hosts = ["127.0.0.1:{portal}"]
events = ["case.withdrawn"]
pauses = ["1s"]
[[outbox.target]]
name = "kho_dvcqg"
purpose = "NĐ 45/2020 Điều 10"
kind = "file"
documents = "all"
events = ["case.recalled"]
folder = "drop"
[[outbox.target]]
name = "thu"
purpose = "trả kết quả cho công dân"
kind = "mail"
host = "127.0.0.1"
port = {mail}
tls_roots = "portal.crt"
user = "antin"
password = "password"
from = "tra-ket-qua@example.vn"
pauses = ["1s", "1s"]
"""
FURTHER = """
[[outbox.target]]
name = "kho_moi"
purpose = "kho mới của tỉnh"
events = ["case.withdrawn"]
kind = "file"
folder = "drop-moi"
"""
portal = mail = world = None


def until(found, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.05)
    return value


class Outbox(play.Desk):
    """Cases as the counter plays them, and what is said of them elsewhere."""

    def deliveries(self, case):
        return play.ask("GET", case["self"] + "/deliveries").body["deliveries"]

    def delivery(self, case, target, state, kind=None):
        def found():
            return [d for d in self.deliveries(case) if d["target"] == target and d["state"] == state
                    and (kind is None or d["type"] == kind)]
        return until(found, lambda: self.deliveries(case))[0]

    def told(self, case, kind):
        return [(what, headers, json.loads(body)) for what, headers, body in portal.requests
                if json.loads(body)["case"]["id"] == case["id"] and headers["Antin-Event-Type"] == kind]

    def genuine(self, headers, body, secret=SECRET):
        wanted = hmac.new(secret, headers["Antin-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertEqual(headers["Antin-Signature"], "v1=" + wanted)

    def test_callbacks_are_signed_and_come_again_after_whatever_a_receiver_does(self):
        portal.plan.extend([500, "redirect", "drop"])
        case = self.opened()
        sent = self.delivery(case, "cong", "sent")
        self.assertEqual((sent["type"], sent["tries"]), ("case.received", 4))
        told = [r for r in portal.requests if json.loads(r[2])["case"]["id"] == case["id"]]
        self.assertEqual([what for what, _, _ in told], [500, "redirect", "drop", 204])
        self.assertEqual(len({body for _, _, body in told}), 1, "the same octets")
        self.assertEqual([h["Antin-Attempt"] for _, h, _ in told], ["1", "2", "3", "4"])
        for _, headers, body in told:
            self.genuine(headers, body)
            self.assertEqual(headers["Antin-Event-Id"], case["id"] + "-1")
            self.assertNotIn("Ánh", body.decode(), "nobody is named")

    def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(self):
        portal.plan.append("hang")
        case = self.opened()
        until(lambda: self.told(case, "case.received"), "nothing arrived")
        world.end_antind(signal.SIGKILL)
        portal.let_go.set()
        play.base = world.start_antind()
        self.delivery(case, "cong", "sent")
        told = self.told(case, "case.received")
        self.assertEqual([what for what, _, _ in told], ["hang", 204])
        self.assertEqual(len({h["Antin-Event-Id"] for _, h, _ in told}), 1)

    def test_a_wrong_certificate_gets_nothing_and_waits_for_somebody(self):
        case = self.step(self.opened(), "withdraw", {"reason": "đổi ý"})
        dead = self.delivery(case, "la", "dead")
        self.assertEqual((dead["reason"]["code"], dead["tries"]), ("net.tls", 2))
        self.assertEqual(dead["state_words"]["vi"], "lỗi")
        listed = {d["id"]: d for d in play.ask("GET", "/api/v1/deliveries?state=dead").body["deliveries"]}
        self.assertIn(dead["id"], listed)
        its = play.ask("GET", "/api/v1/cases/" + dead["case"]).body
        self.assertEqual((listed[dead["id"]]["number"], listed[dead["id"]]["paper"]), (its.get("number"), its["paper"]),
                         "a list names the document")
        listed = world.antin("outbox", "dead", "--config", world.folder / "antind.toml")
        self.assertEqual(listed.returncode, 1)
        self.assertIn(dead["id"], listed.stdout.decode())
        retry = f"/api/v1/deliveries/{dead['id']}/retry"
        refused = play.ask("POST", retry, {}, key=world.inspector)
        self.assertEqual((refused.status, refused.body["code"]), (403, "http.forbidden"))
        hidden = play.ask("POST", retry, {}, key=world.neighbour)
        self.assertEqual((hidden.status, hidden.body["code"]), (404, "outbox.unknown"))
        self.assertEqual(play.ask("POST", retry, {"colour": "red"}).status, 400)
        self.assertEqual(play.ask("POST", retry, {}).body["state"], "waiting")
        self.delivery(case, "la", "dead")
        cancelled = play.ask("POST", f"/api/v1/deliveries/{dead['id']}/cancel", {})
        self.assertEqual((cancelled.status, cancelled.body["state"]), (200, "cancelled"), cancelled.octets)
        sent = self.delivery(case, "cong", "sent", "case.withdrawn")
        refused = play.ask("POST", f"/api/v1/deliveries/{sent['id']}/cancel", {})
        self.assertEqual((refused.status, refused.body["code"]), (409, "outbox.sent"))

    def test_C17_R15_a_released_copy_is_mailed_and_dropped_and_R14_not_after_it_was_cancelled(self):
        mail.plan.append(451)
        case = self.step(self.sealed("thu-dien-tu-1"), "register")
        case = self.step(case, "release", {"delivery": "anh@example.vn"})
        copy = self.document(case, "sealed")
        sent = self.delivery(case, "thu", "sent")
        self.assertEqual((sent["address"], sent["tries"]), ("anh@example.vn", 2))
        self.assertEqual(sent["document_sha256"], hashlib.sha256(copy).hexdigest())
        to, letter = mail.letters[-1]
        self.assertEqual(to, "RCPT TO:<anh@example.vn>")
        self.assertEqual(letter["To"], "anh@example.vn")
        self.assertIn(case["number"], letter["Subject"])
        attached = next(letter.iter_attachments())
        self.assertEqual(attached.get_content(), copy)
        self.delivery(case, "kho_dvcqg", "sent")
        stem = world.folder / "drop" / sent["event"]
        self.assertEqual(stem.with_suffix(".pdf").read_bytes(), copy)
        told = json.loads(stem.with_suffix(".json").read_bytes())
        self.assertEqual(told["metadata"]["SoKyHieu"], case["number"])
        self.assertEqual((told["metadata"]["TenChuSoHuu"], told["metadata"]["NguoiKy"]),
                         ("Nguyễn Thị Ánh", "CHỦ TỊCH Nguyễn Văn Ảnh"))
        again = play.ask("POST", f"/api/v1/deliveries/{sent['id']}/retry", {"to": "chi@example.vn"})
        self.assertEqual((again.status, again.body["address"]), (200, "chi@example.vn"), again.octets)
        until(lambda: mail.letters[-1][0] == "RCPT TO:<chi@example.vn>", "not sent again")
        self.assertEqual(next(mail.letters[-1][1].iter_attachments()).get_content(), copy)
        self.delivery(case, "thu", "sent")
        case = self.step(case, "cancel", {"decision": "12/QĐ-UBND", "decision_date": "2026-11-23"})
        self.delivery(case, "cong", "sent", "case.cancelled")
        frozen = play.ask("POST", f"/api/v1/deliveries/{sent['id']}/retry", {})
        self.assertEqual((frozen.status, frozen.body["code"]), (409, "outbox.frozen"))
        versions = [json.loads(b)["case"]["version"] for _, _, b in portal.requests
                    if json.loads(b)["case"]["id"] == case["id"]]
        self.assertEqual(versions, sorted(versions), "in order")
        text = play.ask("GET", "/metrics").octets.decode()
        self.assertIn('antin_outbox_tries_total{target="thu",outcome="failed"}', text)
        self.assertIn('antin_outbox_waiting{target="cong"}', text)

    def withdrawn(self):
        return self.step(self.opened(), "withdraw", {"reason": "đổi ý"})

    def test_receivers_are_taken_up_at_sighup_whole_or_not_at_all(self):
        config, secret = world.folder / "antind.toml", world.folder / "secret"
        before, other = config.read_text(), b"fedcba9876543210fedcba9876543210"
        try:
            # One that cannot be spoken to, and its good neighbour is not taken up either.
            config.write_text(before + FURTHER + FURTHER.replace("kho_moi", "sai").replace(
                'kind = "file"\nfolder = "drop-moi"', 'url = "https://127.0.0.1/"\nsecrets = ["no-such-secret"]'))
            world.reload("reload_refused")
            case = self.withdrawn()
            self.delivery(case, "cong", "sent", "case.withdrawn")
            self.assertNotIn("kho_moi", {d["target"] for d in self.deliveries(case)})
            config.write_text(before + FURTHER)
            secret.write_bytes(other + b"\n")
            world.reload("reloaded")
            case = self.withdrawn()
            self.delivery(case, "kho_moi", "sent")
            self.delivery(case, "cong", "sent", "case.withdrawn")
            self.assertEqual(len(list((world.folder / "drop-moi").glob("*.json"))), 1)
            _, headers, _ = self.told(case, "case.withdrawn")[-1]
            body = next(b for _, h, b in portal.requests if h["Antin-Signature"] == headers["Antin-Signature"])
            self.genuine(headers, body, other)
            self.assertNotIn('"section":"outbox"', (world.folder / "antind.log").read_text())
        finally:
            config.write_text(before)
            secret.write_bytes(SECRET + b"\n")
            world.reload("reloaded")
        case = self.withdrawn()
        self.delivery(case, "cong", "sent", "case.withdrawn")
        self.assertNotIn("kho_moi", {d["target"] for d in self.deliveries(case)})


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    world = play.world = World(build / "tests" / "world-outbox", build, "--all-algorithms")
    pair = certificate(world.folder, "portal")
    portal, mail = Portal(pair), MailServer(pair, "antin", PASSWORD)
    for name, text in (("secret", SECRET), ("password", PASSWORD.encode())):
        (world.folder / name).write_bytes(text + b"\n")
        (world.folder / name).chmod(0o600)
    for name in ("drop", "drop-moi"):
        (world.folder / name).mkdir()
    units, office = furnish(world)
    more = office + TARGETS.format(portal=portal.port, mail=mail.port)
    with world.service(verify=units, more=more, scopes=EVERYTHING) as play.base:
        world.clerk = world.api_key
        world.inspector = world.add_key("inspector", "cases")
        world.neighbour = world.add_key("neighbour", EVERYTHING, "--unit", "H40.8")
        unittest.main()
