// What of the record a console rings for, and what calls people who are not before it (docs/talks.md).
//
// Both are made from entries once they are durable: the stream of talks (EventHub::View::kTalks) by the entry alone, so
// that whoever comes back hears the same again; the alarm of the second channel with what else is known then.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "coordination/coalition.h"
#include "node/event_hub.h"

namespace tansiq::node {

/// An entry as a console hears it: event `talk`, `line`, `incident` or `report`, data {"entry","hash","sound"}. Nothing
/// where it is none of these. `sound`: a STOP or a warning to `self`, a receipt that is overdue or was turned away,
/// a check of a line that was missed.
[[nodiscard]] std::optional<TalkTold> talk_event(const AuthorityId& self, std::string_view line);

/// The alarm, as JSON, that goes to whoever is not before a console: a receipt that is overdue for the second time or
/// more, an overdue STOP where nobody is on watch at its recipient, a STOP that comes while nobody is on watch here.
/// Nothing for every other entry. `line` is durable, `all` has folded it.
[[nodiscard]] std::optional<std::string> alarm_of(const coordination::Coalition& all, std::string_view line);

}  // namespace tansiq::node
