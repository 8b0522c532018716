#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "service/accounts/accounts.h"
#include "service/accounts/sign_in.h"
#include "service/antind/api_keys.h"
#include "service/antind/current_office.h"
#include "service/antind/log.h"
#include "service/antind/routes.h"
#include "service/antind/session_ring.h"

namespace antin::service {

/// The part of the interface that lets people sign in and an administrator keep their accounts
/// (docs/PROTOCOL.login.md). Who may ask for what was decided at the door (api_admission.cc): here
/// a caller with an account has a session that goes on. Thread-safe.
class AccountsApi {
 public:
  struct Parts {
    Store* store;
    SessionRing* ring;
    const CurrentOffice* tables;  ///< nullptr: there are no people
    Log* log;
    const Clock* clock;
    RandomSource* random;
    /// Does something on a thread that may wait for the disk, apart from the answer.
    std::function<void(std::function<void()>)> soon;
  };
  explicit AccountsApi(Parts parts);

  static bool answers(Operation operation) noexcept;
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource);

  /// Whose session it is that this request shows, with what it may do and until when.
  using Seat = SessionRing::Seat;
  /// The answer that begins a session: its cookie, and what GET /api/v1/session tells. For every
  /// way to sign in.
  Result<Response> signed_in(const accounts::Begun& begun, const Request& request);
  /// From where a request comes, and the session that a new one replaces.
  static accounts::SignIn::Place place_of(const Request& request);
  accounts::SignIn& sign_in() noexcept { return sign_in_; }

 private:
  Result<Response> begin(const Request& request);
  Result<Response> session(const Request& request);
  Result<Response> end(const Caller& caller);
  Result<Response> change_password(const Request& request, const Caller& caller);
  Result<Response> sessions(const Caller& caller);
  Result<Response> revoke(const std::string& id, const Request& request, const Caller& caller);
  // accounts_admin.cc
  Result<Response> list();
  Result<Response> add(const Request& request, const Caller& caller);
  Result<Response> one(const std::string& name);
  Result<Response> change(const std::string& name, const Request& request, const Caller& caller);
  nlohmann::ordered_json json_of(const accounts::Account& account) const;

  Result<std::vector<accounts::Live>> live();
  Result<accounts::Live> own(const Caller& caller);
  nlohmann::ordered_json json_of(const Seat& seat, ByteView token) const;
  nlohmann::ordered_json person_of(const std::string& id) const;
  nlohmann::ordered_json units_of(const std::set<std::string>& codes) const;
  std::shared_ptr<const OfficeRules> office() const;

  Parts parts_;
  accounts::Accounts accounts_;
  accounts::SignIn sign_in_;
};

/// A JSON object in the body whose members are all in `known`. Fails with kHttpMediaType,
/// kHttpParameter ({parameter}).
Result<nlohmann::json> read_members(const Request& request,
                                    std::initializer_list<std::string_view> known);
/// Fails with kHttpParameter when it is no text; "" when it is absent.
Result<std::string> text_of(const nlohmann::json& members, const char* name);
/// Likewise a list of texts.
Result<std::set<std::string>> texts_of(const nlohmann::json& members, const char* name);

}  // namespace antin::service
