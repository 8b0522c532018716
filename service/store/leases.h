#pragma once

#include <string>

#include "service/store/store_values.h"

namespace antin::service {

/// Rows of a table with the columns lease_owner and lease_until.
struct LeasedRows {
  const char* table;
  const char* key;        ///< its primary key
  const char* condition;  ///< which of them are work; its values are numbered from ?3 on
  const char* order;      ///< which of them goes first
};

/// A statement that makes at most 100 of these rows, which no living node has, node ?1's for ?2
/// seconds by the database's clock, and returns `columns` of them in no order.
inline std::string taking(const Database& database, const LeasedRows& rows,
                          const std::string& columns) {
  const bool alone = database.dialect() == Database::Dialect::kSqlite;
  const std::string now = now_of(database), table = rows.table, key = rows.key;
  // A lease that ends later than any can was given before the database's clock was put back. Two
  // nodes that look at the same moment pass each other's rows by instead of waiting for them.
  return "UPDATE " + table + " SET lease_owner=?1, lease_until=" + now + "+?2 WHERE " + key +
         " IN (SELECT " + key + " FROM " + table + " WHERE " + rows.condition +
         " AND lease_owner<>?1" +
         (alone ? "" : " AND lease_until NOT BETWEEN " + now + " AND " + now + "+?2") +
         " ORDER BY " + rows.order + " LIMIT 100" + (alone ? "" : " FOR UPDATE SKIP LOCKED") +
         ") RETURNING " + columns;
}

}  // namespace antin::service
