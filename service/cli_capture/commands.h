#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "service/capture/capture.h"

namespace antin::service {

/// Takes the words after "capture" and returns the exit code: 0 the scan meets the standard, 1 it
/// does not, 3 it could not be made.
int capture_command(std::span<const std::string> words);

/// {"schema": "antin-capture/1", …}
std::string capture_json(const capture::Captured& captured, const std::string& path);
/// The same for people.
void print_capture(std::ostream& out, const capture::Captured& captured, const std::string& path,
                   const std::vector<Language>& spoken);

}  // namespace antin::service
