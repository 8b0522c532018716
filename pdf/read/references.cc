#include "pdf/read/references.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "pdf/read/form.h"
#include "pdf/read/lexer.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Kind = Lexer::Kind;

constexpr std::size_t kMostEdges = 4'000'000;
constexpr std::size_t kMostPacked = std::size_t{64} << 20U;  ///< octets of one object stream

/// Octets that every reader takes for part of the name. Others (7.3.5 would have them written as
/// #xx) end it for some.
bool is_plain_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

constexpr std::array<bool, 256> kHexOrWhite = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view{"0123456789abcdefABCDEF \t\r\n"})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

/// Digits and white space only; anything else ends the string for some readers.
bool is_plain_hex(std::string_view written) {
  // Most of a signature's value is padding.
  constexpr std::string_view kZeros =
      "0000000000000000000000000000000000000000000000000000000000000000";
  auto rest = written.substr(1, written.size() - 2);
  while (!rest.empty()) {
    if (rest.starts_with(kZeros)) {
      rest.remove_prefix(kZeros.size());
      continue;
    }
    const auto few = rest.substr(0, kZeros.size());
    if (!std::all_of(few.begin(), few.end(),
                     [](char c) { return kHexOrWhite[static_cast<unsigned char>(c)]; })) {
      return false;
    }
    rest.remove_prefix(few.size());
  }
  return true;
}

/// The references of one value, token by token. Only tokens that mean the same to every reader
/// pass.
class ReferenceScan {
 public:
  ReferenceScan(ByteView octets, std::size_t begin, std::size_t max_depth)
      : lexer_(octets, begin), max_depth_(max_depth) {}

  /// "N G obj" in front of it.
  bool begins_as(const QPDFObjGen& id) {
    const auto number = lexer_.next(), generation = lexer_.next();
    return number.kind == Kind::kInteger && number.integer == id.getObj() &&
           generation.kind == Kind::kInteger && generation.integer == id.getGen() &&
           lexer_.is_keyword(lexer_.next(), "obj");
  }

  /// Calls visit(id) for each up to "endobj", "stream" or the end of the octets; false when there
  /// is anything else than a value.
  template <class Visit>
  bool run(const Visit& visit) {
    for (;;) {
      const auto token = lexer_.next();
      switch (token.kind) {
        case Kind::kEnd:
          return depth_ == 0;
        case Kind::kBad:
          return false;
        case Kind::kDictionaryBegin:
        case Kind::kArrayBegin:
          if (++depth_ > max_depth_) return false;
          break;
        case Kind::kDictionaryEnd:
        case Kind::kArrayEnd:
          if (depth_-- == 0) return false;
          break;
        case Kind::kName:
          if (!is_plain_name(lexer_.text(token).substr(1))) return false;
          break;
        case Kind::kHexString:
          if (!is_plain_hex(lexer_.text(token))) return false;
          break;
        case Kind::kInteger:
          before_last_ = last_;
          last_ = token;
          continue;
        case Kind::kKeyword: {
          const auto word = lexer_.text(token);
          if (word == "endobj" || word == "stream") return depth_ == 0;
          if (word == "R") {
            const auto id = reference();
            if (!id) return false;
            visit(*id);
          } else if (word != "true" && word != "false" && word != "null") {
            return false;
          }
          break;
        }
        case Kind::kReal:
        case Kind::kString:
          break;
      }
      last_ = before_last_ = {};
    }
  }

 private:
  std::optional<QPDFObjGen> reference() const {
    const bool good = before_last_.kind == Kind::kInteger && last_.kind == Kind::kInteger &&
                      before_last_.integer > 0 && before_last_.integer <= 2'147'483'647 &&
                      last_.integer >= 0 && last_.integer <= 65'535;
    if (!good) return std::nullopt;
    return QPDFObjGen{static_cast<int>(before_last_.integer), static_cast<int>(last_.integer)};
  }

  Lexer lexer_;
  std::size_t max_depth_, depth_ = 0;
  Lexer::Token last_, before_last_;
};

}  // namespace

References References::read(Document::Inside& document) {
  References references;
  std::map<int, std::vector<QPDFObjGen>> packed;
  const auto table = document.qpdf.getXRefTable();
  for (const auto& [id, entry] : table) {
    if (entry.getType() == 1) {
      const auto offset = static_cast<std::size_t>(entry.getOffset()) + document.map.header_offset;
      references.read_plain(document, id, offset);
    } else if (entry.getType() == 2) {
      packed[entry.getObjStreamNumber()].push_back(id);
    } else {
      references.anywhere_.insert(id);
    }
    if (references.edges_.size() > kMostEdges) break;
  }
  for (const auto& [stream, listed] : packed) {
    if (references.edges_.size() <= kMostEdges) references.read_packed(document, stream, listed);
  }
  if (references.edges_.size() > kMostEdges) {
    references = {};
    references.known_ = false;
    return references;
  }
  std::sort(references.edges_.begin(), references.edges_.end());
  for (const auto& edge : references.edges_) {
    if (table.count(edge.to) == 0) references.anywhere_.insert(edge.to);
  }
  return references;
}

void References::scan(ByteView octets, std::size_t begin, const QPDFObjGen& id,
                      std::size_t max_depth) {
  ReferenceScan value{octets, begin, max_depth};
  if (!value.run([&](const QPDFObjGen& to) { edges_.push_back({to, id}); })) anywhere_.insert(id);
}

void References::read_plain(Document::Inside& document, const QPDFObjGen& id, std::size_t offset) {
  const auto file = document.file.view();
  const auto max_depth = document.options.limits.max_depth;
  ReferenceScan value{file, std::min(offset, file.size()), max_depth};
  const bool understood = value.begins_as(id) && value.run([&](const QPDFObjGen& to) {
    edges_.push_back({to, id});
  });
  if (!understood) anywhere_.insert(id);
}

void References::read_packed(Document::Inside& document, int stream,
                             const std::vector<QPDFObjGen>& listed) {
  const auto leads_anywhere = [&] { anywhere_.insert(listed.begin(), listed.end()); };
  auto object = document.qpdf.getObject(stream, 0);
  if (!object.isStream()) return leads_anywhere();
  const auto decoded = decoded_stream(object, kMostPacked);
  if (!decoded || !decoded.value()) return leads_anywhere();
  auto count = key_of(object.getDict(), "/N"), first = key_of(object.getDict(), "/First");
  const ByteView octets{*decoded.value()};
  if (!count.isInteger() || !first.isInteger() || first.getIntValue() < 0 ||
      static_cast<std::uint64_t>(first.getIntValue()) > octets.size()) {
    return leads_anywhere();
  }
  Lexer head{octets.first(static_cast<std::size_t>(first.getIntValue())), 0};
  const auto values = octets.subspan(static_cast<std::size_t>(first.getIntValue()));
  // An object ends where the next begins; what stands in another order is not understood.
  std::vector<std::pair<QPDFObjGen, std::size_t>> begins;
  for (long long i = 0; i < count.getIntValue(); ++i) {
    const auto number = head.next(), offset = head.next();
    const auto at = static_cast<std::size_t>(std::max<std::int64_t>(offset.integer, 0));
    if (number.kind != Kind::kInteger || offset.kind != Kind::kInteger || number.integer <= 0 ||
        number.integer > 2'147'483'647 || offset.integer < 0 || at > values.size() ||
        (!begins.empty() && at <= begins.back().second)) {
      return leads_anywhere();
    }
    begins.emplace_back(QPDFObjGen{static_cast<int>(number.integer), 0}, at);
  }
  const Ids wanted(listed.begin(), listed.end());
  Ids found;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const auto& [id, at] = begins[i];
    if (wanted.count(id) == 0) continue;
    if (!found.insert(id).second) return leads_anywhere();
    const auto end = i + 1 < begins.size() ? begins[i + 1].second : values.size();
    scan(values.first(end), at, id, document.options.limits.max_depth);
    edges_.push_back({QPDFObjGen{stream, 0}, id});
  }
  for (const auto& id : listed) {
    if (found.count(id) == 0) anywhere_.insert(id);
  }
}

References::Ids References::leading_to(const Ids& targets, const Ids& barriers) const {
  Ids found;
  std::vector<QPDFObjGen> todo;
  const auto add = [&](const QPDFObjGen& id) {
    if (barriers.count(id) == 0 && found.insert(id).second) todo.push_back(id);
  };
  for (const auto& id : targets) add(id);
  for (const auto& id : anywhere_) add(id);
  while (!todo.empty()) {
    const Edge first{todo.back(), QPDFObjGen{}};
    todo.pop_back();
    for (auto edge = std::lower_bound(edges_.begin(), edges_.end(), first);
         edge != edges_.end() && edge->to == first.to; ++edge) {
      add(edge->from);
    }
  }
  return found;
}

}  // namespace antin::pdf
