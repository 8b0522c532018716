#!/usr/bin/env python3
"""Makes a small certificate hierarchy with the openssl command and the Python standard library.

Two uses:

  make_pki.py                     the committed test PKI beside this file: fixed dates and serial
                                  numbers, fresh keys. Every certificate carries a marker extension
                                  and every key is listed in certs/test_pki_keys.inc, so that an
                                  installed service refuses them as anchors (README.md).
  make_pki.py --fresh --out DIR   a development PKI for one machine: valid from now on, random
                                  serial numbers, no marker. With --base-url URL the certificates
                                  name URL/crl/NAME.crl and URL/ocsp; with --all-algorithms there
                                  are officers with RSA-3072, RSA-4096, P-256 and P-384 too.

Exit 0: made. Anything else: a message on stderr, DIR may be incomplete.
"""
import argparse
import datetime
import hashlib
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
P12_PASSWORD = "antin-test"

# A UUID-based arc (X.667): nobody else uses it, and it needs no registration.
MARKER_OID = "2.25.205461519452725487421202699071282493765"
MARKER_TEXT = "antin test PKI, private keys are public: never trust"

POLICY_OID = "2.25.205461519452725487421202699071282493765.1"

UTC = datetime.timezone.utc


def day(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def generalized(at):
    return at.strftime("%Y%m%d%H%M%SZ")


def run(*args, **kwargs):
    done = subprocess.run([str(a) for a in args], capture_output=True, **kwargs)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, args))}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


class Maker:
    """One PKI below `out`: certs/, keys/, crl/, p12/, trust/."""

    def __init__(self, out, fresh, base_url):
        self.out = out
        self.fresh = fresh
        self.base_url = base_url.rstrip("/")
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="antin-pki-"))
        self.issued = {}  # name -> dict(serial, subject, issuer, until)
        for folder in ("certs", "keys", "crl", "p12", "trust"):
            (out / folder).mkdir(parents=True, exist_ok=True)

    def cert(self, name):
        return self.out / "certs" / f"{name}.crt"

    def key(self, name):
        return self.out / "keys" / f"{name}.key"

    def make_key(self, name, kind):
        if kind.startswith("rsa"):
            how = ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind[3:]}"]
        else:
            how = ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}",
                   "-pkeyopt", "ec_param_enc:named_curve"]
        old = os.umask(0o077)
        run("openssl", "genpkey", *how, "-out", self.key(name))
        os.umask(old)

    def serial(self, name):
        if self.fresh:
            return "5A" + secrets.token_hex(15).upper()
        return "5A" + hashlib.sha256(f"antin {name}".encode()).hexdigest()[:30].upper()

    def extensions(self, profile, issuer, name, given):
        crl = f"URI:{self.base_url}/crl/{issuer}.crl"
        aia = f"OCSP;URI:{self.base_url}/ocsp"
        ca = issuer == name
        lines = {
            "root": ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"],
            "ca": ["basicConstraints=critical,CA:TRUE,pathlen:0",
                   "keyUsage=critical,keyCertSign,cRLSign", f"crlDistributionPoints={crl}"],
            "sign": ["basicConstraints=CA:FALSE",
                     "keyUsage=critical,digitalSignature,nonRepudiation",
                     "extendedKeyUsage=emailProtection,clientAuth,1.3.6.1.5.5.7.3.36",
                     f"certificatePolicies={POLICY_OID}",
                     f"crlDistributionPoints={crl}", f"authorityInfoAccess={aia}"],
            "encipher": ["basicConstraints=CA:FALSE", "keyUsage=critical,keyEncipherment",
                         f"crlDistributionPoints={crl}"],
            "no_crl": ["basicConstraints=CA:FALSE",
                       "keyUsage=critical,digitalSignature,nonRepudiation"],
            "tsa": ["basicConstraints=CA:FALSE", "keyUsage=critical,digitalSignature",
                    "extendedKeyUsage=critical,timeStamping", f"crlDistributionPoints={crl}"],
            "tsa_lax": ["basicConstraints=CA:FALSE", "keyUsage=critical,digitalSignature",
                        "extendedKeyUsage=timeStamping,emailProtection",
                        f"crlDistributionPoints={crl}"],
            "ocsp": ["basicConstraints=CA:FALSE", "keyUsage=critical,digitalSignature",
                     "extendedKeyUsage=OCSPSigning", "noCheck=ignored"],
        }[profile]
        lines = lines + [f"subjectKeyIdentifier={given.get('ski', 'hash')}"]
        if not ca:
            lines.append("authorityKeyIdentifier=keyid:always")
        if not self.fresh:
            lines.append(f"{MARKER_OID}=ASN1:UTF8String:{MARKER_TEXT}")
        return "\n".join(lines)

    def config(self, folder, issuer, extensions, digest):
        path = folder / "ca.cnf"
        path.write_text(f"""\
[req]
distinguished_name=dn
prompt=no
utf8=yes
string_mask=utf8only
[dn]
[ca]
default_ca=this
[this]
database={folder}/index.txt
new_certs_dir={folder}
serial={folder}/serial
crlnumber={folder}/crlnumber
certificate={self.cert(issuer)}
private_key={self.key(issuer)}
default_md={digest}
policy=any
unique_subject=no
utf8=yes
string_mask=utf8only
crl_extensions=crl_ext
x509_extensions=ext
[any]
countryName=optional
localityName=optional
organizationName=optional
organizationalUnitName=optional
commonName=supplied
title=optional
[crl_ext]
authorityKeyIdentifier=keyid:always
[ext]
{extensions}
""", encoding="utf-8")
        return path

    def issue(self, name, issuer, kind, profile, subject, since, until, **given):
        """`subject`: "/C=VN/O=…/CN=…". given: ski, serial_of, key_of, digest."""
        key_of = given.get("key_of", name)
        if key_of == name:
            self.make_key(name, kind)
        folder = self.work / f"issue-{name}"
        folder.mkdir()
        (folder / "index.txt").write_text("")
        serial = self.serial(given.get("serial_of", name))
        (folder / "serial").write_text(serial + "\n")
        digest = given.get("digest", "sha384" if kind == "P-384" else "sha256")
        conf = self.config(folder, issuer, self.extensions(profile, issuer, name, given), digest)
        csr = folder / "csr.pem"
        run("openssl", "req", "-new", "-utf8", "-config", conf, "-subj", subject,
            "-key", self.key(key_of), "-out", csr)
        command = ["openssl", "ca", "-batch", "-notext", "-config", conf, "-in", csr,
                   "-out", self.cert(name), "-startdate", generalized(since),
                   "-enddate", generalized(until)]
        if issuer == name:
            command += ["-selfsign", "-keyfile", self.key(key_of)]
        run(*command)
        self.issued[name] = {"serial": serial, "subject": subject, "issuer": issuer,
                             "until": until}

    def crl(self, file, issuer, number, since, until, revoked):
        """`revoked`: [(name, when, CRLReason)]."""
        folder = self.work / f"crl-{file}"
        folder.mkdir()
        rows = []
        for name, when, reason in revoked:  # the database wants UTCTime
            one = self.issued[name]
            rows.append("\t".join(["R", generalized(one["until"])[2:],
                                   f"{generalized(when)[2:]},{reason}", one["serial"],
                                   "unknown", one["subject"]]))
        (folder / "index.txt").write_text("".join(r + "\n" for r in rows), encoding="utf-8")
        (folder / "crlnumber").write_text(f"{number:02X}\n")
        conf = self.config(folder, issuer, "basicConstraints=CA:FALSE", "sha256")
        path = self.out / "crl" / f"{file}.crl"
        run("openssl", "ca", "-config", conf, "-utf8", "-gencrl", "-crl_lastupdate", generalized(since),
            "-crl_nextupdate", generalized(until), "-out", path)

    def p12(self, name, chain):
        bundle = self.work / f"{name}-chain.pem"
        bundle.write_bytes(b"".join(self.cert(c).read_bytes() for c in chain))
        run("openssl", "pkcs12", "-export", "-in", self.cert(name), "-inkey", self.key(name),
            "-certfile", bundle, "-name", name, "-passout", f"pass:{P12_PASSWORD}",
            "-out", self.out / "p12" / f"{name}.p12")

    def ski(self, name):
        text = run("openssl", "x509", "-in", self.cert(name), "-noout", "-ext",
                   "subjectKeyIdentifier").decode()
        return re.search(r"((?:[0-9A-F]{2}:){19}[0-9A-F]{2})", text).group(1)

    def spki_sha256(self, key):
        der = run("openssl", "pkey", "-in", key, "-pubout", "-outform", "DER")
        return hashlib.sha256(der).hexdigest()

    def trust(self, names):
        for name in names:
            shutil.copyfile(self.cert(name), self.out / "trust" / f"{name}.crt")

    def finish(self):
        shutil.rmtree(self.work)


COMMUNE = "/C=VN/L=Nghệ An/O=Ủy ban nhân dân xã Quỳnh Diễn"
CA_ORG = "/C=VN/O=Cơ quan chứng thực thử nghiệm"
ROOT = CA_ORG + "/CN=CA gốc thử nghiệm"
ISSUING = CA_ORG + "/CN=CA cấp chứng thư thử nghiệm"
OFFICER = COMMUNE + "/title=Công chức Tư pháp - Hộ tịch/CN=Nguyễn Văn Ảnh"

OTHER_ALGORITHMS = [("officer-rsa3072", "rsa3072", "Trần Thị Hường"),
                    ("officer-rsa4096", "rsa4096", "Lê Đức Thịnh"),
                    ("officer-p256", "P-256", "Phạm Thị Ngọc Ánh"),
                    ("officer-p384", "P-384", "Hoàng Quốc Việt")]


def people(pki, issuer, since, until):
    """The certificates that every use of the recipe makes."""
    pki.issue("officer-rsa2048", issuer, "rsa2048", "sign", OFFICER, since, until)
    pki.issue("agency", issuer, "rsa2048", "sign", "/C=VN/L=Nghệ An"
              "/CN=Ủy ban nhân dân xã Quỳnh Diễn", since, until)
    pki.issue("tsa", issuer, "rsa2048", "tsa", CA_ORG + "/CN=Dấu thời gian thử nghiệm", since,
              until)
    pki.issue("ocsp", issuer, "rsa2048", "ocsp", CA_ORG + "/CN=OCSP thử nghiệm", since, until)


def make_committed(pki):
    start, end = day("2025-01-01"), day("2035-01-01")
    late = day("2034-12-31")
    pki.issue("root", "root", "rsa4096", "root", ROOT, start, end)
    pki.issue("issuing-ca", "root", "rsa2048", "ca", ISSUING, start, late)
    people(pki, "issuing-ca", start, late)

    def officer(name, kind, cn, since=start, until=late, profile="sign", issuer="issuing-ca",
                **given):
        pki.issue(name, issuer, kind, profile, f"{COMMUNE}/CN={cn}", since, until, **given)

    for name, kind, cn in OTHER_ALGORITHMS:
        officer(name, kind, cn)
    officer("officer-expired", "rsa2048", "Vũ Hết Hạn", until=day("2025-12-31"))
    officer("officer-future", "rsa2048", "Đỗ Chưa Hiệu Lực", since=day("2030-01-01"))
    officer("officer-revoked", "rsa2048", "Bùi Đã Thu Hồi")
    officer("officer-revoked-later", "rsa2048", "Đặng Thu Hồi Sau")
    officer("officer-on-hold", "P-256", "Hồ Tạm Dừng")
    officer("officer-encipher", "P-256", "Ngô Mã Hóa", profile="encipher")
    officer("officer-no-crl", "P-256", "Dương Không CRL", profile="no_crl")
    officer("officer-weak", "rsa1024", "Lý Khóa Yếu")
    officer("officer-sha1", "rsa2048", "Mai Băm Cũ", digest="sha1")
    pki.issue("agency-p256", "issuing-ca", "P-256", "sign",
              "/C=VN/L=Nghệ An/CN=Ủy ban nhân dân xã Quỳnh Diễn", start, late)
    pki.issue("tsa-p256", "issuing-ca", "P-256", "tsa",
              CA_ORG + "/CN=Dấu thời gian thử nghiệm P-256", start, late)
    pki.issue("tsa-expired", "issuing-ca", "rsa2048", "tsa",
              CA_ORG + "/CN=Dấu thời gian đã hết hạn", start, day("2025-12-31"))
    pki.issue("tsa-lax", "issuing-ca", "rsa2048", "tsa_lax",
              CA_ORG + "/CN=Dấu thời gian sai mục đích", start, late)

    # A CA that changed its key but not its name, one that was revoked, one that expired early.
    pki.issue("issuing-ca-2", "root", "P-384", "ca", ISSUING, start, late)
    officer("officer-of-ca-2", "P-256", "Tạ Đổi Khóa", issuer="issuing-ca-2")
    pki.issue("revoked-ca", "root", "P-256", "ca", CA_ORG + "/CN=CA đã thu hồi", start, late)
    officer("officer-of-revoked-ca", "P-256", "Cao Mất Gốc", issuer="revoked-ca")
    pki.issue("expired-ca", "root", "P-256", "ca", CA_ORG + "/CN=CA đã hết hạn", start,
              day("2025-12-31"))
    officer("officer-of-expired-ca", "P-256", "Chu Quá Hạn", issuer="expired-ca")

    # A second, unrelated root that cross-certifies the issuing CA's key.
    pki.issue("other-root", "other-root", "P-256", "root",
              "/C=VN/O=Tổ chức chứng thực khác/CN=CA gốc khác", start, end)
    pki.issue("issuing-ca-cross", "other-root", "rsa2048", "ca", ISSUING, start, late,
              key_of="issuing-ca")

    # An attacker's hierarchy: same names, same serial numbers, same key identifiers, other keys.
    pki.issue("fake-root", "fake-root", "rsa2048", "root", ROOT, start, end, serial_of="root",
              ski=pki.ski("root"))
    pki.issue("fake-issuing-ca", "fake-root", "rsa2048", "ca", ISSUING, start, late,
              serial_of="issuing-ca", ski=pki.ski("issuing-ca"))
    pki.issue("fake-officer", "fake-issuing-ca", "rsa2048", "sign", OFFICER, start, late,
              serial_of="officer-rsa2048", ski=pki.ski("officer-rsa2048"))

    revoked = [("officer-revoked", day("2026-03-01"), "keyCompromise"),
               ("officer-on-hold", day("2026-04-01"), "certificateHold")]
    later = revoked + [("officer-revoked-later", day("2026-09-01"), "superseded")]
    far = day("2034-12-30")
    pki.crl("root", "root", 1, day("2026-05-01"), far,
            [("revoked-ca", day("2026-02-01"), "CACompromise")])
    pki.crl("issuing-ca", "issuing-ca", 16, day("2026-05-15"), far, revoked)
    pki.crl("issuing-ca-stale", "issuing-ca", 15, day("2026-04-15"), day("2026-05-15"), revoked)
    pki.crl("issuing-ca-later", "issuing-ca", 17, day("2026-10-01"), far, later)
    pki.crl("issuing-ca-2", "issuing-ca-2", 1, day("2026-05-15"), far, [])
    pki.crl("revoked-ca", "revoked-ca", 1, day("2026-05-15"), far, [])
    pki.crl("expired-ca", "expired-ca", 1, day("2025-12-15"), far, [])
    pki.crl("fake-issuing-ca", "fake-issuing-ca", 18, day("2026-05-20"), far, [])
    pki.p12("officer-rsa2048", ["issuing-ca", "root"])
    pki.trust(["root", "issuing-ca"])


# Officer and seal of each further commune, in this order.
FURTHER = [("P-256", "P-256"), ("rsa3072", "rsa2048")]


def make_fresh(pki, all_algorithms, revoked, communes):
    now = datetime.datetime.now(UTC).replace(microsecond=0) - datetime.timedelta(hours=1)
    years = lambda n: now + datetime.timedelta(days=365 * n)  # noqa: E731
    pki.issue("root", "root", "rsa4096", "root", ROOT, now, years(20))
    pki.issue("issuing-ca", "root", "rsa2048", "ca", ISSUING, now, years(15))
    people(pki, "issuing-ca", now, years(10))
    if all_algorithms:
        for name, kind, cn in OTHER_ALGORITHMS:
            pki.issue(name, "issuing-ca", kind, "sign", f"{COMMUNE}/CN={cn}", now, years(10))
    for number, (commune, officer) in enumerate(communes):
        signs, seals = FURTHER[number % len(FURTHER)]
        pki.issue(f"officer-of-{number + 2}", "issuing-ca", signs, "sign",
                  f"/C=VN/L=Nghệ An/O={commune}/CN={officer}", now, years(10))
        pki.issue(f"agency-{number + 2}", "issuing-ca", seals, "sign", f"/C=VN/L=Nghệ An/CN={commune}", now, years(10))
    pki.crl("root", "root", 1, now, years(10), [])
    if revoked:
        pki.issue("officer-revoked", "issuing-ca", "rsa2048", "sign", f"{COMMUNE}/CN=Bùi Đã Thu Hồi", now, years(10))
    pki.crl("issuing-ca", "issuing-ca", 1, now, years(10), [("officer-revoked", now, "keyCompromise")] if revoked else [])
    pki.p12("officer-rsa2048", ["issuing-ca", "root"])
    pki.trust(["root", "issuing-ca"])


def write_pins(pki, path):
    """The list of public keys that load_trust_store() refuses (certs/test_pki.cc)."""
    rows = [f'ANTIN_TEST_PKI_KEY("{pki.spki_sha256(key)}")  // {key.stem}\n'
            for key in sorted((pki.out / "keys").glob("*.key"))]
    path.write_text("// SHA-256 of the SubjectPublicKeyInfo of every key committed in tests/pki.\n"
                    "// Made by tests/pki/make_pki.py; do not edit.\n" + "".join(rows),
                    encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fresh", action="store_true", help="development PKI for this machine")
    parser.add_argument("--all-algorithms", action="store_true",
                        help="with --fresh: officers with RSA-3072, RSA-4096, P-256 and P-384 too")
    parser.add_argument("--revoked", action="store_true", help="with --fresh: an officer whose certificate is revoked")
    parser.add_argument("--commune", action="append", default=[], nargs=2, metavar=("NAME", "OFFICER"),
                        help="with --fresh: officer-of-2 and agency-2 of one more commune, then of a third")
    parser.add_argument("--out", type=pathlib.Path, help="folder to write to")
    parser.add_argument("--base-url", help="where CRL and OCSP are served")
    args = parser.parse_args()
    if args.fresh and args.out is None:
        parser.error("--fresh needs --out DIR")
    out = (args.out or HERE).resolve()
    if args.fresh and out == HERE:
        parser.error("a fresh PKI does not belong into tests/pki")
    pki = Maker(out, args.fresh, args.base_url or "http://pki.antin.invalid")
    if args.fresh:
        make_fresh(pki, args.all_algorithms, args.revoked, args.commune)
    else:
        make_committed(pki)
        if args.out is None:
            write_pins(pki, HERE.parents[1] / "certs" / "test_pki_keys.inc")
    pki.finish()
    print(f"{len(pki.issued)} certificates in {out}")


if __name__ == "__main__":
    main()
