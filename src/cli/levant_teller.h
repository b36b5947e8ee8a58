// How the story of levant-2015 is told, for the files that tell its steps: on the terminal, and in the file that nodes
// show in their consoles (node/story.h).
#pragma once

#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "cli/context.h"
#include "cli/levant.h"
#include "cli/levant_sky.h"
#include "cli/levant_witness.h"
#include "node/story.h"

namespace tansiq::cli {

/// Prints the story, writes it down, and counts what differs.
class Teller {
 public:
  /// Begins the file of the story. Outlived by both.
  Teller(const Context& context, const Levant& levant);

  /// `number` as in levant_steps.h, which has its words.
  void chapter(std::size_t number);
  /// `who`: an authority, or "–".
  void happens(std::string_view who, std::string_view what);
  /// After a step: what was expected, and whether that was seen.
  void check(std::string_view expected, bool seen, std::string_view instead = {});
  /// What somebody reads of another's words, in his language.
  void reads(std::string_view who, std::string_view words);
  void note(std::string_view text);
  /// For consoles alone: what to look at now. `name` is shown, and is no word of any language.
  void look(std::string_view name, std::optional<SkyPoint> place, std::optional<node::StoryThing> select = {});
  /// Says how it went. Fails with `kIo` where the file could not be written.
  [[nodiscard]] Status end();

  [[nodiscard]] int differ() const { return differ_; }
  [[nodiscard]] const Context& context() const { return context_; }

 private:
  void write(node::StoryLine line);

  const Context& context_;
  const Levant& levant_;
  std::ofstream file_;
  int differ_ = 0;
};

/// Step 1: the charter, the officers, the first watch; what fr freezes with one key, and what passes all the same.
[[nodiscard]] Status tell_founding(Levant& levant, Teller& teller);

/// Step 2: *whose is it?* Two answers, and an incident that is over before anybody protests.
[[nodiscard]] Status tell_whose_is_it(Levant& levant, Teller& teller);

/// Step 3: fr and ru are allies at sea, less what is withheld; the carrier's group, whose space moves with her.
[[nodiscard]] Status tell_carrier(Levant& levant, Teller& teller);

/// Step 4: chiefs of staff talk, ministries do not.
[[nodiscard]] Status tell_call(Levant& levant, Teller& teller);

/// Step 5: flights across the corridors of two owners. When the first of them departs.
[[nodiscard]] Result<UtcMs> tell_corridors(Levant& levant, Teller& teller);

/// Step 6: a flight that leaves its corridor, one that is late in it, and a craft that nobody can name until somebody
/// is asked.
[[nodiscard]] Status tell_deviation(Levant& levant, Teller& teller);

/// Step 7: the line between us and ru drops, while the flight of step 5 is in the air.
[[nodiscard]] Status tell_cut_line(Levant& levant, Teller& teller, UtcMs departs);

/// Step 8: *never within 10 NM and 15 min of sy*. fr alone is told, before its flight is cleared.
[[nodiscard]] Status tell_red_line(Levant& levant, Teller& teller);

/// Step 9: two aircraft converge below the minima; a STOP, and an incident of which each side says what it has to say.
[[nodiscard]] Status tell_near_miss(Levant& levant, Teller& teller, const LevantWitness& witness);

/// Step 10: a fifth and a sixth authority join, the sixth is removed.
[[nodiscard]] Status tell_growth(Levant& levant, Teller& teller);

/// Of step 11: the bundle of the incident of step 9, and what somebody without a node can tell from it.
[[nodiscard]] Status tell_evidence(Levant& levant, Teller& teller);

/// Of step 11: copies of the nodes' records are verified, and what us has recorded is replayed against what a witness
/// saw there.
[[nodiscard]] Status tell_proof(Levant& levant, Teller& teller, const LevantWitness& witness);

}  // namespace tansiq::cli
