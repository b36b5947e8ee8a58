#include "surveillance/asterix_tables.h"

#include <array>

namespace tansiq::surveillance::asterix {

std::span<const Edition> editions() {
  static constexpr std::array<Edition, 6> kEditions{{
      {21, "2.6", &kLayout021, "1.5", &kLayout021Ref},
      {34, "1.29", &kLayout034, "", nullptr},
      {48, "1.31", &kLayout048, "1.12", &kLayout048Ref},
      {62, "1.20", &kLayout062, "1.3", &kLayout062Ref},
      {62, "1.19", &kLayout062Edition119, "1.3", &kLayout062Ref},
      {65, "1.5", &kLayout065, "", nullptr},
  }};
  return kEditions;
}

}  // namespace tansiq::surveillance::asterix
