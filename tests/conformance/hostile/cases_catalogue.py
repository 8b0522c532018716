"""What the catalogue and the trailer refer to after a signature: layers, actions, names, attachments,
metadata, structure, permissions, evidence, and what nobody knows."""
import kit_documents
from cases_pages import data, free, put, swap
from kit_changes import Table
from kit_model import Name, Ref, Stream, put_evidence

TABLE = Table(most=2)
change = TABLE.add
RICH = ["rich", "rich-2", "rich-3"]
SCRIPT = {"S": Name("JavaScript"), "JS": "app.alert(1)"}


def root(**what):
    """Sets keys of the catalogue; None takes one away that must be there."""
    def edit(r):
        for key, value in what.items():
            if value is None:
                del r.root[key]
            else:
                r.root[key] = value
    return edit


def where(label, edit):
    def guarded(r):
        r.peek(label)
        edit(r)
    return guarded


# Layers -------------------------------------------------------------------------------------------
LAYERS = "change_optional_content"


def configuration(**what):
    return where("layers", lambda r: r["layers"]["D"].update(what))


change("layers", "shown ones exchanged", LAYERS, configuration(ON=[Ref("hidden")], OFF=[Ref("layer")]))
change("layers", "one more shown", LAYERS, configuration(ON=[Ref("layer"), Ref("hidden")], OFF=[]))
change("layers", "one more hidden", LAYERS, configuration(OFF=[Ref("layer"), Ref("hidden")]))
change("layers", "base state", LAYERS, configuration(BaseState=Name("OFF")))
change("layers", "shown by what the viewer does", LAYERS, configuration(
    AS=[{"Event": Name("Print"), "Category": [Name("Print")], "OCGs": [Ref("layer")]}]))
change("layers", "intent", LAYERS, configuration(Intent=Name("Design")))
change("layers", "order in the list", LAYERS, configuration(Order=[]))
change("layers", "radio buttons", LAYERS, configuration(RBGroups=[[Ref("layer"), Ref("hidden")]]))
change("layers", "a further configuration", LAYERS, put("layers", Configs=[{"ON": []}]))
change("layers", "one less known", LAYERS, put("layers", OCGs=[Ref("layer")]))
change("layers", "usage", LAYERS, put("layer", Usage={"Print": {"PrintState": Name("OFF")}}))
change("layers", "name", LAYERS, put("hidden", Name="Ban chinh"))
change("layers", "layer's intent", LAYERS, put("layer", Intent=[Name("Design")]))
change("layers", "layer freed", LAYERS, free("hidden"))
change("layers", "all taken away", LAYERS, where("layers", root(OCProperties=None)))
change("layers", "added to a document without", LAYERS, lambda r: r.root.update(OCProperties={
    "OCGs": [r.add({"Type": Name("OCG"), "Name": "x"})], "D": {}}), on=["plain", "form-3", "two"])

# Actions ------------------------------------------------------------------------------------------
ACTION = "change_action"
change("actions", "on opening: a script", ACTION, root(OpenAction=SCRIPT))
change("actions", "on opening: another page", ACTION, root(OpenAction=[Ref("page3"), Name("Fit")]))
change("actions", "on opening: none", ACTION, root(OpenAction=None))
for event in ("WC", "WS", "DS", "WP", "DP"):
    change("actions", f"when the document is told {event}", ACTION, root(AA={event: SCRIPT}))
change("actions", "base of addresses", ACTION, root(URI={"Base": "http://example.invalid/"}))
change("actions", "script by name", ACTION + " change_navigation", where(
    "names", lambda r: r["names"].update(JavaScript={"Names": ["a", SCRIPT]})))
change("actions", "script by name in a document without names", "change_navigation " + ACTION,
       root(Names={"JavaScript": {"Names": ["a", SCRIPT]}}), on=["plain", "form-3"])
change("actions", "of an outline item", ACTION, put("item", A=SCRIPT))

# Names, destinations, outlines, and how it opens --------------------------------------------------
NAVIGATION = "change_navigation"
FIT = [Ref("page1"), Name("Fit")]
change("navigation", "named destination", NAVIGATION, put("dests", Names=["phuluc", FIT]))
change("navigation", "named destination added", NAVIGATION, put("dests", Names=["moi", FIT, "phuluc", FIT]))
change("navigation", "old destinations", NAVIGATION, where("names", root(Dests={"cu": FIT})))
for key in ("AP", "Pages", "Templates", "IDS", "URLS", "AlternatePresentations", "Renditions", "Rieng"):
    change("navigation", f"name tree {key}", NAVIGATION, put("names", **{key: {"Names": []}}), on=RICH[:2])
change("navigation", "names freed", NAVIGATION, free("names"))
change("navigation", "outline's title", NAVIGATION, put("item", Title="Ban cu"))
change("navigation", "outline's target", NAVIGATION, put("item", Dest=FIT))
change("navigation", "outline's colour", NAVIGATION, put("item", C=[1, 1, 1]))
change("navigation", "outline item added", NAVIGATION, lambda r: (
    r["outlines"].update(Last=r.add({"Title": "Moi", "Parent": Ref("outlines"), "Prev": Ref("item")}),
                         Count=2), r["item"].update(Next=Ref(r["outlines"]["Last"]))))
change("navigation", "outlines taken away", NAVIGATION, root(Outlines=None))
change("navigation", "outlines added", NAVIGATION, root(Outlines={"Count": 0}), on=["plain", "form-3"])
change("navigation", "page labels", NAVIGATION, where("item", root(
    PageLabels={"Nums": [0, {"P": "9"}]})))
change("navigation", "page labels added", NAVIGATION, root(PageLabels={"Nums": [0, {"P": "9"}]}),
       on=["plain", "all-3"])
change("navigation", "layout", NAVIGATION, root(PageLayout=Name("TwoColumnLeft")))
change("navigation", "mode: attachments", NAVIGATION, root(PageMode=Name("UseAttachments")))
change("navigation", "mode: whole screen", NAVIGATION, root(PageMode=Name("FullScreen")))
change("navigation", "viewer preferences", NAVIGATION, root(ViewerPreferences={"HideMenubar": True}))
change("navigation", "viewer preferences: what is printed", NAVIGATION,
       root(ViewerPreferences={"PrintPageRange": [0, 0]}))
change("navigation", "threads", NAVIGATION, root(Threads=[]))
change("navigation", "thread's bead", NAVIGATION, put("bead", R=[0, 0, 1, 1]))
change("navigation", "thread's title", NAVIGATION, put("thread", I={"Title": "Khac"}))

# Attached files -----------------------------------------------------------------------------------
FILE = "change_attachment"
change("attachments", "octets", FILE, data("file", "ten,so\nA,9000000\n"))
change("attachments", "file exchanged", FILE,
       where("file", lambda r: r["filespec"].update(EF={"F": r.add(Stream("x"))})))
change("attachments", "name", FILE, put("filespec", F="bang.exe", UF="bang.exe"))
change("attachments", "one added", FILE, where("files", lambda r: r["files"].update(Names=[
    "a.txt", r.add({"Type": Name("Filespec"), "F": "a.txt", "EF": {"F": r.add(Stream("x"))}}),
    *r["files"]["Names"]])))
change("attachments", "all taken away", FILE, put("files", Names=[]))
change("attachments", "tree taken away", FILE, put("names", EmbeddedFiles=None))
change("attachments", "freed", FILE, free("file"))
change("attachments", "first one", FILE + " " + NAVIGATION,
       root(Names={"EmbeddedFiles": {"Names": []}}), on=["plain", "form-3"])
change("attachments", "associated file", FILE, root(AF=[]))
change("attachments", "portfolio", FILE, root(Collection={"View": Name("T"), "D": "bang.csv"}))

# Metadata -----------------------------------------------------------------------------------------
NOT_XMP, METADATA = "change_unclassified", "change_metadata"


def metadata(octets, **more):
    return lambda r: r.root.update(Metadata=r.add(
        Stream(octets, Type=Name("Metadata"), Subtype=Name("XML"), **more)))


GOOD = kit_documents.xmp().data
change("metadata", "no XMP", NOT_XMP, metadata("Ban goc"))
change("metadata", "not closed", NOT_XMP, metadata(GOOD[:-80]))
change("metadata", "document type", NOT_XMP, metadata(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + GOOD))
change("metadata", "something behind it", NOT_XMP, metadata(GOOD + b"<a/>"))
change("metadata", "private key", NOT_XMP, metadata(GOOD, Rieng=1))
change("metadata", "data in another file", NOT_XMP, metadata(GOOD, F="a.xml"))
change("metadata", "became a string", NOT_XMP, root(Metadata="Ban goc"))
change("metadata", "became a page's content", NOT_XMP, root(Metadata=Ref("content1")))
change("metadata", "taken away", NOT_XMP, root(Metadata=None))
change("metadata", "freed", NOT_XMP, free("metadata"))
for profile in ("document", "result", "certified_copy"):
    change("metadata", "changed where nothing may be", METADATA,
           lambda r: r["catalog"].update(Metadata=r.add(kit_documents.xmp("2026-07-01T00:00:00Z"))),
           on=["rich-1", "form-1"], profile=profile)
change("metadata", "information changed where nothing may be", METADATA, put("info", Title="Khac"),
       on=["rich-1"])

# Structure ----------------------------------------------------------------------------------------
STRUCTURE = "change_structure"
change("structure", "what is read aloud", STRUCTURE, put("element", ActualText="GIAY UY QUYEN"))
change("structure", "alternate text", STRUCTURE, put("element", Alt="x"))
change("structure", "kind of element", STRUCTURE, put("element", S=Name("H1")))
change("structure", "role map", STRUCTURE, put("structure", RoleMap={"Dau": Name("Artifact")}))
change("structure", "element added", STRUCTURE, where("structure", lambda r: r["structure"].update(
    K=[Ref("element"), r.add({"Type": Name("StructElem"), "S": Name("P"), "P": Ref("structure")})])))
change("structure", "parent tree", STRUCTURE, put("parents", Nums=[]))
change("structure", "taken away", STRUCTURE, root(StructTreeRoot=None))
change("structure", "attached file of an element", FILE + " " + STRUCTURE, put("element", AF=[{"F": "a"}]))
change("structure", "private key", STRUCTURE, put("structure", Rieng=1))
change("structure", "marked", STRUCTURE, root(MarkInfo={"Marked": False}))
change("structure", "suspects", STRUCTURE, root(MarkInfo={"Marked": True, "Suspects": True}))
change("structure", "language", "change_catalogue", root(Lang="en"))

# Permissions and evidence ---------------------------------------------------------------------------
CERTIFIED = ["rich-1", "form-2", "all-3"]
change("permissions", "taken away", "change_docmdp", root(Perms=None), on=CERTIFIED)
change("permissions", "emptied", "change_docmdp", root(Perms={}), on=CERTIFIED)
change("permissions", "of another object", "change_docmdp", root(Perms={"DocMDP": Ref("font")}),
       on=CERTIFIED)
change("permissions", "usage rights", "change_docmdp",
       lambda r: r.root.update(Perms={**r.root.get("Perms", {}), "UR3": Ref("value approval")}),
       on=CERTIFIED + ["plain"])
change("permissions", "certified afterwards", "change_docmdp",
       root(Perms={"DocMDP": Ref("value approval")}), on=["plain", "form", "two"])
STORE = "change_unclassified"
change("evidence", "unknown key in the store", STORE,
       lambda r: (put_evidence(r), r["dss"].update(Rieng=1)))
change("evidence", "no streams in the store", STORE, root(DSS={"Certs": [Name("A")]}))
change("evidence", "store is a list", STORE, root(DSS=[1]))
change("evidence", "entry of an unknown kind", STORE, root(DSS={"VRI": {"A" * 40: {"Rieng": 1}}}))
change("evidence", "a page's content as evidence, and changed", "change_page_content",
       lambda r: (r.root.update(DSS={"Certs": [Ref("content1")]}),
                  setattr(r.data("content1"), "data", b"BT ET")))
change("evidence", "a picture as evidence, and changed", "change_page_resources",
       lambda r: (r.root.update(DSS={"Certs": [Ref("photo")]}), setattr(r.data("photo"), "data", b"1")))
change("evidence", "with a changed page", "change_page_content",
       lambda r: (put_evidence(r), setattr(r.data("content3"), "data", b"BT ET")))

# The rest -------------------------------------------------------------------------------------------
CATALOGUE = "change_catalogue"
for key, value in {"Requirements": [{"S": Name("EnableJavaScripts")}], "Rieng": 1, "Legal": {"A": 1},
                   "NeedsRendering": True, "PieceInfo": {"A": {"Private": 1}}, "SpiderInfo": {},
                   "DPartRoot": {}, "Encoding": Name("A"), "OutputIntents": [], "Type": Name("Page"),
                   "Version": Name("x"), "JavaScript": "x"}.items():
    change("catalogue", key, CATALOGUE, root(**{key: value}))
change("catalogue", "extensions of no known kind", CATALOGUE, root(Extensions={"ADBE": 1}))
change("catalogue", "extensions taken away", CATALOGUE, root(Extensions=None))


@TABLE.row("catalogue", "another one", "change_action change_navigation change_catalogue")
def another_root(r):
    new = r.add({**r.peek("catalog"), "OpenAction": SCRIPT})
    r.omit, r.more = ("Root",), f"/Root {r.paper.numbers[new]} 0 R"


@TABLE.row("trailer", "private key", "change_trailer")
def trailer_key(r):
    r.add({"A": 1})
    r.more = "/Rieng (x)"


def cases():
    return TABLE.cases()
