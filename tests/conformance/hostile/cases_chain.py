"""The chain of cross-reference sections: what it leaves out, what it lists twice, and what its entries
point at."""
import re
import zlib

import kit_cases
import kit_pdf
from kit_cases import CHANGED, FORGED, RANGE, STRUCTURE, Case, INVALID, REFUSED, UNREADABLE

EITHER = CHANGED + STRUCTURE + RANGE + ("pdf.signature_unlisted",)


def offset_in(update, number):
    return update.old.entries[number][1]


def startxref_back(update):
    """An update that only a scanning reader sees."""
    update.stream(update.old.content(), FORGED)
    return update.close(startxref=update.old.startxref)


def prev_to_itself(update):
    update.stream(update.old.content(), FORGED)
    at = update.at
    kind = "stream" if update.old.is_stream else "table"
    return update.close(kind, prev=at)


def prev_left_out(update):
    """One section that lists everything anew and is the only one of the chain."""
    for number, entry in update.old.entries.items():
        kind, place, third = entry
        update.entries[number] = (kind, place - (update.header if kind == "n" else 0), third)
    packed = any(e[0] == "c" for e in update.entries.values())
    update.stream(update.old.content(), FORGED)
    return update.close("stream" if packed or update.old.is_stream else "table", prev=False)


def prev_past_signature(update):
    """The chain goes on with what came before the newest signature, whose objects are listed once
    more where they are."""
    old = update.old
    before = kit_pdf.Reader(old.octets[:old.octets.rindex(b"%%EOF", 0, old.sections[0]) + 6]) \
        if len(old.sections) > 1 else None
    if before is None:
        return None
    for number, entry in old.entries.items():
        if before.entries.get(number) != entry:
            update.entries[number] = (entry[0], entry[1] - (update.header if entry[0] == "n" else 0),
                                      entry[2])
    update.stream(old.content(), FORGED)
    packed = any(e[0] == "c" for e in update.entries.values())
    return update.close("stream" if packed or old.is_stream else "table", prev=before.startxref)


def prev_forward(update):
    """The section that the newest one names as older stands behind it."""
    update.stream(update.old.content(), FORGED)
    if update.old.is_stream:
        return None
    trailer = update._trailer(None, "", False)
    first = update.at
    rows = update.table()
    assert rows == first
    head = b"trailer\n<<" + trailer + b"/Size %d/Prev " % (update._size() + 1)
    second = update.at + len(head) + 10 + 3
    update.out += head + b"%010d>>\n" % second
    update.out += b"xref\n0 0\ntrailer\n<<" + update._trailer(None, "", None) + \
        b"/Size %d>>\n" % (update._size() + 1)
    return update.end(first)


def hidden_object(update):
    """Only /XRefStm knows of the new content."""
    if update.old.is_stream:
        return None
    content = update.old.content()
    update.stream(content, FORGED)
    hidden = {content: update.entries.pop(content)}
    return update.close("hybrid", hidden=hidden)


def hidden_otherwise(update):
    """Table and /XRefStm give two places for one object."""
    if update.old.is_stream:
        return None
    content = update.old.content()
    old = update.old.entries[content]
    update.stream(content, FORGED)
    hidden = {content: update.entries[content]}
    if old[0] != "n":
        return None
    update.entries[content] = ("n", old[1] - update.header, old[2])
    return update.close("hybrid", hidden=hidden)


def listed_twice(update):
    content = update.old.content()
    entry = update.old.entries[content]
    update.stream(content, FORGED)
    if entry[0] != "n":
        return None
    update.again.append((content, ("n", entry[1] - update.header, entry[2])))
    return update.close()


def listed_twice_before(update):
    """As listed_twice, the other way round: the last entry is the new one."""
    content = update.old.content()
    entry = update.old.entries[content]
    update.stream(content, FORGED)
    if entry[0] != "n":
        return None
    update.again.append((content, update.entries[content]))
    update.entries[content] = ("n", entry[1] - update.header, entry[2])
    return update.close()


def generation_raised(update):
    """The new content has generation 1: the page's reference no longer finds any."""
    content = update.old.content()
    update.put(content, f"<</Length {len(FORGED)}>>\nstream\n{FORGED}\nendstream", generation=1)
    return update.close()


def generation_differs(update):
    """Entry and object disagree about the generation."""
    content = update.old.content()
    update.put(content, f"<</Length {len(FORGED)}>>\nstream\n{FORGED}\nendstream", generation=1)
    update.entries[content] = (*update.entries[content][:2], 0)
    return update.close()


def number_differs(update):
    """The entry points at an object that calls itself something else."""
    content = update.old.content()
    other = update.next()
    update.stream(other, FORGED)
    update.entries[content] = update.entries[other]
    return update.close()


def usage_switched(update):
    """No new object at all: the entry of the content points at another one of the signed revision."""
    numbers = [n for n in update.old.numbers()
               if update.old.entries[n][0] == "n" and n != update.old.content()]
    update.entries[update.old.content()] = ("n", offset_in(update, numbers[0]) - update.header, 0)
    return update.close()


def content_freed(update):
    update.entries[update.old.content()] = ("f", 0, 1)
    return update.close()


def into_contents(update):
    """The entry points into the room of the signature itself."""
    begin, _ = kit_pdf.holes(update.old.octets)[0]
    update.entries[update.old.content()] = ("n", begin + 40_000 - update.header, 0)
    return update.close()


def into_end(update):
    update.entries[update.old.content()] = ("n", len(update.old.octets) + 40_000, 0)
    return update.close()


def into_white_space(update):
    """Blanks stand between the place that the entry names and an object of that number: some readers
    take it, others do not."""
    content = update.old.content()
    update.raw("\n" * 40)
    at = update.at - 20
    update.stream(content, FORGED)
    update.entries[content] = ("n", at, 0)
    return update.close()


def into_comment(update):
    content = update.old.content()
    begin = update.at
    update.raw(f"% {content} 0 obj <</Length {len(FORGED)}>> stream\n{FORGED}\nendstream endobj\n")
    update.entries[content] = ("n", begin + 2, 0)
    return update.close()


def into_string(update):
    content = update.old.content()
    holder = update.next()
    inner = f"{content} 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj"
    update.put(holder, f"({inner})")
    update.entries[content] = ("n", update.entries[holder][1] + len(f"{holder} 0 obj\n") + 1, 0)
    return update.close()


def into_stream(update):
    """The new content stands inside the data of another stream."""
    content = update.old.content()
    holder = update.next()
    inner = f"{content} 0 obj\n<</Length {len(FORGED)}>>\nstream\n{FORGED}\nendstream\nendobj\n"
    update.stream(holder, inner)
    at = update.out.rindex(b"%d 0 obj" % content)
    update.entries[content] = ("n", at - update.header, 0)
    return update.close()


def size_too_small(update):
    """Readers that follow /Size do not see the new objects, and the page has none."""
    page, content = update.old.page(), update.next()
    update.stream(content, FORGED)
    update.put(page, re.sub(rb"/Contents\s*\d+", b"/Contents %d" % content, update.old.body(page)))
    return update.close("table", size=content) if not update.old.is_stream else None


def table_after_stream(update):
    """A table update of a file that has cross-reference streams, and the reverse."""
    update.stream(update.old.content(), FORGED)
    return update.close("table" if update.old.is_stream else "stream")


def row_of_nineteen(update):
    """Rows shorter than the standard's twenty octets: a reader that counts lands elsewhere."""
    if update.old.is_stream:
        return None
    content = update.old.content()
    update.stream(content, FORGED)
    place = update.entries.pop(content)[1]
    update.table({}, more_rows="%d 1\n%010d 00000 n\n" % (content, place))
    at = update.out.rindex(b"xref") - update.header
    update.raw(b"trailer\n<<" + update._trailer(None, "", None) + b"/Size %d>>\n" % update._size())
    return update.end(at)


def unusual_filter(update):
    """The cross-reference stream has a filter that strict readers do not expect there."""
    update.stream(update.old.content(), FORGED)

    def encode(rows):
        return rows.hex().encode() + b">", "/Filter/ASCIIHexDecode"
    trailer = update._trailer(None, "", None)
    return update.end(update.xref_stream(update.next(), trailer, encode=encode))


def deflated_with_more(update):
    """Deflated rows with more of them behind what /Index counts."""
    content = update.old.content()
    update.stream(content, FORGED)
    place = update.entries.pop(content)[1]

    def encode(rows):
        more = b"\1" + place.to_bytes(4, "big") + b"\0\0"
        return zlib.compress(rows + more), "/Filter/FlateDecode"
    trailer = update._trailer(None, "", None)
    return update.end(update.xref_stream(update.next(), trailer, encode=encode))


def root_twice(update):
    new = update.add(re.sub(rb"/Pages\s*\d+", b"/Pages 9999", update.old.body(update.old.root), 1))
    return update.close(more=f"/Root {new} 0 R")


def root_twice_written_otherwise(update):
    new = update.add(re.sub(rb"/Pages\s*\d+", b"/Pages 9999", update.old.body(update.old.root), 1))
    return update.close(more=f"/#52oot {new} 0 R")


def prev_twice(update):
    update.stream(update.old.content(), FORGED)
    return update.close(more=f"/Prev {update.old.sections[-1] - update.header}")


def root_left_out(update):
    update.stream(update.old.content(), FORGED)
    return update.close(omit=("Root",))


def two_startxref(update):
    """Two ends one behind the other: which one is the file's?"""
    update.stream(update.old.content(), FORGED)
    made = update.close()
    return made + b"startxref\n%d\n%%%%EOF\n" % update.old.startxref


def startxref_past_blanks(update):
    """startxref names a place before its section: some readers skip what stands there."""
    update.stream(update.old.content(), FORGED)
    update.raw(b"% xref\n")
    at = update.at - 7
    kind = "stream" if update.old.is_stream else "table"
    return update.close(kind, startxref=at)


def startxref_plus_sign(update):
    update.stream(update.old.content(), FORGED)
    return update.close(startxref="+" + str(update.at))


def signature_value_freed(update):
    value = signed_value(update)
    update.entries[value] = ("f", 0, 1)
    return update.close()


def signed_value(update):
    """The number of the newest signature's dictionary."""
    at = update.old.octets.rindex(b"/ByteRange")
    return int(re.findall(rb"(?<!\d)(\d{1,9}) 0 obj", update.old.octets[:at])[-1])


def signature_value_replaced(update):
    """The dictionary of the signature once more, elsewhere in the file."""
    value = signed_value(update)
    update.put(value, update.old.body(value))
    return update.close()


def signature_value_packed(update):
    """... and inside an object stream."""
    value = signed_value(update)
    if not update.old.is_stream:
        return None
    update.object_stream(update.next(), [(value, update.old.body(value))])
    return update.close()


def content_packed_twice(update):
    """An object stream that holds the same number twice; only one of them is listed."""
    if not update.old.is_stream:
        return None
    page = update.old.page()
    one, other = update.old.body(page), re.sub(rb"/MediaBox\s*\[[^\]]*\]", b"/MediaBox[0 0 10 10]",
                                               update.old.body(page))
    update.object_stream(update.next(), [(page, one), (page, other)])
    return update.close()


def content_packed_elsewhere(update):
    """The entry's index names another number than the stream does at that index."""
    if not update.old.is_stream:
        return None
    page, other = update.old.page(), update.next()
    holder = other + 1
    update.object_stream(holder, [(other, "<</A 1>>"), (page, update.old.body(page))])
    update.entries[page] = ("c", holder, 0)
    return update.close()


def packed_extended(update):
    """An object stream that extends another one, which holds the page otherwise."""
    if not update.old.is_stream:
        return None
    page = update.old.page()
    first = update.next()
    update.object_stream(first, [(page, b"<</Type/Page/MediaBox[0 0 10 10]>>")])
    second = update.next()
    update.object_stream(second, [(page, update.old.body(page))], f"/Extends {first} 0 R")
    update.entries[page] = ("c", second, 0)
    return update.close()


def packed_in_loop(update):
    """An object stream that is listed inside itself."""
    if not update.old.is_stream:
        return None
    page, holder = update.old.page(), update.next()
    update.object_stream(holder, [(page, update.old.body(page))])
    update.entries[holder] = ("c", holder, 0)
    return update.close()


def three_parts(update):
    """W leaves the type away: every row is an object in use."""
    content = update.old.content()
    update.stream(content, FORGED)
    number, at = update.next(), update.at
    rows = update.entries[content][1].to_bytes(4, "big") + at.to_bytes(4, "big")
    update.put(number, b"<</Type/XRef/W[0 4 0]/Index[%d 1 %d 1]/Size %d" % (
        content, number, number + 1) + update._trailer(None, "", None) +
        b"/Length %d>>\nstream\n" % len(rows) + rows + b"\nendstream", listed=False)
    return update.end(at)


MEANS = {
    "startxref back": (startxref_back, REFUSED), "Prev to itself": (prev_to_itself, UNREADABLE),
    "Prev left out": (prev_left_out, REFUSED), "Prev past a signature": (prev_past_signature, REFUSED),
    "Prev forward": (prev_forward, REFUSED), "hidden object": (hidden_object, REFUSED),
    "hidden otherwise": (hidden_otherwise, REFUSED), "listed twice": (listed_twice, REFUSED),
    "listed twice before": (listed_twice_before, REFUSED),
    "generation raised": (generation_raised, INVALID),
    "generation differs": (generation_differs, REFUSED), "number differs": (number_differs, REFUSED),
    "usage switched": (usage_switched, REFUSED), "content freed": (content_freed, INVALID),
    "entry into Contents": (into_contents, REFUSED), "entry past the end": (into_end, REFUSED),
    "entry into white space": (into_white_space, REFUSED),
    "entry into comment": (into_comment, REFUSED), "entry into string": (into_string, REFUSED),
    "entry into stream": (into_stream, REFUSED), "Size too small": (size_too_small, REFUSED),
    "other kind of section": (table_after_stream, INVALID),
    "rows of nineteen": (row_of_nineteen, REFUSED), "unusual filter": (unusual_filter, REFUSED),
    "more rows than counted": (deflated_with_more, REFUSED), "Root twice": (root_twice, REFUSED),
    "Root twice by escape": (root_twice_written_otherwise, REFUSED),
    "Prev twice": (prev_twice, REFUSED), "Root left out": (root_left_out, REFUSED),
    "two startxref": (two_startxref, REFUSED), "startxref before": (startxref_past_blanks, REFUSED),
    "startxref signed": (startxref_plus_sign, REFUSED),
    "signature freed": (signature_value_freed, REFUSED),
    "signature moved": (signature_value_replaced, REFUSED),
    "signature packed": (signature_value_packed, REFUSED),
    "packed twice": (content_packed_twice, REFUSED),
    "packed elsewhere": (content_packed_elsewhere, REFUSED),
    "packed with Extends": (packed_extended, REFUSED), "packed in a loop": (packed_in_loop, REFUSED),
    "rows without a type": (three_parts, INVALID),
}
BASES = ("table", "stream", "hybrid", "linearized", "linearized-object-streams", "form",
         "junk-before-header", "updates-before", "two-stream", "certified-2", "lta")


def cases():
    made = []
    for turn, (what, (means, expect)) in enumerate(MEANS.items()):
        for name, octets in kit_cases.on_some(BASES, 4, turn, means):
            made.append(Case(f"{name}/{what}", "cross-reference", octets, expect, EITHER))
    return made
