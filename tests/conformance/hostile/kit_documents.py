"""The documents of the object-by-object half: one of everything that ISO 32000-2 lets a page, a form
and a catalogue have, signed under every kind of permission."""
import functools

import kit_model
from kit_model import Name, Paper, Ref, Stream

A4 = [0, 0, 595, 842]
XMP = ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
       '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
       'rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:ModifyDate>{date}'
       '</xmp:ModifyDate></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')


def xmp(date="2026-06-01T00:00:00Z"):
    return Stream(XMP.format(date=date), Type=Name("Metadata"), Subtype=Name("XML"))


def lines(*text):
    return "BT /F1 12 Tf 50 780 Td 16 TL " + " ".join(f"({t}) Tj T*" for t in text) + " ET\n"


def put_pages(paper):
    """Three pages below two nodes; the second node hands size, rotation and resources down."""
    fonts = {"F1": Ref("font"), "F2": Ref("font2")}
    resources = {"Font": fonts, "XObject": {"Seal": Ref("seal"), "Photo": Ref("photo")},
                 "ExtGState": {"G1": Ref("gstate")}, "ColorSpace": {"C1": Ref("colour")},
                 "Pattern": {"P1": Ref("pattern")}, "Shading": {"S1": Ref("shading")},
                 "ProcSet": [Name("PDF"), Name("Text")]}
    paper.add("catalog", {"Type": Name("Catalog"), "Pages": Ref("pages")})
    paper.add("pages", {"Type": Name("Pages"), "Kids": [Ref("page1"), Ref("node")], "Count": 3})
    paper.add("node", {"Type": Name("Pages"), "Parent": Ref("pages"), "MediaBox": A4, "Rotate": 0,
                       "Kids": [Ref("page2"), Ref("page3")], "Count": 2, "Resources": resources})
    paper.add("page1", {"Type": Name("Page"), "Parent": Ref("pages"), "MediaBox": A4,
                        "CropBox": A4, "Contents": [Ref("content1"), Ref("content1b")],
                        "Resources": dict(resources)})
    paper.add("page2", {"Type": Name("Page"), "Parent": Ref("node"), "Contents": Ref("content2")})
    paper.add("page3", {"Type": Name("Page"), "Parent": Ref("node"), "Contents": Ref("content3")})
    paper.add("content1", Stream(lines("GIAY CHUNG NHAN", "So tien: 1.000.000 dong",
                                       "Nguoi nhan: Nguyen Van A")))
    paper.add("content1b", Stream("q /G1 gs 60 0 0 60 500 740 cm /Seal Do Q\n"))
    paper.add("content2", Stream(lines("Dieu 1. Hai ben dong y.", "Dieu 2. Gia tri 500.000 dong.")
                                 + "q 60 0 0 60 500 740 cm /Seal Do Q\n"))
    paper.add("content3", Stream(lines("Phu luc") +
                                 "BT /F2 12 Tf 50 700 Td (AB) Tj ET\n/C1 cs 0.5 scn 50 600 40 40 re f\n"
                                 "/Pattern cs /P1 scn 120 600 40 40 re f\n"
                                 "q 200 600 40 40 re W n /S1 sh Q\n"
                                 "q 40 0 0 40 300 600 cm /Photo Do Q\n"))
    widths = [500] * 95
    paper.add("widths", widths)
    paper.add("encoding", {"Type": Name("Encoding"), "BaseEncoding": Name("WinAnsiEncoding"),
                           "Differences": [128, Name("Euro")]})
    paper.add("font", {"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("Helvetica"),
                       "FirstChar": 32, "LastChar": 126, "Widths": Ref("widths"),
                       "FontDescriptor": Ref("descriptor"), "Encoding": Ref("encoding")})
    paper.add("descriptor", {"Type": Name("FontDescriptor"), "FontName": Name("Helvetica"),
                             "Flags": 32, "ItalicAngle": 0, "Ascent": 800, "Descent": -200,
                             "CapHeight": 700, "StemV": 80, "FontBBox": [0, -200, 1000, 900]})
    paper.add("font2", {"Type": Name("Font"), "Subtype": Name("TrueType"), "FirstChar": 65,
                        "LastChar": 66, "BaseFont": Name("ABCDEF+Chu"), "Widths": [600, 650],
                        "Encoding": Name("WinAnsiEncoding"), "FontDescriptor": Ref("descriptor2"),
                        "ToUnicode": Ref("tounicode")})
    paper.add("descriptor2", {**paper.objects["descriptor"], "FontName": Name("ABCDEF+Chu"),
                              "FontFile2": Ref("fontfile")})
    paper.add("fontfile", Stream(b"\0\1\0\0" + bytes(200), Length1=204))
    paper.add("tounicode", Stream("/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
                                  "1 beginbfchar <41> <0041> endbfchar endcmap end end"))
    paper.add("helv", {"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("Helvetica"),
                       "Encoding": Name("WinAnsiEncoding")})
    paper.add("seal", Stream("1 0 0 RG 0.05 w 0.1 0.1 0.8 0.8 re S", Type=Name("XObject"),
                             Subtype=Name("Form"), BBox=[0, 0, 1, 1],
                             Resources={"ExtGState": {"G1": Ref("gstate")}}))
    paper.add("photo", Stream(b"\0\xff\xff\0", Type=Name("XObject"), Subtype=Name("Image"), Width=2,
                              Height=2, BitsPerComponent=8, ColorSpace=Name("DeviceGray"),
                              SMask=Ref("mask")))
    paper.add("mask", Stream(b"\xff\xff\xff\xff", Type=Name("XObject"), Subtype=Name("Image"),
                             Width=2, Height=2, BitsPerComponent=8, ColorSpace=Name("DeviceGray")))
    paper.add("gstate", {"Type": Name("ExtGState"), "CA": 1, "ca": 1, "SMask": Name("None")})
    paper.add("colour", [Name("Separation"), Name("Dau"), Name("DeviceCMYK"), Ref("tint")])
    paper.add("tint", {"FunctionType": 2, "Domain": [0, 1], "C0": [0, 0, 0, 0], "C1": [0, 1, 1, 0],
                       "N": 1})
    paper.add("pattern", Stream("0 0 5 5 re f", Type=Name("Pattern"), PatternType=1, PaintType=1,
                                TilingType=1, BBox=[0, 0, 10, 10], XStep=10, YStep=10,
                                Resources={}))
    paper.add("shading", {"ShadingType": 2, "ColorSpace": Name("DeviceRGB"),
                          "Coords": [200, 600, 240, 600], "Function": Ref("blend")})
    paper.add("blend", {"FunctionType": 2, "Domain": [0, 1], "C0": [1, 0, 0], "C1": [0, 0, 1], "N": 1})


def put_riches(paper):
    """Everything that a catalogue refers to besides pages and form."""
    root = paper.objects["catalog"]
    root["Outlines"] = paper.add("outlines", {"Type": Name("Outlines"), "First": Ref("item"),
                                              "Last": Ref("item"), "Count": 1})
    paper.add("item", {"Title": "Phu luc", "Parent": Ref("outlines"),
                       "Dest": [Ref("page3"), Name("Fit")]})
    root["StructTreeRoot"] = paper.add("structure", {
        "Type": Name("StructTreeRoot"), "K": [Ref("element")], "ParentTree": Ref("parents"),
        "ParentTreeNextKey": 1, "RoleMap": {"Dau": Name("P")}})
    paper.add("element", {"Type": Name("StructElem"), "S": Name("P"), "P": Ref("structure"),
                          "Pg": Ref("page1"), "K": 0, "ActualText": "GIAY CHUNG NHAN"})
    paper.add("parents", {"Nums": [0, [Ref("element")]]})
    paper.objects["page1"]["StructParents"] = 0
    root["MarkInfo"] = {"Marked": True}
    root["Lang"] = "vi-VN"
    root["PageLabels"] = {"Nums": [0, {"S": Name("D")}]}
    root["ViewerPreferences"] = {"DisplayDocTitle": True}
    root["PageLayout"] = Name("SinglePage")
    root["PageMode"] = Name("UseOutlines")
    root["OpenAction"] = [Ref("page1"), Name("Fit")]
    root["Extensions"] = {"ADBE": {"BaseVersion": Name("1.7"), "ExtensionLevel": 8}}
    root["Threads"] = [paper.add("thread", {"Type": Name("Thread"), "F": Ref("bead"),
                                            "I": {"Title": "Bai"}})]
    paper.add("bead", {"Type": Name("Bead"), "T": Ref("thread"), "N": Ref("bead"), "V": Ref("bead"),
                       "P": Ref("page1"), "R": [50, 700, 300, 800]})
    root["Names"] = paper.add("names", {"Dests": Ref("dests"), "EmbeddedFiles": Ref("files")})
    paper.add("dests", {"Names": ["phuluc", [Ref("page3"), Name("Fit")]]})
    paper.add("files", {"Names": ["bang.csv", Ref("filespec")]})
    paper.add("filespec", {"Type": Name("Filespec"), "F": "bang.csv", "UF": "bang.csv",
                           "EF": {"F": Ref("file")}})
    paper.add("file", Stream("ten,so\nA,1000000\n", Type=Name("EmbeddedFile"),
                             Subtype=Name("text#2Fcsv")))
    root["Dests"] = {"cu": [Ref("page2"), Name("Fit")]}
    root["AF"] = [Ref("filespec")]
    root["Metadata"] = paper.add("metadata", xmp())
    root["OutputIntents"] = [{"Type": Name("OutputIntent"), "S": Name("GTS_PDFA1"),
                              "OutputConditionIdentifier": "sRGB"}]
    paper.add("info", {"Title": "Giay chung nhan", "ModDate": "D:20260601000000Z"})


def put_layers(paper):
    root = paper.objects["catalog"]
    root["OCProperties"] = paper.add("layers", {
        "OCGs": [Ref("layer"), Ref("hidden")], "D": {"ON": [Ref("layer")], "OFF": [Ref("hidden")],
                                                     "Order": [Ref("layer"), Ref("hidden")]}})
    paper.add("layer", {"Type": Name("OCG"), "Name": "Ban chinh",
                        "Usage": {"Print": {"PrintState": Name("ON")}}})
    paper.add("hidden", {"Type": Name("OCG"), "Name": "Ban nhap"})
    paper.objects["content1b"].data += (b"/OC /L1 BDC BT /F1 12 Tf 50 600 Td (Ban chinh) Tj ET EMC\n"
                                        b"/OC /L2 BDC BT /F1 12 Tf 50 560 Td (Ban nhap) Tj ET EMC\n")
    paper.objects["page1"]["Resources"]["Properties"] = {"L1": Ref("layer"), "L2": Ref("hidden")}


def put_form(paper):
    """Fields of each type on the lower half of page 1; one has its widget apart, two inherit."""
    look = kit_model.appearance

    def widget(rect, **more):
        return {"Type": Name("Annot"), "Subtype": Name("Widget"), "Rect": rect, "F": 4,
                "P": Ref("page1"), **more}

    def field(label, rect, text, **more):
        paper.add(f"{label} look", look(text, rect))
        return paper.add(label, widget(rect, AP={"N": Ref(f"{label} look")}, **more))
    text = {"FT": Name("Tx"), "DA": "/Helv 9 Tf 0 g"}
    field("name", [50, 400, 250, 420], "Nguyen Van A", T="name", V="Nguyen Van A", DV="", **text,
          MaxLen=40)
    field("amount", [50, 370, 250, 390], "1.000", T="amount", V="1.000", **text)
    field("address widget", [50, 340, 250, 360], "Ha Noi", Parent=Ref("address"), DA="/Helv 9 Tf 0 g")
    paper.add("address", {"T": "address", "V": "Ha Noi", "Kids": [Ref("address widget")], **text})
    box = [50, 310, 62, 322]
    paper.add("tick", Stream("q 0 g 2 2 8 8 re f Q", Type=Name("XObject"), Subtype=Name("Form"),
                             BBox=[0, 0, 12, 12], Resources={}))
    paper.add("no tick", Stream("", Type=Name("XObject"), Subtype=Name("Form"), BBox=[0, 0, 12, 12],
                                Resources={}))
    paper.add("agree", widget(box, FT=Name("Btn"), T="agree", V=Name("Off"), AS=Name("Off"),
                              AP={"N": {"Yes": Ref("tick"), "Off": Ref("no tick")}}))
    for kid, left in (("man", 80), ("woman", 110)):
        paper.add(kid, widget([left, 310, left + 12, 322], Parent=Ref("sex"), AS=Name("Off"), AP={
            "N": {kid: Ref("tick"), "Off": Ref("no tick")}}))
    paper.add("sex", {"FT": Name("Btn"), "T": "sex", "Ff": 49152, "V": Name("Off"),
                      "Kids": [Ref("man"), Ref("woman")]})
    field("province", [50, 280, 250, 300], "Ha Noi", FT=Name("Ch"), T="province", Ff=131072,
          V="Ha Noi", Opt=["Ha Noi", "Nghe An"], DA="/Helv 9 Tf 0 g")
    field("group a", [300, 400, 500, 420], "x", T="a", Parent=Ref("group"), V="x")
    field("group b", [300, 370, 500, 390], "y", T="b", Parent=Ref("group"), V="y")
    paper.add("group", {"T": "group", "Kids": [Ref("group a"), Ref("group b")], **text})
    paper.add("waiting", widget([300, 280, 500, 330], FT=Name("Sig"), T="waiting"))
    fields = ["name", "amount", "address", "agree", "sex", "province", "group", "waiting"]
    paper.add("acroform", {"Fields": [Ref(f) for f in fields], "DA": "/Helv 0 Tf 0 g",
                           "DR": {"Font": {"Helv": Ref("helv")}}, "NeedAppearances": False,
                           "CO": [Ref("name"), Ref("amount")]})
    paper.objects["catalog"]["AcroForm"] = Ref("acroform")
    paper.objects["page1"]["Annots"] = [Ref(f) for f in (
        "name", "amount", "address widget", "agree", "man", "woman", "province", "group a", "group b", "waiting")]


def annotation(kind, rect, page="page2", **more):
    return {"Type": Name("Annot"), "Subtype": Name(kind), "Rect": rect, "F": 4, "P": Ref(page), **more}


def put_annotations(paper):
    """On the blank half of page 2."""
    def add(label, value):
        notes.append(paper.add(label, value))
    notes = paper.objects["page2"].setdefault("Annots", [])
    add("note", annotation("Text", [50, 500, 70, 520], Contents="Xem lai", Popup=Ref("popup")))
    add("popup", annotation("Popup", [300, 500, 450, 600], Parent=Ref("note"), Open=False))
    add("words", annotation("FreeText", [50, 460, 250, 480], Contents="Da doc",
                            DA="/Helv 9 Tf 0 g", AP={"N": Ref("words look")}))
    paper.add("words look", kit_model.appearance("Da doc", [50, 460, 250, 480]))
    add("mark", annotation("Stamp", [50, 420, 150, 440], AP={"N": Ref("mark look")}))
    paper.add("mark look", kit_model.appearance("DA THU", [50, 420, 150, 440]))
    add("link", annotation("Link", [50, 380, 150, 400], A={"S": Name("URI"),
                                                           "URI": "https://example.vn/"}))
    add("jump", annotation("Link", [50, 350, 150, 370], Dest=[Ref("page3"), Name("Fit")]))
    add("over", annotation("Stamp", [500, 740, 560, 800], AP={"N": Ref("over look")}))
    paper.add("over look", Stream("1 0 0 RG 0 0 60 60 re S", Type=Name("XObject"),
                                  Subtype=Name("Form"), BBox=[0, 0, 60, 60], Resources={}))
    add("press", annotation("Link", [200, 350, 250, 370], A=Ref("action")))
    paper.add("action", {"S": Name("URI"), "URI": "https://example.vn/"})
    add("square", annotation("Square", [50, 300, 150, 330], C=[1, 0, 0]))
    add("attached", annotation("FileAttachment", [50, 260, 70, 280], FS=Ref("note file")))
    paper.add("note file", {"Type": Name("Filespec"), "F": "a.txt", "EF": {"F": Ref("note data")}})
    paper.add("note data", Stream("noi dung", Type=Name("EmbeddedFile")))


def put_pretence(paper):
    """Prepared before the signature: a field stores something else than it shows."""
    put_form(paper)
    paper.objects["amount"]["V"] = "9.000"


def put_form_for_viewers(paper):
    """Viewers are to draw the fields themselves."""
    put_form(paper)
    paper.objects["acroform"]["NeedAppearances"] = True
    del paper.objects["amount"]["AP"]


PARTS = {"viewers": put_form_for_viewers, "pretence": put_pretence, "rich": put_riches, "layers": put_layers, "form": put_form, "annots": put_annotations}


@functools.cache
def made(*parts, kind="table", packed=False):
    """The unsigned document; never changed afterwards."""
    paper = Paper()
    put_pages(paper)
    for part in parts:
        PARTS[part](paper)
    return paper.finish(kind, packed)


INCLUDE = {"Action": Name("Include"), "Fields": ["name", "group"]}
ALL = {"Type": Name("SigFieldLock"), "Action": Name("All")}
EVERYTHING = ("rich", "layers", "form", "annots")
# base: (parts, how it is written, how it is signed, what is put behind)
RECIPES = {
    "plain": ((), {}, {}),
    "plain-stream": ((), {"kind": "stream"}, {}),
    "rich": (("rich", "layers"), {}, {}),
    "rich-1": (("rich", "layers"), {}, {"certify": 1}),
    "rich-2": (("rich", "layers"), {"kind": "stream", "packed": True}, {"certify": 2}),
    "rich-3": (("rich", "layers"), {}, {"certify": 3}),
    "form": (("form",), {}, {}),
    "form-packed": (("form",), {"kind": "stream", "packed": True}, {}),
    "form-1": (("form",), {}, {"certify": 1}),
    "form-2": (("form",), {}, {"certify": 2}),
    "form-3": (("form",), {"kind": "stream"}, {"certify": 3}),
    "form-fields": (("form",), {}, {"field_mdp": INCLUDE}),
    "form-lock": (("form",), {}, {"lock": ALL}),
    "notes": (("annots",), {}, {}),
    "notes-3": (("annots",), {"kind": "stream", "packed": True}, {"certify": 3}),
    "all": (EVERYTHING, {}, {}),
    "all-3": (EVERYTHING, {"kind": "stream", "packed": True}, {"certify": 3}),
    "seen": (EVERYTHING, {}, {"rect": [300, 180, 500, 230], "draw": "Nguoi ky", "certify": 3}),
    "pretends": (("pretence",), {}, {"certify": 2}),
    "viewers": (("viewers",), {}, {"certify": 2}),
    "two": (("form", "annots"), {}, {}),
    "lta": (("form", "rich"), {}, {}),
}


@functools.cache
def base(name):
    parts, written, signature = RECIPES[name]
    paper = made(*parts, **written).signed("approval", **signature)
    if name == "two":
        paper = paper.signed("second", signer="agency", rect=[300, 120, 500, 170], draw="Dong dau")
    if name == "lta":
        paper = with_evidence(paper).signed("stamp1", timestamp=True)
    return paper


def with_evidence(paper, **how):
    revision = paper.revise()
    kit_model.put_evidence(revision, **how)
    return revision.close()


def bases_with(*parts):
    return [name for name, (has, _, _) in RECIPES.items() if set(parts) <= set(has)]
