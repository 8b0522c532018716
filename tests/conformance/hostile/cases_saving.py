"""Incremental saving: a later revision that replaces what was signed, in the file's own kind of
cross-reference section."""
import re

import kit_cases
import kit_pdf
from kit_cases import CHANGED, FORGED, NO_SIGNATURE, Case, INVALID


def replace_content(update):
    update.stream(update.old.content(), FORGED)


def replace_page(update):
    page = update.old.page()
    content = update.next()
    update.stream(content, FORGED)
    update.put(page, re.sub(rb"/Contents\s*\d+", b"/Contents %d" % content, update.old.body(page)))


def own_tree(update):
    """A page tree of the attacker's; its number."""
    content, page, pages = update.next(), update.next() + 1, update.next() + 2
    update.stream(content, FORGED)
    update.put(page, f"<</Type/Page/Parent {pages} 0 R/MediaBox[0 0 300 200]/Contents {content} 0 R"
                     "/Resources<<>>>>")
    update.put(pages, f"<</Type/Pages/Kids[{page} 0 R]/Count 1>>")
    return pages


def replace_pages(update):
    pages = own_tree(update)
    at = update.entries[pages][1] + update.header
    body = update.out[update.out.index(b"obj", at) + 4:update.out.index(b"\nendobj", at)]
    update.put(update.old.pages, bytes(body))


def replace_catalogue(update):
    pages = own_tree(update)
    root = update.old.root
    update.put(root, re.sub(rb"/Pages\s*\d+", b"/Pages %d" % pages, update.old.body(root), 1))


def add_page(update):
    pages = update.old.pages
    new = own_tree(update)
    text = update.old.body(pages)
    kids = update.old.key("Kids", text)
    if re.search(rb"/Kids\s*\[", text):
        update.put(pages, re.sub(rb"/Kids\s*\[", b"/Kids[%d 0 R " % (new - 1), text, 1))
    else:
        update.put(kids, b"[%d 0 R " % (new - 1) + update.old.body(kids)[1:])


def empty_form(update):
    """The signature is no longer reached from the catalogue."""
    root = update.old.root
    form = update.old.key("AcroForm", update.old.body(root))
    if form and not re.search(rb"/AcroForm\s*<<", update.old.body(root)):
        update.put(form, b"<</Fields[]>>")
    else:
        update.put(root, re.sub(rb"/AcroForm\s*<<", b"/Acroform<<", update.old.body(root), 1))


def switch_catalogue(update):
    pages = own_tree(update)
    return update.add(re.sub(rb"/Pages\s*\d+", b"/Pages %d" % pages,
                             update.old.body(update.old.root), 1))


MEANS = {"content replaced": replace_content, "page replaced": replace_page,
         "page tree replaced": replace_pages, "catalogue replaced": replace_catalogue,
         "page added": add_page, "catalogue switched": switch_catalogue}


def cases():
    made = []
    names = kit_cases.names()
    for turn, (what, means) in enumerate(MEANS.items()):
        def save(update, means=means):
            root = means(update)
            return update.close(root=root)
        for name, octets in kit_cases.on_some(names, 8, turn, save):
            made.append(Case(f"{name}/{what}", "incremental saving", octets, INVALID, CHANGED))
    for name in names:
        update = kit_pdf.Writer(kit_cases.base(name))
        empty_form(update)
        made.append(Case(f"{name}/signature dropped from the form", "signature removed",
                         update.close(), NO_SIGNATURE, ("pdf.signature_unlisted",)))
    return made
