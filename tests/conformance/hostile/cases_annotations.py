"""Annotations after a signature: every kind, over what was signed and on blank paper, and what is
done to those that were there."""
import kit_documents
import kit_model
from cases_pages import data, free, put, swap
from kit_changes import Table
from kit_documents import annotation
from kit_model import Name, Ref, Stream

TABLE = Table()
change = TABLE.add
TEXT, BLANK = [50, 770, 250, 795], [300, 60, 400, 100]
QUADS = [50, 795, 250, 795, 50, 770, 250, 770]
ADDED, COVERS, CHANGED = "change_annotation_added", "change_covers", "change_annotation_changed"
OPEN = ["notes-3", "all-3"]      # certified with P=3
CLOSED = ["plain", "rich-2", "form-2"]


def look(r, text="GIA", box=(0, 0, 200, 25)):
    return {"N": r.add(kit_model.appearance(text, box))}


def new(kind, rect, page="page1", drawn=False, **more):
    def edit(r):
        value = annotation(kind, rect, page, **more)
        if drawn:
            value["AP"] = look(r, box=[0, 0, rect[2] - rect[0], rect[3] - rect[1]])
        r[page].setdefault("Annots", [])
        r[page]["Annots"] = r[page]["Annots"] + [r.add(value)]
    return edit


# What each kind needs to be drawn by the viewer itself.
MARKUP = {
    "Text": {}, "FreeText": {"DA": "/Helv 12 Tf 1 g", "Contents": "9.000.000"},
    "Line": {"L": [50, 780, 250, 780]}, "Square": {"IC": [1, 1, 1]}, "Circle": {"IC": [1, 1, 1]},
    "Polygon": {"Vertices": [50, 770, 250, 770, 250, 795], "IC": [1, 1, 1]},
    "PolyLine": {"Vertices": [50, 770, 250, 770, 250, 795]},
    "Highlight": {"QuadPoints": QUADS, "C": [1, 1, 0]},
    "Underline": {"QuadPoints": QUADS}, "Squiggly": {"QuadPoints": QUADS},
    "StrikeOut": {"QuadPoints": QUADS}, "Stamp": {"Name": Name("Approved")}, "Caret": {},
    "Ink": {"InkList": [[50, 780, 250, 780]]}, "FileAttachment": {"FS": {"F": "a.txt"}},
    "Redact": {"QuadPoints": QUADS, "OverlayText": "9.000.000"}, "Link": {},
    "Popup": {"Open": True}}
for kind, more in MARKUP.items():
    change("annotation over content", kind, COVERS, new(kind, TEXT, **more), on=OPEN)
    change("annotation over content", f"{kind} with an appearance", COVERS,
           new(kind, TEXT, drawn=True, **more), on=OPEN[:1])
    blank = {k: v for k, v in more.items() if k not in ("L", "Vertices", "QuadPoints", "InkList")}
    change("annotation on blank paper", f"{kind} where none is permitted", ADDED,
           new(kind, BLANK, **blank), on=CLOSED[:2])
# These act, play or replace content wherever they lie.
for kind, more in {"Screen": {"MK": {}}, "Movie": {"Movie": {"F": "a.avi"}}, "Sound": {},
                   "3D": {"3DD": None}, "RichMedia": {"RichMediaContent": {}}, "Watermark": {},
                   "PrinterMark": {}, "TrapNet": {}, "Projection": {}, "La": {}}.items():
    change("annotation that acts", kind, ADDED + " change_action", new(kind, BLANK, **more), on=OPEN)
change("annotation that acts", "Widget without a field", "change_field_added",
       new("Widget", BLANK, FT=Name("Tx"), T="moi", V="x"), on=OPEN + ["plain"])
change("annotation that acts", "no kind", ADDED, new("", BLANK), on=OPEN)
ACTION = "change_action"
for kind, action in {"script": {"S": Name("JavaScript"), "JS": "app.alert(1)"},
                     "launch": {"S": Name("Launch"), "F": "a.exe"},
                     "submit": {"S": Name("SubmitForm"), "F": {"FS": Name("URL"), "F": "http://x.vn"}},
                     "other document": {"S": Name("GoToR"), "F": "a.pdf", "D": [0, Name("Fit")]},
                     "hide": {"S": Name("Hide"), "T": "name"},
                     "layers": {"S": Name("SetOCGState"), "State": []},
                     "import": {"S": Name("ImportData"), "F": "a.fdf"},
                     "named": {"S": Name("Named"), "N": Name("Print")},
                     "chain": {"S": Name("URI"), "URI": "http://x.vn", "Next": {
                         "S": Name("JavaScript"), "JS": "1"}}}.items():
    change("actions", f"link with {kind}", ACTION, new("Link", BLANK, A=action), on=OPEN[:1])
    change("actions", f"old link with {kind}", ACTION, put("link", A=action), on=["notes", "notes-3"])
change("actions", "note that acts when the page opens", ACTION,
       new("Text", BLANK, AA={"PO": {"S": Name("JavaScript"), "JS": "1"}}), on=OPEN)

# Drawn elsewhere than /Rect says --------------------------------------------------------------------
for name, kind, more in [
        ("highlight that points elsewhere", "Highlight", {"QuadPoints": QUADS, "C": [1, 1, 1]}),
        ("line that points elsewhere", "Line", {"L": [50, 780, 250, 780], "C": [1, 1, 1]}),
        ("ink that points elsewhere", "Ink", {"InkList": [[50, 780, 250, 780]]}),
        ("polygon that points elsewhere", "Polygon",
         {"Vertices": [50, 770, 250, 770, 250, 795], "IC": [1, 1, 1]}),
        ("redaction that points elsewhere", "Redact", {"QuadPoints": QUADS}),
        ("free text with a pointer", "FreeText", {"CL": [60, 780, 100, 400, 310, 90],
                                                  "DA": "/Helv 9 Tf"}),
        ("link whose points are elsewhere", "Link", {"QuadPoints": QUADS}),
        ("square with a wide border", "Square", {"BS": {"W": 1500}}),
        ("rectangle turned round", "Square", {"IC": [1, 1, 1], "Rect": [250, 795, 50, 770]}),
        ("rectangle of one number", "Square", {"Rect": [50]}),
        ("no rectangle", "Square", {"Rect": None})]:
    rect = more.pop("Rect", BLANK)
    change("annotation over content", name, COVERS, new(kind, BLANK, Rect=rect, **more)
           if rect is BLANK else (lambda k, m, x: lambda r: new(k, BLANK, **m)(r) or
                                  r[r["page1"]["Annots"][-1]].update(Rect=x))(kind, more, rect),
           on=OPEN[:1])
change("annotation over content", "as large as the page", COVERS,
       new("Square", kit_documents.A4, IC=[1, 1, 1]), on=OPEN)
change("annotation over content", "on another page's picture", COVERS,
       new("Stamp", [500, 740, 560, 800], "page2", drawn=True), on=OPEN)
change("annotation over content", "over a signature", COVERS,
       new("Stamp", [310, 185, 400, 225], drawn=True), on=["seen"])
change("annotation over content", "over a form field", COVERS,
       new("Square", [60, 402, 200, 418], IC=[1, 1, 1]), on=["form-3", "all-3"])
change("annotation over content", "over an older annotation", COVERS,
       new("Square", [60, 462, 200, 478], "page2", IC=[1, 1, 1]), on=["notes-3"])
change("annotation over content", "belongs to a layer", "change_optional_content",
       lambda r: new("Stamp", BLANK, OC=r.add({"Type": Name("OCG"), "Name": "x"}))(r), on=OPEN)

# What was there -------------------------------------------------------------------------------------
OLD = ["notes", "all", "two"]


def reorder(r):
    r["page2"]["Annots"] = r["page2"]["Annots"][::-1]


def without(label, page="page2"):
    def edit(r):
        if label not in r.peek(page).get("Annots", []):
            raise KeyError(label)
        r[page]["Annots"] = [a for a in r[page]["Annots"] if a != label]
    return edit


change("annotation changed", "moved on blank paper", CHANGED, put("square", Rect=[50, 200, 150, 230]),
       on=OLD)
change("annotation changed", "moved over content", COVERS, put("square", Rect=[50, 760, 250, 795],
                                                               IC=[1, 1, 1]), on=["notes-3"])
change("annotation changed", "appearance moved over content", COVERS,
       put("mark", Rect=[50, 760, 250, 795]), on=["notes-3", "all-3"])
change("annotation changed", "appearance redrawn", CHANGED, data("mark look", "1 0 0 rg 0 0 9 9 re f"),
       on=OLD)
change("annotation changed", "appearance replaced", CHANGED,
       lambda r: r["words"].update(AP=look(r)), on=OLD)
change("annotation changed", "appearance taken away", CHANGED, put("words", AP=None), on=OLD)
change("annotation changed", "appearance over content redrawn", COVERS,
       data("over look", "1 g 0 0 99 99 re f"), on=["notes-3", "all-3"])
change("annotation changed", "an action that stands apart", ACTION,
       put("action", S=Name("Launch"), F="a.exe"), on=OLD + ["notes-3"])
change("annotation changed", "a layer that stands apart", ADDED + " change_optional_content",
       lambda r: r["over"].update(OC=r.add({"Type": Name("OCMD")})), on=["notes-3"])
change("annotation changed", "text", CHANGED, put("note", Contents="Khong dong y"), on=OLD)
change("annotation changed", "colour", CHANGED, put("square", C=[0, 1, 0]), on=OLD)
for flag, value in {"invisible": 1, "hidden": 2, "not printed": 0, "not viewed": 36,
                    "locked": 132}.items():
    change("annotation changed", f"flags: {flag}", CHANGED, put("mark", F=value), on=OLD[:2])
change("annotation changed", "popup opened", CHANGED, put("popup", Open=True), on=OLD[:2])
change("annotation changed", "popup opened over content", COVERS,
       put("popup", Open=True, Rect=[50, 700, 300, 800]), on=["notes-3"])
change("annotation changed", "link leads elsewhere", ACTION,
       put("link", A={"S": Name("URI"), "URI": "https://example.invalid/"}), on=OLD + ["notes-3"])
change("annotation changed", "link leads nowhere", ACTION, put("link", A=None), on=OLD)
change("annotation changed", "link leads to another page", ACTION,
       put("jump", Dest=[Ref("page1"), Name("Fit")]), on=OLD + ["notes-3"])
change("annotation changed", "action added", ACTION,
       put("square", AA={"E": {"S": Name("JavaScript"), "JS": "1"}}), on=OLD + ["notes-3"])
change("annotation changed", "layer added", "change_optional_content",
       lambda r: r["square"].update(OC=r.add({"Type": Name("OCG"), "Name": "x"})),
       on=OLD + ["notes-3"])
change("annotation changed", "another kind", "change_unclassified", put("square", Subtype=Name("Stamp")),
       on=OLD + ["notes-3"])
change("annotation changed", "became a widget", "change_unclassified",
       put("square", Subtype=Name("Widget"), FT=Name("Tx"), T="x"), on=OLD + ["notes-3"])
change("annotation changed", "attached file's octets", CHANGED + " change_attachment",
       data("note data", "noi dung khac"), on=OLD + ["notes-3"])
change("annotation changed", "attached file's name", CHANGED + " change_attachment",
       put("note file", F="b.exe"), on=OLD)
change("annotation changed", "another file attached", CHANGED + " change_attachment",
       lambda r: r["attached"].update(FS={"F": "b.txt", "EF": {"F": r.add(Stream("x"))}}), on=OLD)
change("annotation changed", "one taken away", "change_annotation_removed", without("mark"), on=OLD)
change("annotation changed", "one freed", "change_annotation_removed change_annotation_changed "
       "change_unclassified", free("mark"), on=OLD)
change("annotation changed", "one became a list", CHANGED + " change_unclassified", swap("mark", [1]),
       on=OLD + ["notes-3"])
change("annotation changed", "one became a stream", CHANGED + " change_unclassified",
       swap("mark", Stream("x")), on=OLD + ["notes-3"])
change("annotation changed", "all taken away", "change_annotation_removed", put("page2", Annots=None),
       on=["notes", "two"])
change("annotation changed", "order", CHANGED, reorder, on=["notes", "notes-3"])
change("annotation changed", "shown on another page too", "change_annotation_added change_covers",
       lambda r: r["page3"].update(Annots=[Ref("words")]), on=OLD)
change("annotation changed", "moved to another page", "change_annotation_removed",
       lambda r: (without("words")(r), r["page3"].update(Annots=[Ref("words")])), on=OLD)
change("annotation changed", "list became a dictionary", "change_unclassified",
       put("page2", Annots={"A": 1}), on=["notes", "notes-3"])
change("annotation changed", "a private key", CHANGED, put("note", Rieng=1), on=OLD)
change("annotation changed", "an answer to it", ADDED,
       lambda r: new("Text", BLANK, "page2", IRT=Ref("note"), State="Rejected")(r), on=OLD)


def cases():
    return TABLE.cases()
