#include "service/antind/result_qr.h"

#include <array>

#include "service/antind/case_facts.h"
#include "service/antind/case_request.h"

namespace antin::service {

Result<std::string> four_part_qr(const office::Office& office, const casework::Case& one,
                                 const nlohmann::json& facts) {
  if (one.product != casework::Product::kResult || !office.has_four_part_qr(one.unit))
    return std::string();
  constexpr std::size_t kLongest = 400;  // octets: what is still printed large enough
  const std::array<std::pair<const char*, std::string>, 4> parts{
      {{"dossier", one.dossier},
       {"procedure", text_fact(facts, "procedure")},
       {"requester_id", text_fact(facts, "requester_id")},
       {"paper", text_fact(facts, "paper")}}};
  std::string content;
  for (const auto& [name, part] : parts) {
    if (part.empty()) return wrong_fact(name, "QR: trống");
    if (part.find('|') != std::string::npos) return wrong_fact(name, "QR: |");
    content += (content.empty() ? "" : "|") + part;
  }
  if (content.size() > kLongest) return wrong_fact("paper", "QR: > 400");
  return content;
}

}  // namespace antin::service
