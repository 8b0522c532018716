// antin-pkcs11 MODULE: started by antin itself with a connected socket as descriptor 3.

#include <cstdio>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "hsm/pkcs11/child.h"
#include "hsm/pkcs11/descriptor.h"

int main(int argc, char** argv) {
  constexpr int kControl = 3;
  struct stat kind {};
  if (argc != 2 || ::fstat(kControl, &kind) != 0 || !S_ISSOCK(kind.st_mode)) {
    static_cast<void>(std::fputs("antin-pkcs11 is started by antin, not by hand.\n", stderr));
    return 2;
  }
  const int status = antin::hsm::run_child(antin::hsm::Descriptor{kControl}, argv[1]);
#if defined(__SANITIZE_ADDRESS__)
  ::prctl(PR_SET_DUMPABLE, 1);  // all PINs are gone; the leak check attaches to this process
#endif
  return status;
}
