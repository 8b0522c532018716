// Only clang finds this before libqpdf's own (AntinBuild.cmake, tests/lint/run_tidy.py).
//
// clang 14 with libstdc++ 12 in C++20 mode cannot compile <qpdf/JSON.hh>: for the defaulted
// destructor of a nested class it instantiates std::vector<JSON> while JSON is incomplete. That member
// is private to libqpdf and antin does not use JSON of theirs, so another container may stand there.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <qpdf/DLL.h>
#include <qpdf/InputSource.hh>
#include <qpdf/PointerHolder.hh>
#include <qpdf/Types.h>
#include <set>
#include <string>
#include <vector>

#define vector list
#include_next <qpdf/JSON.hh>
#undef vector
