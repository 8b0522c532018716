#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/codes.h"
#include "hsm/key_holder.h"
#include "service/agent/origin.h"
#include "service/agent/person.h"
#include "service/signing/shown_case.h"

/// What stands in the agent's windows. Names come from elsewhere: what could pass for a line of
/// ours is taken out of them. Pure.
namespace antin::service::agent {

/// One line, control characters and what turns the direction of writing gone, cut to `most`
/// characters.
std::string one_line(const std::string& text, std::size_t most);

/// "123 456"
std::string spaced(const std::string& code);

struct Batch {
  Origin origin;
  std::string agency;  ///< of the cases, or the certificate's organisation; "" for none
  std::string signer;  ///< whom the certificate names
  std::vector<ShownCase> cases;
};

/// Windows before the one that asks the PIN: the whole list, some cases each (S-13). None when the
/// list stands beside the PIN.
std::vector<Person::Question> list_questions(const Batch& batch, Language language);
/// Beside the PIN: origin, agency, how many, and a short list.
Person::Question sign_question(const Batch& batch, Language language);
Person::Question login_question(const Origin& origin, const std::string& signer, Language language);
Person::Question pair_question(const Origin& origin, const std::string& code, Language language);

/// What must be known before a PIN is typed: M-06, M-05, or what went wrong with the last one.
std::string pin_warning(const hsm::TokenStatus& token, const std::optional<Error>& last,
                        Language language);

}  // namespace antin::service::agent
