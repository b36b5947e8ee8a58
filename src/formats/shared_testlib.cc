#include "formats/shared_testlib.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace tansiq::formats {

std::optional<std::string> shared_file(std::string_view path) {
  const char* root = std::getenv("TANSIQ_SHARED");
  const std::string folder = root != nullptr ? root : TANSIQ_SOURCE_DIR "/../shared";
  std::ifstream in(folder + "/" + std::string(path), std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace tansiq::formats
