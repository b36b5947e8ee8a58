// Passwords from people: typed on the terminal without echo, or the first line of standard input. Never from the
// command line, which every process of the machine may read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tansiq::cli {

/// Asks for a password that exists. Fails with `kInvalid` when there is none, `kIo`.
[[nodiscard]] Result<std::string> ask_password(std::string_view prompt);
/// Asks for a new one; on a terminal twice. Fails as `ask_password`, and when the two differ.
[[nodiscard]] Result<std::string> ask_new_password(std::string_view prompt);

}  // namespace tansiq::cli
