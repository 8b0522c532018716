#include "certs/ossl/handles.h"

#include <array>

namespace antin::ossl {

Error take_errors(Code code, std::string doing, Where where) {
  std::array<char, 256> line{};
  while (const auto packed = ERR_get_error()) {
    ERR_error_string_n(packed, line.data(), line.size());
    doing += "; ";
    doing += line.data();
  }
  return make_error(code, std::move(doing), {}, where);
}

}  // namespace antin::ossl
