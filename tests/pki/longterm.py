#!/usr/bin/env python3
"""Adds to the committed test PKI what long-term validation is tested with (README.md).

    build/interop/venv/bin/python tests/pki/longterm.py

What is there stays as it is: delete a file to have it made anew. Then certs/test_pki_keys.inc is
written again, so that installed services refuse the new keys too.
"""
from cryptography import x509

import forge
from forge import issue, make_crl, moment
from make_pki import CA_ORG, COMMUNE, HERE, Maker, write_pins

FAR = "2060-01-01"
LONG_CA = CA_ORG + "/CN=CA cấp chứng thư dài hạn"
COMPROMISED = CA_ORG + "/CN=CA bị lộ khóa"
VICTIM = f"{COMMUNE}/CN=Lâm Bị Ảnh Hưởng"


def of_issuing_ca():
    """Responders and timestamp servers that must not be believed, under issuing-ca."""
    start, late = "2025-01-01", "2034-12-31"
    for name, what, cn, since, until in (
            ("ocsp-expired", "ocsp", "OCSP hết hạn", start, "2025-12-31"),
            ("ocsp-revoked", "ocsp_checked", "OCSP bị thu hồi", start, late),
            ("ocsp-no-eku", "ocsp_no_eku", "OCSP không được ủy quyền", start, late),
            ("tsa-revoked", "tsa", "Dấu thời gian bị thu hồi", start, late),
            ("tsa-future", "tsa", "Dấu thời gian chưa hiệu lực", "2030-01-01", late)):
        issue(name, "issuing-ca", "rsa2048", what, f"{CA_ORG}/CN={cn}", since, until)
    issue("tsa-weak", "issuing-ca", "rsa1024", "tsa", CA_ORG + "/CN=Dấu thời gian khóa yếu", start,
          late)
    issue("ocsp-of-ca-2", "issuing-ca-2", "rsa2048", "ocsp", CA_ORG + "/CN=OCSP của CA khác", start,
          late)


def authorities():
    issue("lt-root", "lt-root", "P-256", "root", CA_ORG + "/CN=CA gốc dài hạn", "2005-01-01", FAR)
    issue("lt-root-2", "lt-root-2", "P-256", "root", CA_ORG + "/CN=CA gốc dài hạn 2", "2024-01-01",
          FAR)
    issue("lt-tsa-root", "lt-tsa-root", "P-256", "root", CA_ORG + "/CN=CA gốc dấu thời gian",
          "2005-01-01", FAR)
    issue("lt-ca", "lt-root", "P-256", "ca", LONG_CA, "2005-01-01", "2030-01-01")
    issue("lt-ca-cross", "lt-root-2", "P-256", "ca", LONG_CA, "2024-01-01", "2045-01-01",
          key_of="lt-ca")
    issue("lt-ca-2", "lt-root", "P-256", "ca", LONG_CA, "2023-01-01", "2045-01-01")
    issue("lt-ca-compromised", "lt-root", "P-256", "ca", COMPROMISED, "2005-01-01", "2040-01-01")
    issue("lt-ca-reissued", "lt-root", "P-256", "ca", COMPROMISED, "2024-07-01", "2040-01-01")
    issue("lt-ca-weak", "lt-root", "rsa1024", "ca", CA_ORG + "/CN=CA khóa yếu", "2005-01-01",
          "2040-01-01")
    inside = x509.NameConstraints([x509.DirectoryName(forge.subject("/C=VN/L=Nghệ An"))], None)
    issue("lt-ca-constrained", "lt-root", "P-256", "ca", CA_ORG + "/CN=CA giới hạn tên",
          "2005-01-01", "2040-01-01", constraints=inside)
    issue("lt-tsa-ca", "lt-tsa-root", "P-256", "ca", CA_ORG + "/CN=CA dấu thời gian", "2005-01-01",
          "2050-01-01")
    issue("lt-crl-issuer", "lt-root", "P-256", "crl_issuer", CA_ORG + "/CN=Nơi phát hành danh sách",
          "2005-01-01", "2040-01-01")


def people():
    for name, issuer, kind, what, cn, since, until in (
            ("lt-signer", "lt-ca", "P-256", "sign", "Trịnh Ba Năm", "2022-01-01", "2025-01-01"),
            ("lt-signer-long", "lt-ca", "P-256", "sign", "Trịnh Tám Năm", "2022-01-01",
             "2029-12-31"),
            ("lt-agency", "lt-ca", "P-256", "sign", "UBND xã Quỳnh Diễn", "2022-01-01",
             "2029-12-31"),
            ("lt-signer-2009", "lt-ca", "rsa2048", "sign", "Trịnh Năm Cũ", "2009-01-01",
             "2012-01-01"),
            ("lt-signer-weak", "lt-ca", "rsa1024", "sign", "Trịnh Khóa Yếu", "2022-01-01",
             "2025-01-01"),
            ("lt-signer-late", "lt-ca", "P-256", "sign", "Trịnh Đến Muộn", "2024-06-01",
             "2027-06-01"),
            ("lt-encipher", "lt-ca", "P-256", "encipher", "Trịnh Mã Hóa", "2022-01-01",
             "2025-01-01"),
            ("lt-short", "lt-ca", "P-256", "valassured", "Trịnh Một Ngày",
             "2023-06-01", "2023-06-02"),
            ("lt-norevavail", "lt-ca", "P-256", "norevavail", "Trịnh Không Thu Hồi",
             "2022-01-01", "2025-01-01"),
            ("lt-listed", "lt-ca", "P-256", "sign", "Trịnh Có Tên", "2022-01-01", "2029-12-31"),
            ("lt-of-ca-2", "lt-ca-2", "P-256", "sign", "Trịnh Trùng Tên", "2023-01-01",
             "2026-01-01"),
            ("lt-of-weak-ca", "lt-ca-weak", "P-256", "sign", "Trịnh Gốc Yếu", "2022-01-01",
             "2025-01-01"),
            ("lt-inside", "lt-ca-constrained", "P-256", "sign", "Trịnh Đúng Tên", "2022-01-01",
             "2025-01-01")):
        issue(name, issuer, kind, what, f"{COMMUNE}/CN={cn}", since, until)
    issue("lt-outside", "lt-ca-constrained", "P-256", "sign",
          "/C=VN/L=Hà Tĩnh/O=Ủy ban nhân dân xã khác/CN=Trịnh Sai Tên", "2022-01-01", "2025-01-01")
    issue("lt-victim", "lt-ca-compromised", "P-256", "sign", VICTIM, "2022-01-01", "2026-01-01")
    issue("lt-victim-reissued", "lt-ca-reissued", "P-256", "sign", VICTIM, "2024-07-01",
          "2027-01-01", key_of="lt-victim")
    issue("lt-partitioned", "lt-ca", "P-256", "sign", f"{COMMUNE}/CN=Trịnh Danh Sách Chia",
          "2022-01-01", "2029-12-31", point=f"{forge.BASE}/crl/lt-ca-part-1.crl")
    issue("lt-indirect", "lt-ca", "P-256", "sign", f"{COMMUNE}/CN=Trịnh Danh Sách Hộ",
          "2022-01-01", "2029-12-31", point=f"{forge.BASE}/crl/lt-indirect.crl",
          list_issuer="lt-crl-issuer")


def servers():
    for name, issuer, kind, what, cn, since, until in (
            ("lt-ocsp", "lt-ca", "P-256", "ocsp", "OCSP dài hạn", "2022-01-01", "2029-12-31"),
            ("lt-ocsp-checked", "lt-ca", "P-256", "ocsp_checked", "OCSP phải kiểm tra",
             "2022-01-01", "2029-12-31"),
            ("lt-ocsp-no-eku", "lt-ca", "P-256", "ocsp_no_eku", "OCSP không ủy quyền",
             "2022-01-01", "2029-12-31"),
            ("lt-ocsp-expired", "lt-ca", "P-256", "ocsp", "OCSP quá hạn", "2022-01-01",
             "2023-01-01"),
            ("lt-ocsp-foreign", "lt-tsa-ca", "P-256", "ocsp", "OCSP nơi khác", "2022-01-01",
             "2029-12-31"),
            ("lt-tsa-1", "lt-tsa-ca", "P-256", "tsa", "Dấu thời gian 1", "2022-01-01",
             "2026-01-01"),
            ("lt-tsa-2", "lt-tsa-ca", "P-256", "tsa", "Dấu thời gian 2", "2024-01-01",
             "2032-01-01"),
            ("lt-tsa-3", "lt-tsa-ca", "P-256", "tsa", "Dấu thời gian 3", "2030-01-01",
             "2045-01-01"),
            ("lt-tsa-2009", "lt-tsa-ca", "P-256", "tsa", "Dấu thời gian cũ", "2009-01-01",
             "2035-01-01"),
            ("lt-tsa-own", "lt-ca", "P-256", "tsa", "Dấu thời gian cùng CA", "2022-01-01",
             "2029-12-31"),
            ("lt-tsa-weak", "lt-tsa-ca", "rsa1024", "tsa", "Dấu thời gian yếu", "2022-01-01",
             "2026-01-01"),
            ("lt-tsa-no-eku", "lt-tsa-ca", "P-256", "tsa_no_eku", "Dấu thời gian sai mục đích",
             "2022-01-01", "2026-01-01"),
            ("lt-tsa-future", "lt-tsa-ca", "P-256", "tsa", "Dấu thời gian tương lai",
             "2035-01-01", "2045-01-01")):
        issue(name, issuer, kind, what, f"{CA_ORG}/CN={cn}", since, until)


def lists():
    def write(name, octets):
        path = HERE / "crl" / f"{name}.crl"
        if not path.exists():
            path.write_bytes(forge.pem.armor("X509 CRL", octets))
    since, far = moment("2026-05-15"), moment("2034-12-30")
    listed = [("lt-listed", moment("2026-05-01"), "key_compromise")]
    part = lambda n: {"idp": {"distribution_point": forge.asn1_x509.DistributionPointName(  # noqa: E731
        "full_name", [forge.asn1_x509.GeneralName("uniform_resource_identifier",
                                                  f"{forge.BASE}/crl/lt-ca-part-{n}.crl")])}}
    write("lt-root", make_crl("lt-root", since, far,
                              [("lt-ca-compromised", moment("2024-06-01"), "ca_compromise")]))
    write("lt-root-2", make_crl("lt-root-2", since, far))
    write("lt-tsa-root", make_crl("lt-tsa-root", since, far))
    write("lt-tsa-ca", make_crl("lt-tsa-ca", since, far))
    write("lt-ca", make_crl("lt-ca", since, far, listed, 5))
    write("lt-ca-part-1", make_crl("lt-ca", since, far,
                                   [("lt-partitioned", moment("2026-05-01"), None)], 5, **part(1)))
    write("lt-ca-part-2", make_crl("lt-ca", since, far, [], 5, **part(2)))
    write("lt-ca-users", make_crl("lt-ca", since, far, listed, 5,
                                  idp={"only_contains_user_certs": True}))
    write("lt-ca-authorities", make_crl("lt-ca", since, far, [], 5,
                                        idp={"only_contains_ca_certs": True}))
    write("lt-ca-reasons", make_crl("lt-ca", since, far, [], 5,
                                    idp={"only_some_reasons": {"key_compromise"}}))
    write("lt-ca-base", make_crl("lt-ca", since, far, [], 5))
    write("lt-ca-delta", make_crl("lt-ca", moment("2026-05-20"), far, listed, 6, delta_of=5))
    write("lt-ca-delta-removes", make_crl(
        "lt-ca", moment("2026-05-25"), far,
        [("lt-listed", moment("2026-05-25"), "remove_from_crl")], 7, delta_of=5))
    write("lt-ca-held", make_crl("lt-ca", since, far,
                                 [("lt-listed", moment("2026-05-01"), "certificate_hold")], 5))
    write("lt-ca-open", make_crl("lt-ca", since, None, listed, 5))
    write("lt-ca-keeps", make_crl("lt-ca", since, far, listed, 5,
                                  keeps_expired_since=moment("2005-01-01")))
    write("lt-indirect", make_crl("lt-crl-issuer", since, far, [
        ("lt-indirect", moment("2026-05-01"), "key_compromise")], 5, indirect=True,
        idp={"indirect_crl": True}))
    write("issuing-ca-responders", make_crl("issuing-ca", moment("2026-10-02"), far, [
        ("officer-revoked", moment("2026-03-01"), "key_compromise"),
        ("officer-on-hold", moment("2026-04-01"), "certificate_hold"),
        ("officer-revoked-later", moment("2026-09-01"), "superseded"),
        ("ocsp-revoked", moment("2026-02-01"), "key_compromise"),
        ("tsa-revoked", moment("2026-02-01"), "key_compromise")], 18))


def main():
    of_issuing_ca()
    authorities()
    people()
    servers()
    lists()
    maker = Maker(HERE, False, forge.BASE)
    write_pins(maker, HERE.parents[1] / "certs" / "test_pki_keys.inc")
    maker.finish()
    print(f"{len(list((HERE / 'certs').glob('*.crt')))} certificates in {HERE}")


if __name__ == "__main__":
    main()
