#include "hsm/pkcs11/module_unusable.h"

#include <utility>

namespace antin::hsm {

Error module_unusable(const std::string& path, std::string why_vi, std::string why_en) {
  auto detail = path + ": " + why_en;
  return make_error(Code::kTokenModuleUnusable, std::move(detail),
                    {{"tep", path}, {"ly_do", std::move(why_vi)}, {"reason", std::move(why_en)}});
}

}  // namespace antin::hsm
