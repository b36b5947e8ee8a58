// What people give on the command line for the parts of a message: places, times, the question whose a craft is, the
// parameters of a numbered message (docs/talks.md).
//
//   --position "wreck 35.331 40.140 FL095"              NAME, latitude, longitude, and a level or a band of levels
//   --position "33.5138,36.2765"                        a name is needed only where places are to be compared
//   --time "strike now+20m/+10m"                        NAME, and a moment or a window
//   --query "35.331 40.140 now-2m FL200 track 77"       latitude, longitude, when; level and track where known
//   --template 401 --set position=33.5,36.25 --set level=FL200 …
//
// Everything is checked here as the node will check it, so that a slip is told before anything is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "coordination/talk_letter.h"

namespace tansiq::cli {

/// `FL095`, `2500ft`, `900m@agl`, or a band as `read_band` takes it. One level is a band without thickness.
[[nodiscard]] Result<geo::LevelBand> read_level(std::string_view text);
/// `FL095`; `FL180–FL240`.
[[nodiscard]] std::string level_text(const geo::LevelBand& band);

/// Each fails with `kUnsupported` or `kMalformed`, saying what would be right.
[[nodiscard]] Result<coordination::PositionPart> position_from(std::string_view words, UtcMs now);
[[nodiscard]] Result<coordination::TimePart> time_from(std::string_view words, UtcMs now);
[[nodiscard]] Result<coordination::QueryPart> query_from(std::string_view words, UtcMs now);
/// `OPENER/THREAD`, or `THREAD` of our own: the first is empty then.
struct ThreadName {
  std::optional<AuthorityId> opener;
  coordination::ThreadId thread;
};
[[nodiscard]] Result<ThreadName> thread_from(std::string_view words);
/// `20261122-1000-5d41`: when it was opened, and what tells it from others of that minute.
[[nodiscard]] std::string fresh_thread(UtcMs now, std::string_view command_id);

/// By when: `10m` from now, exactly, or a moment as RFC 3339.
[[nodiscard]] Result<UtcMs> due_from(std::string_view text, UtcMs now);

/// The part of a numbered message: `number` is `401`, or `401.1` with its version; `settings` are `NAME=VALUE`, each
/// value as people write its type. `language` is that of words within it. Fails when anything is missing or left over,
/// naming all parameters that the message has.
[[nodiscard]] Result<coordination::TemplatePart> template_from(std::string_view number,
                                                               const std::vector<std::string>& settings,
                                                               std::string_view language, UtcMs now);

/// `text/plain` and the like by the end of a file's name; `application/octet-stream` where it says nothing.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

}  // namespace tansiq::cli
