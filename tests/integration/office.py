"""An office for tests: two communes, officers with authority, one keeper of the seal."""
import json
import pathlib
import subprocess

from asking import sent

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = """\
schema = "antin-units/1"
[[unit]]
code = "H40.7"
name = "Ủy ban nhân dân xã Quỳnh Diễn"
[[unit]]
code = "H40.8"
name = "Ủy ban nhân dân xã Quỳnh Lưu"
"""
PEOPLE = """\
schema = "antin-office/1"
[[person]]
id = "nguyen.van.anh"
name = "Nguyễn Văn Ảnh"
certificates = ["{officer}"]
[[person]]
id = "pham.thi.anh"
name = "Phạm Thị Ngọc Ánh"
certificates = ["{other}"]
[[person]]
id = "le.thi.thu"
name = "Lê Thị Thư"
[[authorisation]]
person = "nguyen.van.anh"
unit = "H40.7"
duty = "nguoi_thuc_hien_chung_thuc"
capacity = "CHỦ TỊCH"
basis = "12/QĐ-UBND"
from = "2020-01-01"
[[authorisation]]
person = "pham.thi.anh"
unit = "H40.7"
duty = "nguoi_co_tham_quyen"
capacity = "PHÓ CHỦ TỊCH"
basis = "12/QĐ-UBND"
from = "2020-01-01"
[[authorisation]]
person = "le.thi.thu"
unit = "H40.7"
duty = "van_thu"
capacity = "VĂN THƯ"
basis = "13/QĐ-UBND"
from = "2020-01-01"
[[hand_over]]
unit = "H40.7"
to = "le.thi.thu"
at = "2020-01-02T08:00:00+07:00"
permission = "01/QĐ-UBND"
"""
# Who keeps no seal, and may.
ONE_MORE_CLERK = """
[[person]]
id = "vo.thi.van"
name = "Võ Thị Vân"
[[authorisation]]
person = "vo.thi.van"
unit = "H40.7"
duty = "van_thu"
capacity = "VĂN THƯ"
basis = "03/QĐ-UBND"
from = "2020-01-01"
"""
# Somebody with words of the test's own whose days are over, and that clerk.
MORE_PEOPLE = """
[[person]]
id = "tran.van.thu"
name = "{name}"
[[authorisation]]
person = "tran.van.thu"
unit = "H40.8"
duty = "van_thu"
capacity = "{capacity}"
basis = "02/QĐ-UBND"
from = "2020-01-01"
to = "2020-12-31"
""" + ONE_MORE_CLERK
# What other systems may ask results for: [digitise] table.
PURPOSES = """\
schema = "antin-digitise/1"
confidence = "2"
[[purpose]]
code = "giai_quyet_thu_tuc"
vi = "Giải quyết thủ tục hành chính"
en = "Deciding procedures"
legal_basis = ["Nghị định 118/2025/NĐ-CP"]
gives = "document"
kinds = ["KQ.*"]
procedures = ["*"]
"""
EVERYTHING = "cases,reception,officer,clerk,submit,verify,originals,register"


def furnish(world):
    """Writes its tables into the world's folder. Returns the lines of antin.toml's [verify] and those behind it."""
    (world.folder / "units.toml").write_text(UNITS)
    (world.folder / "people.toml").write_text(PEOPLE.format(
        officer=world.certificate_sha256("officer-rsa2048"), other=world.certificate_sha256("officer-p256")))
    return ('units = "units.toml"\n',
            f'[office]\nlegal = "{ROOT}/packaging/legal"\npeople = "people.toml"\n'
            f'layouts = "{ROOT}/packaging/layouts"\n')


# What each of them may do on the pages; the office's table says in which unit they may sign or seal.
ACCOUNTS = {"nguyen.van.anh": "cases,reception,officer,verify,originals,register",
            "pham.thi.anh": "cases,reception,officer,verify,originals,register",
            "le.thi.thu": EVERYTHING + ",audit,share,digitise,admin"}
# At the counter of one unit, and in no table of people.
RECEPTION = {"tran.van.nhan": ("cases,reception,verify,originals,register", "H40.7")}
PASSWORD = "trời xanh mây trắng"


def add_people(world):
    """Accounts for everybody of PEOPLE, who chose PASSWORD: {person: (account, password)}. While antind runs."""
    config = world.folder / "antind.toml"
    scheme = "https" if "\ntls_certificate" in config.read_text() else "http"
    base = f"{scheme}://localhost:{int((world.folder / 'antind.port').read_text())}"
    everybody = {name: ["--person", name, "--rights", rights] for name, rights in ACCOUNTS.items()}
    everybody |= {name: ["--rights", rights, "--unit", unit] for name, (rights, unit) in RECEPTION.items()}
    for person, options in everybody.items():
        once = subprocess.run([world.build / "bin" / "antind", "account", "add", person, *options, "--config", config],
                              check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180).stdout.strip()
        fields = {"Content-Type": "application/json", "Origin": base}
        for path, members in (("/api/v1/session", {"account": person, "password": once}),
                              ("/api/v1/session/password", {"old": once, "new": PASSWORD})):
            status, said, octets = sent(base, "POST", path, json.dumps(members), fields, ca=world.folder / "tls.crt")
            told = json.loads(octets)
            if status != 200:
                raise AssertionError(f"{person}: {told}")
            fields["Cookie"] = said["Set-Cookie"].split(";")[0]
            fields["X-Antin-Token"] = told["csrf"]
    return {person: (person, PASSWORD) for person in everybody}
