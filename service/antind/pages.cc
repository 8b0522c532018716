#include "service/antind/pages.h"

#include <algorithm>
#include <memory>
#include <sstream>

#include <Poco/DeflatingStream.h>

#include "service/antind/assets.h"
#include "service/antind/front.h"
#include "service/antind/html.h"
#include "service/antind/problem.h"
#include "service/antind/sha256.h"
#include "service/http/http_parser.h"

namespace antin::service {
namespace {

constexpr std::string_view kResultMark = "<!--result-->";
constexpr std::string_view kVietnameseChosen = "value=\"vi\" checked",
                           kEnglishFree = "value=\"en\"";
// A packet of the network holds this much anyway.
constexpr std::size_t kWorthPacking = 1'200;

std::string type_of(std::string_view path) {
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

std::string packed(std::string_view content) {
  constexpr int kSmallest = 9;
  std::ostringstream out;
  Poco::DeflatingOutputStream stream(out, Poco::DeflatingStreamBuf::STREAM_GZIP, kSmallest);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  return out.str();
}

// RFC 9110 section 13.1.2 compares weakly: a proxy that compresses makes our tags weak.
bool has_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one.size() == tag.size() + 2 && one.substr(1, tag.size()) == tag) return true;
  }
  return false;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

void add_policy(Response& response, std::string_view policy) {
  response.fields.push_back({"Content-Security-Policy", std::string(policy)});
  // Documents are photographed at the counter; nobody else's page may.
  response.fields.push_back(
      {"Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"});
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const auto comma = std::min(accept_encoding.find(','), accept_encoding.size());
    auto one = lower(accept_encoding.substr(0, comma));
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
    one.erase(std::remove_if(one.begin(), one.end(), [](char c) { return c == ' ' || c == '\t'; }),
              one.end());
    if (!one.starts_with("gzip")) continue;
    if (one.size() == 4) return true;
    return one.starts_with("gzip;q=") && one.find_first_of("123456789") != std::string::npos;
  }
  return false;
}

bool wants_page(const RequestHead& head) {
  return !head.path.starts_with("/api/") &&
         lower(head.value("accept")).find("text/html") != std::string::npos;
}

bool asks_english(const RequestHead& head) {
  return ("&" + head.query + "&").find("&lang=en&") != std::string::npos;
}

RequestHead in_the_forms_language(const Request& request) {
  // The choice stands first in the form, before a file that may hold anything.
  constexpr std::size_t kFirst = 512;
  auto head = request.head;
  const auto begin = as_text(request.body.octets().view()).substr(0, kFirst);
  if (begin.find("name=\"lang\"\r\n\r\nen\r\n") != std::string_view::npos)
    head.query += head.query.empty() ? "lang=en" : "&lang=en";
  return head;
}

Pages::Pages() {
  for (const auto& file : assets::web_files()) {
    Kept one{.type = type_of(file.path), .plain = {}, .packed = {}, .tag = {}};
    // The program's own octets: nobody need keep them.
    one.plain = SharedBytes(std::shared_ptr<const void>(), as_bytes(file.content));
    one.packed = SharedBytes(to_bytes(packed(file.content)));
    one.tag = to_hex(sha256({as_bytes(file.content)})).substr(0, 32);
    files_.emplace(file.path, std::move(one));
  }
  const auto* page = find("check.html");
  if (page == nullptr) return;  // a test has it: it is built in
  const std::string whole(as_text(page->plain.view()));
  const auto cut = [](const std::string& text) {
    const auto at = std::min(text.find(kResultMark), text.size());
    return Template{text.substr(0, at),
                    text.substr(std::min(at + kResultMark.size(), text.size()))};
  };
  vietnamese_ = cut(whole);
  english_ = cut(replaced(replaced(replaced(whole, kVietnameseChosen, "value=\"vi\""), kEnglishFree,
                                   "value=\"en\" checked"),
                          "<html lang=\"vi\">", "<html lang=\"en\">"));
}

const Pages::Kept* Pages::find(std::string_view path) const {
  const auto at = files_.find(path);
  return at == files_.end() ? nullptr : &at->second;
}

Response Pages::kept(const RequestHead& head, const Kept& file, std::string_view policy) const {
  const bool gzip = takes_gzip(head.value("accept-encoding"));
  const auto tag = file.tag + (gzip ? "-gz" : "");
  Response response;
  response.content_type = file.type;
  add_policy(response, policy);
  // Asked for again each time, so that no page ever runs with half of it from an earlier release.
  response.fields.push_back({"Cache-Control", "no-cache"});
  response.fields.push_back({"Vary", "Accept-Encoding"});
  response.fields.push_back({"ETag", "\"" + tag + "\""});
  if (has_tag(head.value("if-none-match"), tag)) {
    response.status = 304;
    return response;
  }
  response.body = gzip ? file.packed : file.plain;
  if (gzip) response.fields.push_back({"Content-Encoding", "gzip"});
  return response;
}

Response Pages::file(const RequestHead& head, std::string_view path, const std::string& id) const {
  const auto* found = find(path);
  if (found == nullptr || path.ends_with(".html"))
    return problem(make_error(Code::kHttpNotFound, "path"), id);
  return kept(head, *found, kStaffPolicy);
}

Response Pages::staff(const RequestHead& head) const {
  const auto* shell = find("staff.html");
  return shell == nullptr ? Response::text(404, "text/plain", {})
                          : kept(head, *shell, kStaffPolicy);
}

Response Pages::check(const RequestHead& head, std::string_view result, bool english,
                      int status) const {
  const auto& page = english ? english_ : vietnamese_;
  const auto whole = page.before + std::string(result) + page.after;
  const bool gzip = whole.size() > kWorthPacking && takes_gzip(head.value("accept-encoding"));
  auto response = Response::text(status, "text/html; charset=utf-8", gzip ? packed(whole) : whole);
  add_policy(response, kCheckPolicy);
  response.fields.push_back({"Cache-Control", result.empty() ? "no-cache" : "no-store"});
  response.fields.push_back({"Vary", "Accept, Accept-Encoding"});
  if (gzip) response.fields.push_back({"Content-Encoding", "gzip"});
  return response;
}

Response Pages::waiting(const RequestHead& head, const std::string& job) const {
  const bool english = asks_english(head);
  const auto next = "/kiem-tra/" + html_text(job) + (english ? "?lang=en" : "");
  auto response =
      check(head,
            "<section class=\"result result-neutral\" id=\"ket-qua\" tabindex=\"-1\" "
            "aria-labelledby=\"dang-kiem-tra\"><div class=\"verdict-box\"><span class=\"spin\" "
            "aria-hidden=\"true\"></span><div><h1 class=\"verdict\" id=\"dang-kiem-tra\">" +
                html_both({"Đang kiểm tra…", "Checking…"}) + "</h1>" +
                html_paragraph({"Tệp này cần thêm thời gian. Trang tự hỏi lại sau vài giây.",
                                "This file takes longer. The page asks again in a few seconds."}) +
                "<p><a href=\"" + next + "\">" + html_both({"Xem kết quả", "See the result"}) +
                "</a></p></div></div></section>",
            english, 200);
  response.fields.push_back({"Refresh", "2; url=" + next});
  return response;
}

}  // namespace antin::service
