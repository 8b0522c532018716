#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/accounts/password.h"
#include "service/antind/session_guard.h"
#include "tests/fuzz/require.h"

// Cookie, Origin, Sec-Fetch-Site, each on a line. Properties: the token that is found in a cookie
// is the one that we would have put there; nothing comes from our page that does not say so, and
// nothing that says another page; what is a password stays one when it is composed again.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace service = antin::service;
  const std::string ours = "https://antin.xa.example";
  auto rest = antin::as_text({data, size});
  service::RequestHead head;
  head.method = service::Method::kPost;
  for (const auto* field : {"cookie", "origin", "sec-fetch-site"}) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end > 0) head.fields.push_back({field, std::string(rest.substr(0, end))});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (const auto token = service::shown_session(head)) {
    const auto made = service::session_cookie(*token).value;
    const auto pair = std::string_view(made).substr(0, made.find(';'));
    antin::fuzz::require(token->size() == 32);
    antin::fuzz::require(head.value("cookie").find(pair) != std::string_view::npos);
  }
  const auto site = service::site_of(head, ours);
  const auto origin = head.value("origin"), says = head.value("sec-fetch-site");
  if (site == service::Site::kOurs)
    antin::fuzz::require((origin.empty() || origin.size() == ours.size()) &&
                         (says.empty() || says == "same-origin") &&
                         !(origin.empty() && says.empty()));
  static_cast<void>(antin::accounts::check_password(rest, "le.thi.thu"));
  return 0;
}
