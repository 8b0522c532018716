#include "verifier/compare_drawn.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "pdf/read/hidden_parts.h"
#include "verifier/page_pair.h"
#include "verifier/page_words.h"

namespace antin::verifier {
namespace {

using Outcome = Comparison::Result;
using PageResult = Comparison::Page::Result;

constexpr std::size_t kMaxDecrypted = std::size_t{1} << 30U;
constexpr std::size_t kNearest = 2;  // candidates tried for a page that moved
constexpr std::size_t kMaxTextPerPage = 20;
constexpr std::size_t kMaxUnseen = 10;
constexpr double kAlikeDrawn = 0.5;  // of what is drawn, untouched by differences
constexpr double kAlikeWords = 0.5;

constexpr const char* kCopyName = "bản sao (copy)";
constexpr const char* kOriginalName = "bản gốc (original)";

std::string number(std::size_t value) {
  return std::to_string(value);
}

class DrawnComparison {
 public:
  DrawnComparison(const DrawnInput& input, Comparison& out) : input_(input), out_(out) {}

  void run() {
    copy_.name = kCopyName;
    original_.name = kOriginalName;
    if (!prepare(input_.copy, copy_) || !prepare(input_.original, original_)) {
      out_.result = Outcome::kNotComparable;
      return;
    }
    out_.copy_pages = copy_.pages.size();
    out_.original_pages = original_.pages.size();
    hold_in_order();
    find_moved();
    pair_the_rest();
    read_text();
    write_pages();
    conclude();
  }

 private:
  void add(Severity severity, Code code, Params params = {}) {
    out_.findings.push_back(
        {.code = code, .severity = severity, .params = std::move(params), .detail = {}});
  }

  bool prepare(const pdf::Document& document, DrawnSide& side) {
    const auto refuse = [&](Code code, Params params) {
      params.emplace_back("file", side.name);
      add(Severity::kWarning, code, std::move(params));
      return false;
    };
    const auto count = document.page_count();
    if (!count) return refuse(Code::kCompareUnreadable, {});
    if (count.value() > input_.limits.pages)
      return refuse(Code::kCompareDrawingLimit,
                    {{"limit", number(input_.limits.pages) + " trang/pages"}});
    side.pages.reserve(count.value());
    for (std::size_t i = 0; i < count.value(); ++i) {
      const auto geometry = document.page_geometry(i);
      if (!geometry) return refuse(Code::kCompareUnreadable, {});
      side.pages.push_back(geometry.value());
    }
    auto images = pdf::page_images(document, pdf::picture::kLowestScanDpi);
    auto prints = pdf::pages_printing_otherwise(document);
    if (!images || !prints) return refuse(Code::kCompareUnreadable, {});
    side.images = std::move(images).value();
    side.prints_otherwise = std::move(prints).value();
    auto octets = document.octets();
    if (document.encrypted()) {
      auto plain = pdf::decrypted_copy(document, kMaxDecrypted);
      if (!plain) return refuse(Code::kCompareUnreadable, {});
      octets = SharedBytes{std::move(plain).value()};
    }
    auto source = input_.sources.open(octets);
    if (!source) {
      const auto code = source.error().code;
      return refuse(code == Code::kCompareNoRenderer ? code : Code::kCompareDrawingFailed,
                    {{"page", "1"}});
    }
    side.source = std::move(source).value();
    return true;
  }

  PagePair hold(std::size_t copy, std::size_t original) {
    return compare_pair(copy_, original_, copy, original, KeepPicture::kNo);
  }

  void settle(PagePair pair) {
    taken_.insert(pair.original);
    pairs_.insert_or_assign(pair.copy, std::move(pair));
  }

  // Once it is known which page stands against which, and for no more pages than wanted: pictures
  // are large.
  Bytes picture_of(const PagePair& pair) {
    if (pair.result != PageResult::kDifferent || kept_ >= input_.limits.pictures) return {};
    ++kept_;
    return compare_pair(copy_, original_, pair.copy, pair.original,
                        input_.limits.copy_only ? KeepPicture::kOfCopy : KeepPicture::kOfDifference)
        .picture;
  }

  void note_thumbnails(const PagePair& pair) {
    if (pair.copy_thumbnail) copy_thumbnails_.emplace(pair.copy, *pair.copy_thumbnail);
    if (pair.original_thumbnail)
      original_thumbnails_.emplace(pair.original, *pair.original_thumbnail);
  }

  // Page i against page i. A page that is the same stays where it is; the rest may have moved.
  void hold_in_order() {
    const auto both = std::min(copy_.pages.size(), original_.pages.size());
    for (std::size_t i = 0; i < both; ++i) {
      auto pair = hold(i, i);
      note_thumbnails(pair);
      if (pair.result == PageResult::kSame)
        settle(std::move(pair));
      else
        in_place_.emplace(i, std::move(pair));
    }
    // Pages beyond the shorter document are looked at beside its last one.
    for (auto i = both; i < copy_.pages.size() && both > 0; ++i) note_thumbnails(hold(i, both - 1));
    for (auto i = both; i < original_.pages.size() && both > 0; ++i)
      note_thumbnails(hold(both - 1, i));
  }

  void find_moved() {
    std::size_t left = input_.limits.realigned;
    for (std::size_t page = 0; page < copy_.pages.size(); ++page) {
      const auto thumbnail = copy_thumbnails_.find(page);
      if (pairs_.count(page) != 0 || thumbnail == copy_thumbnails_.end()) continue;
      std::vector<std::pair<double, std::size_t>> near;
      for (const auto& [original, other] : original_thumbnails_) {
        if (original != page && taken_.count(original) == 0)
          near.emplace_back(distance(thumbnail->second, other), original);
      }
      std::sort(near.begin(), near.end());
      if (near.size() > kNearest) near.resize(kNearest);
      for (const auto& [apart, original] : near) {
        if (left == 0) return;
        --left;
        auto pair = hold(page, original);
        if (pair.result != PageResult::kSame) continue;
        settle(std::move(pair));
        break;
      }
    }
  }

  // What is the same nowhere is held against the page in its place, when that is free.
  void pair_the_rest() {
    for (auto& [page, pair] : in_place_) {
      if (pairs_.count(page) == 0 && taken_.count(page) == 0) settle(std::move(pair));
    }
  }

  void read_text() {
    const auto words = [](DrawnSide& side) -> std::vector<std::vector<PageWord>> {
      const auto tsv = side.source->words();
      if (!tsv) return {};
      auto read = read_words(as_text(tsv.value().view()), side.pages.size());
      if (!read) return {};
      return std::move(read).value();
    };
    copy_words_ = words(copy_);
    original_words_ = words(original_);
    have_words_ = !copy_words_.empty() && !original_words_.empty();
  }

  void write_pages() {
    for (std::size_t page = 0; page < copy_.pages.size(); ++page) {
      Comparison::Page entry;
      entry.page = page + 1;
      const auto at = pairs_.find(page);
      if (at == pairs_.end()) {
        entry.result = PageResult::kDifferent;
        add(Severity::kError, Code::kComparePageAdded, {{"page", number(page + 1)}});
      } else {
        write_pair(at->second, entry);
      }
      out_.pages.push_back(std::move(entry));
    }
    for (std::size_t page = 0; page < original_.pages.size(); ++page) {
      if (taken_.count(page) == 0)
        add(Severity::kError, Code::kComparePageMissing, {{"page", number(page + 1)}});
    }
  }

  void write_pair(PagePair& pair, Comparison::Page& entry) {
    entry.original = pair.original + 1;
    entry.result = pair.result;
    entry.dpi = pair.dpi;
    entry.boxes = std::move(pair.boxes);
    entry.picture = picture_of(pair);
    const Params page{{"page", number(pair.copy + 1)}};
    if (pair.original != pair.copy)
      add(Severity::kError, Code::kComparePageMoved,
          {{"page", number(pair.copy + 1)}, {"original", number(pair.original + 1)}});
    if (pair.result == PageResult::kDifferent) {
      auto with_count = page;
      with_count.emplace_back("boxes", number(entry.boxes.size()));
      add(Severity::kError, Code::kComparePageDiffers, std::move(with_count));
    }
    for (auto& reason : pair.reasons) {
      if (pair.result == PageResult::kDifferent) reason.severity = Severity::kError;
      out_.findings.push_back(std::move(reason));
    }
    write_text(pair, entry);
  }

  void write_text(const PagePair& pair, Comparison::Page& entry) {
    if (!have_words_ || input_.limits.copy_only) return;
    const auto& mine = copy_words_[pair.copy];
    const auto& theirs = original_words_[pair.original];
    if (pair.result == PageResult::kSame) {
      // A scan with and without recognised text are the same page.
      if (!mine.empty() && !theirs.empty() && !same_letters(mine, theirs) && unseen_++ < kMaxUnseen)
        add(Severity::kInfo, Code::kCompareTextUnseen, {{"page", number(pair.copy + 1)}});
      return;
    }
    entry.text = compare_words(mine, theirs, entry.boxes, kMaxTextPerPage);
    for (const auto& text : entry.text) {
      using Kind = Comparison::TextDifference::Kind;
      const auto code = text.kind == Kind::kAdded     ? Code::kCompareTextAdded
                        : text.kind == Kind::kRemoved ? Code::kCompareTextRemoved
                                                      : Code::kCompareTextChanged;
      add(Severity::kInfo, code,
          {{"page", number(pair.copy + 1)}, {"copy", text.copy}, {"original", text.original}});
    }
  }

  bool any(PageResult result) const {
    return std::any_of(out_.pages.begin(), out_.pages.end(),
                       [&](const auto& page) { return page.result == result; });
  }

  bool looks_related() const {
    if (input_.related || any(PageResult::kSame)) return true;
    for (const auto& [page, pair] : pairs_) {
      if (pair.kept >= kAlikeDrawn || pair.result == PageResult::kNotComparable) return true;
      if (have_words_ &&
          shared_words(copy_words_[page], original_words_[pair.original]) >= kAlikeWords)
        return true;
    }
    return false;
  }

  void conclude() {
    const bool moved = std::any_of(pairs_.begin(), pairs_.end(), [](const auto& entry) {
      return entry.second.copy != entry.second.original;
    });
    const bool counts = copy_.pages.size() != original_.pages.size();
    if (counts)
      out_.findings.insert(out_.findings.begin(),
                           {.code = Code::kComparePageCount,
                            .severity = Severity::kError,
                            .params = {{"copy", number(copy_.pages.size())},
                                       {"original", number(original_.pages.size())}},
                            .detail = {}});
    const bool different = counts || moved || any(PageResult::kDifferent);
    if (different) {
      out_.result = looks_related() ? Outcome::kDifferent : Outcome::kUnrelated;
      return;
    }
    out_.result = any(PageResult::kNotComparable) ? Outcome::kNotComparable : Outcome::kSameContent;
    look_behind();
  }

  // Only where everything drawn agrees does it matter what is not drawn.
  void look_behind() {
    const auto hidden = pdf::compare_hidden(input_.copy, input_.original);
    if (!hidden || !hidden.value().complete) {
      out_.result = Outcome::kNotComparable;
      add(Severity::kWarning, Code::kCompareDrawingLimit,
          {{"file", kCopyName}, {"limit", hidden ? "object" : "structure"}});
      if (!hidden) return;
    }
    const auto& found = hidden.value();
    const auto before = out_.findings.size();
    if (found.layers) add(Severity::kError, Code::kCompareLayersDiffer);
    if (found.attachments) add(Severity::kError, Code::kCompareAttachmentsDiffer);
    for (const auto page : found.annotations)
      add(Severity::kError, Code::kCompareHiddenDiffers, {{"page", number(page + 1)}});
    for (const auto& field : found.values)
      add(Severity::kError, Code::kCompareValuesDiffer, {{"field", field}});
    if (out_.findings.size() > before) out_.result = Outcome::kDifferent;
    if (!found.layers_lost) return;
    add(Severity::kWarning, Code::kCompareLayersDiffer);
    if (out_.result == Outcome::kSameContent) out_.result = Outcome::kNotComparable;
  }

  const DrawnInput& input_;
  Comparison& out_;
  DrawnSide copy_, original_;
  std::map<std::size_t, PagePair> pairs_;     ///< by page of the copy: settled
  std::map<std::size_t, PagePair> in_place_;  ///< not the same in its own place
  std::set<std::size_t> taken_;               ///< pages of the original
  std::map<std::size_t, Thumbnail> copy_thumbnails_, original_thumbnails_;
  std::vector<std::vector<PageWord>> copy_words_, original_words_;
  bool have_words_ = false;
  std::size_t kept_ = 0, unseen_ = 0;
};

}  // namespace

void compare_drawn(const DrawnInput& input, Comparison& out) {
  DrawnComparison{input, out}.run();
}

}  // namespace antin::verifier
