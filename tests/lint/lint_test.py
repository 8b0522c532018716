#!/usr/bin/env python3
"""Each rule of the lints: what it must find, and a twin that it must leave alone."""
import pathlib
import tempfile
import unittest

import check_catalogue
import check_conformance
import check_house
import check_threat_model
import run_tidy
import tidy_batches
import tree

REFUSED = {
    "machine_path": ("docs/A.md", "see " + "/wo" + "rk/main/x"),
    "left_open": ("pdf/a.cc", "// TO" + "DO: later"),
    "empty_assertion": ("tests/unit/a_test.cc", "EXPECT_TRUE(true);"),
    "sleep": ("tests/unit/a_test.cc", "std::this_thread::sleep_for(1s);"),
    "real_date": ("tests/unit/a_test.cc", "auto t = std::chrono::system_clock::now();"),
    "private_key": ("docs/A.md", "-----BEGIN " + "PRIVATE KEY-----"),
    "by_hand_free": ("signer/a.cc", "  X509_free(cert);"),
    "registry_host": ("docs/A.md", "https://py" + "pi.org/simple"),
}
ACCEPTED = [
    ("docs/A.md", "POST /api/v1/work/ and the homework/x"),
    ("pdf/a.cc", "// what mkstemp wants: nameXXXXXX"),
    ("tests/unit/a_test.cc", "EXPECT_TRUE(ok);"),
    ("signer/a.cc", "using X509Ptr = Handle<X509, &X509_free>;"),
    ("signer/a.cc", "buffer.free_room();"),
    ("signer/a.cc", "// what the table hides as free (7.5.8.4)"),
    ("tests/a.cc", "std::this_thread::sleep_for(slow);  // waits: as the fault asks"),
    ("tests/pki/keys/a.key", "-----BEGIN " + "PRIVATE KEY-----"),
]


class House(unittest.TestCase):
    def test_every_rule_finds_its_offence(self):
        self.assertEqual(set(REFUSED), {rule for rule, *_ in check_house.LINE_RULES})
        for rule, (name, line) in REFUSED.items():
            with self.subTest(rule):
                self.assertTrue(any(f"({rule})" in o for o in check_house.line_offences(name, line)))

    def test_the_twins_are_left_alone(self):
        for name, line in ACCEPTED:
            with self.subTest(line):
                self.assertEqual(check_house.line_offences(name, line), [])

    def test_text_is_nfc_and_ends_lines_cleanly(self):
        self.assertEqual(check_house.text_offences("a.md", "Quỳnh Diễn\n"), [])
        self.assertTrue(check_house.text_offences("a.md", "Quy\u0300nh\n"))
        self.assertTrue(check_house.text_offences("a.md", "blank \n"))
        self.assertTrue(check_house.text_offences("a.md", "no end"))

    def test_a_source_includes_its_own_header_first(self):
        there = {"pdf/a.h"}.__contains__
        self.assertEqual(check_house.include_offences("pdf/a.cc", '#include "pdf/a.h"\n', there), [])
        self.assertTrue(check_house.include_offences("pdf/a.cc", "#include <map>\n", there))


class ThreatModel(unittest.TestCase):
    PAGE = check_threat_model.PAGE.read_text(encoding="utf-8")

    def test_what_does_not_exist_is_found(self):
        for before, after in (("`Drawing.IsKilledAtItsDeadline`", "`Drawing.IsNotThere`"),
                              ("`FaultTable.*`", "`NoSuchSuite.*`"),
                              ("units_test.test_no_secret", "units_test.test_every_secret"),
                              ("| service/audit |", "| service/oddit |"),
                              ("kMaxDescriptors = 8", "kMaxDescriptors = 9")):
            with self.subTest(after):
                self.assertIn(before, self.PAGE)
                known = set(check_threat_model.offences(self.PAGE))
                self.assertEqual(len(set(check_threat_model.offences(self.PAGE.replace(before, after))) - known), 1)


class Conformance(unittest.TestCase):
    PAGE = check_conformance.PAGE.read_text(encoding="utf-8")
    WANTED = check_conformance.requirements(check_conformance.LIST.read_text(encoding="utf-8"))

    def test_the_page_answers_for_every_requirement(self):
        self.assertEqual(check_conformance.offences(self.PAGE, self.WANTED), [])

    def test_what_is_missing_is_found(self):
        for before, after in (("| C-06 ", "| "), ("| C-06 ", "| C-07 "),
                              ("`lint_test.test_A10_*`", "`lint_test.test_A11_*`"), ("`Stamp.C13_*`", "`Stamp.C12_*`"),
                              ("`TT226/C16_FeePerCopy.*`", "`TT226/C16_FeePerCopies.*`"), ("deploy.boot_all", "deploy.boot_none"),
                              ("service/antind/old_results.cc", "service/antind/new_results.cc"),
                              ("| done |", "| finished |")):
            with self.subTest(after):
                self.assertTrue(before in self.PAGE, before)
                self.assertTrue(check_conformance.offences(self.PAGE.replace(before, after), self.WANTED))

    def test_a_new_requirement_needs_a_row(self):
        self.assertEqual(check_conformance.offences(self.PAGE, [*self.WANTED, "C-24"]), ["C-24: 0 rows instead of 1"])

    def test_A10_the_readme_says_what_cryptography_it_uses(self):
        said = " ".join((tree.ROOT / "README.md").read_text(encoding="utf-8").split())
        self.assertIn("Uses OpenSSL, libp11", said)
        self.assertIn("licence or conformity statement for civil cryptography is required (NĐ 341/2026)", said)


class Catalogue(unittest.TestCase):
    ROW = ('ANTIN_CODE(kA, 101, "pdf.a", kNone, 0, "M-01", kNoSub,\n "Tệp {tep} (cũ) "\n "hỏng.",'
           ' "The file {tep} is broken.", "", "")\n')

    def offences(self, text):
        return check_catalogue.row_offences("x", check_catalogue.rows(text)[0], 100, 199)

    def test_a_good_row_passes(self):
        self.assertEqual(self.offences(self.ROW), [])

    def test_bad_rows_do_not(self):
        for old, new in (("101", "201"), ("pdf.a", "pdf.A"), ("M-01", "M1"), ("{tep} is", "is"),
                         ("broken.", "broken"), ("{tep} (", "{tệp} (")):
            with self.subTest(new):
                self.assertTrue(self.offences(self.ROW.replace(old, new)))


class Batches(unittest.TestCase):
    A = "namespace antin::pdf {\nnamespace {\nusing certs::Span;\nstruct Row {};\nint width() {\n"
    B = A.replace("Row", "Column").replace("width", "height")

    @staticmethod
    def source(name, text, kind="", defines=()):
        return name, kind, text, tidy_batches.Command(["-I/x"], dict(defines), ["-std=c++20"])

    def plan(self, *sources, size=9):
        return [b.sources for b in tidy_batches.plan(sources, size)]

    def test_what_is_declared_at_file_scope_is_found(self):
        text = ("#define MAX 3\nnamespace antin {\nnamespace {\nusing certs::A;\nusing B = int;\nenum class C { k };\n"
                "constexpr std::array<int, 3> kD{\n    1};\nResult<E> f(int x) {\n  int inside = 1;\n}\n"
                "bool Known::member(int y) {\nTEST_F(G, H) {\nstd::string table[] = {\n")
        self.assertEqual(set(tidy_batches.declared(text)),
                         {("#", "MAX")} | {("antin", n) for n in ("A", "B", "C", "kD", "f", "G_H_Test", "table")})

    def test_who_declares_the_same_keeps_apart_but_may_use_the_same(self):
        self.assertEqual(self.plan(self.source("a", self.A), self.source("b", self.B)), [["a", "b"]])
        self.assertEqual(self.plan(self.source("a", self.A), self.source("c", self.A)), [["a"], ["c"]])
        self.assertEqual(self.plan(self.source("a", self.A), self.source("c", self.A.replace("pdf", "certs"))),
                         [["a", "c"]])
        self.assertEqual(self.plan(self.source("a", self.A), self.source("b", self.B.replace("certs::", "pki::"))),
                         [["a"], ["b"]])

    def test_settings_defines_and_size_part_company(self):
        a = self.source("a", self.A, "one", {"X": "1"})
        self.assertEqual(self.plan(a, self.source("b", self.B, "two")), [["a"], ["b"]])
        self.assertEqual(self.plan(a, self.source("b", self.B, "one", {"X": "2"})), [["a"], ["b"]])
        self.assertEqual(self.plan(a, self.source("b", self.B, "one", {"Y": "2"})), [["a", "b"]])
        self.assertEqual(self.plan(a, self.source("b", self.B, "one"), size=1), [["a"], ["b"]])

    def test_whom_the_compiler_blames_goes(self):
        sources = ["/t/a.cc", "/t/b.cc", "/t/c.cc"]
        error = "/t/b.cc:3:1: error: redefinition of 'f'\n/t/a.cc:2:1: note: previous definition is here\n"
        self.assertEqual(tidy_batches.misfits(error, sources), ["/t/b.cc"])
        self.assertEqual(tidy_batches.misfits("/t/h.h:3:1: error: x\n/t/c.cc:2:1: note: y\n", sources), ["/t/c.cc"])
        self.assertEqual(tidy_batches.misfits("died", sources), ["/t/b.cc", "/t/c.cc"])

    def test_suspects_are_who_is_named_and_who_reads_the_header_named(self):
        sources = ["/t/a.cc", "/t/b.cc", "/t/c.cc"]
        reads = {"/t/a.cc": {"/t/a.h"}, "/t/b.cc": {"/t/a.h"}, "/t/c.cc": set()}.__getitem__
        offence = "{}:3:1: error: mend this [some-check]\n"
        self.assertEqual(tidy_batches.suspects(offence.format("/t/c.cc"), sources, reads), ["/t/c.cc"])
        self.assertEqual(tidy_batches.suspects(offence.format("/t/a.h"), sources, reads), ["/t/a.cc", "/t/b.cc"])
        self.assertEqual(tidy_batches.suspects("it died", sources, reads), sources)

    def test_clang_tidy_finds_a_clean_unit_clean_and_names_who_is_not(self):
        clean = ("namespace antin {{\nclass {0} {{\n public:\n  [[nodiscard]] int width() const "
                 "{{ return width_; }}\n\n private:\n  int width_ = 0;\n}};\n}}  // namespace antin\n")
        with tempfile.TemporaryDirectory() as folder:
            sources = [pathlib.Path(folder) / "certs" / name for name in ("a.cc", "b.cc")]
            sources[0].parent.mkdir()
            batch = tidy_batches.Batch(run_tidy.checks_of(tree.ROOT / "certs" / "a.cc"))
            for source, name in zip(sources, ("One", "Two")):
                source.write_text(clean.format(name), encoding="utf-8")
                batch.add(str(source), {}, tidy_batches.Command([], {}, ["-std=c++20"]))
            unit = pathlib.Path(folder) / "unit.cc"
            code, out = run_tidy.tidy_together(unit, batch)
            self.assertEqual((code, tidy_batches.ERROR.findall(out)), (0, []), out)
            sources[1].write_text(clean.format("not_a_name"), encoding="utf-8")
            code, out = run_tidy.tidy_together(unit, batch)
            self.assertEqual((code, tidy_batches.ERROR.findall(out)), (1, [str(sources[1])]), out)


if __name__ == "__main__":
    unittest.main()
