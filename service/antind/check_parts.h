#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "certs/core/error.h"
#include "service/antind/check_result.h"
#include "service/antind/html.h"

/// What the answers of the public check page are put together from (check_result.h).
namespace antin::service::check {

using Json = nlohmann::ordered_json;

/// How a line is to be taken: a colour, and always a sign beside it.
enum class Look : std::uint8_t { kNeutral, kGood, kUnsure, kBad };
Look look_of(std::string_view tone);
/// As a class of the style sheet is called.
std::string_view css_of(Look look);
std::string icon(Look look);

Both catalogue(Code code, const Params& params);
Both catalogue_advice(Code code, const Params& params);
/// ["vi", "en"] of a sheet; {"vi": …, "en": …} of a report.
Both said(const Json& pair);
std::string text_at(const Json& object, const char* key);
/// Advice that names options of a command is for those who run this service.
Both for_visitors(Both what_to_do);

/// The one verdict: one colour, one sign, one sentence, what to do.
std::string verdict(Look look, const Both& word, const Both& message, const Both& what_to_do);
std::string section(Look look, const std::string& content);
std::string heading(const Both& words);
std::string row(const Both& label, const std::string& value);
std::string remark(Look look, const Both& message, const Both& what_to_do = {});
/// Errors and warnings; what is only worth knowing stands in the sheet.
std::string remarks(const Json& findings);
/// V-15: the facts that anybody may see, as JSON has them in a report and in /api/v1/register.
std::string facts(const Json& entry);
bool goes_with(const TypedNumber& typed, const std::string& number, const std::string& book);
/// What one can do with an answer.
std::string actions(const std::string& more);

/// Who signed, when, and what came afterwards.
std::string signers(const Json& report);

}  // namespace antin::service::check
