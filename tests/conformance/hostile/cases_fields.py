"""Forms and signatures after a signature: values without their looks, looks without their values,
definitions, locks, and signatures that are taken away, bent or copied."""
import kit_model
from cases_pages import data, free, put, swap
from kit_cases import NO_SIGNATURE
from kit_changes import Table
from kit_documents import annotation
from kit_model import Name, Raw, Ref, Stream, place_signature

TABLE = Table()
change = TABLE.add
OPEN = ["form", "form-2", "form-3", "all-3"]  # filling in is permitted
ALONE, OTHERS = ["plain", "all-3", "seen"], ["two", "lta"]  # one signature; further ones


def gone(attack, name, codes, edit, others=()):
    """Nobody has signed any more; where `others` have, they must tell."""
    change(attack, name, "", edit, on=ALONE, expect=NO_SIGNATURE)
    if others:
        change(attack, name, codes, edit, on=others)


VALUE, LOOK = "change_field_value", "change_field_appearance"
DISAGREES, DEFINITION = "change_field_disagrees", "change_field_definition"
HIDES = "change_hides change_covers change_field_disagrees change_cover_unreadable"
SCRIPT = {"S": Name("JavaScript"), "JS": "app.alert(1)"}


def fill(r, field="name", value="Tran Thi B", widget=None, drawn=None):
    """As a viewer does: value and appearance."""
    widget = widget or field
    r[field]["V"] = value
    r[widget]["AP"] = {"N": r.add(kit_model.appearance(drawn or value, r.peek(widget)["Rect"]))}


def both(*edits):
    def edit(r):
        for one in edits:
            one(r)
    return edit


# What is stored and what is shown -----------------------------------------------------------------
change("stored and shown", "value alone", DISAGREES, put("name", V="Tran Thi B"), on=OPEN)
change("stored and shown", "appearance alone", DISAGREES,
       lambda r: r["name"].update(AP={"N": r.add(kit_model.appearance("B", [0, 0, 200, 20]))}), on=OPEN)
change("stored and shown", "appearance redrawn in place", DISAGREES,
       data("name look", "q BT /Helv 9 Tf 0 g 2 4 Td (Tran Thi B) Tj ET Q"), on=OPEN)
change("stored and shown", "value of a field with its widget apart", DISAGREES,
       put("address", V="Nghe An"), on=OPEN)
change("stored and shown", "appearance of a widget apart", DISAGREES,
       data("address widget look", "BT /Helv 9 Tf 2 4 Td (Nghe An) Tj ET"), on=OPEN)
change("stored and shown", "value taken away", DISAGREES, put("name", V=None), on=OPEN)
change("stored and shown", "appearance taken away", DISAGREES, put("name", AP=None), on=OPEN)
change("stored and shown", "box ticked, not stored", DISAGREES, put("agree", AS=Name("Yes")), on=OPEN)
change("stored and shown", "box stored, not ticked", DISAGREES, put("agree", V=Name("Yes")), on=OPEN)
change("stored and shown", "another button pressed, not stored", DISAGREES,
       put("man", AS=Name("man")), on=OPEN)
change("stored and shown", "another button stored, not pressed", DISAGREES,
       put("sex", V=Name("woman")), on=OPEN)
change("stored and shown", "drawn anew with another value", DISAGREES,
       data("name look", "BT /Helv 9 Tf 0 g 2 4 Td (Tran Thi B) Tj ET"), on=["viewers"])
change("stored and shown", "drawn in white", DISAGREES,
       data("name look", "BT /Helv 9 Tf 1 g 2 4 Td (Nguyen Van A) Tj ET"), on=["viewers"])
for key, value in {"DA": "/Helv 9 Tf 1 g", "Q": 2, "MK": {"BG": [0, 0, 0]}}.items():
    change("stored and shown", f"drawn otherwise: {key}", DISAGREES, put("amount", **{key: value}),
           on=["form", "viewers", "form-3"])
change("stored and shown", "drawn otherwise by what the group hands down", DEFINITION,
       put("group", DA="/Helv 9 Tf 1 g"), on=OPEN)
change("stored and shown", "rich text alone", DISAGREES, put("name", RV="<p>9.000</p>"), on=OPEN)
change("stored and shown", "chosen item alone", DISAGREES, put("province", I=[1]), on=OPEN)
UNSEEN = {"clipped away": "0 0 1 1 re W n BT /Helv 9 Tf 0 g 2 4 Td (Nguyen Van A) Tj ET",
         "out of its box": "BT /Helv 9 Tf 0 g 900 4 Td (Nguyen Van A) Tj ET",
         "too small": "BT /Helv 0.1 Tf 0 g 2 4 Td (Nguyen Van A) Tj ET",
         "shrunk": "0.01 0 0 0.01 0 0 cm BT /Helv 9 Tf 0 g 2 4 Td (Nguyen Van A) Tj ET"}
for name, content in UNSEEN.items():
    change("stored and shown", f"drawn so that it is not seen: {name}", DISAGREES,
           data("name look", content), on=["viewers"])
change("stored and shown", "drawn so that it is not seen: box", DISAGREES,
       put("name look", BBox=[0, 0, 1, 1]), on=["viewers"])
change("stored and shown", "drawn by lines", DISAGREES,
       data("name look", "0 0 m 100 20 l S 0 20 m 100 0 l S"), on=["viewers"])
change("stored and shown", "box that looks ticked when it is not", DISAGREES,
       data("no tick", "q 0 g 2 2 8 8 re f Q"), on=OPEN)
change("stored and shown", "states of a box exchanged", DISAGREES,
       put("agree", AP={"N": {"Yes": Ref("no tick"), "Off": Ref("tick")}}), on=OPEN)
change("stored and shown", "choice alone", DISAGREES, put("province", V="Nghe An"), on=OPEN)
change("stored and shown", "value of a kid that inherits", DISAGREES, put("group a", V="z"), on=OPEN)
change("stored and shown", "one value, another's appearance", DISAGREES,
       lambda r: r["name"].update(AP={"N": Ref("amount look")}), on=OPEN)
change("stored and shown", "value handed down by the group", DISAGREES,
       lambda r: (r["group"].update(V="z"), r["group a"].pop("V")), on=OPEN)
change("stored and shown", "value and the appearance of another", DISAGREES,
       lambda r: fill(r, "name", "1.000.000", drawn="9.000.000"), on=OPEN)
change("stored and shown", "value written in white", DISAGREES, lambda r: (
    fill(r), setattr(r.data(r["name"]["AP"]["N"]), "data", b"BT /Helv 9 Tf 1 g 2 4 Td (x) Tj ET")),
       on=["form-2"])
change("stored and shown", "one field filled in, all drawn anew, one of which says otherwise", DISAGREES,
       both(fill, lambda r: r.form.update(NeedAppearances=True)), on=["pretends"])
change("stored and shown", "shared appearance redrawn", DISAGREES,
       both(put("amount", V="9.000"), lambda r: r["amount"].update(AP={"N": Ref("name look")}),
            data("name look", "BT /Helv 9 Tf 2 4 Td (9.000) Tj ET")), on=OPEN)
change("stored and shown", "viewers are told to draw all fields anew",
       "change_form change_field_disagrees", lambda r: r.form.update(NeedAppearances=True), on=OPEN)
change("stored and shown", "font of every field", "change_font change_page_resources",
       put("helv", BaseFont=Name("ZapfDingbats")), on=OPEN)
change("stored and shown", "another font of that name", "change_font change_page_resources",
       lambda r: r.form.update(DR={"Font": {"Helv": Ref("font2")}}), on=OPEN)

# Filled in so that it hides something -------------------------------------------------------------


def large(label, rect, text="9.000.000"):
    def edit(r):
        r[label]["V"] = text
        r[label]["AP"] = {"N": r.add(Stream("1 g 0 0 500 100 re f 0 g BT /Helv 20 Tf 5 5 Td "
                                            f"({text}) Tj ET", Type=Name("XObject"),
                                            Subtype=Name("Form"), BBox=[0, 0, 500, 100],
                                            Resources={"Font": {"Helv": Ref("helv")}}))}
        if rect:
            r[label]["Rect"] = rect
    return edit


change("filled in over content", "field moved over the text", HIDES + " " + DEFINITION,
       large("name", [40, 740, 400, 800]), on=OPEN)
change("filled in over content", "field's box grown", DEFINITION + " " + HIDES,
       put("name", Rect=[0, 0, 595, 842]), on=OPEN)
change("filled in over content", "background over the page", HIDES + " " + DEFINITION,
       put("name", Rect=[40, 740, 400, 800], MK={"BG": [1, 1, 1]}), on=OPEN)
change("filled in over content", "hidden field shown", DEFINITION + " " + HIDES,
       put("name", F=2), on=OPEN)

# Definitions ----------------------------------------------------------------------------------------
for key, value in {"T": "khac", "FT": Name("Btn"), "Ff": 1, "MaxLen": 3, "DV": "Tran Thi B",
                   "TU": "So tien", "TM": "x", "Rieng": 1, "Parent": Ref("group"),
                   "Rect": [50, 60, 250, 80], "F": 2}.items():
    change("field definition", f"{key} changed", DEFINITION, put("name", **{key: value}),
           on=["form", "form-2", "all-3"])
for flag, bits in {"read only": 1, "required": 2, "password": 8192, "several lines": 4096}.items():
    change("field definition", f"flag: {flag}", DEFINITION, put("amount", Ff=bits), on=["form-2"])
change("field definition", "not printed", DEFINITION + " " + LOOK, put("name", F=0),
       on=["form", "form-2"])
change("field definition", "options of a choice", DEFINITION, put("province", Opt=["Ha Noi", "Hue"]),
       on=OPEN)
change("field definition", "flags handed down by the group", DEFINITION, put("group", Ff=1), on=OPEN)
change("field definition", "kind handed down by the group", DEFINITION, put("group", FT=Name("Btn")),
       on=OPEN)
change("field definition", "name of the group", DEFINITION, put("group", T="nhom"), on=OPEN)
change("field definition", "a kid of the group taken away", "change_field_removed",
       lambda r: r["group"].update(Kids=[Ref("group b")]) or r.peek("group a"), on=OPEN)
change("field definition", "script when it is formatted", "change_action",
       put("name", AA={"F": SCRIPT}), on=OPEN)
change("field definition", "action when it is clicked", "change_action", put("agree", A=SCRIPT), on=OPEN)
change("field definition", "script of a widget apart", "change_action",
       put("address widget", AA={"U": SCRIPT}), on=OPEN)
change("field definition", "layer of a widget", DEFINITION + " change_optional_content",
       lambda r: r["name"].update(OC=r.add({"Type": Name("OCG"), "Name": "x"})), on=OPEN)
change("field definition", "another widget of the same field", "change_field_added",
       lambda r: r["address"].update(Kids=[Ref("address widget"), r.add(
           {**r.peek("address widget"), "Rect": [300, 340, 400, 360]})]), on=OPEN)
change("field definition", "widget became a field", DEFINITION, put("address widget", T="moi"), on=OPEN)
change("field definition", "field became a list", "change_field_removed change_field_definition "
       "field_damaged change_signature_removed", swap("amount", [1]), on=OPEN)
change("field definition", "field freed", "change_field_removed field_damaged "
       "change_signature_removed", free("amount"), on=OPEN)


def without_field(label, page=True, form=True):
    def edit(r):
        r.peek(label)
        if form:
            r.form["Fields"] = [f for f in r.form["Fields"] if f != label]
        if page:
            r["page1"]["Annots"] = [a for a in r["page1"]["Annots"] if a != label]
    return edit


REMOVED = "change_field_removed"
change("field removed", "from form and page", REMOVED, without_field("amount"), on=OPEN)
change("field removed", "from the form", REMOVED, without_field("amount", page=False), on=OPEN)
change("field removed", "from the page", REMOVED, without_field("amount", form=False), on=OPEN)
change("field removed", "its widget from the page", REMOVED,
       without_field("address widget", form=False), on=OPEN)
gone("field removed", "all", REMOVED, lambda r: r.form.update(Fields=[]))
change("field removed", "all widgets", REMOVED + " change_signature_removed", put("page1", Annots=[]),
       on=["form", "form-3"])


def new_field(kind, in_form=True, rect=(300, 60, 400, 80), **more):
    def edit(r):
        value = annotation("Widget", list(rect), "page1", FT=Name(kind), T="moi", **more)
        value["AP"] = {"N": r.add(kit_model.appearance("moi", [0, 0, 100, 20]))}
        new = r.add(value)
        if in_form:
            r.form["Fields"] = r.form["Fields"] + [new]
        r["page1"]["Annots"] = r["page1"]["Annots"] + [new]
    return edit


NEW = "change_field_added"
for kind in ("Tx", "Btn", "Ch"):
    change("field added", kind, NEW, new_field(kind, V="moi"), on=["form", "form-2", "form-3"])
change("field added", "a widget that no form knows", NEW, new_field("Tx", False), on=OPEN)
change("field added", "a signature field that shows something", "change_covers",
       new_field("Sig"), on=["form", "form-2", "form-3"])
change("field added", "an old object becomes a field", NEW,
       lambda r: (r.peek("link"), r.form.update(Fields=r.form["Fields"] + [Ref("link")])),
       on=["all-3", "two"])

# The form as a whole --------------------------------------------------------------------------------
FORM = "change_form"
change("form", "calculation order", FORM, lambda r: r.form.update(CO=[Ref("amount"), Ref("name")]),
       on=OPEN)
change("form", "calculation order taken away", FORM, lambda r: r.form.pop("CO"), on=OPEN)
change("form", "default appearance", FORM, lambda r: r.form.update(DA="/Helv 0 Tf 1 g"), on=OPEN)
change("form", "alignment", FORM, lambda r: r.form.update(Q=2), on=OPEN)
change("form", "resources taken away", FORM + " change_page_resources", lambda r: r.form.pop("DR"),
       on=OPEN)
change("form", "signature flags cleared", FORM, lambda r: r.form.update(SigFlags=0), on=OPEN)
change("form", "signature flags of no meaning", FORM, lambda r: r.form.update(SigFlags=64), on=OPEN)
change("form", "XFA", FORM, lambda r: r.form.update(XFA=r.add(Stream("<xdp/>"))), on=OPEN)
change("form", "a private key", FORM, lambda r: r.form.update(Rieng=1), on=OPEN)
gone("form", "taken away", FORM, lambda r: r.peek("acroform") and r.root.pop("AcroForm"))
gone("form", "another", FORM, lambda r: r.peek("acroform") and r.root.update(AcroForm={"Fields": []}))
gone("form", "became a list", FORM, swap("acroform", [1]))

# Locks ----------------------------------------------------------------------------------------------
change("locked field", "filled in", VALUE, fill, on=["form-fields", "form-lock", "form-1"])
change("locked field", "below a locked group", VALUE, lambda r: fill(r, "group a"),
       on=["form-fields", "form-lock", "form-1"])
change("locked field", "ticked", VALUE, put("agree", V=Name("Yes"), AS=Name("Yes")),
       on=["form-lock", "form-1"])
change("locked field", "signed", "change_signature_added",
       lambda r: place_signature(r, "waiting", field="waiting"), on=["form-lock", "form-1"])
change("locked field", "lock taken away", DEFINITION + " change_signature_modified",
       put("field approval", Lock=None), on=["form-lock"])
change("locked field", "lock loosened", DEFINITION + " change_signature_modified",
       put("field approval", Lock={"Type": Name("SigFieldLock"), "Action": Name("Include"),
                                   "Fields": []}), on=["form-lock"])
change("locked field", "lock of a field that waits", DEFINITION,
       put("waiting", Lock={"Type": Name("SigFieldLock"), "Action": Name("All")}), on=OPEN)
change("locked field", "seed value of a field that waits", DEFINITION,
       put("waiting", SV={"Type": Name("SV"), "Reasons": ["x"]}), on=OPEN)

# Signatures -----------------------------------------------------------------------------------------
GONE, BENT = "change_signature_removed", "change_signature_modified change_docmdp"
SIGNED = ["plain", "all-3", "two", "lta", "seen"]


def bend(old, new):
    """The dictionary of the first signature, written once more with something else in it."""
    def edit(r):
        text = bytes(r.peek("value approval"))
        sealed = r.paper.octets
        place = sealed.index(b"obj\n<</Type/Sig/") + 4
        text = sealed[place:sealed.index(b"\nendobj", place)]
        if old not in text:
            raise KeyError(old)
        r["value approval"] = Raw(text.replace(old, new, 1))
    return edit


gone("signature", "value taken away", GONE, put("field approval", V=None), OTHERS)
change("signature", "value emptied", BENT + " FORMAT_FAILURE", put("field approval", V={}), on=SIGNED)
gone("signature", "value freed", GONE + " " + BENT, free("value approval"), OTHERS)
change("signature", "value became a list", GONE + " FORMAT_FAILURE " + BENT, swap("value approval", [1]), on=SIGNED)
gone("signature", "field taken away", GONE, lambda r: r.form.update(Fields=[
    f for f in r.form["Fields"] if f != "field approval"]), OTHERS)
change("signature", "widget taken away", GONE, lambda r: r["page1"].update(Annots=[
    a for a in r["page1"]["Annots"] if a != "field approval"]), on=SIGNED)
gone("signature", "field freed", GONE + " field_damaged", free("field approval"), OTHERS)
change("signature", "field renamed", DEFINITION, put("field approval", T="khac"), on=SIGNED)
gone("signature", "field of another kind", DEFINITION + " " + GONE,
     put("field approval", FT=Name("Tx")), OTHERS)
change("signature", "date", BENT, bend(b"20260601", b"20250601"), on=SIGNED)
change("signature", "reason added", BENT, bend(b"/M(", b"/Reason(Da doc)/M("), on=SIGNED)
change("signature", "kind of CMS", BENT, bend(b"ETSI.CAdES.detached", b"adbe.pkcs7.detached"), on=SIGNED)
change("signature", "permission raised", BENT, bend(b"/P 1", b"/P 3"), on=["rich-1", "form-1"])
change("signature", "certification taken out", BENT, bend(b"DocMDP", b"DocMDX"),
       on=["rich-1", "form-1", "all-3"])
change("signature", "range", BENT, bend(b"/ByteRange[0 ", b"/ByteRange[1 "), on=SIGNED)
change("signature", "appearance given", "change_signed_field_appearance",
       lambda r: r["field approval"].update(Rect=[300, 60, 400, 90], AP={
           "N": r.add(kit_model.appearance("Chu tich", [0, 0, 100, 30]))}), on=["plain", "all-3"])
SHOWN = "change_signed_field_appearance"
change("signed appearance", "redrawn", SHOWN, data("look approval", "1 g 0 0 200 50 re f"), on=["seen"])
change("signed appearance", "replaced", SHOWN,
       lambda r: r["field approval"].update(AP={"N": r.add(Stream("", BBox=[0, 0, 1, 1]))}), on=["seen"])
change("signed appearance", "taken away", SHOWN, put("field approval", AP=None), on=["seen"])
change("signed appearance", "moved", SHOWN, put("field approval", Rect=[50, 60, 250, 110]), on=["seen"])
change("signed appearance", "hidden", SHOWN, put("field approval", F=134), on=["seen", "plain"])
change("signed appearance", "its font", "change_font change_signed_field_appearance "
       "change_page_resources", put("helv", BaseFont=Name("Courier")), on=["seen"])
change("signed appearance", "of the second signature", SHOWN, data("look second", "BT ET"), on=["two"])


def copied(**how):
    """A second field whose value is, or is like, what is there."""
    def edit(r):
        value = how.get("value") or Ref("value approval")
        r["field copy"] = {"FT": Name("Sig"), "T": "copy", "Type": Name("Annot"), "F": 132,
                           "Subtype": Name("Widget"), "Rect": [0, 0, 0, 0], "P": Ref("page1"),
                           "V": value(r) if callable(value) else value}
        kit_model.put_into_form(r, Ref("field copy"))
        r["page1"]["Annots"] = r["page1"]["Annots"] + [Ref("field copy")]
    return edit


def old_octets(r):
    sealed = r.paper.octets
    place = sealed.index(b"obj\n<</Type/Sig/") + 4
    return r.add(Raw(sealed[place:sealed.index(b"\nendobj", place)]))


FALSE = "change_signature_modified signature.shared_value HASH_FAILURE change_signature_field " \
        "FORMAT_FAILURE"
change("false signature", "a second field of the same value", FALSE, copied(), on=SIGNED)
change("false signature", "a copy of the first one", FALSE, copied(value=old_octets), on=SIGNED)
change("false signature", "a value without octets", FALSE + " change_signature_added",
       copied(value=lambda r: r.add({"Type": Name("Sig"), "Filter": Name("Adobe.PPKLite")})), on=SIGNED)
change("false signature", "an older object as its value", FALSE, copied(value=Ref("font")), on=SIGNED)


def real(**how):
    return lambda r: place_signature(r, "third", **how)


change("further signature", "after certification that forbids it", "change_signature_added",
       real(), on=["rich-1", "form-1"])
change("further signature", "hides the text", "change_hides",
       lambda r: (place_signature(r, "third", rect=[40, 740, 400, 800], draw="x"),
                  setattr(r.data("look third"), "data", b"1 g 0 0 360 60 re f")),
       on=["plain", "form-2", "all-3", "two"])
change("further signature", "brings a changed page", "change_page_content",
       lambda r: (place_signature(r, "third"), data("content2", "BT ET")(r)), on=["plain", "all-3", "two"])
change("further signature", "brings a changed font", "change_font",
       lambda r: (place_signature(r, "third"), put("font", FirstChar=33)(r)), on=["plain", "all-3", "lta"])
change("further signature", "brings a filled field without its look", DISAGREES,
       lambda r: (place_signature(r, "third"), put("name", V="B")(r)), on=["form-2", "all-3"])
change("further signature", "of an unknown signer over the text",
       "change_overlap_refused change_hides NO_CERTIFICATE_CHAIN_FOUND SIG_CRYPTO_FAILURE",
       real(rect=[48, 775, 400, 800], draw="Nguoi ky: ai do", signer="fake-officer"), on=["plain", "all-3"])
change("further signature", "a timestamp that shows itself over the text",
       "change_covers change_hides change_cover_unreadable",
       real(rect=[48, 775, 400, 800], draw="Dau thoi gian", timestamp=True), on=["plain", "all-3"])
change("further signature", "an action in its field", "change_action",
       lambda r: (place_signature(r, "third"), put("field third", AA={"U": SCRIPT})(r)),
       on=["plain", "all-3"])
change("further signature", "a private key in its field", DEFINITION,
       lambda r: (place_signature(r, "third"), put("field third", Rieng=1)(r)), on=["plain", "all-3"])
change("further signature", "redraws the first one", SHOWN,
       lambda r: (place_signature(r, "third"), data("look approval", "")(r)), on=["seen"])
change("further signature", "certifies again", "change_docmdp",
       real(certify=3), on=["rich-1", "all-3", "plain"])


def cases():
    return TABLE.cases()
