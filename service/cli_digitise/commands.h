#pragma once

#include <span>
#include <string>
#include <vector>

#include "service/cli/args.h"

namespace antin::service {

/// A model of the table that comes with a folder of scans.
CommandSpec digitise_template_spec();
Result<int> digitise_template(const Arguments& arguments, const std::vector<Language>& spoken);

/// Looks at a folder and its table without the service: 0 all rows are good, 1 some are not.
CommandSpec digitise_check_spec();
Result<int> digitise_check(const Arguments& arguments, const std::vector<Language>& spoken);

/// The same, and sends what is good: 0 everything is held now, 1 some rows are to be mended.
CommandSpec digitise_import_spec();
Result<int> digitise_import(const Arguments& arguments, const std::vector<Language>& spoken);

/// What is planned, taken, sealed and wrong.
CommandSpec digitise_progress_spec();
Result<int> digitise_progress(const Arguments& arguments, const std::vector<Language>& spoken);

/// antin printout: the printout on paper of a released case. Returns the exit code.
int printout_command(std::span<const std::string> words);

}  // namespace antin::service
