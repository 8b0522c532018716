#pragma once

#include <span>

namespace antin::service {

/// What `antin book` becomes; all may run beside the service.
///   book list [--year YYYY] [--config FILE]
///   book show BOOK [--from N] [--config FILE]
///   book close BOOK [--config FILE]
///   book skip BOOK --to N --reason TEXT [--config FILE]   after a restore
///   book volume BOOK [--config FILE]                      the next volume of its year
///   book print BOOK [--month YYYY-MM] --output FILE [--config FILE]
///   book report --month YYYY-MM [--unit CODE] [--output FILE] [--config FILE]
///   book export BOOK --output FOLDER [--with documents] [--config FILE]
///   book verify [--config FILE]
///   book verify FOLDER                                    an export, without the service
/// Returns the exit code: 0, 1 when something was found, 3 when it failed.
int book_command(std::span<char*> arguments);

}  // namespace antin::service
