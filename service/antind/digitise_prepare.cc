#include "service/antind/digitise_prepare.h"

#include "service/antind/composing.h"
#include "service/store/register_text.h"

namespace antin::service {

using holdings::Held;
using holdings::Prepared;

Result<Prepared> prepare_held(const DigitiseApi::Parts& parts, const Held& held) {
  ANTIN_TRY(auto there, holdings::prepared_of(*parts.store, held.id));
  if (there) return std::move(*there);
  Prepared fresh{.sha256 = {}, .size = 0, .code = new_register_code(*parts.random)};
  ANTIN_TRY(const auto code, holdings::Holdings(*parts.store, *parts.vault).code(held));
  ANTIN_TRY(const auto scan, parts.store->document(held.scan_sha256, held.scan_size));
  const auto& lookup = parts.config->office.lookup;
  Composing asked{.layout = {},
                  .day = legal_day(parts.clock->utc_now()),
                  .qr = lookup.empty() ? std::string() : lookup + fresh.code,
                  .keep_top_mm = kCopyLineBandMm,
                  .properties = {{"Ma", code}},
                  .basis = scan};
  const auto within = std::chrono::milliseconds(parts.config->verify.within);
  auto made = composed(*parts.workers, {}, asked, "tail", within);
  const bool later = !made && info(made.error().code).remedy == Remedy::kRetryLater;
  if (!made && !later && !asked.qr.empty()) {
    // No room, or a page of which nobody can tell: nothing of the scan is covered, and it has the
    // code for programs alone. That is for good; a worker that was away says nothing of the scan.
    asked.qr.clear();
    made = composed(*parts.workers, {}, asked, "tail", within);
  }
  if (!made) return std::move(made).error();
  const auto& octets = made.value().octets;
  ANTIN_TRY(fresh.sha256, parts.store->put_document({octets.view()}));
  fresh.size = octets.size();
  return holdings::keep_prepared(*parts.store, held.id, fresh);
}

}  // namespace antin::service
