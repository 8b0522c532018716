#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "service/office/legal_rules.h"

namespace antin::office {

/// What an entry of an original register says under one heading.
struct FieldValue {
  std::string code, label;
  RegisterField::Type type = RegisterField::Type::kText;
  std::string value;  ///< of a day as it is stored: "2026-11-21", "2026-11" or "2026"

  /// As a copy shows it: "21/11/2026", "11/2026".
  std::string shown() const;
};

/// "2026-11-21", or as much of a day as a register may know: "2026-11", "2026".
bool is_day_or_part(std::string_view text);

/// The fields of an entry in the order of its register, those that are empty left out: what is
/// given is what the register says, and nothing else becomes part of a copy. Values are
/// lines in form NFC. Fails with kOriginFacts ({muc}: the field, {ly_do}) for a field that the
/// register does not have, lacks although it is required, or that is too long or of another type.
Result<std::vector<FieldValue>> read_fields(const OriginRegister& kind,
                                            const std::map<std::string, std::string>& given);

/// Whose paper it is.
std::string holder_of(const OriginRegister& kind, const std::vector<FieldValue>& fields);

}  // namespace antin::office
