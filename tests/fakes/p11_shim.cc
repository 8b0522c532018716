// A PKCS#11 module that forwards to another one and fails on demand.
//
// ANTIN_SHIM_MODULE: path of the real module. ANTIN_SHIM_CONTROL: a file of lines
//   FUNCTION ACTION COUNT
// read at each call. FUNCTION: "C_Sign", …, or "load" for C_GetFunctionList. COUNT: how many calls
// it befalls, -1: all. It is counted down in the file itself, so that it holds across processes.
// ACTION: a CK_RV in hexadecimal (returned instead of the call), "hang", "crash", "exit",
// "closeall" (all sessions of all slots are lost, then the call runs), "flags:HEX" (C_GetTokenInfo:
// added to the token's flags), "leak" (takes all memory it can get, keeps it and says
// CKR_HOST_MEMORY), "corrupt" (writes over the heap and goes on), "short" (C_Sign: after the call
// ran, CKR_BUFFER_TOO_SMALL, leaving the operation open in modules that do). ANTIN_SHIM_PINPAD: the
// PIN that the "device" enters when C_Login comes without one. ANTIN_SHIM_LOG: a file to which the
// name of each C_Login, C_Initialize call is appended; never a PIN.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

#include <p11-kit/pkcs11.h>

namespace {

CK_FUNCTION_LIST_PTR real = nullptr;
CK_FUNCTION_LIST shim;

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void log_call(const char* function) {
  const std::string path = setting("ANTIN_SHIM_LOG");
  if (path.empty()) return;
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const auto line = std::string{function} + "\n";
  if (file >= 0) {
    if (::write(file, line.data(), line.size()) < 0) std::abort();
    ::close(file);
  }
}

void lose_all_sessions() {
  CK_ULONG count = 0;
  if (real->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK) return;
  std::vector<CK_SLOT_ID> slots(count);
  if (real->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) return;
  for (const auto slot : slots) real->C_CloseAllSessions(slot);
}

// The action for this call of `function`, counted down; "" for none.
std::string action_for(const char* function) {
  const std::string path = setting("ANTIN_SHIM_CONTROL");
  if (path.empty() || ::access(path.c_str(), F_OK) != 0) return "";
  static std::mutex mutex;
  const std::lock_guard lock{mutex};
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return "";
  ::flock(file, LOCK_EX);
  std::string found;
  std::ostringstream rest;
  bool changed = false;
  {
    std::ifstream lines{path};
    std::string name;
    std::string action;
    long count = 0;
    while (lines >> name >> action >> count) {
      const bool mine = found.empty() && count != 0 && name == function;
      if (mine) found = action;
      if (mine && count > 0) {
        --count;
        changed = true;
      }
      rest << name << ' ' << action << ' ' << count << '\n';
    }
  }
  if (changed) std::ofstream{path, std::ios::trunc} << rest.str();
  ::close(file);
  return found;
}

CK_RV take_all_memory() {
  constexpr std::size_t kChunk = std::size_t{16} << 20U;
  constexpr int kMost = 4096;  // 64 GiB: whoever gets there has no bound
  static std::vector<void*> kept;
  kept.reserve(kMost);
  for (int i = 0; i < kMost; ++i) {
    void* const more = std::malloc(kChunk);  // NOLINT: a vendor's code
    if (more == nullptr) return CKR_HOST_MEMORY;
    std::memset(more, 1, kChunk);
    kept.push_back(more);
  }
  return CKR_HOST_MEMORY;
}

// What the allocator keeps about its blocks is gone: the next use of the heap ends the process.
void write_over_the_heap() {
  constexpr std::size_t kBlock = 40;
  constexpr std::size_t kBeyond = 4096;
  auto* const block = static_cast<volatile char*>(std::malloc(kBlock));  // NOLINT
  for (std::size_t i = 0; i < kBeyond; ++i) block[i] = 'X';              // NOLINT
}

// CKR_OK: go on with the call.
CK_RV fault(const std::string& action) {
  if (action.empty() || action.rfind("flags:", 0) == 0 || action == "short") return CKR_OK;
  if (action == "hang") {
    for (;;) ::pause();
  }
  if (action == "crash") ::raise(SIGSEGV);
  if (action == "exit") ::_exit(7);
  if (action == "leak") return take_all_memory();
  if (action == "corrupt") {
    write_over_the_heap();
    return CKR_OK;
  }
  if (action == "closeall") {
    lose_all_sessions();
    return CKR_OK;
  }
  return std::stoul(action, nullptr, 16);
}

CK_RV fault_of(const char* function) {
  return fault(action_for(function));
}

CK_RV initialize(void* arguments) {
  log_call("C_Initialize");
  const auto rv = fault_of("C_Initialize");
  return rv != CKR_OK ? rv : real->C_Initialize(arguments);
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG octets) {
  log_call(user == CKU_CONTEXT_SPECIFIC ? "C_Login:context" : "C_Login");
  const auto rv = fault_of("C_Login");
  if (rv != CKR_OK) return rv;
  std::string pad = setting("ANTIN_SHIM_PINPAD");
  if (pin == nullptr)
    return real->C_Login(session, user, reinterpret_cast<CK_UTF8CHAR_PTR>(pad.data()), pad.size());
  return real->C_Login(session, user, pin, octets);
}

CK_RV set_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_octets,
              CK_UTF8CHAR_PTR new_pin, CK_ULONG new_octets) {
  log_call("C_SetPIN");
  const auto rv = fault_of("C_SetPIN");
  return rv != CKR_OK ? rv : real->C_SetPIN(session, old_pin, old_octets, new_pin, new_octets);
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  const auto action = action_for("C_GetTokenInfo");
  auto rv = fault(action);
  if (rv != CKR_OK) return rv;
  rv = real->C_GetTokenInfo(slot, info);
  if (action.rfind("flags:", 0) == 0) info->flags |= std::stoul(action.substr(6), nullptr, 16);
  return rv;
}

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG octets, CK_BYTE_PTR signature,
           CK_ULONG_PTR signature_octets) {
  const auto action = action_for("C_Sign");
  const auto rv = fault(action);
  if (rv != CKR_OK) return rv;
  if (action == "short") {
    *signature_octets = 1;
    return real->C_Sign(session, data, octets, signature, signature_octets);
  }
  return real->C_Sign(session, data, octets, signature, signature_octets);
}

template <class Signature>
struct Forward;
// One wrapper per plain function, told apart by the member it forwards to.
template <class... Arguments>
struct Forward<CK_RV(Arguments...)> {
  template <CK_RV (*CK_FUNCTION_LIST::*Member)(Arguments...), const char* Name>
  static CK_RV call(Arguments... arguments) {
    const auto rv = fault_of(Name);
    return rv != CKR_OK ? rv : (real->*Member)(arguments...);
  }
};

}  // namespace

#define ANTIN_FORWARD(name)                                                         \
  static constexpr char kName_##name[] = #name;                                     \
  template <class R, class... A>                                                    \
  static auto forward_##name(R (*)(A...)) {                                         \
    return &Forward<R(A...)>::template call<&CK_FUNCTION_LIST::name, kName_##name>; \
  }
ANTIN_FORWARD(C_GetSlotList)
ANTIN_FORWARD(C_GetSlotInfo)
ANTIN_FORWARD(C_OpenSession)
ANTIN_FORWARD(C_GetSessionInfo)
ANTIN_FORWARD(C_FindObjectsInit)
ANTIN_FORWARD(C_FindObjects)
ANTIN_FORWARD(C_GetAttributeValue)
ANTIN_FORWARD(C_GetMechanismList)
ANTIN_FORWARD(C_SignInit)

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  if (const auto rv = fault_of("load"); rv != CKR_OK) return rv;
  if (real == nullptr) {
    void* const library = ::dlopen(setting("ANTIN_SHIM_MODULE"), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return CKR_GENERAL_ERROR;
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (get == nullptr || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    shim = *real;
    shim.C_Initialize = initialize;
    shim.C_Login = login;
    shim.C_SetPIN = set_pin;
    shim.C_GetTokenInfo = get_token_info;
    shim.C_Sign = sign;
#define ANTIN_INSTALL(name) shim.name = forward_##name(real->name)
    ANTIN_INSTALL(C_GetSlotList);
    ANTIN_INSTALL(C_GetSlotInfo);
    ANTIN_INSTALL(C_OpenSession);
    ANTIN_INSTALL(C_GetSessionInfo);
    ANTIN_INSTALL(C_FindObjectsInit);
    ANTIN_INSTALL(C_FindObjects);
    ANTIN_INSTALL(C_GetAttributeValue);
    ANTIN_INSTALL(C_GetMechanismList);
    ANTIN_INSTALL(C_SignInit);
  }
  *list = &shim;
  return CKR_OK;
}
