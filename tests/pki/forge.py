"""Certificates, lists, OCSP answers and timestamps of any date, signed with keys of this folder.

For what the openssl command cannot make: lists without nextUpdate, partitioned, indirect and delta
lists, answers by responders who may not give them, timestamps of 2010. Runs in the Python of
build/interop (cryptography, asn1crypto, pyHanko); the products are committed, so that tests need
none of it.
"""
import datetime
import hashlib

from asn1crypto import algos, cms, core, crl as asn1_crl, ocsp as asn1_ocsp, pem, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import DummyTimeStamper

from make_pki import HERE, MARKER_OID, MARKER_TEXT, POLICY_OID

UTC = datetime.timezone.utc
BASE = "http://pki.antin.invalid"
NAMES = {"C": NameOID.COUNTRY_NAME, "L": NameOID.LOCALITY_NAME, "O": NameOID.ORGANIZATION_NAME,
         "title": NameOID.TITLE, "CN": NameOID.COMMON_NAME}
NO_REV_AVAIL = "2.5.29.56"       # RFC 9608
VAL_ASSURED = "0.4.0.194121.2.1"  # EN 319 412-1, ext-etsi-valassured-ST-certs


def moment(text):
    """"2023-06-01" or "2023-06-01T08:00:00Z"."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=UTC)


def subject(text):
    """"/C=VN/O=…/CN=…" as the openssl command takes it."""
    return x509.Name([x509.NameAttribute(NAMES[k], v)
                      for k, v in (part.split("=", 1) for part in text[1:].split("/"))])


def serial_of(name):
    return int("5A" + hashlib.sha256(f"antin {name}".encode()).hexdigest()[:30].upper(), 16)


def certificate(name):
    return x509.load_pem_x509_certificate((HERE / "certs" / f"{name}.crt").read_bytes())


def asn1_certificate(name):
    octets = (HERE / "certs" / f"{name}.crt").read_bytes()
    return asn1_x509.Certificate.load(pem.unarmor(octets)[2])


def key(name):
    return serialization.load_pem_private_key((HERE / "keys" / f"{name}.key").read_bytes(), None)


def make_key(name, kind):
    made = rsa.generate_private_key(65537, int(kind[3:])) if kind.startswith("rsa") else \
        ec.generate_private_key({"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}[kind])
    path = HERE / "keys" / f"{name}.key"
    path.write_bytes(made.private_bytes(serialization.Encoding.PEM,
                                        serialization.PrivateFormat.PKCS8,
                                        serialization.NoEncryption()))
    path.chmod(0o600)
    return made


def usage(*names):
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
             "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{n: n in names for n in every})


def points(url, issuer=None):
    name = None if issuer is None else [x509.DirectoryName(issuer)]
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, name)])


def raw(oid, octets):
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), octets)


def profile(kind, issuer):
    """[(extension, critical)] of what a certificate is for."""
    leaf = (x509.BasicConstraints(False, None), False)
    sign = (usage("digital_signature", "content_commitment"), True)
    stamp = (usage("digital_signature"), True)

    def purposes(*oids, critical=False):
        return x509.ExtendedKeyUsage([x509.ObjectIdentifier(o) if isinstance(o, str) else o
                                      for o in oids]), critical
    policies = (x509.CertificatePolicies([x509.PolicyInformation(
        x509.ObjectIdentifier(POLICY_OID), None)]), False)
    person = [leaf, sign, purposes(ExtendedKeyUsageOID.EMAIL_PROTECTION,
                                   ExtendedKeyUsageOID.CLIENT_AUTH, "1.3.6.1.5.5.7.3.36"), policies]
    return {
        "root": [(x509.BasicConstraints(True, None), True),
                 (usage("key_cert_sign", "crl_sign"), True)],
        "ca": [(x509.BasicConstraints(True, 0), True), (usage("key_cert_sign", "crl_sign"), True)],
        "sign": person,
        "norevavail": [*person, (raw(NO_REV_AVAIL, b"\x05\x00"), False)],
        "valassured": [*person, (raw(VAL_ASSURED, b"\x05\x00"), False)],
        "encipher": [leaf, (usage("key_encipherment"), True)],
        "tsa": [leaf, stamp, purposes(ExtendedKeyUsageOID.TIME_STAMPING, critical=True)],
        "tsa_no_eku": [leaf, stamp, purposes(ExtendedKeyUsageOID.EMAIL_PROTECTION)],
        "ocsp": [leaf, stamp, purposes(ExtendedKeyUsageOID.OCSP_SIGNING),
                 (x509.OCSPNoCheck(), False)],
        "ocsp_checked": [leaf, stamp, purposes(ExtendedKeyUsageOID.OCSP_SIGNING)],
        "ocsp_no_eku": [leaf, stamp, (x509.OCSPNoCheck(), False)],
        "crl_issuer": [leaf, (usage("crl_sign"), True)],
    }[kind]


def issue(name, issuer, kind, what, dn, since, until, **given):
    """Makes certs/NAME.crt and keys/NAME.key unless they are there. given: key_of, constraints,
    point (URL of the list), list_issuer (who signs that list)."""
    path = HERE / "certs" / f"{name}.crt"
    if path.exists():
        return
    own = key(given["key_of"]) if "key_of" in given else make_key(name, kind)
    signer = own if issuer == name else key(issuer)
    issuer_name = subject(dn) if issuer == name else certificate(issuer).subject
    extensions = profile(what, issuer)
    if issuer != name and what not in ("norevavail", "valassured"):
        by = given.get("list_issuer")
        extensions.append((points(given.get("point", f"{BASE}/crl/{issuer}.crl"),
                                  certificate(by).subject if by else None), False))
    if issuer != name:
        how = [x509.AccessDescription(x509.AuthorityInformationAccessOID.CA_ISSUERS,
                                      x509.UniformResourceIdentifier(f"{BASE}/certs/{issuer}.crt"))]
        if what not in ("norevavail", "valassured"):
            how.insert(0, x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP,
                                                 x509.UniformResourceIdentifier(f"{BASE}/ocsp")))
        extensions.append((x509.AuthorityInformationAccess(how), False))
        extensions.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
                           False))
    if "constraints" in given:
        extensions.append((given["constraints"], True))
    marker = core.UTF8String(MARKER_TEXT).dump()
    builder = x509.CertificateBuilder().subject_name(subject(dn)).issuer_name(issuer_name) \
        .public_key(own.public_key()).serial_number(serial_of(name)).not_valid_before(moment(since)) \
        .not_valid_after(moment(until)) \
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False) \
        .add_extension(raw(MARKER_OID, marker), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    made = builder.sign(signer, hashes.SHA256())
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))


# What is signed with asn1crypto -------------------------------------------------------------------

def algorithm_of(signer, digest="sha256"):
    kind = "ecdsa" if isinstance(signer, ec.EllipticCurvePrivateKey) else "rsa"
    return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_{kind}"})


def signature(signer, octets, digest="sha256"):
    how = getattr(hashes, digest.upper())()
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        return signer.sign(octets, ec.ECDSA(how))
    return signer.sign(octets, padding.PKCS1v15(), how)


def asn1_time(at):
    return asn1_x509.Time({"utc_time": at} if at.year < 2050 else {"general_time": at})


def make_crl(issuer, this_update, next_update, revoked=(), number=1, **given):
    """DER. revoked: [(name, when, reason or None)]. given: idp (a dictionary as asn1crypto takes it),
    delta_of (base number), keeps_expired_since, indirect (entries name their issuer), digest."""
    extensions = [{"extn_id": "authority_key_identifier", "extn_value": asn1_x509.AuthorityKeyIdentifier(
        {"key_identifier": asn1_certificate(issuer).key_identifier})},
        {"extn_id": "crl_number", "extn_value": core.Integer(number)}]
    if "idp" in given:
        extensions.append({"extn_id": "issuing_distribution_point", "critical": True,
                           "extn_value": asn1_crl.IssuingDistributionPoint(given["idp"])})
    if "delta_of" in given:
        extensions.append({"extn_id": "delta_crl_indicator", "critical": True,
                           "extn_value": core.Integer(given["delta_of"])})
    if "keeps_expired_since" in given:  # ExpiredCertsOnCRL, X.509 (10/2016) 9.5.2.8
        extensions.append({"extn_id": "2.5.29.60", "extn_value": core.ParsableOctetString(
            core.GeneralizedTime(given["keeps_expired_since"]).dump())})
    entries = []
    for name, when, reason in revoked:
        one = {"user_certificate": asn1_certificate(name).serial_number,
               "revocation_date": asn1_time(when)}
        notes = []
        if reason:
            notes.append({"extn_id": "crl_reason", "extn_value": asn1_crl.CRLReason(reason)})
        if given.get("indirect"):
            notes.append({"extn_id": "certificate_issuer", "critical": True,
                          "extn_value": asn1_x509.GeneralNames([asn1_x509.GeneralName(
                              "directory_name", asn1_certificate(name).issuer)])})
        if notes:
            one["crl_entry_extensions"] = notes
        entries.append(one)
    digest = given.get("digest", "sha256")
    signer = key(issuer)
    tbs = asn1_crl.TbsCertList({
        "version": "v2", "signature": algorithm_of(signer, digest),
        "issuer": asn1_certificate(issuer).subject, "this_update": asn1_time(this_update),
        **({"next_update": asn1_time(next_update)} if next_update else {}),
        **({"revoked_certificates": entries} if entries else {}), "crl_extensions": extensions})
    return asn1_crl.CertificateList({
        "tbs_cert_list": tbs, "signature_algorithm": algorithm_of(signer, digest),
        "signature": signature(signer, tbs.dump(), digest)}).dump()


def make_ocsp(name, issuer, responder, this_update, next_update, state="good", **given):
    """DER OCSPResponse about certs/NAME.crt. state: "good", "unknown", (when, reason or None).
    given: cutoff, produced_at, digest, certificates (of the answer; the responder's when it is
    delegated)."""
    ca = asn1_certificate(issuer)
    if isinstance(state, str):
        status = asn1_ocsp.CertStatus(state, core.Null())
    else:
        when, reason = state
        status = asn1_ocsp.CertStatus("revoked", asn1_ocsp.RevokedInfo(
            {"revocation_time": when, **({"revocation_reason": reason} if reason else {})}))
    single = {
        "cert_id": {"hash_algorithm": {"algorithm": "sha1"}, "issuer_name_hash": ca.subject.sha1,
                    "issuer_key_hash": ca.public_key.sha1,
                    "serial_number": asn1_certificate(name).serial_number},
        "cert_status": status, "this_update": this_update}
    if next_update:
        single["next_update"] = next_update
    if "cutoff" in given:
        single["single_extensions"] = [{"extn_id": "archive_cutoff",
                                        "extn_value": core.GeneralizedTime(given["cutoff"])}]
    digest = given.get("digest", "sha256")
    signer, by = key(responder), asn1_certificate(responder)
    data = asn1_ocsp.ResponseData({
        "responder_id": asn1_ocsp.ResponderId("by_key", by.public_key.sha1),
        "produced_at": given.get("produced_at", this_update), "responses": [single]})
    basic = asn1_ocsp.BasicOCSPResponse({
        "tbs_response_data": data, "signature_algorithm": algorithm_of(signer, digest),
        "signature": signature(signer, data.dump(), digest),
        "certs": given.get("certificates", [] if responder == issuer else [by])})
    return asn1_ocsp.OCSPResponse({
        "response_status": "successful",
        "response_bytes": {"response_type": "basic_ocsp_response",
                           "response": core.ParsableOctetString(basic.dump())}}).dump()


class Tsa(DummyTimeStamper):
    """A timestamp authority of certs/NAME.crt at a fixed instant, with any kind of key."""

    def __init__(self, name, at, chain=(), digest="sha256"):
        super().__init__(asn1_certificate(name), None,
                         certs_to_embed=[asn1_certificate(c) for c in chain], fixed_dt=at,
                         override_md=digest)
        self.private = key(name)

    def _sign_tst_info(self, tst_info_data, md_algorithm, dt):
        attributes = cms.CMSAttributes([
            simple_cms_attribute("content_type", "tst_info"),
            simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(self.tsa_cert)),
            simple_cms_attribute("message_digest", hashlib.new(md_algorithm, tst_info_data).digest())])
        return signature(self.private, attributes.dump(), md_algorithm), attributes

    def _build_signed_data(self, tst_info_data, md_algorithm, signature, signed_attrs):
        made = super()._build_signed_data(tst_info_data, md_algorithm, signature, signed_attrs)
        made["signer_infos"][0]["signature_algorithm"] = algorithm_of(self.private, md_algorithm)
        return made
