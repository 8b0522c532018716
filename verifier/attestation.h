#pragma once

#include <string_view>

#include "pdf/read/document.h"
#include "verifier/register_entry.h"

namespace antin::verifier {

/// Finds "Số chứng thực … quyển số …" (NĐ 23/2015, vietnam.md 1.4) in a page's text; the last one
/// when there are several. `office_form` is looked for in the line of NĐ 30/2020, Mẫu 3.2.
Attestation attestation_in(std::string_view text);

/// Of the last page that has one, and of the line on the first page. What cannot be read is "".
Attestation read_attestation(const pdf::Document& document, std::size_t pages);

}  // namespace antin::verifier
