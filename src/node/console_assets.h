// The console's files, as the build has put them into the program (cmake/console_build.py).
#pragma once

#include <span>
#include <string_view>

namespace tansiq::node {

struct ConsoleAsset {
  std::string_view path;  ///< As it is asked for: `/index.html`.
  std::string_view tag;   ///< Of its content, hexadecimal: for the entity tag.
  std::string_view body;
  std::string_view gzip;  ///< Empty where that is hardly smaller.
};

/// In order of path. Empty: this program was built without a console.
[[nodiscard]] std::span<const ConsoleAsset> console_assets();

}  // namespace tansiq::node
