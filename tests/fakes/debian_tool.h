#pragma once

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "certs/core/bytes.h"
#include "tests/fakes/temp_folder.h"

namespace antin::fakes {

/// What a command of the test's own words prints, errors included.
inline std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");  // NOLINT(cert-env33-c)
  char buffer[4096];
  for (std::size_t got = 0;
       pipe != nullptr && (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    out.append(buffer, got);
  EXPECT_EQ(pipe == nullptr ? -1 : ::pclose(pipe), 0) << command << "\n" << out;
  return out;
}

/// What a program of Debian says about a file: "pdftotext -layout", octets, "-".
inline std::string said_of(const Bytes& file, const std::string& before, const std::string& after) {
  const TempFolder folder{"said"};
  const auto path = folder.path() + "/file.pdf";
  std::ofstream{path, std::ios::binary} << as_text(file);
  return output_of(before + " " + path + " " + after);
}

}  // namespace antin::fakes
