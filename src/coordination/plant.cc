#include "coordination/plant.h"

namespace tansiq::coordination {

#ifdef TANSIQ_PLANT
Plant planted_bug = Plant::kNone;
#endif

bool set_plant(std::string_view name) {
#ifdef TANSIQ_PLANT
  const auto plant = core::parse_enum<Plant>(name);
  if (!plant) return false;
  planted_bug = *plant;
  return true;
#else
  return name.empty();
#endif
}

}  // namespace tansiq::coordination
