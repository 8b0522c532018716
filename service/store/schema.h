#pragma once

#include "service/store/database.h"

namespace antin::service {

/// Brings a database to the newest version of the schema, or as far as `version`. Fails with
/// kStoreSchema when a newer program made it, or wants a newer version than this program knows.
Status migrate(Database& database);
Status migrate(Database& database, std::size_t version);
std::size_t newest_schema();

/// The tables, each after those that it refers to: what a backup holds.
std::vector<std::string> tables();
/// Names of a table's columns in their order, and as a list for a statement.
Result<std::vector<std::string>> columns(Database& database, const std::string& table);
std::string joined(const std::vector<std::string>& columns);

/// A document that the register or a job refers to, and the file in the store's folder that has it.
struct KeptDocument {
  Bytes sha256;
  std::string file;
};
/// Every one but those that were destroyed. Within snapshot() or transaction().
Status each_document(Database& database, const std::function<Status(const KeptDocument&)>& one);

}  // namespace antin::service
