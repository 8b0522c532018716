"""Files that are signed as they are, and that readers do not agree about: nobody knows which reading was
signed."""
import kit_cases
import kit_pdf
from kit_cases import FORGED, PAGE, STRUCTURE, TEXT, Case, REFUSED, VALID

ANY = STRUCTURE + ("pdf.field_damaged", "pdf.signature_duplicate_key")
OTHER = f"<</Length {len(FORGED)}>>\nstream\n{FORGED}\nendstream"
FONT = kit_cases.objects()[7]

# Changes to the first revision: {number: body}, as kit_cases.objects() has them.
DUPLICATES = {
    "page, Contents": {3: PAGE.format(content=4, more="/Contents 6 0 R/Annots[9 0 R]")},
    "page, Contents by escape": {3: PAGE.format(content=4, more="/C#6fntents 6 0 R/Annots[9 0 R]")},
    "page, every letter escaped": {
        3: PAGE.format(content=4, more="/#43#6F#6E#74#65#6E#74#73 6 0 R/Annots[9 0 R]")},
    "page, MediaBox": {3: PAGE.format(content=4, more="/MediaBox[0 0 9 9]/Annots[9 0 R]")},
    "page, the same twice": {3: PAGE.format(content=4, more="/Contents 4 0 R/Annots[9 0 R]")},
    "page tree, Kids": {2: "<</Type/Pages/Kids[3 0 R 5 0 R]/Kids[5 0 R 3 0 R]/Count 2>>"},
    "catalogue, Pages": {1: kit_cases.objects()[1][:-2] + "/Pages 99 0 R>>"},
    "form, Fields": {1: kit_cases.objects()[1].replace("/Fields[9 0 R]", "/Fields[9 0 R]/Fields[]")},
    "font": {7: FONT[:-2] + "/BaseFont/Symbol>>"},
    "font resource": {3: PAGE.format(content=4, more="/Annots[9 0 R]").replace(
        "/F1 7 0 R", "/F1 7 0 R/F1 8 0 R")},
    "font resource by escape": {3: PAGE.format(content=4, more="/Annots[9 0 R]").replace(
        "/F1 7 0 R", "/F1 7 0 R/F#31 8 0 R")},
    "picture, Width": {8: (kit_cases.objects()[8][0] + "/Width 1", b"\0\xff\xff\0")},
    "content, Filter": {4: ("/Filter null/Filter/ASCIIHexDecode", TEXT)},
    "content, Length": {4: ("/Length 20", TEXT)},
    "annotation, Rect": {9: kit_cases.objects()[9][:-2] + "/Rect[0 0 300 200]>>"},
    "annotation, deep": {9: kit_cases.objects()[9].replace("/N 10 0 R", "/N 10 0 R/N 8 0 R")},
    "in an array": {1: kit_cases.objects()[1][:-2] + "/X[[<</A 1/A 2>>]]>>"},
}
READINGS = {
    "Count too small": {2: "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 1>>"},
    "Count too large": {2: "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 7>>"},
    "a page twice": {2: "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>"},
    "tree in a loop": {2: "<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>"},
    "a kid that is null": {2: "<</Type/Pages/Kids[3 0 R 77 0 R]/Count 2>>"},
    "a number with two signs": {3: PAGE.format(content=4, more="/Annots[9 0 R]").replace(
        "300 200", "--300 200")},
    "a dictionary that does not end": {7: FONT[:-2]},
    "an array that ends a dictionary": {7: FONT[:-2] + "]"},
    "a bracket alone": {7: FONT[:-2] + ")>>"},
}
HARMLESS = {
    "generation of a reference padded": {3: PAGE.format(content="4", more="/Annots[9 0 R]").replace(
        "4 0 R", "4 00 R")},
    "comments in dictionaries": {7: "<< % >>\n/Type/Font % endobj\r/Subtype/Type1\n%%\n/BaseFont/Helvetica"
                                    "/Encoding/WinAnsiEncoding>>"},
    "odd white space": {7: "<</Type\0/Font\f/Subtype\t/Type1\r\r/BaseFont/Helvetica\n"
                           "/Encoding/WinAnsiEncoding>>"},
    "a name that is escaped": {7: FONT.replace("/BaseFont", "/Base#46ont")},
    "strings full of traps": {1: kit_cases.objects()[1][:-2] +
                              "/Lang(\\050\\)\\\\ endobj >> << %%EOF startxref \\n( ) \\051)>>"},
    "odd hexadecimal string": {1: kit_cases.objects()[1][:-2] + "/Lang<6 56E 2>>>"},
    "one key in two dictionaries": {1: kit_cases.objects()[1][:-2] + "/ViewerPreferences<</A<</B 1>>"
                                    "/B<</A 1/B 2>>>>>>"},
    "endobj in data": {4: ("", TEXT + "% endobj\n")},
    "a number that starts with a point": {3: PAGE.format(content=4, more="/Annots[9 0 R]").replace(
        "300 200", "300.0 +200.")},
}


def lengths(kind):
    """Streams whose /Length and "endstream" disagree."""
    cases = {
        "too small": len(TEXT) - 20, "too large": len(TEXT) + 30, "zero": 0, "negative": -1,
        "beyond the file": 10 ** 7, "no number": "(a)", "a reference to nothing": "77 0 R",
        "a reference to another number": "11 0 R", "a reference to a dictionary": "7 0 R",
        "two numbers long": "4 4",
    }
    for what, length in cases.items():
        writer = kit_cases.fill(kit_pdf.Writer(), {n: o for n, o in kit_cases.objects().items()
                                                   if n != 4})
        writer.stream(4, TEXT, length=length)
        writer.put(11, str(len(TEXT) - 25))
        yield what, writer.close(kind, root=1)
    # The data go on behind a comment sign: white space and comments before "endstream" are not the
    # same to everybody.
    writer = kit_cases.fill(kit_pdf.Writer(), {n: o for n, o in kit_cases.objects().items() if n != 4})
    writer.stream(4, TEXT + "% hidden", length=len(TEXT))
    yield "ending in a comment", writer.close(kind, root=1)
    writer = kit_cases.fill(kit_pdf.Writer(), {n: o for n, o in kit_cases.objects().items() if n != 4})
    writer.put(4, f"<<>>\nstream\n{TEXT}\nendstream")
    yield "left out", writer.close(kind, root=1)


def entries(kind):
    """Cross-reference sections of the first revision that do not say what a scan finds."""
    def fresh(without=()):
        return kit_cases.fill(kit_pdf.Writer(), {n: o for n, o in kit_cases.objects().items()
                                                 if n not in without})
    writer = fresh()
    writer.put(4, OTHER, listed=False)
    yield "unlisted twin behind", writer.close(kind, root=1)
    writer = kit_pdf.Writer()
    writer.put(4, OTHER, listed=False)
    yield "unlisted twin in front", kit_cases.fill(writer, kit_cases.objects()).close(kind, root=1)
    writer = fresh()
    writer.put(7, FONT.replace("Helvetica", "Symbol"), generation=3, listed=False)
    yield "unlisted twin of another generation", writer.close(kind, root=1)
    writer = fresh()
    writer.entries[4] = writer.entries[6]
    yield "entry to another object", writer.close(kind, root=1)
    writer = fresh()
    writer.entries[7] = writer.entries[10]
    yield "entry of a font to another object", writer.close(kind, root=1)
    writer = fresh()
    writer.entries[7] = ("n", writer.entries[7][1] + 3, 0)
    yield "entry into an object", writer.close(kind, root=1)
    writer = fresh()
    writer.entries[7] = ("f", 0, 1)
    yield "entry free, object there", writer.close(kind, root=1)
    writer = fresh()
    del writer.entries[7]
    writer.entries[12] = ("n", writer.entries[8][1], 0)
    yield "two numbers for one place", writer.close(kind, root=1)
    writer = fresh()
    writer.put(4, OTHER)
    old = writer.entries[4]
    writer.again.append((4, old))
    writer.entries[4] = kit_pdf.Reader(fresh().close("table", root=1)).entries[4]
    if kind == "table":
        yield "listed twice", writer.close(kind, root=1)
    writer = fresh()
    writer.put(4, OTHER, generation=1)
    writer.entries[4] = kit_pdf.Reader(fresh().close("table", root=1)).entries[4]
    yield "twin of the next generation", writer.close(kind, root=1)


def packed():
    """Object streams of the first revision."""
    order = (1, 2, 3, 5, 7, 9)
    what = kit_cases.objects()
    other = what[5].replace("/Contents 6 0 R", "/Contents 4 0 R")

    def fresh():
        return kit_cases.fill(kit_pdf.Writer(), {n: o for n, o in what.items() if n not in order})
    inside = [(n, what[n]) for n in order]
    writer = fresh()
    writer.object_stream(11, [*inside, (5, other)])
    yield "the same number twice", writer.close("stream", root=1)
    writer = fresh()
    writer.object_stream(11, [(5, other), *inside])
    writer.entries[5] = ("c", 11, 4)
    yield "the same number twice, the later listed", writer.close("stream", root=1)
    writer = fresh()
    writer.object_stream(11, inside)
    writer.entries[5], writer.entries[7] = writer.entries[7], writer.entries[5]
    yield "two indexes exchanged", writer.close("stream", root=1)
    writer = fresh()
    writer.object_stream(11, inside)
    writer.entries[5] = ("c", 11, 77)
    yield "index behind the last", writer.close("stream", root=1)
    writer = fresh()
    writer.object_stream(11, inside)
    writer.object_stream(12, [(5, other)], "/Extends 11 0 R", listed=False)
    yield "another stream that extends it", writer.close("stream", root=1)
    writer = fresh()
    writer.object_stream(11, inside)
    writer.put(5, other, listed=False)
    yield "a twin outside", writer.close("stream", root=1)
    writer = fresh()
    writer.object_stream(11, [(n, b.replace("/F1 7 0 R", "/F1 7 0 R/F1 8 0 R")) for n, b in inside])
    yield "a key twice inside", writer.close("stream", root=1)


def approve(octets, changed):
    """Signs as an update that knows what the catalogue and the first page are; nobody need be able to
    read them."""
    what = {**kit_cases.objects(), **changed}
    update = kit_pdf.Writer(octets)
    value = update.add(kit_pdf.signature_value())
    field = update.add(f"<</FT/Sig/T(approval)/V {value} 0 R/Type/Annot/Subtype/Widget/F 132"
                       "/Rect[0 0 0 0]/P 3 0 R>>")
    update.put(1, what[1].replace("/Fields[", f"/Fields[{field} 0 R ", 1))
    update.put(3, what[3].replace("/Annots[", f"/Annots[{field} 0 R ", 1))
    return kit_pdf.seal(update.close())


def cases():
    made = []

    def add(name, attack, octets, expect, changed=()):
        made.append(Case(name, attack, approve(octets, dict(changed)), expect, ANY))
    for kind in ("table", "packed"):
        for what, changed in DUPLICATES.items():
            if kind == "packed" and any(isinstance(v, tuple) for v in changed.values()):
                continue
            add(f"made-{kind}/twice, {what}", "dictionary differentials",
                kit_cases.plain(kind, changed), REFUSED, changed)
        for what, changed in READINGS.items():
            add(f"made-{kind}/{what}", "other differentials", kit_cases.plain(kind, changed), REFUSED, changed)
        for what, changed in HARMLESS.items():
            add(f"made-{kind}/harmless, {what}", "benign structure", kit_cases.plain(kind, changed),
                VALID, changed)
    for kind in ("table", "stream"):
        for what, octets in lengths(kind):
            add(f"made-{kind}/Length, {what}", "stream differentials", octets, REFUSED)
        for what, octets in entries(kind):
            add(f"made-{kind}/{what}", "objects against entries", octets, REFUSED)
    for what, octets in packed():
        add(f"made-packed/{what}", "objects against entries", octets, REFUSED)
    return made
