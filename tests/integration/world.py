"""What end-to-end tests sign with: a fresh PKI, SoftHSM tokens, the development TSA, and antin itself."""
import contextlib
import hashlib
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
CONFIG = """\
schema = "antin-config/1"
[http]
port = 0
port_file = "{port_file}"
{http}[verify]
trust = "{world.trust}"
crls = "{world.pki}/crl"
{verify}[agency]
key = "pkcs11:token=agency;object=agency"
tokend = "{world.folder}/tokend/tokend.sock"
appearances = "{samples}"
[store]
folder = "{world.folder}/store"
"""


TOKEND_CONFIG = """\
schema = "antin-tokend/1"
modules = ["{module}"]
[service]
socket = "tokend.sock"
operator_socket = "operator.sock"
folder = "."
[[tokens]]
uri = "pkcs11:token=agency"
pin = "file:{token}/agency.pin"
{agencies}
[[keys]]
uri = "pkcs11:token=agency;object=checkpoint"
purpose = "checkpoint"
per_minute = 1000000
per_day = 1000000
{always}
"""
AGENCY = """\
[[keys]]
uri = "pkcs11:token=agency;object={name}"
purpose = "document"
roles = ["agency"]
schemes = ["RSASSA-PKCS1-v1_5 SHA-256", "ECDSA SHA-256", "ECDSA SHA-384"]
per_minute = 1000000
per_day = 1000000
{always}
"""
ALWAYS = """\
hours = "00:00-24:00"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""


class Tokend:
    """antin-tokend of a build, in a folder of its own, for the token "agency" of dev-token in the
    folder `token` and the agencies' keys on it. Runs inside a `with`; may be killed and started again."""

    def __init__(self, folder, build, token, agencies=("agency",)):
        self.folder, self.build = pathlib.Path(folder).resolve(), pathlib.Path(build).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket, self.process = self.folder / "tokend.sock", None
        self.operator_socket, self.journal = self.folder / "operator.sock", self.folder / "journal"
        self.log = self.folder / "tokend.log"
        self.config = self.folder / "tokend.toml"
        self.config.write_text(TOKEND_CONFIG.format(
            module=MODULE, token=token, always=ALWAYS,
            agencies="".join(AGENCY.format(name=name, always=ALWAYS) for name in agencies)))
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(token / "softhsm2.conf")}

    def start(self):
        self.socket.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.build / "bin" / "antin-tokend", "--config", self.config],
                env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_for(self.socket.exists, self.process, "antin-tokend")

    def end(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(120)
            self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *ignored):
        self.end()


def free_port():
    """A port of the loopback that nobody listens on now; for what must be known before it is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quietly(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, stdin=subprocess.DEVNULL,
                          **kwargs)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


class World:
    """One folder with everything, made anew; `build` is a finished build."""

    def __init__(self, folder, build, *pki_options):
        self.folder, self.build = pathlib.Path(folder).resolve(), pathlib.Path(build).resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.pki, self.token = self.folder / "pki", self.folder / "token"
        quietly(sys.executable, ROOT / "tests/pki/make_pki.py", "--fresh", "--out", self.pki,
                *pki_options)
        self.officers = officers = sorted(p.stem for p in (self.pki / "keys").glob("officer-*.key"))
        quietly(ROOT / "packaging/dev-token", self.token, "officer", self.pki, *officers)
        self.agencies = sorted(p.stem for p in (self.pki / "keys").glob("agency*.key"))
        quietly(ROOT / "packaging/dev-token", self.token, "agency", self.pki, *self.agencies)
        self.trust = self.pki / "trust"
        self.anchors = [self.pki / "certs" / "root.crt"]
        self.chain = [self.pki / "certs" / "issuing-ca.crt"]
        self.crls = sorted((self.pki / "crl").glob("*.crl"))
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(self.token / "softhsm2.conf")}
        self.tsa = None

    def key(self, name):
        token = "agency" if name in self.agencies else "officer"
        return f"pkcs11:token={token};object={name}?module-path={MODULE}"

    def key_id(self, name):
        """CKA_ID of an officer's key, hexadecimal, as packaging/dev-token counts them. pkcs11-tool needs it: it signs
        with the first key it meets when it is given a label only."""
        return f"{self.officers.index(name) + 1:02x}"

    def pin(self, name):
        return f"file:{self.token / ('agency' if name in self.agencies else 'officer')}.pin"

    @contextlib.contextmanager
    def timestamps(self):
        """The test PKI's TSA on a free port while the block runs."""
        with open(self.folder / "pki-server.log", "wb") as log:
            server = subprocess.Popen(
                [self.build / "tests" / "antin-test-pki-server", "--pki", self.pki, "--until-eof"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            said = server.stdout.readline().split()
            if said[:1] != ["port"]:
                sys.exit(f"the timestamp server does not start; see {self.folder}/pki-server.log")
            self.tsa = f"http://127.0.0.1:{said[1]}/tsa"
            yield self.tsa
        finally:
            self.tsa = None
            server.stdin.close()
            server.stdout.close()
            server.wait(60)

    @contextlib.contextmanager
    def service(self, verify="", more="", scopes="verify,sign,originals,register", http="", agency=""):
        """antind with the agency's key on a free port; its base URL. An API key with these rights is
        in self.api_key. `http`, `verify`, `agency` and `more` are further lines of configuration."""
        config, port = self.folder / "antind.toml", self.folder / "antind.port"
        port.unlink(missing_ok=True)
        lines = CONFIG.format(world=self, port_file=port, http=http, verify=verify, samples=ROOT / "packaging/samples")
        config.write_text(lines.replace("[store]\n", agency + "[store]\n") + more)
        (self.folder / "antind.log").write_bytes(b"")
        self.api_key = self.add_key("test", scopes)
        with Tokend(self.folder / "tokend", self.build, self.token, self.agencies) as self.tokend:
            try:
                yield self.start_antind()
            finally:
                self.end_antind()

    def start_antind(self):
        """Of service(), which wrote its configuration; its base URL."""
        config, port = self.folder / "antind.toml", self.folder / "antind.port"
        port.unlink(missing_ok=True)
        with open(self.folder / "antind.log", "ab") as log:
            self.server = subprocess.Popen([self.build / "bin" / "antind", "--config", config],
                                           env=self.environment, stdout=log, stderr=log,
                                           stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: port.exists() and port.read_text().strip(), self.server, "antind")
        except BaseException:
            self.server.kill()
            raise
        scheme = "https" if "\ntls_certificate" in config.read_text() else "http"
        return f"{scheme}://127.0.0.1:{port.read_text().strip()}"

    def end_antind(self, how=signal.SIGTERM):
        self.server.send_signal(how)
        self.server.wait(120)
        self.tell_failures()

    def reload(self, event):
        """Sends SIGHUP and waits for what the log says of it: "reloaded" or "reload_refused"."""
        log, event = self.folder / "antind.log", f'"{event}"'
        seen = log.read_text().count(event)
        self.server.send_signal(signal.SIGHUP)
        wait_for(lambda: log.read_text().count(event) > seen, self.server, event)

    def tell_failures(self, most=20):
        """What an answer 500 does not say stands in the service's log; ctest shows it of a test that failed."""
        lines = (self.folder / "antind.log").read_text(errors="replace").splitlines()
        failures = [line for line in lines if '"level":"error"' in line]
        for line in failures[-most:]:
            print(line[:500])

    def certificate_sha256(self, name):
        pem = (self.pki / "certs" / f"{name}.crt").read_text()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def add_key(self, name, scopes, *limits):
        """A further key of the service's interface."""
        return quietly(self.build / "bin" / "antind", "key", "add", "--name", name, "--scopes", scopes,
                       *limits, "--config", self.folder / "antind.toml").decode().strip()

    def antin(self, *arguments, check=None, timeout=1200):
        """The finished process; with `check`, an exit code that is not among these is fatal."""
        done = subprocess.run([str(self.build / "bin" / "antin"), *map(str, arguments)],
                              env=self.environment, capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=timeout)
        if check is not None and done.returncode not in check:
            sys.exit(f"antin {' '.join(map(str, arguments))}\nexit {done.returncode}\n"
                     f"{done.stdout.decode(errors='replace')[-1500:]}\n"
                     f"{done.stderr.decode(errors='replace')[-1500:]}")
        return done

    def sign(self, inputs, out, name="officer-rsa2048", options=()):
        """Signs files or a folder with one PIN. {input path: its JSON line}."""
        done = self.antin("sign", *inputs, "-o", out, "--key", self.key(name), "--pin-source",
                          self.pin(name), "--json", *options)
        rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if not rows or "file" not in rows[0]:
            sys.exit(f"antin sign did not start: {rows}; exit {done.returncode}\n"
                     f"{done.stderr.decode(errors='replace')[-2000:]}")
        return {row["file"]: row for row in rows}

    @staticmethod
    def scheme(name):
        """Options for "pkcs1", "pss" or "ecdsa"."""
        return () if name == "ecdsa" else ("--rsa-padding", name)

    def known(self):
        """What a judge is given: anchors and revocation lists."""
        return "--trust", self.trust, "--crl", self.pki / "crl"

    def verify(self, files, options=()):
        """{path: report} for many files in one process."""
        files = list(files)
        done = self.antin("verify", *files, *self.known(), "--format", "json", *options)
        reports = json_documents(done.stdout.decode())
        if len(reports) != len(files):
            sys.exit(f"antin verify answered {len(reports)} of {len(files)} files; exit "
                     f"{done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
        return dict(zip(map(str, files), reports))


def json_documents(text):
    """Several JSON documents one after the other."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text.rstrip()):
        while text[at].isspace():
            at += 1
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def wait_for(condition, process, what, seconds=120):
    """Until the condition holds; fatal when the process ends first or it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            sys.exit(f"{what} ended with exit code {process.returncode}")
        if time.monotonic() > deadline:
            process.kill()
            sys.exit(f"{what} is not ready after {seconds} s")
        time.sleep(0.05)
