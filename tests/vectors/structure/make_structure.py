#!/usr/bin/python3
"""Makes one small PDF for each structural class that signing must cope with (README.md).

Hand-written documents come from the writer below; variants of them from qpdf 11.3. Run again, it
gives the same octets (but for AES-256, whose file key is drawn afresh).
"""
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def stream(text, extra=b""):
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(text), extra, text)


def words(line, x=72, y=700):
    return stream(b"BT /F1 18 Tf %d %d Td (%s) Tj ET" % (x, y, line))


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def page(contents, extra=b"", box=b"/MediaBox [0 0 595 842]"):
    return b"<< /Type /Page /Parent 2 0 R %s /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R %s>>" \
        % (box, contents, extra)


def simple(count=1, extra=b"", box=b"/MediaBox [0 0 595 842]", catalog=b"", tree=b""):
    """Objects of a plain document: 1 catalogue, 2 pages, 3 font, then page and contents in turn."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(count))
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R %s>>" % catalog,
               2: b"<< /Type /Pages /Kids [%s] /Count %d %s>>" % (kids, count, tree), 3: FONT}
    for i in range(count):
        objects[4 + 2 * i] = page(5 + 2 * i, extra, box)
        objects[5 + 2 * i] = words(b"Page %d" % (i + 1))
    return objects


def write(objects, version=b"1.7", header=b"", trailer=b"", before=b"", previous=None, eol=b"\n"):
    """A file with a classic cross-reference table; with `previous`, an update after `before`."""
    out = bytearray(before or header + b"%PDF-" + version + eol + b"%\xe2\xe3\xcf\xd3" + eol)
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out) - len(header)
        out += b"%d 0 obj" % number + eol + body + eol + b"endobj" + eol
    start = len(out) - len(header)
    out += b"xref" + eol
    if previous is None:
        out += b"0 %d" % (max(objects) + 1) + eol + b"0000000000 65535 f\r\n"
        for number in range(1, max(objects) + 1):
            out += b"%010d 00000 n\r\n" % offsets[number]
    else:
        for number in sorted(objects):
            out += b"%d 1" % number + eol + b"%010d 00000 n\r\n" % offsets[number]
        trailer += b" /Prev %d" % previous[1]
    size = max(objects) + 1 if previous is None else previous[0]
    out += b"trailer" + eol + b"<< /Size %d /Root 1 0 R /ID [<%s> <%s>]%s >>" % (
        size, b"61" * 16, b"62" * 16, trailer) + eol
    out += b"startxref" + eol + b"%d" % start + eol + b"%%EOF" + eol
    return bytes(out), (size, start)


def hybrid():
    """A table for old readers, and the object streams' objects in /XRefStm (ISO 32000-1 7.5.8.4)."""
    plain = simple()
    packed = {6: b"<< /Producer (hybrid) >>"}
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(plain.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    index = b"6 0 "
    body = index + packed[6]
    offsets[7] = len(out)
    out += b"7 0 obj\n" + stream(body, b"/Type /ObjStm /N 1 /First %d " % len(index)) + b"\nendobj\n"
    at = len(out)
    offsets[8] = at
    rows = bytes([2, 0, 7, 0]) + b"\x01" + offsets[7].to_bytes(2, "big") + b"\0" \
        + b"\x01" + at.to_bytes(2, "big") + b"\0"
    out += b"8 0 obj\n" + stream(rows, b"/Type /XRef /W [1 2 1] /Index [6 3] /Size 9 /Root 1 0 R ") \
        + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 9\n0000000006 65535 f\r\n"
    for number in range(1, 6):
        out += b"%010d 00000 n\r\n" % offsets[number]
    # 6 is in the object stream, 7 and 8 are hidden from readers that know no streams.
    out += b"0000000007 00000 f\r\n0000000008 00000 f\r\n0000000000 00000 f\r\n"
    out += b"trailer\n<< /Size 9 /Root 1 0 R /Info 6 0 R /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (at, start)
    return bytes(out)


def form(fields=b"[6 0 R 7 0 R]", more=b""):
    objects = simple(catalog=b"/AcroForm << /Fields %s /DR << /Font << /F1 3 0 R >> >> "
                             b"/DA (/F1 12 Tf 0 g) %s>> " % (fields, more),
                     extra=b"/Annots [6 0 R 7 0 R] ")
    objects[6] = (b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Binh) /Rect [72 600 272 620] "
                  b"/F 4 /P 4 0 R /DA (/F1 12 Tf 0 g) /AP << /N 8 0 R >> >>")
    objects[7] = (b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /Rect [72 500 272 560] /F 4 "
                  b"/P 4 0 R >>")
    objects[8] = stream(b"/Tx BMC BT /F1 12 Tf 2 4 Td (Binh) Tj ET EMC",
                        b"/Type /XObject /Subtype /Form /BBox [0 0 200 20] "
                        b"/Resources << /Font << /F1 3 0 R >> >> ")
    return objects


def written():
    yield "xref-table", write(simple(3))[0]
    yield "pdf-1.0", write(simple(), b"1.0")[0]
    yield "pdf-1.3-cr", write(simple(), b"1.3", eol=b"\r")[0]
    yield "pdf-2.0", write(simple(2), b"2.0")[0]
    yield "junk-before-header", write(simple(), header=b"\xef\xbb\xbfmail gateway\n")[0]
    yield "hybrid", hybrid()
    yield "form", write(form())[0]
    yield "form-need-appearances", write(form(more=b"/NeedAppearances true "))[0]
    objects = form(fields=b"9 0 R")
    objects[9] = b"[6 0 R 7 0 R]"
    yield "form-indirect-fields", write(objects)[0]
    objects = simple(2, extra=b"/Annots 8 0 R ")
    objects[8] = b"[9 0 R]"
    objects[9] = b"<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (shared) /F 4 >>"
    yield "annots-shared", write(objects)[0]
    yield "media-box-inherited", write(
        simple(2, box=b"", tree=b"/MediaBox [0 0 420 595] /Rotate 90 "))[0]
    yield "crop-box", write(simple(extra=b"/CropBox [50 60 400 700] "))[0]
    yield "media-box-shifted", write(simple(box=b"/MediaBox [-100 -200 495 642]"))[0]
    yield "page-tiny", write(simple(box=b"/MediaBox [0 0 60 40]"))[0]
    for turn in (90, 180, 270):
        yield f"rotate-{turn}", write(simple(extra=b"/Rotate %d " % turn))[0]
    first, state = write(simple())
    second, state = write({5: words(b"Page 1, corrected")}, before=first, previous=state)
    third, _ = write({5: words(b"Page 1, corrected twice")}, before=second, previous=state)
    yield "three-revisions", third
    yield "deep-page-tree", write(deep())[0]


def deep():
    """Pages below four levels of nodes, with an indirect /Count and a /Kids array of its own."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 3: FONT,
               2: b"<< /Type /Pages /Kids 12 0 R /Count 13 0 R /MediaBox [0 0 595 842] >>",
               12: b"[6 0 R 4 0 R]", 13: b"2"}
    objects[4] = page(5, box=b"")
    objects[5] = words(b"Page 2")
    for n in (6, 7, 8):
        objects[n] = b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (
            2 if n == 6 else n - 1, n + 1)
    objects[9] = page(10, box=b"").replace(b"/Parent 2 0 R", b"/Parent 8 0 R")
    objects[10] = words(b"Page 1")
    objects[11] = b"null"
    return objects


QPDF = {
    "xref-stream": ("xref-table", "--object-streams=generate"),
    "xref-stream-form": ("form", "--object-streams=generate"),
    "linearized": ("xref-table", "--linearize"),
    "linearized-object-streams": ("xref-table", "--linearize", "--object-streams=generate"),
    "encrypted-rc4-40": ("xref-table", "--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"),
    "encrypted-rc4-128": ("xref-table", "--allow-weak-crypto", "--encrypt", "", "owner", "128",
                          "--use-aes=n", "--"),
    "encrypted-aes-128": ("form", "--allow-weak-crypto", "--encrypt", "", "owner", "128",
                          "--use-aes=y", "--"),
    "encrypted-aes-256": ("form", "--encrypt", "", "owner", "256", "--"),
    "encrypted-aes-256-streams": ("xref-table", "--object-streams=generate", "--encrypt", "", "owner",
                                  "256", "--"),
    "encrypted-clear-metadata": ("xref-table", "--encrypt", "", "owner", "256", "--cleartext-metadata",
                                 "--"),
}


def main():
    for old in HERE.glob("*.pdf"):
        old.unlink()
    for name, octets in written():
        (HERE / f"{name}.pdf").write_bytes(octets)
    for name, (base, *options) in QPDF.items():
        subprocess.run(["qpdf", "--static-id", "--static-aes-iv", "--no-warn", *options,
                        HERE / f"{base}.pdf", HERE / f"{name}.pdf"], check=True)
    for made in sorted(HERE.glob("*.pdf")):
        subprocess.run(["qpdf", "--check", made], check=True, stdout=subprocess.DEVNULL)
    print(f"{len(list(HERE.glob('*.pdf')))} files")


if __name__ == "__main__":
    main()
