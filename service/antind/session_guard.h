#pragma once

#include <optional>
#include <string>

#include "certs/core/bytes.h"
#include "service/http/http_message.h"

namespace antin::service {

/// The cookie of the pages' sessions. "__Host-" makes browsers refuse it from anywhere but this
/// very host, over TLS, for all paths.
constexpr std::string_view kSessionCookie = "__Host-antin";

/// The token in it: 64 lower-case hexadecimal digits, in one Cookie field and there once; else
/// nullopt.
std::optional<Bytes> shown_session(const RequestHead& head);

/// Set-Cookie that begins a session, and that forgets one.
HeaderField session_cookie(ByteView token);
HeaderField no_session_cookie();

/// Where a page stands that a request comes from, as the browser says in Sec-Fetch-Site and Origin:
/// here, elsewhere (or nowhere that can be named), or it does not say. Where both are there, both
/// must say here. A browser says it with every request that changes something.
enum class Site : std::uint8_t { kOurs, kForeign, kUnsaid };
Site site_of(const RequestHead& head, const std::string& origin);

/// The origin (RFC 6454 §6.2) by which this request names the service: its Host, which is one of
/// ours when hosts are configured. `tls`: on the connection, or in the proxy in front. "" without
/// Host.
enum class Scheme : std::uint8_t { kHttp, kHttps };
std::string origin_of(const RequestHead& head, Scheme scheme);

/// Whether a request only reads.
bool only_reads(const RequestHead& head) noexcept;

}  // namespace antin::service
