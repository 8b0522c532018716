// Letters to citizens. Nothing of them comes from outside without being encoded: a line end in a
// title would begin a header of its author's choosing.

#include <array>
#include <cstdio>

#include "certs/core/base64.h"
#include "service/courier/couriers.h"

namespace antin::courier {
namespace {

constexpr std::size_t kBase64Line = 76;
constexpr std::size_t kWordOctets = 39;  // behind "Subject: " within 76 octets (RFC 2047 §2)

std::string base64_lines(ByteView octets) {
  const auto text = to_base64(octets);
  std::string out;
  out.reserve(text.size() + text.size() / kBase64Line * 2 + 2);
  for (std::size_t at = 0; at < text.size(); at += kBase64Line)
    out += text.substr(at, kBase64Line) + "\r\n";
  return out;
}

// Words that break at characters, not within them (RFC 2047 §5 (3)).
std::string encoded_words(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(at + kWordOctets, text.size());
    while (end < text.size() && end > at + 1 &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
      --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + to_base64(as_bytes(std::string_view(text).substr(at, end - at))) + "?=";
    at = end;
  }
  return out;
}

// RFC 5322 §3.3, whatever the locale is.
std::string date_of(UtcTime at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto local = at.since_epoch() + std::chrono::hours{7};
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const auto clock = to_rfc3339(UtcTime(local)).substr(11, 8);
  return std::string(kDays.at(std::chrono::weekday(day).c_encoding())) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         kMonths.at(static_cast<unsigned>(date.month()) - 1) + " " +
         std::to_string(static_cast<int>(date.year())) + " " + clock + " +0700";
}

std::string link_of(const Target& target, const outbox::Handout& handout) {
  auto link = target.link;
  constexpr std::string_view kCode = "{code}";
  if (const auto at = link.find(kCode); at != std::string::npos)
    link.replace(at, kCode.size(), handout.code);
  return link;
}

std::string words_of(const Target& target, const outbox::Handout& handout) {
  const auto what = handout.title.empty() ? std::string("kết quả giải quyết") : handout.title;
  const auto number = handout.number.empty() ? std::string() : " số " + handout.number;
  const auto link = target.link.empty() ? std::string() : link_of(target, handout);
  const bool inside = target.carries == Target::Carries::kDocument;
  std::string text =
      "Kính gửi Ông/Bà,\r\n\r\n" + handout.unit + " trả kết quả: " + what + number + ".\r\n";
  if (inside)
    text +=
        "Tệp PDF đính kèm là bản điện tử có chữ ký số. Giữ nguyên tệp khi gửi cho nơi khác; không "
        "lưu lại bằng chương trình khác.\r\n";
  if (!link.empty())
    text += (inside ? "Tra cứu, kiểm tra: " : "Tải và kiểm tra kết quả tại: ") + link + "\r\n";
  text += "\r\nThư này được gửi tự động, không trả lời vào địa chỉ này.\r\n\r\n--\r\n" +
          handout.unit + "\r\n";
  return text;
}

}  // namespace

std::string letter_of(const Letterhead& head, const Target& target,
                      const outbox::Handout& handout) {
  const auto subject = "Kết quả" + (handout.number.empty() ? "" : " số " + handout.number) +
                       (handout.unit.empty() ? "" : " – " + handout.unit);
  const auto part = "--" + head.boundary;
  std::string letter = "From: <" + head.from + ">\r\nTo: <" + head.to +
                       ">\r\nDate: " + date_of(head.at) + "\r\nMessage-ID: <" + head.id +
                       ">\r\nSubject: " + encoded_words(subject) +
                       "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                       "Content-Type: multipart/mixed; boundary=\"" +
                       head.boundary + "\"\r\n\r\n";
  letter += part +
            "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64"
            "\r\n\r\n" +
            base64_lines(as_bytes(words_of(target, handout)));
  if (target.carries == Target::Carries::kDocument)
    letter += part +
              "\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
              "Content-Disposition: attachment; filename=\"ket-qua.pdf\"\r\n\r\n" +
              base64_lines(handout.document.view());
  return letter + part + "--\r\n";
}

}  // namespace antin::courier
