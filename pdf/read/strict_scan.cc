#include "pdf/read/strict_scan.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "pdf/read/accounting.h"
#include "pdf/read/lexer.h"
#include "pdf/read/stream_limits.h"
#include "pdf/read/xref.h"

namespace antin::pdf {
namespace {

using Kind = Lexer::Kind;

constexpr std::size_t kMaxFindings = 20;
constexpr std::size_t kMaxTwins = 10'000;

struct Span {
  std::size_t begin, end;
};

std::string object_text(int number) {
  return "object " + std::to_string(number);
}

class Scanner {
 public:
  Scanner(Document::Inside& inside, StrictScan& scan)
      : inside_(inside),
        file_(inside.file.view()),
        budget_{inside.options.limits.max_objects},
        scan_(scan) {}

  Status run() {
    std::size_t begin = 0;
    const auto& revisions = inside_.map.revisions;
    for (std::size_t i = 0; i < revisions.size(); ++i) {
      ANTIN_CHECK(scan_revision(revisions[i], begin, i == 0));
      begin = revisions[i].end;
    }
    judge_size();
    judge_twins();
    return Done{};
  }

 private:
  /// Which octets make for a second reading decides who has signed it.
  void note(const std::string& detail, std::size_t offset) {
    add(Code::kPdfAmbiguous, Severity::kError, detail, offset);
  }
  void add(Code code, Severity severity, const std::string& detail, std::size_t offset) {
    if (scan_.findings.size() < kMaxFindings) {
      scan_.findings.push_back({code, severity, {}, detail + ", offset " + std::to_string(offset)});
    }
  }

  Status scan_revision(const Revision& revision, std::size_t begin, bool is_oldest) {
    std::vector<XrefEntry> entries;
    std::vector<Span> explained;
    for (const auto offset : revision.sections) {
      ANTIN_TRY(auto section,
                read_xref_section(file_, inside_.map.header_offset, offset, ReadEntries::kYes,
                                  inside_.options.limits, budget_));
      if (section.is_stream) own_sections_.insert(section.begin);
      newest_section_ = section.begin;
      size_ = section.trailer.integer("Size").value_or(0);
      largest_size_ = std::max(largest_size_, size_);
      explained.push_back({section.begin, section.end});
      if (is_oldest) note_twins(section);
      take_generations(section);
      entries.insert(entries.end(), section.entries.begin(), section.entries.end());
    }
    take_newest(entries);
    for (const auto& entry : entries) {
      if (entry.kind == XrefEntry::Kind::kOffset) {
        scan_object(entry, {begin, revision.end}, is_oldest, explained);
      }
    }
    if (is_oldest) find_twins({begin, revision.startxref_at}, explained);
    return scan_packed(entries);
  }

  /// Objects from /Size on do not exist for a reader who follows 7.5.5. Producers miscount, and who
  /// signs has signed that; but no update makes a document smaller.
  void judge_size() {
    const auto beyond = std::find_if(newest_.begin(), newest_.end(), [&](const auto& known) {
      return known.second.kind != XrefEntry::Kind::kFree && known.first >= size_;
    });
    if (beyond == newest_.end()) return;
    const auto& revisions = inside_.map.revisions;
    const auto begin = revisions.size() > 1 ? revisions[revisions.size() - 2].end : 0;
    const bool holds_signature =
        std::any_of(scan_.signatures.begin(), scan_.signatures.end(),
                    [&](const SignaturePlace& place) { return place.begin >= begin; });
    add(Code::kPdfXrefChain,
        size_ < largest_size_ && !holds_signature ? Severity::kError : Severity::kWarning,
        "/Size leaves " + object_text(beyond->first) + " out", newest_section_);
  }

  /// A twin that a later entry does point at is none: Word lists objects of the first revision in
  /// the hidden stream of a second one.
  void judge_twins() {
    for (const auto& [number, place] : twins_) {
      const auto known = newest_.find(number);
      if (known == newest_.end() ||
          (known->second.kind == XrefEntry::Kind::kOffset && known->second.place == place)) {
        continue;
      }
      note(object_text(number) + " stands in the file twice", place);
    }
  }

  /// Two entries of one number in one section.
  void note_twins(const XrefSection& section) {
    std::vector<int> numbers;
    numbers.reserve(section.entries.size());
    for (const auto& entry : section.entries) numbers.push_back(entry.number);
    std::sort(numbers.begin(), numbers.end());
    const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
    if (twice != numbers.end()) {
      note(object_text(*twice) + " stands twice in one cross-reference section", section.begin);
    }
  }

  /// A number has one generation at a time: another one needs a free entry in between (7.5.4).
  /// libqpdf keeps both, others keep one.
  void take_generations(const XrefSection& section) {
    for (const auto& entry : section.entries) {
      const auto old = newest_.find(entry.number);
      if (old == newest_.end() || old->second.kind == XrefEntry::Kind::kFree ||
          entry.kind == XrefEntry::Kind::kFree) {
        continue;
      }
      if (generation_of(old->second) != generation_of(entry)) {
        note(object_text(entry.number) + " has two generations", section.begin);
      }
    }
  }

  /// A table's free entry hides what the hidden stream of the same revision holds; it frees
  /// nothing.
  void take_newest(const std::vector<XrefEntry>& entries) {
    std::unordered_set<int> here;
    for (const auto& entry : entries) {
      if (entry.kind == XrefEntry::Kind::kFree && here.count(entry.number) != 0) continue;
      newest_.insert_or_assign(entry.number, entry);
      here.insert(entry.number);
    }
  }

  static int generation_of(const XrefEntry& entry) {
    return entry.kind == XrefEntry::Kind::kOffset ? entry.generation : 0;
  }

  void scan_object(const XrefEntry& entry, Span revision, bool is_oldest,
                   std::vector<Span>& explained) {
    const auto place = static_cast<std::size_t>(entry.place);
    if (own_sections_.count(place) != 0) return;
    // An update's own octets are accounted for when its revision is read.
    const bool inside = place >= revision.begin && place < revision.end;
    if (!inside && !is_oldest) return;
    const auto extent = extent_of_object(file_, place, {entry.number, entry.generation},
                                         inside_.options.limits.max_depth);
    if (!extent) {
      if (is_oldest) note(object_text(entry.number) + " is not where its entry points", place);
      return;
    }
    if (is_oldest && extent->value.duplicate) {
      note("/" + *extent->value.duplicate + " stands twice in " + object_text(entry.number), place);
    }
    if (extent->length) check_length(entry, *extent);
    if (extent->value.signs) {
      scan_.signatures.push_back({{entry.number, entry.generation}, place, extent->end});
    }
    if (is_oldest) explained.push_back({place, extent->end});
  }

  /// The length that stands elsewhere is the one that the next "endstream" gives.
  void check_length(const XrefEntry& entry, const ObjectExtent& extent) {
    auto length = inside_.qpdf.getObject(extent.length->number, extent.length->generation);
    if (!length.isInteger() || length.getIntValue() < 0 ||
        !end_of_stream(file_, extent.data, static_cast<std::uint64_t>(length.getIntValue()))) {
      note("the length of " + object_text(entry.number) + " is wrong", extent.data);
    }
  }

  /// Whole objects that no entry points at, but whose number is in use.
  void find_twins(Span revision, std::vector<Span>& explained) {
    std::sort(explained.begin(), explained.end(),
              [](const Span& a, const Span& b) { return a.begin < b.begin; });
    auto cursor = revision.begin;
    explained.push_back({revision.end, revision.end});
    for (const auto& span : explained) {
      if (span.begin > cursor) find_twins_in({cursor, span.begin});
      cursor = std::max(cursor, span.end);
    }
  }

  void find_twins_in(Span gap) {
    const auto text = as_text(file_).substr(0, gap.end);
    for (auto at = text.find("obj", gap.begin); at != std::string_view::npos;
         at = text.find("obj", at + 3)) {
      const auto twin = object_before(text, gap.begin, at);
      if (twin && twins_.size() < kMaxTwins) twins_.push_back(*twin);
    }
  }

  struct Twin {
    int number;
    std::size_t place;
  };

  /// "N G obj" whose "obj" stands at `at`.
  static std::optional<Twin> object_before(std::string_view text, std::size_t from,
                                           std::size_t at) {
    const auto digits_before = [&](std::size_t end) -> std::optional<Span> {
      while (end > from && is_white(static_cast<std::uint8_t>(text[end - 1]))) --end;
      auto begin = end;
      while (begin > from && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
      if (begin == end || end - begin > 9) return std::nullopt;
      return Span{begin, end};
    };
    const auto generation = digits_before(at);
    const auto number = generation ? digits_before(generation->begin) : std::nullopt;
    if (!number || number->end == generation->begin) return std::nullopt;
    return Twin{std::stoi(std::string{text.substr(number->begin, number->end - number->begin)}),
                number->begin};
  }

  /// Object streams of a revision, against the entries that name them.
  Status scan_packed(const std::vector<XrefEntry>& entries) {
    std::map<int, std::vector<std::pair<int, int>>> streams;  // (index, number) by stream
    for (const auto& entry : entries) {
      if (entry.kind == XrefEntry::Kind::kCompressed) {
        streams[static_cast<int>(entry.place)].emplace_back(entry.generation, entry.number);
      }
    }
    for (const auto& entry : entries) {
      // A stream that none of them names is looked at as well.
      if (entry.kind == XrefEntry::Kind::kOffset && names_object_stream(entry)) {
        streams.try_emplace(entry.number);
      }
    }
    for (auto& [number, listed] : streams) {
      ANTIN_CHECK(scan_object_stream(number, std::move(listed)));
    }
    return Done{};
  }

  bool names_object_stream(const XrefEntry& entry) const {
    if (own_sections_.count(static_cast<std::size_t>(entry.place)) != 0) return false;
    Lexer lexer{file_, static_cast<std::size_t>(entry.place)};
    lexer.next();
    lexer.next();
    if (!lexer.is_keyword(lexer.next(), "obj")) return false;
    lexer.skip_white();
    const auto rest = as_text(file_).substr(lexer.position(), 400);
    return rest.starts_with("<<") &&
           rest.substr(0, rest.find("stream")).find("/ObjStm") != rest.npos;
  }

  Status scan_object_stream(int number, std::vector<std::pair<int, int>> listed) {
    const auto text = "object stream " + std::to_string(number);
    const auto own = newest_.find(number);
    if (own == newest_.end() || own->second.kind != XrefEntry::Kind::kOffset) {
      note(text + " is not listed as a stream", file_.size());
      return Done{};
    }
    const Packed stream{number, static_cast<std::size_t>(own->second.place)};
    const auto& limits = inside_.options.limits;
    auto object = inside_.qpdf.getObject(number, own->second.generation);
    if (!object.isStream()) return Done{};  // libqpdf has said why
    ANTIN_TRY(const auto decoded, decoded_stream(object, limits.max_stream_octets));
    if (!decoded) return Done{};
    auto count = object.getDict().getKey("/N");
    auto first = object.getDict().getKey("/First");
    if (!count.isInteger() || !first.isInteger() || count.getIntValue() < 0 ||
        first.getIntValue() < 0) {
      note(text + " has no sound head", stream.place);
      return Done{};
    }
    std::sort(listed.begin(), listed.end());
    Lexer head{*decoded, 0};
    std::unordered_set<int> inside;
    for (int index = 0; index < count.getIntValue(); ++index) {
      const auto inner = head.next(), offset = head.next();
      if (inner.kind != Kind::kInteger || offset.kind != Kind::kInteger || inner.integer < 0 ||
          inner.integer > 2'000'000'000 || offset.integer < 0 ||
          inside.size() > limits.max_objects) {
        note(text + " has no sound head", stream.place);
        return Done{};
      }
      const auto id = static_cast<int>(inner.integer);
      judge_packed(stream, index, id, listed);
      if (!inside.insert(id).second) {
        note(object_text(id) + " stands twice in " + text, stream.place);
      }
      scan_packed_value(stream, id, *decoded, first.getIntValue(), offset.integer);
    }
    if (!listed.empty() && listed.back().first >= count.getIntValue()) {
      note(
          "an entry for " + object_text(listed.back().second) + " leads behind the last of " + text,
          stream.place);
    }
    return Done{};
  }

  struct Packed {
    int number;
    std::size_t place;
  };

  void judge_packed(const Packed& stream, int index, int id,
                    const std::vector<std::pair<int, int>>& listed) {
    const auto here = std::lower_bound(listed.begin(), listed.end(), std::pair{index, 0});
    if (here != listed.end() && here->first == index) {
      if (here->second != id) {
        note("an entry for " + object_text(here->second) + " leads to " + object_text(id),
             stream.place);
      }
    } else if (newest_.find(id) != newest_.end()) {
      note("object stream " + std::to_string(stream.number) + " holds another " + object_text(id),
           stream.place);
    }
  }

  void scan_packed_value(const Packed& stream, int id, ByteView decoded, std::int64_t first,
                         std::int64_t offset) {
    const auto size = static_cast<std::int64_t>(decoded.size());
    if (first >= size || offset >= size - first) return;
    Lexer lexer{decoded, static_cast<std::size_t>(first + offset)};
    const auto value = scan_value(lexer, inside_.options.limits.max_depth);
    if (!value) return;
    if (value->duplicate) {
      note("/" + *value->duplicate + " stands twice in " + object_text(id), stream.place);
    }
    if (value->signs) scan_.signatures.push_back({{id, 0}, stream.place, stream.place});
  }

  Document::Inside& inside_;
  ByteView file_;
  XrefBudget budget_;
  StrictScan& scan_;
  std::unordered_map<int, XrefEntry> newest_;  ///< as of the revision being scanned
  std::unordered_set<std::size_t> own_sections_;
  std::vector<Twin> twins_;
  std::size_t newest_section_ = 0;
  std::int64_t size_ = 0, largest_size_ = 0;
};

}  // namespace

Status scan_strictly(Document::Inside& inside, StrictScan& scan) {
  return Scanner{inside, scan}.run();
}

}  // namespace antin::pdf
