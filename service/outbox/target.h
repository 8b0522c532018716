#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/outbox/deliveries.h"

namespace antin::outbox {

/// Who is told, of what, what for, and by which way: one [[outbox.target]] of the configuration.
struct Target {
  enum class Kind : std::uint8_t { kHttp, kFile, kMail };
  /// Which released documents it takes.
  enum class Documents : std::uint8_t {
    kNone,
    kNamed,  ///< of cases whose "delivery" is its name; mail: is an address
    kAll,
  };
  std::string name;     ///< "kho_dvcqg"
  std::string purpose;  ///< why it may have this, for the audit log
  Kind kind = Kind::kHttp;
  Documents documents = Documents::kNone;
  std::vector<std::string> events = {};    ///< "case.released"; none: all
  std::vector<std::string> units = {};     ///< codes; none: all
  std::vector<std::string> products = {};  ///< none: all
  std::vector<std::string> owners = {};    ///< ids of API keys: cases that they opened; none: all
  std::size_t max_document_octets = std::size_t{64} << 20U;
  std::chrono::seconds within{30};  ///< one try
  /// Pauses after each try that failed; after the last one it is given up. None: pauses_of().
  std::vector<std::chrono::seconds> pauses = {};

  // kHttp
  std::string url = {};
  /// Files. Every one signs: while a receiver changes its secret both are here.
  std::vector<std::string> secrets = {};
  std::vector<std::string> allow_hosts = {};  ///< "host:port": allowed although internal
  std::string tls_roots = {};                 ///< PEM beside the system's
  // kFile
  std::string folder = {};
  // kMail
  enum class Tls : std::uint8_t { kStart, kWhole, kNone };
  std::string host = {};
  std::uint16_t port = 587;
  Tls tls = Tls::kStart;
  std::string user = {}, password = {};  ///< the password's file
  std::string from = {};
  enum class Carries : std::uint8_t { kDocument, kLink } carries = Carries::kDocument;
  std::string link = {};  ///< "https://…/{code}": where the document can be looked up

  bool operator==(const Target&) const = default;
};

/// [a-z0-9_-], at most 32.
bool is_target_name(std::string_view text) noexcept;
/// local@domain of RFC 5321 without quotes, comments and international parts, at most 254.
bool is_mail_address(std::string_view text) noexcept;

/// Where an event goes. Pure. A document whose case names a target that there is not goes to
/// nobody, and that is a delivery which was given up: somebody waits for it.
std::vector<Choice> choose(const std::vector<Target>& targets, const Owed& owed);

/// C-17: 1 min, 5 min, 30 min, 2 h for documents; events longer, about a day.
std::vector<std::chrono::seconds> pauses_of(const Target& target, const Delivery& delivery);
/// Nothing but a person can change that.
bool is_final(const Error& error);

}  // namespace antin::outbox
