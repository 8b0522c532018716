"""Documents as values: a revision is what an edit changed in them.

    paper = kit_documents.made("form").signed("approval", certify=2)
    revision = paper.revise()
    revision["page1"]["Rotate"] = 90      # touched objects are written anew, nothing else is
    octets = revision.close().octets

Objects have labels; `Ref(label)` refers to one. Dictionaries are dicts without the slash, names are
Name, strings are str or bytes.
"""
import copy

import kit_pdf
import kit_pki


class Name(str):
    pass


class Ref(str):
    """A reference to the object of that label."""


class Raw(bytes):
    """Octets that stand as they are."""


class Stream:
    def __init__(self, data, **dictionary):
        self.data, self.dictionary = kit_pdf.as_octets(data), dictionary


class Paper:
    """A document of one or more revisions."""

    def __init__(self):
        self.octets, self.objects, self.numbers = b"", {}, {}
        self.kind, self.info, self.packed = "table", None, False
        self.fields = 0

    def add(self, label, value):
        self.objects[label] = value
        self.number(label)
        return Ref(label)

    def number(self, label):
        """The label's object number; one that nobody uses when it is new."""
        return self.numbers.setdefault(label, max(self.numbers.values(), default=0) + 1)

    def write(self, value):
        if isinstance(value, Raw):
            return bytes(value)
        if isinstance(value, Ref):
            return b"%d 0 R" % self.numbers[value]
        if isinstance(value, Name):
            return b"/" + value.encode()
        if isinstance(value, str):
            plain = all(32 <= ord(c) < 127 and c not in "()\\" for c in value)
            return b"(" + value.encode() + b")" if plain else \
                b"<" + (b"\xfe\xff" + value.encode("utf-16-be")).hex().encode() + b">"
        if isinstance(value, bytes):
            return b"<" + value.hex().encode() + b">"
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if value is None:
            return b"null"
        if isinstance(value, (int, float)):
            return str(value).encode()
        if isinstance(value, (list, tuple)):
            return b"[" + b" ".join(self.write(v) for v in value) + b"]"
        if isinstance(value, dict):
            return b"<<" + b"".join(b"/" + k.encode() + b" " + self.write(v)
                                    for k, v in value.items()) + b">>"
        raise TypeError(value)

    def put(self, writer, labels, packed=False):
        """Writes these objects; all that may go into an object stream does if `packed`."""
        inside = []
        for label in labels:
            value, number = self.objects[label], self.numbers[label]
            if value is None:
                writer.entries[number] = ("f", 0, 1)
            elif isinstance(value, Stream):
                more = self.write(value.dictionary)[2:-2].decode("latin-1")
                writer.stream(number, value.data, more)
            elif packed and not isinstance(value, Raw):
                inside.append((number, self.write(value)))
            else:
                writer.put(number, self.write(value))
        if inside:
            writer.object_stream(self.number(f"container {len(self.numbers)}"), inside)

    def finish(self, kind="table", packed=False):
        """The first revision, from everything added so far."""
        self.kind, self.packed = kind, packed
        writer = kit_pdf.Writer()
        self.put(writer, list(self.objects), packed)
        more = f"/ID[<{'11' * 16}><{'11' * 16}>]"
        if "info" in self.objects:
            more += f"/Info {self.numbers['info']} 0 R"
        self.octets = writer.close(kind, root=self.numbers["catalog"], more=more)
        self.number("section")  # a cross-reference stream took it
        return self

    def revise(self):
        return Revision(self)

    def signed(self, name, **how):
        revision = self.revise()
        place_signature(revision, name, **how)
        return revision.close()


class Revision:
    """An edit of a Paper. Reading an object marks it as touched; peek() only looks."""

    def __init__(self, paper):
        self.paper = copy.copy(paper)
        self.paper.objects = dict(paper.objects)  # values are copied when they are touched
        self.paper.numbers = dict(paper.numbers)
        self.touched, self.more, self.omit = [], "", ()
        self.kind, self.packed = paper.kind, paper.packed
        self.seals = []

    def has(self, label):
        return self.paper.objects.get(label) is not None

    def __getitem__(self, label):
        value = self.data(label)
        return value.dictionary if isinstance(value, Stream) else value

    def peek(self, label):
        value = self.paper.objects[label]
        return value.dictionary if isinstance(value, Stream) else value

    def data(self, label):
        if label not in self.touched:
            self.paper.objects[label] = copy.deepcopy(self.paper.objects[label])
            self.touched.append(label)
        return self.paper.objects[label]

    def __setitem__(self, label, value):
        self.paper.add(label, value)
        if label not in self.touched:
            self.touched.append(label)

    def add(self, value, label=None):
        label = label or f"new {len(self.paper.numbers)}"
        self[label] = value
        return Ref(label)

    def free(self, label):
        self[label] = None

    @property
    def root(self):
        return self["catalog"]

    @property
    def form(self):
        return self["acroform"]

    def close(self):
        writer = kit_pdf.Writer(self.paper.octets)
        self.paper.put(writer, self.touched, self.packed)
        octets = writer.close(self.kind, more=self.more, omit=self.omit)
        for timestamp, signer in self.seals:
            octets = kit_pdf.seal(octets, signer, timestamp=timestamp)
        self.paper.octets = octets
        self.paper.number(f"section {len(self.paper.numbers)}")
        return self.paper


def reference(method, **parameters):
    return {"Type": Name("SigRef"), "TransformMethod": Name(method),
            "TransformParams": {"Type": Name("TransformParams"), "V": Name("1.2"), **parameters}}


def place_signature(revision, name, page="page1", rect=None, draw=None, certify=None, field_mdp=None,
                    lock=None, timestamp=False, signer="officer-rsa2048", field=None):
    """Puts a signature that close() seals: into the field labelled `field`, or a new one."""
    references = []
    if certify:
        references.append(reference("DocMDP", P=certify))
    if field_mdp:
        references.append(reference("FieldMDP", **field_mdp))
    more = b"/Reference" + revision.paper.write(references) if references else b""
    value = kit_pdf.place_timestamp_value() if timestamp else \
        kit_pdf.signature_value(more.decode("latin-1"))
    value = revision.add(Raw(kit_pdf.as_octets(value)), f"value {name}")
    if field is None:
        field = revision.add({"FT": Name("Sig"), "T": name, "Type": Name("Annot"),
                              "Subtype": Name("Widget"), "F": 132, "Rect": rect or [0, 0, 0, 0],
                              "P": Ref(page)}, f"field {name}")
        if lock:
            revision[field]["Lock"] = lock
        put_into_form(revision, field)
        revision[page].setdefault("Annots", []).append(field)
    revision[field]["V"] = value
    if draw:
        box = revision.peek(field)["Rect"]
        revision[field]["AP"] = {"N": revision.add(
            appearance(draw, box), f"look {name}")}
    if certify:
        revision.root["Perms"] = {"DocMDP": value}
    revision.form["SigFlags"] = 3
    revision.seals.append((timestamp, signer))


def appearance(text, box, font="helv"):
    width, height = box[2] - box[0], box[3] - box[1]
    return Stream(f"q BT /Helv 9 Tf 0 g 2 4 Td ({text}) Tj ET Q", Type=Name("XObject"),
                  Subtype=Name("Form"), BBox=[0, 0, width, height],
                  Resources={"Font": {"Helv": Ref(font)}})


def put_into_form(revision, field):
    if not revision.has("acroform"):
        revision.add({"Fields": [], "SigFlags": 3}, "acroform")
        revision.root["AcroForm"] = Ref("acroform")
    revision.form["Fields"].append(field)


def put_evidence(revision, names=("officer-rsa2048", "issuing-ca"), lists=("root", "issuing-ca")):
    """What B-LT adds: certificates and lists in /DSS."""
    def streams(kind, octets):
        return [revision.add(Stream(o), f"{kind} {i} {len(revision.paper.numbers)}")
                for i, o in enumerate(octets)]
    certificates = streams("cert", [kit_pki.certificate(n) for n in names])
    crls = streams("crl", [revocation_list(n) for n in lists])
    if not revision.has("dss"):
        revision.add({"Type": Name("DSS"), "Certs": [], "CRLs": []}, "dss")
        revision.root["DSS"] = Ref("dss")
    store = revision["dss"]
    store["Certs"] = store["Certs"] + certificates
    store["CRLs"] = store["CRLs"] + crls


def revocation_list(name):
    path = kit_pki.PKI / "crl" / f"{name}.crl"
    octets = path.read_bytes()
    return kit_pki.unarmor(path) if octets.startswith(b"-----") else octets
