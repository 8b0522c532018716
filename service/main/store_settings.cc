#include "service/main/store_settings.h"

#include <cstdlib>
#include <filesystem>

namespace antin::service {

Store::Settings store_settings(const Config& config) {
  Store::Settings settings{.folder = config.store.folder,
                           .database = config.store.database,
                           .key_file = config.store.key_file};
  // Read once, while this is the only thread.
  const char* given = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  if (given == nullptr) return settings;
  const std::string credentials = given;
  // What is configured for the service is the backup's own credential in the backup's unit.
  auto& file = settings.key_file;
  if (file.starts_with("/run/credentials/")) file = credentials + file.substr(file.rfind('/'));
  std::error_code ignored;
  for (const char* name : {"/secret_store-key", "/store-key"}) {
    if (file.empty() && std::filesystem::exists(credentials + name, ignored))
      file = credentials + name;
  }
  return settings;
}

}  // namespace antin::service
