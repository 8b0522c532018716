#!/usr/bin/env python3
"""What administration shows over HTTP: the office's tables with their files and lines, seals, keys with
their health, trust, rules, templates with a picture, the audit log with proofs, the service's state.

    admin_test.py BUILD [unittest options]
"""
import json
import pathlib
import sys
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
import asking  # noqa: E402
from office import EVERYTHING, MORE_PEOPLE, furnish  # noqa: E402
from world import World, quietly  # noqa: E402

# A name that would do something on a page that believed it.
MARKUP = "<img src=x onerror=alert(1)> Trần Văn Thử"
ALL = ["units", "people", "seals", "legal", "layouts", "keys", "trust", "audit", "state", "check"]
RIGHT = "admin"
world = base = None


def ask(path, key=None):
    """(status, headers, octets) of a GET."""
    return asking.sent(base, "GET", path, None, {"Authorization": f"Bearer {key or world.api_key}"})


class Admin(unittest.TestCase):
    maxDiff = None

    def told(self, path, status=200, key=None):
        said, _, octets = ask("/api/v1/admin/" + path, key)
        self.assertEqual(said, status, (path, octets))
        return json.loads(octets)

    def test_who_may_not_administer_sees_none_of_it(self):
        for path in ALL:
            self.assertEqual(self.told(path, 403, world.counter)["code"], "http.forbidden", path)
        self.assertEqual(self.told("layouts/phieu-hen/preview", 403, world.counter)["code"], "http.forbidden")

    def test_another_units_people_and_seals_do_not_exist_for_a_caller_of_one(self):
        self.assertEqual([one["code"] for one in self.told("units", key=world.of_one)["units"]], ["H40.8"])
        self.assertEqual([one["id"] for one in self.told("people", key=world.of_one)["people"]], ["tran.van.thu"])
        self.assertEqual([one["unit"] for one in self.told("seals", key=world.of_one)["seals"]], ["H40.8"])
        for path in ("audit", "audit/0", "audit/0/proof",
                     "seals/hand-over?unit=H40.7&to=tran.van.thu&at=2026-01-02T08:00:00Z&permission=1"):
            self.assertEqual(self.told(path, 403, world.of_one)["code"], "http.key_unit", path)
        self.assertEqual(len(self.told("units")["units"]), 2)

    def test_C03_R11_people_with_their_days_and_the_lines_to_change(self):
        told = self.told("people?day=2026-11-23")
        text = (world.folder / "people.toml").read_text(encoding="utf-8").split("\n")
        self.assertFalse(told["file"]["changed"])
        people = {one["id"]: one for one in told["people"]}
        anh = people["nguyen.van.anh"]
        self.assertEqual(text[anh["line"] - 1], "[[person]]")
        self.assertIn('id = "nguyen.van.anh"', text[anh["line"]])
        held = anh["authorisations"][0]
        self.assertEqual((held["state"], held["capacity"], held["to"]), ("in_force", "CHỦ TỊCH", None))
        self.assertIn('person = "nguyen.van.anh"', text[held["line"]])
        thu = people["tran.van.thu"]
        self.assertEqual(thu["name"], MARKUP)  # text, as it stands: a page shows it and does not do it
        self.assertEqual((thu["authorisations"][0]["state"], thu["authorisations"][0]["days_left"]), ("ended", None))
        earlier = {one["id"]: one for one in self.told("people?day=2020-12-01")["people"]}["tran.van.thu"]
        self.assertEqual((earlier["authorisations"][0]["state"], earlier["authorisations"][0]["days_left"]), ("in_force", 30))
        self.assertEqual(self.told("people?day=2019-01-01")["people"][0]["authorisations"][0]["state"], "to_come")
        self.assertEqual(self.told("people?day=31-12-2020", 400)["code"], "http.parameter")

    def test_a_table_that_was_changed_is_told_of_with_what_stands_against_it(self):
        path = world.folder / "people.toml"
        before = path.read_text(encoding="utf-8")
        try:
            path.write_text(before + "# nothing else\n", encoding="utf-8")
            file = self.told("people")["file"]
            self.assertEqual((file["changed"], file["problem"]), (True, None))
            path.write_text(before.replace('to = "2020-12-31"', 'to = "2019-12-31"'), encoding="utf-8")
            self.assertEqual(self.told("people")["file"]["problem"]["code"], "office.table")
        finally:
            path.write_text(before, encoding="utf-8")
        self.assertFalse(self.told("people")["file"]["changed"])

    def test_R11_A01_seals_with_their_keepers_and_what_a_hand_over_would_be(self):
        seals = {one["unit"]: one for one in self.told("seals")["seals"]}
        self.assertEqual(seals["H40.7"]["keeper"]["person"], "le.thi.thu")
        self.assertIsNone(seals["H40.7"]["problem"])
        self.assertEqual(seals["H40.7"]["hand_overs"][0]["permission"], "01/QĐ-UBND")
        self.assertIsNone(seals["H40.8"]["keeper"])
        query = {"unit": "H40.7", "to": "vo.thi.van", "at": "2026-11-23T08:00:00+07:00", "permission": '15/"QĐ"-UBND'}
        path = "seals/hand-over?" + urllib.parse.urlencode(query)
        entry = self.told(path)["toml"]
        self.assertIn('at = "2026-11-23T08:00:00+07:00"', entry)
        people = world.folder / "people.toml"
        before = people.read_text(encoding="utf-8")
        try:
            people.write_text(before + entry, encoding="utf-8")
            self.assertEqual((self.told("seals")["file"]["changed"], self.told("seals")["file"]["problem"]), (True, None))
        finally:
            people.write_text(before, encoding="utf-8")
        # Nothing was written by asking; and whoever keeps it cannot be given it.
        self.assertEqual({one["unit"]: one for one in self.told("seals")["seals"]}["H40.7"]["keeper"]["person"], "le.thi.thu")
        for wrong, status, code in (({"to": "le.thi.thu"}, 409, "office.hand_over"), ({"at": "2019-01-01T00:00:00Z"}, 409, "office.hand_over"),
                                    ({"to": "khong.co.ai"}, 422, "office.person_unknown"), ({"at": "hôm nay"}, 400, "http.parameter")):
            path = "seals/hand-over?" + urllib.parse.urlencode({**query, **wrong})
            self.assertEqual(self.told(path, status)["code"], code, wrong)

    def test_A09_rules_and_templates_by_their_days(self):
        told = self.told("legal?day=2026-11-23")
        self.assertIsNone(told["problem"])
        in_force = [one["id"] for one in told["versions"] if one["state"] == "in_force"]
        self.assertEqual(sorted(in_force), sorted(told["version"].split(",")))
        self.assertEqual(self.told("legal?day=1990-01-01")["problem"]["code"], "office.legal_not_in_force")
        layouts = {one["id"]: one for one in self.told("layouts")["layouts"]}
        self.assertEqual(layouts["loi-chung-ban-sao"]["state"], "in_force")
        for name, one in layouts.items():
            status, headers, octets = ask(f"/api/v1/admin/layouts/{name}/preview?width=300")
            self.assertEqual((name, status, octets[:2]), (name, 200, b"\xff\xd8"), octets[:400])
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIn(one["kind"], ("letter", "stamp", "line", "footer"))
        self.assertEqual(self.told("layouts/khong-co/preview", 409)["code"], "layout.not_in_force")
        self.assertEqual(self.told("layouts/phieu-hen/preview?version=9", 409)["code"], "layout.not_in_force")
        self.assertEqual(self.told("layouts/phieu-hen/preview?page=99", 404)["code"], "capture.page_unknown")

    def test_keys_and_tokens_with_their_health_and_no_secret(self):
        told = self.told("keys")
        self.assertEqual(told["certificate"]["sha256"], world.certificate_sha256("agency"))
        token = next(one for one in told["holder"]["tokens"] if one["token"])
        self.assertEqual((token["pin"], token["present"], token["token"]["pin_locked"]), ("held", True, False))
        self.assertIn("document", [one["purpose"] for one in told["holder"]["keys"]])
        self.assertTrue(all(one["state"] == "ready" for one in told["holder"]["keys"]))
        pin = (world.token / "agency.pin").read_text().strip()
        self.assertNotIn(f'"{pin}"', json.dumps(told))

    def test_a_key_holder_that_is_away_is_told_of_and_the_rest_is_shown(self):
        world.tokend.end()
        try:
            told = self.told("keys")
            self.assertIsNone(told["holder"])
            self.assertEqual(told["holder_problem"]["code"], "token.service_unreachable")
            self.assertTrue(told["holder_problem"]["action"]["vi"])
        finally:
            world.tokend.start()

    def test_trust_is_what_the_folder_holds(self):
        told = self.told("trust")
        self.assertIsNone(told["problem"])
        anchors = [one for one in told["trusted"] if one["kind"] == "anchor"]
        self.assertIn(world.certificate_sha256("root"), [one["sha256"] for one in anchors])
        self.assertTrue(all(one["purposes"] for one in anchors))

    def test_A02_a_record_is_found_and_its_proof_holds(self):
        until = time.monotonic() + 120
        while True:
            told = self.told("audit?kind=api_key_added")
            if told["records"] and told["records"][-1]["under_checkpoint"]:
                break
            self.assertLess(time.monotonic(), until, told)
        number = told["records"][-1]["number"]
        record = self.told(f"audit/{number}")
        self.assertEqual((record["proof"]["state"], record["proof"]["problem"]), ("proven", None))
        self.assertIn(record["proof"]["origin"], record["proof"]["key"])
        status, _, octets = ask(f"/api/v1/admin/audit/{number}/proof")
        self.assertEqual((status, octets.split(b"\n")[0]), (200, b"c2sp.org/tlog-proof@v1"))
        subject = record["subject"]
        self.assertEqual([one["subject"] for one in self.told("audit?about=" + subject)["records"]][-1], subject)
        self.assertEqual(self.told("audit?kind=khong_co")["records"], [])
        self.assertEqual(self.told("audit?until=2020-01-01")["records"], [])
        self.assertEqual(self.told("audit?from=2999-01-01")["records"], [])
        page = self.told("audit?limit=1")
        self.assertEqual(len(page["records"]), 1)
        self.assertLess(self.told(f"audit?limit=1&before={page['before']}")["records"][0]["number"], page["records"][0]["number"])
        for wrong in ("limit=0", "limit=201", f"before={2**53}", "before=-1"):
            self.assertEqual(self.told("audit?" + wrong, 400)["code"], "http.parameter", wrong)
        self.assertEqual(ask("/api/v1/admin/audit/99999999")[0], 404)
        self.assertEqual(ask("/api/v1/admin/audit/x1")[0], 404)

    def test_the_state_and_what_is_to_be_corrected(self):
        state = self.told("state")
        self.assertEqual(state["database"], "sqlite")
        self.assertGreater(state["disk"]["free"], 0)
        self.assertEqual({one["name"] for one in state["logs"]}, {"audit", "issued"})
        self.assertIsNone(state["backup"])
        with tempfile.TemporaryDirectory(dir=world.folder) as folder:
            quietly(world.build / "bin" / "antind", "backup", "create", "--to", f"{folder}/b", "--config", world.folder / "antind.toml")
            self.assertEqual(self.told("state")["backup"]["facts"]["lost"], "0")
        check = self.told("check")
        self.assertEqual(check["changed"], False)
        self.assertIn("setup.development_setting", [one["code"] for one in check["problems"]])
        config = world.folder / "antind.toml"
        before = config.read_text(encoding="utf-8")
        try:
            config.write_text(before + "\n[khong_co]\nx = 1\n", encoding="utf-8")
            check = self.told("check")
            self.assertEqual((check["changed"], check["problems"][0]["code"], check["problems"][0]["stops"]),
                             (True, "config.unknown_key", True))
        finally:
            config.write_text(before, encoding="utf-8")


def main(build, arguments):
    global world, base
    world = World(pathlib.Path(build) / "tests" / "world-admin", build, "--all-algorithms")
    verify, more = furnish(world)
    people = world.folder / "people.toml"
    people.write_text(people.read_text(encoding="utf-8") + MORE_PEOPLE.format(name=MARKUP, capacity="VĂN THƯ"), encoding="utf-8")
    audit = '[audit]\ncheckpoint_key = "pkcs11:token=agency;object=checkpoint"\norigin = "xa.example/antin"\n'
    with world.service(verify=verify + "allow_test_pki = true\n", more=more + audit, scopes=EVERYTHING + f",{RIGHT}") as base:
        world.counter = world.add_key("quầy", "cases,reception")
        world.of_one = world.add_key("một đơn vị", f"cases,{RIGHT}", "--unit", "H40.8")
        result = unittest.main(argv=[sys.argv[0], *arguments], exit=False).result
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
