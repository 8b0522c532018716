#include "service/cli/register_service.h"

#include "service/fetch/child_fetcher.h"
#include "service/system/files.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

constexpr std::chrono::seconds kWithin{60};

Error bad_url(const std::string& url) {
  return make_error(Code::kNetUrl, url, {{"url", url}});
}

Error not_reached(const std::string& url, const std::string& why) {
  return make_error(Code::kRegisterNotReached, why, {{"url", url}});
}

bool is_this_machine(std::string_view authority) {
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (authority == host || (authority.starts_with(host) && authority[host.size()] == ':'))
      return true;
  }
  return false;
}

Result<std::string> read_key(const std::string& path) {
  constexpr std::size_t kMost = 4'096;
  ANTIN_TRY(const auto octets, read_file(path, kMost));
  std::string key{as_text(octets)};
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r' || key.back() == ' '))
    key.pop_back();
  const bool odd = key.empty() || key.find_first_of(" \r\n\t") != std::string::npos;
  if (odd) return make_error(Code::kFileUnreadable, "no key in " + path, {{"file", path}});
  return key;
}

}  // namespace

RegisterService::~RegisterService() = default;

Result<std::unique_ptr<RegisterService>> RegisterService::create(const std::string& url,
                                                                 const std::string& key_file) {
  auto base = url;
  while (!base.empty() && base.back() == '/') base.pop_back();
  const bool tls = base.starts_with("https://");
  if (!tls && !base.starts_with("http://")) return bad_url(url);
  auto authority = base.substr(tls ? 8 : 7);
  if (authority.empty() || authority.find_first_of("/?#@ ") != std::string::npos)
    return bad_url(url);
  if (!tls && !is_this_machine(authority)) return bad_url(url);
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
  std::unique_ptr<RegisterService> made(new RegisterService());
  if (!key_file.empty()) {
    ANTIN_TRY(const auto key, read_key(key_file));
    made->authorization_ = "Bearer " + key;
  }
  made->base_ = base;
  made->fetcher_ = std::make_unique<ChildFetcher>(beside_this("antin-fetch"),
                                                  std::vector<std::string>{std::move(authority)});
  return made;
}

Result<HttpResponse> RegisterService::post(const std::string& path, const std::string& content_type,
                                           Bytes body, std::size_t most) {
  auto answer = fetcher_->fetch(
      {.method = HttpRequest::Method::kPost,
       .url = base_ + path,
       .content_type = content_type,
       .body = std::move(body),
       .authorization = authorization_},
      {.total_time = kWithin, .max_response = OctetCount{most}, .max_redirects = 0});
  if (answer) return std::move(answer).value();
  auto error = while_doing(std::move(answer).error(), Code::kRegisterNotReached, "send");
  error.params = {{"url", base_}};
  return error;
}

Result<HttpResponse> RegisterService::look(const std::string& path, std::size_t most) {
  auto answer = fetcher_->fetch(
      {.method = HttpRequest::Method::kGet,
       .url = base_ + path,
       .content_type = {},
       .body = {},
       .authorization = authorization_},
      {.total_time = kWithin, .max_response = OctetCount{most}, .max_redirects = 0});
  if (!answer) {
    auto error =
        while_doing(std::move(answer).error(), Code::kRegisterNotReached, "ask the register");
    error.params = {{"url", base_}};
    return error;
  }
  return std::move(answer).value();
}

Result<Bytes> RegisterService::get(const std::string& path, std::size_t most) {
  ANTIN_TRY(auto answer, look(path, most));
  if (answer.status == 404) return make_error(Code::kOriginalUnknown, path);
  if (answer.status != 200) return not_reached(base_, "HTTP " + std::to_string(answer.status));
  return std::move(answer.body);
}

}  // namespace antin::service
