#include "signer/stamping.h"

#include <utility>

namespace antin::signer {
namespace {

// S-19.
constexpr std::chrono::seconds kSkewNoted{60};
constexpr std::chrono::seconds kSkewRefused{300};

// S-19: how far the token's time is outside the interval in which it was asked for.
std::chrono::seconds skew(UtcTime asked, UtcTime answered, UtcTime token) {
  if (token < asked) return asked.since_epoch() - token.since_epoch();
  if (token > answered) return token.since_epoch() - answered.since_epoch();
  return std::chrono::seconds{0};
}

}  // namespace

Result<FreshTimestamp> fresh_timestamp(ByteView imprint_sha256, const Environment& environment) {
  if (environment.timestamps == nullptr)
    return make_error(Code::kTimestampUnreachable, "no timestamp source");
  const auto asked = environment.clock->utc_now();
  ANTIN_TRY(auto token, environment.timestamps->timestamp(imprint_sha256));
  const auto off = skew(asked, environment.clock->utc_now(), token.gen_time());
  const Params seconds{{"giay", std::to_string(off.count())}};
  if (off > kSkewRefused) return make_error(Code::kClockSkew, "timestamp", seconds);
  FreshTimestamp fresh{.token = std::move(token), .warnings = {}};
  if (off > kSkewNoted) fresh.warnings.push_back(warning(Code::kClockSkewNoted, seconds));
  return fresh;
}

}  // namespace antin::signer
