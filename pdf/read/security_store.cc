#include <algorithm>
#include <set>
#include <string>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

// Certificates, CRLs and OCSP responses of one document.
constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxOctets = std::size_t{256} << 20U;
// How many earlier revisions are opened to find evidence that a later one dropped: each costs a
// reading of all that came before it, so the fewer the more there are.
constexpr std::size_t kMaxRevisions = 64;
constexpr std::size_t kMaxSections = 20'000;

class Gatherer {
 public:
  explicit Gatherer(SecurityStore& store) : store_(store) {}

  Status gather(Document::Inside& inside, std::set<int>& visited) {
    const auto visit = [&](const Object& object) {
      if (object.isIndirect()) visited.insert(object.getObjectID());
      return object;
    };
    const auto dss = visit(key_of(visit(inside.root()), "/DSS"));
    ANTIN_CHECK(streams(visit, key_of(dss, "/Certs"), certificates_, store_.certificates));
    ANTIN_CHECK(streams(visit, key_of(dss, "/CRLs"), crls_, store_.crls));
    ANTIN_CHECK(streams(visit, key_of(dss, "/OCSPs"), ocsps_, store_.ocsp_responses));
    auto vri = visit(key_of(dss, "/VRI"));
    if (!vri.isDictionary()) return Done{};
    for (const auto& key : vri.getKeys()) {
      const auto entry = visit(vri.getKey(key));
      ANTIN_CHECK(streams(visit, key_of(entry, "/Cert"), certificates_, store_.certificates));
      ANTIN_CHECK(streams(visit, key_of(entry, "/CRL"), crls_, store_.crls));
      ANTIN_CHECK(streams(visit, key_of(entry, "/OCSP"), ocsps_, store_.ocsp_responses));
      if (auto timestamp = key_of(entry, "/TS"); timestamp.isStream()) {
        auto name = key.substr(1);
        std::transform(name.begin(), name.end(), name.begin(), [](char c) {
          return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        ANTIN_CHECK(stream(visit(timestamp), timestamps_, store_.vri_timestamps[name]));
      }
    }
    return Done{};
  }

 private:
  template <class Visit>
  Status streams(const Visit& visit, const Object& entry, std::set<Bytes>& seen,
                 std::vector<Bytes>& into) {
    auto array = visit(entry);
    if (!array.isArray()) return Done{};
    for (int i = 0; i < array.getArrayNItems(); ++i) {
      ANTIN_CHECK(stream(visit(array.getArrayItem(i)), seen, into));
    }
    return Done{};
  }

  Status stream(const Object& object, std::set<Bytes>& seen, std::vector<Bytes>& into) {
    if (!Object{object}.isStream()) return Done{};
    if (++entries_ > kMaxEntries) {
      return make_error(Code::kResourceLimit, "the security store has too many entries");
    }
    ANTIN_TRY(auto octets, decoded_stream(object, kMaxOctets - octets_));
    if (!octets) return Done{};  // damaged evidence is no evidence
    octets_ += octets->size();
    if (seen.insert(*octets).second) into.push_back(std::move(*octets));
    return Done{};
  }

  SecurityStore& store_;
  std::set<Bytes> certificates_, crls_, ocsps_, timestamps_;
  std::size_t entries_ = 0, octets_ = 0;
};

}  // namespace

Result<SecurityStore> Document::security_store() const {
  return guarded("reading the security store", [&]() -> Result<SecurityStore> {
    SecurityStore store;
    Gatherer gatherer{store};
    std::set<int> visited;
    ANTIN_CHECK(gatherer.gather(*inside_, visited));
    // A revision whose successor redefines nothing on the way to the store holds the same store.
    const auto& revisions = inside_->map.revisions;
    const auto may_open = std::min(kMaxRevisions, 1 + kMaxSections / revisions.size());
    std::size_t opened = 0;
    for (auto i = revisions.size(); i-- > 1 && opened < may_open;) {
      const auto& defines = revisions[i].defines;
      const bool touched = std::any_of(defines.begin(), defines.end(),
                                       [&](int number) { return visited.count(number) != 0; });
      if (!touched) continue;
      ++opened;
      // What cannot be opened by itself holds no evidence; that it cannot is a finding elsewhere.
      const auto earlier =
          Document::open(inside_->file.prefix(revisions[i - 1].end), inside_->options);
      if (!earlier) continue;
      visited.clear();
      ANTIN_CHECK(gatherer.gather(earlier.value().inside(), visited));
    }
    return store;
  });
}

}  // namespace antin::pdf
