#include "service/antind/config_outbox.h"

#include <algorithm>
#include <array>

#include "service/casework/product.h"
#include "service/http/address.h"
#include "service/net/address_rule.h"
#include "service/net/url.h"

namespace antin::service {
namespace {

using outbox::Target;
using settings::Section;
using settings::wrong;

constexpr std::size_t kMostTargets = 16;
constexpr std::size_t kMostPauses = 20;

Error unsafe(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kConfigUnsafe, reason, {{"reason", reason}}, where);
}

template <class Value>
struct Word {
  const char* word;
  Value value;
};

// One of a few words.
template <class Value, std::size_t N>
Status choice(Section& section, const char* key, const std::array<Word<Value>, N>& words,
              Value& out) {
  std::string text;
  ANTIN_CHECK(section.text(key, text));
  if (text.empty() && !section.has(key)) return Done{};
  std::string known;
  for (const auto& word : words) {
    if (text == word.word) {
      out = word.value;
      return Done{};
    }
    known += (known.empty() ? "\"" : ", \"") + std::string(word.word) + "\"";
  }
  return wrong(section.name_of(key), "not one of " + known);
}

Status read_pauses(Section& section, Target& target) {
  std::vector<std::string> texts;
  ANTIN_CHECK(section.texts("pauses", texts));
  const auto bad = [&] {
    return wrong(section.name_of("pauses"),
                 "not up to 20 of \"30s\", \"5m\", \"2h\", at most a day");
  };
  if (texts.size() > kMostPauses) return bad();
  for (const auto& text : texts) {
    std::int64_t count = 0;
    if (text.size() < 2 || text.size() > 6) return bad();
    for (const char c : text.substr(0, text.size() - 1)) {
      if (c < '0' || c > '9') return bad();
      count = count * 10 + (c - '0');
    }
    const std::int64_t unit = text.back() == 's'   ? 1
                              : text.back() == 'm' ? 60
                              : text.back() == 'h' ? 3'600
                                                   : 0;
    const std::chrono::seconds pause(count * unit);
    if (pause.count() < 1 || pause > std::chrono::hours{24}) return bad();
    target.pauses.push_back(pause);
  }
  return Done{};
}

Status check_types(const Section& section, const Target& target) {
  for (const auto& type : target.events) {
    if (!type.starts_with("case.") || !casework::state_named(type.substr(5)))
      return wrong(section.name_of("events"), "\"" + type + "\" is no event");
  }
  for (const auto& product : target.products) {
    if (!casework::product_named(product))
      return wrong(section.name_of("products"), "\"" + product + "\" is no product");
  }
  return Done{};
}

Status check_http(const Section& section, const Target& target) {
  const auto url = parse_url(target.url);
  if (!url) return wrong(section.name_of("url"), "not an address");
  for (const auto& host : target.allow_hosts) {
    if (!check_allowed_host(host))
      return wrong(section.name_of("allow_hosts"), "\"" + host + "\" is no host");
  }
  if (url.value().scheme == Url::Scheme::kHttp && !is_loopback(url.value().host))
    return unsafe(section.name_of("url") + " is http: what is sent could be read on the way");
  constexpr std::size_t kMostSecrets = 2;
  if (target.secrets.empty() || target.secrets.size() > kMostSecrets)
    return wrong(section.name_of("secrets"), "one file, or two while a secret is changed");
  return Done{};
}

Status check_mail(const Section& section, const Target& target) {
  if (!parse_url("https://" + target.host + ":25/"))
    return wrong(section.name_of("host"), "not a name");
  if (!outbox::is_mail_address(target.from))
    return wrong(section.name_of("from"), "not an address");
  if (target.tls == Target::Tls::kNone && !is_loopback(target.host))
    return unsafe(section.name_of("tls") + " = \"none\" is for a server on the same computer");
  if (target.user.empty() != target.password.empty())
    return wrong(section.name_of(target.user.empty() ? "user" : "password"),
                 "must be given with the other");
  if (!target.user.empty() && target.tls == Target::Tls::kNone)
    return unsafe(section.name_of("password") + " would be sent in clear");
  if (target.carries == Target::Carries::kLink &&
      (target.link.find("{code}") == std::string::npos || !target.link.starts_with("https://")))
    return wrong(section.name_of("link"), "must be an https:// address that holds {code}");
  return Done{};
}

Status check(const Section& section, const Target& target) {
  if (!outbox::is_target_name(target.name) || target.name == "email")
    return wrong(section.name_of("name"), "not a word of a-z, 0-9, _ and - other than \"email\"");
  if (target.purpose.empty())
    return wrong(section.name_of("purpose"), "must say what this receiver may have it for");
  ANTIN_CHECK(check_types(section, target));
  switch (target.kind) {
    case Target::Kind::kHttp:
      return check_http(section, target);
    case Target::Kind::kFile:
      return target.folder.empty() ? Status{wrong(section.name_of("folder"), "must be given")}
                                   : Status{Done{}};
    case Target::Kind::kMail:
      break;
  }
  return check_mail(section, target);
}

Status read_ways(Section& section, Target& target) {
  ANTIN_CHECK(section.text("url", target.url));
  ANTIN_CHECK(section.texts("secrets", target.secrets));
  ANTIN_CHECK(section.texts("allow_hosts", target.allow_hosts));
  ANTIN_CHECK(section.text("tls_roots", target.tls_roots));
  ANTIN_CHECK(section.text("folder", target.folder));
  ANTIN_CHECK(section.text("host", target.host));
  ANTIN_CHECK(section.number("port", target.port, 1, 65'535));
  constexpr std::array kTls{Word<Target::Tls>{"starttls", Target::Tls::kStart},
                            Word<Target::Tls>{"tls", Target::Tls::kWhole},
                            Word<Target::Tls>{"none", Target::Tls::kNone}};
  ANTIN_CHECK(choice(section, "tls", kTls, target.tls));
  ANTIN_CHECK(section.text("user", target.user));
  ANTIN_CHECK(section.text("password", target.password));
  ANTIN_CHECK(section.text("from", target.from));
  constexpr std::array kCarries{Word<Target::Carries>{"document", Target::Carries::kDocument},
                                Word<Target::Carries>{"link", Target::Carries::kLink}};
  ANTIN_CHECK(choice(section, "carries", kCarries, target.carries));
  return section.text("link", target.link);
}

Status read_target(Section& section, Target& target) {
  ANTIN_CHECK(section.text("name", target.name));
  ANTIN_CHECK(section.text("purpose", target.purpose));
  constexpr std::array kKinds{Word<Target::Kind>{"http", Target::Kind::kHttp},
                              Word<Target::Kind>{"file", Target::Kind::kFile},
                              Word<Target::Kind>{"mail", Target::Kind::kMail}};
  ANTIN_CHECK(choice(section, "kind", kKinds, target.kind));
  // A callback tells; a drop folder and a letter are there for documents.
  if (target.kind != Target::Kind::kHttp) target.documents = Target::Documents::kNamed;
  constexpr std::array kDocuments{Word<Target::Documents>{"none", Target::Documents::kNone},
                                  Word<Target::Documents>{"named", Target::Documents::kNamed},
                                  Word<Target::Documents>{"all", Target::Documents::kAll}};
  ANTIN_CHECK(choice(section, "documents", kDocuments, target.documents));
  ANTIN_CHECK(section.texts("events", target.events));
  ANTIN_CHECK(section.texts("units", target.units));
  ANTIN_CHECK(section.texts("products", target.products));
  ANTIN_CHECK(section.texts("keys", target.owners));
  ANTIN_CHECK(section.number("max_document_octets", target.max_document_octets, 1'024,
                             std::int64_t{1} << 30U));
  constexpr std::int64_t kLongest = 120;
  ANTIN_CHECK(section.seconds("seconds", target.within, kLongest));
  ANTIN_CHECK(read_pauses(section, target));
  return read_ways(section, target);
}

}  // namespace

Status read_targets(std::vector<Section> sections, std::vector<Target>& targets) {
  for (auto& section : sections) {
    Target target;
    ANTIN_CHECK(read_target(section, target));
    ANTIN_CHECK(section.done());
    if (!section.present()) return Done{};
    ANTIN_CHECK(check(section, target));
    if (std::any_of(targets.begin(), targets.end(),
                    [&](const Target& other) { return other.name == target.name; }))
      return wrong(section.name_of("name"), "\"" + target.name + "\" twice");
    if (targets.size() == kMostTargets) return wrong(section.name_of("name"), "more than 16");
    targets.push_back(std::move(target));
  }
  return Done{};
}

}  // namespace antin::service
