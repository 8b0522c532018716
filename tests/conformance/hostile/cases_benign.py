"""What clerks, their programs and the years rightly do to a signed document: nothing of it may be
called a change. `cases()` is written by this folder's own plain writer, `made_with()` by antin."""
import pathlib
import subprocess
import zlib

import kit_documents
import kit_model
from cases_fields import fill
from kit_cases import VALID, Case
from kit_documents import annotation, with_evidence, xmp
from kit_model import Name, Ref, Stream, place_signature

SPOTS = [[330, 60, 530, 90], [330, 95, 530, 125], [330, 130, 530, 160], [50, 60, 250, 90],
         [50, 95, 250, 125]]
PEOPLE = ["officer-rsa2048", "agency", "officer-rsa3072", "officer-rsa2048", "agency"]


def edited(edit):
    """A step that is one revision."""
    def step(paper):
        revision = paper.revise()
        edit(revision)
        return revision.close()
    return step


def sign(number, **how):
    return lambda paper: paper.signed(f"Ky {number}", signer=PEOPLE[number], **how)


def seen(number, page="page1"):
    """A visible signature on blank paper."""
    return sign(number, rect=SPOTS[number], draw="Da ky", page=page)


def stamp(number):
    return lambda paper: paper.signed(f"Dau {number} {len(paper.numbers)}", timestamp=True)


def renewed(times):
    """Evidence and a document timestamp, again and again."""
    def step(paper):
        for number in range(times):
            paper = stamp(number)(with_evidence(paper))
        return paper
    return step


@edited
def dated(r):
    """Saved by a program that keeps dates: XMP and information dictionary."""
    if r.has("metadata"):
        r["metadata"]
        r["metadata"] = xmp("2026-07-01T08:00:00Z")
    else:
        r.root["Metadata"] = r.add(xmp("2026-07-01T08:00:00Z"), "metadata")
    if r.has("info"):
        r["info"].update(ModDate="D:20260701080000Z", Producer="Trinh xem")


def filled(field="name", value="Tran Thi B", widget=None, **how):
    """Filled in; the further arguments are habits of the programs that do it."""
    def edit(r):
        if how.get("tick"):
            r[field].update(V=Name("Yes"), AS=Name("Yes"))
        elif how.get("viewer"):
            r[field]["V"] = value
            r.form["NeedAppearances"] = True
        else:
            fill(r, field, value, widget, how.get("drawn"))
        if how.get("drops"):
            r.form.pop("NeedAppearances", None)
        if how.get("annots"):
            r["page1"]["Annots"] = list(r["page1"]["Annots"])
        if how.get("dates"):
            r.root["Metadata"] = r.add(xmp("2026-07-01T08:00:00Z"))
        if how.get("flags"):
            r[field]["M"] = "D:20260701080000Z"
        r.packed = bool(how.get("packed")) and r.kind == "stream"
    return edited(edit)


def noted(kind, page="page1", rect=(50, 130, 250, 160), look=True, **more):
    def edit(r):
        value = annotation(kind, list(rect), page, M="D:20260701080000Z", NM="1", **more)
        if look:
            value["AP"] = {"N": r.add(kit_model.appearance("Da xem", rect))}
        new = r.add(value)
        r[page]["Annots"] = r[page].get("Annots", []) + [new]
        if kind == "Text":
            popup = r.add(annotation("Popup", [600, 300, 800, 400], page, Parent=new, Open=False))
            r[new]["Popup"] = popup
            r[page]["Annots"].append(popup)
    return edited(edit)


def with_structure(paper):
    """A signature whose field is tagged (14.7.5.4) and sets the tab order."""
    r = paper.revise()
    place_signature(r, "Ky gan the", rect=SPOTS[0], draw="Da ky")
    if not r.has("structure"):
        raise KeyError("structure")
    field = Ref("field Ky gan the")
    element = r.add({"Type": Name("StructElem"), "S": Name("Form"), "P": Ref("structure"),
                     "Pg": Ref("page1"), "K": {"Type": Name("OBJR"), "Obj": field, "Pg": Ref("page1")}})
    r["structure"].update(K=r.peek("structure")["K"] + [element], ParentTreeNextKey=2)
    r["parents"]["Nums"] = r.peek("parents")["Nums"] + [1, element]
    r[field]["StructParent"] = 1
    r["page1"]["Tabs"] = Name("S")
    return r.close()


@edited
def orphan(r):
    """A program left something behind that nothing refers to."""
    r.add({"Producer": "x"})
    r.add(Stream("con sot"))


@edited
def rewritten(r):
    """The same once more: a page, its fonts, and a stream behind another filter."""
    for label in ("page1", "page2", "font", "encoding", "pages", "catalog"):
        r[label]
    stream = r.data("content2")
    stream.data = zlib.compress(stream.data)
    stream.dictionary["Filter"] = Name("FlateDecode")


@edited
def store_emptied(r):
    r["dss"].update(Certs=[], CRLs=[])


@edited
def store_removed(r):
    del r.root["DSS"]


@edited
def declared(r):
    """Which extensions and version the evidence needs."""
    r.root["Extensions"] = {**r.root.get("Extensions", {}), "ESIC": {
        "BaseVersion": Name("1.7"), "ExtensionLevel": 1}}
    r.root["Version"] = Name("2.0")


@edited
def field_prepared(r):
    field = r.add({"FT": Name("Sig"), "T": "cho ky", "Type": Name("Annot"), "Subtype": Name("Widget"),
                   "F": 4, "Rect": SPOTS[3], "P": Ref("page1")}, "field later")
    kit_model.put_into_form(r, field)
    r["page1"]["Annots"] = r["page1"].get("Annots", []) + [field]


def into_waiting(paper):
    r = paper.revise()
    place_signature(r, "cho", field="waiting", draw="Da ky", signer="agency")
    return r.close()


def chain(*steps):
    def step(paper):
        for one in steps:
            paper = one(paper)
        return paper
    return step


ANY = ["plain", "plain-stream", "rich", "rich-2", "form-packed", "form-3", "form-fields", "notes-3",
       "all", "all-3", "seen", "two", "lta"]
FREE = ["plain", "rich", "form", "all", "two", "lta", "notes"]
FORMS = ["form", "form-2", "form-3", "form-packed"]
P3 = ["form-3", "notes-3", "all-3", "rich-3"]


@edited
def drawn_by_one_viewer(r):
    """A viewer fills one field in and keeps how it drew the others."""
    fill(r, "name", "Tran Thi B")
    fill(r, "amount", "1.000")
    fill(r, "address", "Ha Noi", "address widget")
    r.form["NeedAppearances"] = False


@edited
def pressed(r):
    r["sex"]["V"] = Name("woman")
    r["woman"]["AS"] = Name("woman")


KEPT = ["rich-1", "form-1", "form-lock", "plain", "all-3"]
# sequence: what is done, to which documents
SEQUENCES = {
    "a second signature": (sign(1), ANY),
    "a second one that is seen": (seen(1), ["form", "all", "plain-stream", "notes-3", "rich-2", "two"]),
    "three in all": (chain(seen(1), sign(2)), ["plain", "rich-2", "form", "all-3", "seen"]),
    "five in all": (chain(*(seen(n) for n in range(1, 5))), ["plain", "rich", "form-3", "all"]),
    "on three pages": (chain(seen(1, "page2"), seen(2, "page3")), ["plain", "rich-3"]),
    "evidence": (with_evidence, KEPT + ["two", "form-2"]),
    "evidence and timestamp": (renewed(1), KEPT + ["two", "form-2", "lta"]),
    "renewed four times": (renewed(4), ["plain", "rich-1", "all-3", "lta"]),
    "signed between renewals": (chain(renewed(1), seen(1), renewed(1), sign(2), renewed(1)),
                                ["plain", "rich-2", "form-3", "all"]),
    "timestamp alone": (stamp(1), ["plain", "form-1", "form-lock"]),
    "tagged signature": (with_structure, ["rich", "all", "rich-3"]),
    "field that was waiting": (into_waiting, ["form", "form-2", "form-3", "form-fields", "all"]),
    "waiting field, evidence, seal": (chain(into_waiting, renewed(1), sign(1)), ["form", "form-2"]),
    "field prepared, then signed": (chain(field_prepared, sign(1)), ["plain", "form"]),
    "dates": (dated, ["plain", "rich", "rich-2", "rich-3", "lta"]),
    "dates, then a signature": (chain(dated, sign(1), renewed(1)), ["rich", "rich-3"]),
    "text filled in": (filled(), FORMS),
    "with habits of viewers": (filled(drops=True, annots=True, dates=True, flags=True), FORMS),
    "in an object stream": (filled(packed=True), ["form-packed", "form-3"]),
    "drawn by the viewer": (filled(viewer=True), FORMS[:2]),
    "widget apart": (filled("address", "Nghe An", "address widget"), FORMS),
    "kid of a group": (filled("group b", "zz"), FORMS),
    "letters with marks": (filled("name", "Nguyễn Văn Ánh", drawn="Nguyen Van Anh"), FORMS[:2]),
    "box ticked": (filled("agree", tick=True), FORMS),
    "drawn by one viewer": (drawn_by_one_viewer, ["viewers"]),
    "button pressed": (pressed, FORMS),
    "choice": (filled("province", "Nghe An"), FORMS),
    "everything filled in": (chain(filled(), filled("amount", "2.500"), filled("agree", tick=True),
                                   filled("province", "Nghe An")), FORMS),
    "what no lock names": (filled("amount", "3"), ["form-fields"]),
    "filled in, then signed": (chain(filled(), seen(1), renewed(1)), ["form-2", "form"]),
    "orphans": (orphan, ["plain", "form-2"]),
    "written anew": (rewritten, ["plain", "rich", "plain-stream"]),
    "extensions": (chain(declared, renewed(1)), ["plain", "rich", "rich-1"]),
    "evidence taken away": (store_removed, ["lta"]),
    "evidence emptied": (store_emptied, ["lta"]),
    "free text": (noted("FreeText", DA="/Helv 9 Tf 0 g", Contents="Da xem"), P3),
    "note with its popup": (noted("Text", look=False, Contents="Da xem", rect=(60, 135, 80, 155)), P3),
    "rubber stamp": (noted("Stamp"), P3),
    "line without an appearance": (noted("Line", look=False, L=[60, 140, 240, 150]), P3[:2]),
    "ink": (noted("Ink", InkList=[[60, 140, 240, 150]]), P3[1:3]),
    "attached note": (noted("FileAttachment", rect=(60, 135, 80, 155), FS={"F": "a.txt"}), P3[:2]),
    "note, then signed": (chain(noted("Stamp"), seen(1), renewed(1)), P3[:3]),
    "old note answered, moved and taken away": (chain(
        noted("Text", look=False, page="page2", rect=(300, 130, 320, 150), IRT=Ref("note")),
        edited(lambda r: r["square"].update(Rect=[60, 300, 160, 330])),
        edited(lambda r: r["page2"].update(Annots=[a for a in r["page2"]["Annots"] if a != "mark"]))),
        ["notes-3", "all-3"]),
}


def cases():
    made = []
    for name, (step, bases) in SEQUENCES.items():
        for base in bases:
            octets = step(kit_documents.base(base)).octets
            made.append(Case(f"{base}/benign: {name}", "benign", octets, VALID))
    return made


# By antin -------------------------------------------------------------------------------------------
PKI = kit_model.kit_pki.PKI


def antin_sign(build, folder, name, inputs, p12="officer-rsa2048", options=()):
    """Signs all with one process; the results, in their order."""
    out = folder / name
    pin = folder / "pin"
    if not pin.exists():
        pin.write_text("antin-test")
        pin.chmod(0o400)
    out.mkdir()
    done = subprocess.run([str(a) for a in (
        build / "bin/antin", "sign", *inputs, "-o", out, "--p12", PKI / f"p12/{p12}.p12",
        "--pin-source", f"file:{pin}", *options)], capture_output=True, stdin=subprocess.DEVNULL)
    found = [out / pathlib.Path(i).name for i in inputs]
    if missing := [f.name for f in found if not f.exists()]:
        raise SystemExit(f"antin sign {name}: {missing}\n{done.stdout.decode()[-2000:]}"
                         f"{done.stderr.decode(errors='replace')[-2000:]}")
    return found


SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "packaging/samples"
TITLE = "BT /F1 12 Tf 330 120 Td (CONG CHUC) Tj ET\n"


def made_with(build, folder):
    """An officer's invisible signature, a seal over it and a copy line, over every document that
    permits them; the notice as it goes through an office."""
    folder = folder / "antin"
    folder.mkdir()
    sources = []
    for base in ANY + ["form-2", "pretends"]:
        sources.append(folder / f"{base}.pdf")
        sources[-1].write_bytes(kit_documents.base(base).octets)
    rounds = [("once", sources, ()), ("twice", None, ("--field", "thu hai", "--reason", "Da xem"))]
    notice = [SAMPLES / "thong-bao.pdf"]
    walk = [("officer", notice, ("--appearance", SAMPLES / "officer.toml")),
            ("seal", None, ("--appearance", SAMPLES / "agency.toml")),
            ("copy", None, ("--appearance", SAMPLES / "copy-line.toml"))]
    made = []
    for steps in (rounds, walk):
        files = None
        for name, given, options in steps:
            files = antin_sign(build, folder, name, given or files, options=options)
            made += [Case(f"{path.stem}/antin: {name}", "benign, by antin", path.read_bytes(), VALID)
                     for path in files]
    return made
