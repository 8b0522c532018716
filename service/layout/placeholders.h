#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "service/layout/layout.h"

namespace antin::service::layout {

/// A {name} or {name.part} in a text of a template.
struct Placeholder {
  std::string_view name, part;
};

/// Puts what `value` says in place of each placeholder. Values are not looked at again. Fails as
/// `value` does, and with kLayoutTemplate for a brace that begins or ends nothing.
Result<std::string> replaced(std::string_view text,
                             const std::function<Result<std::string>(const Placeholder&)>& value);

/// What the appearance of a signature fills in itself, when the time is known.
bool is_signing_time(std::string_view name);

/// True when a value of this form has this part ("" is the value itself).
bool has_part(Wanted::Form form, std::string_view part);
/// A part of a value that has passed check_value().
std::string part_of(const Wanted& wanted, const std::string& value, std::string_view part);

/// Fails with kLayoutValueMissing, kLayoutValueNotNfc, kLayoutValueTooLong, kLayoutValueFormat.
Status check_value(const Layout& layout, const Wanted& wanted, const std::string& value);
/// The same for a cell of a row.
Status check_cell(const std::string& value);

}  // namespace antin::service::layout
