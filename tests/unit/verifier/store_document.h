#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "certs/ossl/digest.h"
#include "tests/fakes/pdf_builder.h"
#include "tests/unit/verifier/sample.h"

namespace antin::verifier::sample {

/// What a document security store shall hold (ISO 32000-2 12.8.4.3), octets as they are.
struct Store {
  std::vector<Bytes> certificates, crls, ocsp;
  // Of the first signature's VRI dictionary; none of them: no dictionary.
  std::vector<Bytes> vri_certificates, vri_crls, vri_ocsp, vri_timestamps;
  std::string vri_time;  ///< /TU, put into a hexadecimal string

  bool has_vri() const {
    return !(vri_certificates.empty() && vri_crls.empty() && vri_ocsp.empty() &&
             vri_timestamps.empty() && vri_time.empty());
  }
};

/// A signed document of one page whose security stores and document timestamps hold whatever they
/// are given.
class StoreDocument {
 public:
  enum class Value {
    kOfThisDocument,  ///< made by the signer's key over the octets covered
    kOfAnother        ///< the key never saw this document
  };
  explicit StoreDocument(const Signing& signing, Value value = Value::kOfThisDocument)
      : pdf_(test::PdfBuilder::document(1, form({kField}), annotations({kField}))) {
    put_field(kField, "/FT/Sig/T(Sig1)");
    pdf_.put_signature(kField + 1, "/M(" + signing.date + ")", kDigits);
    pdf_.finish_table("/Root 1 0 R").finish_signature();
    auto covered = covered_octets(0);
    if (value == Value::kOfAnother) covered += "%";
    const auto cms = detached(covered, signing);
    fill(cms, 0);
    vri_key_ = to_hex(ossl::digest(DigestAlgorithm::kSha1, {padded(cms)}));
    std::transform(vri_key_.begin(), vri_key_.end(), vri_key_.begin(), [](char c) {
      return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }

  StoreDocument& add_store(const Store& store) {
    store_ = "/DSS<<";
    store_ += "/Certs" + references(store.certificates) + "/CRLs" + references(store.crls) +
              "/OCSPs" + references(store.ocsp);
    if (store.has_vri()) {
      store_ += "/VRI<</" + vri_key_ + "<</Cert" + references(store.vri_certificates) + "/CRL" +
                references(store.vri_crls) + "/OCSP" + references(store.vri_ocsp) + "/TU<" +
                to_hex(as_bytes(store.vri_time)) + ">";
      for (const auto& token : store.vri_timestamps) store_ += "/TS " + reference(token);
      store_ += ">>>>";
    }
    store_ += ">>";
    put_catalogue();
    pdf_.finish_table("/Root 1 0 R");
    return *this;
  }

  /// A document timestamp; `token` gets the octets that it shall cover.
  StoreDocument& add_timestamp(const std::function<Bytes(ByteView covered)>& token) {
    const auto from = pdf_.size();
    const int field = next_;
    next_ += 2;
    fields_.push_back(field);
    put_catalogue();
    pdf_.put(10, test::PdfBuilder::page_body(0, annotations(fields_)));
    put_field(field, "/FT/Sig/T(Ts" + std::to_string(field) + ")");
    pdf_.put(field + 1,
             "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"
             "/ByteRange [0 9999999999 9999999999 9999999999]/Contents <" +
                 std::string(kDigits, 'a') + ">>>");
    pdf_.finish_table("/Root 1 0 R").finish_signature();
    const auto covered = covered_octets(from);
    fill(token(as_bytes(covered)), from);
    return *this;
  }

  SharedBytes octets() const { return pdf_.bytes(); }

 private:
  static constexpr int kField = 20;
  static constexpr std::size_t kDigits = 12'000;

  static std::string list(const std::vector<int>& numbers) {
    std::string all = "[";
    for (const int number : numbers) all += std::to_string(number) + " 0 R ";
    return all + "]";
  }
  static std::string form(const std::vector<int>& fields) {
    return "/AcroForm<</SigFlags 3/Fields" + list(fields) + ">>";
  }
  static std::string annotations(const std::vector<int>& fields) {
    return "/Annots" + list(fields);
  }
  static Bytes padded(Bytes value) {
    value.resize(kDigits / 2, 0);
    return value;
  }

  void put_field(int number, const std::string& entries) {
    pdf_.put(number, "<</Type/Annot/Subtype/Widget" + entries + "/F 132/Rect[0 0 0 0]/P 10 0 R/V " +
                         std::to_string(number + 1) + " 0 R>>");
  }
  void put_catalogue() {
    pdf_.put(1, "<</Type/Catalog/Pages 2 0 R" + form(fields_) + store_ + ">>");
  }
  std::string reference(const Bytes& octets) {
    pdf_.put_stream(next_, "", as_text(octets));
    return std::to_string(next_++) + " 0 R";
  }
  std::string references(const std::vector<Bytes>& all) {
    std::string text = "[";
    for (const auto& one : all) text += reference(one) + " ";
    return text + "]";
  }

  // The first placeholder behind `from`.
  std::size_t placeholder(std::size_t from) const {
    return pdf_.text().find("<" + std::string(kDigits, 'a') + ">", from);
  }
  std::string covered_octets(std::size_t from) const {
    const auto at = placeholder(from);
    return pdf_.text().substr(0, at) + pdf_.text().substr(at + kDigits + 2);
  }
  void fill(const Bytes& value, std::size_t from) {
    pdf_.replace(std::string(kDigits, 'a'), to_hex(padded(value)), placeholder(from));
  }

  test::PdfBuilder pdf_;
  std::vector<int> fields_ = {kField};
  std::string store_, vri_key_;
  int next_ = 30;
};

}  // namespace antin::verifier::sample
