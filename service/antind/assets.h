#pragma once

#include <span>
#include <string_view>

/// Files built into the program, so that it needs none beside it (CMakeLists.txt makes assets.cc).
namespace antin::service::assets {

std::string_view openapi_json() noexcept;

/// One file of service/web.
struct WebFile {
  std::string_view path;  ///< "css/antin.css"
  std::string_view content;
};
std::span<const WebFile> web_files() noexcept;

}  // namespace antin::service::assets
