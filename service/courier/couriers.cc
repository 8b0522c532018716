#include "service/courier/couriers.h"

#include "service/net/poco_fetcher.h"
#include "service/net/smtp_client.h"
#include "service/system/files.h"

namespace antin::courier {
namespace {

using outbox::Parcel;
using service::AddressRule;
using service::PocoFetcher;
using service::SmtpClient;

constexpr std::size_t kBoundaryOctets = 16;

class HttpCourier final : public Courier {
 public:
  HttpCourier(const Target& target, const Ground& ground, std::vector<Bytes> secrets,
              std::unique_ptr<PocoFetcher> fetcher)
      : target_(target),
        ground_(ground),
        secrets_(std::move(secrets)),
        fetcher_(std::move(fetcher)) {}

  Status carry(const Parcel& parcel) override {
    const auto body =
        parcel.handout ? outbox::body_of(parcel.delivery, *parcel.handout) : parcel.body;
    const auto timestamp =
        std::to_string(ground_.clock->utc_now().since_epoch().time_since_epoch().count());
    const PocoFetcher::Fields fields{{"Antin-Event-Id", id_of(parcel.delivery.event)},
                                     {"Antin-Event-Type", parcel.delivery.event.type},
                                     {"Antin-Attempt", std::to_string(parcel.delivery.tries)},
                                     {"Antin-Timestamp", timestamp},
                                     {"Antin-Signature", signature_of(secrets_, timestamp, body)}};
    ANTIN_TRY(const auto answer, fetcher_->fetch({.method = HttpRequest::Method::kPost,
                                                  .url = target_.url,
                                                  .content_type = "application/json",
                                                  .body = to_bytes(body)},
                                                 fields,
                                                 {.total_time = target_.within,
                                                  .max_response = OctetCount(kMostAnswer),
                                                  .max_redirects = 0}));
    return taken(answer, target_);
  }

 private:
  Target target_;
  Ground ground_;
  std::vector<Bytes> secrets_;
  std::unique_ptr<PocoFetcher> fetcher_;
};

// The document first: whoever sees the JSON finds all of it.
class FileCourier final : public Courier {
 public:
  explicit FileCourier(const Target& target) : target_(target) {}

  Status carry(const Parcel& parcel) override {
    const auto stem = id_of(parcel.delivery.event);
    const auto file = stem + ".pdf";
    if (parcel.handout) ANTIN_CHECK(put(file, parcel.handout->document.view()));
    const auto body =
        parcel.handout ? outbox::body_of(parcel.delivery, *parcel.handout, file) : parcel.body;
    return put(stem + ".json", as_bytes(body));
  }

 private:
  Status put(const std::string& name, ByteView octets) const {
    auto written =
        service::write_file(target_.folder + "/" + name, {octets}, service::IfExists::kReplace);
    if (written) return Done{};
    auto failed =
        while_doing(std::move(written).error(), Code::kOutboxFolder, target_.folder + "/" + name);
    failed.params = {{"noi_nhan", target_.name}};
    return failed;
  }
  Target target_;
};

class MailCourier final : public Courier {
 public:
  MailCourier(const Target& target, const Ground& ground, std::unique_ptr<SmtpClient> client)
      : target_(target), ground_(ground), client_(std::move(client)) {}

  Status carry(const Parcel& parcel) override {
    const auto& to = parcel.delivery.address;
    if (!parcel.handout || !outbox::is_mail_address(to))
      return make_error(Code::kOutboxAddress, parcel.delivery.id);
    const Letterhead head{
        .from = target_.from,
        .to = to,
        .at = ground_.clock->utc_now(),
        .id = id_of(parcel.delivery.event) + target_.from.substr(target_.from.find('@')),
        .boundary = to_hex(ground_.random->bytes(kBoundaryOctets))};
    return client_->send(
        {.from = target_.from, .to = to, .content = letter_of(head, target_, *parcel.handout)},
        target_.within);
  }

 private:
  Target target_;
  Ground ground_;
  std::unique_ptr<SmtpClient> client_;
};

AddressRule rule_of(const Target& target) {
  return {.reach = AddressRule::Reach::kPublic, .allow_hosts = target.allow_hosts};
}

Result<std::unique_ptr<Courier>> make_http(const Target& target, const Ground& ground) {
  std::vector<Bytes> secrets;
  secrets.reserve(target.secrets.size());
  for (const auto& file : target.secrets) {
    ANTIN_TRY(auto secret, read_secret(file, target.name));
    secrets.push_back(std::move(secret));
  }
  ANTIN_TRY(auto fetcher, PocoFetcher::create({.rule = rule_of(target),
                                               .extra_tls_roots = target.tls_roots,
                                               .user_agent = "antin-outbox",
                                               .stop = ground.stop}));
  return std::unique_ptr<Courier>(
      std::make_unique<HttpCourier>(target, ground, std::move(secrets), std::move(fetcher)));
}

Result<std::unique_ptr<Courier>> make_mail(const Target& target, const Ground& ground) {
  service::SmtpServer server{.host = target.host,
                             .port = target.port,
                             .user = target.user,
                             .greeting = target.from.substr(target.from.find('@') + 1),
                             // The operator named this server, at this port.
                             .rule = {.reach = AddressRule::Reach::kAnywhere},
                             .extra_tls_roots = target.tls_roots,
                             .stop = ground.stop};
  server.tls = target.tls == Target::Tls::kStart   ? service::SmtpServer::Tls::kStart
               : target.tls == Target::Tls::kWhole ? service::SmtpServer::Tls::kWhole
                                                   : service::SmtpServer::Tls::kNone;
  if (!target.user.empty()) {
    ANTIN_TRY(const auto password, read_password(target.password, target.name));
    server.password = as_text(password);
  }
  ANTIN_TRY(auto client, SmtpClient::create(server));
  return std::unique_ptr<Courier>(std::make_unique<MailCourier>(target, ground, std::move(client)));
}

}  // namespace

Status taken(const HttpResponse& answer, const Target& target) {
  if (answer.status >= 200 && answer.status < 300) return Done{};
  return make_error(Code::kOutboxAnswered, target.url,
                    {{"noi_nhan", target.name}, {"ma", std::to_string(answer.status)}});
}

Result<std::unique_ptr<Courier>> make_courier(const Target& target, const Ground& ground) {
  switch (target.kind) {
    case Target::Kind::kHttp:
      return make_http(target, ground);
    case Target::Kind::kFile:
      return std::unique_ptr<Courier>(std::make_unique<FileCourier>(target));
    case Target::Kind::kMail:
      break;
  }
  return make_mail(target, ground);
}

}  // namespace antin::courier
