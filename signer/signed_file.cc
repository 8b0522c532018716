#include "signer/signed_file.h"

#include <algorithm>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"

namespace antin::signer {
namespace {

// Document timestamps and security stores that may still follow.
constexpr std::size_t kRoom = std::size_t{1} << 20U;

std::string upper_hex(ByteView octets) {
  auto text = to_hex(octets);
  for (auto& c : text) {
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

SignatureEntry read_entry(const pdf::SignatureField& field) {
  SignatureEntry entry;
  entry.field = field;
  entry.document_timestamp = field.sub_filter == "ETSI.RFC3161" || field.type == "DocTimeStamp";
  entry.vri_key = upper_hex(ossl::digest(DigestAlgorithm::kSha1, {ByteView(field.contents)}));
  if (!entry.document_timestamp) {
    entry.carried = read_carried(field.contents);
    // adbe.x509.rsa_sha1 keeps the certificate beside the signature value.
    if (!field.cert_entry.empty()) {
      if (auto one = certs::Certificate::from_der(field.cert_entry))
        entry.carried.signer = std::move(one).value();
    }
    return entry;
  }
  der::Element token{};
  const ByteView octets = field.contents;
  const bool exact = der::Reader(octets).next(der::kSequence, token);
  if (auto read = certs::TimestampToken::from_bytes(exact ? token.whole : octets)) {
    add_carried(read.value(), entry.carried.evidence);
    entry.token = std::move(read).value();
  }
  return entry;
}

}  // namespace

Result<SignedFile> read_signed_file(const SharedBytes& octets, const std::string& password) {
  ANTIN_TRY(const auto document, pdf::Document::open(octets, {.password = password, .limits = {}}));
  ANTIN_TRY(const auto fields, document.signature_fields());
  ANTIN_TRY(const auto store, document.security_store());
  SignedFile file{.octets = octets, .entries = {}, .evidence = parse_store(store)};
  for (const auto& field : fields) {
    if (!field.is_signed) continue;
    file.entries.push_back(read_entry(field));
    merge(file.evidence, file.entries.back().carried.evidence);
  }
  std::stable_sort(file.entries.begin(), file.entries.end(), [](const auto& a, const auto& b) {
    return a.field.contents_begin < b.field.contents_begin;
  });
  return file;
}

std::array<ByteView, 2> covered_by(const SignatureEntry& entry, ByteView file) {
  const auto& range = entry.field.byte_range;
  const auto inside = [&](std::size_t at) -> ByteView {
    const auto begin = range[at];
    const auto length = range[at + 1];
    const auto size = static_cast<std::int64_t>(file.size());
    if (begin < 0 || length < 0 || begin > size || length > size - begin) return {};
    return file.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(length));
  };
  if (range.size() != 4) return {};
  return {inside(0), inside(2)};
}

void GrowingFile::append(ByteView tail) {
  if (tail.empty()) return;
  if (!buffer_ || buffer_->capacity() - buffer_->size() < tail.size()) {
    auto larger = std::make_shared<Bytes>();
    larger->reserve(whole_.size() + tail.size() + kRoom);
    const auto old = whole_.view();
    larger->insert(larger->end(), old.begin(), old.end());
    buffer_ = std::move(larger);
  }
  buffer_->insert(buffer_->end(), tail.begin(), tail.end());
  const ByteView all(*buffer_);
  whole_ = SharedBytes(buffer_, all);
}

Bytes GrowingFile::tail() const {
  return to_bytes(whole_.view().subspan(original_.size()));
}

}  // namespace antin::signer
