// A situation that holds now, with how it stands: what every detector yields and the alert book takes.
#pragma once

#include "picture/alert.h"

namespace tansiq::picture {

struct Held {
  Situation situation;
  Finding finding;
  friend bool operator==(const Held&, const Held&) = default;
};

}  // namespace tansiq::picture
