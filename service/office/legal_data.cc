#include "service/office/legal_data.h"

#include <algorithm>
#include <functional>
#include <map>

#include "certs/core/bytes.h"
#include "service/office/legal_reader.h"
#include "service/system/files.h"
#include "service/text/unicode.h"

namespace antin::office {

struct LegalData::Lists {
  Timeline<std::vector<RefusalGround>> grounds;
  Timeline<std::vector<PaperType>> papers;
  Timeline<std::vector<ForeignPaper>> foreign;
  Timeline<std::vector<Procedure>> procedures;
  Timeline<std::vector<BookKind>> books;
  Timeline<std::vector<OriginRegister>> registers;
  Timeline<Requesters> requesters;
  Timeline<std::vector<Citation>> citations;
  Timeline<std::vector<ConfidenceLevel>> confidence;
  Timeline<FeeTable> fees;
  Timeline<WorkingHours> hours;
  Calendar calendar;
};

namespace {

using service::settings::File;
using Section = LegalReader::Section;

constexpr std::size_t kMostOctets = std::size_t{1} << 20U;
constexpr std::size_t kMostFiles = 64;
constexpr const char* kSchema = "antin-legal/1";

Result<Version> read_version(const LegalReader& reader, Section& section, const std::string& topic,
                             std::set<std::string>& ids) {
  std::string id, basis;
  std::optional<LegalDay> from, to;
  ANTIN_CHECK(reader.code(section, "id", id, ids));
  ANTIN_CHECK(reader.text(section, "basis", basis));
  ANTIN_CHECK(reader.day(section, "from", from));
  ANTIN_CHECK(reader.day(section, "to", to));
  if (!from) return reader.wrong(section.name_of("from"), "missing");
  if (to && *to < *from) return reader.wrong(section.name_of("to"), "before from");
  return Version{topic, std::move(id), std::move(basis), *from, to};
}

// One version follows the other: a day is in one of them, from the first to the last.
template <class Content>
Status check_dates(const LegalReader& reader, const Timeline<Content>& timeline) {
  for (std::size_t i = 1; i < timeline.size(); ++i) {
    const auto& earlier = timeline[i - 1].first;
    const auto& later = timeline[i].first;
    if (later.from == earlier.from || (earlier.to && later.from <= *earlier.to))
      return reader.of_dates(Code::kLegalDatesOverlap, later.id, later.from);
    if (earlier.to && later.from > earlier.to->next())
      return reader.of_dates(Code::kLegalDatesGap, later.id, earlier.to->next());
  }
  return Done{};
}

template <class Content>
Status read_timeline(const LegalReader& reader, Section& root, const std::string& topic,
                     Timeline<Content>& out) {
  std::set<std::string> ids;
  ANTIN_TRY(auto list, reader.list(root, "version"));
  out.reserve(list.size());
  for (auto& one : list) {
    Content content{};
    ANTIN_TRY(auto version, read_version(reader, one, topic, ids));
    ANTIN_CHECK(read_content(reader, one, content));
    ANTIN_CHECK(reader.done(one));
    // Ids of different topics meet in one string that documents store.
    if (!version.id.starts_with(topic + "-"))
      return reader.wrong(one.name_of("id"), "does not begin with \"" + topic + "-\"");
    out.emplace_back(std::move(version), std::move(content));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.first.from < b.first.from; });
  return check_dates(reader, out);
}

// The list of topics and the way each is copied from one version into rules. In the order in which
// versions are written into LegalRules::version.
template <class Lists, class Visit>
Status each_topic(Lists& lists, const Visit& visit) {
  ANTIN_CHECK(visit("books", lists.books, &LegalRules::books));
  ANTIN_CHECK(visit("citations", lists.citations, &LegalRules::citations));
  ANTIN_CHECK(visit("confidence", lists.confidence, &LegalRules::confidence));
  ANTIN_CHECK(visit("fees", lists.fees, &LegalRules::fees));
  ANTIN_CHECK(visit("foreign", lists.foreign, &LegalRules::foreign));
  ANTIN_CHECK(visit("grounds", lists.grounds, &LegalRules::grounds));
  ANTIN_CHECK(visit("hours", lists.hours, &LegalRules::hours));
  ANTIN_CHECK(visit("papers", lists.papers, &LegalRules::papers));
  ANTIN_CHECK(visit("procedures", lists.procedures, &LegalRules::procedures));
  ANTIN_CHECK(visit("registers", lists.registers, &LegalRules::registers));
  return visit("requesters", lists.requesters, nullptr);
}

template <class Content, class Member>
void copy_into(LegalRules& rules, const Content& content, Member member) {
  if constexpr (std::is_same_v<Content, Requesters>) {
    rules.requesters = content.classes;
    rules.evidence = content.evidence;
  } else {
    rules.*member = content;
  }
}

// A foreign kind that no version of the other list has would never be asked for.
Status check_foreign(const LegalReader& reader, const Timeline<std::vector<PaperType>>& papers,
                     const Timeline<std::vector<ForeignPaper>>& foreign) {
  for (const auto& [version, list] : papers) {
    for (const auto& paper : list) {
      if (paper.foreign.empty()) continue;
      const bool known = std::any_of(foreign.begin(), foreign.end(), [&](const auto& one) {
        return find(one.second, paper.foreign) != nullptr;
      });
      if (!known) return reader.wrong("version.paper.foreign", "unknown: " + paper.foreign);
    }
  }
  return Done{};
}

// TOML says which line is not UTF-8 in its own words; form C it does not know.
Status check_text(const LegalReader& reader, std::string_view text) {
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    if (!service::is_nfc(text.substr(0, end)))
      return reader.not_nfc("line " + std::to_string(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Done{};
}

}  // namespace

const RefusalGround* LegalRules::ground(unsigned number) const {
  const auto found = std::find_if(grounds.begin(), grounds.end(),
                                  [&](const RefusalGround& one) { return one.number == number; });
  return found == grounds.end() ? nullptr : &*found;
}

Result<LegalData> LegalData::read(const std::vector<LegalFile>& files) {
  if (files.size() > kMostFiles) return LegalReader{""}.wrong("*.toml", "too many files");
  auto lists = std::make_shared<Lists>();
  std::map<std::string, std::string> file_of;
  for (const auto& file : files) {
    const LegalReader reader{file.name};
    if (file.text.size() > kMostOctets) return reader.wrong("toml", "too long");
    ANTIN_CHECK(check_text(reader, file.text));
    const auto parsed = File::parse(file.text, kSchema);
    if (!parsed) {
      ANTIN_CHECK(reader.translated(parsed.error()));
    }
    auto root = parsed.value().root();
    std::string topic;
    ANTIN_CHECK(reader.text(root, "topic", topic));
    if (!file_of.emplace(topic, file.name).second) return reader.duplicate("topic", topic);
    bool known = topic == "holidays";
    if (known) ANTIN_CHECK(read_calendar(reader, root, lists->calendar));
    ANTIN_CHECK(each_topic(*lists, [&](const char* name, auto& timeline, auto) -> Status {
      if (topic != name) return Done{};
      known = true;
      return read_timeline(reader, root, topic, timeline);
    }));
    if (!known) return reader.wrong("topic", "unknown: " + topic);
    ANTIN_CHECK(reader.done(root));
  }
  const LegalReader whole{"*.toml"};
  if (file_of.count("holidays") == 0) return whole.wrong("topic", "missing: holidays");
  ANTIN_CHECK(each_topic(*lists, [&](const char* name, const auto& timeline, auto) -> Status {
    if (timeline.empty()) return whole.wrong("topic", std::string{"missing: "} + name);
    return Done{};
  }));
  ANTIN_CHECK(check_foreign(LegalReader{file_of["papers"]}, lists->papers, lists->foreign));
  return LegalData{std::move(lists)};
}

Result<LegalData> LegalData::load(const std::string& folder) {
  ANTIN_TRY(const auto names, service::list_files(folder));
  std::vector<LegalFile> files;
  const auto inside = folder + "/";
  for (const auto& name : names) {
    if (!name.ends_with(".toml")) continue;
    ANTIN_TRY(const auto octets, service::read_file(inside + name, kMostOctets));
    files.push_back({name, std::string{as_text(octets)}});
  }
  return read(files);
}

Result<std::shared_ptr<const LegalRules>> LegalData::at(LegalDay day) const {
  auto rules = std::make_shared<LegalRules>();
  ANTIN_CHECK(
      each_topic(*lists_, [&](const char* name, const auto& timeline, auto member) -> Status {
        const auto after = std::find_if(timeline.begin(), timeline.end(),
                                        [&](const auto& one) { return one.first.from > day; });
        if (after == timeline.begin() ||
            (std::prev(after)->first.to && *std::prev(after)->first.to < day))
          return make_error(Code::kLegalNotInForce, name, {{"key", name}, {"ngay", day.vietnam()}});
        const auto& [version, content] = *std::prev(after);
        rules->versions.push_back(version);
        rules->version += (rules->version.empty() ? "" : ",") + version.id;
        copy_into(*rules, content, member);
        return Done{};
      }));
  return std::shared_ptr<const LegalRules>{std::move(rules)};
}

Result<std::shared_ptr<const LegalRules>> LegalData::with_version(std::string_view version) const {
  auto rules = std::make_shared<LegalRules>();
  const auto unknown = [&] {
    return make_error(Code::kLegalEntryUnknown, std::string{version},
                      {{"key", "version"}, {"value", std::string{version}}});
  };
  auto rest = version;
  ANTIN_CHECK(each_topic(*lists_, [&](const char*, const auto& timeline, auto member) -> Status {
    const auto id = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(id.size() + 1, rest.size()));
    const auto found = std::find_if(timeline.begin(), timeline.end(),
                                    [&](const auto& one) { return one.first.id == id; });
    if (found == timeline.end()) return unknown();
    rules->versions.push_back(found->first);
    copy_into(*rules, found->second, member);
    return Done{};
  }));
  if (!rest.empty()) return unknown();
  rules->version = version;
  return std::shared_ptr<const LegalRules>{std::move(rules)};
}

std::vector<Version> LegalData::versions() const {
  std::vector<Version> all;
  const auto told = each_topic(*lists_, [&](const char*, const auto& timeline, auto) -> Status {
    for (const auto& [version, content] : timeline) all.push_back(version);
    return Done{};
  });
  static_cast<void>(told);
  return all;
}

const Calendar& LegalData::calendar() const {
  return lists_->calendar;
}

}  // namespace antin::office
