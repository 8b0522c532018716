#include <algorithm>

#include "pdf/read/hygiene_parts.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

/// A content stream has no /Type: what it draws with tells.
bool reads_like_content(const Object& stream, HygieneBudget& budget) {
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  const auto limit = std::min(kMost, budget.octets);
  const auto octets = decoded_stream(stream, limit);
  const bool known = octets && octets.value();
  budget.octets -= known ? std::min(budget.octets, octets.value()->size()) : limit;
  if (!known) return false;
  const auto text = as_text(*octets.value());
  const bool letters =
      text.find("BT") != std::string_view::npos &&
      (text.find("Tj") != std::string_view::npos || text.find("TJ") != std::string_view::npos);
  return letters || text.find(" Do\n") != std::string_view::npos ||
         text.find(" Do ") != std::string_view::npos;
}

/// What an object could take the place of; "" for nothing that is drawn.
std::string resembles(Object object, const UsedObjects& used, HygieneBudget& budget) {
  const auto type = name_of(key_of(object, "/Type"));
  if (object.isDictionary()) {
    if (type == "Page") return "Page";
    if (type == "Font" && used.fonts.count(base_font(object)) != 0) return "Font";
    return {};
  }
  if (!object.isStream()) return {};
  const auto look = look_of(object);
  if (!look.empty()) return used.looks.count(look) != 0 ? "XObject" : "";
  const auto dictionary = object.getDict();
  for (const char* key : {"/Type", "/Subtype", "/FunctionType", "/PatternType", "/ShadingType",
                          "/N", "/S", "/Length1", "/CMapName"}) {
    if (!Object{key_of(dictionary, key)}.isNull()) return {};
  }
  return reads_like_content(object, budget) ? "Contents" : "";
}

/// Whether an earlier revision used the object: then it was left behind, not prepared.
class EarlierRevisions {
 public:
  explicit EarlierRevisions(Document::Inside& document) : document_(document) {}

  /// Opens the ones before the newest, at most the last few.
  void read(HygieneBudget& budget) {
    constexpr std::size_t kMost = 4;
    const auto& revisions = document_.map.revisions;
    for (std::size_t back = 1; back < revisions.size() && back <= kMost; ++back) {
      const auto end = revisions[revisions.size() - 1 - back].end;
      auto earlier = Document::open(document_.file.prefix(end), document_.options);
      if (!earlier) continue;
      HazardList ignored;
      const auto used =
          look_at_objects(earlier.value().inside(), HygieneDepth::kEverything, budget, ignored);
      reached_.insert(used.reached.begin(), used.reached.end());
      drawn_.insert(used.drawn.begin(), used.drawn.end());
      opened_.push_back(std::move(earlier).value());
    }
  }
  bool used(const QPDFObjGen& id) const { return reached_.count(id) != 0; }
  bool drew(const QPDFObjGen& id) const { return drawn_.count(id) != 0; }
  /// Some programs write everything again when they save: that replaces nothing.
  bool had_another(const Object& now) const {
    return drew(now.getObjGen()) &&
           std::any_of(opened_.begin(), opened_.end(), [&](const Document& document) {
             const auto then = document.inside().qpdf.getObject(now.getObjGen());
             return !Object{then}.isNull() && !same(then, now);
           });
  }

 private:
  static bool same(Object then, Object now) {
    if (then.isStream() != now.isStream()) return false;
    return now.isStream() ? same_octets(then, now)
                          : then.unparseResolved() == now.unparseResolved();
  }

  Document::Inside& document_;
  std::vector<Document> opened_;
  std::set<QPDFObjGen> reached_, drawn_;
};

}  // namespace

void look_at_spares(Document::Inside& document, const UsedObjects& used, HygieneBudget& budget,
                    HazardList& list) {
  std::vector<std::pair<Object, std::string>> spares;
  for (const auto& [id, entry] : document.qpdf.getXRefTable()) {
    if (entry.getType() == 0 || used.reached.count(id) != 0) continue;
    if (budget.objects == 0 || budget.octets == 0) {
      list.add(Hazard::kNotLookedThrough, {});
      return;
    }
    --budget.objects;
    auto object = document.qpdf.getObject(id);
    if (auto kind = resembles(object, used, budget); !kind.empty()) {
      spares.emplace_back(object, std::move(kind));
    }
  }
  std::vector<QPDFObjGen> redrawn;
  const auto& revisions = document.map.revisions;
  for (std::size_t i = 1; i < revisions.size(); ++i) {
    for (const int number : revisions[i].defines) {
      if (const QPDFObjGen id{number, 0}; used.drawn.count(id) != 0) redrawn.push_back(id);
    }
  }
  EarlierRevisions earlier{document};
  if (!spares.empty() || !redrawn.empty()) earlier.read(budget);
  for (const auto& [object, kind] : spares) {
    const auto id = object.getObjGen();
    if (earlier.drew(id)) {
      list.add(Hazard::kEarlierContent, {.page = {}, .object = object, .label = kind});
    } else if (!earlier.used(id)) {
      list.add(Hazard::kSpareObject, {.page = {}, .object = object, .label = kind});
    }
  }
  for (const auto& id : redrawn) {
    const auto object = document.qpdf.getObject(id);
    if (!earlier.had_another(object)) continue;
    list.add(Hazard::kEarlierContent,
             {.page = {},
              .object = object,
              .label = Object{object}.isStream() ? std::string{"Contents"} : std::string{"Font"}});
  }
}

}  // namespace antin::pdf
