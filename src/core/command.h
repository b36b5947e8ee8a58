// What a caller can ask of the core. A command is parsed and authenticated before it gets here; the core checks what
// depends on its own state, and values that geometry must judge.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "core/intent.h"
#include "core/names.h"
#include "geo/volume.h"
#include "log/jcs.h"

namespace tansiq::core {

/// A new intent. `keys` are OVNs of the intents the filer knows of; only zones with rule `aware` ask for them, and they
/// never reach the record.
struct CreateIntent {
  IntentId intent;
  std::string flight;  ///< May be empty.
  Domain domain = Domain::kAir;
  std::vector<geo::Volume4d> volumes;
  std::vector<std::string> keys;
  std::vector<Craft> craft = {};  ///< Who flies it; may be empty.
};
/// New volumes (and label, and craft) for an accepted or activated intent.
struct UpdateIntent {
  IntentId intent;
  std::int64_t version = 0;  ///< The current one; the change makes the next.
  std::string flight;
  std::vector<geo::Volume4d> volumes;
  std::vector<std::string> keys;
  std::vector<Craft> craft = {};
};
/// The flight begins, or a nonconforming one is back inside its volumes.
struct ActivateIntent {
  IntentId intent;
  std::int64_t version = 0;
};
/// The flight is, or will be, outside its volumes; `off_nominal` says where, and may be empty when nobody knows.
struct ReportNonconforming {
  IntentId intent;
  std::int64_t version = 0;
  std::vector<geo::Volume4d> off_nominal;
};
/// The flight will not come back into its volumes.
struct ReportContingent {
  IntentId intent;
  std::int64_t version = 0;
  std::vector<geo::Volume4d> off_nominal;
};
struct EndIntent {
  IntentId intent;
  std::int64_t version = 0;
};
struct CreateMeasure {
  MeasureId measure;
  ZoneId zone;
  Effect effect = Effect::kWarn;
  std::string text;
  std::vector<geo::Volume4d> volumes;
};
struct UpdateMeasure {
  MeasureId measure;
  std::int64_t version = 0;
  Effect effect = Effect::kWarn;
  std::string text;
  std::vector<geo::Volume4d> volumes;
};
struct EndMeasure {
  MeasureId measure;
  std::int64_t version = 0;
};

using Action = std::variant<CreateIntent, UpdateIntent, ActivateIntent, ReportNonconforming, ReportContingent,
                            EndIntent, CreateMeasure, UpdateMeasure, EndMeasure>;

/// Who asks. What the caller may do at all has been settled by the node; the core needs to know whether it speaks for
/// the authority itself, which alone declares measures, and whether it is one of its officers, signed in.
struct Caller {
  Subject subject;
  bool authority = false;
  bool office = false;  ///< May change what other officers of the authority have filed.
};

struct Command {
  CommandId id;  ///< Chosen by the client, unique per subject: repeating it returns the first outcome.
  Caller by;
  Action action;
};

/// The canonical request as it stands in an entry, `keys` left out:
/// {"craft":[…],"do":"create_intent","domain":"air","flight":"MIRAGE1","intent":"i1","volumes":[…]}.
void write_request(log::JcsWriter& out, const Action& action);
/// The inverse. Unknown members are errors.
[[nodiscard]] Result<Action> read_request(const log::JcsValue& value);
/// Whether the names, numbers and texts of an action can stand in a record at all: a border that builds actions from
/// untrusted input may hand over anything that the types hold. Fails with `kInvalid` or `kMalformed`.
[[nodiscard]] Status check_writable(const Action& action);
/// What the action says of who flies; empty for most.
[[nodiscard]] const std::vector<Craft>& craft_of(const Action& action);
/// `create_intent`, … as in `do`.
[[nodiscard]] std::string_view action_name(const Action& action);

/// Largest canonical request. What is larger (about 2,000 vertices) fails with `kTooLarge`: split the intent or
/// simplify its outlines. Leaves room in an entry for the longest decision.
inline constexpr std::size_t kRequestEntryBytesMax = 48'000;

}  // namespace tansiq::core
