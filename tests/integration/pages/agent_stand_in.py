"""What the pages hear from an agent, without one: for states that a real token does not take on
request. It speaks docs/PROTOCOL.agent.md and signs with the officer's token of the world."""
import base64
import hashlib
import http.server
import json
import re
import threading
import time

from english import catalogue


class StandIn:
    """`mode`: "" works; "missing", "unpaired", "no_token", "none" (no certificate), "driver" (it cannot be loaded), "low" (one try
    left), "wrong_before", "locked", "expired", "other" (certificates that cannot sign), "pulled" (after one case), "wrong_pin",
    "asking" (the PIN, until the mode is another), "no_dialog", "lost" (signed, not delivered)."""

    def __init__(self, desk):
        self.desk, self.mode, self.jobs, self.signed = desk, "", {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, told = (200, {}) if self.command == "OPTIONS" else outer.told(
                    self.path.removeprefix("/antin-agent/1/"), json.loads(body or b"{}"))
                octets = json.dumps(told).encode()
                self.send_response(status)
                for name, value in (("Access-Control-Allow-Origin", self.headers.get("Origin", "*")),
                                    ("Access-Control-Allow-Headers", "content-type, x-antin-agent-session"),
                                    ("Access-Control-Allow-Private-Network", "true"),
                                    ("Content-Type", "application/json"), ("Content-Length", str(len(octets)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(octets)

            do_GET = do_POST = do_OPTIONS = answer

            def log_message(self, *ignored):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def problem(code, **values):
        """As the catalogue says it."""
        texts = [re.sub(r"\{(\w+)\}", lambda one: str(values.get(one[1], one[0])), text) for text in catalogue()[code]]
        return {"code": code, "message": dict(zip(("vi", "en"), texts[:2])), "action": dict(zip(("vi", "en"), texts[2:]))}

    def told(self, path, body):
        if self.mode == "missing":
            return 200, {"agent": "something else"}
        if path == "hello":
            return 200, {"agent": "antin-agent", "protocol": 1, "paired": self.mode != "unpaired"}
        if path == "session":
            return 200, {"session": "s"}
        if path == "pair":
            self.jobs["pair"] = {"job": "pair", "state": "asking", "code": "482913"}
            return 200, self.jobs["pair"]
        if path == "certificates":
            return 200, self.certificates()
        if path == "sign":
            self.jobs["sign"] = {"job": "sign", "state": "asking", "items": [], "total": 0, "signed": 0}
            threading.Thread(target=self.sign, args=(body,), daemon=True).start()
            return 200, self.jobs["sign"]
        return 200, self.jobs.get(path.removeprefix("jobs/"), {})

    def certificates(self):
        if self.mode in ("no_token", "driver"):
            why = {"problem": self.problem("token.module_unusable", tep="/usr/lib/libvendor.so", ly_do="không có tệp này",
                                           reason="there is no such file")}
            return {"tokens": [], "certificates": [], **(why if self.mode == "driver" else {})}
        der = self.desk.certificate()
        tokens = [{"label": "officer", "pin": {"low": "final_try", "wrong_before": "low", "locked": "locked"}.get(self.mode, "ok")}]
        if self.mode == "none":
            return {"tokens": tokens, "certificates": []}
        why = {"expired": self.problem("sign.certificate_expired", ngay="31/12/2025"),
               "other": self.problem("agent.not_for_signing")}.get(self.mode)
        return {"tokens": tokens,
                "certificates": [{**({"problem": why} if why else {}), "certificate": der, "chain": [], "algorithm": "RSASSA-PKCS1-v1_5", "digest": "SHA-256",
                                  "sha256": hashlib.sha256(base64.b64decode(der)).hexdigest(), "name": "Nguyễn Văn Ảnh",
                                  "issuer": "Antin Test CA", "not_before": "2026-01-01T00:00:00Z",
                                  "not_after": "2028-01-01T00:00:00Z", "token": "officer"}]}

    def ask(self, method, path, ticket, members=None):
        headers = {"Authorization": f"Ticket {ticket}", "Content-Type": "application/json"}
        return json.loads(self.desk.office.sent(method, path, None if members is None else json.dumps(members), headers)[2])

    def sign(self, body):
        job, address = self.jobs["sign"], f"/api/v1/signing-sessions/{body['session']}"
        items = [one for one in self.ask("GET", address, body["ticket"])["items"] if one["state"] == "prepared"]
        job.update(state="signing", total=len(items))
        until = time.monotonic() + 120
        while self.mode == "asking" and time.monotonic() < until:
            job["state"] = "asking"
            time.sleep(0.05)
        refused = {"wrong_pin": self.problem("token.pin_incorrect", n=2, left="2 tries are"), "no_dialog": self.problem("agent.no_dialog")}
        if self.mode in refused:
            job.update(state="failed", problem=refused[self.mode])
            return
        values = []
        for item in items[:1] if self.mode == "pulled" else items:
            value = self.desk.on_token(base64.b64decode(item["attributes"]))
            values.append({"case": item["case"], "value": base64.b64encode(value).decode()})
            job["items"].append({"case": item["case"], "state": "signed"})
            job["signed"] += 1
        if self.mode == "lost":
            job["problem"] = self.problem("agent.callback_lost", trang=self.desk.office.base)
            while self.mode == "lost" and time.monotonic() < until:
                time.sleep(0.05)
        self.signed += [one["case"] for one in values]
        self.ask("POST", address + "/complete", body["ticket"], {"signatures": values})
        if self.mode == "pulled":
            job.update(state="failed", problem=self.problem("agent.token_away"))
        else:
            job.update(state="done")
