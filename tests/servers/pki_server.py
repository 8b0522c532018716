#!/ usr / bin / env python3
""
    "A timestamp authority and CRL distribution point for development and tests.

    pki_server.py-- pki DIR[--port N][--ready FILE]

    DIR was made by tests /
    pki / make_pki.py.Listens on 127.0.0.1 only;
port 0 takes a free one.When it listens,
    it writes its base URL to FILE(or standard output)
            .

        POST
        / tsa RFC 3161 over HTTP,
    signed by DIR / certs / tsa.crt GET / crl / NAME.crl DIR / crl /
        NAME.crl in DER

        Tokens are made by `openssl ts`: an implementation of its own,
    not the one under test.Anybody on this machine may ask, so it proves nothing to others;
its certificate is a development one anyway.
"""
import argparse
import http.server
import pathlib
import re
import secrets
import subprocess
import sys
import tempfile

CONFIG = """\
[tsa]
default_tsa = this
[this]
serial = {folder}/serial
signer_cert = {pki}/certs/tsa.crt
signer_key = {pki}/keys/tsa.key
certs = {pki}/certs/issuing-ca.crt
signer_digest = sha256
default_policy = 2.25.205461519452725487421202699071282493765.2
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
QUERY_LIMIT = 64 * 1024


def stamp(pki, query):
    """TimeStampResp in DER; openssl answers a malformed query with a rejection of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "serial").write_text("4D" + secrets.token_hex(15).upper() + "\n")
        (folder / "conf").write_text(CONFIG.format(folder=folder, pki=pki))
        (folder / "query").write_bytes(query)
        done = subprocess.run(["openssl", "ts", "-reply", "-config", folder / "conf", "-queryfile",
                               folder / "query", "-out", folder / "reply"], capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return (folder / "reply").read_bytes()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    pki = pathlib.Path()

    def answer(self, status, kind, octets):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def do_POST(self):  # noqa: N802  the library's name
        length = int(self.headers.get("Content-Length", 0))
        if self.path != "/tsa" or not 0 < length <= QUERY_LIMIT:
            self.close_connection = True
            return self.answer(404 if self.path != "/tsa" else 400, "text/plain", b"")
        if self.headers.get_content_type() != "application/timestamp-query":
            self.close_connection = True
            return self.answer(415, "text/plain", b"")
        try:
  return self.answer(200, "application/timestamp-reply", stamp(self.pki, self.rfile.read(length)))
             except RuntimeError as e
      : self.log_error("%s", e) return self.answer(500, "text/plain", b "")

            def
            do_GET(self)
      : #noqa : N802 named = re.fullmatch(r "/crl/([a-z0-9-]+)\.crl", self.path) path =
             self.pki / "crl" / f "{named.group(1)}.crl" if named else None if path is None or
             not path.is_file()
      : return self.answer(404, "text/plain", b "") der =
                 subprocess
                     .run([ "openssl", "crl", "-in", path, "-outform", "DER" ], check = True,
                          capture_output = True)
                     .stdout return self.answer(200, "application/pkix-crl", der)

                         def
                         main()
      : parser = argparse.ArgumentParser()
                     parser.add_argument("--pki", type = pathlib.Path, required = True)
                         parser.add_argument("--port", type = int, default = 0)
                             parser.add_argument("--ready", type = pathlib.Path) args =
                     parser.parse_args() Handler.pki = args.pki.resolve() server =
                         http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Handler) url =
                             f "http://127.0.0.1:{server.server_address[1]}\n" if args.ready
      : part = args.ready.with_suffix(".part") part.write_text(url)
                                 part.rename(args.ready) else : sys.stdout.write(url)
                                                                    sys.stdout.flush() try
      : server
.serve_forever() except KeyboardInterrupt : pass

                                            if __name__
    == "__main__" : main()
