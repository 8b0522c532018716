#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/agent/config.h"
#include "service/agent/looker.h"
#include "service/agent/work.h"
#include "service/http/http_server.h"
#include "service/system/log.h"

namespace antin::service::agent {

/// What pages ask for (docs/PROTOCOL.agent.md). Thread-safe: every listening socket has a polling
/// thread of its own.
class AgentApi final : public RequestHandler {
 public:
  struct Parts {
    const AgentConfig* config;
    Means means;
    Pairings* pairings;
    Log* log;
    RandomSource* random;
    /// Opens one session of one origin.
    std::function<std::unique_ptr<SigningService>(const Origin&, const std::string& session,
                                                  const std::string& ticket)>
        service;
    /// Whether a connection is this user's own (platform.h).
    std::function<bool(const Peer&, std::uint16_t own_port)> own_users;
  };
  explicit AgentApi(Parts parts);

  /// Before any request comes.
  void listens_at(std::uint16_t port) { port_ = port; }
  void stop();

  std::variant<Admission, Response> admit(const RequestHead& head, const Peer& peer,
                                          const std::string& id) override;
  void handle(Request request, Responder responder) override;
  Response refusal(const Error& error, const std::string& id) override;
  void answered(const Answered& answered) override;

 private:
  enum class Route : std::uint8_t {
    kHello,
    kSession,
    kPair,
    kForget,
    kCertificates,
    kSign,
    kLogin,
    kJob,
    kCancel
  };
  struct Row {
    Route route;
    Method method;
    std::string_view path;  ///< "{id}" at most once
    enum class For : std::uint8_t { kAnybody, kPages, kPaired, kInSession } who;
  };
  struct Asked {
    const Row* row = nullptr;
    std::string id;
    std::optional<Origin> origin;
  };
  static const std::vector<Row>& rows();
  /// Who asks for what, and whether they may. Fails with kAgentHostRefused, kAgentOriginRefused,
  /// kAgentNotPaired, kAgentSessionUnknown, kHttpNotFound, kHttpMethodNotAllowed.
  Result<Asked> judge(const RequestHead& head, const Peer& peer);
  /// nullopt: not a page that may know more than that.
  std::optional<Origin> origin_of(const RequestHead& head) const;
  Response with_fields(Response response, const std::optional<Origin>& origin) const;
  Response problem(const Error& error, const std::optional<Origin>& origin) const;
  Response preflight(const RequestHead& head);

  Result<Response> answer(const Asked& asked, const nlohmann::json& members);
  Response hello(const std::optional<Origin>& origin) const;
  Result<Response> begin_pairing(const Origin& origin);
  Result<Response> forget(const Origin& origin);
  Result<Response> begin_signing(const Origin& origin, const nlohmann::json& members);
  Result<Response> begin_login(const Origin& origin, const nlohmann::json& members);
  Status within_pin_rate();

  const Parts parts_;
  std::atomic<std::uint16_t> port_ = 0;
  Sessions sessions_;
  Rate pairing_rate_;
  Rate pin_requests_;  ///< beside what each job asks
  Desk desk_;
  Looker looker_;
};

}  // namespace antin::service::agent
