#pragma once

// Only pdf/write includes this: PoDoFo stays inside.

#include <string>

#include <podofo/podofo.h>

#include "certs/core/error.h"

namespace antin::pdf {

/// Runs PoDoFo and turns its exceptions into errors: no exception leaves the folder.
template <class Body>
auto with_podofo(Body&& body) -> decltype(body()) {
  // PoDoFo's static switches are not atomic: set once.
  static const bool kQuiet = [] {
    PoDoFo::PdfError::EnableDebug(false);
    PoDoFo::PdfError::EnableLogging(false);
    return true;
  }();
  static_cast<void>(kQuiet);
  try {
    return body();
  } catch (const PoDoFo::PdfError& error) {
    return make_error(Code::kInternal, std::string{"PoDoFo: "} + error.what());
  }
}

}  // namespace antin::pdf
