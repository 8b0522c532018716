"""What must be true after the day: of every released file, of every number, of the logs and of what was printed."""
import collections
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import time
import unicodedata
import urllib.parse

from desk import keep
from world import json_documents, quietly

ROOT = pathlib.Path(__file__).resolve().parents[3]
VALID_AFTER = {None: ("VALID", "released"), "cancelled": ("INVALID", "cancelled"), "recalled": ("INVALID", "recalled")}


# What it is: its verdict, what the register says of it, and a code that must be among the reasons.
FORGERIES = {
    "altered": ("INVALID", None, None),
    "saved-again": ("INVALID", None, None),
    "foreign-seal": ("INSUFFICIENT", None, "signature.no_trusted_chain"),
    "no-entry": ("VALID", None, None),
    # The released copy and more behind it: neither that copy nor a forgery of it.
    "sealed-twice": ("INSUFFICIENT", "released", "register.not_compared"),
}


def greys(path):
    """[((width, height), octets)] of its pages at 100 dpi."""
    quietly("pdftoppm", "-gray", "-r", "100", path, path.with_suffix(""))
    pages = []
    for picture in sorted(path.parent.glob(f"{path.stem}-*.pgm")):
        octets = picture.read_bytes()
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", octets)
        pages.append(((int(head[1]), int(head[2])), octets[head.end():]))
        picture.unlink()
    return pages


def case_of(row):
    return row["case"].rsplit("/", 1)[1]


class Judge:
    def __init__(self, world, day, base, folder, check):
        self.world, self.day, self.base, self.folder, self.check = world, day, base, pathlib.Path(folder), check
        self.ledger = day.ledger
        for name in ("released", "letters", "layouts", "books", "pictures"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.files = []  # (path, desk, case)
        self.days = {}   # id of case: day of its number
        self.figures = collections.Counter()

    def while_it_runs(self):
        for look in (self.keep_files, self.numbers, self.books, self.delivered, self.verifies, self.forged, self.audited):
            self.timed(look)

    def timed(self, look):
        begun = time.monotonic()
        look()
        print(f"  {look.__name__}: {time.monotonic() - begun:.1f} s", flush=True)

    def verifies(self):
        self.judged("without the register", ())
        key = self.world.folder / "register.key"
        key.write_text(self.world.add_key("inspector", "verify,originals,register"))
        key.chmod(0o600)
        self.judged("with the register", ("--register", self.base, "--register-key", key))

    def afterwards(self):
        """Without the service: other people's validators, and pictures."""
        for look in (self.poppler, self.golden, self.codes, self.untouched, self.pictures):
            self.timed(look)

    def keep_files(self):
        products = collections.Counter()
        for number, (desk, case, octets) in enumerate(self.ledger.released):
            products[case["product"]] += 1
            path = keep(self.folder, f"released/{number:03}-{case['product']}-{desk.commune.code}.pdf", octets)
            self.files.append((path, desk, case))
        for number, (name, octets, words) in enumerate(self.ledger.letters):
            text = " ".join(self.text(keep(self.folder, f"letters/{number:02}-{name}.pdf", octets)).split())
            for one in words:
                self.check(f"{name} says it in these words", one in text, (one, text))
        for name, octets in self.ledger.documents:
            keep(self.folder, f"layouts/{name.replace(' ', '-')}.pdf", octets)
        self.figures.update(products)

    def text(self, path):
        text = quietly("pdftotext", "-layout", path, "-").decode()
        self.check(f"A-07: {path.name} is NFC", unicodedata.is_normalized("NFC", text), path)
        return text

    # Numbers and books.

    def numbers(self):
        """Every number of every book: used or voided with its reason, none missing, none twice."""
        given, seen = dict(self.ledger.numbers), set()
        for desk in self.day.desks:
            for book in desk.ask("GET", "/api/v1/books")["books"]:
                rows = desk.rows(book["id"])
                self.check(f"{book['id']}: 1 to {book['last']}, each once",
                           [row["number"] for row in rows] == list(range(1, book["last"] + 1)), rows)
                self.check(f"{book['id']} is of its unit", book["unit"] == desk.commune.code, book)
                for row in rows:
                    self.figures["numbers"] += 1
                    seen.add(case_of(row))
                    self.days[case_of(row)] = row["day"]
                    self.row(book, row, given)
        self.check("no number is only at a desk, none only in a book", seen == set(given), seen ^ set(given))

    def row(self, book, row, given):
        case, name = case_of(row), f"{book['id']}/{row['number']}"
        self.check(f"{name} is what the desk was given", given.get(case) == row["text"], (row, given.get(case)))
        reason = self.ledger.voided.get(case)
        if reason:
            self.figures["voided"] += 1
            self.check(f"{name} is voided and says why", row["state"] == "voided" and reason in row["note"], row)
        else:
            self.check(f"{name} is final", row["state"] == "final", row)
        self.check(f"{name}: its day is of the book's year", row["day"][:4] == str(book["year"]), row)

    def books(self):
        """Printed, exported, and checked without the service."""
        config = self.world.folder / "antind.toml"
        found = self.world.antin("book", "verify", "--config", config)
        self.check("antin book verify", found.returncode == 0, found.stdout + found.stderr)
        for desk in self.day.desks:
            for book in desk.ask("GET", "/api/v1/books")["books"]:
                name = book["id"].replace("/", "-")
                query = urllib.parse.quote(book["id"], safe="")
                month = f"{book['year']}-{12 if book['year'] == 2026 else '01'}"
                for print_name, more in ((f"{name}-{month}", f"&month={month}"), (name, "")):
                    path = keep(self.folder, f"books/{print_name}.pdf",
                                desk.ask("GET", f"/api/v1/books/print?book={query}{more}"))
                    text = " ".join(self.text(path).split())
                    for row in desk.rows(book["id"]):
                        self.check(f"{print_name} has {row['text']}", row["text"] in text, text[:500])
                out = self.folder / "books" / name
                done = self.world.antin("book", "export", book["id"], "--output", out, "--with", "documents", "--config",
                                        config)
                self.check(f"{name} is exported", done.returncode == 0, done.stderr)
                done = self.world.antin("book", "verify", out)
                self.check(f"{name}: the export is whole", done.returncode == 0, done.stdout + done.stderr)
                self.figures["books"] += 1
            report = desk.ask("GET", "/api/v1/reports/index?month=2026-12").decode("utf-8-sig").splitlines()
            self.check("C-22: the monthly report has the commune", any(desk.commune.code in line for line in report[1:]),
                       report)

    def delivered(self):
        """R-15: each released document in the drop folder, the same octets, described."""
        drop, ended = self.world.folder / "drop", self.ledger.ended
        wanted = {hashlib.sha256(octets).hexdigest(): case["id"] for _, case, octets in self.ledger.released}
        # Of what was recalled or cancelled meanwhile nothing more is handed out.
        sure = {digest for digest, case in wanted.items() if case not in ended}
        deadline, found = time.monotonic() + 60, set()
        while not sure <= found and time.monotonic() < deadline:
            time.sleep(0.1)
            found = {hashlib.sha256(path.read_bytes()).hexdigest() for path in drop.glob("*.pdf")}
        self.check("each released document was delivered, and nothing else", sure <= found <= set(wanted),
                   (len(found), len(wanted)))
        told = [json.loads(path.read_bytes()) for path in drop.glob("*.json")]
        for one in told:
            if "document" in one:
                # A document of the agency has no holder.
                holder = one["metadata"]["TenChuSoHuu"]
                self.check("its description holds", holder in self.ledger.served
                           or (holder is None and one["product"] == "office_copy"), one)
            if "document" in one and one["product"] == "result":
                about = one["metadata"]
                self.check("R-15: a result is delivered with all that its own route tells",
                           re.fullmatch(re.escape(about["MaHoSo"]) + r"-KQ\([1-9][0-9]*\)", about["MaKetQua"] or "")
                           and about["Ma"] and about["MucDoTinCay"] and about["TepDinhKem"]["SHA256"], one)
        gone = {one["case"]["id"] for one in told if one["type"] in ("case.cancelled", "case.recalled")}
        self.check("R-14: who has one is told that it is over", gone == set(ended), (gone, ended))

    # Files.

    def judged(self, how, options):
        """`antin verify` of every released file, in one process."""
        crl = ("--crl", self.world.pki / "crl")
        done = self.world.antin("verify", *(path for path, _, _ in self.files), "--trust", self.world.trust, *crl,
                                "--units", self.world.folder / "units.toml", "--offline", "--format", "json", *options)
        reports = json_documents(done.stdout.decode())
        if not self.check(f"antin verify answers of all ({how})", len(reports) == len(self.files), done.stderr[-2000:]):
            return
        for (path, _, case), report in zip(self.files, reports):
            self.one_report(path, case, report, bool(options))

    def one_report(self, path, case, report, asked):
        ended = self.ledger.ended.get(case["id"])
        verdict, state = VALID_AFTER[ended if asked else None]
        if not self.check(f"{path.name}: judged", "verdict" in report, report):
            return
        self.check(f"{path.name}: {verdict}", report["verdict"] == verdict,
                   (report["message"]["vi"], [f["message"]["vi"] for f in report["findings"]],
                    [[f["code"] for f in s["findings"]] for s in report["signatures"]]))
        if not asked:
            return
        self.figures["checked with the register"] += 1
        entry = report["register"] or {}
        self.check(f"{path.name}: {state}", (entry.get("state"), entry.get("number")) == (state, case.get("number")), entry)

    def poppler(self):
        """pdfsig: every signature is valid."""
        for path, _, case in self.files:
            self.poppler_of(path, case)

    def poppler_of(self, path, case):
        text = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, stdin=subprocess.DEVNULL,
                              check=False).stdout.decode(errors="replace")
        blocks = re.split(r"(?m)^Signature #\d+:$", text)[1:]
        wanted = 1 + (case["product"] in ("certified_copy", "result"))
        valid = ["Signature Validation: Signature is Valid." in block for block in blocks]
        self.check(f"pdfsig: {path.name}", all(valid) and len(valid) >= wanted, text)
        self.figures["signatures that pdfsig finds valid"] += sum(valid)

    def forged(self):
        """What people may hold in their hands beside what left the offices: each gets its answer and its sentence."""
        folder, asked = self.folder / "forged", []
        shutil.rmtree(folder, ignore_errors=True)
        firsts = {}
        for path, desk, case in self.files:
            if case["id"] not in self.ledger.ended:
                firsts.setdefault(case["product"], (path, desk, case))
        for product, (path, desk, case) in firsts.items():
            octets, work = path.read_bytes(), folder / product
            # Sixty octets into its last stream that came before the first signature.
            at = octets.rindex(b"stream\n", 0, octets.index(b"/ByteRange")) - 20
            at = octets.rindex(b"stream\n", 0, at) + 60
            altered = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:]
            keep(work, "altered.pdf", altered)
            subprocess.run(["qpdf", path, work / "saved-again.pdf"], check=False, capture_output=True,
                           stdin=subprocess.DEVNULL)
            before = keep(work, "before-the-seal.pdf", desk.document(
                case, "officer_signed" if product in ("certified_copy", "result") else "document"))
            self.foreign_seal(before, work / "foreign-seal.pdf")
            self.own_seal(before, desk, work / "no-entry.pdf")
            self.own_seal(path, desk, work / "sealed-twice.pdf")
            asked += [(product, kind, work / f"{kind}.pdf") for kind in FORGERIES]
        key = self.world.folder / "register.key"
        done = self.world.antin("verify", *(path for _, _, path in asked), "--trust", self.world.trust, "--crl",
                                self.world.pki / "crl", "--units", self.world.folder / "units.toml", "--offline",
                                "--format", "json", "--register", self.base, "--register-key", key)
        reports = json_documents(done.stdout.decode())
        if not self.check("antin verify answers of all forgeries", len(reports) == len(asked), done.stderr[-2000:]):
            return
        for (product, kind, _), report in zip(asked, reports):
            verdict, known, code = FORGERIES[kind]
            codes = {f["code"] for s in report["signatures"] for f in s["findings"]} | {
                f["code"] for f in report["findings"]}
            entry = report["register"] and report["register"]["state"]
            self.check(f"{product}, {kind}: {verdict}, {code}",
                       report["verdict"] == verdict and entry == known and (code is None or code in codes),
                       (report["verdict"], entry, sorted(codes), report["message"]["vi"]))
            self.check(f"{product}, {kind}: a sentence for people", report["message"]["vi"].strip(), report["message"])
            self.figures["forgeries"] += 1

    def foreign_seal(self, source, out):
        """A seal of the same name that nobody vouches for."""
        other, p12, pin = ROOT / "tests/pki", self.world.folder / "foreign.p12", self.world.folder / "foreign.pin"
        if not p12.exists():
            quietly("openssl", "pkcs12", "-export", "-inkey", other / "keys/agency.key", "-in", other / "certs/agency.crt",
                    "-passout", "pass:123456", "-out", p12)
            pin.write_text("123456")
            pin.chmod(0o400)
        self.world.antin("sign", source, "-o", out, "--p12", p12, "--pin-source", f"file:{pin}", "--role", "agency",
                         check=(0, 1))

    def own_seal(self, source, desk, out):
        """The right key, used past the office: sound by itself, and in nobody's book."""
        self.world.sign([source], out, desk.commune.seal_key, ("--role", "agency"))

    # What stands on the pages.

    def golden(self):
        """The words of the law on what left, by pdftotext."""
        for path, desk, case in self.files:
            lines = [" ".join(line.split()) for line in self.text(path).splitlines()]
            for wanted in self.prescribed(desk, case):
                self.check(f"{path.name} says: {wanted}", any(re.fullmatch(wanted, line) for line in lines), lines)

    def prescribed(self, desk, case):
        commune, number = desk.commune, re.escape(case.get("number", ""))
        if case["product"] == "certified_copy":
            year, month, day = self.days[case["id"]].split("-")
            return ("Chứng thực bản sao đúng với bản chính", f"Số chứng thực {number} quyển số 01/{year} - SCT/BS",
                    f"Ngày {day} tháng {month} năm {year}", commune.capacity.split()[0] + ".*", commune.officer.name)
        if case["product"] == "office_copy":
            form = case["facts"]["form"]
            head = r"Số: 12/2026/QĐ-UBND" if form == "PHỤ LỤC" else f"{form}; {commune.name.upper()}"
            moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00" if case["facts"].get("time_form") else \
                r"\d\d/\d\d/\d{4}; \d\d:\d\d:\d\d \+07:00"
            return (f"{head}; {moment}",)
        if case["product"] == "result":
            return f"Số: {number}", "Mã kết quả: " + re.escape(case["result"]["code"])
        return ("BẢN SAO", "GIẤY KHAI SINH", f".*Số: {number}.*")

    def codes(self):
        """R-17: a stock reader finds the address on paper, printed at 200 dpi in grey and in black and white."""
        seen = collections.Counter()
        for path, _, case in self.files:
            seen[case["product"]] += 1
            if seen[case["product"]] > (100 if self.day.whole else 2):
                continue
            code = case.get("code") or case["result"]["public_code"]
            for how in ("-gray", "-mono"):
                # A scan without room has it on the page behind.
                quietly("pdftoppm", how, "-r", "200", path, self.folder / "qr")
                printed = sorted(self.folder.glob("qr-*.p[gb]m"))
                said = subprocess.run(["zbarimg", "-q", "--raw", *printed], capture_output=True, check=False,
                                      stdin=subprocess.DEVNULL).stdout.decode().strip()
                self.check(f"R-17: {path.name} {how}", said == "https://tracuu.example.vn/?code=" + code, said)
                for one in printed:
                    one.unlink()

    def untouched(self):
        """C-12: where the scan was not blank, no pixel differs once the words stand on it."""
        for number, (capture, document) in enumerate(self.ledger.stamped):
            one, two = (keep(self.folder / "stamped", f"{number}-{name}.pdf", octets)
                        for name, octets in (("capture", capture), ("document", document)))
            for page, (before, after) in enumerate(zip(greys(one), greys(two)), 1):
                self.check("the page keeps its size", before[0] == after[0], page)
                covered = sum(b != a and b < 245 for b, a in zip(before[1], after[1]))
                self.check(f"C-12: page {page} of {number}: nothing of it is covered", covered == 0, covered)

    def audited(self):
        """Both logs against the register and against the key holder's journal."""
        done = self.world.antin("audit", "verify", "--store", self.world.folder / "store", "--config",
                                self.world.folder / "antind.toml", "--tokend", self.world.tokend.socket, "--json")
        self.check("antin audit verify", done.returncode == 0, done.stdout + done.stderr)

    # To look at.

    def pictures(self):
        """One of each layout, and each kind of released document with its last page."""
        out = self.folder / "pictures"
        out.mkdir(parents=True)
        sources = [*sorted((self.folder / "layouts").glob("*.pdf")), *sorted((self.folder / "letters").glob("*.pdf")),
                   *sorted((self.folder / "books").glob("*.pdf"))]
        kinds = set()
        for path, _, case in self.files:
            kind = (case["product"], path.stem[-5:])
            if kind not in kinds:
                kinds.add(kind)
                sources.append(path)
        for path in sources:
            quietly("pdftoppm", "-png", "-r", "60", path, out / f"{path.parent.name}-{path.stem}")
        self.figures["pictures"] = len(list(out.glob("*.png")))

    def tell(self):
        print(f"  {len(self.ledger.served)} citizens, {dict(self.figures)}")
        print(f"  pictures: {self.folder / 'pictures'}")
