#!/usr/bin/env python3
"""Pages while they are being written: /web/ and /app/ come from service/web of the sources, everything
else from a real antind, so that a change is seen after a reload and nothing need be built.

    develop.py BUILD [AREA]      prints the address, API keys and accounts; Ctrl-C ends it

With ANTIN_PAGES=source every browser test runs this way.
"""
import contextlib
import http.client
import http.server
import json
import mimetypes
import pathlib
import ssl
import sys
import threading
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
WEB = HERE.parents[2] / "service" / "web"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' "
          "https://localhost:* https://127.0.0.1:* http://127.0.0.1:* ws://127.0.0.1:*; media-src 'self' blob:; "
          "frame-src 'self' blob:; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


class FromSource:
    """A server in front of antind. Runs inside a `with`."""

    def __init__(self, office):
        self.office = office
        self.upstream = urllib.parse.urlsplit(office.base)
        self.context = ssl.create_default_context(cafile=office.world.folder / "tls.crt")

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.upstream.port, timeout=120, context=self.context)

    @contextlib.contextmanager
    def running(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                outer.answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.office.world.folder / "tls.crt", self.office.world.folder / "tls.key")
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"https://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        path = urllib.parse.urlsplit(request.path).path
        file = WEB / "staff.html" if path == "/app/" else (WEB / path[5:]).resolve() if path.startswith("/web/") else None
        if file is not None and file.is_relative_to(WEB) and file.is_file():
            kind = {".js": "text/javascript", ".svg": "image/svg+xml"}.get(file.suffix) or mimetypes.guess_type(file)[0]
            text = "; charset=utf-8" if kind.startswith("text/") else ""
            return self.send(request, 200, [("Content-Type", kind + text), ("Content-Security-Policy", POLICY),
                                            ("Cache-Control", "no-store")], file.read_bytes())
        return self.pass_on(request, body)

    def pass_on(self, request, body):
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
        # As a proxy in front does: what the browser calls the service is what the service calls itself.
        headers["Host"] = request.headers["Host"]
        connection = self.connect()
        try:
            connection.request(request.command, request.path, body or None, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders()
                    if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server")]
            self.send(request, answer.status, kept, answer.read())
        finally:
            connection.close()

    @staticmethod
    def send(request, status, headers, body):
        with contextlib.suppress(OSError):
            request.send_response_only(status)
            for name, value in headers:
                request.send_header(name, value)
            if status != 204:
                request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            if request.command != "HEAD":
                request.wfile.write(body)


if __name__ == "__main__":
    import browser
    office = browser.Office(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "develop")
    with office.running():
        with FromSource(office).running() as address:
            print(f"{address}/app/\nAPI key: {office.world.api_key}\n{json.dumps(office.accounts)}", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()
