// Legal data and templates by their days: what is in force, what comes, what ended.

#include "service/antind/admin_api.h"
#include "service/antind/office_rules.h"

namespace antin::service {
namespace {

using office::LegalDay;

constexpr std::int64_t kLeastWidth = 64, kMostWidth = 2'000, kUsualWidth = 900;
constexpr std::int64_t kMostPages = 1'000'000;
constexpr std::chrono::milliseconds kDrawWithin{8'000};

OrderedJson version_json(const office::Version& version, LegalDay day) {
  OrderedJson one = {{"topic", version.topic},
                     {"id", version.id},
                     {"basis", version.basis},
                     {"from", version.from.iso()}};
  one["to"] = version.to ? OrderedJson(version.to->iso()) : OrderedJson(nullptr);
  one["state"] = force_on(day, version.from, version.to);
  return one;
}

// A version without a last day ends where the next one of its topic begins.
void end_the_followed(OrderedJson& versions, LegalDay day) {
  for (std::size_t at = 0; at + 1 < versions.size(); ++at) {
    auto& one = versions[at];
    const auto& next = versions[at + 1];
    const auto begins = LegalDay::parse(next["from"].get<std::string>());
    if (one["topic"] != next["topic"] || !one["to"].is_null() || !begins) continue;
    one["to"] = begins->plus_days(-1).iso();
    if (*begins <= day) one["state"] = "ended";
  }
}

OrderedJson template_json(const TemplateFacts& facts, LegalDay day) {
  OrderedJson one = {{"id", facts.id},       {"version", facts.version}, {"kind", facts.kind},
                     {"title", facts.title}, {"legal", facts.legal},     {"file", facts.file},
                     {"from", facts.from}};
  one["to"] = or_null(facts.to);
  const auto from = LegalDay::parse(facts.from);
  one["state"] = from ? force_on(day, *from, LegalDay::parse(facts.to)) : "to_come";
  return one;
}

}  // namespace

Result<OrderedJson> AdminApi::legal(const Request& request) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"day"}));
  ANTIN_TRY(const auto day, day_of(options, today()));
  ANTIN_TRY(const auto tables, office());
  const auto& data = tables->shown->legal_data();
  OrderedJson body = {{"day", day.iso()}, {"folder", parts_.config->office.legal}};
  const auto rules = data.at(day);
  body["version"] = rules ? OrderedJson(rules.value()->version) : OrderedJson(nullptr);
  body["problem"] = rules ? OrderedJson(nullptr) : told(rules.error());
  body["versions"] = OrderedJson::array();
  for (const auto& version : data.versions())
    body["versions"].push_back(version_json(version, day));
  end_the_followed(body["versions"], day);
  return body;
}

Result<OrderedJson> AdminApi::layouts() const {
  ANTIN_TRY(const auto tables, office());
  OrderedJson body = {{"day", today().iso()}, {"folder", parts_.config->office.layouts}};
  body["layouts"] = OrderedJson::array();
  for (const auto& facts : tables->composer->templates())
    body["layouts"].push_back(template_json(facts, today()));
  return body;
}

Result<Response> AdminApi::layout_preview(const std::string& id, const Request& request) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"version", "page", "width"}));
  ANTIN_TRY(const auto version, number_option(options, "version", 1, kMostPages, 1));
  ANTIN_TRY(const auto page, number_option(options, "page", 1, kMostPages, 1));
  ANTIN_TRY(const auto width,
            number_option(options, "width", kLeastWidth, kMostWidth, kUsualWidth));
  ANTIN_TRY(const auto tables, office());
  ANTIN_TRY(const auto made, tables->composer->sample(id, version));
  const auto pages = std::max<std::int64_t>(1, made.pages);
  if (page > pages) return make_error(Code::kPageUnknown, id, {{"trang", std::to_string(page)}});
  ANTIN_TRY(auto picture, parts_.workers->draw(made.octets, page, width, kDrawWithin));
  Response response;
  response.content_type = "image/jpeg";
  response.body = std::move(picture);
  response.fields = {{"Cache-Control", "no-store"},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Antin-Pages", std::to_string(pages)}};
  return response;
}

}  // namespace antin::service
