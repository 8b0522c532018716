#include "pdf/write/security_store_update.h"

#include <algorithm>
#include <map>
#include <set>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"
#include "pdf/write/incremental_writer.h"
#include "pdf/write/signing_plan.h"

// After the header that sets POINTERHOLDER_TRANSITION.
#include <qpdf/Pl_Buffer.hh>

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

// As the reader's: evidence of one document.
constexpr int kMaxEntries = 10'000;
constexpr std::size_t kMaxOctets = std::size_t{256} << 20U;
// Below this Flate saves less than its dictionary entry costs.
constexpr std::size_t kWorthCompressing = 2'048;

enum class What : std::uint8_t { kCertificate, kCrl, kOcsp };

constexpr const char* store_key(What what) noexcept {
  return what == What::kCertificate ? "/Certs" : what == What::kCrl ? "/CRLs" : "/OCSPs";
}
constexpr const char* vri_entry(What what) noexcept {
  return what == What::kCertificate ? "/Cert" : what == What::kCrl ? "/CRL" : "/OCSP";
}

// Deflated octets when that saves something.
std::optional<Bytes> deflated(const Bytes& plain) {
  if (plain.size() < kWorthCompressing) return std::nullopt;
  Pl_Buffer sink("deflated evidence");
  Pl_Flate flate("evidence", &sink, Pl_Flate::a_deflate);
  flate.write(plain.data(), plain.size());
  flate.finish();
  const auto packed = sink.getBufferSharedPointer();
  if (packed->getSize() >= plain.size()) return std::nullopt;
  return Bytes(packed->getBuffer(), packed->getBuffer() + packed->getSize());
}

bool is_vri_key(const std::string& key) {
  constexpr std::size_t kSha1Digits = 40;
  return key.size() == kSha1Digits && std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
         });
}

/// The store as it is, and what becomes of it.
class StoreUpdate {
 public:
  StoreUpdate(Document::Inside& inside, IncrementalWriter& writer)
      : writer_(writer),
        root_(inside.root()),
        store_(key_of(root_, "/DSS")),
        id_(store_.isDictionary() && store_.isIndirect() ? id_of(store_) : writer.allocate()),
        linked_(store_.isDictionary() && store_.isIndirect()) {}

  Status index() {
    for (const auto what : {What::kCertificate, What::kCrl, What::kOcsp}) {
      ANTIN_CHECK(index_array(what, key_of(store_, store_key(what)), listed_[what]));
    }
    auto vri = key_of(store_, "/VRI");
    if (!vri.isDictionary()) return Done{};
    std::set<QPDFObjGen> ignored;
    for (const auto& key : vri.getKeys()) {
      for (const auto what : {What::kCertificate, What::kCrl, What::kOcsp}) {
        ANTIN_CHECK(index_array(what, key_of(vri.getKey(key), vri_entry(what)), ignored));
      }
    }
    return Done{};
  }

  Status add(const SecurityStoreUpdate& update) {
    ANTIN_CHECK(list(What::kCertificate, update.certificates));
    ANTIN_CHECK(list(What::kCrl, update.crls));
    ANTIN_CHECK(list(What::kOcsp, update.ocsp));
    for (const auto& one : update.vri) {
      if (!is_vri_key(one.key)) return make_error(Code::kUsage, "VRI key " + one.key);
      ANTIN_CHECK(list(What::kCertificate, one.certificates));
      ANTIN_CHECK(list(What::kCrl, one.crls));
      ANTIN_CHECK(list(What::kOcsp, one.ocsp));
      ANTIN_CHECK(add_vri(one));
    }
    return Done{};
  }

  bool changed() const noexcept { return !added_.empty() || !vri_changes_.empty(); }

  Status write() {
    Overrides changes{{"/Type", "/DSS"}};
    for (const auto& [what, references] : added_) {
      ANTIN_TRY(changes[store_key(what)],
                writer_.appended(id_, key_of(store_, store_key(what)), references));
    }
    if (!vri_changes_.empty()) {
      // One dictionary inside the store, whatever it was before: no reader minds, and no object
      // that others may be using is redefined.
      auto vri = key_of(store_, "/VRI");
      if (!vri.isDictionary()) vri = Object::newDictionary();
      ANTIN_TRY(changes["/VRI"], writer_.edited(id_, vri, vri_changes_));
    }
    const auto old = store_.isDictionary() ? store_ : Object::newDictionary();
    ANTIN_TRY(const auto body, writer_.edited(id_, old, changes));
    ANTIN_CHECK(writer_.put(id_, body));
    if (linked_) return Done{};
    const ObjectId root = id_of(root_);
    ANTIN_TRY(const auto catalogue, writer_.edited(root, root_, {{"/DSS", reference(id_)}}));
    ANTIN_CHECK(writer_.put(root, catalogue));
    return Done{};
  }

 private:
  Status index_array(What what, const Object& entry, std::set<QPDFObjGen>& members) {
    auto array = entry;
    if (!array.isArray()) return Done{};
    for (int i = 0; i < array.getArrayNItems(); ++i) {
      const auto item = array.getArrayItem(i);
      if (!Object{item}.isStream()) continue;
      members.insert(item.getObjGen());
      if (!indexed_.insert(item.getObjGen()).second) continue;
      if (++entries_ > kMaxEntries)
        return make_error(Code::kResourceLimit, "the security store has too many entries");
      ANTIN_TRY(auto octets, decoded_stream(item, kMaxOctets - octets_));
      if (!octets) continue;  // damaged: as if it were not there
      octets_ += octets->size();
      known_[what].emplace(std::move(*octets), id_of(item));
    }
    return Done{};
  }

  /// The stream that holds `octets`: one that is there, else a new one.
  Result<ObjectId> stream_of(What what, const Bytes& octets) {
    auto& known = known_[what];
    if (const auto found = known.find(octets); found != known.end()) return found->second;
    const ObjectId id = writer_.allocate();
    const auto packed = deflated(octets);
    ANTIN_CHECK(
        writer_.put_stream(id, packed ? "/Filter /FlateDecode " : "", packed ? *packed : octets));
    known.emplace(octets, id);
    return id;
  }

  Status list(What what, const std::vector<Bytes>& all) {
    for (const auto& octets : all) {
      ANTIN_TRY(const auto id, stream_of(what, octets));
      if (!listed_[what].insert(QPDFObjGen(id.number, id.generation)).second) continue;
      auto& text = added_[what];
      text += (text.empty() ? "" : " ") + reference(id);
    }
    return Done{};
  }

  /// References that `old` has not yet.
  Result<std::string> missing(What what, const Object& old, const std::vector<Bytes>& wanted) {
    std::set<QPDFObjGen> there;
    auto array = old;
    if (array.isArray()) {
      for (const auto& item : array.getArrayAsVector()) there.insert(item.getObjGen());
    }
    std::string text;
    for (const auto& octets : wanted) {
      ANTIN_TRY(const auto id, stream_of(what, octets));
      if (!there.insert(QPDFObjGen(id.number, id.generation)).second) continue;
      text += (text.empty() ? "" : " ") + reference(id);
    }
    return text;
  }

  Status add_vri(const SecurityStoreUpdate::Vri& one) {
    const auto key = "/" + one.key;
    const auto old = key_of(key_of(store_, "/VRI"), key.c_str());
    Overrides changes;
    const auto add = [&](What what, const std::vector<Bytes>& wanted) -> Status {
      const auto before = key_of(old, vri_entry(what));
      ANTIN_TRY(const auto references, missing(what, before, wanted));
      if (references.empty()) return Done{};
      ANTIN_TRY(changes[vri_entry(what)], writer_.appended(id_, before, references));
      return Done{};
    };
    ANTIN_CHECK(add(What::kCertificate, one.certificates));
    ANTIN_CHECK(add(What::kCrl, one.crls));
    ANTIN_CHECK(add(What::kOcsp, one.ocsp));
    if (changes.empty()) return Done{};
    if (one.time) {
      ANTIN_TRY(changes["/TU"], writer_.text_string(id_, to_pdf_date(*one.time)));
    }
    const auto base = Object{old}.isDictionary() ? old : Object::newDictionary();
    ANTIN_TRY(vri_changes_[key], writer_.edited(id_, base, changes));
    return Done{};
  }

  IncrementalWriter& writer_;
  Object root_, store_;
  ObjectId id_;
  bool linked_;  ///< the catalogue refers to the store already
  std::set<QPDFObjGen> indexed_;
  std::map<What, std::set<QPDFObjGen>> listed_;
  std::map<What, std::map<Bytes, ObjectId>> known_;
  std::map<What, std::string> added_;
  Overrides vri_changes_;
  int entries_ = 0;
  std::size_t octets_ = 0;
};

std::size_t octets_of(const SecurityStoreUpdate& update) {
  std::size_t total = 0;
  for (const auto* list : {&update.certificates, &update.crls, &update.ocsp}) {
    for (const auto& octets : *list) total += octets.size() + 128;
  }
  return total;
}

Result<Bytes> append(const Document& document, const SecurityStoreUpdate& update,
                     DocumentCipher& cipher, RandomSource& random) {
  ANTIN_TRY(const auto fields, document.signature_fields());
  ANTIN_CHECK(refuse_unsound(document, fields));
  auto& inside = document.inside();
  const ObjectCipher object_cipher{inside.encryption, cipher};
  IncrementalWriter writer{inside, object_cipher, octets_of(update)};
  StoreUpdate store{inside, writer};
  ANTIN_CHECK(store.index());
  ANTIN_CHECK(store.add(update));
  if (!store.changed()) return Bytes{};
  if (!document.may_modify_annotations()) {
    return make_error(Code::kPermissionDenied, "/P forbids changes");
  }
  ANTIN_CHECK(store.write());
  return writer.finish(random);
}

}  // namespace

Result<Bytes> append_security_store(const Document& document, const SecurityStoreUpdate& update,
                                    DocumentCipher& cipher, RandomSource& random) {
  return guarded("adding to the security store",
                 [&]() -> Result<Bytes> { return append(document, update, cipher, random); });
}

}  // namespace antin::pdf
