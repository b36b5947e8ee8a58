// What a node with a live picture is told: its inputs, where they are recorded, and what the picture goes by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "picture/picture.h"
#include "picture/release_rule.h"
#include "picture/track_history.h"
#include "surveillance/source.h"

namespace tansiq::node {

/// What of the picture's proposals (picture/conformance.h) the node carries out by itself: see conform_keeper.h.
enum class Declares : std::uint8_t { kNobody, kNonconforming, kContingent };
/// `nobody`, `nonconforming`, `contingent`.
[[nodiscard]] std::string_view to_text(Declares declares);
/// Fails with `kInvalid`.
[[nodiscard]] Result<Declares> parse_declares(std::string_view text);

struct LiveConfig {
  std::vector<surveillance::SourceConfig> sources;
  bool peers = false;  ///< There is a picture without sources too: of what peers tell.
  /// Everything that is taken is recorded here; empty: nothing is.
  std::filesystem::path record_dir;
  std::uint64_t record_bytes_max = 256ULL << 20;  ///< Of one file.
  std::size_t record_files_max = 0;               ///< Older ones are removed; 0: none ever.
  picture::PictureOptions picture;
  picture::TrackHistoryOptions history;       ///< Of past places, for who looks back.
  std::vector<picture::ReleaseRule> release;  ///< What peers are told of the tracks, in this order.
  double air_vertical_cm = 30'480;            ///< 1,000 ft: in place of `picture.separation.air.vertical_m`.
  Declares declare = Declares::kNobody;       ///< What the node declares of its own intents without a person.
};

}  // namespace tansiq::node
