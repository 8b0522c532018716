#pragma once

#include <string>
#include <vector>

#include "certs/core/finding.h"
#include "service/casework/book.h"

namespace antin::service {

/// A whole book for an inspector: JSON lines, schema "antin-book-export/1" (docs/STORE.md). The
/// first line says which book, each further one is a row with the document that it entered, the
/// last is the digest of all octets before it.
struct BookExport {
  std::string lines;
  struct Document {
    Bytes sha256;
    std::size_t size = 0;
  };
  std::vector<Document> documents;
};
Result<BookExport> export_book(Store& store, const casework::Book& book,
                               const std::string& unit_name, UtcTime now);

/// Name of the lines in the folder of an export, and of the folder of its documents, each named by
/// its SHA-256.
constexpr const char* kExportLines = "book.jsonl";
constexpr const char* kExportDocuments = "documents";

/// Checks an export without the service: numbers from 1 to the last, each once, counts and digests
/// as they were, for every final row a document; and where `folder` holds documents that they are
/// those. At most 100 findings: kBookNumberMissing, kBookCounterDiffers, kBookRowDiffers,
/// kInspectionFileDiffers, kInspectionFileMissing, kInspectionFileExtra,
/// kInspectionDocumentMissing. Fails with kInspectionUnreadable and kFileUnreadable.
Result<Findings> check_export(const std::string& folder);
/// Its lines alone; `documents`: the SHA-256 that they list.
Result<Findings> check_export_lines(std::string_view lines, std::vector<std::string>& documents);

}  // namespace antin::service
