#include "tests/unit/verifier/sample.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "verifier/ber.h"
#include "verifier/foreign_text.h"

namespace antin::verifier::sample {
namespace {

constexpr std::size_t kReserved = 12'000;  // octets of /Contents
const std::string kByteRangeSpace(40, ' ');

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

ossl::X509Ptr certificate(const std::string& name) {
  const auto pem = file("certs/" + name + ".crt");
  const ossl::BioPtr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  ossl::X509Ptr read{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
  require(read != nullptr, "certificate");
  return read;
}

ossl::PublicKeyPtr private_key(const std::string& name) {
  const auto pem = file("keys/" + name + ".key");
  const ossl::BioPtr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  ossl::PublicKeyPtr read{PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)};
  require(read != nullptr, "key");
  return read;
}

template <class T, class Encode>
Bytes encoded(T* object, Encode encode) {
  unsigned char* der = nullptr;
  const int length = encode(object, &der);
  require(length > 0, "encode");
  Bytes out(der, der + length);
  OPENSSL_free(der);
  return out;
}

ASN1_INTEGER* serial_number(TS_RESP_CTX*, void*) {
  auto* number = ASN1_INTEGER_new();
  ASN1_INTEGER_set(number, 7);
  return number;
}

int fixed_time(TS_RESP_CTX*, void* at, long* seconds, long* micros) {
  *seconds = static_cast<long>(static_cast<UtcTime*>(at)->since_epoch().time_since_epoch().count());
  *micros = 0;
  return 1;
}

// RFC 3161 token made by OpenSSL's time-stamping authority.
Bytes token_over(ByteView octets, UtcTime at, const std::string& tsa) {
  const auto signer = certificate(tsa);
  const auto key = private_key(tsa);
  const ossl::Handle<TS_RESP_CTX, &TS_RESP_CTX_free> context{TS_RESP_CTX_new()};
  const ossl::Handle<ASN1_OBJECT, &ASN1_OBJECT_free> policy{OBJ_txt2obj("1.2.3.4.1", 1)};
  TS_RESP_CTX_set_serial_cb(context.get(), serial_number, nullptr);
  TS_RESP_CTX_set_time_cb(context.get(), fixed_time, &at);
  require(TS_RESP_CTX_set_signer_cert(context.get(), signer.get()) == 1 &&
              TS_RESP_CTX_set_signer_key(context.get(), key.get()) == 1 &&
              TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()) == 1 &&
              TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256()) == 1 &&
              TS_RESP_CTX_set_def_policy(context.get(), policy.get()) == 1 &&
              TS_RESP_CTX_add_md(context.get(), EVP_sha256()) == 1,
          "TS_RESP_CTX");
  auto imprint_octets = ossl::sha256(octets);
  const ossl::Handle<TS_MSG_IMPRINT, &TS_MSG_IMPRINT_free> imprint{TS_MSG_IMPRINT_new()};
  const ossl::Handle<X509_ALGOR, &X509_ALGOR_free> algorithm{X509_ALGOR_new()};
  X509_ALGOR_set_md(algorithm.get(), EVP_sha256());
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  TS_MSG_IMPRINT_set_msg(imprint.get(), imprint_octets.data(),
                         static_cast<int>(imprint_octets.size()));
  const ossl::Handle<TS_REQ, &TS_REQ_free> request{TS_REQ_new()};
  TS_REQ_set_version(request.get(), 1);
  TS_REQ_set_msg_imprint(request.get(), imprint.get());
  TS_REQ_set_cert_req(request.get(), 1);
  const auto der = encoded(request.get(), i2d_TS_REQ);
  const ossl::BioPtr bio{BIO_new_mem_buf(der.data(), static_cast<int>(der.size()))};
  const ossl::TimestampResponsePtr response{TS_RESP_create_response(context.get(), bio.get())};
  require(response && TS_RESP_get_token(response.get()) != nullptr, "TS_RESP");
  return encoded(TS_RESP_get_token(response.get()), i2d_PKCS7);
}

void add_signer(CMS_ContentInfo* cms, const Signing& signing, X509* signer, EVP_PKEY* key,
                unsigned flags) {
  if (signing.attributes == Signing::Attributes::kCades) flags |= CMS_CADES;
  if (signing.attributes == Signing::Attributes::kNone) flags |= CMS_NOATTR;
  if (signing.padding == Signing::Padding::kPss) flags |= CMS_KEY_PARAM;
  auto* info =
      CMS_add1_signer(cms, signer, key, ossl::evp_md(signing.digest), flags | CMS_NOSMIMECAP);
  require(info != nullptr, "CMS_add1_signer");
  if (signing.padding == Signing::Padding::kPss) {
    auto* context = CMS_SignerInfo_get0_pkey_ctx(info);
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST);
  }
}

void add_timestamp(CMS_ContentInfo* cms, const Signing& signing) {
  auto* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
  const auto* value = CMS_SignerInfo_get0_signature(info);
  Bytes covered(ASN1_STRING_get0_data(value),
                ASN1_STRING_get0_data(value) + ASN1_STRING_length(value));
  if (signing.timestamp_other_value) covered.push_back(0);
  const auto token = token_over(covered, *signing.timestamp, "tsa");
  require(CMS_unsigned_add1_attr_by_NID(info, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE,
                                        token.data(), static_cast<int>(token.size())) == 1,
          "timestamp attribute");
}

// The same element with indefinite lengths down to `levels`, as streaming producers write it.
Bytes indefinite(ByteView element, int levels) {
  ber::Reader outer{element};
  const auto read = outer.next();
  require(read.has_value(), "element");
  if (levels == 0 || (read->tag & 0x20U) == 0) return to_bytes(element);
  Bytes out{read->tag, 0x80};
  ber::Reader inside{read->content};
  while (const auto part = inside.next()) {
    const auto rewritten = indefinite(part->whole, levels - 1);
    out.insert(out.end(), rewritten.begin(), rewritten.end());
  }
  out.push_back(0);
  out.push_back(0);
  return out;
}

Bytes cms_over(const std::string& octets, const Signing& signing) {
  const auto signer = certificate(signing.signer);
  const auto key = private_key(signing.signer);
  std::string content = octets;
  unsigned flags = CMS_BINARY | CMS_PARTIAL;
  if (signing.sub_filter == "adbe.pkcs7.sha1") {
    content = as_text(ossl::digest(DigestAlgorithm::kSha1, {as_bytes(octets)}));
  } else if (signing.content == Signing::Content::kDetached) {
    flags |= CMS_DETACHED;
  }
  if (!signing.other_certificate.empty()) flags |= CMS_NOCERTS;
  const ossl::BioPtr data{BIO_new_mem_buf(content.data(), static_cast<int>(content.size()))};
  const ossl::CmsPtr cms{CMS_sign(nullptr, nullptr, nullptr, nullptr, flags)};
  require(cms != nullptr, "CMS_sign");
  add_signer(cms.get(), signing, signer.get(), key.get(), flags & ~unsigned{CMS_DETACHED});
  for (const auto& name : {signing.authority, signing.other_certificate})
    if (!name.empty()) CMS_add1_cert(cms.get(), certificate(name).get());
  require(CMS_final(cms.get(), data.get(), nullptr, flags) == 1, "CMS_final");
  if (signing.timestamp) add_timestamp(cms.get(), signing);
  const auto der = encoded(cms.get(), i2d_CMS_ContentInfo);
  return signing.lengths == Signing::Lengths::kDefinite ? der : indefinite(der, 4);
}

// adbe.x509.rsa_sha1: the bare PKCS #1 value in an OCTET STRING.
Bytes bare_rsa_over(const std::string& octets, const Signing& signing) {
  const auto key = private_key(signing.signer);
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  Bytes value(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
  auto length = value.size();
  require(EVP_DigestSignInit(context.get(), nullptr, ossl::evp_md(signing.digest), nullptr,
                             key.get()) == 1 &&
              EVP_DigestSign(context.get(), value.data(), &length, as_bytes(octets).data(),
                             octets.size()) == 1,
          "EVP_DigestSign");
  Bytes out;
  ber::append_header(out, ber::kOctetString, length);
  out.insert(out.end(), value.begin(), value.end());
  return out;
}

}  // namespace

Bytes detached(const std::string& content, const Signing& signing) {
  return cms_over(content, signing);
}

Bytes token(ByteView octets, UtcTime at, const std::string& tsa) {
  return token_over(octets, at, tsa);
}

Document::Document(std::size_t filler) {
  octets_ = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
  if (filler != 0) {
    extra_ = " /PieceInfo << /Sample << /LastModified (D:2026) /Private 5 0 R >> >>";
    next_ = 6;
    std::string noise(filler, ' ');
    std::uint32_t state = 1;
    for (auto& octet : noise) {
      state = state * 1664525U + 1013904223U;
      octet = static_cast<char>(state >> 24U);
    }
    write_object(5,
                 "<< /Length " + std::to_string(filler) + " >>\nstream\n" + noise + "\nendstream");
  }
  write_object(1, "<< /Type /Catalog /Pages 2 0 R" + extra_ + " >>");
  write_object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
  write_object(3,
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> "
               "/Contents 4 0 R >>");
  write_object(4, "<< /Length 24 >>\nstream\n0 0 m 100 100 l S %first \nendstream");
  finish_update();
}

Document Document::saying(const std::string& utf8) {
  Document document;
  const int font = document.next_++, map = document.next_++, glyphs = document.next_++;
  const auto ref = [](int number) { return std::to_string(number) + " 0 R"; };
  const auto stream = [](const std::string& data) {
    return "<< /Length " + std::to_string(data.size()) + " >>\nstream\n" + data + "\nendstream";
  };
  document.write_object(glyphs,
                        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Sample /CIDSystemInfo << "
                        "/Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>");
  document.write_object(
      map, stream("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
                  "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
                  "1 beginbfrange <0020> <1EFF> <0020> endbfrange\nendcmap end end\n"));
  document.write_object(font,
                        "<< /Type /Font /Subtype /Type0 /BaseFont /Sample /Encoding /Identity-H "
                        "/DescendantFonts [" +
                            ref(glyphs) + "] /ToUnicode " + ref(map) + " >>");
  document.resources_ = "<< /Font << /F1 " + ref(font) + " >> >>";
  document.write_object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources " +
                               document.resources_ + " /Contents 4 0 R >>");
  std::string content;
  int y = 500;
  for (std::size_t at = 0; at < utf8.size(); y -= 20) {
    const auto end = std::min(utf8.find('\n', at), utf8.size());
    content += shown(utf8.substr(at, end - at), 50, y);
    at = end + 1;
  }
  return document.change_page(content);
}

std::string shown(const std::string& utf8, int x, int y) {
  std::string hex;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto unit = static_cast<unsigned>(next_code_point(utf8, at));
    hex += to_hex(Bytes{static_cast<std::uint8_t>(unit >> 8U), static_cast<std::uint8_t>(unit)});
  }
  return "BT /F1 12 Tf " + std::to_string(x) + " " + std::to_string(y) + " Td <" + hex +
         "> Tj ET\n";
}

Document certified_copy(const std::string& utf8) {
  auto document = Document::saying(utf8);
  document.sign({});
  Signing seal;
  seal.signer = "agency";
  seal.field = "Seal";
  return document.sign(seal);
}

void Document::write_object(int number, const std::string& body) {
  written_.emplace_back(number, octets_.size());
  octets_ += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
}

void Document::finish_update() {
  const auto at = octets_.size();
  octets_ += "xref\n";
  if (last_xref_ == 0) octets_ += "0 1\n0000000000 65535 f \n";
  for (const auto& [number, offset] : written_) {
    char line[64];
    std::snprintf(line, sizeof line, "%d 1\n%010zu 00000 n \n", number, offset);
    octets_ += line;
  }
  octets_ += "trailer\n<< /Size " + std::to_string(next_) + " /Root 1 0 R";
  if (last_xref_ != 0) octets_ += " /Prev " + std::to_string(last_xref_);
  octets_ += " >>\nstartxref\n" + std::to_string(at) + "\n%%EOF\n";
  last_xref_ = at;
  written_.clear();
}

Document::Placeholder Document::begin_signature(const std::string& field,
                                                const std::string& dictionary, int doc_mdp) {
  const int widget = next_++;
  const int value = next_++;
  fields_.push_back(widget);
  if (doc_mdp != 0) perms_ = " /Perms << /DocMDP " + std::to_string(value) + " 0 R >>";
  std::string list;
  for (const int one : fields_) list += std::to_string(one) + " 0 R ";
  write_object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + list +
                      "] /SigFlags 3 >>" + perms_ + extra_ + " >>");
  write_object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources " + resources_ +
                      " /Contents 4 0 R /Annots [" + list + "] >>");
  std::string shown = "/Rect [0 0 0 0]";
  if (!appearance_.empty()) {
    shown = "/Rect " + rect_ + " /AP << /N " + std::to_string(next_) + " 0 R >>";
    write_object(next_++, "<< /Subtype /Form /BBox [0 0 100 100] /Resources " + resources_ +
                              " /Length " + std::to_string(appearance_.size()) + " >>\nstream\n" +
                              appearance_ + "\nendstream");
    appearance_.clear();
  }
  write_object(widget, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (" + field + ") /F 132 " +
                           shown + " /P 3 0 R /V " + std::to_string(value) + " 0 R >>");
  Placeholder where{};
  written_.emplace_back(value, octets_.size());
  octets_ += std::to_string(value) + " 0 obj\n<< " + dictionary + " /ByteRange [";
  where.byte_range = octets_.size();
  octets_ += kByteRangeSpace + "] /Contents ";
  where.contents = octets_.size();
  octets_ += "<" + std::string(kReserved * 2, '0') + "> >>\nendobj\n";
  finish_update();
  where.end = octets_.size();
  const auto after = where.contents + kReserved * 2 + 2;
  auto range = "0 " + std::to_string(where.contents) + " " + std::to_string(after) + " " +
               std::to_string(where.end - after);
  range.resize(kByteRangeSpace.size(), ' ');
  octets_.replace(where.byte_range, range.size(), range);
  return where;
}

std::string Document::signed_octets(const Placeholder& where) const {
  return octets_.substr(0, where.contents) + octets_.substr(where.contents + kReserved * 2 + 2);
}

void Document::fill_signature(const Placeholder& where, const Bytes& value) {
  require(value.size() <= kReserved, "the signature is larger than the space reserved");
  const auto hex = to_hex(value);
  octets_.replace(where.contents + 1, hex.size(), hex);
}

Document& Document::sign(const Signing& signing) {
  std::string dictionary = "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /" + signing.sub_filter +
                           " /M (" + signing.date + ")";
  if (signing.doc_mdp != 0)
    dictionary +=
        " /Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams << "
        "/Type /TransformParams /V /1.2 /P " +
        std::to_string(signing.doc_mdp) + " >> >> ]";
  const bool bare = signing.sub_filter == "adbe.x509.rsa_sha1";
  if (bare)
    dictionary += " /Cert <" + to_hex(encoded(certificate(signing.signer).get(), i2d_X509)) + ">";
  appearance_ = signing.appearance;
  rect_ = signing.rect;
  const auto where = begin_signature(signing.field, dictionary, signing.doc_mdp);
  const auto octets = signed_octets(where);
  auto value = bare ? bare_rsa_over(octets, signing) : cms_over(octets, signing);
  value.insert(value.end(), signing.after_cms.begin(), signing.after_cms.end());
  fill_signature(where, value);
  return *this;
}

Document& Document::timestamp(const std::string& field, UtcTime at, const std::string& tsa) {
  const auto where = begin_signature(
      field, "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161", 0);
  fill_signature(where, token_over(as_bytes(signed_octets(where)), at, tsa));
  return *this;
}

Document& Document::change_page(const std::string& text) {
  write_object(
      4, "<< /Length " + std::to_string(text.size()) + " >>\nstream\n" + text + "\nendstream");
  finish_update();
  return *this;
}

Document& Document::change_catalogue(const std::string& entry) {
  extra_ = " " + entry;
  std::string list;
  for (const int one : fields_) list += std::to_string(one) + " 0 R ";
  write_object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + list +
                      "] /SigFlags 3 >>" + perms_ + extra_ + " >>");
  finish_update();
  return *this;
}

Document& Document::damage(const std::string& text) {
  const auto at = octets_.find(text);
  require(at != std::string::npos, "nothing to damage");
  octets_[at] = static_cast<char>(static_cast<unsigned char>(octets_[at]) ^ 1U);
  return *this;
}

Document& Document::append(const std::string& octets) {
  octets_ += octets;
  return *this;
}

Bytes file(const std::string& path) {
  std::ifstream in{std::string{ANTIN_SOURCE_DIR "/tests/pki/"} + path, std::ios::binary};
  require(in.good(), path.c_str());
  return {std::istreambuf_iterator<char>{in}, {}};
}

UtcTime time(const std::string& rfc3339) {
  return from_rfc3339(rfc3339).value();
}

certs::TrustStore trust() {
  std::vector<certs::TrustFile> files = {{"root.crt", file("certs/root.crt")},
                                         {"issuing-ca.crt", file("certs/issuing-ca.crt")}};
  auto store = certs::load_trust_store(files, certs::TestPki::kAllow);
  require(static_cast<bool>(store), "trust store");
  return std::move(store).value();
}

std::vector<certs::Crl> crls() {
  std::vector<certs::Crl> all;
  for (const auto* name : {"crl/root.crl", "crl/issuing-ca.crl"})
    all.push_back(certs::Crl::from_bytes(file(name)).value());
  return all;
}

Input input(const Document& document, const certs::TrustStore& trust) {
  return {.name = "sample.pdf",
          .document = document.octets(),
          .password = "",
          .trust = &trust,
          .crls = crls(),
          .policy = {},
          .at = time("2026-06-01T00:00:00Z")};
}

}  // namespace antin::verifier::sample
