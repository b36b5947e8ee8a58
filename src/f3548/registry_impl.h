// Helpers of the registry's own files. Inside of f3548/.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/limits.h"
#include "core/names.h"
#include "f3548/registry.h"

namespace tansiq::f3548 {

/// Bytes of a URL, of a manager's name.
inline constexpr std::size_t kUrlBytesMax = 2'000;
inline constexpr std::size_t kManagerBytesMax = 500;
/// Of why an officer does something.
inline constexpr std::size_t kReasonBytesMax = 1'000;
/// Of cells in a record: what is left of an entry beside the longest URLs and names.
inline constexpr std::size_t kCellsTextMax = 48'000;

[[nodiscard]] inline std::unexpected<Refused> refuse(int status, std::string message) {
  return std::unexpected(Refused{status, std::move(message), {}, {}});
}

/// Names of entities and subscriptions are random UUIDs.
[[nodiscard]] inline Answer<void> check_id(const Uuid& id) {
  if (id.is(4)) return {};
  return refuse(400, fmt::format("{} is no UUID of version 4", id.str()));
}

[[nodiscard]] inline Answer<void> check_name(std::string_view name, std::string_view what) {
  if (name.empty()) return refuse(400, fmt::format("{} is empty", what));
  if (auto good = core::check_label(name, kManagerBytesMax, what); !good) return refuse(400, good.error().message);
  return {};
}

[[nodiscard]] inline Answer<void> check_cells(const Cells& cells) {
  if (cells.text().size() <= kCellsTextMax) return {};
  return refuse(400, "extents: the area is too ragged; draw it simpler");
}

[[nodiscard]] inline bool off_nominal(IntentState state) {
  return state == IntentState::kNonconforming || state == IntentState::kContingent;
}

/// What is left of volumes when everything from `from` on is taken away.
[[nodiscard]] inline std::vector<geo::Volume4d> until(const std::vector<geo::Volume4d>& volumes, UtcMs from) {
  std::vector<geo::Volume4d> out;
  for (geo::Volume4d volume : volumes) {
    if (volume.window.start >= from) continue;
    volume.window.end = std::min(volume.window.end, from);
    out.push_back(std::move(volume));
  }
  return out;
}

[[nodiscard]] inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// What meets an area and passes `wanted`, in order of ids.
template <class Entity, class Wanted>
[[nodiscard]] Answer<std::vector<const Entity*>> found(const CellIndex<Entity>& index, const Extent& area,
                                                       std::size_t results_max, Wanted&& wanted) {
  std::vector<const Entity*> out;
  index.visit(area.cells, area.start ? area.start->floor() : kUtcMin, area.end ? area.end->ceil() : kUtcMax + 1,
              [&](Entity& entity) {
                if (wanted(entity)) out.push_back(&entity);
              });
  if (out.size() > results_max) {
    return refuse(413, fmt::format("{} results; at most {} are given: ask for less", out.size(), results_max));
  }
  std::ranges::sort(out, {}, [](const Entity* entity) { return entity->id; });
  return out;
}

template <class Entity>
void Registry::enter(CellIndex<Entity>& index, Entity& entity) {
  index.insert(entity);
  Held& of = held_[entity.manager];
  ++of.entities;
  of.cells += entity.cells.size();
  cells_ += entity.cells.size();
}

template <class Entity>
void Registry::leave(CellIndex<Entity>& index, const Entity& entity) {
  index.erase(entity);
  const auto of = held_.find(entity.manager);
  EXPECT_INVARIANT(of != held_.end());
  cells_ -= entity.cells.size();
  of->second.cells -= entity.cells.size();
  if (--of->second.entities == 0) held_.erase(of);
}

template <class T>
Answer<std::string> Registry::say(T body, Place place, Notices* notices) {
  // What is written and cannot be read again ends the node for good at its next start. How many it notifies is known
  // only once it is folded.
  T longest = body;
  if constexpr (requires { body.notified; }) longest.notified = limits_.subscriptions_max;
  const std::string text = entry_text({place, Body(std::move(longest))});
  if (text.size() > kEntryBytesMax) {
    return refuse(400, fmt::format("no entry could say it: {} bytes; it holds {}", text.size(), kEntryBytesMax));
  }
  if (const auto again = read_entry(text); !again) {
    return refuse(400, "no entry could say it: " + again.error().text());
  }
  Notices told = fold(body, place);
  if constexpr (requires { body.notified; }) {
    for (const Notice& notice : told) body.notified += notice.subscriptions.size();
  }
  if (notices != nullptr) *notices = std::move(told);
  return write_entry({place, Body(std::move(body))});
}

/// Returns the refusal of an `Answer<void>` from the enclosing function.
#define REFUSE_UNLESS(expression)                                                   \
  do {                                                                              \
    if (auto passed_ = (expression); !passed_) [[unlikely]]                         \
      return std::unexpected<::tansiq::f3548::Refused>(std::move(passed_).error()); \
  } while (false)

/// Puts what an `Answer` holds into `target`, or returns its refusal from the enclosing function.
#define TRY_SAY(target, expression)                                               \
  do {                                                                            \
    auto said_ = (expression);                                                    \
    if (!said_) [[unlikely]]                                                      \
      return std::unexpected<::tansiq::f3548::Refused>(std::move(said_).error()); \
    (target) = std::move(*said_);                                                 \
  } while (false)

}  // namespace tansiq::f3548
