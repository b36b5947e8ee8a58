#include "uss/drift.h"

#include <fmt/format.h>

namespace tansiq::uss {

std::vector<std::string> differences(const Reference& recorded, const Full& served, const Other* known) {
  std::vector<std::string> out;
  const Reference& is = served.reference;
  const auto differ = [&](std::string_view what, const auto& registry, const auto& supplier) {
    out.push_back(fmt::format("{}: the registry has {}, served was {}", what, registry, supplier));
  };
  if (is.id != recorded.id) differ("id", recorded.id.str(), is.id.str());
  if (is.manager != recorded.manager) differ("manager", recorded.manager, is.manager);
  if (is.version != recorded.version) differ("version", recorded.version, is.version);
  if (is.state != recorded.state) {
    const auto word = [](const auto& state) { return state ? core::to_text(*state) : std::string_view("none"); };
    differ("state", word(recorded.state), word(is.state));
  }
  if (is.start != recorded.start) differ("time_start", recorded.start.text(), is.start.text());
  if (is.end != recorded.end) differ("time_end", recorded.end.text(), is.end.text());
  if (recorded.details && *recorded.details != served.details.hash) {
    differ("details", recorded.details->hex(), served.details.hash.hex());
  }
  std::size_t outside = 0;
  for (const auto* volumes : {&served.details.volumes, &served.details.off_nominal}) {
    for (const geo::Volume4d& volume : *volumes) {
      // What is stated as a moment is a window of one millisecond here (wire.cc), and may be the last one.
      const bool moment = volume.window.end - volume.window.start <= 1;
      const UtcMs end = moment ? volume.window.start : volume.window.end;
      if (volume.window.start < recorded.start.floor() || end > recorded.end.ceil()) ++outside;
    }
  }
  if (outside > 0) {
    out.push_back(fmt::format("{} volumes reach beyond {} to {}, the times in the registry", outside,
                              recorded.start.text(), recorded.end.text()));
  }
  // Under another OVN it is another registration, which begins with version 1 again. The registry tells a false OVN
  // from a true one when it is used.
  if (known != nullptr && !known->gone && known->last.version == recorded.version && known->last.ovn == is.ovn &&
      known->last.manager == recorded.manager && known->last.details != served.details.hash) {
    out.push_back(fmt::format("details of version {}: they were {} before, and are {} now", recorded.version,
                              known->last.details.hex(), served.details.hash.hex()));
  }
  return out;
}

}  // namespace tansiq::uss
