// A URI that parses prints to one that parses to the same value, and never holds a PIN.

#include <cstdlib>

#include "hsm/pkcs11_uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using antin::hsm::Pkcs11Uri;
  const auto uri = Pkcs11Uri::parse(antin::as_text({data, size}));
  if (!uri || uri.value().unmatchable) return 0;
  const auto printed = uri.value().to_string();
  const auto again = Pkcs11Uri::parse(printed);
  // Encoding may make it longer than the limit; nothing else may fail.
  if (!again) return printed.size() > 4096 ? 0 : (std::abort(), 0);
  if (!(again.value() == uri.value()) || again.value().to_string() != printed) std::abort();
  if (!covers(uri.value(), uri.value()) && uri.value().module_name == std::nullopt) std::abort();
  return 0;
}
