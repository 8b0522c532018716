#include "service/antind/accept.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

std::string form(const std::string& accept) {
  const auto chosen = report_form(accept);
  return chosen ? std::string{chosen.value().name} : "refused";
}

struct Row {
  const char *accept, *form;
};

class Rfc9110Sec12_5_1 : public testing::TestWithParam<Row> {};

TEST_P(Rfc9110Sec12_5_1, ChoosesTheForm) {
  EXPECT_EQ(form(GetParam().accept), GetParam().form) << GetParam().accept;
}

INSTANTIATE_TEST_SUITE_P(
    Accept, Rfc9110Sec12_5_1,
    testing::Values(
        Row{"", "json"}, Row{" \t", "json"}, Row{"*/*", "json"}, Row{"application/json", "json"},
        Row{"text/html", "html"}, Row{"TEXT/HTML", "html"}, Row{"application/pdf", "pdf"},
        Row{"application/xml", "etsi"}, Row{"text/*", "html"}, Row{"application/*", "json"},
        Row{"text/html,application/json", "json"},
        Row{"text/html;q=1, application/json;q=0.9", "html"},
        Row{"application/pdf;q=0.5, */*;q=0.1", "pdf"}, Row{"application/json;q=0, */*", "html"},
        Row{"image/png, text/html;q=0.001", "html"},
        Row{"text/html;level=1;q=0.4, application/xml;q=0.5", "etsi"}, Row{"image/png", "refused"},
        Row{"text/html;q=0", "refused"}, Row{"text/html;q=2", "refused"},
        Row{"text/html;q=0.00001", "refused"}, Row{"text/html;q=1.5", "refused"},
        Row{"text/htmlx", "refused"}, Row{",,;;", "refused"}));

TEST(ReportForm, LooksAtABoundedNumberOfRanges) {
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "image/png,";
  EXPECT_EQ(form(many + "text/html"), "refused");
}

}  // namespace
}  // namespace antin::service
