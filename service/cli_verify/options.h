#pragma once

#include "service/cli/args.h"

namespace antin::service {

/// Options that several commands share.
inline OptionSpec password_option() {
  return {"password", OptionSpec::Kind::kValue, "PASSWORD", "mật khẩu của tệp PDF",
          "password of the PDF"};
}
inline OptionSpec json_option() {
  return {"json", OptionSpec::Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"};
}

}  // namespace antin::service
