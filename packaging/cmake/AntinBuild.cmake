# One static library per row of docs/ARCHITECTURE.md, so that an undrawn arrow does not link.

include(CTest)
include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
pkg_check_modules(QPDF REQUIRED IMPORTED_TARGET libqpdf)
pkg_check_modules(PODOFO REQUIRED IMPORTED_TARGET libpodofo)
pkg_check_modules(LIBP11 REQUIRED IMPORTED_TARGET libp11)
pkg_check_modules(P11KIT REQUIRED IMPORTED_TARGET p11-kit-1)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(ANTIN_CCACHE ccache)
if(ANTIN_CCACHE)
  # Relative to the tree, so that several clones on one machine share what they compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
                                  CCACHE_NOHASHDIR=1 "${ANTIN_CCACHE}")
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

set(ANTIN_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(ANTIN_FUZZ "Build the libFuzzer targets (clang)" OFF)

add_library(antin_flags INTERFACE)
target_include_directories(antin_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(antin_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  -fstack-protector-strong -fstack-clash-protection)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports std::string concatenation as overlapping copies (GCC bug 105651).
  target_compile_options(antin_flags INTERFACE -Wno-restrict)
  # It also takes the inactive members of a moved std::variant for uninitialised (GCC bug 105593);
  # clang-analyzer, which is part of ./test, follows such paths without that mistake.
  target_compile_options(antin_flags INTERFACE -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_include_directories(antin_flags SYSTEM BEFORE INTERFACE "${CMAKE_SOURCE_DIR}/packaging/cmake/clang")
endif()
target_link_options(antin_flags INTERFACE -Wl,-z,relro,-z,now,--as-needed)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT ANTIN_SANITIZE)
  target_compile_definitions(antin_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(ANTIN_SANITIZE)
  target_compile_options(antin_flags INTERFACE -fsanitize=${ANTIN_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(antin_flags INTERFACE -fsanitize=${ANTIN_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND ANTIN_SANITIZE MATCHES "address")
  # GCC says this by itself; the sources ask for it where shadow memory needs other limits.
  target_compile_definitions(antin_flags INTERFACE __SANITIZE_ADDRESS__=1)
endif()
if(ANTIN_FUZZ)
  target_compile_options(antin_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# antin_library(NAME SOURCES folder… USES row… [LIBRARIES lib…] [PRIVATE_LIBRARIES lib…])
# Takes *.cc of each folder itself, not of its subfolders.
function(antin_library name)
  cmake_parse_arguments(A "" "" "SOURCES;USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  set(sources "")
  foreach(folder IN LISTS A_SOURCES)
    file(GLOB found CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.cc")
    list(APPEND sources ${found})
  endforeach()
  list(TRANSFORM A_USES PREPEND antin_)
  if(sources)
    add_library(antin_${name} STATIC ${sources})
    target_link_libraries(antin_${name} PUBLIC antin_flags ${A_USES} ${A_LIBRARIES} Threads::Threads
                                        PRIVATE ${A_PRIVATE_LIBRARIES})
  else()
    add_library(antin_${name} INTERFACE)
    target_link_libraries(antin_${name} INTERFACE antin_flags ${A_USES} ${A_LIBRARIES})
  endif()
endfunction()

# Everything that is installed; what ./quickstart builds.
add_custom_target(programs)

# antin_program(NAME SOURCES file… USES row… [LIBRARIES lib…]): an executable of service/. People call
# antin, antind and antin-agent; the others are called by them and live in libexec.
function(antin_program name)
  cmake_parse_arguments(A "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  list(TRANSFORM A_USES PREPEND antin_)
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE antin_flags ${A_USES} ${A_LIBRARIES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  add_dependencies(programs ${name})
  if(name MATCHES "^antin(d|-agent)?$")
    install(TARGETS ${name} DESTINATION "${CMAKE_INSTALL_BINDIR}")
  else()
    install(TARGETS ${name} DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/antin")
  endif()
endfunction()
