#include "service/net/smtp_reply.h"

#include <algorithm>
#include <utility>

namespace antin::service {
namespace {

// RFC 5321 §4.5.3.1.5 is 512; some servers say more.
constexpr std::size_t kLongestLine = 2'048;
constexpr std::size_t kMostLines = 64;
constexpr std::size_t kCode = 3;

}  // namespace

// False when it is none of the reply's.
bool SmtpReader::take_line(const std::string& line) {
  const bool coded =
      line.size() >= kCode &&
      std::all_of(line.begin(), line.begin() + kCode, [](char c) { return c >= '0' && c <= '9'; });
  if (!coded || (line.size() > kCode && line[kCode] != ' ' && line[kCode] != '-')) return false;
  const auto code = line.substr(0, kCode);
  if (!begun_) begun_ = SmtpReply{.code = code, .lines = {}};
  if (begun_->code != code || begun_->lines.size() == kMostLines) return false;
  begun_->lines.push_back(line.size() > kCode ? line.substr(kCode + 1) : std::string());
  ended_ = line.size() == kCode || line[kCode] == ' ';
  return true;
}

std::optional<SmtpReply> SmtpReader::next() {
  while (!broken_ && !ended_) {
    const auto end = buffer_.find('\n');
    if (std::min(end, buffer_.size()) > kLongestLine) broken_ = true;
    if (broken_ || end == std::string::npos) return std::nullopt;
    auto line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    broken_ = !take_line(line);
  }
  if (broken_) return std::nullopt;
  ended_ = false;
  return std::exchange(begun_, std::nullopt);
}

}  // namespace antin::service
