#include "pdf/read/changes.h"

#include "pdf/read/explain.h"

namespace antin::pdf {

namespace {

Result<std::vector<Change>> explain(const Document& before, const Document& after,
                                    std::size_t signed_end, ChangeBudget& budget) {
  return guarded("explaining changes", [&]() -> Result<std::vector<Change>> {
    Explainer explainer{before.inside(), after.inside(), signed_end, budget};
    ANTIN_TRY(auto changes, explainer.run());
    return changes;
  });
}

}  // namespace

Result<std::vector<Change>> changes_between(const SharedBytes& file, const RevisionMap& map,
                                            std::size_t from, std::size_t to,
                                            const OpenOptions& options) {
  if (from >= map.revisions.size() || to >= map.revisions.size() || from > to) {
    return make_error(Code::kInternal, "changes_between: no such revision");
  }
  if (from == to) return std::vector<Change>{};
  ANTIN_TRY(const auto before, Document::open(file.prefix(map.revisions[from].end), options));
  ANTIN_TRY(const auto after, Document::open(file.prefix(map.revisions[to].end), options));
  ChangeBudget budget;
  return explain(before, after, map.revisions[from].eof_end, budget);
}

Result<std::vector<Change>> changes_since(const Document& newest, std::size_t from,
                                          const OpenOptions& options, ChangeBudget& budget) {
  const auto& revisions = newest.revisions().revisions;
  if (from >= revisions.size()) {
    return make_error(Code::kInternal, "changes_since: no such revision");
  }
  if (from + 1 == revisions.size()) return std::vector<Change>{};
  if (budget.comparisons == 0 || budget.steps == 0) {
    return make_error(Code::kPdfChangeBudget, "too many revisions to compare");
  }
  --budget.comparisons;
  ANTIN_TRY(const auto before,
            Document::open(newest.octets().prefix(revisions[from].end), options));
  return explain(before, newest, revisions[from].eof_end, budget);
}

}  // namespace antin::pdf
