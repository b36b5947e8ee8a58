// What a machine can tell about places and times in a message, for whoever reads it. Decides nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "coordination/talk_entries.h"
#include "geo/volume.h"

namespace tansiq::coordination {

/// How many messages of a thread one looks back for a place.
inline constexpr std::size_t kTalkEarlierMax = 256;
/// Rows that one message may get, and so one receipt.
inline constexpr std::size_t kTalkMovedMax = kTalkPartsMax;
/// And bytes of the names in them: the receipt is an entry of ours, and a name of many bytes may stand in each row.
inline constexpr std::size_t kTalkMovedNamesBytesMax = 16'384;

/// Straight distance on the ellipsoid between two points, in whole metres: below 100 km within a metre of the
/// geodesic's, beyond, shorter by less than 1 % up to 3,000 km.
[[nodiscard]] std::int64_t metres_between(const geo::LatLng& a, const geo::LatLng& b);

/// The point by which outlines are compared: the centre of a circle, the middle of the corners of a polygon or the
/// points of a corridor.
[[nodiscard]] geo::LatLng middle_of(const geo::Outline& outline);

/// A message that the same sender has sent before in the thread.
struct EarlierMessage {
  EntryHash hash;
  const std::vector<TalkPart>* parts = nullptr;
};

/// For every position and area with a name: how far it lies from what the newest of `earlier` (oldest first) that has a
/// place of this name and kind gave. In the order of the parts. A name given twice within `parts` is compared, the
/// second time, with the first, under `self`.
[[nodiscard]] std::vector<TalkMoved> moved_since(const std::vector<TalkPart>& parts, const EntryHash& self,
                                                 const std::vector<EarlierMessage>& earlier);

/// The first moment that a message names: of its times and its areas' windows. Nothing when it names none.
[[nodiscard]] std::optional<UtcMs> first_moment(const std::vector<TalkPart>& parts);

/// From `receipt` to that moment: 0 when it has passed.
[[nodiscard]] std::optional<DurationMs> usable_warning(const std::vector<TalkPart>& parts, UtcMs receipt);

}  // namespace tansiq::coordination
