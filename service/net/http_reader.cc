#include "service/net/http_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

namespace antin::service {
namespace {

constexpr std::size_t kMostHead = std::size_t{32} * 1024;
constexpr std::size_t kMostLine = 256;
constexpr int kMostInterim = 8;

Error odd(const char* what) {
  return make_error(Code::kNetResponse, what);
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

Status HttpReader::feed(ByteView octets) {
  while (!octets.empty()) {
    switch (stage_) {
      case Stage::kHead: {
        const auto before = head_.size();
        head_ += as_text(octets);
        // The end may begin in what came before.
        const auto end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (end == std::string::npos) {
          if (head_.size() > kMostHead) return odd("header section is too large");
          return Done{};
        }
        if (end > kMostHead) return odd("header section is too large");
        octets = octets.subspan(end + 4 - before);
        const auto head = std::exchange(head_, {}).substr(0, end);
        ANTIN_CHECK(read_head(head));
        break;
      }
      case Stage::kLengthBody:
        ANTIN_CHECK(take_body(octets, left_));
        if (left_ == 0) stage_ = Stage::kComplete;
        break;
      case Stage::kCloseBody:
        left_ = octets.size();
        ANTIN_CHECK(take_body(octets, left_));
        break;
      case Stage::kChunkData:
        ANTIN_CHECK(take_body(octets, left_));
        if (left_ == 0) stage_ = Stage::kChunkEnd;
        break;
      case Stage::kChunkSize:
      case Stage::kChunkEnd:
      case Stage::kTrailer: {
        ANTIN_TRY(const auto whole, take_line(octets));
        if (!whole) return Done{};
        const auto line = std::exchange(line_, {});
        if (stage_ == Stage::kChunkSize) {
          ANTIN_CHECK(read_chunk_size(line));
        } else if (stage_ == Stage::kChunkEnd) {
          if (!line.empty()) return odd("chunk is longer than its size");
          stage_ = Stage::kChunkSize;
        } else if (line.empty()) {
          stage_ = Stage::kComplete;
        } else if (++interim_ > 64) {
          return odd("too many trailer fields");
        }
        break;
      }
      case Stage::kComplete:
        return odd("octets after the response");
    }
  }
  return Done{};
}

Status HttpReader::end() {
  if (stage_ == Stage::kCloseBody) stage_ = Stage::kComplete;
  return complete() ? Status{Done{}} : odd("connection closed before the end");
}

Status HttpReader::read_head(std::string_view head) {
  const auto line_end = head.find("\r\n");
  const auto status_line = head.substr(0, line_end);
  // HTTP/1.x SP 3DIGIT SP reason
  if (status_line.size() < 12 || status_line.substr(0, 7) != "HTTP/1." ||
      (status_line[7] != '0' && status_line[7] != '1') || status_line[8] != ' ' ||
      (status_line.size() > 12 && status_line[12] != ' '))
    return odd("status line");
  int status = 0;
  const auto [stopped, problem] =
      std::from_chars(status_line.data() + 9, status_line.data() + 12, status);
  if (problem != std::errc{} || stopped != status_line.data() + 12 || status < 100 || status > 599)
    return odd("status line");
  response_ = HttpResponse{.status = status, .content_type = {}, .body = {}};
  length_.reset();
  chunked_ = false;
  auto rest = line_end == std::string_view::npos ? std::string_view{} : head.substr(line_end + 2);
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    ANTIN_CHECK(read_field(rest.substr(0, end)));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 2);
  }
  if (status < 200) {
    if (status == 101 || ++interim_ > kMostInterim) return odd("interim responses");
    return Done{};
  }
  interim_ = 0;
  return choose_body();
}

Status HttpReader::read_field(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  // No folded lines, no space before the colon (RFC 9112 §5.1, §5.2); a bare CR or LF would be read
  // as a line end by others.
  if (colon == std::string_view::npos || name.empty() ||
      !std::all_of(name.begin(), name.end(), token_character) ||
      line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return odd("header field");
  const auto value = trim(line.substr(colon + 1));
  const auto key = lower(name);
  if (key == "content-type") response_.content_type = std::string(value);
  if (key == "etag") response_.etag = std::string(value);
  if (key == "last-modified") response_.last_modified = std::string(value);
  if (key == "cache-control") {
    if (!response_.cache_control.empty()) response_.cache_control += ", ";
    response_.cache_control += std::string(value);
  }
  if (key == "location") {
    if (!location_.empty()) return odd("two Location fields");
    location_ = std::string(value);
  }
  if (key == "transfer-encoding") {
    if (chunked_ || lower(value) != "chunked") return odd("transfer encoding");
    chunked_ = true;
  }
  if (key == "content-length") {
    std::size_t length = 0;
    const auto* end = value.data() + value.size();
    const auto [stopped, problem] = std::from_chars(value.data(), end, length);
    if (value.empty() || problem != std::errc{} || stopped != end || length_)
      return odd("content length");
    length_ = length;
  }
  if (key == "content-encoding" && lower(value) != "identity") return odd("content encoding");
  return Done{};
}

Status HttpReader::choose_body() {
  // RFC 9112 §6.3: both would be two readings of one message.
  if (chunked_ && length_) return odd("both Transfer-Encoding and Content-Length");
  if (response_.status == 204 || response_.status == 304) {
    stage_ = Stage::kComplete;
  } else if (chunked_) {
    stage_ = Stage::kChunkSize;
  } else if (length_) {
    if (*length_ > max_body_) return make_error(Code::kNetTooLarge, "content length");
    left_ = *length_;
    stage_ = left_ == 0 ? Stage::kComplete : Stage::kLengthBody;
  } else {
    stage_ = Stage::kCloseBody;
  }
  return Done{};
}

Status HttpReader::read_chunk_size(std::string_view line) {
  const auto digits = line.substr(0, line.find(';'));
  std::size_t size = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, size, 16);
  if (digits.empty() || problem != std::errc{} || stopped != end) return odd("chunk size");
  if (size > max_body_) return make_error(Code::kNetTooLarge, "chunk");
  left_ = size;
  stage_ = size == 0 ? Stage::kTrailer : Stage::kChunkData;
  return Done{};
}

Status HttpReader::take_body(ByteView& octets, std::size_t at_most) {
  const auto count = std::min(octets.size(), at_most);
  if (count > max_body_ - response_.body.size()) return make_error(Code::kNetTooLarge, "body");
  response_.body.insert(response_.body.end(), octets.begin(),
                        octets.begin() + static_cast<std::ptrdiff_t>(count));
  octets = octets.subspan(count);
  left_ -= count;
  return Done{};
}

Result<bool> HttpReader::take_line(ByteView& octets) {
  while (!octets.empty()) {
    line_ += static_cast<char>(octets.front());
    octets = octets.subspan(1);
    if (line_.size() >= 2 && line_.ends_with("\r\n")) {
      line_.resize(line_.size() - 2);
      if (line_.find_first_of("\r\n") != std::string::npos) return odd("line end in a chunk line");
      return true;
    }
    if (line_.size() > kMostLine) return odd("chunk line is too long");
  }
  return false;
}

}  // namespace antin::service
