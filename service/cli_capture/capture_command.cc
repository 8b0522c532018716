#include <charconv>
#include <filesystem>
#include <iostream>
#include <optional>

#include "service/cli/bounded.h"
#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli_capture/commands.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using capture::CaptureRequest;
using capture::Declared;
using Kind = OptionSpec::Kind;

constexpr std::size_t kMostOctets = std::size_t{2} << 30U;

const CommandSpec& spec() {
  static const CommandSpec kSpec{
      .name = "antin capture",
      .usage = "IN… -o OUT.pdf [--paper A4] [--pages N] [--order 2,1,3] [--rotate P:90]",
      .vi = "Ghép PDF, JPEG, PNG, TIFF thành một PDF đúng chuẩn số hóa và kiểm tra từng trang.",
      .en = "Puts PDF, JPEG, PNG and TIFF into one PDF of the standard and judges every page.",
      .options = {{"output", Kind::kValue, "OUT.pdf", "tệp kết quả", "the result", 'o'},
                  {"force", Kind::kFlag, "", "ghi đè tệp kết quả", "replace the result"},
                  {"pages", Kind::kValue, "N", "số trang của bản chính", "pages of the original"},
                  {"paper", Kind::kValue, "A4|RxC", "khổ giấy của bản chính (mm)",
                   "paper of the original (mm)"},
                  {"order", Kind::kValue, "2,1,3", "thứ tự trang, đếm qua mọi tệp vào",
                   "order of pages, counted through all inputs"},
                  {"rotate", Kind::kRepeatable, "P:90",
                   "xoay trang P của đầu vào theo chiều kim đồng hồ",
                   "turn page P of the input clockwise"},
                  {"min-dpi", Kind::kValue, "DPI", "độ phân giải tối thiểu (mặc định 200)",
                   "lowest resolution (200)"},
                  {"no-colour", Kind::kFlag, "", "bản chính không có màu",
                   "the original has no colours"},
                  {"confirm-scan", Kind::kFlag, "", "xác nhận tệp có chữ ký số là bản quét từ giấy",
                   "a file with a signature is a scan of a paper all the same"},
                  {"sao-y", Kind::kFlag, "", "đầu vào của SAO Y: không nhận tệp có chữ ký số",
                   "for SAO Y: never accept a file with a signature"},
                  {"json", Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"}},
      .min_positional = 1,
      .max_positional = 500};
  return kSpec;
}

Error bad_value(const char* option, const std::string& value, const char* expected) {
  return make_error(Code::kCliBadValue, value,
                    {{"tuy_chon", option}, {"gia_tri", value}, {"cho_phep", expected}});
}

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

/// Pages of the input by number, from one.
Result<std::vector<std::size_t>> read_order(const std::string& text) {
  std::vector<std::size_t> order;
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    const auto one = number_in(std::string_view(text).substr(at, comma - at));
    if (!one || *one == 0) return bad_value("--order", text, "2,1,3");
    order.push_back(*one);
    at = comma + 1;
  }
  return order;
}

struct Turn {
  std::size_t page;
  int degrees;
};
Result<Turn> read_turn(const std::string& text) {
  const auto colon = text.find(':');
  const auto page = number_in(std::string_view(text).substr(0, std::min(colon, text.size())));
  const auto degrees = colon == std::string::npos
                           ? std::nullopt
                           : number_in(std::string_view(text).substr(colon + 1));
  if (!page || *page == 0 || !degrees || *degrees > 270)
    return bad_value("--rotate", text, "P:90, P:180, P:270");
  return Turn{*page, static_cast<int>(*degrees)};
}

struct Job {
  std::vector<std::string> inputs;
  std::string output;
  IfExists if_exists = IfExists::kRefuse;
  std::vector<std::size_t> order;
  std::vector<Turn> turns;
  Declared declared;
  double min_dpi = 0;
  bool json = false;
};

Result<Job> read_job(const Arguments& arguments) {
  Job job;
  job.inputs = arguments.positional();
  const auto output = arguments.value("output");
  if (!output)
    return make_error(Code::kCliMissingFile, "-o", {{"cach_dung", "antin capture IN… -o OUT.pdf"}});
  job.output = *output;
  if (arguments.has("force")) job.if_exists = IfExists::kReplace;
  job.json = arguments.has("json");
  if (arguments.has("pages")) {
    ANTIN_TRY(job.declared.pages, arguments.number("pages", 1, 100'000, 1));
  }
  if (const auto paper = arguments.value("paper")) {
    job.declared.paper = capture::paper_named(*paper);
    if (!job.declared.paper) return bad_value("--paper", *paper, "A0…A6, 210x297");
  }
  if (arguments.has("no-colour")) job.declared.colour = Declared::Colour::kNotExpected;
  if (arguments.has("confirm-scan"))
    job.declared.signed_input = Declared::SignedInput::kConfirmedScan;
  if (arguments.has("sao-y")) job.declared.signed_input = Declared::SignedInput::kNeverCopied;
  ANTIN_TRY(job.min_dpi, arguments.number("min-dpi", 200, 1'200, 200));
  if (const auto order = arguments.value("order")) {
    ANTIN_TRY(job.order, read_order(*order));
  }
  for (const auto& turn : arguments.values("rotate")) {
    ANTIN_TRY(const auto one, read_turn(turn));
    job.turns.push_back(one);
  }
  return job;
}

Status arrange(const Job& job, CaptureRequest& request) {
  if (job.order.empty() && job.turns.empty()) return Done{};
  ANTIN_TRY(auto pages, capture::all_pages(request));
  for (const auto& turn : job.turns) {
    if (turn.page > pages.size())
      return bad_value("--rotate", std::to_string(turn.page),
                       ("1-" + std::to_string(pages.size())).c_str());
    pages[turn.page - 1].rotate = turn.degrees;
  }
  if (job.order.empty()) {
    request.pages = std::move(pages);
    return Done{};
  }
  for (const auto number : job.order) {
    if (number > pages.size())
      return bad_value("--order", std::to_string(number),
                       ("1-" + std::to_string(pages.size())).c_str());
    request.pages.push_back(pages[number - 1]);
  }
  return Done{};
}

Result<int> run(const Job& job, const std::vector<Language>& spoken) {
  CaptureRequest request;
  request.declared = job.declared;
  request.standard.min_dpi = job.min_dpi;
  for (const auto& path : job.inputs) {
    ANTIN_TRY(auto octets, read_file(path, kMostOctets));
    request.files.push_back(
        {std::filesystem::path(path).filename().string(), SharedBytes(std::move(octets))});
  }
  ANTIN_CHECK(arrange(job, request));
  ANTIN_TRY(const auto captured, capture::capture(request));
  if (!captured.document.empty())
    ANTIN_CHECK(write_file(job.output, {captured.document.view()}, job.if_exists));
  if (job.json) {
    std::cout << capture_json(captured, job.output) << '\n';
  } else {
    print_capture(std::cout, captured, job.output, spoken);
  }
  return static_cast<int>(capture::fits(captured) ? kExitOk : kExitInvalid);
}

std::size_t octets_of(const std::vector<std::string>& paths) {
  std::size_t octets = 0;
  for (const auto& path : paths) {
    std::error_code none;
    const auto size = std::filesystem::file_size(path, none);
    if (!none) octets += static_cast<std::size_t>(size);
  }
  return octets;
}

}  // namespace

int capture_command(std::span<const std::string> words) {
  return run_command(spec(), words, [](const auto& arguments, const auto& spoken) -> Result<int> {
    ANTIN_TRY(const auto job, read_job(arguments));
    const auto complain = [&](const Error& error) {
      print_error(std::cerr, error, spoken);
      return static_cast<int>(kExitFailed);
    };
    return run_bounded({.count = 1,
                        .size = [&](std::size_t) { return octets_of(job.inputs); },
                        .work =
                            [&](std::size_t) {
                              const auto code = run(job, spoken);
                              return code ? code.value() : complain(code.error());
                            },
                        .lost = [&](std::size_t, const Error& error) { return complain(error); },
                        .bounds = bounds_for_pictures});
  });
}

}  // namespace antin::service
