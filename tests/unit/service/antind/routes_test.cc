#include "service/antind/routes.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

TEST(PatternOf, IsTheRowThatAnswersWhateverTheIdIs) {
  EXPECT_EQ(pattern_of("POST", "/api/v1/verify"), "/api/v1/verify");
  EXPECT_EQ(pattern_of("GET", "/api/v1/signatures/0190-ab"), "/api/v1/signatures/{id}");
  EXPECT_EQ(pattern_of("HEAD", "/api/v1/signatures/0190-ab/document"),
            "/api/v1/signatures/{id}/document");
  EXPECT_EQ(pattern_of("GET", "/web/app.css"), "/web/{path}");
}

TEST(PatternOf, NamesAnAddressThatDoesNotTakeTheMethod) {
  EXPECT_EQ(pattern_of("DELETE", "/api/v1/verify"), "/api/v1/verify");
  EXPECT_EQ(pattern_of("BREW", "/healthz"), "/healthz");
}

// A label of metrics and a word of logs: no client may make new ones.
TEST(PatternOf, IsOtherForWhatIsNoAddress) {
  for (const char* path : {"", "/", "/nowhere", "/api/v1/verify/", "/api/v1/signatures/..%2f"})
    EXPECT_EQ(pattern_of("GET", path), std::string_view(path) == "/" ? "/" : "other") << path;
}

TEST(PatternOf, AgreesWithWhoAnswersForEveryRow) {
  for (const auto& row : all_routes()) {
    std::string path(row.pattern);
    if (const auto open = path.find('{'); open != std::string::npos)
      path.replace(open, path.find('}') - open + 1, "a-0");
    const auto matched = match_route(row.method, path);
    ASSERT_NE(matched.row, nullptr) << path;
    EXPECT_EQ(pattern_of(name(row.method), path), matched.row->pattern);
  }
}

}  // namespace
}  // namespace antin::service
