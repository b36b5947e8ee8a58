#include "log/log_testlib.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tansiq::log::testing {

std::filesystem::path shared_folder() {
  if (const char* const folder = std::getenv("TANSIQ_SHARED")) return folder;
  return std::filesystem::path(TANSIQ_SOURCE_DIR) / ".." / "shared";
}

std::optional<boost::json::value> shared_json(const std::filesystem::path& path) {
  const auto file = shared_folder() / path;
  if (!std::filesystem::exists(file)) return std::nullopt;
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  return boost::json::parse(read_whole(file), {}, options);
}

std::string text_of(const boost::json::value& value) { return std::string(value.as_string()); }

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_whole(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace tansiq::log::testing
