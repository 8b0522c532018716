"""What a case is, and the documents that cases are made from."""
import dataclasses
import functools
import pathlib

import kit_pdf

BASES = pathlib.Path(__file__).resolve().parent / "bases"

VALID = "VALID"                # nothing may be said against it
INVALID = "INVALID"            # refused with certainty
UNREADABLE = "unreadable"      # a typed error instead of a report
REFUSED = "refused"            # not VALID, for a reason that is told; see README.md
NO_SIGNATURE = "NO_SIGNATURE"  # nobody is said to have signed


@dataclasses.dataclass(frozen=True)
class Case:
    """One document and what must be said of it. `codes`: at least one of them must be among the
    errors, the changes that are not permitted and the sub-indications; never trust alone."""
    name: str    # "base/what was done", one of a kind
    attack: str  # the class it is counted under
    octets: bytes
    expect: str
    codes: tuple = ()
    profile: str = "document"  # antin verify --profile

# Why a later revision is refused for what it does to the document.
CHANGED = ("pdf.change_page_content", "pdf.change_page_resources", "pdf.change_page_attributes",
           "pdf.change_page_tree", "pdf.change_page_added", "pdf.change_page_removed",
           "pdf.change_catalogue", "pdf.change_unclassified", "pdf.change_signature_removed",
           "pdf.change_font",
           "pdf.change_signature_modified", "pdf.change_trailer", "pdf.change_form",
           "pdf.change_field_removed", "pdf.change_encryption", "signature.changes_not_read")
# Why its structure is.
STRUCTURE = ("pdf.ambiguous", "pdf.xref_chain", "pdf.octets_between_revisions", "pdf.malformed",
             "pdf.octets_after_end", "pdf.missing_eof", "pdf.page_tree_damaged")
# Why it is when a signature lost its revision or its octets.
RANGE = ("pdf.byte_range_end", "pdf.byte_range_gap", "pdf.byte_range_start", "pdf.byte_range_count",
         "pdf.byte_range_number", "pdf.byte_range_overlap", "pdf.byte_range_beyond_file",
         "pdf.byte_range_missing", "pdf.contents_kind", "pdf.contents_not_located",
         "pdf.signature_in_object_stream", "pdf.signature_duplicate_key")
BROKEN = ("HASH_FAILURE", "SIG_CRYPTO_FAILURE", "FORMAT_FAILURE")
FORGED = "BT /F1 12 Tf 20 150 Td (So tien: 9.000.000 dong) Tj ET\n"


@functools.cache
def base(name):
    return (BASES / f"{name}.pdf").read_bytes()


def names():
    return sorted(p.stem for p in BASES.glob("*.pdf"))


def on_some(bases, count, turn, means):
    """Applies `means` (a Writer's octets, or None where it does not fit) to `count` of the bases,
    others at every turn: [(name, octets)]."""
    made = []
    for step in range(len(bases)):
        name = bases[(turn * 3 + step * (len(bases) // count or 1) + step // count) % len(bases)]
        if len(made) == count or any(name == done for done, _ in made):
            continue
        octets = means(kit_pdf.Writer(base(name)))
        if octets is not None:
            made.append((name, octets))
    return made


PAGE = ("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents {content} 0 R"
        "/Resources<</Font<</F1 7 0 R>>/XObject<</X1 8 0 R>>>>{more}>>")
TEXT = "BT /F1 12 Tf 20 150 Td (So tien: 1.000.000 dong) Tj ET\nq 40 0 0 40 200 20 cm /X1 Do Q\n"


def objects():
    """Objects of a document of two pages with a font, a picture and a text field; None: a stream,
    its dictionary and data."""
    return {
        1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[9 0 R]/DA(/Helv 0 Tf 0 g)"
           "/DR<</Font<</Helv 7 0 R>>>>>>>>",
        2: "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>",
        3: PAGE.format(content=4, more="/Annots[9 0 R]"),
        4: ("", TEXT),
        5: PAGE.format(content=6, more=""),
        6: ("", "BT /F1 12 Tf 20 150 Td (Trang hai) Tj ET\n"),
        7: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        8: ("/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray",
            b"\x00\xff\xff\x00"),
        9: "<</FT/Tx/T(note)/V(abc)/DA(/Helv 10 Tf 0 g)/Type/Annot/Subtype/Widget/F 4"
           "/Rect[20 20 120 40]/P 3 0 R/AP<</N 10 0 R>>>>",
        10: ("/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</Helv 7 0 R>>>>",
             "/Tx BMC q BT /Helv 10 Tf 0 g 2 6 Td (abc) Tj ET Q EMC"),
    }


def fill(writer, what, packed=()):
    """Puts objects into a Writer; those numbered in `packed` into one object stream."""
    for number, value in what.items():
        if number in packed:
            continue
        if isinstance(value, tuple):
            writer.stream(number, value[1], value[0])
        else:
            writer.put(number, value)
    if packed:
        writer.object_stream(max(what) + 1, [(n, what[n]) for n in packed])
    return writer


def plain(kind="table", changed=None):
    """The unsigned document in one revision. kind: "table", "stream" or "packed" (objects in an
    object stream)."""
    what = {**objects(), **(changed or {})}
    writer = fill(kit_pdf.Writer(), what, (1, 2, 3, 5, 7, 9) if kind == "packed" else ())
    return writer.close("table" if kind == "table" else "stream", root=1)


@functools.cache
def signed(kind="table", **how):
    return kit_pdf.sign(plain(kind), "approval", **how)
