// The program people type: finds the small program that does a group of commands and becomes it.
// It links nothing heavy, because every command pays its start.

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "service/cli/args.h"
#include "service/cli/messages.h"

namespace antin::service {
namespace {

struct Command {
  std::string_view name;
  std::string_view program;
  std::string_view vi, en;
};

constexpr std::array kCommands = {
    Command{"sign", "antin-sign", "ký số tài liệu PDF và tệp khác",
            "sign PDF documents and other files"},
    Command{"sign-cases", "antin-sign", "ký các hồ sơ đang chờ trong dịch vụ",
            "sign the cases that wait in the service"},
    Command{"prepare", "antin-sign", "chuẩn bị ký bằng khóa ở nơi khác",
            "first step for a key that is elsewhere"},
    Command{"complete", "antin-sign", "ghép chữ ký tạo ở nơi khác", "second step: put it in"},
    Command{"extend", "antin-sign", "nâng mức chữ ký (dấu thời gian, dữ liệu kiểm tra lâu dài)",
            "raise signature levels (timestamps, long-term data)"},
    Command{"verify", "antin-verify", "kiểm tra chữ ký số", "judge every signature of a document"},
    Command{"capture", "antin-capture", "ghép bản quét thành PDF đúng chuẩn và kiểm tra từng trang",
            "scans become one PDF of the standard, judged page by page"},
    Command{"digitise", "antin-digitise",
            "số hóa kết quả còn hiệu lực (template, check, import, progress)",
            "results still in force from a folder of scans (template, check, import, progress)"},
    Command{"printout", "antin-digitise", "bản in chuyển đổi của kết quả, bản sao đã phát hành",
            "a released result or copy on paper"},
    Command{"compare", "antin-verify", "đối chiếu bản sao với bản gốc",
            "compare a copy with its original"},
    Command{"inspect", "antin-verify", "xem cấu trúc tệp PDF", "show a file's structure"},
    Command{"audit", "antin-audit", "nhật ký của dịch vụ (verify, check-proof, key, forget)",
            "the service's logs (verify, check-proof, key, forget)"},
    Command{"token", "antin-token", "thiết bị lưu khóa bí mật (list, info, test)",
            "tokens (list, info, test)"},
    Command{"tokend", "antin-tokend-control", "dịch vụ giữ khóa (status, unlock, journal)",
            "the key holder (status, unlock, journal)"},
    Command{"unlock", "antin-tokend-control", "trao mã PIN cho dịch vụ giữ khóa",
            "give the key holder its PIN"},
    Command{"config", "antind", "kiểm tra tệp cấu hình của dịch vụ (check)",
            "the service's configuration (check)"},
    Command{"backup", "antind", "sao lưu kho dữ liệu khi dịch vụ đang chạy (verify)",
            "back up the store while the service runs (verify)"},
    Command{"restore", "antind", "khôi phục kho dữ liệu từ bản sao lưu", "a store from a backup"},
    Command{"store", "antind", "kho dữ liệu (init-key, check, encrypt, rotate-key, release)",
            "the store (init-key, check, encrypt, rotate-key, release)"},
    Command{"book", "antind", "sổ và số đã cấp (list, show, close, skip, verify)",
            "books and their numbers (list, show, close, skip, verify)"},
    Command{"outbox", "antind", "kết quả và thông báo tự động gửi đi (list, dead, retry, cancel)",
            "what leaves by itself (list, dead, retry, cancel)"},
    Command{"trust", "antin-trust", "tổ chức chứng thực được tin cậy (list, add, remove)",
            "trusted authorities (list, add, remove)"},
};

void print_help(std::ostream& out, const std::vector<Language>& spoken) {
  out << "antin <" << speak("lệnh", "command", spoken) << "> …\n\n";
  for (const auto& command : kCommands) {
    std::string name{command.name};
    name.resize(12, ' ');
    out << "  " << name << speak(command.vi, command.en, spoken) << '\n';
  }
  out << "\nantin <" << speak("lệnh", "command", spoken) << "> --help\n";
}

// Folder of this very program, whatever it was called as.
std::string own_folder() {
  std::string path(PATH_MAX, '\0');
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return ".";
  path.resize(static_cast<std::size_t>(length));
  return path.substr(0, path.rfind('/'));
}

int become(const std::string& program, const std::string& command, std::span<char*> rest,
           const std::vector<Language>& spoken) {
  const auto folder = own_folder();
  const std::array places{folder + "/" + program, folder + "/../libexec/antin/" + program};
  for (const auto& path : places) {
    std::string name = program;
    std::string word = command;
    std::vector<char*> arguments{name.data(), word.data()};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    arguments.push_back(nullptr);
    ::execv(path.c_str(), arguments.data());
    if (errno != ENOENT && errno != ENOTDIR) {
      print_error(
          std::cerr,
          make_error(Code::kCliProgramMissing, path + ": " + std::generic_category().message(errno),
                     {{"chuong_trinh", program}}),
          spoken);
      return kExitFailed;
    }
  }
  print_error(std::cerr, make_error(Code::kCliProgramMissing, folder, {{"chuong_trinh", program}}),
              spoken);
  return kExitFailed;
}

int run(std::span<char*> words) {
  const auto spoken = languages(std::nullopt);
  if (words.size() < 2) {
    print_help(std::cerr, spoken);
    return kExitFailed;
  }
  const std::string_view wanted{words[1]};
  if (wanted == "help" || wanted == "--help" || wanted == "-h") {
    print_help(std::cout, spoken);
    return kExitOk;
  }
  if (wanted == "--version" || wanted == "version") {
    std::cout << "antin " ANTIN_VERSION "\n";
    return kExitOk;
  }
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const Command& one) { return one.name == wanted; });
  if (found != kCommands.end())
    return become(std::string(found->program), std::string(wanted), words.subspan(2), spoken);
  std::vector<std::string_view> names;
  names.reserve(kCommands.size());
  for (const auto& command : kCommands) names.push_back(command.name);
  const auto hint = nearest(wanted, names);
  print_error(std::cerr,
              make_error(Code::kCliUnknownCommand, "antin",
                         {{"lenh", std::string(wanted)}, {"goi_y", hint.empty() ? "help" : hint}}),
              spoken);
  return kExitFailed;
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  return antin::service::run({argv, static_cast<std::size_t>(argc)});
}
