"""Documents like those that offices issue, written plainly, and the same with one thing changed.

Everything follows from a seed. A page is a list of things to draw; `write` makes a PDF of pages,
`scanned` one that holds pictures of them as a scanner would, with paper and a little skew.
"""
import copy
import dataclasses
import functools
import math
import pathlib
import random
import struct
import subprocess
import unicodedata
import zlib

FONTS = {name: pathlib.Path("/usr/share/fonts/truetype/liberation2") / f"Liberation{name}.ttf"
         for name in ("Serif-Regular", "Serif-Bold", "Serif-Italic", "Sans-Regular", "Sans-Bold")}
WIDTH, HEIGHT = 595.28, 841.89
BLACK, GREY, RED, BLUE = (0, 0, 0), (0.72, 0.72, 0.72), (0.83, 0.1, 0.12), (0.1, 0.2, 0.62)

TITLES = ["QUYẾT ĐỊNH", "GIẤY XÁC NHẬN", "LỜI CHỨNG CHỨNG THỰC BẢN SAO", "BIÊN BẢN BÀN GIAO",
          "THÔNG BÁO", "GIẤY CHỨNG NHẬN ĐĂNG KÝ"]
SENTENCES = [
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2025, số 72/2025/QH15;",
    "Căn cứ Nghị định số 23/2015/NĐ-CP ngày 16 tháng 02 năm 2015 của Chính phủ;",
    "Theo đề nghị của Trưởng phòng Tư pháp tại Tờ trình số 1847/TTr-TP ngày 03/9/2026,",
    "Điều 1. Công nhận quyền sử dụng đất của hộ ông Nguyễn Văn Hữu, sinh năm 1968,",
    "thửa đất số 215, tờ bản đồ số 38, diện tích 1.264,5 mét vuông, tại xã Vĩnh Thạnh.",
    "Bà Trần Thị Mỹ Lệ, căn cước công dân số 079168004536, cấp ngày 12/5/2021, nơi cấp:",
    "Cục Cảnh sát quản lý hành chính về trật tự xã hội, hộ khẩu thường trú tại ấp Mỹ Đức.",
    "Số tiền phải nộp: 3.750.000 đồng (ba triệu bảy trăm năm mươi nghìn đồng chẵn).",
    "Điều 2. Chánh Văn phòng, Trưởng phòng Tài chính, Thủ trưởng các đơn vị liên quan và",
    "ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này kể từ ngày ký.",
    "Người yêu cầu chứng thực đã xuất trình bản chính và ký tên trước mặt tôi hôm nay.",
    "Chứng thực bản sao đúng với bản chính, số chứng thực 4609, quyển số 02/2026-SCT/BS.",
    "Các bên đã đọc, hiểu rõ nội dung, tự nguyện giao kết và cùng ký vào từng trang này.",
    "Thời hạn sử dụng: đến ngày 31 tháng 12 năm 2056; nguồn gốc: Nhà nước giao đất có thu tiền.",
    "Lệ phí đã thu theo biên lai số 0081937, quyển 614, ký hiệu AB/26P; miễn, giảm: không.",
    "Trường hợp không đồng ý, người bị ảnh hưởng có quyền khiếu nại trong thời hạn 90 ngày.",
    "Tài sản gắn liền: nhà ở cấp 4, diện tích xây dựng 86,4 mét vuông, năm hoàn thành 2009.",
    "Giữa hai bên đã thỏa thuận sửa đổi, bổ sung khoản 3 Điều 7 của hợp đồng nguyên tắc cũ."]
LAYER_TEXT = "Bổ sung: chuyển nhượng toàn bộ diện tích cho người thứ ba, giá 950.000.000 đồng."


@dataclasses.dataclass
class Text:
    x: float
    y: float
    font: str
    size: float
    colour: tuple
    words: str


@dataclasses.dataclass
class Rule:
    x: float
    y: float
    length: float
    thick: float
    colour: tuple = BLACK
    upright: bool = False


@dataclasses.dataclass
class Seal:
    x: float
    y: float
    colour: tuple = RED
    words: str = "ỦY BAN NHÂN DÂN"
    radius: float = 48


@dataclasses.dataclass
class Signature:
    x: float
    y: float
    seed: int
    colour: tuple = BLUE


@dataclasses.dataclass
class Layer:
    """Words of an optional content group."""
    text: Text
    shown: bool = False


# Fonts ------------------------------------------------------------------------------------------

class Font:
    """What a PDF must know of a TrueType file: glyphs of characters, widths."""

    def __init__(self, path):
        self.octets = path.read_bytes()
        count = struct.unpack(">H", self.octets[4:6])[0]
        self.tables = {}
        for n in range(count):
            tag, _, at, size = struct.unpack(">4sIII", self.octets[12 + 16 * n:28 + 16 * n])
            self.tables[tag.decode()] = self.octets[at:at + size]
        self.units = struct.unpack(">H", self.tables["head"][18:20])[0]
        self.box = struct.unpack(">4h", self.tables["head"][36:44])
        metrics = struct.unpack(">H", self.tables["hhea"][34:36])[0]
        self.advances = [struct.unpack(">H", self.tables["hmtx"][4 * n:4 * n + 2])[0]
                         for n in range(metrics)]
        self.glyphs = self.read_cmap()
        self.packed = zlib.compress(self.octets, 9)

    def read_cmap(self):
        table = self.tables["cmap"]
        for n in range(struct.unpack(">H", table[2:4])[0]):
            platform, kind, at = struct.unpack(">HHI", table[4 + 8 * n:12 + 8 * n])
            if (platform, kind) == (3, 1):
                return self.read_segments(table[at:])
        raise ValueError("no Unicode character map")

    @staticmethod
    def read_segments(table):
        count = struct.unpack(">H", table[6:8])[0] // 2
        ends, starts, deltas, offsets = (
            struct.unpack(f">{count}H", table[at:at + 2 * count])
            for at in (14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count))
        glyphs = {}
        for n in range(count):
            for code in range(starts[n], min(ends[n], 0xFFFE) + 1):
                glyph = code
                if offsets[n]:
                    at = 16 + 6 * count + 2 * n + offsets[n] + 2 * (code - starts[n])
                    glyph = struct.unpack(">H", table[at:at + 2])[0]
                if glyph:
                    glyphs[code] = (glyph + deltas[n]) & 0xFFFF
        return glyphs

    def glyph(self, character):
        return self.glyphs[ord(character)]

    def advance(self, glyph):
        return self.advances[min(glyph, len(self.advances) - 1)] * 1000 / self.units

    def width(self, words, size):
        return sum(self.advance(self.glyph(c)) for c in words) * size / 1000


@functools.cache
def font(name):
    return Font(FONTS[name])


# Pages ------------------------------------------------------------------------------------------

def make_pages(seed, count=1):
    """Pages of one document."""
    rng = random.Random(seed)
    face = rng.choice(["Serif", "Serif", "Sans"])
    size = (9, 10, 11, 12, 13)[seed % 5]
    bold, plain = f"{face}-Bold", f"{face}-Regular"
    number = rng.randint(100, 9999)
    pages = []
    for n in range(count):
        page = []
        y = HEIGHT - 60

        def centred(words, name, points, y, colour=BLACK, page=page):
            x = (WIDTH - font(name).width(words, points)) / 2
            page.append(Text(x, y, name, points, colour, words))

        centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold, size + 1, y)
        centred("Độc lập - Tự do - Hạnh phúc", bold, size + 1, y - 1.5 * size)
        page.append(Rule(WIDTH / 2 - 70, y - 2 * size, 140, 0.5))
        centred(TITLES[seed % len(TITLES)], bold, size + 3, y - 5 * size)
        centred(f"Số: {number}/QĐ-UBND, trang {n + 1}", plain, size, y - 6.7 * size)
        y -= 9.5 * size
        lines = SENTENCES[:]
        rng.shuffle(lines)
        for words in lines[:rng.randint(11, len(lines))]:
            points = min(size, size * (WIDTH - 150) / font(plain).width(words, size))
            page.append(Text(75, y, plain, round(points, 1), BLACK, words))
            y -= 1.62 * size
        table = y - 10
        for row in range(4):
            page.append(Rule(75, table - row * 1.8 * size, 445, 0.4))
        for column in range(4):
            page.append(Rule(75 + column * 445 / 3, table - 5.4 * size, 5.4 * size, 0.4,
                             upright=True))
        for row in range(3):
            for column, words in enumerate(("Hạng mục", f"{rng.randint(1000, 99999)}",
                                            f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/2026")):
                page.append(Text(80 + column * 445 / 3, table - row * 1.8 * size - 1.3 * size,
                                 plain, size, BLACK, words))
        base = min(table - 8 * size, 210)
        page.append(Text(350, base + 55, bold, size, BLACK, "CHỦ TỊCH"))
        page.append(Text(335, base - 55, bold, size, BLACK, "Nguyễn Hữu Phước"))
        page.append(Seal(352, base))
        page.append(Signature(350, base - 15, seed))
        page.append(Text(75, 42, plain, 8, GREY, f"Bản sao lưu hồ sơ, mã tra cứu {number}-{seed}"))
        pages.append(page)
    return pages


# Changes ----------------------------------------------------------------------------------------

TONES = {"\u0300": "\u0301", "\u0301": "\u0300", "\u0303": "\u0309", "\u0309": "\u0303",
         "\u0323": "", "\u0302": "", "\u0306": "\u0302", "\u031b": ""}


def _body(page):
    return [one for one in page if isinstance(one, Text) and one.colour == BLACK]


def _in_text(pages, rng, wanted, other):
    """Changes one character of those wanted."""
    spots = [(text, n) for page in pages for text in _body(page)
             for n, c in enumerate(text.words) if wanted(c)]
    text, n = rng.choice(spots)
    text.words = text.words[:n] + other(text.words[n], rng) + text.words[n + 1:]


def other_digit(pages, rng):
    _in_text(pages, rng, str.isdigit,
             lambda c, rng: {"3": "8", "8": "3", "6": "8", "1": "7", "0": "8", "5": "6",
                             "9": "0"}.get(c) or rng.choice("0123456789".replace(c, "")))


def other_tone(pages, rng):
    """One mark over or under a letter."""
    def changed(c, rng):
        marks = list(unicodedata.normalize("NFD", c))
        at = rng.choice([n for n, m in enumerate(marks) if m in TONES])
        marks[at] = TONES[marks[at]]
        return unicodedata.normalize("NFC", "".join(marks))
    _in_text(pages, rng, lambda c: any(m in TONES for m in unicodedata.normalize("NFD", c)),
             changed)


def hook_for_tilde(pages, rng):
    """The most alike of all marks: ả for ã, ể for ễ and back."""
    def changed(c, _):
        swap = str.maketrans("\u0303\u0309", "\u0309\u0303")
        return unicodedata.normalize("NFC", unicodedata.normalize("NFD", c).translate(swap))
    _in_text(pages, rng, lambda c: set("\u0303\u0309") & set(unicodedata.normalize("NFD", c)),
             changed)


def no_bar(pages, rng):
    """đ becomes d."""
    _in_text(pages, rng, "đĐ".__contains__, lambda c, _: {"đ": "d", "Đ": "D"}[c])


def no_comma(pages, rng):
    """The comma's room stays: the line must not move. A blank is as wide as a comma here."""
    _in_text(pages, rng, ",.".__contains__, lambda c, _: " ")


def no_rule(pages, rng):
    page = rng.choice(pages)
    page.remove(rng.choice([one for one in page if isinstance(one, Rule)]))


def _seal(pages):
    return next(one for one in pages[-1] if isinstance(one, Seal))


def seal_moved(pages, rng):
    _seal(pages).x += rng.choice([-5, 4, 6])


def seal_gone(pages, _):
    pages[-1].remove(_seal(pages))


def seal_other(pages, _):
    _seal(pages).words = "ỦY BAN MẶT TRẬN"


def seal_black(pages, _):
    _seal(pages).colour = BLACK


def signature_other(pages, _):
    next(one for one in pages[-1] if isinstance(one, Signature)).seed += 1


def no_faint_line(pages, rng):
    page = rng.choice(pages)
    page.remove(next(one for one in page if isinstance(one, Text) and one.colour == GREY))


def layer_on(pages, _):
    """Needs pages of with_layer()."""
    next(one for page in pages for one in page if isinstance(one, Layer)).shown = True


def page_order(pages, _):
    pages.reverse()


def line_gone(pages, rng):
    page = rng.choice(pages)
    page.remove(rng.choice(_body(page)[4:14]))


CHANGES = {"digit": other_digit, "diacritic": other_tone, "hook for tilde": hook_for_tilde,
           "bar of đ": no_bar, "comma": no_comma, "rule": no_rule, "line of text": line_gone,
           "faint line": no_faint_line, "seal moved": seal_moved, "seal gone": seal_gone,
           "seal other": seal_other, "seal black": seal_black, "signature": signature_other,
           "layer on": layer_on, "page order": page_order}


def changed(pages, kind, seed):
    """A copy with one thing changed."""
    other = copy.deepcopy(pages)
    CHANGES[kind](other, random.Random(seed))
    assert other != pages, kind
    return other


def with_layer(pages):
    other = copy.deepcopy(pages)
    other[0].append(Layer(Text(75, 300, "Serif-Italic", 10, BLACK, LAYER_TEXT)))
    return other


# PDF --------------------------------------------------------------------------------------------

class Writer:
    """Objects in the order of their numbers, and a table at the end."""

    def __init__(self):
        self.objects = []

    def add(self, body=b""):
        self.objects.append(body)
        return len(self.objects)

    def stream(self, octets, entries=b"", packed=False):
        if not packed:
            octets = zlib.compress(octets)
            entries += b" /Filter /FlateDecode"
        return self.add(b"<< /Length %d %s >>\nstream\n%s\nendstream"
                        % (len(octets), entries, octets))

    def save(self, path, root):
        out, starts = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
        for n, body in enumerate(self.objects, 1):
            starts.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
        at = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(starts) + 1)
        out += b"".join(b"%010d 00000 n \n" % start for start in starts)
        out += b"trailer\n<< /Size %d /Root %d 0 R /ID [<%032x> <%032x>] >>\nstartxref\n%d\n%%%%EOF\n" \
            % (len(starts) + 1, root, len(out), at, at)
        path.write_bytes(out)


def _paint(colour, stroke=False):
    return "%.3g %.3g %.3g %s\n" % (*colour, "RG" if stroke else "rg")


def _circle(x, y, r):
    k = 0.5523 * r
    return (f"{x + r:.2f} {y:.2f} m {x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
            f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
            f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
            f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c s\n")


class Content:
    """Operators of one page, and the glyphs it used."""

    def __init__(self, used):
        self.out, self.used, self.layers = [], used, []

    def draw(self, one):
        getattr(self, type(one).__name__.lower())(one)

    def shown(self, name, words):
        glyphs = [font(name).glyph(c) for c in words]
        self.used.setdefault(name, {}).update(zip(glyphs, words))
        return "".join(f"{g:04x}" for g in glyphs)

    def text(self, one, matrix=None):
        place = matrix or (1, 0, 0, 1, one.x, one.y)
        self.out.append(_paint(one.colour) + "BT /%s %.4g Tf %s Tm <%s> Tj ET\n" % (
            one.font, one.size, " ".join(f"{v:.4f}" for v in place),
            self.shown(one.font, one.words)))

    def rule(self, one):
        width, height = (one.thick, one.length) if one.upright else (one.length, one.thick)
        self.out.append(_paint(one.colour) + f"{one.x:.2f} {one.y:.2f} {width:.2f} {height:.2f} re f\n")

    def seal(self, one):
        self.out.append("q /Ink gs " + _paint(one.colour, True) + "1.6 w\n"
                        + _circle(one.x, one.y, one.radius) + "0.8 w\n"
                        + _circle(one.x, one.y, one.radius * 0.62))
        for n, letter in enumerate(one.words):
            turn = math.radians(205 - n * 230 / max(1, len(one.words) - 1))
            r = one.radius * 0.72
            c, s = math.cos(turn - math.pi / 2), math.sin(turn - math.pi / 2)
            self.text(Text(0, 0, "Sans-Bold", 9, one.colour, letter),
                      (c, s, -s, c, one.x + r * math.cos(turn) - 3 * c,
                       one.y + r * math.sin(turn) - 3 * s))
        points = [(one.x + (18 if n % 2 == 0 else 7.2) * math.sin(n * math.pi / 5),
                   one.y + (18 if n % 2 == 0 else 7.2) * math.cos(n * math.pi / 5))
                  for n in range(10)]
        self.out.append(_paint(one.colour) + " ".join(
            f"{x:.2f} {y:.2f} {'l' if n else 'm'}" for n, (x, y) in enumerate(points)) + " f Q\n")

    def signature(self, one):
        rng = random.Random(one.seed)
        x, y = one.x, one.y
        path = [f"{x:.2f} {y:.2f} m"]
        for _ in range(7):
            points = []
            for _ in range(3):
                x += rng.uniform(-9, 19)
                points.append(f"{x:.2f} {y + rng.uniform(-16, 28):.2f}")
            path.append(" ".join(points) + " c")
        self.out.append(_paint(one.colour, True) + "1.1 w 1 J\n" + "\n".join(path) + " S\n")

    def layer(self, one):
        self.layers.append(one)
        self.out.append("/OC /Layer BDC\n")
        self.text(one.text)
        self.out.append("EMC\n")


def _font_object(pdf, name, used):
    face = font(name)
    scale = 1000 / face.units
    file = pdf.stream(face.packed, b"/Length1 %d /Filter /FlateDecode" % len(face.octets), True)
    box = " ".join(str(round(v * scale)) for v in face.box)
    descriptor = pdf.add(
        f"<< /Type /FontDescriptor /FontName /Liberation{name} /Flags 4 /FontBBox [{box}] "
        f"/ItalicAngle 0 /Ascent 891 /Descent -216 /CapHeight 660 /StemV 80 "
        f"/FontFile2 {file} 0 R >>".encode())
    widths = " ".join(f"{g} [{face.advance(g):.2f}]" for g in sorted(used))
    descendant = pdf.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Liberation{name} /CIDSystemInfo "
        f"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity "
        f"/FontDescriptor {descriptor} 0 R /W [{widths}] >>".encode())
    rows = sorted(used.items())
    chars = "\n".join(
        f"{len(rows[n:n + 100])} beginbfchar\n"
        + "\n".join(f"<{g:04x}> <{ord(c):04x}>" for g, c in rows[n:n + 100]) + "\nendbfchar"
        for n in range(0, len(rows), 100))
    names = pdf.stream(
        ("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def "
         "/CMapType 2 def 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
         f"{chars}\nendcmap end end").encode())
    return pdf.add(f"<< /Type /Font /Subtype /Type0 /BaseFont /Liberation{name} /Encoding "
                   f"/Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {names} 0 R >>"
                   .encode())


def write(pages, path, before="", images=None):
    """A PDF that draws the pages; `before` is put in front of each. images: {name: (side, greys)}"""
    pdf, used = Writer(), {}
    pictures = " ".join(
        "/%s %d 0 R" % (name, pdf.stream(greys, b"/Type /XObject /Subtype /Image /Width %d "
                                         b"/Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray"
                                         % (side, side)))
        for name, (side, greys) in (images or {}).items())
    contents = []
    for page in pages:
        content = Content(used)
        for one in page:
            content.draw(one)
        contents.append(content)
    fonts = " ".join(f"/{name} {_font_object(pdf, name, glyphs)} 0 R"
                     for name, glyphs in sorted(used.items()))
    layers = [layer for content in contents for layer in content.layers]
    group = pdf.add(b"<< /Type /OCG /Name (Layer) >>") if layers else None
    extra = f"/Properties << /Layer {group} 0 R >>" if group else ""
    shared = pdf.add(f"<< /Font << {fonts} >> /ExtGState << /Ink << /Type /ExtGState /BM /Multiply "
                     f"/ca 0.92 /CA 0.92 >> >> {extra} /XObject << {pictures} >> >>".encode())
    tree = pdf.add()
    kids = []
    for content in contents:
        stream = pdf.stream((before + "".join(content.out)).encode())
        kids.append(pdf.add(f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
                            f"/Resources {shared} 0 R /Contents {stream} 0 R >>".encode()))
    _close(pdf, tree, kids, path, group, layers)


def _close(pdf, tree, kids, path, group=None, layers=()):
    pdf.objects[tree - 1] = (f"<< /Type /Pages /Count {len(kids)} /Kids "
                             f"[{' '.join(f'{kid} 0 R' for kid in kids)}] >>").encode()
    optional = ""
    if group:
        state = "ON" if layers[0].shown else "OFF"
        optional = f"/OCProperties << /OCGs [{group} 0 R] /D << /{state} [{group} 0 R] >> >>"
    root = pdf.add(f"<< /Type /Catalog /Pages {tree} 0 R {optional} >>".encode())
    pdf.save(path, root)


# Scans ------------------------------------------------------------------------------------------

def jpegs(source, folder, dpi, quality, grey=False):
    """Pictures of the pages, as poppler draws them."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-jpeg", "-jpegopt", f"quality={quality}",
                    *(["-gray"] if grey else []), source, folder / "page"], check=True)
    return sorted(folder.glob("page*.jpg"))


def wrap(pictures, path, width=WIDTH, height=HEIGHT):
    """One page for each JPEG, which fills it."""
    pdf = Writer()
    tree = pdf.add()
    kids = []
    for picture in pictures:
        octets = picture.read_bytes()
        across, down, parts = _jpeg_size(octets)
        image = pdf.stream(octets, b"/Type /XObject /Subtype /Image /Width %d /Height %d "
                           b"/BitsPerComponent 8 /ColorSpace /%s /Filter /DCTDecode"
                           % (across, down, b"DeviceGray" if parts == 1 else b"DeviceRGB"), True)
        content = pdf.stream(f"q {width} 0 0 {height} 0 0 cm /Scan Do Q".encode())
        kids.append(pdf.add(f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width} {height}] "
                            f"/Resources << /XObject << /Scan {image} 0 R >> >> "
                            f"/Contents {content} 0 R >>".encode()))
    _close(pdf, tree, kids, path)


def _jpeg_size(octets):
    at = 2
    while True:
        marker, length = struct.unpack(">xBH", octets[at:at + 4])
        if marker in (0xC0, 0xC1, 0xC2):
            _, down, across, parts = struct.unpack(">BHHB", octets[at + 4:at + 10])
            return across, down, parts
        at += 2 + length


def scanned(pages, path, dpi, quality, seed, grey=False):
    """As a scanner would have it: off-white grainy paper, a little skew, JPEG."""
    rng = random.Random(seed)
    turn = math.radians(rng.uniform(-0.6, 0.6))
    c, s, grain, side = math.cos(turn), math.sin(turn), rng.choice([6, 10, 14]), 512
    paper = bytes(rng.choices([255 - v for v in (0, grain // 2, grain, 2 * grain)], k=side * side))
    tiles = "".join(f"q 149 0 0 149 {x * 148.8:.1f} {y * 148.8:.1f} cm /Paper Do Q\n"
                    for x in range(4) for y in range(6))
    drawn = path.with_suffix(".drawn.pdf")
    write(pages, drawn, f"{tiles}/Ink gs {c:.6f} {s:.6f} {-s:.6f} {c:.6f} 3 -2 cm\n",
          {"Paper": (side, paper)})
    wrap(jpegs(drawn, path.with_suffix(".jpegs"), dpi, quality, grey), path)
    drawn.unlink()
