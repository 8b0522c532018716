#include "certs/core/error.h"

namespace antin {
namespace {

std::string fill_in(std::string_view text, const Params& params) {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    const auto close = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
    if (close == std::string_view::npos) {
      filled += text[at++];
      continue;
    }
    const auto key = text.substr(at + 1, close - at - 1);
    std::string_view value = text.substr(at, close - at + 1);
    for (const auto& [name, replacement] : params) {
      if (name == key) value = replacement;
    }
    filled += value;
    at = close + 1;
  }
  return filled;
}

}  // namespace

std::string sentence(Code code, Language language, const Params& params) {
  const auto& row = info(code);
  return fill_in(language == Language::kVietnamese ? row.vi : row.en, params);
}

std::string advice(Code code, Language language, const Params& params) {
  const auto& row = info(code);
  return fill_in(language == Language::kVietnamese ? row.vi_do : row.en_do, params);
}

Error make_error(Code code, std::string detail, Params params, Where where) {
  return Error{.code = code,
               .params = std::move(params),
               .detail = std::move(detail),
               .cause = nullptr,
               .where = where};
}

Error while_doing(Error cause, Code code, std::string detail, Where where) {
  auto outer = make_error(code, std::move(detail), cause.params, where);
  outer.cause = std::make_shared<const Error>(std::move(cause));
  return outer;
}

std::string to_log_line(const Error& error) {
  std::string line{info(error.code).name};
  line += ": ";
  line += error.detail;
  for (const Error* c = error.cause.get(); c != nullptr; c = c->cause.get()) {
    line += " <- ";
    line += info(c->code).name;
    line += ": ";
    line += c->detail;
  }
  return line;
}

}  // namespace antin
