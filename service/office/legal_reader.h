#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/office/legal_data.h"
#include "service/settings/section.h"

namespace antin::office {

/// Versions of one topic in the order of their dates.
template <class Content>
using Timeline = std::vector<std::pair<Version, Content>>;

struct Requesters {
  std::vector<RequesterClass> classes;
  std::vector<EvidenceSource> evidence;
};

/// One file under way: getters whose failures name the file and the key.
class LegalReader {
 public:
  using Section = service::settings::Section;

  explicit LegalReader(std::string file) : file_(std::move(file)) {}

  /// A text in NFC that is not empty; of kLongest octets at most.
  Status text(Section& section, const char* key, std::string& out) const;
  /// May be missing; `out` stays as it is then.
  Status optional_text(Section& section, const char* key, std::string& out) const;
  /// At least one, none twice.
  Status texts(Section& section, const char* key, std::vector<std::string>& out) const;
  Status optional_texts(Section& section, const char* key, std::vector<std::string>& out) const;
  /// Lower-case letters, digits, '_', '-' and '.', at most 64; not seen before in `seen`.
  Status code(Section& section, const char* key, std::string& out,
              std::set<std::string>& seen) const;
  Status flag(Section& section, const char* key, bool& out) const;
  template <class Number>
  Status number(Section& section, const char* key, Number& out, std::int64_t least,
                std::int64_t most) const {
    if (!section.has(key)) return wrong(section.name_of(key), "missing");
    return translated(section.number(key, out, least, most));
  }
  Status day(Section& section, const char* key, std::optional<LegalDay>& out) const;
  Status time(Section& section, const char* key, TimeOfDay& out) const;
  /// [[key]], at least one and kMost at most.
  Result<std::vector<Section>> list(Section& section, const char* key) const;
  Result<std::vector<Section>> optional_list(Section& section, const char* key) const;
  Status done(const Section& section) const { return translated(section.done()); }

  Error wrong(const std::string& key, const std::string& reason) const;
  Error duplicate(const std::string& key, const std::string& value) const;
  Error not_nfc(const std::string& key) const;
  Error of_dates(Code code, const std::string& key, LegalDay day) const;
  /// Failures of service/settings become kLegalFile.
  Status translated(Status status) const;
  const std::string& file() const noexcept { return file_; }

 private:
  std::string file_;
};

/// What stands in one [[version]] of a topic, besides id, from, to and basis.
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<RefusalGround>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<PaperType>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<ForeignPaper>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<Procedure>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<BookKind>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<OriginRegister>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section, Requesters& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<Citation>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section,
                    std::vector<ConfidenceLevel>& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section, FeeTable& out);
Status read_content(const LegalReader& reader, LegalReader::Section& section, WorkingHours& out);
/// The topic "holidays": [[fixed]] and [[year]].
Status read_calendar(const LegalReader& reader, LegalReader::Section& root, Calendar& out);

}  // namespace antin::office
