#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/cms with the openssl command and the keys of tests/pki.

The octet in front of each CMS chooses the SubFilter (cms_fuzz.cc). Run from the repository root.
"""
import pathlib
import subprocess
import tempfile

PKI = pathlib.Path("tests/pki")
OUT = pathlib.Path("tests/fuzz/corpus/cms")
CADES, PKCS7, SHA1, BARE, TIMESTAMP = range(5)


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True,
                          **more).stdout


def cms(content, signer, *options):
    return openssl("cms", "-sign", "-binary", "-nosmimecap", "-outform", "DER", "-in", content,
                   "-signer", PKI / f"certs/{signer}.crt", "-inkey", PKI / f"keys/{signer}.key",
                   *options)


def write(name, kind, octets):
    (OUT / name).write_bytes(bytes([kind]) + octets)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # What the fuzz target signs: 200 times 'x' without its gap of 80.
        content = pathlib.Path(folder) / "content"
        content.write_bytes(b"x" * 120)
        for signer in ("officer-rsa2048", "officer-p256", "officer-p384"):
            write(f"cades-{signer}", CADES, cms(content, signer, "-cades"))
        write("cades-pss", CADES, cms(content, "officer-rsa2048", "-cades", "-keyopt",
                                      "rsa_padding_mode:pss"))
        write("cades-padded", CADES, cms(content, "officer-rsa2048", "-cades") + bytes(64))
        write("cades-garbage", CADES, cms(content, "officer-rsa2048", "-cades") + b"\0garbage")
        write("cades-inside", CADES, cms(content, "officer-rsa2048", "-cades", "-nodetach"))
        write("cades-indefinite", CADES,
              cms(content, "officer-rsa2048", "-cades", "-nodetach", "-stream"))
        write("cades-no-certificate", CADES, cms(content, "officer-p256", "-cades", "-nocerts"))
        write("cades-key-identifier", CADES, cms(content, "officer-p256", "-cades", "-keyid"))
        write("pkcs7-plain", PKCS7, cms(content, "officer-p256"))
        write("pkcs7-no-attributes", PKCS7, cms(content, "officer-rsa2048", "-noattr"))
        write("pkcs7-md-sha1", PKCS7, cms(content, "officer-rsa2048", "-md", "sha1"))
        digest = pathlib.Path(folder) / "digest"
        digest.write_bytes(openssl("dgst", "-sha1", "-binary", content))
        write("sha1-inside", SHA1, cms(digest, "officer-rsa2048", "-nodetach"))
        value = openssl("dgst", "-sha1", "-sign", PKI / "keys/officer-rsa2048.key", content)
        write("bare-rsa", BARE, b"\x04\x82" + len(value).to_bytes(2, "big") + value)
        write("bare-certificate", BARE,
              openssl("x509", "-in", PKI / "certs/officer-rsa2048.crt", "-outform", "DER"))
        config = pathlib.Path(folder) / "tsa.cnf"
        config.write_text(f"[tsa]\ndefault_tsa = t\n[t]\nserial = {folder}/serial\n"
                          "default_policy = 1.2.3.4.1\ndigests = sha256\nsigner_digest = sha256\n")
        openssl("ts", "-query", "-data", content, "-sha256", "-cert", "-out", f"{folder}/query")
        openssl("ts", "-reply", "-config", config, "-queryfile", f"{folder}/query", "-signer",
                PKI / "certs/tsa-p256.crt", "-inkey", PKI / "keys/tsa-p256.key", "-token_out",
                "-out", f"{folder}/token")
        write("timestamp", TIMESTAMP, pathlib.Path(f"{folder}/token").read_bytes())


if __name__ == "__main__":
    main()
