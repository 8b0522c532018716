"""Papers that citizens bring, as scanners give them, and documents that other systems send."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from sheets import sheet  # noqa: E402


def folded(text):
    """The fonts that every reader has know no Vietnamese letters."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c)).encode("ascii", "replace").decode()


def document(title, lines, pages=1):
    """A PDF of A4 pages with text, unsigned."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"}
    kids = []
    for page in range(pages):
        content = f"BT /F 16 Tf 72 760 Td ({folded(title)}) Tj /F 12 Tf 0 -30 Td\n"
        for line in (*lines, f"Trang {page + 1}/{pages}"):
            content += f"({folded(line)}) Tj 0 -20 Td\n"
        content = (content + "ET").encode()
        at = 4 + 2 * page
        kids.append(b"%d 0 R" % at)
        objects[at] = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
                       b" /Resources << /Font << /F 3 0 R >> >> >>" % (at + 1))
        objects[at + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), pages)
    return _file(objects)


def _file(objects):
    out, places = b"%PDF-1.7\n", {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    count = max(objects) + 1
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % places[n] for n in range(1, count))
    return (out + b"xref\n0 %d\n%s" % (count, table)
            + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out)))


def _drawn(pdf, kind, dpi):
    """Its pages as pictures, as a scanner with a feeder gives them."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "paper.pdf"
        source.write_bytes(pdf)
        subprocess.run(["pdftoppm", f"-{kind}", "-r", str(dpi), source, pathlib.Path(folder) / "p"], check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
        return [p.read_bytes() for p in sorted(pathlib.Path(folder).glob("p-*"))]


def _size(jpeg):
    found = re.search(rb"\xff[\xc0\xc2]\x00\x11\x08(..)(..)", jpeg, re.S)
    return int.from_bytes(found[2], "big"), int.from_bytes(found[1], "big")


def scan(kind, number, title, lines, pages=1):
    """Of the paper `title` with these lines: "png" (a small sheet), "jpeg", "tiff", or "pdf" of all its pages."""
    if kind == "png":
        return sheet(number)
    pictures = _drawn(document(title, lines, pages), "tiff" if kind == "tiff" else "jpeg", 200)
    if kind != "pdf":
        return pictures[0]
    objects, kids = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}, []
    for page, jpeg in enumerate(pictures):
        at = 3 + 3 * page
        width, height = _size(jpeg)
        kids.append(b"%d 0 R" % at)
        draw = b"q 595 0 0 842 0 0 cm /I Do Q"
        objects[at] = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
                       b" /Resources << /XObject << /I %d 0 R >> >> >>" % (at + 1, at + 2))
        objects[at + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw)
        objects[at + 2] = (b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB"
                           b" /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream"
                           % (width, height, len(jpeg), jpeg))
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file(objects)
