#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/store/database.h"

/// What leaves the service by itself. Whoever changes something writes an event in the same
/// transaction; from there on it is owed to every target that asked for such events, and only a row
/// that says so makes it done (docs/PROTOCOL.outbox.md).
namespace antin::outbox {

using service::Database;

/// Something has become true. Its id is "STREAM-NUMBER", the same however often it is sent.
struct Event {
  std::string stream;       ///< id of the case: events of one stream leave in order
  std::int64_t number = 0;  ///< within the stream, growing: the case's version
  std::string type;         ///< "case.released"
  UtcTime at{std::chrono::sys_seconds{}};
  std::string unit;     ///< code
  std::string product;  ///< "certified_copy"
  std::string owner;    ///< id of the API key whose it is
  /// What is told of it, by name: "state", "dossier", "number"… Nobody's name or address: who may
  /// have those gets them with the document. Empty texts are left out.
  std::map<std::string, std::string> about = {};
  /// The case's facts, JSON. Of these only reason, ground, decision and its day are told, and
  /// "delivery" says where a released document goes (C-17).
  std::string facts = "{}";
  /// Of a released document.
  Bytes document_sha256 = {};
  std::size_t document_octets = 0;
};

std::string id_of(const Event& event);
/// Within the transaction that makes it true. Fails as Database does.
Status enqueue(Database& database, const Event& event);

}  // namespace antin::outbox
