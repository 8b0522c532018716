#!/usr/bin/env python3
"""Each rule of the lints: what it must find, and a twin that it must leave alone."""
import unittest

import check_catalogue
import check_house
import check_threat_model

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


if __name__ == "__main__":
    unittest.main()
