#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/office/legal_day.h"

namespace antin::office {

/// One version of one list of legal data. A version that was published is never edited: a changed
/// law is a new version with a new id, so that what a document stores keeps its meaning.
struct Version {
  std::string topic;  ///< "fees"
  std::string id;     ///< "fees-2017": unique, what documents store
  std::string basis;  ///< "Thông tư số 226/2016/TT-BTC, Điều 4"
  LegalDay from;
  std::optional<LegalDay> to;  ///< last day in force; none: until there is another
};

/// NĐ 23/2015 Đ22, verbatim (C-05).
struct RefusalGround {
  unsigned number = 0;  ///< 1 to 6
  std::string text;
};
/// The ground that foreign papers without legalisation fall under, and that of secret papers.
inline constexpr unsigned kGroundNotLegalised = 5;
inline constexpr unsigned kGroundSecret = 3;

/// TT 01/2020 Đ10: which pages a copy must have (C-07).
enum class PageRule : std::uint8_t {
  kAllWithInformation,  ///< "all"
  kCoverAndUsedPages,   ///< "cover_and_used": passports, household books
};

struct PaperType {
  std::string code;       ///< "khai_sinh"
  std::string name;       ///< "Giấy khai sinh"
  bool in_vneid = false;  ///< C-20: do not ask for the original of what VNeID shows
  PageRule pages = PageRule::kAllWithInformation;
  std::string foreign;  ///< the ForeignPaper that it is when a foreign agency issued it; "" = none
};

/// TT 01/2020 Đ6: needs no consular legalisation for certification (C-06).
struct ForeignPaper {
  std::string code, name;
};

/// A procedure of the national list (TTHC).
struct Procedure {
  std::string code;  ///< "2.000815"
  std::string name;
  std::string product;  ///< "certified_copy", "register_copy"
};

enum class BookForm : std::uint8_t { kPaper, kElectronic };

/// A kind of book with its own series of numbers (C-09, C-10; NĐ 23/2015 Đ13 k4).
struct BookKind {
  std::string code;     ///< "ban_sao_dien_tu"
  std::string title;    ///< "SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH"
  std::string product;  ///< "certified_copy"; "" when it has none here
  BookForm form = BookForm::kPaper;
  std::vector<std::string> symbols;  ///< a unit chooses one, or the first; may be none
  std::vector<std::string> formats;  ///< likewise, of numbers: "{n}", "{n}/ĐT"
};

/// Who may ask for a copy from the original register (R-02; NĐ 23/2015 Đ16).
struct RequesterClass {
  std::string code, name;
  bool only_when_holder_is_dead = false;
  bool needs_evidence = false;  ///< that the requester is what he says
};
/// What proves a requester's class.
struct EvidenceSource {
  std::string code, name;
};

/// One field of an entry of an original register.
struct RegisterField {
  std::string code, label;
  enum class Type : std::uint8_t {
    kText,
    kDay,  ///< "2026-11-21"; where the register says no more "2026-11" or "2026"
    kNumber,
  } type = Type::kText;
  std::uint32_t most = 200;  ///< characters
  bool required = false;
};
/// A kind of original register (sổ gốc), whose entries copies are made of.
struct OriginRegister {
  std::string code;    ///< "khai_sinh"
  std::string title;   ///< "Sổ đăng ký khai sinh"
  std::string paper;   ///< "Giấy khai sinh"
  std::string holder;  ///< RegisterField::code of whose paper it is
  std::vector<RegisterField> fields;
};

struct Citation {
  std::string code;  ///< "chung_thuc"
  std::string text;  ///< as letters cite it
};

/// MucDoTinCay of the metadata of results: a list to configure.
struct ConfidenceLevel {
  std::string code, name;
};

/// TT 226/2016: per copy, by the pages of the original (C-16). In đồng.
struct FeeTable {
  std::uint32_t first_pages = 0;
  std::int64_t first_price = 0, further_price = 0, most = 0;
};

/// NĐ 23/2015 Đ7, Đ21 (C-15).
struct WorkingHours {
  TimeOfDay cut_off;  ///< received at this second or before: the same working day
  TimeOfDay opens, closes;
  unsigned extension_days = 0;  ///< beyond these a written agreement is needed
};

/// The entry of `list` with this code; nullptr.
template <class Entry>
const Entry* find(const std::vector<Entry>& list, std::string_view code) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Entry& entry) { return entry.code == code; });
  return found == list.end() ? nullptr : &*found;
}

/// All legal data that are in force together: on a day, or when a document was made.
struct LegalRules {
  /// "books-2020,citations-2025,…": store this; LegalData::with_version() gives the same rules.
  std::string version;
  std::vector<Version> versions;
  std::vector<RefusalGround> grounds;
  std::vector<PaperType> papers;
  std::vector<ForeignPaper> foreign;
  std::vector<Procedure> procedures;
  std::vector<BookKind> books;
  std::vector<OriginRegister> registers;
  std::vector<RequesterClass> requesters;
  std::vector<EvidenceSource> evidence;
  std::vector<Citation> citations;
  std::vector<ConfidenceLevel> confidence;
  FeeTable fees;
  WorkingHours hours;

  const RefusalGround* ground(unsigned number) const;
};

}  // namespace antin::office
