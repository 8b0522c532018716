#include "service/cli/online.h"

#include <thread>

#include "certs/online/polite_fetcher.h"
#include "service/cache/disk_cache.h"
#include "service/fetch/child_fetcher.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

constexpr std::size_t kCacheOctets = std::size_t{256} << 20U;
constexpr std::size_t kMemoryOctets = std::size_t{64} << 20U;

Result<std::unique_ptr<certs::EvidenceCache>> open_cache(const Arguments& arguments) {
  const auto wished = arguments.value("cache");
  const auto folder = wished.value_or(users_cache_folder());
  if (!folder.empty()) {
    auto disk = DiskCache::open(folder, kCacheOctets);
    if (disk) return std::unique_ptr<certs::EvidenceCache>(std::move(disk).value());
    if (wished) return std::move(disk).error();
  }
  return std::unique_ptr<certs::EvidenceCache>(std::make_unique<certs::MemoryCache>(kMemoryOctets));
}

// As antin-fetch will check it: said here, where the person sees it.
Status check_host(const std::string& host) {
  const bool odd = host.empty() || host.find_first_of("/?#@ ") != std::string::npos;
  if (odd) return make_error(Code::kNetUrl, host, {{"url", host}});
  return Done{};
}

}  // namespace

std::vector<OptionSpec> online_options() {
  using Kind = OptionSpec::Kind;
  return {{"offline", Kind::kFlag, "", "không kết nối mạng để kiểm tra thu hồi",
           "no network: revocation only from what is given"},
          {"cache", Kind::kValue, "DIR", "thư mục lưu dữ liệu thu hồi đã tải",
           "folder of revocation data fetched before"},
          {"allow-host", Kind::kRepeatable, "HOST[:PORT]",
           "cho phép kết nối máy chủ này dù thuộc mạng nội bộ",
           "allow this host although its address is internal"},
          {"aia", Kind::kFlag, "", "tải chứng thư của tổ chức cấp khi thiếu",
           "fetch missing issuers from the addresses in certificates"}};
}

CommandEvidence::~CommandEvidence() = default;

Result<std::unique_ptr<CommandEvidence>> CommandEvidence::create(const Arguments& arguments) {
  if (arguments.has("offline")) return std::unique_ptr<CommandEvidence>();
  const auto hosts = arguments.values("allow-host");
  for (const auto& host : hosts) ANTIN_CHECK(check_host(host));
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
  std::unique_ptr<CommandEvidence> made(new CommandEvidence());
  ANTIN_TRY(made->cache_, open_cache(arguments));
  made->fetcher_ = std::make_unique<ChildFetcher>(beside_this("antin-fetch"), hosts);
  made->polite_ = std::make_unique<certs::PoliteFetcher>(
      *made->fetcher_, made->clock_,
      [](std::chrono::milliseconds span) { std::this_thread::sleep_for(span); });
  certs::OnlineOptions options;
  if (arguments.has("aia")) options.issuers = certs::OnlineOptions::MissingIssuers::kFetch;
  made->source_ = std::make_unique<certs::OnlineEvidence>(
      options, certs::OnlineEvidence::Parts{.fetcher = made->polite_.get(),
                                            .cache = made->cache_.get(),
                                            .clock = &made->clock_,
                                            .random = &made->random_});
  return made;
}

}  // namespace antin::service
