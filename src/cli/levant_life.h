// What goes on over the Levant after the story, for as long as `tansiq demo --keep` lasts: flights that the officers on
// watch file, fly and end, lap after lap, while ships go round.
//
//   LevantLife life(levant);
//   TRY_VOID(life.begin());
//   while (!stop.wait_until(…)) life.turn();              // does what is due by the story's clock
//
// Whoever looks on at a console may act there, too: close a corridor, file in the way, freeze. What is refused then is
// counted and left out; the next lap tries again.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "cli/levant.h"
#include "cli/levant_traffic.h"

namespace tansiq::cli {

class LevantLife {
 public:
  explicit LevantLife(Levant& levant) : levant_(levant) {}

  /// Ends what the story has left in the air, and sets the ships on their rounds. Fails where the sky would not take
  /// them.
  [[nodiscard]] Status begin();
  /// Does what is due.
  void turn();
  /// What nodes have taken, and what they have refused.
  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  enum class Step : std::uint8_t { kActivate, kEnd };
  struct Due {
    Step step = Step::kActivate;
    LapFlight flight;
  };
  void end_story();
  void file_lap(UtcMs now);
  void file(const LapFlight& flight);
  void carry_out(const Due& due);
  [[nodiscard]] bool sent(const std::string& owner, net::Method method, const std::string& target,
                          const std::string& body);

  Levant& levant_;
  std::uint64_t lap_ = 0;
  UtcMs next_lap_;
  std::multimap<UtcMs, Due> due_;  ///< At most two of each flight of the laps that are under way.
  std::uint64_t commands_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace tansiq::cli
