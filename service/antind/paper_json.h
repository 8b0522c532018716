#pragma once

#include <nlohmann/json.hpp>

#include "service/antind/casework_json.h"
#include "service/digitise/table.h"

namespace antin::service {

/// Procedure, kind and what else is said of a digitised paper to everybody who is told of it.
inline void describe_paper(const digitise::Facts& facts, OrderedJson& all) {
  all["procedure"] = facts.procedure;
  all["kind"] = facts.kind;
  all["number"] = facts.number;
  all["date"] = facts.day;
  all["issuer"] = facts.issuer;
  all["title"] = or_null(facts.title);
  all["valid_until"] = or_null(facts.until);
}

}  // namespace antin::service
