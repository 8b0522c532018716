#include "service/system/self.h"

#include <climits>
#include <unistd.h>

namespace antin::service {

std::string own_folder() {
  std::string path(PATH_MAX, '\0');
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return "";
  path.resize(static_cast<std::size_t>(length));
  return path.substr(0, path.rfind('/'));
}

std::string beside_this(const std::string& program) {
  const auto folder = own_folder();
  return folder.empty() ? program : folder + "/" + program;
}

}  // namespace antin::service
