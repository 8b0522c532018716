#!/usr/bin/python3
"""Draws the two example images of this folder: signature.png (blue handwriting) and seal.png (a red
round seal with a star, its ring text invented). Only numbers below decide what comes out; nobody's
signature and no real seal was copied. Needs python3-cairo and fonts-liberation2.
"""
import math
import pathlib

import cairo

HERE = pathlib.Path(__file__).resolve().parent
BLUE = (0.08, 0.20, 0.62)
RED = (0.80, 0.04, 0.09)

# Cubic curves through one stroke: start, then (control, control, end) in a 600 by 220 box.
STROKES = [
    [(40, 150), ((70, 20), (110, 10), (105, 90)), ((100, 160), (75, 200), (70, 170)),
     ((66, 130), (150, 60), (170, 95)), ((180, 120), (150, 160), (175, 160)),
     ((205, 160), (215, 95), (232, 100)), ((248, 106), (222, 160), (246, 160)),
     ((275, 158), (280, 60), (300, 45)), ((318, 34), (300, 110), (296, 160)),
     ((310, 110), (345, 90), (352, 112)), ((356, 140), (340, 165), (372, 152)),
     ((430, 128), (470, 120), (560, 96))],
    [(30, 185), ((180, 150), (330, 196), (545, 150))],
    [(236, 62), ((242, 56), (250, 60), (244, 68))],
]


def signature(path):
    scale = 1.5
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, int(600 * scale), int(220 * scale))
    draw = cairo.Context(surface)
    draw.scale(scale, scale)
    draw.set_source_rgb(*BLUE)
    draw.set_line_cap(cairo.LINE_CAP_ROUND)
    draw.set_line_join(cairo.LINE_JOIN_ROUND)
    for stroke, width in zip(STROKES, (5.0, 3.4, 5.0)):
        draw.set_line_width(width)
        draw.move_to(*stroke[0])
        for first, second, end in stroke[1:]:
            draw.curve_to(*first, *second, *end)
        draw.stroke()
    surface.write_to_png(str(path))


def ring_text(draw, text, radius, centre_angle, outwards):
    """Letters on a circle, their middle at centre_angle (radians, 0 to the right, clockwise)."""
    advance = [draw.text_extents(letter).x_advance for letter in text]
    turn = sum(advance) / radius
    angle = centre_angle - turn / 2 if outwards else centre_angle + turn / 2
    for letter, width in zip(text, advance):
        step = width / radius
        middle = angle + (step / 2 if outwards else -step / 2)
        draw.save()
        draw.rotate(middle)
        draw.translate(radius, 0)
        draw.rotate(math.pi / 2 if outwards else -math.pi / 2)
        draw.move_to(-width / 2, 0)
        draw.show_text(letter)
        draw.restore()
        angle += step if outwards else -step


def seal(path):
    size = 640
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, size, size)
    draw = cairo.Context(surface)
    draw.translate(size / 2, size / 2)
    draw.set_source_rgb(*RED)
    for radius, width in ((312, 11), (292, 4), (196, 4)):
        draw.set_line_width(width)
        draw.arc(0, 0, radius, 0, 2 * math.pi)
        draw.stroke()
    for point in range(10):
        radius = 108 if point % 2 == 0 else 41.3
        angle = -math.pi / 2 + point * math.pi / 5
        draw.line_to(radius * math.cos(angle), radius * math.sin(angle))
    draw.close_path()
    draw.fill()
    draw.select_font_face("Liberation Serif", cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD)
    draw.set_font_size(46)
    ring_text(draw, "ỦY BAN NHÂN DÂN XÃ MẪU", 226, -math.pi / 2, True)
    draw.set_font_size(40)
    ring_text(draw, "TỈNH VÍ DỤ", 256, math.pi / 2, False)
    surface.write_to_png(str(path))


if __name__ == "__main__":
    signature(HERE / "signature.png")
    seal(HERE / "seal.png")
