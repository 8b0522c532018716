"""PDF files made to cost their reader as much as they can. Standard library only; the same octets
each time.

hostile_files(full) yields (name, maker): a maker returns the octets. `full` makes them as large as
the claim in docs says (10,000 revisions, a million list entries); otherwise they are small enough
for every run of the tests and still go beyond the limits where that needs few octets.
"""
import hashlib
import random
import struct
import zlib


def deflate_run(count, layers=1, octet=b"\0"):
    """`count` times one octet, compressed `layers` times. Made from one compressed piece repeated:
    a full flush leaves nothing behind that the next piece would refer to."""
    piece = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    repeated = packer.compress(octet * piece) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = packer.compress(octet * (count % piece)) + packer.flush()
    # RFC 1950: Adler-32 of a run has a closed form.
    value = octet[0]
    low = (1 + count * value) % 65521
    high = (count + value * count * (count + 1) // 2) % 65521
    data = b"\x78\xda" + repeated * (count // piece) + rest + struct.pack(">I", high << 16 | low)
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def stream(data, entries=b""):
    return b"<</Length %d %s>>stream\n%s\nendstream" % (len(data), entries, data)


FLATE = b"/Filter/FlateDecode"


class Pdf:
    """Objects by number, written with cross-reference tables, one update after the other."""

    def __init__(self, version=b"1.7"):
        self.octets = bytearray(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version)
        self.objects, self.size, self.last, self.trailer = {}, 1, None, b"/Root 1 0 R"

    def put(self, number, body):
        self.objects[number] = body
        self.size = max(self.size, number + 1)
        return self

    def add(self, body):
        self.put(self.size, body)
        return b"%d 0 R" % (self.size - 1)

    def _write_objects(self):
        places = {}
        for number, body in sorted(self.objects.items()):
            places[number] = len(self.octets)
            self.octets += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        self.objects = {}
        return places

    def table(self, trailer=b""):
        """Ends a revision with a table."""
        places = self._write_objects()
        at = len(self.octets)
        lines = [] if self.last is not None else [b"0 1\n0000000000 65535 f \n"]
        for number, place in places.items():
            lines.append(b"%d 1\n%010d 00000 n \n" % (number, place))
        previous = b"" if self.last is None else b"/Prev %d" % self.last
        self.octets += b"xref\n%strailer\n<</Size %d%s%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (
            b"".join(lines), self.size, self.trailer, previous, trailer, at)
        self.last = at
        return self

    def xref_stream(self, compressed=(), entries=b"", filters=FLATE, data=None, index=None,
                    size=None):
        """Ends a revision with a cross-reference stream; compressed: (number, stream, index)."""
        number = self.size
        self.size += 1
        places = self._write_objects()
        at = len(self.octets)
        places[number] = at
        rows = {n: struct.pack(">BIH", 1, p, 0) for n, p in places.items()}
        rows |= {n: struct.pack(">BIH", 2, s, i) for n, s, i in compressed}
        if self.last is None:
            rows.setdefault(0, struct.pack(">BIH", 0, 0, 65535))
        if data is None:
            data = zlib.compress(b"".join(r for _, r in sorted(rows.items())))
        if index is None:
            index = b"".join(b"%d 1 " % n for n in sorted(rows))
        previous = b"" if self.last is None else b"/Prev %d" % self.last
        body = stream(data, b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d%s%s%s%s" % (
            index, size or self.size, self.trailer, previous, entries, filters))
        self.octets += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, body, at)
        self.last = at
        return self

    def bytes(self):
        return bytes(self.octets)


def one_page(page=b"", contents=b"BT /F0 12 Tf 72 700 Td (Quyet dinh) Tj ET", root=b"",
             contents_entries=b"", resources=b"<</Font<</F0 5 0 R>>>>"):
    pdf = Pdf()
    pdf.put(1, b"<</Type/Catalog/Pages 2 0 R%s>>" % root)
    pdf.put(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    pdf.put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources %s%s>>"
            % (resources, page))
    pdf.put(4, stream(contents, contents_entries))
    pdf.put(5, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    return pdf


def catalogue(pdf, entries=b"", form=b""):
    """/Root with these entries and the signatures there are."""
    return pdf.put(1, b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[%s%s]>>%s>>"
                   % (b" ".join(getattr(pdf, "fields", [])), form, entries))


# A signature value that says nothing: what is judged here is everything around it.
EMPTY_CMS = bytes.fromhex("300b06092a864886f70d010702")


def sign(pdf, cms=EMPTY_CMS, field=b"S", rect=b"[0 0 0 0]", widget=b"", value=b"", room=None,
         root=b"", byte_range=None):
    """Adds an update with one more signature over everything before it."""
    fields = getattr(pdf, "fields", [])
    room = room or max(len(cms), 64)
    number = pdf.size
    fields.append(b"%d 0 R" % (number + 1))
    pdf.fields = fields
    pdf.put(number, b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached%s"
            b"/ByteRange[0 ########## ########## ##########]/Contents<%s>>>"
            % (value, b"0" * (2 * room)))
    pdf.put(number + 1, b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s%d)/V %d 0 R/Rect%s/F 132/P 3 0 R"
            b"%s>>" % (field, len(fields), number, rect, widget))
    catalogue(pdf, root)
    pdf.put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F0 5 0 R>>>>/Annots[%s]>>" % b" ".join(fields))
    start = len(pdf.octets)
    pdf.table()
    text = pdf.octets
    begin = text.index(b"/Contents<", start) + len("/Contents")
    end = begin + 2 * room + 2
    old = b"[0 ########## ########## ##########]"
    place = text.index(old, start)
    wanted = byte_range or b"[0 %d %d %d]" % (begin, end, len(text) - end)
    text[place:place + len(old)] = wanted.ljust(len(old))[:len(old)]
    hexed = cms.hex().encode()
    text[begin + 1:begin + 1 + len(hexed)] = hexed
    return pdf


def signed(**more):
    return sign(one_page().table(), **more)


# ---- too much out of little ----------------------------------------------------------------------

def bombs(full):
    size = (3 << 30) if full else (1280 << 20)
    bomb = {}

    def flate(layers=1):
        if layers not in bomb:
            bomb[layers] = deflate_run(size, layers, b" ")
        return bomb[layers]

    def twice():
        return b"/Filter[/FlateDecode/FlateDecode]"

    def later_page(data, entries):
        """A signed document whose page is rewritten with this content by an update."""
        return signed().put(4, stream(data, entries)).table().bytes()

    def dss(key, data, entries):
        pdf = signed()
        reference = pdf.add(stream(data, entries))
        store = pdf.add(b"<</%s[%s]>>" % (key, reference))
        return catalogue(pdf, b"/DSS " + store).table().bytes()

    yield "content", lambda: sign(one_page(contents=flate(), contents_entries=FLATE).table()).bytes()
    yield "content_nested", lambda: later_page(flate(2), twice())
    yield "content_nested_six", lambda: later_page(flate(6), b"/Filter[%s]" % (b"/FlateDecode" * 6))
    yield "content_later", lambda: later_page(flate(), FLATE)
    yield "content_array", lambda: sign(
        one_page().put(4, b"[%s]" % (b"6 0 R " * (100_000 if full else 20_000)))
        .put(6, stream(deflate_run(20 << 20, octet=b" "), FLATE)).table()).put(9, b"null") \
        .table().bytes()
    for key in (b"Certs", b"CRLs", b"OCSPs"):
        yield "dss_" + key.decode().lower(), lambda key=key: dss(key, flate(), FLATE)
    yield "dss_nested", lambda: dss(b"Certs", flate(2), twice())
    yield "lzw", lambda: later_page(lzw_bomb(4 << 20 if full else 1 << 20), b"/Filter/LZWDecode")
    yield "run_length", lambda: later_page(b"\x81\x20" * (16 << 20 if full else 1 << 20) + b"\x80",
                                           b"/Filter/RunLengthDecode")
    yield "run_length_of_flate", lambda: later_page(
        deflate_run(256 << 20, octet=b"\x81"), b"/Filter[/FlateDecode/RunLengthDecode]")
    for columns in (1, 2_000_000_000):
        yield f"predictor_{columns}", lambda columns=columns: later_page(
            flate(), FLATE + b"/DecodeParms<</Predictor 12/Columns %d/Colors 32/BitsPerComponent 16>>"
            % columns)
    yield "tiff_predictor", lambda: later_page(
        flate(), FLATE + b"/DecodeParms<</Predictor 2/Columns 2000000000/Colors 4>>")
    yield "metadata", lambda: catalogue(
        signed().put(40, stream(flate(), b"/Type/Metadata/Subtype/XML" + FLATE)),
        b"/Metadata 40 0 R").table().bytes()
    yield "to_unicode", lambda: signed().put(41, stream(flate(), FLATE)) \
        .put(5, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 41 0 R>>").table().bytes()
    yield "object_stream", lambda: object_stream(flate(), FLATE)
    yield "object_stream_nested", lambda: object_stream(flate(2), twice())
    yield "xref_stream", lambda: one_page().xref_stream(data=flate()).bytes()
    yield "xref_stream_counted", lambda: one_page().xref_stream(
        data=flate(), index=b"0 7900000", size=7_900_000).bytes()
    yield "xref_stream_filters", lambda: one_page().xref_stream(
        data=flate(2), filters=twice(), index=b"0 7900000", size=7_900_000).bytes()
    yield "font_program", lambda: stamped(font=flate())
    yield "stamp_picture", lambda: stamped(picture=(20_000, 20_000, flate()))
    yield "stamp_mask", lambda: stamped(picture=(7_000, 7_000, deflate_run(7_000 * 7_000)), soft=flate())
    yield "stamp_content", lambda: stamped(content=flate())
    yield "stamp_operators", lambda: stamped(
        content=zlib.compress(b"0 0 m 9 9 l S\n" * (6_000_000 if full else 500_000)))
    yield "stamp_strokes", lambda: stamped(
        content=zlib.compress(b"0 0 m " + b"200 60 l 0 60 l 200 0 l " * 60_000 + b"S"))
    yield "stamp_fills", lambda: stamped(
        content=zlib.compress(b"/G gs " + b"0 0 200 60 re f\n" * 90_000))
    yield "stamp_forms", lambda: stamped(content=zlib.compress(b"/X Do " * 10), nested=9)
    yield "stamp_text", lambda: stamped(
        content=zlib.compress(b"BT /F0 9 Tf " + b"(%s) Tj " % (b"w" * 30_000) * 300 + b"ET"))


def lzw_bomb(octets):
    """LZW with codes that grow as fast as they can: clear, then ever longer runs."""
    bits, count = bytearray(), 0
    value, held = 0, 0

    def put(code, width):
        nonlocal value, held
        value, held = value << width | code, held + width
        while held >= 8:
            bits.append(value >> (held - 8) & 0xFF)
            held -= 8
        value &= (1 << held) - 1

    block = None
    put(256, 9)
    width, code = 9, 258
    put(32, 9)
    while code < 4094:
        put(code, width)
        code += 1
        if code + 1 >= 1 << width and width < 12:
            width += 1
    put(256, width)
    block = bytes(bits)
    count = max(1, octets // len(block))
    return block * count


def object_stream(data, entries):
    pdf = one_page()
    pdf.put(6, stream(data, b"/Type/ObjStm/N 1/First 4" + entries))
    pdf.put(1, b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]>>>>")
    pdf.size = 8
    return pdf.xref_stream(compressed=[(7, 6, 0)]).bytes()


def stamped(content=None, font=None, picture=None, soft=None, nested=0):
    """A signed page that a second signature's appearance lies over."""
    pdf = signed()
    resources = b"/Font<</F0 5 0 R>>/ExtGState<</G<</ca 0.001>>>>"
    drawn = content
    if font is not None:
        file = pdf.add(stream(font, FLATE))
        descriptor = pdf.add(b"<</Type/FontDescriptor/FontName/A/Flags 4/FontFile2 %s>>" % file)
        named = pdf.add(b"<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 0/LastChar 0"
                        b"/Widths[500]/FontDescriptor %s>>" % descriptor)
        resources = b"/Font<</F0 %s>>" % named
        drawn = zlib.compress(b"BT /F0 9 Tf (\\000) Tj ET")
    if picture is not None:
        width, height, data = picture
        mask = b""
        if soft is not None:
            mask = b"/SMask " + pdf.add(stream(
                soft, b"/Subtype/Image/Width 20000/Height 20000/ColorSpace/DeviceGray"
                b"/BitsPerComponent 8" + FLATE))
        image = pdf.add(stream(data, b"/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
                               b"/BitsPerComponent 8%s%s" % (width, height, mask, FLATE)))
        resources = b"/XObject<</X %s>>" % image
        drawn = zlib.compress(b"200 0 0 60 0 0 cm /X Do")
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 200 60]/Resources<<%s>>" + FLATE
    inner = resources
    for _ in range(nested):
        x = pdf.add(stream(drawn, form % inner))
        inner = b"/XObject<</X %s>>" % x
    appearance = pdf.add(stream(drawn, form % inner))
    return sign(pdf, rect=b"[70 690 270 750]", widget=b"/AP<</N %s>>" % appearance).bytes()


# ---- depth ---------------------------------------------------------------------------------------

def depths(full):
    deep = 1_000_000 if full else 100_000

    def in_root(value):
        return catalogue(sign(one_page(root=b"/X " + value).table()), b"/X " + value) \
            .table().bytes()

    yield "arrays", lambda: in_root(b"[" * deep + b"]" * deep)
    yield "arrays_open", lambda: in_root(b"[" * deep)
    yield "dictionaries", lambda: in_root(b"<</A" * deep + b" null" + b">>" * deep)
    yield "dictionaries_400", lambda: in_root(b"<</A" * 390 + b" null" + b">>" * 390)
    yield "mixed", lambda: in_root(b"[<</A" * deep + b" 1" + b">>]" * deep)
    yield "strings", lambda: in_root(b"(" * deep + b")" * deep)
    yield "trailer", lambda: trailer_with(b"/X" + b"[" * deep + b"]" * deep)
    yield "content_arrays", lambda: signed().put(4, stream(b"[" * deep)).table().bytes()

    def chain(first, body, count, root):
        """Objects first, first+1, … each naming the next."""
        pdf = signed()
        for i in range(count):
            pdf.put(first + i, body(first + i, first + i + 1))
        pdf.put(first + count, b"<</T(end)>>")
        return catalogue(pdf, root).table().bytes()

    many = 100_000 if full else 20_000
    yield "pages", lambda: chain(
        100, lambda n, k: b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (k, n - 1), many,
        b"/Pages 100 0 R")
    yield "outlines", lambda: chain(
        100, lambda n, k: b"<</Title(x)/First %d 0 R/Last %d 0 R/Next %d 0 R>>" % (k, k, k), many,
        b"/Outlines 100 0 R")
    yield "kids", lambda: chain(
        100, lambda n, k: b"<</T(%d)/Kids[%d 0 R]/Parent %d 0 R>>" % (n, k, n - 1), many,
        b"/AcroForm<</Fields[100 0 R 7 0 R]>>")
    yield "references", lambda: chain(100, lambda n, k: b"%d 0 R" % k, many, b"/X 100 0 R")
    yield "functions", lambda: chain(
        100, lambda n, k: b"<</FunctionType 3/Domain[0 1]/Functions[%d 0 R %d 0 R]>>" % (k, k), many,
        b"/X 100 0 R")
    yield "doubling", lambda: chain(100, lambda n, k: b"[%d 0 R %d 0 R]" % (k, k), 200, b"/X 100 0 R")
    yield "actions", lambda: chain(
        100, lambda n, k: b"<</S/JavaScript/JS(x)/Next[%d 0 R %d 0 R]>>" % (k, k), many,
        b"/OpenAction 100 0 R")
    yield "names", lambda: chain(100, lambda n, k: b"<</Kids[%d 0 R %d 0 R]>>" % (k, k), many,
                                 b"/Names<</EmbeddedFiles 100 0 R>>")
    yield "structure", lambda: chain(100, lambda n, k: b"<</S/P/K[%d 0 R]>>" % k, many,
                                     b"/StructTreeRoot 100 0 R")


def trailer_with(entries):
    pdf = one_page()
    return pdf.table(entries).bytes()


# ---- loops ---------------------------------------------------------------------------------------

def loops(_full):
    yield "kids_of_itself", lambda: signed().put(
        2, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>").table().bytes()
    yield "parent_of_itself", lambda: signed().put(
        3, b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>").table().bytes()
    yield "parent_is_kid", lambda: signed().put(
        2, b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 3 0 R>>").table().bytes()
    yield "field_parents", lambda: signed().put(
        7, b"<</FT/Sig/T(a)/Parent 8 0 R/Kids[8 0 R]>>").put(
        8, b"<</T(b)/Parent 7 0 R/Kids[7 0 R]>>").table().bytes()
    yield "reference_to_itself", lambda: signed().put(50, b"50 0 R").table(b"/X 50 0 R").bytes()
    yield "two_references", lambda: signed().put(50, b"51 0 R").put(51, b"50 0 R").put(
        1, b"<</Type/Catalog/Pages 50 0 R>>").table().bytes()
    yield "length_of_itself", lambda: signed().put(
        4, b"<</Length 4 0 R>>stream\nq Q\nendstream").table().bytes()
    yield "filter_of_itself", lambda: signed().put(
        4, b"<</Length 3/Filter 4 0 R>>stream\nq Q\nendstream").table().bytes()
    yield "outlines", lambda: signed().put(50, b"<</First 50 0 R/Next 50 0 R/Prev 50 0 R>>") \
        .table(b"/Outlines 50 0 R").bytes()
    yield "resources", lambda: signed().put(50, b"<</XObject<</X 51 0 R>>/Font 50 0 R>>").put(
        51, stream(b"/X Do", b"/Subtype/Form/BBox[0 0 9 9]/Resources 50 0 R")).put(
        4, stream(b"/X Do")).table().bytes()
    yield "form_in_itself", lambda: looping_stamp(b"/X Do /X Do /X Do")
    yield "type3_in_itself", lambda: looping_stamp(b"BT /T 9 Tf (aaaa) Tj ET")

    def prev(to):
        pdf = one_page().table()
        return bytes(pdf.octets).replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % to(pdf))
    yield "prev_to_itself", lambda: prev(lambda pdf: pdf.last)
    yield "prev_forward", lambda: prev(lambda pdf: pdf.last + 8)
    yield "prev_into_nothing", lambda: prev(lambda pdf: 2_000_000_000)
    yield "prev_negative", lambda: prev(lambda pdf: -5)

    def two_prevs():
        pdf = one_page().table()
        first = pdf.last
        pdf.put(9, b"null").table()
        return bytes(pdf.octets).replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % (pdf.last + 24),
                                         1) if first else b""
    yield "prev_circle", two_prevs
    yield "xrefstm_to_itself", lambda: trailer_with(b"/XRefStm 15")

    def extends():
        pdf = one_page()
        body = b"7 0 <</Fields[]>>"
        pdf.put(6, stream(body, b"/Type/ObjStm/N 1/First 4/Extends 6 0 R"))
        pdf.put(1, b"<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R>>")
        pdf.size = 8
        return pdf.xref_stream(compressed=[(7, 6, 0)]).bytes()
    yield "extends_itself", extends

    def stream_in_itself():
        pdf = one_page()
        pdf.size = 8
        return pdf.put(1, b"<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R>>").xref_stream(
            compressed=[(6, 6, 0), (7, 6, 1)]).bytes()
    yield "object_stream_in_itself", stream_in_itself

    def streams_in_each_other():
        pdf = one_page()
        pdf.size = 9
        return pdf.put(1, b"<</Type/Catalog/Pages 2 0 R/AcroForm 8 0 R>>").xref_stream(
            compressed=[(6, 7, 0), (7, 6, 0), (8, 7, 1)]).bytes()
    yield "object_streams_in_each_other", streams_in_each_other

    def chain_of_streams(count=3_000):
        """Each object stream extends the one before; each holds one object."""
        pdf = one_page()
        inside = []
        for i in range(count):
            number, holder = 100 + 2 * i, 101 + 2 * i
            body = b"%d 0 [%d 0 R]" % (number, number + 2)
            pdf.put(holder, stream(body, b"/Type/ObjStm/N 1/First %d/Extends %d 0 R"
                                   % (body.index(b"["), holder - 2)))
            inside.append((number, holder, 0))
        pdf.put(1, b"<</Type/Catalog/Pages 2 0 R/X 100 0 R>>")
        return pdf.xref_stream(compressed=inside).bytes()
    yield "object_stream_chain", chain_of_streams


def looping_stamp(content):
    pdf = signed()
    number = pdf.size
    resources = b"/Resources<</XObject<</X %d 0 R>>/Font<</T %d 0 R>>>>" % (number, number + 1)
    pdf.put(number, stream(content, b"/Subtype/Form/BBox[0 0 200 60]" + resources))
    pdf.put(number + 1, b"<</Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/Widths[500]"
            b"/FontBBox[0 0 500 500]/Encoding<</Differences[97/a]>>/CharProcs<</a %d 0 R>>%s>>"
            % (number + 2, resources))
    pdf.put(number + 2, stream(content))
    pdf.size = number + 3
    return sign(pdf, rect=b"[70 690 270 750]", widget=b"/AP<</N %d 0 R>>" % number).bytes()


# ---- numbers -------------------------------------------------------------------------------------

def numbers(full):
    huge = b"2000000000"
    yield "count", lambda: signed().put(
        2, b"<</Type/Pages/Kids[3 0 R]/Count %s>>" % huge).table().bytes()
    yield "size", lambda: signed().bytes().replace(b"/Size 8", b"/Size %s" % huge)
    yield "table_count", lambda: one_page().table().bytes().replace(b"0 1\n0000000000",
                                                                    b"0 %s\n0000000000" % huge)
    yield "table_first", lambda: one_page().table().bytes().replace(b"5 1\n", b"%s 1\n" % huge)
    yield "index", lambda: one_page().xref_stream(index=b"0 %s" % huge).bytes()
    yield "index_many", lambda: one_page().xref_stream(index=b"0 1 " * 200_000).bytes()
    yield "index_largest", lambda: one_page().xref_stream(index=b"2147483647 1").bytes()
    yield "widths", lambda: one_page().xref_stream(entries=b"").bytes().replace(
        b"/W[1 4 2]", b"/W[%s 4 2]" % huge)
    yield "widths_sum", lambda: one_page().xref_stream().bytes().replace(
        b"/W[1 4 2]", b"/W[4294967297 0 0]")
    yield "stream_size", lambda: one_page().xref_stream(size=2_000_000_000).bytes()
    yield "object_number", lambda: signed().put(2_000_000_000, b"null").table().bytes()
    yield "length", lambda: signed().put(
        4, b"<</Length %s>>stream\nq Q\nendstream" % huge).table().bytes()
    yield "objects_in_stream", lambda: object_stream(
        zlib.compress(b"7 0 <</Fields[]>>"), b"/N %s/First 4" % huge + FLATE)
    yield "first_in_stream", lambda: object_stream(
        zlib.compress(b"7 0 <</Fields[]>>"), b"/First %s" % huge + FLATE)
    yield "generation", lambda: signed().put(1, b"<</Type/Catalog/Pages 2 65535 R>>").table().bytes()
    yield "reals", lambda: signed(rect=b"[1e999 -9%s 1 .%s]" % (b"9" * 400, b"0" * 400)).bytes()
    long = 8_000_000 if full else 1_000_000
    yield "digits", lambda: signed().put(4, b"9" * long).table().bytes()
    yield "name", lambda: signed(value=b"/Filter/" + b"A" * long).bytes()
    yield "names", lambda: signed().put(
        50, b"<<%s>>" % b"".join(b"/K%d null" % i for i in range(long // 16))).table(b"/X 50 0 R").bytes()
    yield "string", lambda: signed(value=b"/Reason(" + b"\\(" * long + b")").bytes()
    yield "field_name", lambda: signed(field=b"x" * long).bytes()
    yield "comment", lambda: one_page().table().bytes().replace(
        b"startxref", b"%" + b"c" * long + b"\nstartxref")
    yield "white", lambda: one_page().table().bytes() + b"\n" * long
    yield "array", lambda: signed().put(
        50, b"[%s]" % (b"0 " * (long // 2))).table(b"/X 50 0 R").bytes()


# ---- many ----------------------------------------------------------------------------------------

def many(full):
    def revisions(count, each=b"null"):
        pdf = signed()
        for _ in range(count):
            pdf.put(9, each).table()
        return pdf.bytes()
    yield "revisions", lambda: revisions(9_990 if full else 2_000)
    yield "revisions_beyond", lambda: revisions(10_100 if full else 10_001)

    def stream_revisions(count):
        pdf = signed()
        for _ in range(count):
            pdf.put(9, b"null").xref_stream()
        return pdf.bytes()
    yield "stream_revisions", lambda: stream_revisions(9_990 if full else 1_000)

    def signatures(count, widget=b"", rect=b"[0 0 0 0]"):
        pdf = one_page().table()
        for _ in range(count):
            sign(pdf, widget=widget, rect=rect)
        return pdf.bytes()
    yield "signatures", lambda: signatures(990 if full else 120)
    yield "signatures_seen", lambda: signatures(
        300 if full else 60, b"/MK<</BG[1]>>", b"[70 690 270 750]")
    yield "byte_range", lambda: signed(value=b"/X[%s]" % (b"0 1 " * 500_000)).put(
        6, b"<</Type/Sig/Filter/A/SubFilter/ETSI.CAdES.detached/ByteRange[%s]/Contents<00>>>"
        % (b"0 1 " * (2_000_000 if full else 250_000))).table().bytes()
    yield "byte_range_huge", lambda: signed(byte_range=b"[0 99999999999 9 99999999999]").bytes()

    def fields(count, kind):
        pdf = signed()
        names = []
        for i in range(count):
            names.append(b"%d 0 R" % (100 + i))
            pdf.put(100 + i, b"<</Type/Annot/Subtype/%s/T(f%d)/Rect[0 0 9 9]/P 3 0 R%s>>"
                    % (b"Widget/FT/Sig" if kind == "fields" else b"Square", i,
                       b"/V 6 0 R" if kind == "fields" else b""))
        listed = b" ".join(names)
        pdf.put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
                b"/Resources<</Font<</F0 5 0 R>>>>/Annots[7 0 R %s]>>" % listed)
        return catalogue(pdf, form=b" " + listed if kind == "fields" else b"").table().bytes()
    yield "fields", lambda: fields(100_000 if full else 5_000, "fields")
    yield "annotations", lambda: fields(100_000 if full else 5_000, "annotations")

    def pages(count):
        pdf = signed()
        for i in range(count):
            pdf.put(100 + i, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
        pdf.put(2, b"<</Type/Pages/Kids[3 0 R %s]/Count %d>>" % (
            b" ".join(b"%d 0 R" % (100 + i) for i in range(count)), count + 1))
        return pdf.table().bytes()
    yield "pages", lambda: pages(200_000 if full else 20_000)

    def same_page(count):
        return signed().put(2, b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * count, count)) \
            .table().bytes()
    yield "same_page", lambda: same_page(1_000_000 if full else 200_000)

    def entries(count):
        rows = bytearray()
        for i in range(0, count, 1 << 16):
            rows += struct.pack(">BIH", 1, 15, 0) * min(1 << 16, count - i)
        return one_page().xref_stream(data=zlib.compress(bytes(rows)), index=b"0 %d" % count,
                                      size=count).bytes()
    yield "xref_entries", lambda: entries(7_900_000 if full else 300_000)
    yield "xref_entries_beyond", lambda: entries(10_000_000)

    def streams_of_objects(count):
        rows = struct.pack(">BIH", 2, 6, 0) * count
        return one_page().put(6, stream(b"7 0 null", b"/Type/ObjStm/N 1/First 4")).xref_stream(
            data=zlib.compress(rows), index=b"100 %d" % count, size=count + 100).bytes()
    yield "xref_compressed", lambda: streams_of_objects(2_000_000 if full else 200_000)

    def distinct_streams(count):
        rows = b"".join(struct.pack(">BIH", 2, i, 0) for i in range(100, count + 100))
        return one_page().xref_stream(data=zlib.compress(rows), index=b"100 %d" % count,
                                      size=count + 100).bytes()
    yield "missing_object_streams", lambda: distinct_streams(1_000_000 if full else 100_000)

    def table_entries(count):
        pdf = one_page()
        at = bytes(pdf.table().octets)
        line = b"0000000015 00000 n \n"
        return at.replace(b"xref\n0 1\n0000000000 65535 f \n",
                          b"xref\n0 1\n0000000000 65535 f \n100 %d\n%s" % (count, line * count), 1)
    yield "table_entries", lambda: table_entries(4_000_000 if full else 100_000)


# ---- signature values ----------------------------------------------------------------------------

def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


OID_SIGNED = bytes.fromhex("06092a864886f70d010702")
OID_DATA = bytes.fromhex("06092a864886f70d010701")
SHA256 = bytes.fromhex("300b0609608648016503040201")


def some_certificate(serial):
    """As long as it parses: nobody signed it."""
    name = der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, b"CA %d" % serial))))
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    key = der(0x30, bytes.fromhex("300d06092a864886f70d0101010500"),
              der(0x03, b"\0" + der(0x30, der(0x02, b"\0" + hashlib.sha512(b"%d" % serial).digest()
                                              + b"\1"), bytes.fromhex("0203010001"))))
    times = der(0x30, der(0x17, b"200101000000Z"), der(0x17, b"400101000000Z"))
    body = der(0x30, bytes.fromhex("a003020102"), der(0x02, serial.to_bytes(8, "big")), algorithm, name,
               times, name, key)
    return der(0x30, body, algorithm, der(0x03, b"\0" + bytes(64)))


def cms_of(certificates=b"", signers=b"", algorithms=SHA256, crls=b""):
    sets = der(0x31, algorithms) + der(0x30, OID_DATA)
    if certificates:
        sets += der(0xA0, certificates)
    if crls:
        sets += der(0xA1, crls)
    return der(0x30, OID_SIGNED, der(0xA0, der(0x30, b"\x02\x01\x01", sets, der(0x31, signers))))


def some_signer(serial=1):
    return der(0x30, b"\x02\x01\x01", der(0x30, der(0x30), der(0x02, bytes([serial]))), SHA256,
               bytes.fromhex("300d06092a864886f70d0101010500"), der(0x04, bytes(64)))


def some_list(count):
    revoked = b"".join(der(0x30, der(0x02, (i + 1).to_bytes(8, "big")), der(0x17, b"250101000000Z"))
                       for i in range(count))
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    name = der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, b"CA"))))
    body = der(0x30, b"\x02\x01\x01", algorithm, name, der(0x17, b"250101000000Z"),
               der(0x17, b"400101000000Z"), der(0x30, revoked))
    return der(0x30, body, algorithm, der(0x03, b"\0" + bytes(64)))


def values(full):
    yield "certificates", lambda: signed(cms=cms_of(
        b"".join(some_certificate(i) for i in range(20_000 if full else 1_000)), some_signer())).bytes()
    yield "same_names", lambda: signed(cms=cms_of(
        b"".join(some_certificate(7) for i in range(20_000 if full else 1_000)), some_signer())).bytes()
    yield "signers", lambda: signed(
        cms=cms_of(signers=b"".join(some_signer(i % 100) for i in range(50_000 if full else 5_000)))) \
        .bytes()
    yield "algorithms", lambda: signed(
        cms=cms_of(algorithms=SHA256 * (200_000 if full else 20_000), signers=some_signer())).bytes()
    deep = 500_000 if full else 50_000
    yield "nested_indefinite", lambda: signed(cms=b"\x30\x80" * deep + b"\0\0" * deep).bytes()
    yield "nested_open", lambda: signed(cms=b"\x30\x80" * deep).bytes()
    yield "nested_octet_strings", lambda: signed(
        cms=b"\x30\x80" + OID_SIGNED + b"\xa0\x80" + b"\x24\x80" * deep + b"\0\0" * (deep + 2)).bytes()

    def nested_definite():
        inner = b""
        for _ in range(3_000):
            inner = der(0x30, inner)
        return signed(cms=inner).bytes()
    yield "nested_definite", nested_definite
    yield "length_of_everything", lambda: signed(cms=bytes.fromhex("3084ffffffff") + bytes(100)).bytes()
    yield "pieces", lambda: signed(
        cms=b"\x30\x80" + OID_SIGNED + b"\xa0\x80\x24\x80" + b"\x04\x01A" * (500_000 if full else 100_000)
        + b"\0\0" * 3).bytes()
    yield "contents_bomb", lambda: signed(room=8 << 20 if full else 2 << 20).bytes()

    def list_in_store(count):
        pdf = signed(cms=cms_of(some_certificate(1), some_signer()))
        crl = pdf.add(stream(zlib.compress(some_list(count)), FLATE))
        return catalogue(pdf, b"/DSS<</CRLs[%s]>>" % crl).table().bytes()
    yield "list_in_store", lambda: list_in_store(1_000_000 if full else 50_000)

    def many_in_store(count):
        pdf = signed(cms=cms_of(some_certificate(1), some_signer()))
        certificate = pdf.add(stream(some_certificate(5)))
        store = b"<</Certs[%s]/CRLs[%s]/OCSPs[%s]>>" % ((certificate + b" ",) * 3)
        store = store.replace(certificate + b" ", (certificate + b" ") * count)
        return catalogue(pdf, b"/DSS" + store).table().bytes()
    yield "store", lambda: many_in_store(200_000 if full else 10_000)

    def different_in_store(count):
        pdf = signed(cms=cms_of(some_certificate(1), some_signer()))
        listed = b" ".join(pdf.add(stream(some_certificate(i))) for i in range(count))
        return catalogue(pdf, b"/DSS<</Certs[%s]>>" % listed).table().bytes()
    yield "certificates_in_store", lambda: different_in_store(50_000 if full else 3_000)
    yield "list_in_value", lambda: signed(
        cms=cms_of(some_certificate(1), some_signer(), crls=some_list(300_000 if full else 20_000))).bytes()


# ---- noise ---------------------------------------------------------------------------------------

def noise(full):
    def damaged(seed):
        chance = random.Random(seed)
        octets = bytearray(stamped(content=zlib.compress(b"BT /F0 9 Tf (x) Tj ET")))
        for _ in range(chance.randrange(1, 40)):
            at = chance.randrange(len(octets))
            octets[at] = chance.randrange(256)
        return bytes(octets)
    for seed in range(60 if full else 10):
        yield f"damaged_{seed}", lambda seed=seed: damaged(seed)
    yield "headers", lambda: b"%PDF-1.7\n" * (1_000_000 if full else 100_000)
    yield "startxrefs", lambda: one_page().table().bytes() + \
        b"startxref\n0\n%%EOF\n" * (500_000 if full else 50_000)
    yield "objects_without_end", lambda: one_page().table().bytes() + \
        b"1 0 obj\n" * (1_000_000 if full else 100_000) + b"startxref\n15\n%%EOF\n"
    yield "streams_without_end", lambda: sign(one_page().put(
        50, b"[%s]" % b" ".join(b"%d 0 R" % n for n in range(60, 2060))).table()).bytes()


# A second or more of processor time each, in any size: left to the full run.
HEAVY = {"bombs/dss_certs", "bombs/content_nested", "bombs/content_later", "bombs/dss_crls", "bombs/dss_ocsps",
         "bombs/dss_nested", "bombs/run_length", "bombs/run_length_of_flate", "bombs/predictor_1",
         "bombs/object_stream_nested", "bombs/xref_stream_filters", "bombs/stamp_operators",
         "bombs/stamp_strokes", "bombs/predictor_2000000000", "bombs/stamp_forms",
         "loops/type3_in_itself", "many/signatures", "many/pages", "many/xref_entries_beyond"}


def hostile_files(full):
    for group in (bombs, depths, loops, numbers, many, values, noise):
        for name, maker in group(full):
            if full or f"{group.__name__}/{name}" not in HEAVY:
                yield f"{group.__name__}/{name}", maker
