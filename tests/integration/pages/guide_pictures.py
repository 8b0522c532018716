#!/usr/bin/env python3
"""Makes the pictures of docs/GUIDE.vi.md anew, from a real office, so that they show what people see.

    guide_pictures.py BUILD [unittest options]      writes docs/pictures/*.png
"""
import base64
import re
import struct
import unittest
import zlib

from agent_stand_in import StandIn
from browser import ROOT, PageTest, main
from desk import ANSWERS, SEALER, SIGNER, UNIT, WithDesk

PICTURES = ROOT / "docs" / "pictures"
DPI = 150
PAPERS = [("Nguyễn Thị Ánh", "Giấy khai sinh", "giay_khai_sinh"), ("Trần Văn Đức", "Bằng tốt nghiệp trung học phổ thông", "bang_tot_nghiep"),
          ("Lê Hoàng Phương Uyên", "Giấy chứng nhận kết hôn", "giay_chung_nhan_ket_hon"), ("Phạm Quốc Bảo", "Học bạ", "hoc_ba")]
# A paper of an invented person; no form of an authority.
PAPER = """<body style="margin:0;background:#fbf9f0;font:24px 'Liberation Serif';color:#1b2440">
<div style="margin:80px 90px 0 120px"><p style="text-align:center;line-height:1.5"><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</b></p>
<h1 style="text-align:center;font-size:44px;color:#9a1c1c;margin:60px 0">%s</h1>%s
<p style="text-align:right;margin:70px 60px 0 0;line-height:1.6"><i>Quỳnh Diễn, ngày 20 tháng 02 năm 1996</i><br><b>CÁN BỘ TƯ PHÁP HỘ TỊCH</b></p></div>"""
LINES = [("Họ, chữ đệm, tên", "%s"), ("Ngày, tháng, năm sinh", "09/02/1996"), ("Giới tính", "Nữ"), ("Dân tộc", "Kinh"), ("Quốc tịch", "Việt Nam"),
         ("Nơi sinh", "Trạm y tế xã Quỳnh Diễn"), ("Họ tên người mẹ", "Hồ Thị Mẫu"), ("Họ tên người cha", "Nguyễn Văn Mẫu")]


def png(width, height, rows, kind, palette=b"", dpi=0):
    """8 bits a pixel; `kind` 2: RGB, 3: palette."""
    def chunk(name, octets):
        return struct.pack(">I", len(octets)) + name + octets + struct.pack(">I", zlib.crc32(name + octets))
    per_metre = round(dpi / 0.0254)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
            + (chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)) if dpi else b"")
            + (chunk(b"PLTE", palette) if palette else b"") + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9))
            + chunk(b"IEND", b""))


# 240 of the colours that are there, the most frequent first and none twice nearly the same; of the
# others each takes the nearest.
REDUCE = """
const picture = new Image();
picture.src = "data:image/png;base64," + arguments[0];
return picture.decode().then(() => {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width; canvas.height = picture.height;
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const octets = context.getImageData(0, 0, canvas.width, canvas.height).data, count = new Map();
  for (let at = 0; at < octets.length; at += 4) {
    const colour = octets[at] << 16 | octets[at + 1] << 8 | octets[at + 2];
    count.set(colour, (count.get(colour) ?? 0) + 1);
  }
  const far = (a, b) => Math.abs((a >> 16) - (b >> 16)) + Math.abs((a >> 8 & 255) - (b >> 8 & 255)) + Math.abs((a & 255) - (b & 255));
  const palette = [];
  const sorted = [...count].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  for (const apart of [24, 12, 6, 0]) {
    for (const colour of sorted) {
      if (palette.length >= 240) break;
      if (!palette.some((one) => far(one, colour) <= apart)) palette.push(colour);
    }
  }
  const nearest = new Map();
  for (const colour of count.keys()) {
    let best = 0;
    for (let at = 1; at < palette.length; at++) if (far(palette[at], colour) < far(palette[best], colour)) best = at;
    nearest.set(colour, best);
  }
  let told = "";
  for (let at = 0; at < octets.length; at += 4)
    told += String.fromCharCode(nearest.get(octets[at] << 16 | octets[at + 1] << 8 | octets[at + 2]));
  return {width: canvas.width, height: canvas.height, palette, pixels: btoa(told)};
});
"""


class Guide(WithDesk, PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        PICTURES.mkdir(exist_ok=True)

    def setUp(self):
        super().setUp()
        self.expect_silence(r"127\.0\.0\.1:89\d\d")

    def screen(self, name, size="usual", to=None):
        """What stands on the screen, in few colours; `to`: an element that is brought to the top first."""
        self.settled()
        self.media(prefers_reduced_motion="reduce")
        self.size(size)
        self.driver.execute_script("document.activeElement?.blur(); const e = arguments[0] && document.querySelector(arguments[0]);"
                                   "if (e) e.scrollIntoView({block: 'start'}); else window.scrollTo(0, 0);", to)
        taken = self.cdp("Page.captureScreenshot", format="png")["data"]
        self.size("usual")
        here = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        self.driver.get("about:blank")
        told = self.script(REDUCE, taken)
        self.driver.close()
        self.driver.switch_to.window(here)
        wide, pixels = told["width"], base64.b64decode(told["pixels"])
        rows = [pixels[at:at + wide] for at in range(0, len(pixels), wide)]
        palette = b"".join(colour.to_bytes(3, "big") for colour in told["palette"])
        (PICTURES / f"{name}.png").write_bytes(png(wide, told["height"], rows, 3, palette))

    def paper(self, person, title):
        """An A4 page as a scanner gives it, drawn by the browser."""
        lines = "".join(f"<p style='margin:0 0 26px'>{label}: <b>{value % person if '%s' in value else value}</b></p>" for label, value in LINES)
        self.driver.get("about:blank")
        self.driver.execute_script("document.open(); document.write(arguments[0]); document.close()", PAPER % (title.upper(), lines))
        width, height = round(210 / 25.4 * DPI), round(297 / 25.4 * DPI)
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=200 / DPI, mobile=False)
        taken = base64.b64decode(self.cdp("Page.captureScreenshot", format="png")["data"])
        self.size("usual")
        # Its resolution, which the browser does not write: behind the header.
        body = struct.pack(">IIB", round(200 / 0.0254), round(200 / 0.0254), 1)
        return taken[:33] + struct.pack(">I", 9) + b"pHYs" + body + struct.pack(">I", zlib.crc32(b"pHYs" + body)) + taken[33:]

    def opened(self, at=0):
        requester, paper, kind = PAPERS[at]
        return self.desk.opened(requester=requester, paper=paper, paper_type=kind)

    def attested(self, at):
        requester, paper, _ = PAPERS[at]
        case = self.desk.step(self.opened(at), "check", {"answers": ANSWERS})
        case = self.desk.step(case, "capture", file=self.paper(requester, paper))
        return self.desk.step(case, "attest", SIGNER, once=f"trang-{case['id']}")

    def signed(self, at):
        case = self.attested(at)
        return self.desk.step(case, "officer_sign", file=self.desk.signed_file(case), kind="application/pdf")

    def mark(self, cases):
        for case in cases:
            self.driver.execute_script("document.querySelector(`tr[data-id='${arguments[0]}'] input`).click()", case["id"])

    def drawn(self, pictures):
        self.wait_for(lambda: self.driver.execute_script(
            "const all = [...document.querySelectorAll('.pages-picture')]; return all.length >= arguments[0] &&"
            " all.every(i => i.complete && i.naturalWidth > 300)", pictures), "the pages are not drawn")

    def test_1_the_counter(self):
        sheet = self.world.folder / "giay-khai-sinh.png"
        sheet.write_bytes(self.paper(*PAPERS[0][:2]))
        self.sign_in("tran.van.nhan")
        self.open("/app/#/counter/new")
        self.find("heading", "Tiếp nhận mới")
        self.click("input[value=certified_copy]")
        self.type_in("Họ và tên người yêu cầu", PAPERS[0][0])
        self.choose("Loại giấy tờ", "Giấy khai sinh")
        self.type_in("Số trang bản chính", "1")
        self.says("Phí: 2.000 đồng")
        self.screen("quay-tiep-nhan")
        case = self.opened()
        self.open(f"/app/#/counter/{case['id']}")
        self.find("heading", "Kiểm tra bản chính")
        self.screen("quay-kiem-tra")
        self.desk.step(case, "check", {"answers": ANSWERS})
        self.driver.refresh()
        field = self.wait_for(lambda: self.driver.find_element("id", "counter-files"), "no field for files")
        field.send_keys(str(sheet))
        self.wait_for(lambda: self.driver.find_elements("css selector", ".counter-sheet canvas[data-shown=yes]"), "no page")
        self.press("button", "Đủ trang, sang lời chứng")
        self.find("heading", "Lời chứng")
        self.wait_for(lambda: self.driver.find_elements("css selector", ".counter-preview[data-shown=yes]"), "no preview")
        self.screen("quay-loi-chung")

    def test_2_the_officer(self):
        cases = [self.attested(at) for at in range(4)]
        self.sign_in("nguyen.van.anh")
        self.open(f"/app/#/queue/{cases[0]['id']}")
        self.drawn(2)
        self.says("Đã xem")
        self.screen("nguoi-ky-xem")
        agent = StandIn(self.desk)
        self.addCleanup(agent.stop)
        self.open("/app/#/queue")
        self.wait_for(lambda: len(self.driver.find_elements("css selector", ".work-list tbody tr")) >= 4)
        self.script("localStorage.setItem('antin.agent.port', arguments[0])", str(agent.port))
        self.mark(cases[:3])
        self.screen("nguoi-ky-danh-sach")
        self.open("/app/#/queue/sign")
        self.says("Antin Test CA")
        self.screen("nguoi-ky-ky")

    def test_3_the_clerk_of_the_seal(self):
        cases = [self.signed(at) for at in range(3)]
        self.sign_in("le.thi.thu")
        self.open("/app/#/seal")
        self.wait_for(lambda: len(self.driver.find_elements("css selector", ".work-list tbody tr")) >= 3)
        self.says("Khóa của cơ quan sẵn sàng")
        self.mark(cases)
        self.screen("van-thu-dong-dau")
        self.press("button", f"Kiểm tra và đóng dấu {len(cases)} hồ sơ")
        self.says("Xong 3, không được 0")
        self.open("/app/#/books")
        self.press("link", re.compile("Chứng thực bản sao điện tử"))
        self.find("heading", re.compile("Chứng thực bản sao điện tử"))
        self.says("Đã xong")
        self.screen("van-thu-so", to=".pages, [aria-labelledby=book-work]")

    def test_4_the_citizen(self):
        case = self.desk.step(self.desk.settled(self.desk.step(self.signed(0), "seal", SEALER, 202)), "register")
        case = self.desk.step(case, "release", {"delivery": "anh@example.vn"})
        path = self.world.folder / "giay-khai-sinh.pdf"
        path.write_bytes(self.desk.document(case, "sealed"))
        self.open("/")
        self.find("heading")
        self.screen("nguoi-dan-kiem-tra")
        self.css("#file").send_keys(str(path))
        self.press("button", "Kiểm tra")
        self.css("#ket-luan")
        self.says("HỢP LỆ")
        self.screen("nguoi-dan-hop-le", "phone", to="#ket-qua")


if __name__ == "__main__":
    unittest.defaultTestLoader.sortTestMethodsUsing = lambda a, b: (a > b) - (a < b)
    main("guide")
