"""The rows of the table in which the answer depends on what the document is: any document, the result
of a procedure, a certified copy."""
import kit_model
from cases_fields import fill
from cases_pages import data, put
from kit_cases import INVALID, VALID
from kit_changes import Table
from kit_documents import annotation, xmp
from kit_model import Name, Ref, place_signature, put_evidence

TABLE = Table()
PROFILES = ("document", "result", "certified_copy")
BLANK = [300, 60, 400, 100]


def change(name, codes, edit, verdicts, on):
    """verdicts: one letter for each profile, V or I."""
    for profile, letter in zip(PROFILES, verdicts):
        TABLE.add("profiles", name, codes, edit, on=on, profile=profile,
                  expect=VALID if letter == "V" else INVALID)


def note(r):
    r["page1"]["Annots"] = r["page1"]["Annots"] + [r.add(annotation(
        "Stamp", BLANK, "page1", AP={"N": r.add(kit_model.appearance("x", BLANK))}))]


def metadata(r):
    r.root["Metadata"] = r.add(xmp("2026-07-01T00:00:00Z"))


def information(r):
    r["info"]["Title"] = "Ten khac"


def empty_field(r):
    new = r.add({"FT": Name("Sig"), "T": "moi", "Type": Name("Annot"), "Subtype": Name("Widget"),
                 "F": 4, "Rect": BLANK, "P": Ref("page1")})
    kit_model.put_into_form(r, new)
    r["page1"]["Annots"] = r["page1"]["Annots"] + [new]


def signature(r):
    place_signature(r, "nua", rect=BLANK, draw="Da ky", signer="agency")


def timestamp(r):
    place_signature(r, "dau", timestamp=True)


def metadata_and_signature(r):
    metadata(r)
    signature(r)


def left_over(r):
    r.add({"A": 1})


def store_removed(r):
    del r.root["DSS"]


change("filled in, nothing certified", "change_field_value", fill, "VII", ["form", "all"])
change("filled in, P=2", "change_field_value", fill, "VII", ["form-2"])
change("filled in, P=3", "change_field_value", fill, "VII", ["form-3"])
change("filled in, P=1", "change_field_value", fill, "III", ["form-1"])
change("note on blank paper, nothing certified", "change_annotation_added", note, "III", ["plain", "two"])
change("note on blank paper, P=2", "change_annotation_added", note, "III", ["form-2"])
change("note on blank paper, P=3", "change_annotation_added", note, "VII", ["form-3", "all-3"])
change("XMP", "change_metadata", metadata, "VVI", ["plain", "form-2", "lta"])
change("XMP, P=1", "change_metadata", metadata, "III", ["rich-1"])
change("information dictionary", "change_metadata", information, "VVI", ["rich", "rich-3"])
change("XMP below a further signature", "", metadata_and_signature, "VVV", ["plain", "form-2"])
change("field for somebody else", "change_signature_field", empty_field, "VII", ["plain", "form"])
for base in ("rich-1", "form-2", "form-3"):
    change("field for somebody else, certified", "change_signature_field", empty_field, "III", [base])
change("further signature", "", signature, "VVV", ["plain", "form-2", "all-3", "lta"])
change("further signature, P=1", "change_signature_added", signature, "III", ["rich-1"])
change("document timestamp", "", timestamp, "VVV", ["plain", "rich-1", "form-lock"])
change("evidence", "", put_evidence, "VVV", ["plain", "rich-1", "form-lock"])
change("evidence taken away", "", store_removed, "VVV", ["lta"])
change("orphans", "", left_over, "VVV", ["plain", "rich-1"])
change("page content", "change_page_content", data("content1", "BT ET"), "III", ["plain", "all-3", "lta"])
change("font", "change_font", put("font", FirstChar=30), "III", ["plain", "all-3", "lta"])
change("script", "change_action", lambda r: r.root.update(
    OpenAction={"S": Name("JavaScript"), "JS": "1"}), "III", ["plain", "all-3", "lta"])


def cases():
    return TABLE.cases()
