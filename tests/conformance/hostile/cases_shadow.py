"""Shadow attacks (Mainka and others, 2021): what was signed held its own replacement, and a later revision
only switches over. And what certified documents and their permissions are asked to swallow."""
import re

import kit_cases
import kit_pdf
from kit_cases import CHANGED, FORGED, PAGE, STRUCTURE, TEXT, Case, INVALID, REFUSED

WHY = CHANGED + STRUCTURE + ("pdf.change_optional_content", "pdf.change_action", "pdf.password_needed",
                             "pdf.change_signature_added", "pdf.change_hides", "pdf.change_covers",
                             "pdf.change_docmdp", "pdf.change_encryption",
                             "pdf.change_page_resources", "pdf.change_overlap_refused",
                             "pdf.change_signature_bookkeeping", "pdf.change_signature_field",
                             "pdf.change_annotation_added", "pdf.change_annotation_changed",
                             "pdf.change_annotation_removed", "pdf.change_field_definition")
COVER = ("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
         b"\xff")
HIDING = TEXT + "q 200 0 0 20 10 140 cm /X2 Do Q\n"


def prepared(kind="table"):
    """A page whose second picture lies over the text, and replacements that nothing refers to."""
    what = {**kit_cases.objects(),
            3: PAGE.format(content=4, more="/Annots[9 0 R]").replace("/X1 8 0 R",
                                                                    "/X1 8 0 R/X2 11 0 R"),
            4: ("", HIDING), 11: COVER,
            12: kit_cases.objects()[7].replace("Helvetica", "Symbol"),
            13: ("", FORGED), 14: PAGE.format(content=13, more=""),
            15: "<</Type/Pages/Kids[14 0 R]/Count 1>>",
            16: "<</Type/Catalog/Pages 15 0 R/AcroForm<</Fields[9 0 R]>>>>"}
    writer = kit_cases.fill(kit_pdf.Writer(), what,
                            (2, 5, 7, 9, 12, 14, 15) if kind == "packed" else ())
    return kit_pdf.sign(writer.close("table" if kind == "table" else "stream", root=1), "approval")


def moved(number, to):
    """The entry of one object points at another one, which was signed as well."""
    def means(update):
        kind, place, third = update.old.entries[to]
        update.entries[number] = (kind, place - (update.header if kind == "n" else 0), third)
        return update.close()
    return means


def put(number, body):
    def means(update):
        if isinstance(body, tuple):
            update.stream(number, body[1], body[0])
        else:
            update.put(number, body(update) if callable(body) else body)
        return update.close()
    return means


def freed(number):
    def means(update):
        update.entries[number] = ("f", 0, 1)
        return update.close()
    return means


def changed(number, pattern, to):
    def means(update):
        text = update.old.body(number)
        new = re.sub(pattern, to, text, 1)
        assert new != text, (number, pattern, text)
        update.put(number, new)
        return update.close()
    return means


def switch_root(update):
    form = re.search(rb"/AcroForm<<.*>>", update.old.body(1), re.S)[0]
    update.put(16, b"<</Type/Catalog/Pages 15 0 R" + form)
    return update.close(root=16)


def stream_replaced(update):
    """No entry of a packed object changes; the object stream around it does."""
    holder = max(e[1] for e in update.old.entries.values() if e[0] == "c")
    numbers = sorted((e[2], n) for n, e in update.old.entries.items() if e[:2] == ("c", holder))
    update.object_stream(holder, [(n, update.old.body(n).replace(b"Helvetica", b"Symbol"))
                                  for _, n in numbers], listed=False)
    return update.close()


def encrypted_later(update):
    handler = update.add("<</Filter/Standard/V 1/R 2/O(" + "a" * 32 + ")/U(" + "b" * 32 + ")/P -4>>")
    return update.close(more=f"/Encrypt {handler} 0 R")


MEANS = {
    "hide, cover emptied": put(11, COVER[:1] + (b"\0",)), "hide, cover freed": freed(11),
    "hide, cover null": put(11, "null"), "hide, cover no longer a picture": put(11, "<</Type/XObject>>"),
    "hide, cover moved to another picture": moved(11, 8),
    "hide, cover made transparent": put(11, (COVER[0] + "/SMask 8 0 R", COVER[1])),
    "replace, font": put(7, kit_cases.objects()[7].replace("Helvetica", "Symbol")),
    "replace, font's encoding": changed(7, rb"WinAnsiEncoding", b"MacRomanEncoding"),
    "replace, picture": put(8, (kit_cases.objects()[8][0], b"\xff\0\0\xff")),
    "replace, content": put(4, ("", FORGED)),
    "replace, content null": put(4, "null"),
    "replace, page's content": changed(3, rb"/Contents 4 0 R", b"/Contents 13 0 R"),
    "replace, content put together": changed(3, rb"/Contents 4 0 R", b"/Contents[13 0 R 4 0 R]"),
    "replace, page's font": changed(3, rb"/F1 7 0 R", b"/F1 12 0 R"),
    "replace, size inherited": changed(2, rb"/Count", b"/CropBox[0 0 30 30]/Count"),
    "replace, turned": changed(2, rb"/Count", b"/Rotate 180/Count"),
    "replace, order": changed(2, rb"3 0 R 5 0 R", b"5 0 R 3 0 R"),
    "hide and replace, content": moved(4, 13), "hide and replace, font": moved(7, 12),
    "hide and replace, page": moved(3, 14), "hide and replace, page tree": moved(2, 15),
    "hide and replace, pages of the catalogue": changed(1, rb"/Pages 2 0 R", b"/Pages 15 0 R"),
    "hide and replace, catalogue": switch_root,
    "layers switched": changed(1, rb"/Pages", b"/OCProperties<</OCGs[]/D<</BaseState/OFF>>>>/Pages"),
    "an action when opened": changed(1, rb"/Pages", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>/Pages"),
    "encrypted later": encrypted_later,
}


def cases():
    made = []
    for kind in ("table", "packed"):
        base = prepared(kind)
        made.append(Case(f"prepared-{kind}/as it is", "bases", base, kit_cases.VALID))
        for what, means in MEANS.items():
            made.append(Case(f"prepared-{kind}/{what}", "shadow", means(kit_pdf.Writer(base)), REFUSED,
                             WHY))
    made.append(Case("prepared-packed/hide and replace, object stream", "shadow",
                     stream_replaced(kit_pdf.Writer(prepared("packed"))), INVALID, WHY))
    made.append(Case("certified-1/a further signature", "certified",
                     kit_pdf.sign(kit_cases.base("certified-1"), "more"), INVALID, WHY))
    return made
