// The story of levant-2015 from beginning to end; each step is told in a file of its own.
#include <fmt/format.h>

#include "cli/demo_world.h"
#include "cli/levant.h"
#include "cli/levant_teller.h"

namespace tansiq::cli {
namespace {

/// Whose console is shown to a stranger: us decides in three corridors, hears most, and speaks with everybody.
constexpr std::string_view kShown = "us";

Status tell_steps(Levant& levant, Teller& teller, const LevantWitness& witness) {
  TRY_VOID(tell_founding(levant, teller));
  TRY_VOID(tell_whose_is_it(levant, teller));
  TRY_VOID(tell_carrier(levant, teller));
  TRY_VOID(tell_call(levant, teller));
  const UtcMs departs = TRY(tell_corridors(levant, teller));
  TRY_VOID(tell_deviation(levant, teller));
  TRY_VOID(tell_cut_line(levant, teller, departs));
  TRY_VOID(tell_red_line(levant, teller));
  TRY_VOID(tell_near_miss(levant, teller, witness));
  TRY_VOID(tell_growth(levant, teller));
  TRY_VOID(tell_evidence(levant, teller));
  return tell_proof(levant, teller, witness);
}

}  // namespace

Result<std::string> door_text(const Context& context, Levant& levant) {
  LevantOffice& office = levant.office(std::string(kShown));
  const std::string link = TRY(office.link(std::string(kVisitor)));
  return fmt::format("\n    {}\n\n  {}\n", context.paint(Colour::kCyan, link),
                     context.paint(Colour::kDim, fmt::format("The console of {}. The link signs in once, within ten "
                                                             "minutes; after that: name {}, password {}",
                                                             kShown, kVisitor, office.password())));
}

Result<std::string> doors_text(Levant& levant) {
  std::string out;
  for (const std::string& id : levant.running()) {
    out += fmt::format("  {}  {}\n", id, TRY(levant.office(id).link(std::string(kVisitor))));
  }
  return out;
}

Status open_levant(const Context& context, Levant& levant) {
  put(fmt::format("{}\nautumn 2015, SIMULATED: {} minutes pass in each minute\n\n{}\n",
                  context.paint(Colour::kBold, "Three air forces, one sky, no trust"), kLevantScale,
                  demo_map(levant.charter(), context.terminal)));
  for (const std::string& id : levant.running()) {
    put(fmt::format("  {}  {}  process {}, its own folder, key and log\n", id, levant.url_of(id), levant.pid_of(id)));
  }
  put(fmt::format("\n{}\n{}", context.paint(Colour::kBold, "Open this in a browser, and follow each step there:"),
                  TRY(door_text(context, levant))));
  return {};
}

Result<bool> tell_levant(Context& context, Levant& levant) {
  Teller teller(context, levant);
  // Before anything is to be seen.
  const auto witness = TRY(LevantWitness::start(TRY(levant.client_as("us", "us:console", {"admin"}))));
  TRY_VOID(tell_steps(levant, teller, *witness));
  TRY_VOID(teller.end());
  return teller.differ() == 0;
}

}  // namespace tansiq::cli
