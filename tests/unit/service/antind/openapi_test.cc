#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include <gtest/gtest.h>

#include "service/antind/assets.h"
#include "service/antind/problem.h"
#include "service/antind/routes.h"

namespace antin::service {
namespace {

using nlohmann::json;

std::string lower_name(Method method) {
  std::string text(name(method));
  for (auto& c : text) c = static_cast<char>(c | 0x20);
  return text;
}

TEST(OpenApi, HasEveryRouteOfTheCodeAndNoOther) {
  const auto document = json::parse(assets::openapi_json());
  EXPECT_EQ(document["openapi"], "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items())
      described.insert(method + " " + path);
  }
  std::set<std::string> served;
  for (const auto& row : all_routes())
    served.insert(lower_name(row.method) + " " + std::string(row.pattern));
  EXPECT_EQ(described, served);
}

TEST(OpenApi, SaysWhichRoutesWantAKey) {
  const auto document = json::parse(assets::openapi_json());
  for (const auto& row : all_routes()) {
    const auto& operation = document["paths"][std::string(row.pattern)][lower_name(row.method)];
    ASSERT_TRUE(operation.contains("security")) << row.pattern;
    const bool named = operation["security"].dump().find("apiKey") != std::string::npos;
    EXPECT_TRUE(named || !row.scope) << row.pattern;
    EXPECT_EQ(operation.contains("requestBody"), row.takes_body) << row.pattern;
  }
}

TEST(OpenApi, HasNoDanglingReference) {
  const auto document = json::parse(assets::openapi_json());
  const std::function<void(const json&)> walk = [&](const json& node) {
    if (node.is_object() && node.contains("$ref")) {
      const auto target = node["$ref"].get<std::string>();
      ASSERT_TRUE(target.starts_with("#/"));
      EXPECT_NO_THROW(document.at(json::json_pointer(target.substr(1)))) << target;
    }
    if (node.is_structured()) {
      for (const auto& child : node) walk(child);
    }
  };
  walk(document);
}

TEST(Routes, MatchPathsAsTheyStand) {
  const auto found = match_route(Method::kGet, "/api/v1/signatures/0190-a/document");
  ASSERT_NE(found.row, nullptr);
  EXPECT_EQ(found.row->operation, Operation::kSignedDocument);
  EXPECT_EQ(found.id, "0190-a");
  EXPECT_EQ(match_route(Method::kHead, "/healthz").row->operation, Operation::kHealth);
  for (const auto* none : {"/api/v1/signatures/", "/api/v1/signatures/a/b", "/api/v1/verify/",
                           "/api/v1/signatures/a%2fb", "//healthz", "/HEALTHZ", "*"})
    EXPECT_TRUE(match_route(Method::kGet, none).allowed.empty()) << none;
  const auto wrong_method = match_route(Method::kDelete, "/api/v1/originals");
  EXPECT_EQ(wrong_method.row, nullptr);
  EXPECT_EQ(wrong_method.allowed.size(), 3U);
}

TEST(Problem, TellsWhatHappenedAndWhatToDoWithoutTheDetail) {
  const auto response =
      problem(make_error(Code::kHttpForbidden, "secret detail", {{"scope", "si\xFFgn"}}), "id-1");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto body = json::parse(as_text(response.body.view()));
  EXPECT_EQ(body["code"], "http.forbidden");
  EXPECT_EQ(body["type"], "urn:antin:problem:http.forbidden");
  EXPECT_EQ(body["status"], 403);
  EXPECT_FALSE(body["message"]["vi"].get<std::string>().empty());
  EXPECT_FALSE(body["action"]["en"].get<std::string>().empty());
  EXPECT_EQ(body.dump().find("secret"), std::string::npos);
}

TEST(Problem, HasAStatusForEveryCodeThatEndsARequest) {
  for (const auto& row : all_codes()) {
    const auto response = problem(make_error(row.code, ""), "id");
    EXPECT_GE(response.status, 400) << row.name;
    EXPECT_LT(response.status, 600) << row.name;
  }
}

}  // namespace
}  // namespace antin::service
