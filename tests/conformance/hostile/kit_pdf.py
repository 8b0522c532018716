"""Reads and writes small PDFs octet by octet, with every defect that a test wants.

    pdf = Writer()                       # or Writer(octets): an incremental update
    pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>")
    octets = pdf.close("table", root=1)  # then seal(octets) if a signature was placed

`Reader` is for files that are well formed; it is no judge of anything.
"""
import hashlib
import re
import zlib

import kit_pki

NEWLINE = b"\n"


def as_octets(text):
    return text.encode("latin-1") if isinstance(text, str) else bytes(text)


def undo_predictor(data, columns):
    """PNG predictor "up" (and "none"), as cross-reference streams use it."""
    out, above = bytearray(), bytes(columns)
    for at in range(0, len(data), columns + 1):
        kind, row = data[at], data[at + 1:at + 1 + columns]
        if kind == 2:
            row = bytes((a + b) & 0xFF for a, b in zip(row, above))
        elif kind != 0:
            raise ValueError(f"predictor {kind}")
        out += row
        above = row
    return bytes(out)


class Reader:
    """What the chain of cross-reference sections of a well-formed file says."""

    def __init__(self, octets):
        self.octets = octets
        self.header = octets.find(b"%PDF-")
        self.entries = {}   # number -> ("n", offset, generation) ("f", 0, generation) ("c", stream, index)
        self.sections = []  # absolute offsets, newest first
        self.trailer = b""  # text of the newest section's dictionary
        self.is_stream = False
        at = int(re.findall(rb"startxref\s+(\d+)", octets)[-1])
        self.startxref = at
        while at is not None:
            at = self._section(at + self.header)
        self.size = max(self.entries) + 1

    def _section(self, at):
        self.sections.append(at)
        found = {}
        is_table = self.octets[at:at + 60].lstrip().startswith(b"xref")
        dictionary = self._table(at, found) if is_table else self._stream(at, found)
        if len(self.sections) == 1:
            self.trailer, self.is_stream = dictionary, not is_table
        if hidden := re.search(rb"/XRefStm\s+(\d+)", dictionary):
            inside = {}
            self._stream(int(hidden[1]) + self.header, inside)
            found = {**inside, **{n: e for n, e in found.items() if e[0] != "f" or n not in inside}}
        for number, entry in found.items():
            self.entries.setdefault(number, entry)
        prev = re.search(rb"/Prev\s+(\d+)", dictionary)
        return int(prev[1]) if prev else None

    def _table(self, at, found):
        end = self.octets.index(b"trailer", at)
        tokens = self.octets[at:end].split()[1:]
        i = 0
        while i < len(tokens):
            first, count = int(tokens[i]), int(tokens[i + 1])
            i += 2
            for number in range(first, first + count):
                kind = "f" if tokens[i + 2] == b"f" else "n"
                found[number] = (kind, int(tokens[i]) + (self.header if kind == "n" else 0),
                                 int(tokens[i + 1]))
                i += 3
        return self.octets[end + 7:self.octets.index(b"startxref", end)]

    def _stream(self, at, found):
        dictionary, data = self._split(at)
        if b"FlateDecode" in dictionary:
            data = zlib.decompress(data)
        widths = [int(w) for w in re.search(rb"/W\s*\[([^\]]*)\]", dictionary)[1].split()]
        if b"/Predictor" in dictionary:
            data = undo_predictor(data, sum(widths))
        index = re.search(rb"/Index\s*\[([^\]]*)\]", dictionary)
        ranges = [int(n) for n in index[1].split()] if index else \
            [0, int(re.search(rb"/Size\s+(\d+)", dictionary)[1])]
        row = 0
        for first, count in zip(ranges[::2], ranges[1::2]):
            for number in range(first, first + count):
                fields, place = [], row * sum(widths)
                for width in widths:
                    fields.append(int.from_bytes(data[place:place + width], "big") if width else 1)
                    place += width
                kind = "fnc"[fields[0]]
                found[number] = (kind, fields[1] + (self.header if kind == "n" else 0), fields[2])
                row += 1
        return dictionary

    def _split(self, at):
        """Dictionary text and raw data of the stream object at `at`."""
        begin = self.octets.index(b"stream", at)
        dictionary = self.octets[at:begin]
        begin += 8 if self.octets[begin + 6:begin + 8] == b"\r\n" else 7
        length = re.search(rb"/Length\s+(\d+)(\s+\d+\s+R)?", dictionary)
        count = int(length[1]) if not length[2] else int(self.body(int(length[1])))
        return dictionary, self.octets[begin:begin + count]

    def body(self, number):
        """What stands between "obj" and "endobj"."""
        kind, place, index = self.entries[number]
        if kind == "c":
            dictionary, data = self._split(self.entries[place][1])
            if b"FlateDecode" in dictionary:
                data = zlib.decompress(data)
            first = int(re.search(rb"/First\s+(\d+)", dictionary)[1])
            head = [int(n) for n in data[:first].split()]
            begin = first + head[2 * index + 1]
            ends = sorted(first + o for o in head[1::2]) + [len(data)]
            return data[begin:next(e for e in ends if e > begin)].strip()
        begin = self.octets.index(b"obj", place) + 3
        if stream := re.compile(rb"(?:(?!endobj).)*?>>\s*stream\r?\n", re.S).match(self.octets, begin):
            _, data = self._split(place)
            end = self.octets.index(b"endobj", stream.end() + len(data))
        else:
            end = self.octets.index(b"endobj", begin)
        return self.octets[begin:end].strip()

    def key(self, name, text=None):
        """The reference that stands under /name in the trailer, or in `text`: a number, or None."""
        found = re.search(rb"/" + as_octets(name) + rb"\s*\[?\s*(\d+)\s+\d+\s+R",
                          self.trailer if text is None else text)
        return int(found[1]) if found else None

    @property
    def root(self):
        return self.key("Root")

    @property
    def pages(self):
        return self.key("Pages", self.body(self.root))

    def page(self):
        """The first page's number."""
        number = self.pages
        while kids := self.key("Kids", self.body(number)):
            array = self.body(kids)
            number = int(array[1:].split()[0]) if array.startswith(b"[") else kids
        return number

    def content(self):
        return self.key("Contents", self.body(self.page()))

    def numbers(self):
        return sorted(n for n, e in self.entries.items() if e[0] != "f")


class Writer:
    """One revision being written: the first, or an update of `base`."""

    def __init__(self, base=b"", version="1.7", header=None):
        self.old = Reader(base) if base else None
        start = header if header is not None else b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version.encode()
        self.out = bytearray(base or start)
        self.header = self.out.find(b"%PDF-")
        self.entries = {}
        self.again = []  # further entries, for sections that list a number twice
        if base and not base.endswith((b"\n", b"\r")):
            self.out += NEWLINE

    @property
    def at(self):
        return len(self.out) - self.header

    def next(self):
        """A number that nobody uses."""
        return max([0, *self.entries, *(self.old.entries if self.old else ())]) + 1

    def put(self, number, body, generation=0, listed=True):
        if listed:
            self.entries[number] = ("n", self.at, generation)
        self.out += b"%d %d obj\n" % (number, generation) + as_octets(body) + b"\nendobj\n"
        return number

    def add(self, body):
        return self.put(self.next(), body)

    def stream(self, number, data, more="", length=None, listed=True):
        data = as_octets(data)
        head = f"<<{more}/Length {len(data) if length is None else length}>>"
        return self.put(number, as_octets(head) + b"\nstream\n" + data + b"\nendstream", listed=listed)

    def object_stream(self, number, objects, more="", listed=True):
        """objects: [(number, body)], so that a number may stand there twice."""
        head, data = "", b""
        for index, (inner, body) in enumerate(objects):
            head += f"{inner} {len(data)} "
            data += as_octets(body) + b" "
            if listed and inner not in self.entries:
                self.entries[inner] = ("c", number, index)
        return self.stream(number, as_octets(head) + data,
                           f"/Type/ObjStm/N {len(objects)}/First {len(head)}{more}")

    def raw(self, octets):
        self.out += as_octets(octets)
        return self

    def _trailer(self, root, more, prev, omit=()):
        text = b""
        if self.old:
            for key in (b"Root", b"Info", b"Encrypt"):
                if key == b"Root" and root is not None or key.decode() in omit:
                    continue
                if kept := re.search(rb"/" + key + rb"\s*\d+\s+\d+\s+R", self.old.trailer):
                    text += kept[0]
            if kept := re.search(rb"/ID\s*\[\s*<[^>]*>\s*<[^>]*>\s*\]", self.old.trailer):
                text += kept[0]
            if prev is None:
                prev = self.old.startxref
        if root is not None:
            text += b"/Root %d 0 R" % root
        if prev not in (None, False):
            text += as_octets(f"/Prev {prev}")
        return text + as_octets(more)

    def _size(self):
        return max([0, *self.entries, *(self.old.entries if self.old else ())]) + 1

    @staticmethod
    def _runs(entries):
        runs = []
        for number in sorted(entries):
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return runs

    def table(self, entries=None, more_rows=b""):
        """Writes a table, without trailer, and says where."""
        entries = dict(self.entries if entries is None else entries)
        if not self.old:
            entries.setdefault(0, ("f", 0, 65535))
        at = self.at
        self.out += b"xref\n"
        for run in self._runs(entries):
            self.out += b"%d %d\n" % (run[0], len(run))
            for number in run:
                kind, place, generation = entries[number]
                self.out += b"%010d %05d %s \n" % (place, generation, kind.encode())
        for number, (kind, place, generation) in self.again:
            self.out += b"%d 1\n%010d %05d %s \n" % (number, place, generation, kind.encode())
        self.out += as_octets(more_rows)
        return at

    def xref_stream(self, number, dictionary, entries=None, again=(), encode=None, more=""):
        """Writes a cross-reference stream, and says where."""
        at = self.at
        entries = dict(self.entries if entries is None else entries)
        if not self.old:
            entries.setdefault(0, ("f", 0, 65535))
        entries[number] = ("n", at, 0)
        rows, index = b"", ""
        ordered = [(n, entries[n]) for run in self._runs(entries) for n in run]
        for run in self._runs(entries):
            index += f"{run[0]} {len(run)} "
        for one, entry in [*self.again, *again]:
            ordered.append((one, entry))
            index += f"{one} 1 "
        for _, (kind, place, third) in ordered:
            rows += bytes(["fnc".index(kind)]) + place.to_bytes(4, "big") + third.to_bytes(2, "big")
        data, filters = (rows, "") if encode is None else encode(rows)
        size = max(self._size(), number + 1)
        head = as_octets(f"/Type/XRef/W[1 4 2]/Index[{index.strip()}]/Size {size}{filters}{more}")
        self.put(number, b"<<" + head + dictionary + b"/Length %d>>\nstream\n" % len(data) + data +
                 b"\nendstream", listed=False)
        return at

    def end(self, at, eof=b"%%EOF\n"):
        self.out += b"startxref\n" + as_octets(str(at)) + b"\n" + as_octets(eof)
        return bytes(self.out)

    def close(self, kind=None, root=None, more="", prev=None, startxref=None, hidden=None, size=None,
              omit=(), eof=b"%%EOF\n"):
        """Closes the revision. kind: "table", "stream" or, with `hidden` (entries of its /XRefStm),
        "hybrid"; prev=False leaves it out."""
        if kind is None:
            kind = "stream" if self.old and self.old.is_stream else "table"
        trailer = self._trailer(root, more, prev, omit)
        if kind == "stream":
            at = self.xref_stream(self.next(), trailer)
        else:
            if hidden is not None:
                stream_at = self.xref_stream(self.next(), b"", {**hidden})
                trailer += b"/XRefStm %d" % stream_at
            at = self.table()
            self.out += b"trailer\n<<" + trailer + b"/Size %d>>\n" % (size or self._size() + 2)
        return self.end(at if startxref is None else startxref, eof)


# Signatures ---------------------------------------------------------------------------------------

RESERVED = 9000  # octets of /Contents
RANGE = "[0 %10d %10d %10d]"


def signature_value(more="", kind="Sig", sub_filter="ETSI.CAdES.detached", reserved=RESERVED):
    """A signature dictionary that waits for seal()."""
    return (f"<</Type/{kind}/Filter/Adobe.PPKLite/SubFilter/{sub_filter}"
            f"{'/M(D:20260601000000Z)' if kind == 'Sig' else ''}{more}"
            f"/ByteRange{RANGE % (0, 0, 0)}/Contents<{'00' * reserved}>>>")


def place_timestamp_value():
    return signature_value(kind="DocTimeStamp", sub_filter="ETSI.RFC3161")


def holes(octets):
    """[(offset of "<", offset behind ">")] of every /Contents of a signature, in file order."""
    return [(m.start(), m.end()) for m in re.finditer(rb"<[0-9A-Fa-f]{1000,}>", octets)]


def seal(octets, signer="officer-rsa2048", chain=("issuing-ca",), timestamp=False, byte_range=None,
         bend_cms=None, padding=b"\0", signed=None):
    """Fills in the last empty signature. byte_range(begin, end, size) gives the four numbers, or
    text; the digest is over what they say (or `signed`). bend_cms changes the DER before it is put
    in."""
    out = bytearray(octets)
    empty = re.compile(re.escape(as_octets(RANGE % (0, 0, 0))))
    place = list(empty.finditer(octets))[-1]
    begin, end = next(h for h in holes(octets) if h[0] > place.start())
    numbers = byte_range(begin, end, len(octets)) if byte_range else \
        (0, begin, end, len(octets) - end)
    text = numbers if isinstance(numbers, str) else "[" + " ".join(map(str, numbers)) + "]"
    room = place.end() - place.start()
    if len(text) > room:
        raise ValueError(f"no room for {text}")
    out[place.start():place.end()] = as_octets(text.ljust(room))
    if signed is None:
        signed = b""
        if not isinstance(numbers, str):
            for at, count in zip(numbers[::2], numbers[1::2]):
                signed += out[max(at, 0):max(at, 0) + max(count, 0)]
        else:
            signed = bytes(out[:begin] + out[end:])
    digest = hashlib.sha256(signed).digest()
    made = kit_pki.timestamp(digest) if timestamp else kit_pki.cms(digest, signer, chain)
    if bend_cms:
        made = bend_cms(made)
    room = (end - begin - 2) // 2
    if len(made) > room:
        raise ValueError("no room for the CMS")
    filled = made + padding * ((room - len(made)) // len(padding))
    out[begin + 1:end - 1] = filled.hex().encode().ljust(2 * room, b"0")
    return bytes(out)


def sign(base, name, kind=None, value_more="", field_more="", certify=None, timestamp=False,
         before_close=None, **how):
    """A further signature with an invisible field, as an incremental update of a file whose
    catalogue is no part of an object stream that matters and which is not encrypted."""
    update = Writer(base)
    root, page = update.old.root, update.old.page()
    if certify:
        value_more += ("/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams"
                       f"<</Type/TransformParams/P {certify}/V/1.2>>>>]")
    value = update.add(place_timestamp_value() if timestamp else signature_value(value_more))
    field = update.add(f"<</FT/Sig/T({name})/V {value} 0 R/Type/Annot/Subtype/Widget/F 132"
                       f"/Rect[0 0 0 0]/P {page} 0 R{field_more}>>")
    catalogue = update.old.body(root)
    form = update.old.key("AcroForm", catalogue)
    if form:
        text = update.old.body(form)
        update.put(form, re.sub(rb"/Fields\s*\[", b"/Fields[%d 0 R " % field, text, 1))
    elif b"/AcroForm" in catalogue:
        catalogue = re.sub(rb"(/Fields\s*\[)", rb"\g<1>%d 0 R " % field, catalogue, 1)
    else:
        catalogue = catalogue[:-2] + b"/AcroForm<</Fields[%d 0 R]/SigFlags 3>>>>" % field
    if certify:
        catalogue = catalogue[:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % value
    if not form or certify:
        update.put(root, catalogue)
    text = update.old.body(page)
    if annots := update.old.key("Annots", text) if re.search(rb"/Annots\s+\d", text) else None:
        update.put(annots, b"[%d 0 R " % field + update.old.body(annots)[1:])
    elif b"/Annots" in text:
        update.put(page, re.sub(rb"(/Annots\s*\[)", rb"\g<1>%d 0 R " % field, text, 1))
    else:
        update.put(page, text[:-2] + b"/Annots[%d 0 R]>>" % field)
    if before_close:
        before_close(update)
    return seal(update.close(kind), timestamp=timestamp, **how)
