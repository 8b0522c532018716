#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "service/casework/cases.h"
#include "service/http/http_message.h"
#include "service/store/stored.h"

namespace antin::service {

using OrderedJson = nlohmann::ordered_json;

/// null for "".
OrderedJson or_null(const std::string& text);
/// A case without what only its own address shows.
OrderedJson brief_of(const casework::Case& one);
OrderedJson row_of(const casework::BookRow& row);
OrderedJson book_of(const casework::Book& book);
OrderedJson document_of(const casework::Case& one, const casework::CaseDocument& document);
/// How the job goes that puts the seal on a case.
OrderedJson sealing_of(const StoredJob& job);
/// The steps that lead on, who does them, and what each still needs.
OrderedJson next_steps(const casework::Case& one, casework::Needs there);
/// A refusal as RFC 9457, with the steps and facts that are missing.
Response step_refused(const casework::Judgement& judgement, const std::string& request_id);

/// A refusal with the address of the case that is there already.
Response with_existing(Response problem, const casework::Case& existing);

/// A problem with what is to be said page by page.
Response with_complaints(Response problem, const OrderedJson& complaints);

}  // namespace antin::service
