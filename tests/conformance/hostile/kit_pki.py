"""Signs with the RSA keys of tests/pki in plain Python: CMS for PAdES, and RFC 3161 timestamps.

Only what the hostile set needs: PKCS#1 v1.5 with SHA-256 at fixed times, so that every run makes the
same octets.
"""
import base64
import functools
import hashlib
import pathlib

PKI = pathlib.Path(__file__).resolve().parents[2] / "pki"

RSA = "1.2.840.113549.1.1.1"
SHA256 = "2.16.840.1.101.3.4.2.1"
DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
TST_INFO = "1.2.840.113549.1.9.16.1.4"


def der(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sequence(*parts):
    return der(0x30, *parts)


def set_of(*parts):
    return der(0x31, *sorted(parts))


def octets(value):
    return der(4, value)


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytearray([first * 40 + second])
    for number in rest:
        group = [number & 0x7F]
        while number := number >> 7:
            group.append(0x80 | number & 0x7F)
        out += bytes(reversed(group))
    return der(6, bytes(out))


def algorithm(text):
    return sequence(oid(text), der(5))


def read(data, at=0):
    """(tag, where the content starts, where it ends) of the DER value at `at`."""
    tag, length, begin = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[begin:begin + count], "big")
        begin += count
    return tag, begin, begin + length


def children(data):
    """The values inside the DER value `data`, headers included."""
    _, at, end = read(data)
    while at < end:
        _, _, after = read(data, at)
        yield data[at:after]
        at = after


def unarmor(path):
    lines = [l for l in path.read_text().splitlines() if l and not l.startswith("-----")]
    return base64.b64decode("".join(lines))


@functools.cache
def certificate(name):
    return unarmor(PKI / "certs" / f"{name}.crt")


@functools.cache
def rsa_key(name):
    """(n, p, q, dp, dq, qinv)"""
    info = list(children(unarmor(PKI / "keys" / f"{name}.key")))
    _, begin, end = read(info[2])
    numbers = []
    for value in children(info[2][begin:end]):
        _, begin, end = read(value)
        numbers.append(int.from_bytes(value[begin:end], "big"))
    return numbers[1], *numbers[4:9]


def rsa_sign(name, message):
    n, p, q, dp, dq, qinv = rsa_key(name)
    size = (n.bit_length() + 7) // 8
    digest = sequence(algorithm(SHA256), octets(hashlib.sha256(message).digest()))
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    number = int.from_bytes(padded, "big")
    a, b = pow(number, dp, p), pow(number, dq, q)
    return (b + (a - b) * qinv % p * q).to_bytes(size, "big")


def cms(digest, signer="officer-rsa2048", chain=("issuing-ca",), content=None, content_type=DATA):
    """DER SignedData over `digest`; with `content` that is what the CMS itself holds."""
    own = certificate(signer)
    tbs = list(children(next(children(own))))
    attributes = set_of(
        sequence(oid(CONTENT_TYPE), set_of(oid(content_type))),
        sequence(oid(MESSAGE_DIGEST), set_of(octets(digest))),
        sequence(oid(SIGNING_CERTIFICATE_V2), set_of(sequence(sequence(sequence(
            octets(hashlib.sha256(own).digest())))))))
    info = sequence(integer(1), sequence(tbs[3], tbs[1]), algorithm(SHA256),
                    b"\xa0" + attributes[1:], algorithm(RSA), octets(rsa_sign(signer, attributes)))
    inner = [oid(content_type)] + ([der(0xA0, octets(content))] if content is not None else [])
    return sequence(oid(SIGNED_DATA), der(0xA0, sequence(
        integer(1 if content is None else 3), set_of(algorithm(SHA256)), sequence(*inner),
        der(0xA0, own, *(certificate(c) for c in chain)), set_of(info))))


def timestamp(digest, at="20260601000000Z", signer="tsa"):
    """DER TimeStampToken (RFC 3161) over `digest`."""
    info = sequence(integer(1), oid("1.2.3.4.1"), sequence(algorithm(SHA256), octets(digest)),
                    integer(7), der(0x18, at.encode()))
    return cms(hashlib.sha256(info).digest(), signer, content=info, content_type=TST_INFO)
