"""Sheets of paper as a scanner gives them, each one different, and some that no scan should be."""
import struct
import zlib


def _chunk(kind, octets):
    return struct.pack(">I", len(octets)) + kind + octets + struct.pack(">I", zlib.crc32(kind + octets))


def png(width, height, rows, dpi, depth=8, grey=False):
    """`rows`: all of them, each behind its filter."""
    per_metre = round(dpi / 0.0254)
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0 if grey else 2,
                                                                0, 0, 0))
            + _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
            + _chunk(b"IDAT", zlib.compress(rows, 1)) + _chunk(b"IEND", b""))


def sheet(number, dpi=200, colours="colour", width_mm=105, height_mm=148, first=200):
    """A sheet with lines of "writing" that depend on `number`, from the row of pixels `first` on: PNG with its
    resolution."""
    width, height = round(width_mm / 25.4 * dpi), round(height_mm / 25.4 * dpi)
    grey, depth = colours != "colour", 1 if colours == "bilevel" else 8
    paper, ink = {"colour": (bytes((250, 248, 240)), bytes((20, 20, 90))), "grey": (b"\xf8", b"\x20"),
                  "bilevel": (b"\1", b"\0")}[colours]

    def row(y):
        line = y // 40
        margin = width // 8
        written = 0 if y % 40 < 34 or not first < y < height - 100 else width // 4 + (number * 37 + line * 53) % (
            width // 2)
        pixels = paper * margin + ink * written + paper * (width - margin - written)
        if depth == 8:
            return b"\0" + pixels
        bits = "".join("1" if p else "0" for p in pixels) + "1" * (-width % 8)
        return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")

    kinds = {}
    rows = []
    for y in range(height):
        key = (y // 40, y % 40 >= 34, first < y < height - 100)
        if key not in kinds:
            kinds[key] = row(y)
        rows.append(kinds[key])
    return png(width, height, b"".join(rows), dpi, depth, grey)
