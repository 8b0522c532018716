#pragma once

#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/store/stored.h"

namespace antin::service {

/// The answers of the public check page, as the part of it that stands above its forms. They say
/// what the report says, in its words, and judge nothing. Everything foreign is text in them.

/// What somebody types beside a file, a code or a hash (V-15); "" for nothing.
struct TypedNumber {
  std::string number, book;
};

/// A file that was checked: antin-report/1, antin-sheet/1, and the sheet as PDF, empty for none.
/// Fails with kIpcMalformed.
Result<std::string> file_result(std::string_view report, std::string_view sheet, ByteView pdf,
                                const TypedNumber& typed);

/// How an entry was found.
enum class FoundBy : std::uint8_t { kCode, kWholeFile, kRevision };
/// nullptr: there is none, or none that goes with what was typed.
std::string entry_result(const StoredEntry* entry, FoundBy found, const TypedNumber& typed);

/// What went wrong, and what to do.
std::string problem_result(const Error& error, const std::string& request_id);

}  // namespace antin::service
