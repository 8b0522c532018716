#!/usr/bin/env python3
"""packaging/nginx/antin.conf in a real nginx, in front of a real antind and of a server that writes down
what it is sent.

    nginx_test.py BUILD [unittest options]
"""
import contextlib
import http.client
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import unittest
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import free_port, quietly, wait_for  # noqa: E402

NAME = "antin.example.gov.vn"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PDF = (ROOT / "packaging/samples/thong-bao.pdf").read_bytes()
SKIPPED = 77
build = folder = None


class Recorder:
    """Answers every request with 200 and keeps its octets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.seen = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b""
        with connection:
            while b"\r\n\r\n" not in data:
                piece = connection.recv(65536)
                if not piece:
                    return
                data += piece
            self.seen.append(data)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


def site(upstream, plain, tls):
    """The shipped file with names, ports and certificates of this test."""
    text = (ROOT / "packaging/nginx/antin.conf").read_text(encoding="utf-8")
    text = re.sub(r"^.*listen \[::\].*\n", "", text, flags=re.M)
    return (text.replace("127.0.0.1:8421", f"127.0.0.1:{upstream}")
            .replace("listen 443", f"listen 127.0.0.1:{tls}").replace("listen 80", f"listen 127.0.0.1:{plain}")
            .replace("/etc/antin/tls/", f"{folder}/"))


class Proxy:
    """nginx with the shipped site in front of one port."""

    def __init__(self, upstream):
        self.plain, self.tls = free_port(), free_port()
        self.config = folder / f"nginx-{upstream}.conf"
        here = folder / f"nginx-{upstream}"
        here.mkdir()
        temporary = "".join(f"{kind}_temp_path {here}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.config.write_text(
            f"daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/error.log;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{temporary}"
            + site(upstream, self.plain, self.tls) + "}\n", encoding="utf-8")
        self.folder = here

    def check(self):
        return subprocess.run([NGINX, "-t", "-c", self.config], capture_output=True, text=True)

    @contextlib.contextmanager
    def running(self):
        server = subprocess.Popen([NGINX, "-c", self.config], stderr=subprocess.DEVNULL)
        try:
            wait_for(self.listens, server, "nginx")
            yield self
        finally:
            server.terminate()
            server.wait(10)

    def listens(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.tls)):
            return True
        return False

    def connect(self, name=NAME, certificate=None, versions=None):
        context = ssl.create_default_context(cafile=folder / "fullchain.pem")
        if versions:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version, context.maximum_version = versions
        if certificate:
            context.load_cert_chain(*certificate)
        plain = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        return context.wrap_socket(plain, server_hostname=name)

    def raw(self, octets, **how):
        """Everything that comes back until nginx closes."""
        with self.connect(**how) as connection:
            connection.sendall(octets)
            answer = b""
            with contextlib.suppress(OSError):
                while piece := connection.recv(65536):
                    answer += piece
            return answer

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", timeout=60)
        connection.sock = self.connect()
        connection.request(method, path, body, {"Host": NAME, **(headers or {})},
                           encode_chunked=not isinstance(body, (bytes, type(None))))
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        return answer, octets


@contextlib.contextmanager
def antind():
    """The service without a key: what it needs to judge documents."""
    config, port = folder / "antin.toml", folder / "antind.port"
    config.write_text(f'schema = "antin-config/1"\n[http]\nport = 0\nport_file = "{port}"\n'
                      f'behind_tls_proxy = true\n[revocation]\nonline = false\n'
                      f'[store]\nfolder = "{folder}/store"\n')
    with open(folder / "antind.log", "wb") as log:
        server = subprocess.Popen([build / "bin/antind", "--config", config], stdout=log, stderr=log)
    try:
        wait_for(lambda: port.exists() and port.read_text().strip(), server, "antind")
        yield int(port.read_text())
    finally:
        server.terminate()
        server.wait(30)


class BeforeAntind(unittest.TestCase):
    def test_answers_arrive_with_each_security_header_once(self):
        for method, path, body, status in (("GET", "/", None, 200), ("GET", "/readyz", None, 200),
                                           ("GET", "/nowhere", None, 404),
                                           ("POST", "/api/v1/verify", PDF, 200),
                                           ("POST", "/api/v1/verify", iter([PDF[:999], PDF[999:]]), 200)):
            answer, octets = proxy.ask(method, path, body, {"Content-Type": "application/pdf"} if body else {})
            self.assertEqual(answer.status, status, (path, octets))
            for name in ("X-Content-Type-Options", "Content-Security-Policy", "Strict-Transport-Security",
                         "Cache-Control"):
                self.assertEqual(len(answer.headers.get_all(name, [])), 1, (path, name, str(answer.headers)))
            self.assertNotRegex(answer.headers["Server"] or "", r"\d")
            self.assertEqual(list((proxy.folder / "client_body").iterdir()), [])

    def test_what_is_too_large_is_refused_in_the_form_of_the_interface(self):
        answer, octets = proxy.ask("POST", "/api/v1/verify", None,
                                   {"Content-Length": str(1 << 30), "Content-Type": "application/pdf"})
        self.assertEqual(answer.status, 413, octets)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")

    def test_metrics_stay_inside(self):
        answer, _ = proxy.ask("GET", "/metrics")
        self.assertEqual(answer.status, 200)  # this test is on the machine itself
        self.assertIn("deny all", (ROOT / "packaging/nginx/antin.conf").read_text().split("= /metrics")[1])

    def test_old_protocols_and_other_names_get_no_handshake(self):
        old = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        for how in ({"versions": old}, {"name": "other.example"}):
            with self.subTest(how), self.assertRaises((ssl.SSLError, OSError)):
                proxy.connect(**how)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            proxy.connect(versions=(version, version)).close()

    def test_plain_http_moves_readers_and_refuses_documents(self):
        for method, status in (("GET", 308), ("POST", 403)):
            connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
            connection.request(method, "/x", None, {"Host": NAME})
            self.assertEqual(connection.getresponse().status, status)
            connection.close()


class WhatIsPassedOn(unittest.TestCase):
    HEAD = f"Host: {NAME}\r\n".encode()

    def passed(self, octets, **how):
        """(nginx's status line, what reached the server behind)"""
        before = len(recorder.seen)
        answer = mirror.raw(octets, **how)
        return answer.split(b"\r\n", 1)[0], recorder.seen[before:]

    def test_a_client_cannot_say_who_it_is(self):
        _, seen = self.passed(b"GET / HTTP/1.1\r\n" + self.HEAD + b"X-Client-Certificate: forged\r\n"
                              b"X-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\nX-Real-IP: 10.0.0.1\r\n"
                              b"X_Forwarded_For: 10.0.0.1\r\nX-Client-Certificate : forged\r\n"
                              b"Connection: close, X-Forwarded-For\r\n\r\n")
        self.assertTrue(all(b"forged" not in s and b"10.0.0.1" not in s for s in seen), seen)
        for octets in seen:
            self.assertEqual(re.findall(rb"(?i)\r\nx-forwarded-for: (\S+)", octets), [b"127.0.0.1"])

    def test_no_certificate_is_asked_for_or_passed_on(self):
        request = b"GET / HTTP/1.1\r\n" + self.HEAD + b"Connection: close\r\n\r\n"
        status, seen = self.passed(request, certificate=(folder / "fullchain.pem", folder / "privkey.pem"))
        self.assertIn(b"200", status)
        self.assertNotRegex(seen[0], rb"(?i)certificate")

    def test_nothing_that_can_be_framed_in_two_ways_gets_through(self):
        smuggled = b"GET /smuggled HTTP/1.1\r\n" + self.HEAD + b"\r\n"
        close = b"Connection: close\r\n"
        shapes = {
            "CL and TE": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "two lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n",
            "TE twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "TE unknown": b"Transfer-Encoding: xchunked\r\n",
            "length with a sign": b"Content-Length: +5\r\n",
            "length in a list": b"Content-Length: 5, 5\r\n",
            "two hosts": b"Host: other.example\r\n",
        }
        for name, fields in shapes.items():
            with self.subTest(name):
                status, seen = self.passed(b"POST / HTTP/1.1\r\n" + self.HEAD + close + fields +
                                           b"\r\n0\r\n\r\n" + smuggled)
                self.assertRegex(status, rb" (400|501)")
                self.assertEqual(seen, [])
        # What nginx drops and not refuses must not change what the server behind reads.
        for name, fields in {"space before the colon": b"Transfer-Encoding : chunked\r\n",
                             "underscore": b"Transfer_Encoding: chunked\r\n"}.items():
            with self.subTest(name):
                _, seen = self.passed(b"GET / HTTP/1.1\r\n" + self.HEAD + close + fields + b"\r\n")
                self.assertTrue(all(b"hunked" not in s for s in seen), seen)


if __name__ == "__main__":
    if not NGINX:
        print("skipped: nginx is not installed")
        sys.exit(SKIPPED)
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    folder = build / "tests" / "nginx-world"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    quietly("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / "privkey.pem")
    quietly("openssl", "req", "-x509", "-key", folder / "privkey.pem", "-out", folder / "fullchain.pem", "-days", "2",
            "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:other.example")
    recorder = Recorder()
    with antind() as service:
        proxy, mirror = Proxy(service), Proxy(recorder.port)
        checked = proxy.check()
        if checked.returncode != 0 or "[warn]" in checked.stderr:
            sys.exit(f"nginx -t does not like the file:\n{checked.stderr}")
        with proxy.running(), mirror.running():
            unittest.main()
