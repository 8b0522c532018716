#pragma once

#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::verifier {

/// One file of a ZIP container.
struct ContainerFile {
  std::string name;  ///< "report/report.json": letters, digits, "-._" and "/" only
  SharedBytes content;
};

/// A ZIP file (APPNOTE 6.3.3, as EN 319 162-1 A.1 wants it) that only stores: what goes in is
/// compressed already or short, and what is stored can be read by anything for ever. The same files
/// give the same octets: no clock, no owner. Fails with kResourceLimit beyond 4 GiB or 10,000
/// files, kInternal for a name that is not as above or comes twice.
Result<Bytes> write_container(const std::vector<ContainerFile>& files);

/// Reads back what write_container() makes, and refuses everything else: compression, encryption,
/// comments, extra fields, ZIP64, octets between or behind the files, names that lead elsewhere or
/// come twice, local heads that disagree with the directory. A container that two readers could
/// understand differently is no evidence. Fails with kEvidenceMalformed.
Result<std::vector<ContainerFile>> read_container(const SharedBytes& octets);

}  // namespace antin::verifier
