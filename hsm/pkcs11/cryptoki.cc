#include "hsm/pkcs11/cryptoki.h"

#include <array>
#include <utility>

namespace antin::hsm {
namespace {

using wire::Cure;

// What a return value means to the person and what may cure it.
struct Row {
  CK_RV rv;
  const char* name;
  Code code;
  bool fresh_session;
  Cure cure;
};

constexpr bool kFresh = true;
constexpr bool kSame = false;

// A value that is not listed is CKR_GENERAL_ERROR's equal: vendors return what they like.
constexpr std::array kRows = {
    Row{CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_HOST_MEMORY, "CKR_HOST_MEMORY", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", Code::kTokenRemoved, kFresh, Cure::kNone},
    Row{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", Code::kTokenRemoved, kFresh, Cure::kNone},
    Row{CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", Code::kTokenRemoved, kFresh,
        Cure::kNone},
    Row{CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", Code::kTokenRemoved, kFresh, Cure::kNone},
    Row{CKR_FUNCTION_CANCELED, "CKR_FUNCTION_CANCELED", Code::kCancelled, kSame, Cure::kNone},
    Row{CKR_FUNCTION_REJECTED, "CKR_FUNCTION_REJECTED", Code::kCancelled, kSame, Cure::kNone},
    Row{CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", Code::kTokenFailed, kFresh,
        Cure::kNewChild},
    Row{CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", Code::kTokenFailed, kFresh,
        Cure::kNewChild},
    Row{CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", Code::kTokenFailed, kFresh,
        Cure::kNewChild},
    Row{CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_SESSION_COUNT, "CKR_SESSION_COUNT", Code::kTokenFailed, kFresh, Cure::kNewChild},
    Row{CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", Code::kTokenFailed, kFresh,
        Cure::kNewChild},
    Row{CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", Code::kTokenFailed, kFresh,
        Cure::kNewChild},
    Row{CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", Code::kTokenLoginRequired, kFresh,
        Cure::kNone},
    Row{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", Code::kTokenPinIncorrect, kSame, Cure::kNone},
    Row{CKR_PIN_LOCKED, "CKR_PIN_LOCKED", Code::kTokenPinLocked, kSame, Cure::kNone},
    Row{CKR_PIN_INVALID, "CKR_PIN_INVALID", Code::kTokenPinRefused, kSame, Cure::kNone},
    Row{CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", Code::kTokenPinRefused, kSame, Cure::kNone},
    Row{CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", Code::kTokenPinRefused, kSame, Cure::kNone},
    Row{CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", Code::kTokenPinRefused, kSame,
        Cure::kNone},
    Row{CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE", Code::kTokenMechanism, kSame, Cure::kNone},
    Row{CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", Code::kTokenMechanism, kSame,
        Cure::kNone},
    Row{CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", Code::kTokenMechanism,
        kSame, Cure::kNone},
    Row{CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", Code::kTokenMechanism, kSame, Cure::kNone},
    Row{CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID", Code::kTokenMechanism, kSame,
        Cure::kNone},
    Row{CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED", Code::kTokenMechanism, kSame,
        Cure::kNone},
};

const Row& row_of(CK_RV rv) noexcept {
  for (const auto& row : kRows) {
    if (row.rv == rv) return row;
  }
  return kRows.front();
}

// Octets of the well-formed sequence that `text` starts with (Unicode 15 table 3-7); 0 for none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto octet = [&text](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const auto in = [&octet](std::size_t at, unsigned low, unsigned high) {
    return octet(at) >= low && octet(at) <= high;
  };
  const auto first = octet(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) {
      valid += kReplacement;
    } else {
      valid += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string ckr_text(CK_RV rv) {
  const auto& row = row_of(rv);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string number;
  for (CK_RV rest = rv; rest != 0 || number.empty(); rest >>= 4U)
    number.insert(number.begin(), kDigits[rest & 0xFU]);
  return (row.rv == rv ? row.name : std::string{"CKR"}) + " (0x" + number + ")";
}

bool fresh_session_may_help(CK_RV rv) noexcept {
  return row_of(rv).fresh_session;
}

wire::Failure failure_of(CK_RV rv, std::string doing, const std::string& token_label) {
  const auto& row = row_of(rv);
  return {.code = row.code,
          .cure = row.cure,
          .ckr = rv,
          .detail = std::move(doing) + ": " + ckr_text(rv),
          .params = {{"reason", ckr_text(rv)}, {"token", token_label}}};
}

}  // namespace antin::hsm
