"""One appliance of its own: PKI, token, timestamp server, and antind with everything that it starts, to be
killed and started again."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from world import Tokend, quietly  # noqa: E402

# What a client sees of a service that was taken away under it: no answer, so nothing was promised.
GONE = (ConnectionError, http.client.HTTPException, socket.timeout, OSError)
READY_WITHIN = 30
ORIGIN = "survival.example/antin"


class NotReady(Exception):
    """The service does not come back."""


class Appliance:
    """`database`: "sqlite" or the address of a server. `sealed`: documents are encrypted. `key_holder`: folder of
    antin-tokend, where it is not beside the store. `tls`: how its clients speak to it, where they do so by TLS."""

    def __init__(self, folder, build, keys=None, agency=True):
        self.home, self.build = pathlib.Path(folder).resolve(), pathlib.Path(build).resolve()
        self.bin = self.build / "bin"
        self.home.mkdir(parents=True, exist_ok=True)
        keys = pathlib.Path(keys or self.home).resolve()
        self.pki, self.token, self.store = keys / "pki", keys / "token", self.home / "store"
        self.config, self.port_file, self.log = (self.home / n for n in ("antin.toml", "port", "log"))
        self.agency, self.tsa = agency, None
        self.database, self.sealed, self.key_holder, self.tls = "sqlite", False, None, None
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(self.token / "softhsm2.conf")}
        self.daemon = self.port = self.api_key = self.tokend = None

    def make_keys(self):
        """Once; several appliances may have the same."""
        if self.pki.exists():
            return
        quietly(sys.executable, ROOT / "tests/pki/make_pki.py", "--fresh", "--out", self.pki)
        quietly(ROOT / "packaging/dev-token", self.token, "agency", self.pki, "agency")

    @contextlib.contextmanager
    def timestamps(self):
        server = subprocess.Popen([self.build / "tests/antin-test-pki-server", "--pki", self.pki, "--until-eof"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            said = server.stdout.readline().split()
            if said[:1] != ["port"]:
                sys.exit("the timestamp server does not start")
            self.tsa = f"http://127.0.0.1:{said[1]}/tsa"
            yield
        finally:
            server.stdin.close()
            server.stdout.close()
            server.wait(10)

    def configure(self):
        lines = ['schema = "antin-config/1"', "[http]", "port = 0", f'port_file = "{self.port_file}"',
                 *([f'tls_certificate = "{self.home}/tls.crt"', f'tls_key = "{self.home}/tls.key"'] if self.tls else ()),
                 "[verify]", "workers = 2"]
        if self.pki.exists():
            lines += [f'trust = "{self.pki}/trust"', f'crls = "{self.pki}/crl"']
        lines += ["[revocation]", "online = false",
                  "[store]", f'folder = "{self.store}"', f'database = "{self.database}"']
        if self.sealed:
            lines += [f'key_file = "{self.home}/store-key"']
        if self.agency:
            lines += ["[agency]", 'key = "pkcs11:token=agency;object=agency"',
                      f'tokend = "{self.key_holder_folder()}/tokend.sock"', 'level = "B-T"',
                      f'tsa = ["{self.tsa}"]', "retry_seconds = 1",
                      "[audit]", 'checkpoint_key = "pkcs11:token=agency;object=checkpoint"',
                      f'origin = "{ORIGIN}"']
        self.config.write_text("\n".join(lines) + "\n")

    def make_store_key(self):
        quietly(self.bin / "antind", "store", "init-key", self.home / "store-key")

    def speak_tls(self):
        """From its next start; with a certificate of its own."""
        quietly("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.home / "tls.key",
                "-out", self.home / "tls.crt")
        (self.home / "tls.key").chmod(0o600)
        self.tls = ssl.create_default_context(cafile=self.home / "tls.crt")

    def key_holder_folder(self):
        return self.key_holder or self.store.parent / "tokend"

    def add_key(self):
        self.api_key = quietly(self.bin / "antind", "key", "add", "--name", "survival", "--scopes",
                               "verify,sign,originals,register,audit", "--config", self.config,
                               env=self.environment).decode().strip()

    def launch(self):
        """Starts it, and the key holder beside it, and does not wait for it."""
        self.hold_keys()
        self.port_file.unlink(missing_ok=True)
        self.port = None
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen([self.bin / "antind", "--config", self.config],
                                           env=self.environment, stdout=log, stderr=log,
                                           stdin=subprocess.DEVNULL)

    def hold_keys(self):
        """Starts antin-tokend when it does not run."""
        if not self.agency:
            return
        if self.tokend is None:
            self.tokend = Tokend(self.key_holder_folder(), self.build, self.token)
        self.tokend.environment = self.environment
        if self.tokend.process is None or self.tokend.process.poll() is not None:
            self.tokend.start()

    def await_ready(self, within=READY_WITHIN):
        until = time.monotonic() + within
        while time.monotonic() < until:
            if self.daemon.poll() is not None:
                raise NotReady(f"antind ended with {self.daemon.returncode}\n{self.tail()}")
            with contextlib.suppress(OSError, ValueError):
                self.port = int(self.port_file.read_text())
                with contextlib.suppress(*GONE):
                    if Client(self).ask("GET", "/readyz", key=False)[0] == 200:
                        return
            time.sleep(0.01)
        raise NotReady(f"antind is not ready after {within} s\n{self.tail()}")

    def start(self, within=READY_WITHIN):
        self.launch()
        self.await_ready(within)

    def stop(self, how=signal.SIGTERM):
        if self.daemon is not None:
            with contextlib.suppress(ProcessLookupError):
                self.daemon.send_signal(how)
            self.daemon.wait(30)
            self.daemon = None
        if self.tokend is not None:
            with contextlib.suppress(ProcessLookupError):
                self.tokend.end(how)

    def processes(self):
        """{program's name: [pid]} of antind and antin-tokend and everything below them."""
        found = family(self.daemon.pid) if self.daemon is not None else {}
        if self.tokend is not None and self.tokend.process is not None:
            for name, pids in family(self.tokend.process.pid).items():
                found.setdefault(name, []).extend(pids)
        return found

    def tail(self, octets=1200):
        with contextlib.suppress(OSError):
            return self.log.read_bytes()[-octets:].decode(errors="replace")
        return ""

    def remove(self):
        shutil.rmtree(self.home, ignore_errors=True)


def stat_of(pid):
    """(name, state, parent, start time) of a process; None when there is none."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return name, rest[0], int(rest[1]), int(rest[19])


def family(ancestor):
    parents, names = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (facts := stat_of(entry)) and facts[1] not in "ZX":
            parents[int(entry)], names[int(entry)] = facts[2], facts[0]
    found = {}
    for pid in parents:
        above = pid
        while above in parents and above != ancestor:
            above = parents[above]
        if above == ancestor:
            found.setdefault(names[pid], []).append(pid)
    return found


class Client:
    """One connection that is kept. An answer is whole or an exception of GONE."""

    def __init__(self, appliance, timeout=60):
        self.appliance, self.timeout, self.connection, self.port = appliance, timeout, None, None

    def ask(self, method, path, body=None, key=True, **fields):
        """(status, fields, content)"""
        if self.connection is None or self.port != self.appliance.port:
            self.close()
            self.port = self.appliance.port
            if self.port is None:
                raise ConnectionRefusedError
            self.connection = (
                http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.timeout, context=self.appliance.tls)
                if self.appliance.tls else http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout))
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if key and self.appliance.api_key:
            headers["Authorization"] = f"Bearer {self.appliance.api_key}"
        if body is not None:
            headers.setdefault("Content-Type", "application/pdf")
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
            if answer.getheader("Connection", "").lower() == "close":
                self.close()
            return answer.status, answer.headers, content
        except GONE:
            self.close()
            raise

    def json(self, method, path, body=None, **fields):
        status, _, content = self.ask(method, path, body, **fields)
        return status, json.loads(content)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def paper(text, padding=0):
    """A small PDF of one page that nobody has made before; `padding` octets of noise in an unused stream."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    noise = hashlib.shake_256(text.encode()).digest(padding)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               b" /Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    if padding:
        objects[2] = objects[2].replace(b"/F1 5 0 R >>", b"/F1 5 0 R >> /XObject << /X1 6 0 R >>")
        objects.append(b"<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length %d >>\nstream\n%s\nendstream" % (
            len(noise.hex()) + 1, b"%" + noise.hex().encode()))
    out, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
