#include "pdf/read/changes.h"

#include "pdf/read/explain.h"

namespace antin::pdf {

Result<std::vector<Change>> changes_between(const SharedBytes& file, const RevisionMap& map,
                                            std::size_t from, std::size_t to,
                                            const OpenOptions& options) {
  if (from >= map.revisions.size() || to >= map.revisions.size() || from > to) {
    return make_error(Code::kInternal, "changes_between: no such revision");
  }
  if (from == to) return std::vector<Change>{};
  ANTIN_TRY(const auto before, Document::open(file.prefix(map.revisions[from].end), options));
  ANTIN_TRY(const auto after, Document::open(file.prefix(map.revisions[to].end), options));
  return guarded("explaining changes", [&]() -> Result<std::vector<Change>> {
    Explainer explainer{before.inside(), after.inside(), map.revisions[from].eof_end};
    ANTIN_TRY(auto changes, explainer.run());
    return changes;
  });
}

}  // namespace antin::pdf
