#pragma once

#include <optional>
#include <string>

#include "certs/core/bytes.h"
#include "service/outbox/delivery.h"
#include "service/outbox/target.h"

namespace antin::outbox {

/// A released document and what goes with it.
struct Handout {
  SharedBytes document;
  std::string number;    ///< as it is written, "125/ĐT"
  std::string title;     ///< of the paper
  std::string unit;      ///< name of the office
  std::string code;      ///< public, of the register
  std::string metadata;  ///< JSON object, R-15
};

/// Where documents come from: whoever knows cases. Fails with kOutboxFrozen when the case is not
/// released any more, and as the store does.
class Handouts {
 public:
  virtual ~Handouts() = default;
  virtual Result<Handout> of(const Delivery& delivery) = 0;
};

/// One try.
struct Parcel {
  const Delivery& delivery;
  std::string body;                     ///< JSON of the event, the same octets at every try
  std::optional<Handout> handout = {};  ///< iff the delivery has a document
};

/// Carries parcels to one target, one at a time. Whatever it fails with is the reason that people
/// read; a Code of is_final() ends the tries.
class Courier {
 public:
  virtual ~Courier() = default;
  virtual Status carry(const Parcel& parcel) = 0;
};

/// The event as receivers get it (docs/PROTOCOL.outbox.md), antin-event/1.
std::string body_of(const Delivery& delivery);
/// The same with the document in it, antin-document/1.
std::string body_of(const Delivery& delivery, const Handout& handout);
/// What stands beside the document in a drop folder: as above, with the file's name for the octets.
std::string body_of(const Delivery& delivery, const Handout& handout, const std::string& file);

}  // namespace antin::outbox
