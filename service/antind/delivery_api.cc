#include "service/antind/delivery_api.h"

#include <algorithm>

#include "service/antind/api.h"
#include "service/antind/case_request.h"
#include "service/antind/casework_json.h"
#include "service/outbox/target.h"

namespace antin::service {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;

constexpr std::size_t kMostAtOnce = 200;

OrderedJson both(Code code, const Params& params) {
  return {{"vi", sentence(code, Language::kVietnamese, params)},
          {"en", sentence(code, Language::kEnglish, params)}};
}

OrderedJson both_actions(Code code, const Params& params) {
  return {{"vi", advice(code, Language::kVietnamese, params)},
          {"en", advice(code, Language::kEnglish, params)}};
}

OrderedJson json_of(const Delivery& one) {
  OrderedJson all = {{"id", one.id},
                     {"case", one.event.stream},
                     {"event", id_of(one.event)},
                     {"type", one.event.type},
                     {"unit", one.event.unit},
                     {"target", one.target},
                     {"address", or_null(one.address)},
                     {"state", name(one.state)},
                     {"state_words",
                      {{"vi", words(one.state, Language::kVietnamese)},
                       {"en", words(one.state, Language::kEnglish)}}},
                     {"under_way", one.under_way},
                     {"tries", one.tries},
                     {"created", to_rfc3339(one.created)},
                     {"updated", to_rfc3339(one.updated)}};
  all["next_try"] = one.state == DeliveryState::kWaiting ? OrderedJson(to_rfc3339(one.due))
                                                         : OrderedJson(nullptr);
  all["document_sha256"] =
      one.document ? OrderedJson(to_hex(one.event.document_sha256)) : OrderedJson(nullptr);
  if (one.reason)
    all["reason"] = {{"code", info(*one.reason).name},
                     {"message", both(*one.reason, one.params)},
                     {"action", both_actions(*one.reason, one.params)}};
  return all;
}

OrderedJson list_of(const std::vector<Delivery>& found) {
  auto list = OrderedJson::array();
  for (const auto& one : found) list.push_back(json_of(one));
  return list;
}

/// Beside the id of its case what people call the document, of which a list shows many.
Status name_documents(OrderedJson& deliveries, Store& store) {
  casework::Cases cases(store);
  for (auto& one : deliveries) {
    ANTIN_TRY(const auto its, cases.find(one["case"].get<std::string>()));
    one["number"] = its ? or_null(its->number) : OrderedJson(nullptr);
    one["paper"] = its ? or_null(its->paper) : OrderedJson(nullptr);
  }
  return Done{};
}

bool has(const Caller& caller, std::initializer_list<Scope> any) {
  return std::any_of(any.begin(), any.end(),
                     [&](Scope scope) { return caller.scopes.count(scope) != 0; });
}

bool is_delivery_id(const std::string& id) {
  constexpr std::size_t kDigits = 32;
  return id.size() == kDigits && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<outbox::DeliverySearch> read_search(const Parameters& options) {
  outbox::DeliverySearch search;
  for (const auto& [key, text] : options) {
    if (key == "state") {
      search.state = outbox::delivery_state_named(text);
      if (!search.state) return wrong_parameter("state");
    } else if (key == "target") {
      if (!outbox::is_target_name(text)) return wrong_parameter("target");
      search.target = text;
    } else if (key == "before") {
      if (!is_delivery_id(text)) return wrong_parameter("before");
      search.before = text;
    } else {
      ANTIN_TRY(const auto most, number_option(options, "limit", 1, kMostAtOnce, 0));
      search.most = static_cast<std::size_t>(most);
    }
  }
  return search;
}

}  // namespace

DeliveryApi::DeliveryApi(Parts parts)
    : parts_(std::move(parts)), deliveries_(*parts_.store, "interface") {}

bool DeliveryApi::answers(Operation operation) noexcept {
  return operation >= Operation::kCaseDeliveries && operation <= Operation::kCancelDelivery;
}

Result<Response> DeliveryApi::handle(const RouteRow& row, const Request& request,
                                     const Caller& caller, const std::string& resource) {
  switch (row.operation) {
    case Operation::kCaseDeliveries:
      return of_case(resource, caller);
    case Operation::kDeliveries:
      return find(request, caller);
    case Operation::kRetryDelivery:
      return again(resource, request, caller);
    default:
      return cancel(resource, request, caller);
  }
}

Result<Response> DeliveryApi::of_case(const std::string& id, const Caller& caller) {
  ANTIN_TRY(const auto one, CallersCases(*parts_.store, caller).find(id));
  ANTIN_TRY(const auto found, deliveries_.find({.stream = one.id, .most = kMostAtOnce}));
  const OrderedJson body = {{"case", one.id}, {"deliveries", list_of(found)}};
  return json_response(200, body.dump());
}

Result<Response> DeliveryApi::find(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options,
            parse_query(request.head.query, {"state", "target", "before", "limit"}));
  ANTIN_TRY(auto search, read_search(options));
  search.units.assign(caller.units.begin(), caller.units.end());
  ANTIN_TRY(const auto found, deliveries_.find(search));
  OrderedJson body = {{"deliveries", list_of(found)}};
  ANTIN_CHECK(name_documents(body["deliveries"], *parts_.store));
  body["before"] =
      found.size() == search.most ? OrderedJson(found.back().id) : OrderedJson(nullptr);
  return json_response(200, body.dump());
}

Result<Delivery> DeliveryApi::callers(const std::string& id, const Caller& caller) {
  ANTIN_TRY(auto one, deliveries_.one(id));
  if (!caller.units.empty() && caller.units.count(one.event.unit) == 0)
    return make_error(Code::kOutboxUnknown, id);
  return one;
}

Result<Response> DeliveryApi::again(const std::string& id, const Request& request,
                                    const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"to"}));
  ANTIN_TRY(const auto to, text_member(read.members, "to"));
  if (!has(caller, {Scope::kReception, Scope::kClerk}))
    return make_error(Code::kHttpForbidden, "scope missing", {{"scope", "reception, clerk"}});
  ANTIN_TRY(const auto one, callers(id, caller));
  const bool to_person = !one.address.empty();
  if (!to.empty() && (!to_person || !outbox::is_mail_address(to)))
    return make_error(Code::kOutboxAddress, id);
  const auto tables = parts_.tables->now();
  const auto& targets = tables->targets;
  if (std::none_of(targets.begin(), targets.end(),
                   [&](const auto& target) { return target.name == one.target; }))
    return make_error(Code::kOutboxNoTarget, one.target, {{"noi_nhan", one.target}});
  if (one.document) {
    ANTIN_TRY(const auto its, casework::Cases(*parts_.store).find(one.event.stream));
    if (!its || its->state != casework::State::kReleased)
      return make_error(Code::kOutboxFrozen, id);
  }
  ANTIN_TRY(const auto after,
            deliveries_.again(one.id, to, caller.key_id, parts_.clock->utc_now()));
  if (parts_.nudge) parts_.nudge();
  parts_.log->write(Log::Level::kInfo, "delivery_again",
                    {{"request_id", request.id}, {"delivery", id}, {"key", caller.key_id}});
  return json_response(200, json_of(after).dump());
}

Result<Response> DeliveryApi::cancel(const std::string& id, const Request& request,
                                     const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {}));
  if (!has(caller, {Scope::kClerk}))
    return make_error(Code::kHttpForbidden, "scope missing", {{"scope", "clerk"}});
  ANTIN_TRY(const auto one, callers(id, caller));
  ANTIN_TRY(const auto after, deliveries_.cancel(one.id, caller.key_id, parts_.clock->utc_now()));
  parts_.log->write(Log::Level::kInfo, "delivery_cancelled",
                    {{"request_id", request.id}, {"delivery", id}, {"key", caller.key_id}});
  return json_response(200, json_of(after).dump());
}

}  // namespace antin::service
