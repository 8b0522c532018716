"""The last day of a year in three communes, hour by hour, and the first working day of the next.

Every scene takes what it needs from the desks of cast.py and notes in the ledger which numbers were given, what was
released, and what was written to people. What all of it must be afterwards is for judge.py.
"""
import concurrent.futures
import dataclasses
import itertools
import time

import papers
from cast import CITIZENS
from desk import YES_NO, Refused

TYPES = (("Giấy khai sinh", "giay_khai_sinh"), ("Bằng tốt nghiệp", "bang_tot_nghiep"), ("Học bạ", "hoc_ba"),
         ("Giấy chứng nhận quyền sử dụng đất", "quyen_su_dung_dat"), ("Giấy chứng nhận kết hôn", "giay_chung_nhan_ket_hon"))
SCANS = (("png", 1), ("jpeg", 1), ("pdf", 5), ("tiff", 1), ("pdf", 2))


@dataclasses.dataclass
class Ledger:
    """What the people of the day know of it."""
    numbers: dict = dataclasses.field(default_factory=dict)   # id of case: number that it was given
    voided: dict = dataclasses.field(default_factory=dict)    # id of case: reason
    released: list = dataclasses.field(default_factory=list)  # (desk, case, octets)
    ended: dict = dataclasses.field(default_factory=dict)     # id of case: "cancelled" or "recalled"
    letters: list = dataclasses.field(default_factory=list)   # (name, octets, words that it must say)
    documents: list = dataclasses.field(default_factory=list)  # (name, octets): every layout, to look at
    stamped: list = dataclasses.field(default_factory=list)   # (capture, document with its lời chứng)
    served: set = dataclasses.field(default_factory=set)      # citizens

    def given(self, case):
        self.numbers[case["id"]] = case["number"]
        return case


class Day:
    def __init__(self, desks, clock, check, whole):
        self.desks, self.clock, self.check, self.whole = desks, clock, check, whole
        self.ledger, self.people, self.papers = Ledger(), itertools.cycle(CITIZENS), itertools.count(1)
        self.times = []

    def scene(self, time_of_day, title, play, *given):
        self.clock.put(time_of_day)
        begun = time.monotonic()
        play(*given)
        self.times.append((time_of_day, title, time.monotonic() - begun))
        print(f"  {time_of_day} {title}: {self.times[-1][2]:.1f} s", flush=True)

    def citizen(self):
        name = next(self.people)
        self.ledger.served.add(name)
        return name

    def each(self, function):
        """At the desks of all communes at the same time."""
        with concurrent.futures.ThreadPoolExecutor(len(self.desks)) as pool:
            return list(pool.map(function, self.desks))

    def refuses(self, code, function, *given, **more):
        try:
            function(*given, **more)
        except Refused as refused:
            self.check(f"refused as {code}", refused.code == code, refused)
        else:
            self.check(f"refused as {code}", False, "was taken")

    def paper(self, desk, copies=1, kind=None, answers=None, paper_type=None, name=None, visit=None):
        """Somebody is at the counter with a paper; up to the scan."""
        number = next(self.papers)
        title, code = TYPES[number % len(TYPES)]
        scan, pages = kind or SCANS[number % len(SCANS)]
        requester = name or self.citizen()
        octets = papers.scan(scan, number, title, (f"Ho ten: {requester}", f"So: {number}"), pages)
        return desk.captured(octets, visit=visit, answers=answers, requester=requester, requester_id=f"040196{number:06}", paper=title,
                             paper_type=paper_type or code, pages=pages, copies=copies)

    def copies(self, desk, many):
        return [self.ledger.given(desk.attested(self.paper(desk))) for _ in range(many)]

    def gone(self, desk, cases, delivery="trả tại quầy"):
        """Signed by their officer already: seal, book, citizen."""
        for case in desk.released(cases, delivery):
            self.out(desk, case)

    def out(self, desk, case):
        octets = desk.document(case, "sealed")
        self.ledger.released.append((desk, case, octets))
        return octets

    # Product A.

    def counter(self, desk):
        """Ordinary copies: one by the session's protocol, the rest by the command, one of three copies, a visit of two."""
        cases = self.copies(desk, 3 if self.whole else 1)
        three = self.paper(desk, copies=3)
        cases.append(self.ledger.given(desk.attested(three)))
        visitor = self.citizen()
        first, second = (self.paper(desk, name=visitor, visit="luot-1") for _ in range(2))
        first = self.ledger.given(desk.attested(first, together=[{"id": second["id"], "version": second["version"]}]))
        second = self.ledger.given(desk.look(second))
        follow = [int(case["number"].split("/")[0]) for case in (first, second)]
        self.check("C-08: papers of one visit have numbers that follow", follow[1] == follow[0] + 1, follow)
        self.ledger.documents.append((f"loi-chung-{desk.commune.code}", desk.document(first, "document")))
        cases += [first, second]
        self.ledger.stamped += [(desk.document(one, "capture"), desk.document(one, "document")) for one in cases]
        if desk.commune.officer_key == "officer-rsa2048":
            signed = [desk.sign_in_session(cases[0]), *desk.sign(cases[1:])]
        else:
            signed = desk.sign(cases)
        self.check("all of them are signed", {c["state"] for c in signed} == {"officer_signed"}, signed)
        self.gone(desk, signed)

    def foreign(self, desk):
        """C-06: legalised, free by treaty, free by the circular; and one that is none of these is refused."""
        how = ("done", "treaty", "circular") if self.whole else ("circular",)
        cases = [self.paper(desk, kind=("png", 1), paper_type="bang_tot_nghiep",
                            answers={"foreign": "yes", "legalisation": one}) for one in how]
        self.gone(desk, desk.sign([self.ledger.given(desk.attested(case)) for case in cases]))
        self.refuses("office.foreign_not_exempt", self.paper, desk, kind=("png", 1), paper_type="giay_khai_sinh",
                     answers={"foreign": "yes", "legalisation": "circular"})
        self.refuses("office.refusal_ground", self.paper, desk, kind=("png", 1), paper_type="bang_tot_nghiep",
                     answers={"foreign": "yes", "legalisation": "none"})

    def refusals(self, desk, grounds):
        """C-05: each ground has its letter, in the words of the decree; no number is used."""
        for ground, words in grounds:
            requester = self.citizen()
            case = desk.opened("certified_copy", facts={"requester": requester, "paper": "Bằng tốt nghiệp",
                                                        "paper_type": "bang_tot_nghiep", "pages": 1})
            self.refuses("office.secret_paper" if ground == 3 else "office.refusal_ground", desk.step, case, "check", key=desk.reception,
                         facts={"answers": {**YES_NO, f"ground_{ground}": "yes"}})
            case = desk.step(case, "refuse", {"ground": ground}, key=desk.reception)
            case = desk.letter(case, "refusal", signer=desk.commune.officer.account, capacity=desk.commune.capacity,
                               explanation=f"Xem bản chính ở quầy, căn cứ {ground}.")
            self.ledger.letters.append((f"tu-choi-{ground}", desk.document(case, "refusal"), (
                words, requester, desk.commune.officer.name, "Về việc từ chối chứng thực bản sao từ bản chính", "NGƯỜI NHẬN")))
            self.check("a refusal has no number", "number" not in case, case)

    def appointment(self, desk):
        """C-15: after 15:00 it is the next working day's, and the slip says hour and day."""
        requester = self.citizen()
        case = desk.opened("certified_copy", facts={
            "requester": requester, "paper": "Học bạ", "paper_type": "hoc_ba", "pages": 24, "receiver": "Hồ Thị Lan"})
        self.check("C-15: the next working day after the holiday", (case["deadline"]["day"], case["deadline"]["appointment"])
                   == ("2027-01-04", True), case["deadline"])
        case = desk.letter(case, "appointment")
        self.ledger.letters.append(("phieu-hen", desk.document(case, "appointment"), (
            case["deadline"]["text"], "Hồ Thị Lan", requester)))
        desk.step(case, "withdraw", {"reason": "sang năm mới làm lại"}, key=desk.reception)

    def voids(self, desk):
        """Two numbers are used up, before the signature and after the seal; their reasons stay in the book."""
        first, second = self.copies(desk, 2)
        self.voided(desk, first, "quét nhầm giấy tờ")
        second, = desk.sealed(desk.sign([second]))
        self.voided(desk, second, "thiếu trang trong bản quét")

    def voided(self, desk, case, reason):
        desk.step(case, "void", {"reason": reason})
        self.ledger.voided[case["id"]] = reason

    def cancels(self, desk):
        """C-18: a wrong certification that has left is cancelled by decision; the right one has a new number."""
        name = self.citizen()
        wrong, = desk.sign([self.ledger.given(desk.attested(self.paper(desk, name=name)))])
        self.gone(desk, [wrong])
        wrong = desk.look(wrong)
        case = desk.step(wrong, "cancel", {"decision": "77/QĐ-UBND", "decision_date": self.clock.now().date().isoformat(),
                                           "decided_by": desk.commune.officer.name})
        self.ledger.ended[case["id"]] = "cancelled"
        self.gone(desk, desk.sign([self.ledger.given(desk.attested(self.paper(desk, name=name)))]))

    # Products B and C.

    def registers(self, desk):
        """Copies of entries of the original register, by the agency alone and with an officer; one that is not there."""
        made = []
        for many in range(3 if self.whole else 2):
            holder = self.citizen()
            entry, = desk.ask("POST", "/api/v1/origins", {
                "unit": desk.commune.code, "register": "khai_sinh", "entries": [{
                    "book": "Sổ đăng ký khai sinh năm 1996", "number": str(100 + many), "day": "1996-02-20",
                    "fields": {"ho_ten": holder, "ngay_sinh": "1996-02-09", "gioi_tinh": "Nữ", "dan_toc": "Kinh",
                               "noi_sinh": "Trạm y tế", "nam_sinh_me": "1970"}}]})["entries"]
            case = desk.opened("from_register_copy", facts={"requester": holder, "requester_class": "nguoi_duoc_cap"})
            case = desk.step(case, "find", {"entry": entry["id"]})
            signer = {"signer": desk.commune.officer.account} if many % 2 == 0 else None
            case = self.ledger.given(desk.step(case, "compose", signer, once=desk.once()))
            if many < 2:
                self.ledger.documents.append((f"ban-sao-tu-so-goc-{desk.commune.code}-{many}", desk.document(case, "document")))
            made += desk.sign([case]) if signer else [case]
        self.gone(desk, made, "kho")
        nobody = self.citizen()
        case = desk.opened("from_register_copy", facts={"requester": nobody, "requester_class": "nguoi_duoc_cap"})
        case = desk.step(case, "answer_missing", {
            "holder": nobody, "paper": "Giấy khai sinh", "register": "khai_sinh", "signer": desk.commune.officer.account,
            "reason": "Không có thông tin trong sổ gốc"})
        self.ledger.letters.append(("khong-co-so-goc", desk.document(case, "no_entry"), (
            "Không có thông tin trong sổ gốc.", nobody, "Về việc không cấp được bản sao từ sổ gốc")))

    def office_copies(self, desk):
        """SAO Y (both forms of the time), SAO LỤC, TRÍCH SAO, an appendix; none of them has a number."""
        forms = [("SAO Y", {}), ("SAO Y", {"time_form": "iso"}), ("SAO LỤC", {"answers": {"is_sao_y": "yes"}}),
                 ("TRÍCH SAO", {}), ("PHỤ LỤC", {})]
        made = []
        for number, (form, facts) in enumerate(forms):
            text = f"Phu luc {desk.commune.code}" if form == "PHỤ LỤC" else f"Quyet dinh {number}"
            file = papers.document(text, ("Noi dung van ban.",)) if form == "PHỤ LỤC" else \
                papers.scan("jpeg", number, text, (desk.commune.name,))
            case = desk.opened("office_copy", key=desk.keeper, facts={
                "form": form, "source": f"Quyết định số {number}/QĐ-UBND ngày 02/03/2026"})
            case = desk.step(case, "capture", facts, file=file)
            case = desk.step(case, "line", {"symbol": "12/2026/QĐ-UBND"} if form == "PHỤ LỤC" else None)
            made.append(case)
        for (form, facts), case in zip(forms, desk.released(made, "kho")):
            octets = self.out(desk, case)
            self.check("an office copy takes no number", "number" not in case, case)
            self.ledger.documents.append((f"{form}-{'iso' if facts.get('time_form') else desk.commune.code}", octets))

    # Product D.

    def result(self, desk, name, dossier, **members):
        file = papers.document("QUYET DINH", (f"Ho tro cho {name}", f"Ho so {dossier}", *members.pop("words", ())))
        case = desk.opened("result", key=desk.system, file=file, dossier=dossier, facts={
            "requester": name, "requester_id": "040198000001", "paper": "Quyết định hỗ trợ", "paper_type": "QDHT",
            "procedure": "1.001234", "symbol": "QĐ-UBND"}, **members)
        case = desk.step(case, "number", {"signer": desk.commune.officer.account, "capacity": desk.commune.capacity},
                         key=desk.system, once=desk.once())
        return self.ledger.given(case)

    def given_back(self, desk, case):
        """To the system that sent it."""
        case, = desk.entered(desk.sign([case]))
        case = desk.step(case, "release", key=desk.system)
        return case, self.out(desk, case)

    def results(self, desk):
        """Of another system; one is recalled, and its replacement leaves only then."""
        for number in range(2 if self.whole else 1):
            case = self.result(desk, self.citizen(), f"{desk.commune.code}-261231-{number:04}")
            case, octets = self.given_back(desk, case)
            self.check("R-10: the system gets the same octets", octets == desk.ask(
                "GET", case["self"] + "/document?of=sealed", key=desk.system), case["id"])
            if number == 0:
                self.ledger.documents.append((f"ket-qua-{desk.commune.code}", octets))
        if desk.commune.code != "H40.7":
            return
        code = case["result"]["code"]
        new = self.result(desk, self.citizen(), case["dossier"], replaces=code, words=("Thay the quyet dinh truoc.",))
        new, = desk.entered(desk.sign([new]))
        self.refuses("result.replaced_in_force", desk.step, new, "release", key=desk.system)
        desk.step(case, "recall", {"decision": "99/QĐ-UBND", "decision_date": "2026-12-31"})
        self.ledger.ended[case["id"]] = "recalled"
        self.refuses("result.recalled", desk.ask, "GET", case["self"] + "/document?of=sealed", key=desk.system)
        self.out(desk, desk.step(new, "release", key=desk.system))

    # The night.

    def before_midnight(self):
        """Numbers that are given in the last minute and whose papers are not finished."""
        self.late = self.each(lambda desk: self.ledger.given(desk.attested(self.paper(desk, kind=("png", 1)))))
        self.check("they are of the old year", {case["day"] for case in self.late} == {"2026-12-31"}, self.late)

    def across_midnight(self):
        """Every desk goes on certifying while the year ends: each number belongs to the year of its own second."""
        ready = self.each(lambda desk: [self.paper(desk, kind=("png", 1)) for _ in range(6 if self.whole else 4)])
        first = [self.ledger.given(desk.attested(cases[0])) for desk, cases in zip(self.desks, ready)]
        self.clock.put("2026-12-31 23:59:59")

        def go_on(desk, cases):
            done = []
            for number, case in enumerate(cases[1:], 1):
                # Some in the last second, the rest when it is over.
                while number >= len(cases) // 2 and self.clock.now().year == 2026:
                    time.sleep(0.02)
                done.append(self.ledger.given(desk.attested(case)))
            return done

        with concurrent.futures.ThreadPoolExecutor(len(self.desks)) as pool:
            rest = list(pool.map(go_on, self.desks, ready))
        self.midnight = [[one, *more] for one, more in zip(first, rest)]
        for desk, cases in zip(self.desks, self.midnight):
            new = [int(case["number"].split("/")[0]) for case in cases if "/2027" in case["book"]]
            self.check(f"C-10: {desk.commune.code} begins the new year with 01",
                       len(new) >= len(cases) // 2 and new == list(range(1, len(new) + 1)),
                       [(c["number"], c["book"]) for c in cases])
            self.check("the first was still of the old year", "/2026" in cases[0]["book"], cases[0])

    def new_year(self, desk, late, midnight):
        """What was late is finished, and stays in the book of its day; then that book is closed."""
        book = f"{desk.commune.code}/certified_copy/ban_sao_dien_tu/2026"
        told = desk.ask("GET", "/api/v1/books/late")
        self.check("C-10: the late rows are named", late["number"] in str(told), told)
        self.refuses("book.row_open", desk.ask, "POST", "/api/v1/books/close", {"book": book})
        self.gone(desk, desk.sign([late, *midnight]))
        rows = desk.rows(book)
        row, = [row for row in rows if row["case"] == late["self"]] or [rows]
        self.check("a late row keeps its day", (row["day"], row["state"]) == ("2026-12-31", "final"), row)
        text = desk.look(late)
        self.check("and its document says so", text["number"] == late["number"], text)

    def closes(self, desk):
        for book in desk.ask("GET", "/api/v1/books?year=2026")["books"]:
            closed = desk.ask("POST", "/api/v1/books/close", {"book": book["id"]})
            self.check(f"{book['id']} is closed", closed["state"] == "closed", closed)
            self.refuses("book.closed", desk.ask, "POST", "/api/v1/books/close", {"book": book["id"]})

    def deliver(self, day="2026-12-31"):
        from_grounds = GROUNDS if self.whole else GROUNDS[:3]
        self.scene(f"{day} 07:45:00", "at the counter", self.each, self.counter)
        self.scene(f"{day} 09:10:00", "foreign papers", self.each, self.foreign)
        self.scene(f"{day} 09:40:00", "refusals", self.each, lambda desk: self.refusals(
            desk, from_grounds[self.desks.index(desk)::len(self.desks)]))
        self.scene(f"{day} 10:20:00", "copies from the register", self.each, self.registers)
        self.scene(f"{day} 11:00:00", "office copies", self.each, self.office_copies)
        self.scene(f"{day} 13:35:00", "results of another system", self.each, self.results)
        self.scene(f"{day} 14:10:00", "voided", self.each, self.voids)
        self.scene(f"{day} 14:40:00", "cancelled", self.cancels, self.desks[-1])
        self.scene(f"{day} 15:20:00", "appointments", self.each, self.appointment)
        self.scene(f"{day} 23:59:10", "before midnight", self.before_midnight)
        self.scene(f"{day} 23:59:30", "across midnight", self.across_midnight)
        self.scene("2027-01-05 07:40:00", "the new year", self.finish)

    def finish(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.desks)) as pool:
            list(pool.map(self.new_year, self.desks, self.late, self.midnight))
        self.each(self.closes)


GROUNDS = (
    (1, "Bản chính bị tẩy xóa, sửa chữa, thêm, bớt nội dung không hợp lệ."),
    (2, "Bản chính bị hư hỏng, cũ nát, không xác định được nội dung."),
    (3, "Bản chính đóng dấu mật của cơ quan, tổ chức có thẩm quyền hoặc không đóng dấu mật nhưng ghi rõ không được sao "
        "chụp."),
    (4, "Bản chính có nội dung trái pháp luật, đạo đức xã hội; tuyên truyền, kích động chiến tranh, chống chế độ xã hội "
        "chủ nghĩa Việt Nam; xuyên tạc lịch sử của dân tộc Việt Nam; xúc phạm danh dự, nhân phẩm, uy tín của cá nhân, tổ "
        "chức; vi phạm quyền công dân."),
    (5, "Bản chính do cơ quan, tổ chức có thẩm quyền của nước ngoài cấp, công chứng hoặc chứng nhận chưa được hợp pháp "
        "hóa lãnh sự theo quy định tại Khoản 1 Điều 20 của Nghị định này."),
    (6, "Giấy tờ, văn bản do cá nhân tự lập nhưng không có xác nhận và đóng dấu của cơ quan, tổ chức có thẩm quyền."),
)
