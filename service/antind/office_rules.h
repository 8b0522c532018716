#pragma once

#include <memory>
#include <string>

#include "service/antind/casework_api.h"
#include "service/office/deadline.h"
#include "service/office/legal_data.h"
#include "service/office/office.h"

namespace antin::service {

/// Rules of casework out of legal data by their effective dates, and of who is who in the office.
class LegalOffice final : public OfficeRules {
 public:
  /// Reads [office] and the table of units. Fails as the readers of service/office do. `agency`
  /// outlives it.
  static Result<std::unique_ptr<LegalOffice>> open(const Config& config, KeyClient* agency);

  Status check(const casework::Case& one, const nlohmann::json& facts) const override;
  Status check_scan(const casework::Case& one, const nlohmann::json& facts,
                    const Scan& scan) const override;
  Result<casework::Series> series(const casework::Case& one, const nlohmann::json& facts,
                                  UtcTime now) const override;
  Result<std::string> signer(const casework::Case& one, const nlohmann::json& facts,
                             UtcTime now) const override;
  Status may_seal(const casework::Case& one, const nlohmann::json& facts,
                  UtcTime now) const override;
  /// The person whom the case names, as he may sign on this day ("2026-11-21").
  Result<office::Permission> permission(const casework::Case& one, const nlohmann::json& facts,
                                        const std::string& day) const;
  void whose(casework::SignatureFact& signature, const casework::Case& one,
             const nlohmann::json& facts, UtcTime now) const override;
  Status is_named(const casework::SignatureFact& signature,
                  const nlohmann::json& facts) const override;
  Result<std::string> person_name(const std::string& id) const override;
  Status may_act(const Acting& who, casework::Roles roles, UtcTime now) const override;
  Result<std::string> unit_name(const std::string& unit, UtcTime now) const override;
  Result<BookWords> book_words(const casework::BookId& book, UtcTime at) const override;
  std::string late_before(UtcTime now) const override;

  // office_terms.cc
  Result<std::int64_t> fee(const casework::Case& one, const nlohmann::json& facts,
                           UtcTime now) const override;
  Result<std::string> legal_version(UtcTime now) const override;
  Result<nlohmann::ordered_json> terms(const casework::Case& one,
                                       const nlohmann::json& facts) const override;
  Result<nlohmann::ordered_json> registers(UtcTime now) const override;
  Status read_entry(casework::OriginEntry& entry, const std::map<std::string, std::string>& given,
                    UtcTime now) const override;
  // office_legal.cc
  Result<nlohmann::ordered_json> legal(UtcTime now) const override;
  Result<nlohmann::ordered_json> signers(const std::string& unit, casework::Product product,
                                         UtcTime now) const override;

  /// The tables themselves, for administration: what they say, and the files as they were read.
  const office::Office& people() const { return people_; }
  const office::LegalData& legal_data() const { return legal_; }
  struct Texts {
    std::string people, units;  ///< TOML; "": there is no such file
  };
  const Texts& texts() const { return texts_; }

  Result<office::Deadline> due(const casework::Case& one, const nlohmann::json& facts) const;
  /// The ground for refusal that the case names, in the words of the law.
  Result<std::string> ground(const casework::Case& one, const nlohmann::json& facts) const;

 private:
  LegalOffice(office::LegalData legal, office::Office people, Texts texts, KeyClient* agency)
      : legal_(std::move(legal)),
        people_(std::move(people)),
        texts_(std::move(texts)),
        agency_(agency) {}
  /// Those that the case was opened under; of one that names none, of its day.
  Result<std::shared_ptr<const office::LegalRules>> rules_of(const casework::Case& one,
                                                             const nlohmann::json& facts) const;
  bool is_our_seal(const Bytes& certificate_sha256) const;
  Result<office::Permission> may_sign(const casework::Case& one,
                                      const office::SignQuestion& question) const;

  office::LegalData legal_;
  office::Office people_;
  Texts texts_;
  KeyClient* agency_;
};

}  // namespace antin::service
