#!/usr/bin/env python3
"""Seeds for tests/fuzz/corpus/capture: a small scan in every format, and its wrong twins.

Form: one octet of wishes (1 paper stated, 2 signature confirmed, 4 the file twice, 8 turned), then
the file. Every encoder is the few lines that it takes, so that each octet is known.
"""
import pathlib
import struct
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/fuzz/corpus/capture"
SIDE = 24


def pixel(x, y):
    return (200, 30, 40) if (x - 12) ** 2 + (y - 12) ** 2 < 30 else (250 - x % 3, 250, 248)


ROWS = [b"".join(bytes(pixel(x, y)) for x in range(SIDE)) for y in range(SIDE)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=SIDE, height=SIDE, bits=8, colour=2, rows=None, more=b"", physical=7874):
    rows = rows or [b"\0" + row for row in ROWS]
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
            + (chunk(b"pHYs", struct.pack(">IIB", physical, physical, 1)) if physical else b"")
            + more + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b""))


def tiff(entries, data, following=0, order="<", count=None):
    """One directory at 8, its data behind it; "@" in a value: where the data begins."""
    at = 8 + 2 + 12 * len(entries) + 4
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    out += struct.pack(order + "H", count if count is not None else len(entries))
    for tag, kind, number, value in entries:
        value = at + value[1] if isinstance(value, tuple) else value
        packed = struct.pack(order + ("HH" if kind == 3 and number == 1 else "I"),
                             *((value, 0) if kind == 3 and number == 1 else (value,)))
        out += struct.pack(order + "HHI", tag, kind, number) + packed
    return out + struct.pack(order + "I", following) + data


def picture_tiff(compression=1, photometric=2, samples=3, pixels=None, size=SIDE, rows=None,
                 order="<", following=0, strips=1, orientation=1):
    pixels = b"".join(ROWS) if pixels is None else pixels
    data = struct.pack(order + "IIHHH", 200, 1, 8, 8, 8) + pixels
    return tiff([(256, 4, 1, size), (257, 4, 1, size),
                 (258, 3, samples, ("@", 8)) if samples > 2 else (258, 3, 1, 8 if samples == 1 else 1),
                 (259, 3, 1, compression), (262, 3, 1, photometric), (273, 4, strips, ("@", 14)),
                 (274, 3, 1, orientation), (277, 3, 1, max(samples, 1)),
                 (278, 4, 1, rows or size), (279, 4, strips, len(pixels)),
                 (282, 5, 1, ("@", 0)), (283, 5, 1, ("@", 0)), (296, 3, 1, 2)],
                data, following, order)


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width=16, height=16, density=200, components=1, frame=0xC0, scan=None, app=b""):
    """Grey blocks of one shade each: DC differences of category 0 or 1, no AC."""
    dc = segment(0xC4, b"\0" + bytes([0, 2] + [0] * 14) + b"\0\1")  # codes 00 and 01
    ac = segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
    table = segment(0xDB, b"\0" + b"\x08" * 64)
    blocks = components * ((width + 7) // 8) * ((height + 7) // 8)
    bits = "".join("01" "1" "0" if i == 0 else "00" "0" for i in range(blocks))
    bits += "1" * (-len(bits) % 8)
    coded = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    parts = b"".join(bytes([i + 1, 0x11, 0]) for i in range(components))
    begin = bytes([components]) + b"".join(bytes([i + 1, 0]) for i in range(components)) + b"\0\x3f\0"
    return (b"\xff\xd8" + (segment(0xE0, b"JFIF\0\1\1\1" + struct.pack(">HHBB", density, density, 0, 0))
                           if density else b"")
            + app + table
            + segment(frame, b"\x08" + struct.pack(">HHB", height, width, components) + parts)
            + dc + ac + segment(0xDA, begin) + (coded if scan is None else scan) + b"\xff\xd9")


def exif(orientation):
    return segment(0xE1, b"Exif\0\0" + tiff([(0x112, 3, 1, orientation), (0x11A, 5, 1, ("@", 0)),
                                             (0x11B, 5, 1, ("@", 0)), (0x128, 3, 1, 2)],
                                            struct.pack("<II", 200, 1)))


def pdf(image, data, matrix=b"9 0 0 9 0 0", page=b"", content=b""):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>"
               b"/Contents 4 0 R" + page + b">>"]
    drawn = b"q " + matrix + b" cm /I Do Q " + content
    objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawn), drawn))
    objects.append(b"<</Type/XObject/Subtype/Image" + image +
                   b"/Length %d>>\nstream\n%s\nendstream" % (len(data), data))
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                  % (len(objects) + 1, xref))


RGB = b"/Width 24/Height 24/ColorSpace/DeviceRGB/BitsPerComponent 8"
PLAIN = b"".join(ROWS)
MANY = picture_tiff(rows=1, strips=24)
SEEDS = {
    "png": png(), "png-no-size": png(physical=0), "png-cut": png()[:-40],
    "png-bomb": png(width=60_000, height=60_000), "png-lies-higher": png(height=400),
    "png-alpha": png(colour=6, rows=[b"\0" + b"".join(row[3 * x:3 * x + 3] + bytes([x * 10])
                                                     for x in range(SIDE)) for row in ROWS]),
    "png-palette": png(colour=3, bits=1, rows=[b"\0\xaa\x55\xaa"] * SIDE,
                       more=chunk(b"PLTE", bytes([255] * 3 + [0] * 3))),
    "png-no-palette": png(colour=3, bits=1, rows=[b"\0\xaa\x55\xaa"] * SIDE),
    "png-bad-crc": png().replace(b"IEND", b"IENE"),
    "jpeg": jpeg(), "jpeg-colour": jpeg(components=3), "jpeg-cmyk": jpeg(components=4),
    "jpeg-exif": jpeg(density=0, app=exif(6)), "jpeg-exif-lies": jpeg(density=0, app=exif(6)[:-9]),
    "jpeg-cut": jpeg()[:-4], "jpeg-no-scan": jpeg(scan=b""), "jpeg-arithmetic": jpeg(frame=0xC9),
    "jpeg-lossless": jpeg(frame=0xC3), "jpeg-bomb": jpeg(width=60_000, height=60_000, scan=b"\0"),
    "jpeg-large-for-nothing": jpeg(width=1_000, height=1_000, scan=b"\0"),
    "tiff": picture_tiff(), "tiff-big-endian": picture_tiff(order=">"),
    "tiff-deflate": picture_tiff(compression=8, pixels=zlib.compress(PLAIN)),
    "tiff-turned": picture_tiff(orientation=7), "tiff-cut": picture_tiff()[:-100],
    "tiff-grey": picture_tiff(photometric=1, samples=1, pixels=PLAIN[:SIDE * SIDE]),
    "tiff-circle": picture_tiff(following=8), "tiff-next-outside": picture_tiff(following=1 << 30),
    "tiff-bomb": picture_tiff(size=60_000), "tiff-bomb-32": picture_tiff(size=0xFFFFFFFF),
    "tiff-million-strips": picture_tiff(size=900, rows=1, strips=1_000_000),
    "tiff-strips-outside": MANY, "tiff-jpeg-without": picture_tiff(compression=7, photometric=6),
    "tiff-fax-noise": picture_tiff(compression=4, photometric=0, samples=0, pixels=b"\x55" * 60),
    "tiff-lzw-noise": picture_tiff(compression=5, pixels=b"\x80\x0b\x60\x50" * 9),
    "tiff-webp": picture_tiff(compression=50_001),
    "tiff-many-tags": tiff([(256, 4, 1, 4)], b"", count=60_000),
    "tiff-bigtiff": b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 1 << 60),
    "pdf-samples": pdf(RGB, PLAIN), "pdf-flate": pdf(RGB + b"/Filter/FlateDecode", zlib.compress(PLAIN)),
    "pdf-jpeg": pdf(b"/Width 16/Height 16/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode", jpeg()),
    "pdf-jpeg-lies": pdf(b"/Width 32/Height 32/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode", jpeg()),
    "pdf-short": pdf(RGB, PLAIN[:-9]),
    "pdf-bomb": pdf(b"/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8", PLAIN),
    "pdf-indexed": pdf(b"/Width 24/Height 24/ColorSpace[/Indexed/DeviceRGB 1<FFFFFF000000>]"
                       b"/BitsPerComponent 1", b"\xaa\x55\xaa" * SIDE),
    "pdf-stencil": pdf(b"/Width 24/Height 24/ImageMask true", b"\xaa\x55\xaa" * SIDE),
    "pdf-jpx": pdf(b"/Width 24/Height 24/Filter/JPXDecode", b"\0\0\0\x0cjP  "),
    "pdf-many-filters": pdf(RGB + b"/Filter[/ASCIIHexDecode/ASCIIHexDecode/FlateDecode]", b"00>"),
    "pdf-flat": pdf(RGB, PLAIN, matrix=b"0 0 0 0 0 0"),
    "pdf-nan": pdf(RGB, PLAIN, matrix=b"1e400 0 0 1e-400 0 9"),
    "pdf-annotation": pdf(RGB, PLAIN, page=b"/Annots[<</Subtype/Square/Rect[0 0 9 9]>>]"),
    "nothing": b"", "zip": b"PK\3\4",
}

OUT.mkdir(parents=True, exist_ok=True)
for name, octets in SEEDS.items():
    (OUT / name).write_bytes(bytes([0]) + octets)
for name in ("png", "jpeg-exif", "tiff", "pdf-jpeg"):
    (OUT / f"{name}-twice").write_bytes(bytes([4]) + SEEDS[name])
    (OUT / f"{name}-turned").write_bytes(bytes([9]) + SEEDS[name])
