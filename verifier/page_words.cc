#include "verifier/page_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <utf8proc.h>

namespace antin::verifier {
namespace {

constexpr std::size_t kMaxWords = 500'000;
constexpr std::size_t kMaxWord = 1'024;
constexpr std::size_t kMaxShown = 240;  // octets of one side of a difference
constexpr std::size_t kColumns = 12;
constexpr double kFarthest = 1e6;  // points; no page is larger

// "" for what is no UTF-8.
std::string normalised(std::string_view text, utf8proc_option_t form) {
  const auto* octets = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto count = static_cast<utf8proc_ssize_t>(text.size());
  const auto needed = utf8proc_decompose(octets, count, nullptr, 0, form);
  if (needed < 0) return {};
  // One more: the encoder puts a zero behind what it writes into the same place.
  std::vector<utf8proc_int32_t> points(static_cast<std::size_t>(needed) + 1);
  const auto decomposed = utf8proc_decompose(octets, count, points.data(), needed, form);
  if (decomposed < 0 || decomposed > needed) return {};
  const auto length = utf8proc_reencode(points.data(), decomposed, form);
  if (length < 0) return {};
  return {reinterpret_cast<const char*>(points.data()), static_cast<std::size_t>(length)};
}

bool read_number(std::string_view text, double& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && std::abs(out) <= kFarthest;
}

Error malformed(const char* what) {
  return make_error(Code::kRenderOutput, what);
}

// level page_num par_num block_num line_num word_num left top width height conf text
bool split(std::string_view line, std::array<std::string_view, kColumns>& columns) {
  for (std::size_t i = 0; i + 1 < kColumns; ++i) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return false;
    columns[i] = line.substr(0, tab);
    line.remove_prefix(tab + 1);
  }
  columns[kColumns - 1] = line;
  return true;
}

class Reader {
 public:
  explicit Reader(std::size_t pages) : pages_(pages), heights_(pages, 0) {}

  Status line(std::string_view text) {
    std::array<std::string_view, kColumns> columns;
    if (!split(text, columns)) return malformed("a row of words");
    double page = 0;
    std::array<double, 4> place{};
    bool good =
        read_number(columns[1], page) && page >= 1 && page <= static_cast<double>(pages_.size());
    for (std::size_t i = 0; i < place.size(); ++i)
      good = good && read_number(columns[6 + i], place[i]);
    if (!good) return malformed("numbers of a word");
    const auto index = static_cast<std::size_t>(page) - 1;
    if (columns[0] == "1") heights_[index] = place[3];
    if (columns[0] != "5") return Done{};
    if (++count_ > kMaxWords) return make_error(Code::kResourceLimit, "words");
    const auto raw = columns[kColumns - 1].substr(0, kMaxWord);
    PageWord word;
    word.text = normalised(raw, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    word.key = normalised(raw, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                                              UTF8PROC_COMPAT | UTF8PROC_IGNORE));
    if (word.key.empty()) return Done{};
    word.x = place[0];
    word.y = heights_[index] - place[1] - place[3];
    word.width = place[2];
    word.height = place[3];
    pages_[index].push_back(std::move(word));
    return Done{};
  }
  std::vector<std::vector<PageWord>> take() { return std::move(pages_); }

 private:
  std::vector<std::vector<PageWord>> pages_;
  std::vector<double> heights_;
  std::size_t count_ = 0;
};

bool touches(const PageWord& word, const Comparison::Box& box) {
  return word.x < box[0] + box[2] && box[0] < word.x + word.width && word.y < box[1] + box[3] &&
         box[1] < word.y + word.height;
}

using Words = std::vector<const PageWord*>;

// As one reads: from the top, line by line.
void in_reading_order(Words& words) {
  std::stable_sort(words.begin(), words.end(), [](const PageWord* a, const PageWord* b) {
    return std::floor(a->y / 4) != std::floor(b->y / 4) ? a->y > b->y : a->x < b->x;
  });
}

std::string joined(const Words& words) {
  std::string text;
  for (const auto* word : words) {
    if (text.size() + word->text.size() > kMaxShown) return text + " …";
    if (!text.empty()) text += ' ';
    text += word->text;
  }
  return text;
}

// What both have at the beginning and at the end is not the difference.
void drop_common(Words& a, Words& b) {
  const auto same = [](const PageWord* x, const PageWord* y) { return x->key == y->key; };
  const auto front = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same).first - a.begin());
  a.erase(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(front));
  b.erase(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(front));
  while (!a.empty() && !b.empty() && same(a.back(), b.back())) {
    a.pop_back();
    b.pop_back();
  }
}

Comparison::Box around(const Words& words, const Words& others) {
  const auto& some = words.empty() ? others : words;
  double left = some.front()->x, bottom = some.front()->y;
  double right = left, top = bottom;
  for (const auto* word : some) {
    left = std::min(left, word->x);
    bottom = std::min(bottom, word->y);
    right = std::max(right, word->x + word->width);
    top = std::max(top, word->y + word->height);
  }
  return {left, bottom, right - left, top - bottom};
}

// Boxes that touch the same word belong together: a word is named once.
std::vector<std::size_t> grouped(const std::vector<Comparison::Box>& boxes,
                                 const std::vector<PageWord>& words,
                                 std::vector<std::size_t> group) {
  const auto root = [&](std::size_t i) {
    while (group[i] != i) i = group[i];
    return i;
  };
  for (const auto& word : words) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      if (!touches(word, boxes[i])) continue;
      if (first)
        group[root(i)] = root(*first);
      else
        first = i;
    }
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i] = root(i);
  return group;
}

std::array<std::size_t, 256> octets_of(const std::vector<PageWord>& words) {
  std::array<std::size_t, 256> counts{};
  for (const auto& word : words) {
    for (const char octet : word.key) ++counts[static_cast<unsigned char>(octet)];
  }
  return counts;
}

}  // namespace

Result<std::vector<std::vector<PageWord>>> read_words(std::string_view tsv, std::size_t pages) {
  Reader reader(pages);
  bool heading = true;
  while (!tsv.empty()) {
    const auto end = std::min(tsv.find('\n'), tsv.size());
    const auto line = tsv.substr(0, end);
    tsv.remove_prefix(std::min(end + 1, tsv.size()));
    if (!heading && !line.empty()) ANTIN_CHECK(reader.line(line));
    heading = false;
  }
  return reader.take();
}

std::vector<Comparison::TextDifference> compare_words(const std::vector<PageWord>& copy,
                                                      const std::vector<PageWord>& original,
                                                      const std::vector<Comparison::Box>& boxes,
                                                      std::size_t most) {
  using Kind = Comparison::TextDifference::Kind;
  std::vector<std::size_t> group(boxes.size());
  for (std::size_t i = 0; i < group.size(); ++i) group[i] = i;
  group = grouped(boxes, copy, std::move(group));
  group = grouped(boxes, original, std::move(group));
  std::vector<Comparison::TextDifference> found;
  for (std::size_t leader = 0; leader < boxes.size(); ++leader) {
    const auto within = [&](const std::vector<PageWord>& words) {
      Words some;
      for (const auto& word : words) {
        for (std::size_t i = 0; i < boxes.size(); ++i) {
          if (group[i] != leader || !touches(word, boxes[i])) continue;
          some.push_back(&word);
          break;
        }
      }
      in_reading_order(some);
      return some;
    };
    auto mine = within(copy);
    auto theirs = within(original);
    drop_common(mine, theirs);
    if (mine.empty() && theirs.empty()) continue;
    found.push_back({.kind = theirs.empty() ? Kind::kAdded
                             : mine.empty() ? Kind::kRemoved
                                            : Kind::kChanged,
                     .copy = joined(mine),
                     .original = joined(theirs),
                     .box = around(mine, theirs)});
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.box[1] + a.box[3] > b.box[1] + b.box[3];
  });
  if (found.size() > most) found.resize(most);
  return found;
}

bool same_letters(const std::vector<PageWord>& a, const std::vector<PageWord>& b) {
  return octets_of(a) == octets_of(b);
}

double shared_words(const std::vector<PageWord>& a, const std::vector<PageWord>& b) {
  if (a.empty() || b.empty()) return 0;
  std::map<std::string_view, std::ptrdiff_t> counts;
  for (const auto& word : a) ++counts[word.key];
  std::size_t shared = 0;
  for (const auto& word : b) {
    if (counts[word.key]-- > 0) ++shared;
  }
  return static_cast<double>(shared) / static_cast<double>(std::min(a.size(), b.size()));
}

}  // namespace antin::verifier
