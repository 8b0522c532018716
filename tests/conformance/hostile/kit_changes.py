"""One change of one object, laid over several documents."""
import kit_documents
from kit_cases import INVALID, Case


EVERYWHERE = False  # each change over one document only, another one each time


class Table:
    """The changes of one module; `cases()` lays each over at most `most` documents that have what
    it touches."""

    def __init__(self, most=3):
        self.rows, self.most = [], most

    def add(self, attack, name, codes, edit, on=None, profile="document", expect=INVALID):
        """codes: without "pdf."; `on`: names of bases instead of all."""
        codes = tuple(c if "." in c or c.isupper() else f"pdf.{c}" for c in codes.split())
        self.rows.append((attack, name, codes, edit, on, profile, expect))

    def row(self, attack, name, codes, **more):
        """The same as a decorator."""
        def keep(edit):
            self.add(attack, name, codes, edit, **more)
            return edit
        return keep

    def cases(self):
        made = []
        for number, (attack, name, codes, edit, on, profile, expect) in enumerate(self.rows):
            found = 0
            most = (len(on) if on else self.most) if EVERYWHERE else 1
            for base in turned(on, number) if on else order(number):
                revision = kit_documents.base(base).revise()
                try:
                    edit(revision)
                except KeyError:  # this document has no such part
                    continue
                name_of_profile = "" if profile == "document" else f" ({profile})"
                made.append(Case(f"{base}/{attack}: {name}{name_of_profile}", attack,
                                 revision.close().octets, expect, codes, profile))
                found += 1
                if found == most:
                    break
            if found == 0 or on and found != most:
                raise ValueError(f"{name}: documents without what it changes")
        return made


def turned(names, number):
    start = number % len(names)
    return [*names[start:], *names[:start]]


def order(number):
    """In turn: documents with much in them, certified and not, then all others."""
    return list(dict.fromkeys([*turned(["plain", "all", "all-3", "form", "two", "rich-2"], number),
                               *turned(list(kit_documents.RECIPES), number * 5)]))
