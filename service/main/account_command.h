#pragma once

#include <span>

namespace antin::service {

/// `antind account …`: makes, lists and changes the accounts of people who sign in on the pages, as
/// the user who serves them. Returns the exit code: 0 done, 1 no such account, 3 could not be done.
int account_command(std::span<char*> words);

}  // namespace antin::service
