#include "pdf/read/revision.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "pdf/read/accounting.h"
#include "pdf/read/lexer.h"
#include "pdf/read/xref.h"

namespace antin::pdf {
namespace {

using Kind = Lexer::Kind;

// libqpdf (and Acrobat, ISO 32000-2 annex H note) look that far, no further.
constexpr std::size_t kHeaderWithin = 1'024;
constexpr std::size_t kTailWithin = 1'054;

constexpr std::string_view kEof = "%%EOF";
constexpr std::string_view kStartxref = "startxref";

Finding finding(Code code, Severity severity, std::string detail, Params params = {}) {
  return {code, severity, std::move(params), std::move(detail)};
}

std::string at(std::size_t offset) {
  return "offset " + std::to_string(offset);
}

/// "startxref", a number, "%%EOF" and one end of line.
struct Tail {
  std::size_t keyword = 0;
  std::size_t value = 0;
  bool has_eof = false;
  std::size_t eof_end = 0;  ///< just after the letters, or after the number when there is no %%EOF
  std::size_t end = 0;      ///< after the end of line
};

std::size_t after_end_of_line(ByteView file, std::size_t position) {
  if (position < file.size() && file[position] == '\r') ++position;
  if (position < file.size() && file[position] == '\n') {
    // "\n" or "\r\n"
    return position + 1;
  }
  return position;
}

std::optional<Tail> read_tail(ByteView file, std::size_t position) {
  Lexer lexer{file, position};
  const auto keyword = lexer.next();
  const auto number = lexer.next();
  if (!lexer.is_keyword(keyword, kStartxref) || number.kind != Kind::kInteger ||
      number.integer < 0 || number.overflow) {
    return std::nullopt;
  }
  Tail tail;
  tail.keyword = keyword.begin;
  tail.value = static_cast<std::size_t>(number.integer);
  auto next = number.end;
  while (next < file.size() && is_white(file[next])) ++next;
  tail.has_eof = as_text(file).substr(next).starts_with(kEof);
  tail.eof_end = tail.has_eof ? next + kEof.size() : number.end;
  tail.end = after_end_of_line(file, tail.eof_end);
  return tail;
}

/// A section of the chain and the startxref that follows it, if one does.
struct Link {
  XrefSection section;
  std::optional<XrefSection> hidden;  ///< XRefStm of a hybrid file
  std::size_t offset = 0;             ///< as /Prev or startxref give it, made absolute
  std::optional<std::size_t> prev;    ///< absolute
  std::optional<Tail> tail;
};

Result<std::vector<Link>> read_chain(ByteView file, std::size_t header, std::size_t newest,
                                     const ReadLimits& limits) {
  std::vector<Link> chain;
  std::unordered_set<std::size_t> seen;
  XrefBudget budget{limits.max_objects};
  bool any_hybrid = false;
  for (std::optional<std::size_t> next = newest; next;) {
    if (!seen.insert(*next).second) {
      return make_error(Code::kPdfMalformed, "cross-reference sections form a loop");
    }
    if (chain.size() >= limits.max_revisions) {
      return make_error(Code::kResourceLimit, "too many cross-reference sections");
    }
    Link link;
    link.offset = *next;
    ANTIN_TRY(link.section,
              read_xref_section(file, header, *next, ReadEntries::kNotFromTables, limits, budget));
    const auto& trailer = link.section.trailer;
    next = std::nullopt;
    if (const auto prev = trailer.integer("Prev"); prev && *prev > 0) {
      link.prev = next = static_cast<std::size_t>(*prev) + header;
    } else if (trailer.find("Prev") != nullptr && !(prev && *prev == 0)) {
      return make_error(Code::kPdfMalformed, "/Prev is not a positive integer");
    }
    if (const auto* stm = trailer.find("XRefStm"); stm != nullptr && !link.section.is_stream) {
      const auto offset = trailer.integer("XRefStm");
      if (!offset || *offset < 0) return make_error(Code::kPdfMalformed, "/XRefStm");
      ANTIN_TRY(link.hidden,
                read_xref_section(file, header, static_cast<std::size_t>(*offset) + header,
                                  ReadEntries::kYes, limits, budget));
      if (!link.hidden->is_stream) return make_error(Code::kPdfMalformed, "/XRefStm is no stream");
      any_hybrid = true;
    }
    link.tail = read_tail(file, link.section.end);
    chain.push_back(std::move(link));
  }
  // Tables were stepped over. What updates list is needed to account for their octets; what the
  // oldest lists only to see whether a hybrid file can be read in two ways.
  for (std::size_t i = 0; i < chain.size(); ++i) {
    auto& section = chain[i].section;
    if (section.entries_known || section.is_stream) continue;
    if (i + 1 == chain.size() && !any_hybrid) continue;
    XrefBudget again{limits.max_objects};
    ANTIN_TRY(section,
              read_xref_section(file, header, chain[i].offset, ReadEntries::kYes, limits, again));
  }
  return chain;
}

bool is_linearized(ByteView file, std::size_t header) {
  const auto head = as_text(file).substr(header, kHeaderWithin);
  return head.find("/Linearized") != std::string_view::npos;
}

/// The links of one revision: [first, last] of the chain, newest first.
struct Group {
  std::size_t first, last;
  Tail tail;
  bool linearized = false;
};

/// White space may stand between the place that an offset names and the section itself.
bool names(const Tail& tail, const Link& link, std::size_t header) {
  return tail.value + header == link.offset || tail.value + header == link.section.begin;
}

/// Sorts the chain's sections into revisions: a section followed by a startxref that names it ends
/// one.
std::vector<Group> group(ByteView file, const std::vector<Link>& chain, std::size_t header,
                         const Tail& file_tail, Findings& findings) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto& link = chain[i];
    const bool newest = groups.empty();
    const bool forward = link.prev && *link.prev > link.offset;
    if (forward && i + 1 < chain.size() && is_linearized(file, header) && chain[i + 1].tail &&
        names(*chain[i + 1].tail, link, header)) {
      groups.push_back({i, i + 1, *chain[i + 1].tail, true});
      ++i;
      continue;
    }
    if (forward) {
      findings.push_back(finding(Code::kPdfXrefChain, Severity::kError,
                                 "/Prev points forward, " + at(link.section.begin)));
    }
    const bool named = link.tail && names(*link.tail, link, header);
    if (named || newest) {
      if (!named) {
        findings.push_back(finding(Code::kPdfXrefChain, Severity::kError,
                                   "no startxref of its own follows " + at(link.section.begin)));
      }
      groups.push_back({i, i, newest && !named ? file_tail : *link.tail, false});
      continue;
    }
    findings.push_back(finding(Code::kPdfXrefChain, Severity::kWarning,
                               "no startxref names the section at " + at(link.section.begin)));
    groups.back().last = i;
  }
  return groups;
}

/// The newest entry of each number; `objects` come oldest section first.
void keep_newest(std::vector<UpdateObject>& objects) {
  std::stable_sort(
      objects.begin(), objects.end(),
      [](const UpdateObject& a, const UpdateObject& b) { return a.number < b.number; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (kept > 0 && objects[kept - 1].number == objects[i].number) --kept;
    objects[kept++] = objects[i];
  }
  objects.resize(kept);
}

void add_objects(const XrefSection& section, std::vector<UpdateObject>& objects) {
  for (const auto& entry : section.entries) {
    const bool plain = entry.kind == XrefEntry::Kind::kOffset;
    objects.push_back({entry.number, plain ? entry.generation : 0,
                       plain ? static_cast<std::size_t>(entry.place) : 0});
  }
}

void add_defines(const XrefSection& section, std::vector<int>& defines) {
  for (const auto& entry : section.entries) defines.push_back(entry.number);
}

/// A reader without cross-reference streams must see the same objects, but for those that its
/// table hides as free (ISO 32000-2 7.5.8.4).
void judge_hybrid(const std::vector<Link>& chain, Findings& findings) {
  if (std::none_of(chain.begin(), chain.end(),
                   [](const Link& link) { return link.hidden.has_value(); })) {
    return;
  }
  // Two readings of the whole chain, oldest first: with and without the hidden streams.
  const auto same = [](const XrefEntry& a, const XrefEntry& b) {
    return a.kind == b.kind && a.place == b.place && a.generation == b.generation;
  };
  std::unordered_map<int, XrefEntry> with, without;
  const auto report = [&](int number, std::size_t offset) {
    findings.push_back(finding(Code::kPdfAmbiguous, Severity::kError,
                               "object " + std::to_string(number) +
                                   " differs between table and hidden stream, " + at(offset)));
  };
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    std::unordered_map<int, XrefEntry> beside;
    if (link->hidden) {
      for (const auto& entry : link->hidden->entries) {
        with.insert_or_assign(entry.number, entry);
        beside.insert_or_assign(entry.number, entry);
      }
    }
    // Which of the two an object is read from is for readers to choose.
    for (const auto& entry : link->section.entries) {
      const auto twin = beside.find(entry.number);
      if (twin != beside.end() && entry.kind != XrefEntry::Kind::kFree &&
          twin->second.kind != XrefEntry::Kind::kFree && !same(entry, twin->second)) {
        return report(entry.number, link->section.begin);
      }
    }
    for (const auto& entry : link->section.entries) {
      // In one section the table wins, but a free entry only hides what the stream holds.
      const auto hidden = with.find(entry.number);
      const bool hides =
          entry.kind == XrefEntry::Kind::kFree && beside.find(entry.number) != beside.end();
      if (!hides || hidden == with.end()) with.insert_or_assign(entry.number, entry);
      without.insert_or_assign(entry.number, entry);
    }
  }
  for (const auto& [number, entry] : without) {
    const auto other = with.find(number);
    if (entry.kind == XrefEntry::Kind::kFree) continue;
    if (other == with.end() || !same(entry, other->second))
      return report(number, chain.front().section.begin);
  }
}

}  // namespace

Result<RevisionMap> read_revisions(ByteView file, const ReadLimits& limits) {
  if (file.size() > limits.max_octets) {
    return make_error(Code::kResourceLimit, "the file is too large");
  }
  RevisionMap map;
  const auto text = as_text(file);
  map.header_offset = text.substr(0, kHeaderWithin + 5).find("%PDF-");
  if (map.header_offset == std::string_view::npos) {
    return make_error(Code::kPdfNotPdf, "no %PDF- header");
  }
  const auto header = map.header_offset;
  if (header > 0) {
    map.findings.push_back(finding(Code::kPdfOctetsBeforeHeader, Severity::kInfo, at(0),
                                   {{"count", std::to_string(header)}}));
  }

  const auto tail_from = file.size() > kTailWithin ? file.size() - kTailWithin : 0;
  const auto keyword = text.substr(tail_from).rfind(kStartxref);
  if (keyword == std::string_view::npos) {
    return make_error(Code::kPdfMalformed, "no startxref near the end of the file");
  }
  const auto tail = read_tail(file, tail_from + keyword);
  if (!tail || tail->value >= file.size() - header) {
    return make_error(Code::kPdfMalformed, "startxref does not point into the file");
  }
  if (!tail->has_eof) {
    map.findings.push_back(finding(Code::kPdfMissingEof, Severity::kError, at(tail->keyword)));
  }
  // NUL counts as white space in PDF syntax but no tool ends a file with it.
  const auto rest = text.substr(tail->end).find_first_not_of("\r\n\t\f ");
  if (rest != std::string_view::npos) {
    map.findings.push_back(
        finding(Code::kPdfOctetsAfterEnd, Severity::kError, at(tail->end + rest)));
  }

  ANTIN_TRY(const auto chain, read_chain(file, header, tail->value + header, limits));
  const auto groups = group(file, chain, header, *tail, map.findings);
  if (groups.front().tail.keyword != tail->keyword) {
    map.findings.push_back(finding(Code::kPdfAmbiguous, Severity::kError,
                                   "the last startxref points back past a later one"));
  }
  judge_hybrid(chain, map.findings);

  for (auto g = groups.rbegin(); g != groups.rend(); ++g) {
    const auto& head = chain[g->first];
    Revision revision{};
    revision.end = g->tail.end;
    revision.eof_end = g->tail.eof_end;
    revision.xref_offset = head.offset;
    revision.startxref_at = g->tail.keyword;
    revision.kind = head.section.is_stream ? XrefKind::kStream
                    : head.hidden          ? XrefKind::kHybrid
                                           : XrefKind::kTable;
    revision.linearized_first_page = g->linearized;
    if (!g->tail.has_eof && g->first != 0) {
      map.findings.push_back(
          finding(Code::kPdfMissingEof, Severity::kWarning, at(g->tail.keyword)));
    }
    UpdateOctets update;
    for (auto i = g->last + 1; i-- > g->first;) {
      const auto& link = chain[i];
      update.sections.push_back(&link.section);
      if (link.hidden) revision.sections.push_back(link.hidden->begin);
      revision.sections.push_back(link.section.begin);
      // Word puts the stream of its empty last section into the revision before: judge_hybrid()
      // has compared it.
      if (link.hidden && !map.revisions.empty() && link.hidden->begin >= map.revisions.back().end) {
        update.sections.push_back(&*link.hidden);
      } else if (link.hidden) {
        add_defines(*link.hidden, revision.defines);
      }
    }
    if (!map.revisions.empty()) {
      for (const auto* section : update.sections) {
        add_defines(*section, revision.defines);
        add_objects(*section, map.update_objects);
      }
      update.begin = map.revisions.back().end;
      update.end = revision.startxref_at;
      account_for_update(file, update, limits, map.findings);
    }
    map.revisions.push_back(std::move(revision));
  }
  const bool plain = std::all_of(chain.begin(), chain.end(), [&](const Link& link) {
    return !link.hidden && (link.section.entries_known || &link == &chain.back());
  });
  if (plain) {
    keep_newest(map.update_objects);
  } else {
    map.update_objects.clear();
  }
  return map;
}

}  // namespace antin::pdf
