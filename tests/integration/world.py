"""What end-to-end tests sign with: a fresh PKI, SoftHSM tokens, the development TSA, and antin itself."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
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
[verify]
trust = "{world.trust}"
crls = "{world.pki}/crl"
[agency]
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
[[keys]]
uri = "pkcs11:token=agency;object=agency"
purpose = "document"
roles = ["agency"]
schemes = ["RSASSA-PKCS1-v1_5 SHA-256", "ECDSA SHA-256", "ECDSA SHA-384"]
per_minute = 1000000
per_day = 1000000
{always}
[[keys]]
uri = "pkcs11:token=agency;object=checkpoint"
purpose = "checkpoint"
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
    folder `token`. Runs inside a `with`; may be killed and started again."""

    def __init__(self, folder, build, token):
        self.folder, self.build = pathlib.Path(folder).resolve(), pathlib.Path(build).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket, self.process = self.folder / "tokend.sock", None
        self.operator_socket, self.journal = self.folder / "operator.sock", self.folder / "journal"
        self.log = self.folder / "tokend.log"
        self.config = self.folder / "tokend.toml"
        self.config.write_text(TOKEND_CONFIG.format(module=MODULE, token=token, always=ALWAYS))
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
            self.process.wait(30)
            self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *ignored):
        self.end()


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
        officers = sorted(p.stem for p in (self.pki / "keys").glob("officer-*.key"))
        quietly(ROOT / "packaging/dev-token", self.token, "officer", self.pki, *officers)
        quietly(ROOT / "packaging/dev-token", self.token, "agency", self.pki, "agency")
        self.trust = self.pki / "trust"
        self.anchors = [self.pki / "certs" / "root.crt"]
        self.chain = [self.pki / "certs" / "issuing-ca.crt"]
        self.crls = sorted((self.pki / "crl").glob("*.crl"))
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(self.token / "softhsm2.conf")}
        self.tsa = None

    def key(self, name):
        token = "agency" if name == "agency" else "officer"
        return f"pkcs11:token={token};object={name}?module-path={MODULE}"

    def pin(self, name):
        return f"file:{self.token / ('agency' if name == 'agency' else 'officer')}.pin"

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
            server.wait(10)

    @contextlib.contextmanager
    def service(self):
        """antind with the agency's key on a free port; its base URL. An API key with every right is
        in self.api_key."""
        config, port = self.folder / "antind.toml", self.folder / "antind.port"
        port.unlink(missing_ok=True)
        config.write_text(CONFIG.format(world=self, port_file=port,
                                        samples=ROOT / "packaging/samples"))
        program = self.build / "bin" / "antind"
        self.api_key = quietly(program, "key", "add", "--name", "test", "--scopes",
                               "verify,sign,originals,register", "--config", config).decode().strip()
        with Tokend(self.folder / "tokend", self.build, self.token) as self.tokend:
            with open(self.folder / "antind.log", "wb") as log:
                server = subprocess.Popen([program, "--config", config], env=self.environment,
                                          stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            try:
                wait_for(lambda: port.exists() and port.read_text().strip(), server, "antind")
                yield f"http://127.0.0.1:{port.read_text().strip()}"
            finally:
                server.terminate()
                server.wait(30)

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


def wait_for(condition, process, what, seconds=30):
    """Until the condition holds; fatal when the process ends first or it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            sys.exit(f"{what} ended with exit code {process.returncode}")
        if time.monotonic() > deadline:
            process.kill()
            sys.exit(f"{what} is not ready after {seconds} s")
        time.sleep(0.05)
