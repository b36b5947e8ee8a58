// Where and when an entity of F3548 is, as far as the registry keeps it: cells of about 1 km², a band of heights, a
// window of time. The precise shape is discarded on purpose: the standard wants it known to the manager alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "f3548/moment.h"
#include "geo/volume.h"

namespace tansiq::f3548 {

/// Of one entity. What takes more is refused: an entry has to hold them (docs/entries.md).
inline constexpr std::size_t kCellsMax = 16'384;

/// A set of S2 cells of level 13, ascending.
///
/// In a record it is base64url of runs: two numbers in LEB128 each, how many cells are left out before the run, and its
/// length less one. A cell's number is its id without the 35 low bits, which are the same for all of level 13. A
/// compact area takes about three characters a row of cells.
class Cells {
 public:
  Cells() = default;
  /// Ids as geo/cell_cover.h gives them: ascending, of level 13.
  explicit Cells(std::span<const std::uint64_t> ids);
  /// Fails with `kMalformed`, or `kInvalid` beyond kCellsMax or the number of cells that exist.
  [[nodiscard]] static Result<Cells> parse(std::string_view text);
  [[nodiscard]] std::string text() const;

  [[nodiscard]] std::span<const std::uint32_t> numbers() const { return numbers_; }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  [[nodiscard]] bool empty() const { return numbers_.empty(); }
  [[nodiscard]] bool covers(const Cells& inner) const;
  [[nodiscard]] bool meets(const Cells& other) const;
  void add(const Cells& other);

  friend bool operator==(const Cells&, const Cells&) = default;

 private:
  std::vector<std::uint32_t> numbers_;
};

/// Heights above the WGS-84 ellipsoid in centimetres, closed; absent: unbounded.
struct Band {
  std::optional<std::int64_t> lower;
  std::optional<std::int64_t> upper;
  [[nodiscard]] bool meets(const Band& other) const;
  [[nodiscard]] bool covers(const Band& inner) const;
  /// The smallest that holds both.
  [[nodiscard]] Band with(const Band& other) const;
  friend bool operator==(const Band&, const Band&) = default;
};

/// Closed.
struct Window {
  Moment start;
  Moment end;
  [[nodiscard]] bool meets(const Window& other) const {
    return start.floor() <= other.end.ceil() && other.start.floor() <= end.ceil();
  }
  friend bool operator==(const Window&, const Window&) = default;
};

/// What a client stated of a place, all its volumes collapsed into one.
struct Extent {
  Cells cells;
  Band band;
  std::optional<Moment> start;
  std::optional<Moment> end;
  /// The shapes as stated, rounded outward, of operational intents. Only exclusive zones keep any of it.
  std::vector<geo::Volume4d> volumes;
};

}  // namespace tansiq::f3548
