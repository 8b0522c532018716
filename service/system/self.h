#pragma once

#include <string>

namespace antin::service {

/// Folder of the program that runs, whatever it was called as; "" when nobody tells.
std::string own_folder();
/// Path of another program in that folder.
std::string beside_this(const std::string& program);

}  // namespace antin::service
