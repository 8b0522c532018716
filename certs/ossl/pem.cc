#include "certs/ossl/pem.h"

#include <memory>

#include <openssl/pem.h>

#include "certs/ossl/handles.h"

namespace antin::ossl {

std::optional<PemBlock> first_pem_block(ByteView file) {
  const ErrorMark mark;
  const BioPtr in{BIO_new_mem_buf(file.data(), static_cast<int>(file.size()))};
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long length = 0;
  const bool read = in && PEM_read_bio(in.get(), &name, &header, &data, &length) == 1;
  const std::unique_ptr<char, FreeOpensslMemory> owned_name{name};
  const std::unique_ptr<char, FreeOpensslMemory> owned_header{header};
  const OctetsPtr owned_data{data};
  if (!read || length < 0) return std::nullopt;
  return PemBlock{.label = name, .octets = {data, data + length}};
}

}  // namespace antin::ossl
