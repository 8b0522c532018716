"""An office for tests: two communes, officers with authority, one keeper of the seal."""
import pathlib

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
EVERYTHING = "cases,reception,officer,clerk,submit,verify,originals,register"


def furnish(world):
    """Writes its tables into the world's folder. Returns the lines of antin.toml's [verify] and those behind it."""
    (world.folder / "units.toml").write_text(UNITS)
    (world.folder / "people.toml").write_text(PEOPLE.format(
        officer=world.certificate_sha256("officer-rsa2048"), other=world.certificate_sha256("officer-p256")))
    return ('units = "units.toml"\n',
            f'[office]\nlegal = "{ROOT}/packaging/legal"\npeople = "people.toml"\n'
            f'layouts = "{ROOT}/packaging/layouts"\n')
