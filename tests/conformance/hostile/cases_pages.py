"""Pages after a signature: what they draw, what they draw with, how large they are, which there are."""
import zlib

import kit_documents
from kit_cases import REFUSED
from kit_changes import Table
from kit_model import Name, Ref, Stream

TABLE = Table()
change = TABLE.add
LAST = "BT /F1 12 Tf 50 748 Td (So tien: 9.000.000 dong) Tj ET\n"


def put(label, **what):
    """An edit that sets keys of an object; None takes a key away."""
    def edit(r):
        r.peek(label)
        for key, value in what.items():
            if value is None:
                del r[label][key]
            else:
                r[label][key] = value
    return edit


def data(label, new, **what):
    def edit(r):
        stream = r.data(label)
        stream.data = new if isinstance(new, bytes) else new.encode("latin-1")
        stream.dictionary.update(what)
    return edit


def swap(label, value):
    """The object becomes something else."""
    def edit(r):
        r.peek(label)
        r[label] = value
    return edit


def free(label):
    def edit(r):
        r.peek(label)
        r.free(label)
    return edit


# What is drawn ------------------------------------------------------------------------------------
CONTENT = "change_page_content"


def edit_text(r):
    stream = r.data("content1")
    stream.data = stream.data.replace(b"1.000.000", b"9.000.000")


def resources_of(page, category, name, value, remove=False):
    def edit(r):
        place = r[page]["Resources"].setdefault(category, {})
        if remove:
            del place[name]
        else:
            place[name] = value
    return edit


def contents(*what):
    def edit(r):
        r["page1"]["Contents"] = [Ref(w) for w in what]
    return edit


change("page content", "one digit", CONTENT, edit_text)
change("page content", "one more line", CONTENT,
       lambda r: setattr(r.data("content2"), "data", r.data("content2").data + LAST.encode()))
change("page content", "one more stream", CONTENT,
       lambda r: r["page1"]["Contents"].append(r.add(Stream(LAST))))
change("page content", "streams in another order", CONTENT, contents("content1b", "content1"))
change("page content", "a stream taken away", CONTENT, contents("content1"))
change("page content", "a stream twice", CONTENT, contents("content1", "content1b", "content1"))
change("page content", "another page's stream", CONTENT, put("page2", Contents=Ref("content3")))
change("page content", "no content", CONTENT, put("page2", Contents=None))
change("page content", "stream freed", CONTENT, free("content2"))
change("page content", "stream became a dictionary", CONTENT, swap("content2", {"A": 1}))
change("page content", "stream became null", CONTENT, swap("content1", None))
change("page content", "stream became a list", CONTENT,
       lambda r: r.__setitem__("content2", [r.add(Stream(LAST)), r.add(Stream(""))]))
change("page content", "other data behind a filter", CONTENT,
       data("content2", zlib.compress(LAST.encode()), Filter=Name("FlateDecode")))
change("page content", "same data behind a filter that nobody knows", CONTENT,
       lambda r: r["content2"].update(Filter=Name("Crypt2")))
change("page content", "data in another file", CONTENT,
       lambda r: r["content2"].update(F={"Type": Name("Filespec"), "F": "x.txt"}))
change("page content", "emptied", CONTENT, data("content2", ""))
change("page content", "a comment more", CONTENT,
       lambda r: setattr(r.data("content1"), "data", r.data("content1").data + b"% sua\n"))
change("page content", "filter without its data", CONTENT,
       lambda r: r["content1"].update(Filter=Name("ASCIIHexDecode")))
change("page content", "a private key", CONTENT, put("content1", Rieng=1))

# Fonts --------------------------------------------------------------------------------------------
FONT = "change_font"
change("fonts", "widths", FONT, lambda r: r["widths"].__setitem__(16, 900))
change("fonts", "widths of an embedded font", FONT, put("font2", Widths=[300, 300]))
change("fonts", "first character", FONT, put("font", FirstChar=31))
change("fonts", "ToUnicode changed", FONT,
       data("tounicode", "begincmap 1 beginbfchar <41> <0042> endbfchar endcmap"))
change("fonts", "ToUnicode added", FONT,
       lambda r: r["font"].update(ToUnicode=r.add(Stream("begincmap endcmap"))))
change("fonts", "ToUnicode taken away", FONT, put("font2", ToUnicode=None))
change("fonts", "font file changed", FONT, data("fontfile", b"\0\1\0\0" + b"\1" * 200))
change("fonts", "font file replaced", FONT,
       lambda r: r["descriptor2"].update(FontFile2=r.add(Stream(b"\0\1\0\0"))))
change("fonts", "font file added", FONT,
       lambda r: r["descriptor"].update(FontFile3=r.add(Stream(b"OTTO", Subtype=Name("Type1C")))))
change("fonts", "encoding's differences", FONT, put("encoding", Differences=[49, Name("nine")]))
change("fonts", "encoding named", FONT, put("font2", Encoding=Name("MacRomanEncoding")))
change("fonts", "base font", FONT, put("font", BaseFont=Name("ZapfDingbats")))
change("fonts", "descriptor's flags", FONT, put("descriptor", Flags=4))
change("fonts", "kind of font", FONT, put("font2", Subtype=Name("Type3")))
change("fonts", "font became a list", FONT, swap("font", [1]))
change("fonts", "font freed", FONT, free("font2"))
change("fonts", "name given to another font", FONT + " change_page_resources",
       resources_of("page1", "Font", "F1", Ref("font2")))
change("fonts", "two fonts swapped", FONT + " change_page_resources",
       lambda r: r["page1"]["Resources"].update(Font={"F1": Ref("font2"), "F2": Ref("font")}))
change("fonts", "font added to a page", FONT, resources_of("page1", "Font", "F9", Ref("helv")))
change("fonts", "font taken from a page", FONT,
       resources_of("page1", "Font", "F1", None, remove=True))

# Other resources ----------------------------------------------------------------------------------
RESOURCES = "change_page_resources"
change("resources", "shared picture redrawn", RESOURCES, data("seal", "0 0 1 1 re f"))
change("resources", "its matrix", RESOURCES, put("seal", Matrix=[2, 0, 0, 2, 0, 0]))
change("resources", "its box", RESOURCES, put("seal", BBox=[0, 0, 0, 0]))
change("resources", "its own resources", RESOURCES, put("seal", Resources={}))
change("resources", "its group", RESOURCES, put("seal", Group={"S": Name("Transparency")}))
change("resources", "it belongs to a layer", RESOURCES + " change_optional_content",
       lambda r: r["seal"].update(OC=r.add({"Type": Name("OCG"), "Name": "An"})))
change("resources", "its data elsewhere", RESOURCES, put("seal", Ref={"F": "a.pdf", "Page": 0}))
change("resources", "pixels", RESOURCES, data("photo", b"\xff\0\0\xff"))
change("resources", "mask", RESOURCES, data("mask", b"\0\0\0\0"))
change("resources", "mask taken away", RESOURCES, put("photo", SMask=None))
change("resources", "picture's colours inverted", RESOURCES, put("photo", Decode=[1, 0]))
change("resources", "alternate picture for print", RESOURCES,
       put("photo", Alternates=[{"Image": Ref("mask"), "DefaultForPrinting": True}]))
change("resources", "picture became a form", RESOURCES, put("photo", Subtype=Name("Form")))
change("resources", "picture freed", RESOURCES, free("photo"))
change("resources", "name given to another picture", RESOURCES,
       resources_of("page1", "XObject", "Seal", Ref("photo")))
change("resources", "picture added, not drawn", RESOURCES,
       lambda r: resources_of("page1", "XObject", "X9", r.add(Stream("", Subtype=Name("Form"))))(r))
change("resources", "picture taken away", RESOURCES,
       resources_of("page1", "XObject", "Seal", None, remove=True))
change("resources", "graphics state", RESOURCES, put("gstate", ca=0, CA=0))
change("resources", "graphics state's mask", RESOURCES,
       lambda r: r["gstate"].update(SMask={"S": Name("Alpha"), "G": Ref("seal")}))
change("resources", "graphics state's font", RESOURCES + " " + FONT, put("gstate", Font=[Ref("font2"), 1]))
change("resources", "colour's tint", RESOURCES, put("tint", C1=[0, 0, 0, 0]))
change("resources", "colour space", RESOURCES, lambda r: r["colour"].__setitem__(1, Name("None")))
change("resources", "default colour space", RESOURCES,
       resources_of("page1", "ColorSpace", "DefaultGray", [Name("CalGray"), {"WhitePoint": [1, 1, 1]}]))
change("resources", "pattern", RESOURCES, data("pattern", ""))
change("resources", "pattern's step", RESOURCES, put("pattern", XStep=1000))
change("resources", "shading", RESOURCES, put("shading", Coords=[0, 0, 1, 1]))
change("resources", "shading's function", RESOURCES, put("blend", C0=[1, 1, 1], C1=[1, 1, 1]))
change("resources", "resources of its own over the inherited ones", RESOURCES + " " + FONT,
       lambda r: r["page2"].update(Resources={"Font": {"F1": Ref("font2")}, "XObject": {}}))
change("resources", "inherited resources changed", RESOURCES + " " + FONT,
       lambda r: r["node"]["Resources"].update(XObject={"Seal": Ref("photo")}))
change("resources", "own resources taken away", RESOURCES, put("page1", Resources=None))
change("resources", "resources became null", RESOURCES, put("page1", Resources=Ref("photo")))
change("resources", "marked content's properties", RESOURCES + " change_optional_content",
       resources_of("page1", "Properties", "L1", Ref("hidden")), on=["rich", "rich-3", "all-3"])

# Page attributes ----------------------------------------------------------------------------------
ATTRIBUTES = "change_page_attributes"
change("page attributes", "media box", ATTRIBUTES, put("page1", MediaBox=[0, 0, 595, 700]))
change("page attributes", "crop box", ATTRIBUTES, put("page1", CropBox=[0, 0, 595, 700]))
change("page attributes", "crop box taken away", ATTRIBUTES, put("page1", CropBox=None))
change("page attributes", "crop box added", ATTRIBUTES, put("page2", CropBox=[0, 0, 300, 300]))
change("page attributes", "turned", ATTRIBUTES, put("page1", Rotate=180))
change("page attributes", "turned against the inherited", ATTRIBUTES, put("page2", Rotate=90))
change("page attributes", "user unit", ATTRIBUTES, put("page1", UserUnit=10))
change("page attributes", "inherited box", ATTRIBUTES + " change_page_tree",
       put("node", MediaBox=[0, 0, 200, 200]))
change("page attributes", "inherited rotation", ATTRIBUTES + " change_page_tree",
       put("node", Rotate=90))
change("page attributes", "inherited rotation taken away for another", ATTRIBUTES + " change_page_tree",
       put("node", Rotate=None, CropBox=[0, 0, 10, 10]))
change("page attributes", "box handed down from the top", ATTRIBUTES + " change_page_tree",
       put("pages", CropBox=[0, 0, 50, 50]))
change("page attributes", "trim box", ATTRIBUTES, put("page1", TrimBox=[10, 10, 20, 20]))
change("page attributes", "transparency group", ATTRIBUTES,
       put("page1", Group={"S": Name("Transparency"), "CS": Name("DeviceCMYK")}))
change("page attributes", "separation", ATTRIBUTES, put("page1", SeparationInfo={"Pages": []}))
change("page attributes", "viewport", ATTRIBUTES, put("page1", VP=[{"BBox": [0, 0, 9, 9]}]))
ODD = "change_unclassified change_navigation change_structure"
for key, value in {"Tabs": Name("S"), "Trans": {"S": Name("Fade")}, "Dur": 3, "PZ": 4,
                   "Rieng": "x", "PieceInfo": {"A": {"Private": 1}}, "LastModified": "D:2026",
                   "StructParents": 7, "ID": b"1234", "TemplateInstantiated": Name("T"),
                   "B": [], "Hid": True}.items():
    change("page attributes", f"{key} set", ODD, put("page1", **{key: value}))
change("page attributes", "action when it opens", "change_action",
       put("page1", AA={"O": {"S": Name("JavaScript"), "JS": "app.alert(1)"}}))
change("page attributes", "thumbnail", ODD,
       lambda r: r["page1"].update(Thumb=r.add(Stream(b"\0", Width=1, Height=1))))
change("page attributes", "metadata of a page", ODD + " change_metadata",
       lambda r: r["page1"].update(Metadata=r.add(kit_documents.xmp())), on=["plain", "rich-1"])
change("page attributes", "attached file of a page", "change_attachment",
       lambda r: r["page1"].update(AF=[r.add({"Type": Name("Filespec"), "F": "a"})]))

# The page tree ------------------------------------------------------------------------------------
TREE = "change_page_tree change_page_added change_page_removed change_page_content"


def kids(label, *what, count=None):
    def edit(r):
        r[label]["Kids"] = [Ref(w) for w in what]
        if count is not None:
            r[label]["Count"] = count
    return edit


@TABLE.row("page tree", "page added in the middle", "change_page_added change_page_tree")
def insert(r):
    new = r.add({"Type": Name("Page"), "Parent": Ref("pages"), "MediaBox": kit_documents.A4,
                 "Contents": r.add(Stream(LAST)), "Resources": {"Font": {"F1": Ref("font")}}})
    r["pages"].update(Kids=[Ref("page1"), new, Ref("node")], Count=4)


@TABLE.row("page tree", "empty page added at the end", "change_page_added")
def append(r):
    new = r.add({"Type": Name("Page"), "Parent": Ref("pages"), "MediaBox": kit_documents.A4})
    r["pages"].update(Kids=[Ref("page1"), Ref("node"), new], Count=4)


@TABLE.row("page tree", "page exchanged for a new one", TREE)
def exchange(r):
    page = dict(r.peek("page1"))
    page["Contents"] = r.add(Stream(LAST))
    r["pages"]["Kids"] = [r.add(page), Ref("node")]


@TABLE.row("page tree", "new root node", TREE)
def new_tree(r):
    r.root["Pages"] = r.add({"Type": Name("Pages"), "Kids": [Ref("page1")], "Count": 1})


change("page tree", "two pages exchanged", TREE, kids("node", "page3", "page2"))
change("page tree", "page taken away", TREE, kids("node", "page2", count=1))
change("page tree", "page twice", TREE + " signature.changes_not_read page_tree_damaged",
       kids("node", "page2", "page2"), expect=REFUSED)
change("page tree", "all but the first taken away", TREE, kids("pages", "page1", count=1))
change("page tree", "nodes exchanged", TREE, kids("pages", "node", "page1"))
change("page tree", "count", TREE + " page_tree_damaged signature.changes_not_read",
       put("node", Count=1))
change("page tree", "a page's parent", TREE, put("page2", Parent=Ref("pages")))
change("page tree", "a page became a template", TREE + " change_unclassified",
       put("page2", Type=Name("Template")))
change("page tree", "page freed", TREE + " signature.changes_not_read page_tree_damaged",
       free("page3"), expect=REFUSED)
change("page tree", "page became a stream", TREE + " signature.changes_not_read page_tree_damaged",
       swap("page3", Stream("")), expect=REFUSED)
change("page tree", "a private key in a node", TREE, put("node", Rieng=1))


def cases():
    return TABLE.cases()
