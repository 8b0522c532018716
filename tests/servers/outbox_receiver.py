"""Receivers for what leaves by itself: a portal over HTTPS and a mail server with STARTTLS, each on
a free port of the loopback, each with faults that a test asks for."""
import base64
import collections
import email
import email.policy
import http.server
import socketserver
import ssl
import subprocess
import threading


def certificate(folder, name, host="127.0.0.1"):
    """A key and a certificate for `host`, self-signed: (certificate, key)."""
    crt, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", crt, "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=IP:{host}"], check=True, capture_output=True)
    return crt, key


def tls(pair):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


class Quiet(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that go away are what is tested

    def serve(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self.server_address[1]


class Portal:
    """Remembers requests; `plan` says what becomes of the next ones: a status, "hang", "drop" or "redirect"."""

    def __init__(self, pair):
        self.requests, self.plan = [], collections.deque()
        self.arrived, self.let_go = threading.Semaphore(0), threading.Event()
        portal = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def setup(self):
                self.request = tls(pair).wrap_socket(self.request, server_side=True)
                super().setup()

            def finish(self):
                super().finish()
                self.request.close()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                what = portal.plan.popleft() if portal.plan else 204
                portal.requests.append((what, dict(self.headers), body))
                portal.arrived.release()
                if what == "hang":
                    portal.let_go.wait(60)
                if what in ("hang", "drop"):
                    self.close_connection = True
                    return
                self.send_response(302 if what == "redirect" else what)
                if what == "redirect":
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *ignored):
                pass

        self.port = Quiet(("127.0.0.1", 0), Handler).serve()


class MailServer:
    """Takes letters after STARTTLS; `plan` holds the answers to the next RCPT, 250 by itself."""

    def __init__(self, pair, user, password):
        self.letters, self.plan = [], collections.deque()
        self.arrived = threading.Semaphore(0)
        mail = self
        wanted = base64.b64encode(f"\0{user}\0{password}".encode()).decode()

        class Handler(socketserver.BaseRequestHandler):
            def say(self, line):
                self.request.sendall(line.encode() + b"\r\n")

            def finish(self):
                self.request.close()

            def handle(self):
                self.say("220 thu.test")
                lines, secure, known, to = self.request.makefile("rb"), False, False, None
                while line := lines.readline():
                    word = line.decode().strip()
                    verb = word.split(" ")[0].upper()
                    if verb == "EHLO":
                        self.say("250-thu.test")
                        self.say("250 AUTH PLAIN" if secure else "250 STARTTLS")
                    elif verb == "STARTTLS":
                        self.say("220 go")
                        self.request, secure = tls(pair).wrap_socket(self.request, server_side=True), True
                        lines = self.request.makefile("rb")
                    elif verb == "AUTH":
                        known = secure and word.split(" ")[-1] == wanted
                        self.say("235 known" if known else "535 who are you")
                    elif verb == "RCPT":
                        to = word
                        self.say(f"{mail.plan.popleft() if mail.plan else 250} answer")
                    elif verb == "DATA":
                        self.say("354 go" if known and to else "503 order")
                        text = b""
                        while (part := lines.readline()) != b".\r\n":
                            text += part[1:] if part.startswith(b".") else part
                        mail.letters.append((to, email.message_from_bytes(text, policy=email.policy.default)))
                        self.say("250 taken")
                        mail.arrived.release()
                    elif verb == "QUIT":
                        return
                    else:
                        self.say("250 ok")

        self.port = Quiet(("127.0.0.1", 0), Handler).serve()

