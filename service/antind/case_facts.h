#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "certs/core/error.h"
#include "service/casework/cases.h"

namespace antin::service {

/// What a case is about, as clients write it: one flat object of names that are known, each with a
/// type and a limit. Texts are kept in Unicode form NFC.

/// `kept` with `given` put over it. A fact that stands on the attestation or in the book cannot
/// change once there is a number. Fails with kCaseFacts ({muc}, {ly_do}).
Result<nlohmann::json> merge_facts(const nlohmann::json& kept, const nlohmann::json& given,
                                   casework::State state);
/// kCaseFacts ({muc}, {ly_do}), of at most 64 octets of a name.
Error wrong_fact(const std::string& name, const char* why, Where where = Where::here());
/// Of a case; an empty object for what is none.
nlohmann::json facts_of(const casework::Case& one);
/// The form of an office copy that is no copy but an appendix in a file of its own.
inline constexpr std::string_view kAppendixForm = "PHỤ LỤC";

/// "" and 0 when it is not there.
std::string text_fact(const nlohmann::json& facts, const char* name);
std::int64_t number_fact(const nlohmann::json& facts, const char* name);
/// Which needs the facts alone meet.
casework::Needs needs_in(const nlohmann::json& facts);
/// The names of all facts that clients may give, for the description of the interface.
std::vector<std::string> fact_names();

}  // namespace antin::service
