#include "pdf/read/inherited.h"

#include "pdf/read/form.h"

namespace antin::pdf {

QPDFObjectHandle inherited(QPDFObjectHandle node, const char* key) {
  constexpr int kDeepest = 64;
  for (int depth = 0; depth < kDeepest && node.isDictionary(); ++depth) {
    auto own = key_of(node, key);
    if (!own.isNull()) return own;
    node = key_of(node, "/Parent");
  }
  return QPDFObjectHandle::newNull();
}

}  // namespace antin::pdf
