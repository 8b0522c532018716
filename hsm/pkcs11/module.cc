#include "hsm/pkcs11/module.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <optional>
#include <utility>

#include <openssl/err.h>

#include "hsm/pkcs11/cryptoki.h"
#include "hsm/pkcs11/module_unusable.h"

namespace antin::hsm {
namespace {

wire::Failure unusable(const std::string& path, std::string why_vi, std::string why_en) {
  auto error = module_unusable(path, std::move(why_vi), std::move(why_en));
  return {.code = error.code,
          .cure = wire::Cure::kNone,
          .ckr = 0,
          .detail = std::move(error.detail),
          .params = std::move(error.params)};
}

// The commonest faults, told before the loader tells them less plainly.
std::optional<wire::Failure> wrong_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return unusable(path, "không có tệp hoặc không được đọc", "no such file, or no permission");
  std::array<char, 20> head{};
  file.read(head.data(), head.size());
  const auto octet = [&head](std::size_t at) { return static_cast<unsigned char>(head.at(at)); };
  if (file.gcount() != static_cast<std::streamsize>(head.size()) ||
      std::string_view{head.data(), SELFMAG} != ELFMAG)
    return unusable(path, "không phải thư viện Linux (ELF)", "not a Linux library (ELF)");
  if (octet(EI_CLASS) != ELFCLASS64)
    return unusable(path, "thư viện 32 bit; máy này cần bản 64 bit",
                    "a 32-bit library; this machine needs the 64-bit one");
#if defined(__x86_64__)
  constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
  constexpr unsigned kMachine = EM_AARCH64;
#else
#error "name this machine's ELF number"
#endif
  if ((octet(18) | static_cast<unsigned>(octet(19)) << 8U) != kMachine)
    return unusable(path, "thư viện dành cho loại máy khác",
                    "a library for another kind of machine");
  return std::nullopt;
}

// libp11 reports a CK_RV as the reason of an OpenSSL error; the oldest entry is the cause.
CK_RV drain_libp11_error() {
  const auto oldest = ERR_peek_error();
  const auto rv = oldest == 0 ? CKR_GENERAL_ERROR : static_cast<CK_RV>(ERR_GET_REASON(oldest));
  ERR_clear_error();
  return rv;
}

}  // namespace

Outcome<std::unique_ptr<Module>> Module::load(const std::string& path) {
  if (auto wrong = wrong_file(path)) return *std::move(wrong);
  // Loaded here first: libp11 would write the loader's message to stderr and return nothing.
  // Never closed: a module may have threads or exit handlers of its own.
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one a thread
    const std::string text = why == nullptr ? "dlopen" : why;
    return unusable(path, text, text);
  }
  const auto get_function_list =
      reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (get_function_list == nullptr)
    return unusable(path, "không phải thư viện PKCS#11 (thiếu C_GetFunctionList)",
                    "not a PKCS#11 library (no C_GetFunctionList)");
  CK_FUNCTION_LIST_PTR functions = nullptr;
  if (get_function_list(&functions) != CKR_OK || functions == nullptr ||
      functions->version.major != 2)
    return unusable(path, "không cung cấp danh sách hàm PKCS#11 phiên bản 2",
                    "offers no function list of PKCS#11 version 2");

  Context context{PKCS11_CTX_new()};
  ERR_clear_error();
  if (!context || PKCS11_CTX_load(context.get(), path.c_str()) != 0) {
    const auto why = "C_Initialize: " + ckr_text(drain_libp11_error());
    return unusable(path, why, why);
  }
  return std::make_unique<Module>(Passkey{}, std::move(context), functions);
}

Module::~Module() {
  PKCS11_CTX_unload(context_.get());
}

Outcome<std::vector<CK_SLOT_ID>> Module::slots_with_token() {
  // Asking for the number first is what makes a module look for new readers (v2.40 §5.5).
  std::vector<CK_SLOT_ID> present;
  CK_ULONG count = 0;
  if (const auto rv = functions_->C_GetSlotList(CK_TRUE, nullptr, &count); rv != CKR_OK)
    return failure_of(rv, "C_GetSlotList", "");
  present.resize(std::min<CK_ULONG>(count, wire::kMaxTokens));
  count = present.size();
  if (const auto rv = functions_->C_GetSlotList(CK_TRUE, present.data(), &count); rv != CKR_OK)
    return failure_of(rv, "C_GetSlotList", "");
  present.resize(std::min<CK_ULONG>(count, present.size()));
  return present;
}

Outcome<std::vector<TokenStatus>> Module::tokens() {
  const auto slots = slots_with_token();
  if (const auto* why = failed(slots)) return *why;
  std::vector<TokenStatus> tokens;
  CK_RV last_failure = CKR_OK;
  for (const auto slot : std::get<0>(slots)) {
    CK_TOKEN_INFO info{};
    if (const auto rv = functions_->C_GetTokenInfo(slot, &info); rv != CKR_OK) {
      if (rv != CKR_TOKEN_NOT_PRESENT && rv != CKR_TOKEN_NOT_RECOGNIZED) last_failure = rv;
      continue;
    }
    const auto flag = [&info](CK_FLAGS bit) { return (info.flags & bit) != 0; };
    tokens.push_back({.module = "",
                      .label = padded_text(info.label),
                      .serial = padded_text(info.serialNumber),
                      .manufacturer = padded_text(info.manufacturerID),
                      .model = padded_text(info.model),
                      .slot = slot,
                      .initialized = flag(CKF_TOKEN_INITIALIZED),
                      .login_required = flag(CKF_LOGIN_REQUIRED),
                      .pin_pad = flag(CKF_PROTECTED_AUTHENTICATION_PATH),
                      .pin_count_low = flag(CKF_USER_PIN_COUNT_LOW),
                      .pin_final_try = flag(CKF_USER_PIN_FINAL_TRY),
                      .pin_locked = flag(CKF_USER_PIN_LOCKED)});
  }
  if (tokens.empty() && last_failure != CKR_OK)
    return failure_of(last_failure, "C_GetTokenInfo", "");
  return tokens;
}

}  // namespace antin::hsm
