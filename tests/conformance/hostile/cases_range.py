"""ByteRange and /Contents: ranges of every wrong shape under signatures that are right otherwise,
forgeries that hope a reader gives up, and wrapping."""
import hashlib
import re

import kit_cases
import kit_pdf
import kit_pki
from kit_cases import BROKEN, CHANGED, FORGED, RANGE, STRUCTURE, Case, INVALID, REFUSED, VALID

WRONG = RANGE + BROKEN

# Four numbers (or text) from where /Contents begins and ends and where the file ends. What they span
# is really signed.
RANGES = {
    "gap begins early": lambda b, e, n: (0, b - 1, e, n - e),
    "gap ends late": lambda b, e, n: (0, b, e + 1, n - e - 1),
    "gap inside the brackets": lambda b, e, n: (0, b + 1, e - 1, n - e + 1),
    "gap of the whole dictionary": lambda b, e, n: (0, b - 60, e + 2, n - e - 2),
    "starts late": lambda b, e, n: (1, b - 1, e, n - e),
    "starts behind the header": lambda b, e, n: (9, b - 9, e, n - e),
    "ends early": lambda b, e, n: (0, b, e, n - e - 7),
    "ends before the section": lambda b, e, n: (0, b, e, 3),
    "second part empty": lambda b, e, n: (0, b, e, 0),
    "first part empty": lambda b, e, n: (0, 0, e, n - e),
    "both parts empty": lambda b, e, n: (0, 0, 0, 0),
    "overlapping": lambda b, e, n: (0, e, b, n - b),
    "all of it twice": lambda b, e, n: (0, n, 0, n),
    "swapped": lambda b, e, n: (e, n - e, 0, b),
    "negative": lambda b, e, n: (0, b, e, -1),
    "negative start": lambda b, e, n: (-5, b, e, n - e),
    "huge": lambda b, e, n: (0, b, e, 9223372036),
    "beyond 64 bits": lambda b, e, n: "[0 1 2 18446744073709551617]",
    "six numbers": lambda b, e, n: f"[0 {b} {e} {n - e - 9} {n - 9} 9]",
    "two numbers": lambda b, e, n: f"[0 {b}]",
    "one number": lambda b, e, n: f"[{n}]",
    "empty": lambda b, e, n: "[]",
    "reals": lambda b, e, n: f"[0 {b}.0 {e} {n - e}]",
    "strings": lambda b, e, n: f"[0 {b} {e} ({n - e})]",
    "null": lambda b, e, n: "null",
    "a name": lambda b, e, n: "/None",
    "no array": lambda b, e, n: f"{n}",
    "nested": lambda b, e, n: f"[[0 {b} {e} {n - e}]]",
    "a reference": lambda b, e, n: "2 0 R",
}

# What is made of the CMS before it goes in.
CMS = {
    "words behind the CMS": dict(bend_cms=lambda c: c + b"hidden words"),
    "another CMS behind": dict(bend_cms=lambda c: c + kit_pki.cms(b"\0" * 32)),
    "padding of 0xFF": dict(padding=b"\xff"),
    "padding of blanks": dict(padding=b" "),
    "one octet before the padding": dict(bend_cms=lambda c: c + b"\0\0\0\1"),
    "cut short": dict(bend_cms=lambda c: c[:-20]),
    "only zeros": dict(bend_cms=lambda c: b""),
    "one zero octet": dict(bend_cms=lambda c: b"\0"),
    "no DER": dict(bend_cms=lambda c: b"%PDF-1.7 no CMS at all"),
    "an empty sequence": dict(bend_cms=lambda c: b"\x30\0"),
    "without the signer": dict(bend_cms=lambda c: c[:60]),
    "over another document": dict(signed=b"another document"),
    "the content inside": dict(bend_cms=lambda c: kit_pki.cms(
        hashlib.sha256(b"words").digest(), content=b"words")),
    "a timestamp instead": dict(bend_cms=lambda c: kit_pki.timestamp(b"\0" * 32)),
    "a digest of nothing": dict(signed=b""),
}

# Octets of one length for others: no key is needed for these.
IN_PLACE = {
    "ByteRange renamed": (rb"/ByteRange", b"/ByteRang_"),
    "Contents renamed": (rb"/Contents(?=\s*<[0-9A-Fa-f]{1000})", b"/Content_"),
    "ByteRange null": (rb"(?<=/ByteRange)(\s*\[)[^\]]*\]", None),
    "SubFilter unknown": (rb"/ETSI\.CAdES\.detached", b"/ETSI.CAdES.detache_"),
    "Filter unknown": (rb"/Adobe\.PPKLite", b"/Adobe.PPKLit_"),
    "Contents a name": (rb"(?<=/Contents)(\s*)<(?=[0-9A-Fa-f]{1000})", b"/"),
    "Type unknown": (rb"/Type\s*/Sig\b(?!R)", None),
}


def in_place(octets, pattern, to):
    found = list(re.finditer(pattern, octets))
    if not found:
        return None
    place = found[-1]
    size = place.end() - place.start()
    if to is None:
        to = b"null" if size >= 4 else b"0"
    return octets[:place.start()] + to.rjust(size) + octets[place.end():]


def wrapped(name, gap):
    """Signature wrapping (Mladenov and others, 2019): the signed octets behind /Contents move to the
    end of a wider gap, and what stands in the gap is where startxref still points. The attacker's own
    signature dictionary gives a ByteRange that matches."""
    octets = kit_cases.base(name)
    old = kit_pdf.Reader(octets)
    begin, end = kit_pdf.holes(octets)[-1]
    value = int(re.findall(rb"(?<!\d)(\d{1,9}) 0 obj", octets[:begin])[-1])
    section = old.sections[0]
    if old.is_stream or section < end:
        return None
    rest = octets[end:]
    inside = bytearray(octets[:end]) + b">>\nendobj\n"
    inside += b" " * (section - len(inside)) if section > len(inside) else b""
    content = old.content()
    dictionary = octets[octets.rindex(b"obj", 0, begin) + 3:begin]
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        content, len(FORGED), FORGED.encode())
    forged_value = lambda where: b"%d 0 obj" % value + re.sub(
        rb"/ByteRange\s*\[[^\]]*\]", b"/ByteRange [0 %d %d %d]" % (begin, where, len(rest)),
        dictionary) + octets[begin:end] + b">>\nendobj\n"
    prev = b"/Prev %d" % (old.sections[1] - old.header) if len(old.sections) > 1 else b""
    keep = re.search(rb"/Root\s*\d+\s+\d+\s+R", old.trailer)[0]
    entries = {n: e[1] for n, e in old.entries.items() if e[0] == "n"}
    # The table has a fixed size, so what follows it has a known place.
    def table(places):
        text = b"xref\n"
        for number in sorted(places):
            text += b"%d 1\n%010d 00000 n \n" % (number, places[number] - old.header)
        return text + b"trailer\n<<" + keep + prev + b"/Size %d>>\n" % old.size + \
            b"startxref\n%010d\n%%%%EOF\n" % (section - old.header)
    first = len(inside) + len(table(entries))
    second = first + len(body)
    where = second + len(forged_value(10 ** 9))
    where += 64 - where % 64
    entries[content], entries[value] = first, second
    made = bytes(inside) + table(entries) + body + forged_value(where)
    made += {"blanks": b" ", "comment": b"%"}[gap] * (where - len(made))
    return made[:where] + rest


def second_dictionary(name):
    """A signature dictionary added by an update that borrows the /Contents and ranges of the signed
    one, with its field."""
    update = kit_pdf.Writer(kit_cases.base(name))
    octets = update.old.octets
    begin, end = kit_pdf.holes(octets)[-1]
    page, root = update.old.page(), update.old.root
    dictionary = octets[octets.rindex(b"obj", 0, begin) + 3:end]
    value = update.add(dictionary + b">>")
    field = update.add(f"<</FT/Sig/T(borrowed)/V {value} 0 R/Type/Annot/Subtype/Widget/F 132"
                       f"/Rect[0 0 0 0]/P {page} 0 R>>")
    body = update.old.body(root)
    if form := update.old.key("AcroForm", body) if re.search(rb"/AcroForm\s+\d", body) else None:
        update.put(form, re.sub(rb"/Fields\s*\[", b"/Fields[%d 0 R " % field, update.old.body(form), 1))
    else:
        update.put(root, re.sub(rb"/Fields\s*\[", b"/Fields[%d 0 R " % field, body, 1))
    update.put(page, re.sub(rb"/Annots\s*\[", b"/Annots[%d 0 R " % field, update.old.body(page), 1))
    return update.close()


def dictionary_tricks():
    """Signatures that are right, in dictionaries that readers read differently."""
    normal = kit_pdf.signature_value()
    at = normal.index("/Contents")
    yield "Contents twice", normal[:-2] + "/Contents<00>>>", INVALID
    yield "Contents before, twice", "<</Contents<00>" + normal[2:], INVALID
    yield "Contents twice by escape", "<</C#6fntents<00>" + normal[2:], INVALID
    yield "ByteRange twice", normal[:-2] + "/ByteRange[0 1 2 3]>>", INVALID
    yield "ByteRange before, twice", "<</ByteRange[0 1 2 3]" + normal[2:], INVALID
    yield "ByteRange twice by escape", normal[:-2] + "/Byte#52ange[0 1 2 3]>>", INVALID
    yield "SubFilter twice", normal[:-2] + "/SubFilter/adbe.pkcs7.sha1>>", INVALID
    yield "Type twice", normal[:-2] + "/Type/DocTimeStamp>>", INVALID
    yield "comment before Contents", normal[:at] + "/Contents% <00>\n" + normal[at + 9:], VALID
    yield "as a document timestamp", kit_pdf.place_timestamp_value(), INVALID
    yield "Type of a timestamp", normal.replace("/Type/Sig", "/Type/DocTimeStamp"), INVALID
    yield "SubFilter of a timestamp", normal.replace("ETSI.CAdES.detached", "ETSI.RFC3161"), INVALID


def cases():
    made = []
    for kind in ("table", "packed"):
        plain = kit_cases.plain(kind)
        for what, shape in RANGES.items():
            expect = REFUSED if what == "beyond 64 bits" else INVALID
            made.append(Case(f"made-{kind}/range, {what}", "ByteRange",
                             kit_pdf.sign(plain, "approval", byte_range=shape), expect,
                             WRONG + ("pdf.malformed",)))
    for what, how in CMS.items():
        made.append(Case(f"made-stream/Contents, {what}", "Contents",
                         kit_pdf.sign(kit_cases.plain("stream"), "approval", **how), INVALID, WRONG))
    for what, value, expect in dictionary_tricks():
        update = kit_pdf.Writer(kit_cases.plain())
        number = update.add(value)
        field = update.add(f"<</FT/Sig/T(approval)/V {number} 0 R/Type/Annot/Subtype/Widget/F 132"
                           "/Rect[0 0 0 0]/P 3 0 R>>")
        update.put(1, update.old.body(1).replace(b"/Fields[", b"/Fields[%d 0 R " % field))
        update.put(3, update.old.body(3).replace(b"/Annots[", b"/Annots[%d 0 R " % field))
        made.append(Case(f"made-table/signature dictionary, {what}",
                         "Contents" if expect != VALID else "benign structure",
                         kit_pdf.seal(update.close()), expect,
                         WRONG + ("pdf.signature_type", "signature.subfilter_unsupported")))
    for name in ("table", "stream", "two", "certified-1", "lta", "encrypted-aes-256"):
        for what, (pattern, to) in IN_PLACE.items():
            octets = in_place(kit_cases.base(name), pattern, to)
            if octets:
                made.append(Case(f"{name}/{what}", "universal forgery", octets, INVALID,
                                 WRONG + ("pdf.signature_type",)))
        made.append(Case(f"{name}/borrowed signature", "universal forgery", second_dictionary(name),
                         INVALID, WRONG + CHANGED + ("signature.shared_value",)))
    for name in kit_cases.names():
        for gap in ("blanks", "comment"):
            octets = wrapped(name, gap)
            if octets:
                made.append(Case(f"{name}/wrapped with {gap}", "signature wrapping", octets, REFUSED,
                                 WRONG + STRUCTURE))
    return made
