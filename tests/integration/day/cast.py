"""Who takes part in the day: three communes, who signs and seals there, and forty citizens."""
import dataclasses
import unicodedata


@dataclasses.dataclass(frozen=True)
class Person:
    account: str
    name: str


@dataclasses.dataclass(frozen=True)
class Commune:
    code: str
    name: str
    officer: Person
    capacity: str
    officer_key: str  # certificate and key on the officers' token
    keeper: Person
    seal_key: str     # on the agency's token


COMMUNES = (
    Commune("H40.7", "Ủy ban nhân dân xã Quỳnh Diễn", Person("nguyen.van.anh", "Nguyễn Văn Ảnh"), "CHỦ TỊCH",
            "officer-rsa2048", Person("le.thi.thu", "Lê Thị Thư"), "agency"),
    Commune("H40.8", "Ủy ban nhân dân xã Quỳnh Lưu", Person("ho.thi.phuong", "Hồ Thị Phượng"),
            "KT. CHỦ TỊCH PHÓ CHỦ TỊCH", "officer-of-2", Person("dau.duc.hung", "Đậu Đức Hưng"), "agency-2"),
    Commune("H40.9", "Ủy ban nhân dân phường Hoàng Mai", Person("nguyen.thi.thuy", "Nguyễn Thị Thủy"), "CHỦ TỊCH",
            "officer-of-3", Person("tran.quoc.vuong", "Trần Quốc Vượng"), "agency-3"),
)

CITIZENS = (
    "Nguyễn Thị Ánh", "Đặng Thị Quỳnh Giao", "Hồ Sỹ Ưng", "Phan Đình Phùng", "Trần Thị Hường", "Lê Đức Thịnh",
    "Hoàng Quốc Việt", "Bùi Thị Nhạn", "Vũ Ngọc Phụng", "Đỗ Hữu Chất", "Ngô Thị Tuyết", "Dương Văn Nghĩa",
    "Lý Thường Kiệt", "Mai Thị Lựu", "Tạ Quang Bửu", "Cao Xuân Huy", "Chu Văn An", "Đinh Thị Nguyệt",
    "Trịnh Công Sơn", "Phùng Khắc Khoan", "Lương Thế Vinh", "Tôn Nữ Thị Ninh", "Huỳnh Thúc Kháng",
    "Võ Thị Sáu", "Kiều Thị Ngà", "Quách Thị Trang", "Thái Văn Lung", "Hà Huy Tập", "Giáp Thị Thoa",
    "Đoàn Thị Điểm", "Lục Thị Sen", "Nông Văn Dền", "Vừ A Dính", "Y Ngông Niê Kđăm", "Thạch Thị Sóc",
    "Châu Thị Ỷ", "Triệu Thị Trinh", "Ưng Bình", "Nguyễn Xuân Ôn", "Hồ Thị Kỷ",
)
assert len(set(CITIZENS)) == 40 and all(unicodedata.is_normalized("NFC", name) for name in CITIZENS)


def units_table(communes):
    rows = "".join(f'[[unit]]\ncode = "{c.code}"\nname = "{c.name}"\n' for c in communes)
    return f'schema = "antin-units/1"\n{rows}'


def people_table(communes, certificate_sha256):
    """Each officer certifies and decides in the own commune; each keeper has that seal and no other."""
    text = 'schema = "antin-office/1"\n'
    for c in communes:
        text += (f'[[person]]\nid = "{c.officer.account}"\nname = "{c.officer.name}"\n'
                 f'certificates = ["{certificate_sha256(c.officer_key)}"]\n'
                 f'[[person]]\nid = "{c.keeper.account}"\nname = "{c.keeper.name}"\n')
        for account, duty, capacity in ((c.officer.account, "nguoi_thuc_hien_chung_thuc", c.capacity),
                                        (c.officer.account, "nguoi_co_tham_quyen", c.capacity),
                                        (c.keeper.account, "van_thu", "VĂN THƯ")):
            text += (f'[[authorisation]]\nperson = "{account}"\nunit = "{c.code}"\nduty = "{duty}"\n'
                     f'capacity = "{capacity}"\nbasis = "12/QĐ-UBND"\nfrom = "2020-01-01"\n')
        text += (f'[[hand_over]]\nunit = "{c.code}"\nto = "{c.keeper.account}"\n'
                 f'at = "2020-01-02T08:00:00+07:00"\npermission = "01/QĐ-UBND"\n')
    return text
