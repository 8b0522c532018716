"""Show 4: stamps as people see them, and as pdftotext reads them.

Pictures land in build/interop/work/stamps/*.png for a person to look at. What is checked here: the
text comes out as it was asked for (NFC), and nothing outside the stamp changed.
"""
import pathlib
import re
import shutil
import struct
import unicodedata
import zlib

import judges

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "packaging/samples"
SIGNER = "Nguyễn Văn Ảnh"
COMMUNE = "Ủy ban nhân dân xã Quỳnh Diễn"
# Every letter with a mark that Vietnamese has, in both cases (TCVN 6909).
LETTERS = ("ĂÂĐÊÔƠƯ ăâđêôơư ẠẢÃÀÁ ẶẲẴẰẮ ẬẨẪẦẤ ẸẺẼÈÉ ỆỂỄỀẾ ỊỈĨÌÍ ỌỎÕÒÓ ỘỔỖỒỐ ỢỞỠỜỚ ỤỦŨÙÚ ỰỬỮỪỨ ỴỶỸỲÝ "
           "ạảãàá ặẳẵằắ ậẩẫầấ ẹẻẽèé ệểễềế ịỉĩìí ọỏõòó ộổỗồố ợởỡờớ ụủũùú ựửữừứ ỵỷỹỳý")
TIME = r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d \+07:00"


def letters_stamp(extra=""):
    lines = [f'[[line]]\ntext = "{part}"\nsize_pt = 9\n' for part in
             (LETTERS[:60].rsplit(" ", 1)[0], LETTERS[len(LETTERS[:60].rsplit(" ", 1)[0]) + 1:])]
    return ('schema = "antin-appearance/1"\nkind = "signature"\nwidth_mm = 80\nheight_mm = 34\n'
            'frame = true\n[anchor]\npage = 1\nx_mm = 20\ny_mm = 30\n'
            '[[line]]\ntext = "Người ký: {signer}"\nbold = true\n' + "".join(lines) + extra)


def squeezed(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def stamp_text(path):
    """What pdftotext reads of the file, in the order of drawing: the stamp last."""
    return squeezed(judges.text_of(path, "-raw"))


def pixels(path):
    """(width, height, rows of RGB octets) of an 8-bit RGB PNG that pdftoppm wrote."""
    octets = pathlib.Path(path).read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", octets[16:26])
    assert (depth, kind) == (8, 2), "pdftoppm writes 8-bit RGB"
    at, data = 8, b""
    while at < len(octets):
        length, = struct.unpack(">I", octets[at:at + 4])
        if octets[at + 4:at + 8] == b"IDAT":
            data += octets[at + 8:at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(data), width * 3 + 1
    rows, above = [], bytes(width * 3)
    for y in range(height):
        above = unfilter(raw[y * stride], raw[y * stride + 1:(y + 1) * stride], above)
        rows.append(above)
    return width, height, rows


def unfilter(kind, line, above):
    out = bytearray(line)
    for i in range(len(out)):
        left = out[i - 3] if i >= 3 else 0
        up, corner = above[i], above[i - 3] if i >= 3 else 0
        if kind == 1:
            out[i] = (out[i] + left) & 255
        elif kind == 2:
            out[i] = (out[i] + up) & 255
        elif kind == 3:
            out[i] = (out[i] + (left + up) // 2) & 255
        elif kind == 4:
            p = left + up - corner
            near = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))
            out[i] = (out[i] + near[2]) & 255
    return bytes(out)


def changed_box(before, after):
    """Pixels (left, top, right, bottom) around everything that differs, or None."""
    width, height, one = pixels(before)
    other_width, other_height, two = pixels(after)
    if (width, height) != (other_width, other_height):
        return 0, 0, width, height
    box = None
    for y in range(height):
        if one[y] == two[y]:
            continue
        xs = [x for x in range(width) if one[y][3 * x:3 * x + 3] != two[y][3 * x:3 * x + 3]]
        box = (min(xs + ([box[0]] if box else [])), box[1] if box else y,
               max(xs + ([box[2]] if box else [])), y)
    return box


def look(results, folder, name, before, after, expected_mm, page=1, dpi=72):
    """Only the stamp's place changed; `expected_mm` is its left, top, right, bottom or None."""
    one, = judges.render(before, folder / "before", dpi, page, page)
    two, = judges.render(after, folder / "after", dpi, page, page)
    shutil.copyfile(judges.render(after, folder / "large", 110, page, page)[0], folder / f"{name}.png")
    box = changed_box(one, two)
    for part in ("before", "after", "large"):
        shutil.rmtree(folder / part)
    if not results.check(f"{name}: the stamp is seen", box is not None):
        return
    scale, slack = dpi / 25.4, 2
    inside = expected_mm is None or all((
        box[0] >= expected_mm[0] * scale - slack, box[1] >= expected_mm[1] * scale - slack,
        box[2] <= expected_mm[2] * scale + slack, box[3] <= expected_mm[3] * scale + slack))
    results.check(f"{name}: nothing outside the stamp changed", inside,
                  f"changed {[round(v / scale, 1) for v in box]} mm, allowed {expected_mm}")


def run(world, results):
    results.section("Stamps as people see them")
    folder = world.folder / "stamps"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "letters.toml").write_text(letters_stamp(), encoding="utf-8")
    base = ROOT / "tests/vectors/structure"
    for name in ("xref-table", "rotate-90", "rotate-180", "rotate-270", "crop-box",
                 "media-box-shifted", "encrypted-aes-256"):
        source, out = base / f"{name}.pdf", folder / f"{name}.pdf"
        row = next(iter(world.sign([source], out, options=("--appearance", folder / "letters.toml")).values()))
        if not results.check(f"stamp {name}", out.exists(), row.get("error")):
            continue
        text = stamp_text(out)
        results.check(f"{name}: every Vietnamese letter is read back",
                      squeezed(LETTERS) in text and f"Người ký: {SIGNER}" in text, text)
        look(results, folder, name, source, out, (20, 30, 100, 64))
    notice(world, results, folder)
    copy_line(world, results, folder)
    print(f"  pictures: {folder.relative_to(ROOT)}/*.png")


def notice(world, results, folder):
    """The officer's picture between title and name, the seal over its left third."""
    source, officer, agency = SAMPLES / "thong-bao.pdf", folder / "officer.pdf", folder / "seal.pdf"
    rows = list(world.sign([source], officer, options=("--appearance", SAMPLES / "officer.toml")).values())
    if not results.check("stamp officer", officer.exists(), rows):
        return
    text = stamp_text(officer)
    for wanted in (f"Người ký: {SIGNER}", f"Cơ quan: {COMMUNE}"):
        results.check(f"officer: {wanted}", wanted in text, text[-300:])
    results.check("officer: time in Vietnam's zone", re.search("Thời gian ký: " + TIME, text), text[-300:])
    # Between the title (y 211 mm) and the name (y 250 mm), in the right half of the page.
    look(results, folder, "officer", source, officer, (100, 205, 195, 255))
    rows = list(world.sign([officer], agency, "agency",
                           ("--role", "agency", "--appearance", SAMPLES / "agency.toml")).values())
    if not results.check("stamp seal", agency.exists(), rows):
        return
    look(results, folder, "seal", officer, agency, (70, 195, 195, 262))
    results.check("both signatures stand", world.verify([agency])[str(agency)]["verdict"] == "VALID")


def copy_line(world, results, folder):
    source, out = SAMPLES / "thong-bao.pdf", folder / "copy-line.pdf"
    rows = list(world.sign([source], out, "agency", ("--role", "agency", "--appearance",
                                                     SAMPLES / "copy-line.toml")).values())
    if not results.check("stamp copy-line", out.exists(), rows):
        return
    text = stamp_text(out)
    results.check("copy line: as form 3.2 wants it",
                  re.search(f"SAO Y; {COMMUNE}; {TIME}".replace("4} ", "4}; "), text), text[-300:] + text[:200])
    # top margin, right edge 10 to 20 mm from the right.
    look(results, folder, "copy-line", source, out, (60, 4, 200, 15))
