"""Octets that no revision accounts for: behind the end, between revisions, before the header; and
octets of the signed revision that are no longer what was signed."""
import re

import kit_cases
import kit_pdf
from kit_cases import BROKEN, CHANGED, FORGED, RANGE, STRUCTURE, Case, INVALID, REFUSED

SECOND = kit_cases.plain()
BEHIND = {
    "text": b"trailing words\n", "NULs": b"\0" * 64, "one letter": b"x", "archive": b"PK\3\4\0\0\0\0",
    "second document": SECOND,
    "object without section": b"4 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        len(FORGED), FORGED.encode()),
    "section without startxref": b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 99 0 R>>\n",
    "comment": b"% a remark\n", "end again": b"%%EOF\n", "end of nothing": b"startxref\n0\n%%EOF\n",
    "header": b"%PDF-1.7\n", "half a section": b"xref\n0 1\n", "trailer": b"trailer\n<</Size 3>>\n",
    "beyond what is searched": b"q" * 2000,
}
BETWEEN = {
    "text": b"some words\n", "unlisted object": b"9999 0 obj\n<</A 1>>\nendobj\n",
    "unlisted twin": None, "comment with an end": b"% %%EOF\n", "comment with a header": b"% %PDF-1.4\n",
    "string": b"(hidden)\n", "stream": b"stream\nhidden\nendstream\n", "lone endobj": b"endobj\n",
    "trailer": b"trailer\n<</Root 1 0 R>>\n", "start of nothing": b"startxref\n0\n%%EOF\n",
}
DSS = "<</Type/DSS>>"


def harmless(update, junk):
    """An update that is permitted but for the junk in it."""
    if junk is None:
        number = update.old.content()
        junk = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
            number, len(FORGED), FORGED.encode())
    root = update.old.root
    body = update.old.body(root)
    update.raw(junk)
    dss = update.add(DSS)
    if b"/DSS" not in body:
        update.put(root, body[:-2] + b"/DSS %d 0 R>>" % dss)
    return update


def turn(octets, at, to=None):
    out = bytearray(octets)
    out[at] = out[at] ^ 1 if to is None else to
    return bytes(out)


def broken(name):
    """One octet of what was signed, at places that matter."""
    octets = kit_cases.base(name)
    begin, end = kit_pdf.holes(octets)[-1]
    first = octets.index(b"obj")
    places = {
        "an octet of an object": octets.index(b"<<", first) + 3,
        "an octet before Contents": begin - 12,
        "the last octet of the file": len(octets) - 2,
        "the CMS's first octet": begin + 1,
        "the digest in the CMS": octets.index(b"2a864886f70d010904", begin) + 26,
        "behind the CMS": end - 40,
    }
    for what, at in places.items():
        old = octets[at]
        new = ord("1") if chr(old) in "0" else ord("0") if chr(old) in "123456789abcdefABCDEF" else old ^ 1
        yield what, turn(octets, at, new)
    yield "blanks in Contents", octets[:end - 9] + b"        " + octets[end - 1:]
    yield "no digits in Contents", octets[:end - 9] + b"!!!!!!!!" + octets[end - 1:]
    yield "an octet put in front", b"\n" + octets
    yield "a line put in front", b"%PDF-1.4\n" + octets
    yield "cut behind the last line", octets[:-3]
    yield "the end of line gone", octets[:-1]


BEHIND_BASES = ("table", "stream", "linearized", "encrypted-aes-256", "two", "certified-1", "lta")
BETWEEN_BASES = ("table", "stream", "linearized", "hybrid", "lta-stream", "form")


def cases():
    made = []
    for turn, (what, junk) in enumerate(BEHIND.items()):
        for name, octets in kit_cases.on_some(BEHIND_BASES, 3, turn, lambda u: u.old.octets + junk):
            made.append(Case(f"{name}/behind the end, {what}", "behind the last %%EOF", octets,
                             REFUSED, STRUCTURE + RANGE))
    for name in BEHIND_BASES:
        made.append(Case(f"{name}/behind the end without a line", "behind the last %%EOF",
                         kit_cases.base(name).rstrip() + b"text\n", INVALID,
                         STRUCTURE + BROKEN + RANGE))
    for turn, (what, junk) in enumerate(BETWEEN.items()):
        def in_front(update):
            return harmless(update, junk).close()

        def behind(update):
            return harmless(update, b"").raw(junk or b"7 0 obj null endobj\n").close()
        for name, octets in kit_cases.on_some(BETWEEN_BASES, 2, turn, in_front):
            made.append(Case(f"{name}/between, {what}", "between revisions", octets, INVALID,
                             STRUCTURE + RANGE))
        for name, octets in kit_cases.on_some(BETWEEN_BASES, 2, turn + 1, behind):
            made.append(Case(f"{name}/between at the end, {what}", "between revisions", octets,
                             INVALID, STRUCTURE + RANGE))
    for turn, size in enumerate((1, 3)):
        for name, octets in kit_cases.on_some(
                BETWEEN_BASES, 2, turn,
                lambda u: None if u.old.is_stream else harmless(u, b"").close(size=size)):
            made.append(Case(f"{name}/Size down to {size}", "cross-reference", octets, INVALID,
                             ("pdf.xref_chain",)))
    for name in BETWEEN_BASES:
        made.append(Case(f"{name}/permitted update", "benign structure",
                         harmless(kit_pdf.Writer(kit_cases.base(name)), b"").close(),
                         kit_cases.VALID))
    for name in ("table", "linearized-object-streams", "encrypted-rc4-128", "lta"):
        for what, octets in broken(name):
            made.append(Case(f"{name}/{what}", "signed octets changed", octets, REFUSED,
                             BROKEN + RANGE + STRUCTURE + CHANGED))
    return made
