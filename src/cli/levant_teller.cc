#include "cli/levant_teller.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/levant_steps.h"
#include "cli/levant_talks.h"
#include "cli/units_text.h"

namespace tansiq::cli {
namespace {

using node::StoryKind;
using node::StoryLine;

constexpr std::string_view kNobody = "–";

node::StoryWords words_of_step(const LevantWords& words) {
  node::StoryWords out;
  for (const talks::Language language : talks::kLanguages) {
    out.at(talks::index_of(language)) = words.at(talks::index_of(language));
  }
  return out;
}

std::int32_t e7(double degrees) { return static_cast<std::int32_t>(std::lround(degrees * 1e7)); }

}  // namespace

Teller::Teller(const Context& context, const Levant& levant)
    : context_(context), levant_(levant), file_(levant.story(), std::ios::binary | std::ios::trunc) {}

void Teller::write(StoryLine line) {
  line.at = levant_.now();
  file_ << node::write_story_line(line) << std::flush;
}

void Teller::chapter(std::size_t number) {
  constexpr std::size_t kIndent = 4;
  constexpr std::size_t kColumnsMax = 112;
  const LevantStep& step = levant_step(number);
  const auto english = talks::index_of(talks::Language::kEnglish);
  put(fmt::format("\n{}\n", context_.paint(Colour::kBold, fmt::format("{:>2}  {}", number, step.title.at(english)))));
  const std::size_t columns = std::min(context_.terminal.columns(), kColumnsMax);
  const std::string about = wrap(step.about.at(english), columns, kIndent);
  put(fmt::format("{:{}}{}\n", "", kIndent, context_.paint(Colour::kDim, about)));
  write({.kind = StoryKind::kStep,
         .step = static_cast<std::int64_t>(number),
         .title = words_of_step(step.title),
         .about = words_of_step(step.about)});
}

void Teller::happens(std::string_view who, std::string_view what) {
  put(fmt::format("    {}  {} {}\n", context_.paint(Colour::kDim, clock_text(levant_.now()).substr(0, 8)),
                  context_.paint(Colour::kBold, fmt::format("{:<3}", who)), what));
  write({.kind = StoryKind::kHappens,
         .who = who == kNobody ? std::string() : std::string(who),
         .text = std::string(what)});
}

void Teller::check(std::string_view expected, bool seen, std::string_view instead) {
  if (seen) {
    put(fmt::format("              {} {}\n", context_.paint(Colour::kGreen, "seen   "), expected));
    write({.kind = StoryKind::kCheck, .text = std::string(expected), .seen = true});
    return;
  }
  ++differ_;
  const std::string_view was = instead.empty() ? std::string_view("it was not seen") : instead;
  put(fmt::format("              {} {}; {}\n", context_.paint(Colour::kRed, "DIFFERS"), expected, was));
  write({.kind = StoryKind::kCheck, .text = std::string(expected), .seen = false, .instead = std::string(was)});
}

void Teller::reads(std::string_view who, std::string_view words) {
  put(fmt::format("              {}\n", context_.paint(Colour::kCyan, fmt::format("{} reads: {}", who, words))));
  write({.kind = StoryKind::kReads, .who = std::string(who), .text = std::string(words), .language = language_of(who)});
}

void Teller::note(std::string_view text) {
  put(fmt::format("              {}\n", context_.paint(Colour::kDim, text)));
  write({.kind = StoryKind::kNote, .text = std::string(text)});
}

void Teller::look(std::string_view name, std::optional<SkyPoint> place, std::optional<node::StoryThing> select) {
  StoryLine line{.kind = StoryKind::kLook, .text = std::string(name), .select = std::move(select)};
  if (place) line.place = geo::LatLng{e7(place->lat), e7(place->lng)};
  write(std::move(line));
}

Status Teller::end() {
  put(differ_ == 0 ? context_.paint(Colour::kGreen, "\nAll as expected.\n")
                   : context_.paint(Colour::kRed, fmt::format("\n{} differ from what was expected.\n", differ_)));
  write({.kind = StoryKind::kEnd, .differ = differ_});
  if (!file_) return fail(ErrorCode::kIo, "the story cannot be written", levant_.story().string());
  return {};
}

}  // namespace tansiq::cli
