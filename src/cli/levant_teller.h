// How the story of levant-2015 is told, for the files that tell its steps.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "cli/context.h"
#include "cli/levant.h"
#include "cli/levant_witness.h"
#include "cli/units_text.h"

namespace tansiq::cli {

/// Prints the story, and counts what differs.
class Teller {
 public:
  Teller(const Context& context, const Levant& levant) : context_(context), levant_(levant) {}

  void chapter(std::string_view number, std::string_view title) {
    put(fmt::format("\n{}\n", context_.paint(Colour::kBold, fmt::format("{:>2}  {}", number, title))));
  }
  void happens(std::string_view who, std::string_view what) {
    put(fmt::format("    {}  {} {}\n", context_.paint(Colour::kDim, clock_text(levant_.now()).substr(0, 8)),
                    context_.paint(Colour::kBold, fmt::format("{:<3}", who)), what));
  }
  /// After a step: what was expected, and whether that was seen.
  void check(std::string_view expected, bool seen, std::string_view instead = {}) {
    if (seen) {
      put(fmt::format("              {} {}\n", context_.paint(Colour::kGreen, "seen   "), expected));
      return;
    }
    ++differ_;
    put(fmt::format("              {} {}; {}\n", context_.paint(Colour::kRed, "DIFFERS"), expected,
                    instead.empty() ? std::string_view("it was not seen") : instead));
  }
  void note(std::string_view text) { put(fmt::format("              {}\n", context_.paint(Colour::kDim, text))); }
  [[nodiscard]] int differ() const { return differ_; }
  [[nodiscard]] const Context& context() const { return context_; }

 private:
  const Context& context_;
  const Levant& levant_;
  int differ_ = 0;
};

/// Of step 3: the carrier's group, whose space moves with her. fr and ru are allies at sea by then.
[[nodiscard]] Status tell_group(Levant& levant, Teller& teller);

/// Step 6: a flight that leaves its corridor, one that is late in it, and a craft that nobody can name.
[[nodiscard]] Status tell_deviation(Levant& levant, Teller& teller);

/// Step 9: two aircraft converge below the minima.
[[nodiscard]] Status tell_near_miss(Levant& levant, Teller& teller);

/// Of step 11: what us has recorded, replayed, against what a witness saw there until `until`. The nodes have stopped.
[[nodiscard]] Status tell_replay(Levant& levant, Teller& teller, const LevantWitness& witness, UtcMs until);

/// Step 8: *never within 10 NM and 15 min of sy*. fr alone is told, before its flight is cleared.
[[nodiscard]] Status tell_red_line(Levant& levant, Teller& teller);

/// Step 10: a fourth and a fifth authority join, the fifth is removed.
[[nodiscard]] Status tell_growth(Levant& levant, Teller& teller);

}  // namespace tansiq::cli
