#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

namespace antin::digitise {

/// For what somebody may be told of held results, and what then.
struct Purpose {
  std::string code;  ///< "giai_quyet_thu_tuc"
  std::string vi, en;
  std::vector<std::string> bases;  ///< legal texts that carry it; whoever asks names one
  enum class Gives : std::uint8_t { kFacts, kDocument } gives = Gives::kFacts;
  /// Of papers and procedures: codes, or beginnings that end in '*'.
  std::vector<std::string> kinds, procedures;

  bool covers(std::string_view kind, std::string_view procedure) const;
};

/// Which system may ask for which purposes: a file, schema antin-digitise/1. Whoever is not named
/// in it is told nothing. Immutable.
class Sharing {
 public:
  struct Question {
    std::string system;  ///< id of the API key
    std::string purpose, legal_basis;
    std::string kind, procedure;  ///< "" when not narrowed down
    Purpose::Gives what = Purpose::Gives::kFacts;
  };

  /// Fails with kDigitiseConfig ({key}, {reason}).
  static Result<Sharing> read(std::string_view toml);
  /// The purpose under which the question may be answered, for the results that it covers. Fails
  /// with kShareNoPurpose, kShareBasis, kShareNotCovered ({muc_dich}).
  Result<Purpose> allowed(const Question& question) const;
  /// MucDoTinCay of what is digitised and sealed here; "" when the file does not say.
  const std::string& confidence() const noexcept { return confidence_; }

 private:
  std::map<std::string, Purpose> purposes_;
  std::map<std::string, std::vector<std::string>> systems_;  ///< purposes, by key
  std::string confidence_;
};

}  // namespace antin::digitise
