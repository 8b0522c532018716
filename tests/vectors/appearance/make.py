#!/usr/bin/python3
"""Writes the pictures of this folder, 8 by 8 pixels each, with nothing but zlib: every kind of PNG
that can carry transparency, and their opaque twins."""
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SIZE = 8
BLUE = (20, 50, 160)


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(name, colour_type, depth, pixel, extra=b""):
    """pixel(x, y) gives the octets of one pixel."""
    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, depth, colour_type, 0, 0, 0)
    (HERE / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra +
                              chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def drawn(x, y):
    """The lower left half is ink, the rest background."""
    return x <= y


rgb = bytes(BLUE)
wide = b"".join(struct.pack(">H", c * 257) for c in BLUE)
palette = chunk(b"PLTE", b"\xff\xff\xff" + rgb)

png("rgba.png", 6, 8, lambda x, y: rgb + (b"\xff" if drawn(x, y) else b"\0"))
png("rgba16.png", 6, 16, lambda x, y: wide + (b"\xff\xff" if drawn(x, y) else b"\0\0"))
png("palette-trns.png", 3, 8, lambda x, y: b"\1" if drawn(x, y) else b"\0",
    palette + chunk(b"tRNS", b"\0"))
png("rgb-trns.png", 2, 8, lambda x, y: rgb if drawn(x, y) else b"\xff\xff\xff",
    chunk(b"tRNS", struct.pack(">HHH", 255, 255, 255)))
png("gray-alpha.png", 4, 8, lambda x, y: b"\x40" + (b"\xff" if drawn(x, y) else b"\0"))
png("rgb-opaque.png", 2, 8, lambda x, y: rgb if drawn(x, y) else b"\xff\xff\xff")
png("palette-opaque.png", 3, 8, lambda x, y: b"\1" if drawn(x, y) else b"\0", palette)
png("rgba-all-opaque.png", 6, 8, lambda x, y: (rgb if drawn(x, y) else b"\xff\xff\xff") + b"\xff")
png("rgba-all-transparent.png", 6, 8, lambda x, y: rgb + b"\0")
