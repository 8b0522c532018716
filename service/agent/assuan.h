#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "certs/core/error.h"

/// The Assuan protocol as a client of pinentry needs it (Libassuan manual, "Server responses"):
/// lines of at most 1000 octets. Pure.
namespace antin::service::agent::assuan {

constexpr std::size_t kMostLine = 1'000;
/// Room for the words of one command.
constexpr std::size_t kMostText = 960;

/// Percent-encodes what would end a line, and '%'. Cut at a character's end to kMostText octets.
std::string escape(std::string_view text);

/// One line of an answer. `data` is a part of the line and may hold a PIN.
struct Line {
  enum class Kind : std::uint8_t { kOk, kError, kData, kOther };
  Kind kind;
  std::span<std::uint8_t> data;
  std::uint32_t error = 0;  ///< the library's number, without its source
};
/// `line` without its end. Undoes the encoding of data in place. Fails with kAgentDialogFailed for
/// what no server may say: an inquiry, an unknown word, a bad escape.
Result<Line> read_line(std::span<std::uint8_t> line);

/// GPG_ERR_CANCELED, GPG_ERR_FULLY_CANCELED, GPG_ERR_NOT_CONFIRMED.
bool means_cancelled(std::uint32_t error) noexcept;
/// GPG_ERR_TIMEOUT.
bool means_late(std::uint32_t error) noexcept;

}  // namespace antin::service::agent::assuan
