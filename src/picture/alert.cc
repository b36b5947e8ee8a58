#include "picture/alert.h"

namespace tansiq::picture {

std::string_view name_of(Priority priority) {
  switch (priority) {
    case Priority::kEmergency:
      return "emergency";
    case Priority::kAlarm:
      return "alarm";
    case Priority::kWarning:
      return "warning";
    case Priority::kCaution:
      return "caution";
  }
  return "";
}

std::string_view name_of(AlertKind kind) {
  switch (kind) {
    case AlertKind::kDistress:
      return "distress";
    case AlertKind::kConflict:
      return "conflict";
    case AlertKind::kVolumeEntry:
      return "volume_entry";
    case AlertKind::kForeignZone:
      return "foreign_zone";
    case AlertKind::kGroupEntry:
      return "group_entry";
    case AlertKind::kOffPlan:
      return "off_plan";
    case AlertKind::kOverrun:
      return "overrun";
    case AlertKind::kDoubleIdentity:
      return "double_identity";
    case AlertKind::kDoubtfulSource:
      return "doubtful_source";
    case AlertKind::kSourceSilent:
      return "source_silent";
  }
  return "";
}

}  // namespace tansiq::picture
