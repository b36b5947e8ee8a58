// Between what people give (files, options) and what the API takes and answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/node_client.h"
#include "core/craft.h"
#include "core/names.h"
#include "formats/findings.h"
#include "geo/volume.h"

namespace tansiq::cli {

[[nodiscard]] Result<std::vector<geo::Volume4d>> read_volumes(const JsonValue& value);
[[nodiscard]] Result<geo::LevelBand> read_band(const JsonValue& value);
[[nodiscard]] Result<geo::TimeWindow> read_window(const JsonValue& value);
[[nodiscard]] Result<geo::Outline> read_outline(const JsonValue& value);

/// One volume from options: an outline, a level band, a window.
struct VolumeOptions {
  std::optional<std::string> polygon, circle, radius, corridor, band, window;
  std::string width = "10nm";
  [[nodiscard]] bool any_outline() const { return polygon || circle || corridor; }
  /// Whatever is given and no outline with it must be refused, not passed over.
  [[nodiscard]] bool any() const { return any_outline() || radius || band || window; }
};
void add_volume_options(Command& command, VolumeOptions& options);
/// Fails with `kUnsupported` when the options do not make one outline.
[[nodiscard]] Result<geo::Outline> outline_from(const VolumeOptions& options);
[[nodiscard]] Result<geo::Volume4d> volume_from(const VolumeOptions& options, UtcMs now);

/// An intent as a person states it.
struct Filing {
  std::string id;
  std::string flight;
  core::Domain domain = core::Domain::kAir;
  std::vector<geo::Volume4d> volumes;
  std::vector<std::string> keys;
  std::vector<core::Craft> craft = {};
};

/// Fails with the first finding that a filing must not pass over: what cannot be read, and a property that looks
/// misspelt, since a limit may have gone with it.
[[nodiscard]] Status all_usable(const formats::Findings& findings);

/// Reads intents from a file: GeoJSON, or the native form `{"craft","id","flight","domain","volumes":[…]}`, or an array
/// of those. Told apart by content. `where` begins with the file's name.
[[nodiscard]] Result<std::vector<Filing>> read_filings(const std::string& file);

/// `{"command_id":…,"craft":…,"domain":…,"flight":…,"keys":…,"volumes":…}`, as PUT /v1/intents/{id} takes it. With
/// `version`: the body of an update.
[[nodiscard]] std::string filing_body(const Filing& filing, const std::string& command_id,
                                      std::optional<std::int64_t> version);
/// The body of POST /v1/preview.
[[nodiscard]] std::string preview_body(const Filing& filing);
/// The `volumes` member alone.
[[nodiscard]] std::string volumes_json(const std::vector<geo::Volume4d>& volumes);

/// A counter-proposal.
struct Counter {
  std::optional<DurationMs> time_ms;
  std::optional<std::int64_t> level_cm;
  [[nodiscard]] bool empty() const { return !time_ms && !level_cm; }
};
[[nodiscard]] Counter read_counter(const JsonValue& findings);

/// Lines for people about the `findings` of a decision, a refusal or a preview; each begins with two spaces.
[[nodiscard]] Result<std::string> findings_text(const Context& context, const JsonValue& findings,
                                                const std::vector<geo::Volume4d>& asked);

/// The node's answer to a command, for people: decision or refusal.
[[nodiscard]] Result<std::string> decision_text(const Context& context, const std::string& id, const Answer& answer,
                                                const std::vector<geo::Volume4d>& asked);

/// A member's text or number where it is one; empty or zero otherwise. For display only.
[[nodiscard]] std::string text_of(const JsonValue& object, std::string_view name);
[[nodiscard]] std::int64_t number_of(const JsonValue& object, std::string_view name);

/// What the asker may know of another intent in the way, on one line; `brief` leaves zone and date out.
[[nodiscard]] Result<std::string> conflict_text(const JsonValue& conflict, bool brief = false);

/// "17 min later, or 2,000 ft higher"; with `asked`, also what that comes to.
[[nodiscard]] std::string counter_words(const Counter& counter, const std::vector<geo::Volume4d>& asked);

}  // namespace tansiq::cli
