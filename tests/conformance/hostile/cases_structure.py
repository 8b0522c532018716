"""Attacks on the structure of a file: the chain of cross-reference sections, what they point at, and
octets that nothing accounts for."""
import kit_cases
import kit_pdf
from kit_cases import Case, INVALID

CHANGED = ("pdf.change_page_content", "pdf.change_page_resources", "pdf.change_page_attributes",
           "pdf.change_page_tree", "pdf.change_page_added", "pdf.change_page_removed",
           "pdf.change_catalogue", "pdf.change_unclassified", "pdf.change_signature_removed",
           "pdf.change_trailer")
FORGED = "BT /F1 12 Tf 20 150 Td (So tien: 9.000.000 dong) Tj ET\n"


def cases():
    made = []
    for name in kit_cases.names():
        update = kit_pdf.Writer(kit_cases.base(name))
        update.stream(update.old.content(), FORGED)
        made.append(Case(f"{name}/content replaced", "incremental saving", update.close(), INVALID,
                         CHANGED))
    return made
