#include "service/system/complain.h"

#include <iostream>

namespace antin::service {

void say(const Error& error) {
  for (const auto language : {Language::kVietnamese, Language::kEnglish})
    std::cerr << sentence(error.code, language, error.params) << ' '
              << advice(error.code, language, error.params) << '\n';
  std::cerr << to_log_line(error) << '\n';
}

int complain(const Error& error) {
  say(error);
  return kFailed;
}

}  // namespace antin::service
