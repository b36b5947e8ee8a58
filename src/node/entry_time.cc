#include "node/entry_time.h"

#include "log/jcs.h"

namespace tansiq::node {

std::optional<UtcMs> entry_time(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  log::JcsTopInteger time[] = {{.name = "time_ms", .value = {}}};
  if (!log::JcsDocument::check(line, time) || !time[0].value) return std::nullopt;
  return UtcMs{*time[0].value};
}

}  // namespace tansiq::node
