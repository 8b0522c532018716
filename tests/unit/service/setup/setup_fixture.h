#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/setup/paths.h"
#include "tests/fakes/temp_folder.h"

namespace antin::service::setup {

/// A folder of its own, and what is said about the files in it.
class Paths : public ::testing::Test {
 protected:
  std::string file(const std::string& name, mode_t mode, const std::string& text = "x") const {
    const auto path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  static std::vector<Code> codes(const Problems& problems) {
    std::vector<Code> out;
    out.reserve(problems.size());
    for (const auto& problem : problems) out.push_back(problem.error.code);
    return out;
  }
  static std::vector<Code> checked(const std::string& path, Use use,
                                   const Account& account = Account::own()) {
    Problems problems;
    check_path({"a.key", path, use}, account, problems);
    return codes(problems);
  }

  fakes::TempFolder folder_{"setup"};
};

}  // namespace antin::service::setup
