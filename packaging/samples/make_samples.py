#!/usr/bin/python3
"""Makes the sample notice and the two pictures beside this file.

Needs the Debian packages python3-cairo and fonts-liberation2; nothing else does, the results are
committed. Layout of the page: Decree 30/2020/NĐ-CP, Appendix I. Everything on it is invented, and
the seal says that it is a sample.
"""
import math
import pathlib

import cairo

HERE = pathlib.Path(__file__).resolve().parent
MM = 72 / 25.4
LEFT, RIGHT = 30, 190  # text area of an A4 page, in millimetres
FONT = "Liberation Serif"
DATE = "2026-11-20T08:00:00+07:00"

BODY = [
    "Căn cứ Luật Tổ chức chính quyền địa phương;",
    "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
    "Để người dân được phục vụ nhanh chóng, không phải nộp lại giấy tờ đã có bản điện tử, Ủy ban "
    "nhân dân xã Quỳnh Diễn thông báo về việc cấp bản sao điện tử như sau:",
    "1. Từ ngày 01 tháng 12 năm 2026, Bộ phận Tiếp nhận và Trả kết quả nhận yêu cầu cấp bản sao điện "
    "tử vào tất cả các ngày làm việc trong tuần, buổi sáng từ 07 giờ 30 phút đến 11 giờ 30 phút, buổi "
    "chiều từ 13 giờ 30 phút đến 17 giờ 00 phút.",
    "2. Bản sao điện tử có chữ ký số của người có thẩm quyền và chữ ký số của cơ quan. Người nhận có "
    "thể tự kiểm tra chữ ký số, không phải trả thêm bất kỳ khoản tiền nào cho việc kiểm tra.",
    "3. Tệp nhận được phải giữ nguyên vẹn. Tệp đã chuyển đổi, in ra rồi quét lại hoặc ghép thêm trang "
    "thì không còn kiểm tra được chữ ký số.",
    "Trên đây là thông báo của Ủy ban nhân dân xã Quỳnh Diễn để nhân dân được biết và thực hiện./.",
]


class Page:
    def __init__(self, path):
        surface = cairo.PDFSurface(str(path), 210 * MM, 297 * MM)
        surface.restrict_to_version(cairo.PDF_VERSION_1_5)
        surface.set_metadata(cairo.PDF_METADATA_TITLE, "Thông báo về việc cấp bản sao điện tử")
        surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, DATE)
        self.surface, self.cr = surface, cairo.Context(surface)

    def font(self, size, style=""):
        self.cr.select_font_face(
            FONT, cairo.FONT_SLANT_ITALIC if "i" in style else cairo.FONT_SLANT_NORMAL,
            cairo.FONT_WEIGHT_BOLD if "b" in style else cairo.FONT_WEIGHT_NORMAL)
        self.cr.set_font_size(size)

    def width(self, text):
        return self.cr.text_extents(text).x_advance / MM

    def at(self, x, y, text):
        self.cr.move_to(x * MM, y * MM)
        self.cr.show_text(text)

    def centred(self, x, y, text, size, style=""):
        self.font(size, style)
        self.at(x - self.width(text) / 2, y, text)

    def rule(self, x, y, length):
        self.cr.set_line_width(0.6)
        self.cr.move_to((x - length / 2) * MM, y * MM)
        self.cr.line_to((x + length / 2) * MM, y * MM)
        self.cr.stroke()

    def paragraph(self, y, text, size=13.5):
        """Justified, first line indented by 10 mm; the height where the next one starts."""
        self.font(size)
        space, indent = self.width(" "), 10
        lines, words = [], []
        for word in text.split():
            room = RIGHT - LEFT - (0 if lines else indent)
            if words and self.width(" ".join(words + [word])) > room:
                lines.append(words)
                words = []
            words.append(word)
        lines.append(words)
        for n, words in enumerate(lines):
            x = LEFT + (0 if n else indent)
            if n < len(lines) - 1:
                gap = (RIGHT - x - sum(map(self.width, words))) / (len(words) - 1)
            else:
                gap = space
            for word in words:
                self.at(x, y, word)
                x += self.width(word) + gap
            y += 6.4
        return y + 2


def notice(path):
    page = Page(path)
    left, right = 62, 142
    page.centred(left, 25, "ỦY BAN NHÂN DÂN", 13, "b")
    page.centred(left, 30.5, "XÃ QUỲNH DIỄN", 13, "b")
    page.rule(left, 33, 22)
    page.centred(right, 25, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12.5, "b")
    page.centred(right, 30.5, "Độc lập - Tự do - Hạnh phúc", 13.5, "b")
    page.rule(right, 33, 58)
    page.centred(left, 41, "Số: 27/TB-UBND", 13)
    page.centred(right, 41, "Quỳnh Diễn, ngày 20 tháng 11 năm 2026", 13, "i")
    page.centred(110, 56, "THÔNG BÁO", 14.5, "b")
    page.centred(110, 62.5, "Về việc cấp bản sao điện tử", 14, "b")
    page.rule(110, 65.5, 30)
    y = 77
    for text in BODY:
        y = page.paragraph(y, text)
    y = max(y + 6, 205)
    page.font(12, "bi")
    page.at(LEFT, y, "Nơi nhận:")
    page.font(11)
    for n, line in enumerate(["- Ủy ban nhân dân tỉnh (để báo cáo);", "- Các xóm trong xã;",
                              "- Lưu: VT, TP-HT."]):
        page.at(LEFT, y + 5.5 + 5 * n, line)
    page.centred(right, y, "TL. CHỦ TỊCH", 13.5, "b")
    page.centred(right, y + 6, "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH", 13.5, "b")
    page.centred(right, y + 47, "Nguyễn Văn Ảnh", 13.5, "b")
    page.surface.finish()


def picture(name, width_mm, height_mm, draw):
    """A transparent PNG at 300 dots an inch; `draw` works in millimetres."""
    scale = 300 / 25.4
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, round(width_mm * scale),
                                 round(height_mm * scale))
    cr = cairo.Context(surface)
    cr.scale(scale, scale)
    draw(cr)
    surface.write_to_png(str(HERE / name))


def signature(cr):
    """Strokes of a pen; nobody's signature."""
    cr.set_source_rgba(0.08, 0.20, 0.68, 1)
    cr.set_line_cap(cairo.LINE_CAP_ROUND)
    cr.set_line_join(cairo.LINE_JOIN_ROUND)
    cr.set_line_width(0.7)
    for stroke in (
            [(4, 17), (7, 3), (12, 2), (11, 18), (13, 8), (17, 6), (18, 12), (20, 16), (23, 11),
             (21, 9), (19, 13), (24, 17), (27, 12), (29, 10), (29, 15), (31, 15), (34, 11), (37, 5),
             (35, 14), (46, 9)],
            [(2, 20), (14, 15), (31, 21), (48, 14), (40, 17), (30, 19), (24, 20.5)]):
        cr.move_to(*stroke[0])
        rest = stroke[1:]
        for i in range(0, len(rest) - 2, 3):
            cr.curve_to(*rest[i], *rest[i + 1], *rest[i + 2])
        cr.stroke()
    cr.arc(28.5, 5.5, 0.5, 0, 2 * math.pi)
    cr.fill()


def along(cr, text, centre, radius, middle, upwards):
    """Text on a circle, its middle at angle `middle` (0 is to the right, clockwise)."""
    turn = 1 if upwards else -1
    angles = [cr.text_extents(c).x_advance * 1.04 / radius for c in text]
    at = middle - turn * sum(angles) / 2
    for c, angle in zip(text, angles):
        at += turn * angle / 2
        cr.save()
        cr.translate(centre + radius * math.cos(at), centre + radius * math.sin(at))
        cr.rotate(at + turn * math.pi / 2)
        cr.move_to(-cr.text_extents(c).x_advance / 2, 0)
        cr.show_text(c)
        cr.restore()
        at += turn * angle / 2


def seal(cr):
    middle = 18
    cr.set_source_rgba(0.85, 0.05, 0.10, 1)
    for radius, width in ((17.5, 0.7), (16.6, 0.3), (10.6, 0.4)):
        cr.set_line_width(width)
        cr.arc(middle, middle, radius, 0, 2 * math.pi)
        cr.stroke()
    cr.select_font_face(FONT, cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD)
    cr.set_font_size(2.75)
    along(cr, "ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN", middle, 12.8, -math.pi / 2, True)
    along(cr, "TỈNH NGHỆ AN", middle, 14.7, math.pi / 2, False)
    cr.new_path()
    for n in range(10):
        radius = 5.5 if n % 2 == 0 else 2.1
        angle = -math.pi / 2 + n * math.pi / 5
        cr.line_to(middle + radius * math.cos(angle), middle - 1.5 + radius * math.sin(angle))
    cr.close_path()
    cr.fill()
    cr.set_font_size(2.6)
    text = "DẤU MẪU"
    cr.move_to(middle - cr.text_extents(text).x_advance / 2, middle + 7.6)
    cr.show_text(text)


if __name__ == "__main__":
    notice(HERE / "thong-bao.pdf")
    picture("signature.png", 50, 24, signature)
    picture("seal.png", 36, 36, seal)
