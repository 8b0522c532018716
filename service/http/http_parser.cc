#include "service/http/http_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace antin::service {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_token_char(char c) noexcept {
  return is_digit(c) || is_alpha(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// pchar, '/' and '?' of RFC 3986 §3.3 and §3.4; a '%' must begin a valid triplet.
bool is_path_or_query(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_digit(c) && !is_alpha(c) &&
               std::string_view("-._~!$&'()*+,;=:@/?").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// uri-host [":" port], RFC 9112 §3.2; never empty here. Reg-name, IPv4 or bracketed IPv6.
bool is_authority(std::string_view text) noexcept {
  const auto host_end = text.starts_with('[') ? text.find(']') : text.find(':');
  if (text.starts_with('[')) {
    if (host_end == std::string_view::npos || host_end < 3) return false;
    for (const char c : text.substr(1, host_end - 1)) {
      if (!is_hex(c) && c != ':' && c != '.') return false;
    }
    text.remove_prefix(host_end + 1);
  } else {
    const auto host = text.substr(0, host_end);
    if (host.empty()) return false;
    for (const char c : host) {
      if (!is_digit(c) && !is_alpha(c) && c != '-' && c != '.' && c != '_') return false;
    }
    text.remove_prefix(host.size());
  }
  if (text.empty()) return true;
  if (text.front() != ':' || text.size() > 6) return false;
  text.remove_prefix(1);
  return std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view trim_ows(std::string_view text) noexcept {
  const auto is_ows = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

// Field content: visible ASCII, space and tab. obs-text is refused: no field that we read needs it.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); });
}

std::optional<std::uint64_t> read_number(std::string_view text, int base, std::size_t max_digits) {
  if (text.empty() || text.size() > max_digits) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), base == 16 ? is_hex : is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// TRACE is known so that it can be refused by name: no path allows it (RFC 9110 §9.3.8, §15.5.6).
constexpr std::array kMethods{Method::kGet,    Method::kHead,    Method::kPost,  Method::kPut,
                              Method::kDelete, Method::kOptions, Method::kPatch, Method::kTrace};

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

void HttpParser::refuse(Code code, const char* why, Params params) {
  state_ = State::kRefused;
  error_ = make_error(code, why, std::move(params));
}

std::size_t HttpParser::feed(ByteView octets) {
  std::size_t used = 0;
  while (used < octets.size()) {
    const auto rest = octets.subspan(used);
    std::size_t took = 0;
    if (state_ == State::kHead)
      took = feed_lines(rest);
    else if (state_ == State::kBody)
      took = feed_body(rest);
    else
      break;
    used += took;
  }
  return used;
}

// Collects one line up to its CRLF; a CR or LF on its own ends the request (RFC 9112 §2.2 allows
// reading a bare LF as a line end, and that is what smuggling is made of).
std::size_t HttpParser::feed_lines(ByteView octets) {
  const bool in_head = state_ == State::kHead;
  const std::size_t line_limit =
      in_head ? (have_request_line_ ? limits_.head_octets : limits_.request_line)
              : limits_.chunk_line;
  std::size_t used = 0;
  for (const auto octet : octets) {
    ++used;
    if (in_head)
      ++head_octets_;
    else
      ++chunk_overhead_;
    const char c = static_cast<char>(octet);
    if (!line_.empty() && line_.back() == '\r') {
      if (c != '\n') {
        refuse(Code::kHttpMalformed, "CR without LF");
        return used;
      }
      line_.pop_back();
      line_done();
      return used;
    }
    if (c == '\n' || c == '\0') {
      refuse(Code::kHttpMalformed, c == '\n' ? "LF without CR" : "NUL in a line");
      return used;
    }
    line_.push_back(c);
    if (in_head && head_octets_ > limits_.head_octets) {
      refuse(have_request_line_ ? Code::kHttpHeadTooLarge : Code::kHttpTargetTooLong,
             "head beyond its limit");
      return used;
    }
    if (line_.size() > line_limit) {
      refuse(!in_head             ? Code::kHttpMalformed
             : have_request_line_ ? Code::kHttpHeadTooLarge
                                  : Code::kHttpTargetTooLong,
             "line beyond its limit");
      return used;
    }
    if (!in_head && chunk_overhead_ > limits_.chunk_overhead) {
      refuse(Code::kHttpMalformed, "more chunk framing than the limit");
      return used;
    }
  }
  return used;
}

void HttpParser::line_done() {
  const std::string line = std::move(line_);
  line_.clear();
  if (state_ != State::kHead) {
    line_ = line;
    chunk_line_done();
    line_.clear();
    return;
  }
  if (!have_request_line_) {
    // RFC 9112 §2.2: one empty line before a request is ignored.
    if (line.empty()) {
      if (std::exchange(skipped_empty_line_, true))
        refuse(Code::kHttpMalformed, "empty lines before a request");
      head_octets_ = 0;
      return;
    }
    have_request_line_ = read_request_line(line);
    return;
  }
  if (line.empty()) {
    head_done();
    return;
  }
  read_field(line);
}

bool HttpParser::read_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || line.find(' ', first + 1) != last) {
    refuse(Code::kHttpMalformed, "request line has not three words");
    return false;
  }
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) {
    refuse(Code::kHttpMalformed, "method is not a token");
    return false;
  }
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    refuse(Code::kHttpMalformed, "version is not HTTP/n.n");
    return false;
  }
  if (version[5] != '1') {
    refuse(Code::kHttpVersion, "not HTTP/1.x");
    return false;
  }
  // A higher minor version is answered as 1.1 (RFC 9110 §2.5).
  head_.http11 = version[7] != '0';
  head_.keep_alive = head_.http11;
  for (const auto known : kMethods) {
    if (name(known) == method) head_.method = known;
  }
  if (head_.method == Method::kOther) {
    refuse(Code::kHttpMethodUnknown, "method not known");
    return false;
  }
  return read_target(target);
}

bool HttpParser::read_target(std::string_view target) {
  if (target == "*" && head_.method == Method::kOptions) {
    head_.path = "*";
    return true;
  }
  // absolute-form (RFC 9112 §3.2.2) must be read; its authority has to agree with Host, see
  // head_done().
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (lower(target.substr(0, scheme.size())) != scheme) continue;
    target.remove_prefix(scheme.size());
    const auto path = std::min(target.find_first_of("/?"), target.size());
    absolute_authority_ = lower(target.substr(0, path));
    target.remove_prefix(path);
    if (!is_authority(absolute_authority_) || !target.starts_with('/')) {
      refuse(Code::kHttpMalformed, "absolute target without authority or path");
      return false;
    }
    break;
  }
  if (!target.starts_with('/') || !is_path_or_query(target)) {
    refuse(Code::kHttpMalformed, "target is not a path");
    return false;
  }
  const auto question = target.find('?');
  head_.path = target.substr(0, question);
  if (question != std::string_view::npos) head_.query = target.substr(question + 1);
  return true;
}

bool HttpParser::read_field(std::string_view line) {
  if (head_.fields.size() >= limits_.fields) {
    refuse(Code::kHttpHeadTooLarge, "too many fields");
    return false;
  }
  // A line that begins with space is obs-fold (RFC 9112 §5.2); a name followed by space before the
  // colon is refused by §5.1. Neither is a token.
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    refuse(Code::kHttpMalformed, "not a header field");
    return false;
  }
  const auto value = trim_ows(line.substr(colon + 1));
  if (!is_field_value(value)) {
    refuse(Code::kHttpMalformed, "control or non-ASCII octet in a field");
    return false;
  }
  auto field_name = lower(line.substr(0, colon));
  // Programs that hand fields on as environment variables take '_' for '-': what frames a message
  // for them must frame it for us.
  if (field_name.find('_') != std::string::npos) {
    auto meant = field_name;
    std::replace(meant.begin(), meant.end(), '_', '-');
    if (meant == "content-length" || meant == "transfer-encoding" || meant == "host") {
      refuse(Code::kHttpMalformed, "framing field in disguise");
      return false;
    }
  }
  head_.fields.push_back({std::move(field_name), std::string(value)});
  return true;
}

void HttpParser::head_done() {
  const auto hosts = head_.count("host");
  if (hosts > 1 || (hosts == 0 && head_.http11))
    return refuse(Code::kHttpMalformed, "not exactly one Host");
  if (hosts == 1) {
    const auto host = lower(head_.value("host"));
    if (!is_authority(host)) return refuse(Code::kHttpMalformed, "Host is not an authority");
    if (!absolute_authority_.empty() && absolute_authority_ != host)
      return refuse(Code::kHttpMalformed, "Host differs from the target");
  }
  for (const auto& field : head_.fields) {
    if (field.name != "connection") continue;
    const auto options = lower(field.value);
    std::string_view rest = options;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      const auto option = trim_ows(rest.substr(0, comma));
      if (option == "close") head_.keep_alive = false;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  if (!read_framing()) return;
  if (const auto expect = lower(head_.value("expect")); head_.count("expect") > 0) {
    if (expect != "100-continue" || head_.count("expect") > 1)
      return refuse(Code::kHttpExpectation, "Expect is not 100-continue");
    head_.expects_continue = head_.http11 && (chunked_ || left_ > 0);
  }
  state_ = State::kAdmit;
}

// RFC 9112 §6.3: who frames a message differently than we do can smuggle a second one past us.
bool HttpParser::read_framing() {
  const auto codings = head_.count("transfer-encoding");
  const auto lengths = head_.count("content-length");
  if (codings > 0 && (lengths > 0 || !head_.http11)) {
    refuse(Code::kHttpMalformed, "Transfer-Encoding with Content-Length or in HTTP/1.0");
    return false;
  }
  if (codings > 1 || lengths > 1) {
    refuse(Code::kHttpMalformed, "framing field repeated");
    return false;
  }
  if (codings == 1) {
    const auto coding = lower(head_.value("transfer-encoding"));
    if (coding != "chunked") {
      const bool two_chunked = coding.find("chunked") != coding.rfind("chunked");
      refuse(two_chunked || coding.empty() ? Code::kHttpMalformed : Code::kHttpTransferCoding,
             "transfer coding is not chunked alone");
      return false;
    }
    chunked_ = true;
    return true;
  }
  if (lengths == 1) {
    const auto text = head_.value("content-length");
    const auto length = read_number(text, 10, 18);
    if (!length) {
      const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
      if (digits)
        refuse(Code::kHttpBodyTooLarge, "Content-Length out of range",
               {{"limit", std::to_string(limits_.body_octets)}});
      else
        refuse(Code::kHttpMalformed, "Content-Length is not digits");
      return false;
    }
    left_ = *length;
  }
  announced_ = left_;
  return true;
}

void HttpParser::admit(std::size_t max_body) {
  max_body_ = std::min(max_body, limits_.body_octets);
  if (left_ > max_body_)
    return refuse(Code::kHttpBodyTooLarge, "announced body beyond the limit",
                  {{"limit", std::to_string(max_body_)}});
  state_ = State::kBody;
  if (!chunked_ && left_ == 0) complete();
}

bool HttpParser::store(ByteView octets) {
  if (octets.size() > max_body_ - body_.size()) {
    refuse(Code::kHttpBodyTooLarge, "body beyond the limit",
           {{"limit", std::to_string(max_body_)}});
    return false;
  }
  if (auto kept = body_.append(octets); !kept) {
    state_ = State::kRefused;
    error_ = std::move(kept).error();
    return false;
  }
  return true;
}

std::size_t HttpParser::feed_body(ByteView octets) {
  if (chunked_ && chunk_ != Chunk::kData) return feed_lines(octets);
  const auto take =
      octets.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, octets.size())));
  if (!store(take)) return take.size();
  left_ -= take.size();
  if (left_ == 0) {
    if (chunked_)
      chunk_ = Chunk::kDataEnd;
    else
      complete();
  }
  return take.size();
}

// RFC 9112 §7.1. Extensions are read over, as §7.1.1 asks, but must be printable and short.
void HttpParser::chunk_line_done() {
  const std::string_view line = line_;
  switch (chunk_) {
    case Chunk::kSize: {
      const auto end = std::min(line.find(';'), line.size());
      const auto size = read_number(line.substr(0, end), 16, 8);
      if (!size || !is_field_value(line.substr(end)))
        return refuse(Code::kHttpMalformed, "chunk size is not hexadecimal");
      left_ = *size;
      if (left_ > max_body_ - body_.size())
        return refuse(Code::kHttpBodyTooLarge, "chunk beyond the limit",
                      {{"limit", std::to_string(max_body_)}});
      chunk_ = left_ == 0 ? Chunk::kTrailer : Chunk::kData;
      return;
    }
    case Chunk::kDataEnd:
      if (!line.empty()) return refuse(Code::kHttpMalformed, "chunk longer than its size");
      chunk_ = Chunk::kSize;
      return;
    case Chunk::kTrailer: {
      if (line.empty()) return complete();
      // Trailers are checked and dropped: none of them may change what the head said (§7.1.2).
      const auto colon = line.find(':');
      if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
          !is_field_value(line.substr(colon + 1)) || ++trailers_ > 8)
        return refuse(Code::kHttpMalformed, "trailer field");
      return;
    }
    case Chunk::kData:
      break;
  }
}

void HttpParser::complete() {
  if (auto finished = body_.finish(); !finished) {
    state_ = State::kRefused;
    error_ = std::move(finished).error();
    return;
  }
  state_ = State::kComplete;
}

Request HttpParser::take() {
  Request request;
  request.head = std::move(head_);
  request.body = std::move(body_);
  *this = HttpParser(limits_);
  return request;
}

}  // namespace antin::service
