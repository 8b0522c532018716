#!/usr/bin/env python3
"""A seal for each unit ([[agency.unit]]) over HTTP, with the real service, worker, key holder and tokens: two communes
have one, the third has none and gets nobody else's.

    seals_test.py BUILD [unittest options]
"""
import hashlib
import json
import pathlib
import sys
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
for folder in ("", "day", "e2e"):
    sys.path.insert(0, str(ROOT / "tests" / "integration" / folder))
import asking  # noqa: E402
from casework_test import NOTICE, SCAN  # noqa: E402
from cast import COMMUNES, people_table, units_table  # noqa: E402
from desk import Desk, Refused  # noqa: E402
from world import World  # noqa: E402

OFFICE = """\
[office]
legal = "{root}/packaging/legal"
people = "people.toml"
layouts = "{root}/packaging/layouts"
"""
FACTS = {"requester": "Nguyễn Thị Ánh", "paper": "Giấy khai sinh", "paper_type": "giay_khai_sinh", "pages": 1}
world = base = desks = None


def seals():
    """For all communes but the last."""
    return "".join(f'[[agency.unit]]\ncode = "{c.code}"\nkey = "pkcs11:token=agency;object={c.seal_key}"\n'
                   for c in COMMUNES[:-1])


def post(address, octets, **headers):
    """(status, answer)"""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    status, _, body = asking.sent(base, "POST", address, octets, {"Content-Type": "application/pdf", **fields})
    return status, json.loads(body)


def signature(octets, key, once, **query):
    address = "/api/v1/signatures" + (f"?{urllib.parse.urlencode(query)}" if query else "")
    return post(address, octets, Idempotency_Key=once, Authorization=f"Bearer {key}")


def uses_of_keys():
    return world.tokend.journal.stat().st_size if world.tokend.journal.exists() else 0


class Seals(unittest.TestCase):
    def signed(self, desk):
        return desk.sign([desk.attested(desk.captured(SCAN, **FACTS))])[0]

    def test_A01_each_commune_is_sealed_for_with_its_own_key(self):
        for desk in desks[:-1]:
            case = desk.released([self.signed(desk)])[0]
            report = post("/api/v1/verify", desk.document(case, "sealed"))[1]
            self.assertEqual((report["verdict"], report["register"]["unit"]), ("VALID", desk.commune.name), report)
            self.assertEqual(report["signatures"][-1]["signer"]["sha256"],
                             world.certificate_sha256(desk.commune.seal_key))

    def test_A01_a_commune_without_a_key_is_not_sealed_for(self):
        desk = desks[-1]
        case, before = self.signed(desk), uses_of_keys()
        with self.assertRaises(Refused) as refused:
            desk.step(case, "seal", {"sealer": desk.commune.keeper.account})
        self.assertEqual((refused.exception.status, refused.exception.code), (503, "seal.unit_without_key"))
        self.assertIn(desk.commune.name, refused.exception.problem["message"]["vi"])
        self.assertEqual(desk.look(case)["state"], "officer_signed")
        self.assertEqual(uses_of_keys(), before)

    def test_A01_a_key_of_one_unit_gets_that_units_seal_and_no_other(self):
        first, second, without = (c.code for c in COMMUNES)
        own = world.add_key("signs for 8", "sign", "--unit", second)
        both = world.add_key("signs for both", "sign", "--unit", first, "--unit", second)
        nobody = world.add_key("signs for 9", "sign", "--unit", without)
        everywhere = world.add_key("signs anywhere", "sign")
        for key, query, status, told in (
                (own, {}, 201, "agency-2"), (own, {"unit": second}, 201, "agency-2"),
                (own, {"unit": first}, 403, "http.key_unit"),
                (both, {}, 400, "http.parameter"), (both, {"unit": first}, 201, "agency"),
                (nobody, {}, 503, "seal.unit_without_key"), (everywhere, {"unit": without}, 503, "seal.unit_without_key"),
                (everywhere, {"unit": second}, 201, "agency-2"), (everywhere, {}, 201, "agency")):
            once = hashlib.sha256(f"{key}{query}".encode()).hexdigest()
            answer, body = signature(NOTICE, key, once, **query)
            self.assertEqual(answer, status, (query, body))
            if status == 201:
                self.assertEqual(body["certificate_sha256"], world.certificate_sha256(told), query)
            else:
                self.assertEqual(body["code"], told, query)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    world = World(build / "tests" / "world-seals", build,
                  *(option for c in COMMUNES[1:] for option in ("--commune", c.name, c.officer.name)))
    (world.folder / "units.toml").write_text(units_table(COMMUNES))
    (world.folder / "people.toml").write_text(people_table(COMMUNES, world.certificate_sha256))
    with world.service(verify='units = "units.toml"\n', more=OFFICE.format(root=ROOT), agency=seals()) as base:
        desks = [Desk(world, base, c) for c in COMMUNES]
        unittest.main()
