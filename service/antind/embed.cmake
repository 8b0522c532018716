# cmake -DOUT=assets.cc -P embed.cmake NAME=FILE… web/PATH=FILE…: a source file with the octets of each
# FILE; those of web/ in one table by their paths.

# octets(FILE TEXT COUNT): its octets as literals, and how many they are.
function(octets file text count)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  # Pieces, because a compiler need not take a literal of any length; the split keeps "\xNN" whole.
  string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?)" "    \"\\1\"\n" lines "${escaped}")
  string(LENGTH "${hex}" digits)
  math(EXPR number "${digits} / 2")
  set(${text} "${lines}" PARENT_SCOPE)
  set(${count} "${number}" PARENT_SCOPE)
endfunction()

set(code "#include \"service/antind/assets.h\"\n\n#include <array>\n\nnamespace antin::service::assets {\n")
set(table "")
set(files 0)
foreach(i RANGE 4 ${CMAKE_ARGC})
  set(pair "${CMAKE_ARGV${i}}")
  if(pair MATCHES "^web/([^=]+)=(.+)$")
    set(path "${CMAKE_MATCH_1}")
    octets("${CMAKE_MATCH_2}" lines number)
    string(APPEND table "  WebFile{\"${path}\", {\n${lines}    , ${number}}},\n")
    math(EXPR files "${files} + 1")
  elseif(pair MATCHES "^([a-z_]+)=(.+)$")
    set(name "${CMAKE_MATCH_1}")
    octets("${CMAKE_MATCH_2}" lines number)
    string(APPEND code "std::string_view ${name}() noexcept {\n  return {\n${lines}    , ${number}};\n}\n")
  endif()
endforeach()
if(files)
  string(APPEND code "namespace {\nconstexpr std::array<WebFile, ${files}> kWebFiles{\n${table}};\n}  // namespace\n"
                     "std::span<const WebFile> web_files() noexcept {\n  return kWebFiles;\n}\n")
endif()
string(APPEND code "}  // namespace antin::service::assets\n")
file(WRITE "${OUT}" "${code}")
