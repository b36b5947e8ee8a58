// Which tracks are near a place: a hash grid over the Earth.
//
// Cells are cubes of space of some 13 km, cut through the unit sphere of normals; so there is no pole, no meridian and
// no seam, and a cell has a dozen neighbours that hold any ground. A track stands in the cell of where it was filed
// last; whoever asks gets, of the tracks of that cell and of those around it, all that are in reach: none within
// `kGridReachM` is missed, whichever way the cells lie. Tracks of a cell are a list through the slots, so filing and
// refiling allocate nothing but cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "picture/local_frame.h"

namespace tansiq::picture {

/// The least distance, in metres, from a place to a track that a query may not return.
inline constexpr double kGridReachM = 12'600;

class TrackGrid {
 public:
  void file(std::uint32_t slot, const Normal& where);
  void remove(std::uint32_t slot);

  /// Calls `visit(slot)` for every track in reach and for few beyond, until it returns false.
  template <class Visit>
  void near(const Normal& where, Visit&& visit) const {
    const Cell home = cell_of(where);
    for (int dx = -1; dx <= 1; ++dx) {
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dz = -1; dz <= 1; ++dz) {
          const auto at = heads_.find(key_of({home.x + dx, home.y + dy, home.z + dz}));
          if (at == heads_.end()) continue;
          for (std::uint32_t slot = at->second; slot != kNone; slot = places_[slot].next) {
            if (in_reach(places_[slot].where, where) && !visit(slot)) return;
          }
        }
      }
    }
  }
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr double kCell = 0.002;  ///< Radians; times the smallest radius of curvature it is `kGridReachM`.
  struct Cell {
    int x;
    int y;
    int z;
  };
  struct Place {
    Normal where;
    std::uint64_t key = 0;
    std::uint32_t next = kNone;
    std::uint32_t previous = kNone;
    bool filed = false;
  };
  struct Mix {
    std::size_t operator()(std::uint64_t key) const {
      key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9ULL;
      key = (key ^ (key >> 27)) * 0x94D049BB133111EBULL;
      return key ^ (key >> 31);
    }
  };
  [[nodiscard]] static bool in_reach(const Normal& a, const Normal& b) {
    const double x = a.x - b.x;
    const double y = a.y - b.y;
    const double z = a.z - b.z;
    return x * x + y * y + z * z <= kCell * kCell;
  }
  [[nodiscard]] static Cell cell_of(const Normal& where);
  [[nodiscard]] static std::uint64_t key_of(const Cell& cell);

  std::unordered_map<std::uint64_t, std::uint32_t, Mix> heads_;  // Looked up, never walked.
  std::vector<Place> places_;                                    // Of each slot.
};

}  // namespace tansiq::picture
