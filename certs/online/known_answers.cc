#include "certs/online/known_answers.h"

#include "certs/ossl/digest.h"

namespace antin::certs {
namespace {

// Lists may be large: few of them, and the whole memo goes when there are more.
constexpr std::size_t kMostRemembered = 256;

}  // namespace

std::string cache_key(const std::string& kind, std::initializer_list<ByteView> parts) {
  Bytes joined;
  for (const auto part : parts) {
    const auto digest = ossl::sha256(part);
    joined.insert(joined.end(), digest.begin(), digest.end());
  }
  return kind + "-" + to_hex(ossl::sha256(joined));
}

template <class Parsed>
std::optional<KnownAnswers::Known<Parsed>> KnownAnswers::find(Memo<Parsed>& memo,
                                                              const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = memo.find(key); found != memo.end()) return found->second;
  }
  const auto kept = cache_.find(key);
  if (!kept) return std::nullopt;
  auto parsed = Parsed::from_bytes(kept->body);
  if (!parsed) return std::nullopt;
  Known<Parsed> known{.parsed = std::move(parsed).value(), .fetched = kept->fetched};
  remember(memo, key, known);
  return known;
}

template <class Parsed>
void KnownAnswers::remember(Memo<Parsed>& memo, const std::string& key,
                            const Known<Parsed>& known) {
  const std::lock_guard lock(mutex_);
  if (memo.size() >= kMostRemembered) memo.clear();
  memo.insert_or_assign(key, known);
}

std::optional<KnownAnswers::Known<OcspResponse>> KnownAnswers::ocsp(const std::string& key) {
  return find(ocsp_, key);
}

std::optional<KnownAnswers::Known<Crl>> KnownAnswers::crl(const std::string& key) {
  return find(crl_, key);
}

Status KnownAnswers::keep(const std::string& key, const OcspResponse& parsed,
                          const CachedAnswer& answer) {
  remember(ocsp_, key, {.parsed = parsed, .fetched = answer.fetched});
  return cache_.keep(key, answer);
}

Status KnownAnswers::keep(const std::string& key, const Crl& parsed, const CachedAnswer& answer) {
  remember(crl_, key, {.parsed = parsed, .fetched = answer.fetched});
  return cache_.keep(key, answer);
}

}  // namespace antin::certs
