#include "cli/caveat_text.h"

#include <fmt/format.h>

#include "cli/units_text.h"
#include "log/canonical_json.h"

namespace tansiq::cli {

using namespace coordination;

namespace {

constexpr std::size_t kDocumentBytesMax = std::size_t{64} << 20;

template <class T>
Status read_rows(const log::JcsValue& root, std::string_view name, std::vector<T>& out) {
  const log::JcsValue list = TRY(root.at(name));
  TRY_VOID(list.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(TRY(core::read_fields<T>(list[i])));
  return {};
}

std::string subject_words(const CaveatMet& met) {
  if (met.flight) return fmt::format("flight {} of {}", met.flight->str(), met.home.str());
  return fmt::format("intent {} at {}", met.intent ? met.intent->str() : std::string("?"), met.home.str());
}

}  // namespace

Result<CaveatRows> read_caveats(std::string_view document) {
  const std::string canonical = TRY(log::canonical_json(document));
  const auto parsed = TRY(log::JcsDocument::parse(canonical, kDocumentBytesMax));
  CaveatRows out;
  TRY_VOID(read_rows(parsed.root(), "caveats", out.caveats));
  TRY_VOID(read_rows(parsed.root(), "meetings", out.meetings));
  TRY_VOID(read_rows(parsed.root(), "unanswered", out.unanswered));
  TRY_VOID(read_rows(parsed.root(), "watched", out.watched));
  return out;
}

std::string caveats_text(const Terminal& terminal, const CaveatRows& rows) {
  std::string out;
  for (const CaveatStanding& caveat : rows.caveats) {
    out += fmt::format("{}  {} ({})", terminal.paint(Colour::kBold, caveat.caveat.str()), caveat_words(caveat.rule),
                       core::to_text(caveat.rule.domain));
    for (const CaveatDeposit& deposit : caveat.deposits) out += fmt::format(", deposited with {}", deposit.to.str());
    out += "\n";
    if (!caveat.text.empty()) out += fmt::format("    {}\n", printable(caveat.text));
  }
  if (rows.caveats.empty()) out += "no caveat is set\n";
  for (const CaveatMeeting& meeting : rows.meetings) {
    const std::string_view state = meeting.open() ? "meets" : "overridden, meets";
    out +=
        fmt::format("{} {} {}\n", subject_words(meeting.body),
                    terminal.paint(meeting.open() ? Colour::kRed : Colour::kYellow, state), meeting.body.caveat.str());
    for (const CaveatMeet& row : meeting.body.meets) {
      out += fmt::format("    {}  {}  {}{}\n", row.manager.str(), window_text(row.window), printable(row.name),
                         row.told_by ? fmt::format("  (told by {})", row.told_by->str()) : std::string());
    }
    if (!meeting.open()) {
      out += fmt::format("    because: {}\n", printable(meeting.text));
    } else if (meeting.body.flight) {
      out += fmt::format("    tansiq caveat override --flight {} --text WHY\n", meeting.body.flight->str());
    }
  }
  for (const CaveatWithdrawn& silent : rows.unanswered) {
    out += fmt::format("{} does not report on {} now: its relation `disclosure` towards us is below 2\n",
                       silent.to.str(), silent.caveat.str());
  }
  for (const CaveatWatched& watched : rows.watched) {
    out += fmt::format("watched here for {}: {}, {}\n", watched.holder.str(), watched.caveat.str(),
                       caveat_words(watched.rule));
  }
  return out;
}

}  // namespace tansiq::cli
