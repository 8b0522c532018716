#include "service/setup/paths.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include "service/system/files.h"

namespace antin::service::setup {
namespace {

using Weight = Problem::Weight;

std::string octal(mode_t mode) {
  std::string out = "0000";
  for (std::size_t at = 4; at-- > 0; mode >>= 3U) out[at] = static_cast<char>('0' + (mode & 7U));
  return out;
}

std::string user_name(uid_t user) {
  const passwd* entry = ::getpwuid(user);  // NOLINT(concurrency-mt-unsafe): before any thread
  return entry != nullptr ? entry->pw_name : std::to_string(user);
}

Params about(const NamedPath& named, Params more = {}) {
  Params params{{"key", named.key}, {"file", named.path}};
  params.insert(params.end(), more.begin(), more.end());
  return params;
}

void add(Problems& problems, Code code, const NamedPath& named, Params more = {},
         Weight weight = Weight::kStops, Where where = Where::here()) {
  problems.push_back(
      {make_error(code, named.key + ": " + named.path, about(named, std::move(more)), where),
       weight});
}

void add_missing(Problems& problems, const NamedPath& named, int number) {
  add(problems, Code::kSetupFileMissing, named,
      {{"reason", std::generic_category().message(number)}});
}

// The three bits that count for `account`, by owner, group and others in that order. What access
// lists allow beyond that is not seen: systemd's credentials are looked at where they come from.
unsigned bits_for(const struct stat& file, const Account& account) {
  if (account.user == 0) return 7;
  if (file.st_uid == account.user) return (file.st_mode >> 6U) & 7U;
  const auto& groups = account.groups;
  if (std::find(groups.begin(), groups.end(), file.st_gid) != groups.end())
    return (file.st_mode >> 3U) & 7U;
  return file.st_mode & 7U;
}

constexpr unsigned kRead = 4, kWrite = 2, kEnter = 1;

// Every folder above the path can be entered. 0, or an errno.
int blocked_above(const std::filesystem::path& path, const Account& account) {
  auto folder = path.parent_path();
  for (;;) {
    struct stat state {};
    if (::stat(folder.empty() ? "." : folder.c_str(), &state) != 0) return errno;
    if ((bits_for(state, account) & kEnter) == 0) return EACCES;
    if (folder.empty() || folder == folder.root_path()) return 0;
    folder = folder.parent_path();
  }
}

// Others can put something else in its place: by writing to it, or by renaming in its folder.
void check_unchanging(const NamedPath& named, const struct stat& state, const Account& account,
                      Problems& problems) {
  if ((state.st_mode & S_IWOTH) != 0 && (state.st_mode & S_ISVTX) == 0)
    add(problems, Code::kSetupFileWritable, named, {{"mode", octal(state.st_mode)}});
  struct stat folder {};
  const auto parent = std::filesystem::path(named.path).parent_path();
  if (!parent.empty() && ::stat(parent.c_str(), &folder) == 0 && (folder.st_mode & S_IWOTH) != 0 &&
      (folder.st_mode & S_ISVTX) == 0)
    add(problems, Code::kSetupFileWritable, {named.key, parent.string(), Use::kFolder},
        {{"mode", octal(folder.st_mode)}});
  if (state.st_uid != 0 && state.st_uid != account.user)
    add(problems, Code::kSetupFileOwner, named,
        {{"owner", user_name(state.st_uid)},
         {"wanted", named.use == Use::kOwnFolder ? account.name : "root"}});
}

void check_secret(const NamedPath& named, const struct stat& state, Problems& problems) {
  if ((state.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    add(problems, Code::kSetupFileOpen, named, {{"mode", octal(state.st_mode)}});
}

void check_contents(const NamedPath& named, const Account& account, Problems& problems) {
  const auto names = list_files(named.path);
  if (!names) return add_missing(problems, named, EACCES);
  for (const auto& name : names.value())
    check_path({named.key, named.path + "/" + name, Use::kFile}, account, problems);
}

void check_own_folder(const NamedPath& named, const Account& account, Problems& problems) {
  struct stat state {};
  auto path = std::filesystem::path(named.path);
  const bool there = ::stat(path.c_str(), &state) == 0;
  if (!there) path = path.parent_path();
  if ((!there && ::stat(path.empty() ? "." : path.c_str(), &state) != 0) ||
      !S_ISDIR(state.st_mode) || blocked_above(path, account) != 0 ||
      (bits_for(state, account) & (kWrite | kEnter)) != (kWrite | kEnter))
    return add(problems, Code::kSetupFolderUnwritable, named, {{"user", account.name}});
  if (!there) return;
  check_unchanging(named, state, account, problems);
  if ((state.st_mode & S_IROTH) != 0)
    add(problems, Code::kSetupFileOpen, named, {{"mode", octal(state.st_mode)}}, Weight::kWarns);
}

void check_socket(const NamedPath& named, Problems& problems) {
  struct stat state {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (named.path.size() >= sizeof address.sun_path)
    return add(problems, Code::kSetupSocketMissing, named,
               {{"reason", std::generic_category().message(ENAMETOOLONG)}});
  std::copy(named.path.begin(), named.path.end(), std::begin(address.sun_path));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  const bool open =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int problem = open || errno == EAGAIN ? 0 : errno;
  if (socket >= 0) ::close(socket);
  // antind judges documents without it, and signs as soon as it is there.
  if (problem != 0)
    add(problems, Code::kSetupSocketMissing, named,
        {{"reason", std::generic_category().message(problem)}}, Weight::kWarns);
  if (::stat(named.path.c_str(), &state) == 0 && (state.st_mode & S_IWOTH) != 0)
    add(problems, Code::kSetupSocketOpen, named, {{"mode", octal(state.st_mode)}});
}

}  // namespace

Result<Account> Account::named(const std::string& user, const std::string& key) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as above
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr || entry->pw_uid == 0)
    return make_error(Code::kSetupUserUnknown, user, {{"user", user}, {"key", key}});
  Account account;
  account.name = user;
  account.user = entry->pw_uid;
  const auto group = entry->pw_gid;
  std::array<gid_t, 256> groups{};
  auto count = static_cast<int>(groups.size());
  if (::getgrouplist(user.c_str(), group, groups.data(), &count) < 0) count = 0;
  account.groups.assign(groups.begin(), groups.begin() + count);
  account.groups.push_back(group);
  return account;
}

Account Account::own() {
  Account account;
  account.user = ::geteuid();
  account.name = user_name(account.user);
  std::array<gid_t, 256> groups{};
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  account.groups.assign(groups.begin(), groups.begin() + std::max(count, 0));
  account.groups.push_back(::getegid());
  return account;
}

std::string source_of_credential(const std::string& path) {
  constexpr std::string_view kRun = "/run/credentials/";
  constexpr std::string_view kUnit = ".service/secret_";
  if (!path.starts_with(kRun) || ::access(path.c_str(), F_OK) == 0) return path;
  const auto unit = path.find(kUnit, kRun.size());
  if (unit == std::string::npos) return path;
  return "/etc/antin/credentials/" + path.substr(kRun.size(), unit - kRun.size()) + "/" +
         path.substr(unit + kUnit.size());
}

bool lies_in(const std::string& path, const std::string& folder) {
  const auto relative = std::filesystem::path(path).lexically_normal().lexically_relative(
      std::filesystem::path(folder).lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

void check_path(const NamedPath& named, const Account& account, Problems& problems) {
  if (named.use == Use::kOwnFolder) return check_own_folder(named, account, problems);
  if (named.use == Use::kSocket) return check_socket(named, problems);
  const bool credential = source_of_credential(named.path) != named.path;
  NamedPath looked = named;
  looked.path = source_of_credential(named.path);
  // What root hands out is root's own: the service needs no right to it.
  const auto reader = credential ? Account{"root", 0, {}} : account;
  struct stat state {};
  if (::stat(looked.path.c_str(), &state) != 0) return add_missing(problems, looked, errno);
  const bool folder = looked.use == Use::kFolder;
  if (folder ? !S_ISDIR(state.st_mode) : !S_ISREG(state.st_mode))
    return add_missing(problems, looked, folder ? ENOTDIR : EISDIR);
  const auto needed = folder ? kRead | kEnter : kRead;
  const bool systemd = looked.path.starts_with("/run/credentials/");
  if (!systemd) {
    if (const int blocked = blocked_above(looked.path, reader); blocked != 0)
      return add_missing(problems, looked, blocked);
    if ((bits_for(state, reader) & needed) != needed) add_missing(problems, looked, EACCES);
    if (looked.use == Use::kSecret) check_secret(looked, state, problems);
  }
  check_unchanging(looked, state, account, problems);
  if (folder) check_contents(looked, account, problems);
}

}  // namespace antin::service::setup
