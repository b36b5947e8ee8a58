#include "node/map_face.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace tansiq::node {
namespace {

constexpr std::string_view kMagic = "PMTiles\x03";

struct Range {
  std::uint64_t from = 0;
  std::uint64_t bytes = 0;  ///< 0: it lies behind the end.
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// One range of bytes (RFC 9110, 14.1.2) of a file that is not empty. Nothing for what is none: it is to be ignored.
std::optional<Range> range_of(std::string_view text, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first = text.substr(0, dash);
  const std::string_view last = text.substr(dash + 1);
  if (first.empty()) {
    const auto suffix = number(last);
    if (!suffix) return std::nullopt;
    const std::uint64_t bytes = std::min(*suffix, size);
    return Range{size - bytes, bytes};
  }
  const auto from = number(first);
  if (!from) return std::nullopt;
  std::uint64_t end = size - 1;
  if (!last.empty()) {
    const auto stated = number(last);
    if (!stated || *stated < *from) return std::nullopt;
    end = std::min(*stated, end);
  }
  if (*from >= size) return Range{*from, 0};
  return Range{*from, end - *from + 1};
}

std::unexpected<Error> unreadable(const std::filesystem::path& path) {
  return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              "the base map cannot be read: " + std::generic_category().message(errno), path.string());
}

}  // namespace

Result<std::shared_ptr<const MapFace>> MapFace::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return unreadable(path);
  struct stat status{};
  if (::fstat(file, &status) != 0) {
    const auto failed = unreadable(path);
    ::close(file);
    return failed;
  }
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  std::string tag = fmt::format("\"{:x}-{:x}-{:x}\"", bytes, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  // The constructor is private: nothing else makes one that it could be shared by.
  std::shared_ptr<const MapFace> map(new MapFace(file, bytes, std::move(tag)));
  if (!S_ISREG(status.st_mode) || bytes < kMagic.size() || TRY(map->read(0, kMagic.size())) != kMagic) {
    return fail(ErrorCode::kInvalid, "the base map is no PMTiles file of version 3", path.string());
  }
  return map;
}

MapFace::~MapFace() { ::close(file_); }

Result<std::string> MapFace::read(std::uint64_t from, std::uint64_t bytes) const {
  std::string out(bytes, '\0');
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(file_, out.data() + done, out.size() - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(ErrorCode::kIo, "the base map has become shorter, or cannot be read");
    done += static_cast<std::size_t>(got);
  }
  return out;
}

Result<net::Response> MapFace::answer(const net::Request& request) const {
  net::Response response;
  const auto add_headers = [&] {
    response.headers.add("Content-Type", "application/vnd.pmtiles");
    response.headers.add("Accept-Ranges", "bytes");
    response.headers.add("ETag", tag_);
    response.headers.add("Cache-Control", "private, no-cache");
  };
  std::optional<Range> range;
  const auto condition = request.header("If-Range");
  if (const auto asked = request.header("Range"); asked && (!condition || *condition == tag_)) {
    range = range_of(*asked, bytes_);
  }
  if (request.method == net::Method::kHead) range.reset();  // RFC 9110, 14.2: defined for GET alone.
  if (range && range->bytes == 0) {
    response =
        net::problem_response(net::make_problem({ErrorCode::kInvalid, "the map ends before this range", "Range"}, 416));
    response.headers.add("Content-Range", fmt::format("bytes */{}", bytes_));
    return response;
  }
  if (range) {
    if (range->bytes > kMapRangeBytesMax) {
      return fail(ErrorCode::kInvalid, fmt::format("a range has at most {} bytes", kMapRangeBytesMax), "Range");
    }
    add_headers();
    response.status = 206;
    response.headers.add("Content-Range",
                         fmt::format("bytes {}-{}/{}", range->from, range->from + range->bytes - 1, bytes_));
    response.body = TRY(read(range->from, range->bytes));
    return response;
  }
  if (bytes_ > kMapRangeBytesMax) {
    if (request.method != net::Method::kHead) {
      return fail(ErrorCode::kInvalid, fmt::format("the map is read in ranges of at most {} bytes", kMapRangeBytesMax),
                  "Range");
    }
    add_headers();
    response.status = 204;
    return response;
  }
  add_headers();
  response.body = TRY(read(0, bytes_));
  return response;
}

}  // namespace tansiq::node
