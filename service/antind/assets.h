#pragma once

#include <string_view>

/// Files built into the program, so that it needs none beside it (CMakeLists.txt makes assets.cc).
namespace antin::service::assets {

std::string_view index_html() noexcept;
std::string_view app_css() noexcept;
std::string_view app_js() noexcept;
std::string_view openapi_json() noexcept;

}  // namespace antin::service::assets
