#include <algorithm>

#include "pdf/read/changes.h"
#include "pdf/read/document.h"
#include "service/worker/worker.h"

namespace antin::service::worker {
namespace {

// What the sentence names at most: the log has all.
constexpr std::size_t kNamed = 3;

// Judges what was added to a document that antind stored; the worker that made it is not believed.
class AddedCheck {
 public:
  AddedCheck(const cbor::Value& body, Code refusal) : body_(body), refusal_(refusal) {}

  Status check(const pdf::Document& document, const pdf::OpenOptions& options,
               pdf::ChangeLevel most) {
    ANTIN_TRY(const auto from, cbor::integer_at(body_, "from"));
    const auto before = static_cast<std::uint64_t>(from);
    const auto& revisions = document.revisions().revisions;
    // Octets may stand behind the last %%EOF of what antind stored; they belong to it.
    const auto first = std::find_if(revisions.begin(), revisions.end(), [&](const auto& revision) {
      return revision.startxref_at >= before;
    });
    if (first == revisions.begin() || first == revisions.end()) return refused("revisions");
    added_ = static_cast<std::size_t>(revisions.end() - first);
    pdf::ChangeBudget budget;
    const auto base = static_cast<std::size_t>(first - revisions.begin()) - 1;
    ANTIN_TRY(changes_, pdf::changes_since(document, base, options, budget));
    std::string found;
    std::size_t named = 0;
    for (const auto& change : changes_) {
      if (change.level <= most && !change.never_permitted) continue;
      if (++named > kNamed) break;
      found += (found.empty() ? "" : ", ") + std::string(info(change.what).name);
    }
    if (!found.empty()) return refused(found);
    return Done{};
  }

  // One revision, one signature field with the value that was asked for, its ranges as antind knows
  // them; and no timestamp, no evidence, no second signature beside it.
  Status check_signature(const pdf::Document& document) const {
    if (added_ != 1) return refused("revisions");
    ANTIN_TRY(const auto name, cbor::text_at(body_, "field"));
    ANTIN_TRY(const auto range, cbor::array_at(body_, "byte_range"));
    ANTIN_TRY(const auto from, cbor::integer_at(body_, "from"));
    std::size_t values = 0;
    for (const auto& change : changes_) {
      // Lists of fields and annotations and /SigFlags have no field of their own.
      const bool ours =
          change.level != pdf::ChangeLevel::kLongTermData &&
          (change.field == name || change.what == Code::kPdfChangeSignatureBookkeeping);
      if (!ours) return refused(std::string(info(change.what).name));
      values += change.what == Code::kPdfChangeSignatureAdded ? 1U : 0U;
    }
    ANTIN_TRY(const auto fields, document.signature_fields());
    std::size_t fitting = 0, ours = 0;
    for (const auto& field : fields) {
      if (!field.is_signed || field.contents_end <= static_cast<std::uint64_t>(from)) continue;
      ++ours;
      const bool same =
          field.byte_range.size() == range.size() &&
          std::equal(range.begin(), range.end(), field.byte_range.begin(),
                     [](const auto& a, auto b) { return a.integer() && *a.integer() == b; });
      const bool good = same && field.name == name && field.type == "Sig" &&
                        field.sub_filter == "ETSI.CAdES.detached" && !field.doc_mdp &&
                        field.contents_located &&
                        field.contents_begin == static_cast<std::uint64_t>(field.byte_range[1]) &&
                        field.contents_end == static_cast<std::uint64_t>(field.byte_range[2]);
      fitting += good ? 1U : 0U;
    }
    if (values != 1 || ours != 1 || fitting != 1) return refused("signature field");
    ANTIN_TRY(const auto places, document.signature_places());
    const auto later = std::count_if(places.begin(), places.end(), [&](const auto& place) {
      return place.begin >= static_cast<std::uint64_t>(from);
    });
    if (later != 1) return refused("signature dictionaries");
    return Done{};
  }

  // What a person's own tool made of a stored document: one signature that certifies nothing away,
  // whatever its format; evidence for it and the usual notes about who wrote the file may stand
  // beside it (S-15).
  Status check_person(const pdf::Document& document) const {
    const auto values = std::count_if(changes_.begin(), changes_.end(), [](const auto& change) {
      return change.what == Code::kPdfChangeSignatureAdded;
    });
    ANTIN_TRY(const auto from, cbor::integer_at(body_, "from"));
    ANTIN_TRY(const auto fields, document.signature_fields());
    const auto later = [&](const pdf::SignatureField& field) {
      return field.is_signed && field.contents_end > static_cast<std::uint64_t>(from);
    };
    const bool certifies = std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
      return later(field) && field.doc_mdp;
    });
    if (values != 1 || certifies) return refused("signature field");
    return Done{};
  }

 private:
  Error refused(const std::string& what) const {
    return make_error(refusal_, what, {{"thay_doi", what}});
  }
  const cbor::Value& body_;
  const Code refusal_;
  std::size_t added_ = 0;
  std::vector<pdf::Change> changes_;
};

}  // namespace

Status check_added(const cbor::Value& body, const SharedBytes& octets,
                   const pdf::ReadLimits& limits) {
  ANTIN_TRY(const auto what, cbor::text_at(body, "what"));
  const bool signature = what == "signature";
  const bool person = what == "person";
  if (!signature && !person && what != "proof") return make_error(Code::kIpcMalformed, "what");
  ANTIN_TRY(const auto from, cbor::integer_at(body, "from"));
  if (from < 1 || static_cast<std::uint64_t>(from) >= octets.size())
    return make_error(Code::kIpcMalformed, "from");
  AddedCheck check(body, signature ? Code::kPreparedChanges
                         : person  ? Code::kUploadMore
                                   : Code::kExtendedChanges);
  const pdf::OpenOptions options{.password = {}, .limits = limits};
  ANTIN_TRY(const auto document, pdf::Document::open(octets, options));
  ANTIN_CHECK(check.check(document, options,
                          signature ? pdf::ChangeLevel::kSignature
                          : person  ? pdf::ChangeLevel::kMetadata
                                    : pdf::ChangeLevel::kLongTermData));
  if (person) return check.check_person(document);
  return signature ? check.check_signature(document) : Status{Done{}};
}

}  // namespace antin::service::worker
