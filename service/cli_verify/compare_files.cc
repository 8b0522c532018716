#include "service/cli_verify/compare_files.h"

#include <iostream>

#include "service/cli_verify/rendered_pages.h"
#include "service/system/bounds.h"
#include "service/system/filter.h"
#include "verifier/compare.h"

namespace antin::service {
namespace {

// A person waits: longer than this is an answer too.
constexpr std::chrono::minutes kDrawWithin{5};

}  // namespace

verifier::Comparison compare_files(CompareFiles files) {
  // What judging alone may cost is too little for pictures of many pages.
  bound_processor(kDrawWithin);
  Renderer renderer(own_program("antin-draw"),
                    [](std::string_view note) { std::cerr << "antin-draw: " << note << '\n'; });
  RenderedPages sources(renderer, kDrawWithin);
  verifier::CompareInput input;
  input.original_name = std::move(files.original_name);
  input.copy = std::move(files.copy);
  input.original = std::move(files.original);
  input.password = std::move(files.password);
  input.limits = files.limits;
  input.sources = &sources;
  input.drawing.pictures = files.pictures;
  return verifier::compare(input);
}

}  // namespace antin::service
