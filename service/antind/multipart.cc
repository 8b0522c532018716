#include "service/antind/multipart.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "service/http/http_parser.h"
#include "service/ipc/utf8.h"

namespace antin::service {
namespace {

Error bad(const char* why, Where where = Where::here()) {
  return make_error(Code::kMultipartMalformed, why, {}, where);
}

std::string_view trim(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

struct Parameter {
  std::string name, value;
};

// ;name=token and ;name="quoted" (RFC 9110 §5.6.6). RFC 7578 §4.2 has browsers put UTF-8 and the
// triplets %22 %0D %0A into the quoted form; a backslash escapes as RFC 9110 says.
std::optional<std::vector<Parameter>> read_parameters(std::string_view text) {
  std::vector<Parameter> out;
  while (!(text = trim(text)).empty()) {
    if (text.front() != ';') return std::nullopt;
    text = trim(text.substr(1));
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !is_token(text.substr(0, equals))) return std::nullopt;
    Parameter parameter{lower(text.substr(0, equals)), {}};
    text.remove_prefix(equals + 1);
    if (text.starts_with('"')) {
      std::size_t i = 1;
      for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
        parameter.value.push_back(text[i]);
      }
      if (i >= text.size()) return std::nullopt;
      text.remove_prefix(i + 1);
    } else {
      const auto end = std::min(text.find_first_of("; \t"), text.size());
      if (!is_token(text.substr(0, end))) return std::nullopt;
      parameter.value = text.substr(0, end);
      text.remove_prefix(end);
    }
    for (const auto& earlier : out) {
      if (earlier.name == parameter.name) return std::nullopt;
    }
    out.push_back(std::move(parameter));
  }
  return out;
}

bool is_part_field_value(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7F;
         });
}

Status read_disposition(std::string_view value, FormPart& part) {
  const auto semicolon = std::min(value.find(';'), value.size());
  if (lower(trim(value.substr(0, semicolon))) != "form-data") return bad("not form-data");
  const auto parameters = read_parameters(value.substr(semicolon));
  if (!parameters) return bad("Content-Disposition parameters");
  for (const auto& [name, text] : *parameters) {
    if (name == "name")
      part.name = text;
    else if (name == "filename")
      part.file_name = text;
    else if (name != "filename*")  // RFC 7578 §4.2 forbids it; harmless, not read
      return bad("Content-Disposition parameter unknown");
  }
  if (part.name.empty()) return bad("part without a name");
  return Done{};
}

Status read_part_head(std::string_view head, FormPart& part) {
  bool disposition = false;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    if (end == std::string_view::npos) return bad("field without CRLF");
    const auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return bad("not a header field");
    const auto field = lower(line.substr(0, colon));
    const auto value = trim(line.substr(colon + 1));
    if (!is_part_field_value(value)) return bad("control octet in a field");
    if (field == "content-disposition") {
      if (std::exchange(disposition, true)) return bad("Content-Disposition twice");
      ANTIN_CHECK(read_disposition(value, part));
    } else if (field == "content-type") {
      if (!part.content_type.empty()) return bad("Content-Type twice");
      part.content_type = value;
    } else if (field == "content-transfer-encoding" && lower(value) != "binary" &&
               lower(value) != "8bit" && lower(value) != "7bit") {
      return bad("Content-Transfer-Encoding");  // RFC 7578 §4.7
    }
  }
  if (!disposition) return bad("part without Content-Disposition");
  return Done{};
}

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
  const auto semicolon = std::min(content_type.find(';'), content_type.size());
  if (lower(trim(content_type.substr(0, semicolon))) != "multipart/form-data")
    return make_error(Code::kHttpMediaType, "not multipart/form-data");
  const auto parameters = read_parameters(content_type.substr(semicolon));
  if (!parameters) return bad("Content-Type parameters");
  for (const auto& [name, value] : *parameters) {
    if (name != "boundary") continue;
    const bool allowed = std::all_of(value.begin(), value.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
    });
    if (value.empty() || value.size() > 70 || value.back() == ' ' || !allowed)
      return bad("boundary");
    return value;
  }
  return bad("no boundary");
}

Result<std::vector<FormPart>> read_multipart(ByteView body, const std::string& boundary,
                                             const MultipartLimits& limits) {
  const auto text = as_text(body);
  const std::string first = "--" + boundary;
  const std::string delimiter = "\r\n" + first;
  const std::boyer_moore_horspool_searcher searcher(delimiter.begin(), delimiter.end());
  std::size_t at = 0;
  if (text.starts_with(first))
    at = first.size();
  else if (text.starts_with(delimiter))
    at = delimiter.size();
  else
    return bad("does not begin with its boundary");
  std::vector<FormPart> parts;
  for (;;) {
    if (text.substr(at).starts_with("--")) {
      const auto rest = text.substr(at + 2);
      if (!rest.empty() && rest != "\r\n") return bad("octets after the closing boundary");
      return parts;
    }
    if (!text.substr(at).starts_with("\r\n")) return bad("boundary line goes on");
    at += 2;
    if (parts.size() == limits.parts) return bad("too many parts");
    const auto window = text.substr(at, limits.part_head + 4);
    // A part without any field begins with the empty line at once; it has no name, so it is bad.
    const auto head_end = window.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return bad("part head has no end");
    FormPart part;
    ANTIN_CHECK(read_part_head(text.substr(at, head_end + 2), part));
    part.begin = at + head_end + 4;
    // RFC 2046 §5.1.1: the CRLF before a boundary belongs to the boundary, so an empty part has one
    // of its own after the empty line.
    const auto from = text.begin() + static_cast<std::ptrdiff_t>(part.begin);
    const auto end = std::search(from, text.end(), searcher);
    if (end == text.end()) return bad("no closing boundary");
    const auto end_at = static_cast<std::size_t>(end - text.begin());
    part.size = end_at - part.begin;
    for (const auto& earlier : parts) {
      if (earlier.name == part.name) return bad("part name twice");
    }
    parts.push_back(std::move(part));
    at = end_at + delimiter.size();
  }
}

SharedBytes content_of(const SharedBytes& body, const FormPart& part) {
  return SharedBytes(std::make_shared<const SharedBytes>(body),
                     body.view().subspan(part.begin, part.size));
}

}  // namespace antin::service
