// The operator's base map: a PMTiles file of any size, of which the console asks for ranges.
//
//   const auto map = TRY(MapFace::open("/var/lib/tansiq/region.pmtiles"));
//   return map->answer(request);                        // on a thread that may read the disk
//
// The file is opened once: whoever puts another in its place starts the node again, and no answer mixes the two. An
// answer holds its range in memory, so a range has a bound; without one only a file as small is given, and the HEAD of
// a larger one says 204, since no Content-Length that the server could state would be right.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "net/http_types.h"

namespace tansiq::node {

inline constexpr std::uint64_t kMapRangeBytesMax = std::uint64_t{4} << 20;

class MapFace {
 public:
  /// Fails with `kNotFound`, `kIo`, and `kInvalid` for what is no PMTiles file (version 3).
  [[nodiscard]] static Result<std::shared_ptr<const MapFace>> open(const std::filesystem::path& path);
  ~MapFace();
  MapFace(const MapFace&) = delete;
  MapFace& operator=(const MapFace&) = delete;

  /// Reads the disk. Any number of threads. Fails with `kIo`, and `kInvalid` where too much is asked for at once.
  [[nodiscard]] Result<net::Response> answer(const net::Request& request) const;

 private:
  MapFace(int file, std::uint64_t bytes, std::string tag) : file_(file), bytes_(bytes), tag_(std::move(tag)) {}
  [[nodiscard]] Result<std::string> read(std::uint64_t from, std::uint64_t bytes) const;

  const int file_;
  const std::uint64_t bytes_;
  const std::string tag_;
};

}  // namespace tansiq::node
