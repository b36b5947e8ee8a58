// Parts of messages in words; the rest of talk_text.h is in talk_text.cc.
#include <fmt/format.h>

#include <algorithm>

#include "cli/talk_text.h"
#include "cli/talk_words.h"
#include "cli/units_text.h"
#include "talks/harmless.h"
#include "talks/render.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kSecondsPerHour = 3'600;
/// Of somebody's words; longer ones cannot be in a message.
constexpr std::size_t kShownBytesMax = 4 * kTalkTextBytesMax;

std::string label(std::string_view text) { return label_text(text); }

std::string place_text(std::int64_t lat_e7, std::int64_t lng_e7) {
  return point_text({static_cast<std::int32_t>(lat_e7), static_cast<std::int32_t>(lng_e7)});
}

std::string in_lines(const std::vector<std::string>& lines, std::size_t indent) {
  return fmt::format("{}", fmt::join(lines, "\n" + std::string(indent, ' ')));
}

struct PartWords {
  const std::string& shown;
  const AuthorityId& author;
  const Reader& reader;
  std::size_t indent;

  [[nodiscard]] std::string moment(UtcMs t) const { return moment_with_span(t, reader.now); }

  std::string operator()(const TextPart& part) const {
    std::string head;
    if (part.translates) head = fmt::format("translation of {}, ", short_hash(*part.translates));
    if (part.translates || part.language != talks::to_text(reader.language)) {
      head = fmt::format("[{}in {}] ", head, label(part.language));
    }
    return head + words_text(part.text.text, reader, indent);
  }
  std::string operator()(const TemplatePart& part) const {
    const talks::Catalogue& catalogue = talks::Catalogue::built_in();
    std::vector<talks::NamedValue> values;
    for (const TemplateValue& value : part.values) values.push_back({value.name, value.value});
    const auto filled = catalogue.check(part.id, part.version, values);
    const std::string number = fmt::format("{}.{}", label(part.id), part.version);
    if (filled) {
      const std::string text = talks::render(catalogue, *filled->of, filled->parameters, reader.language);
      return wrap(fmt::format("{}  {}", number, text), reader.columns, indent);
    }
    if (!shown.empty()) return fmt::format("{}  {}", number, words_text(shown, reader, indent));
    std::vector<std::string> lines{fmt::format("{}  NOT KNOWN HERE ({})", number, label(filled.error().message))};
    for (const TemplateValue& value : part.values) {
      lines.push_back(fmt::format("  {} = {}", label(value.name), label(value.value)));
    }
    return in_lines(lines, indent);
  }
  std::string operator()(const DangerPart& part) const {
    const std::string_view kind = part.kind == Danger::kDistress ? "DISTRESS" : "COLLISION WARNING";
    return part.text.empty() ? std::string(kind) : fmt::format("{}: {}", kind, label(part.text));
  }
  std::string operator()(const PositionPart& part) const {
    std::string text =
        fmt::format("{}: {}", part.name.empty() ? "position" : label(part.name), place_text(part.lat_e7, part.lng_e7));
    if (part.band) text += ", " + level_text(*part.band);
    if (part.at) text += ", at " + moment(*part.at);
    return text;
  }
  std::string operator()(const AreaPart& part) const {
    return fmt::format("{}: {}, {}, {}", part.name.empty() ? "area" : label(part.name),
                       outline_text(part.volume.outline), band_text(part.volume.band), window_text(part.volume.window));
  }
  std::string operator()(const TimePart& part) const {
    const std::string name = part.name.empty() ? "time" : label(part.name);
    if (!part.until) return fmt::format("{}: {}", name, moment(part.at));
    return fmt::format("{}: from {} to {}", name, moment(part.at), moment(*part.until));
  }
  std::string operator()(const FlightPart& part) const {
    std::string text =
        "flight " + (part.call_sign.empty() ? std::string("without a call sign") : label(part.call_sign));
    if (part.flight) text += fmt::format(", id {}", part.flight->str());
    if (part.home) text += fmt::format(", of {}", part.home->str());
    return text;
  }
  std::string operator()(const TrackPart& part) const {
    return fmt::format("track {} in the picture of {}", label(part.name), part.of.str());
  }
  std::string operator()(const IncidentPart& part) const {
    return fmt::format("incident {}/{}", part.opener.str(), label(part.incident));
  }
  std::string operator()(const QueryPart& part) const {
    std::string text = fmt::format("WHOSE IS IT? Seen {}, {}", moment(part.at), place_text(part.lat_e7, part.lng_e7));
    if (part.band) text += ", " + level_text(*part.band);
    if (part.track) text += fmt::format(", track {} in the picture of {}", label(*part.track), author.str());
    if (part.asks) text += fmt::format("; {} asks for {}", author.str(), part.asks->str());
    if (!part.text.empty()) text += ": " + label(part.text);
    return text;
  }
  std::string operator()(const AssessmentPart& part) const {
    std::vector<std::string> lines{"assessment of " + window_text(part.period)};
    if (part.area) {
      lines.push_back(fmt::format("  {}, {}", outline_text(part.area->outline), band_text(part.area->band)));
    }
    for (const AssessmentSection& section : part.sections) {
      lines.push_back(fmt::format("  {} (may be passed on to {})", label(section.title),
                                  section.releasable.empty() ? "nobody" : names_text(section.releasable)));
      lines.push_back("    " + words_text(section.text.text, reader, indent + 4));
    }
    return in_lines(lines, indent);
  }
  std::string operator()(const CallPart& part) const {
    std::vector<std::string> functions;
    for (const std::string& function : part.functions) functions.push_back(label(function));
    std::vector<std::string> lines{
        fmt::format("call {}, {} spoke; {} says that was agreed:", window_text({part.begin, part.end}),
                    fmt::join(functions, ", "), author.str())};
    for (const std::string& point : part.agreed) lines.push_back("  - " + label(point));
    if (part.agreed.empty()) lines.emplace_back("  nothing");
    return in_lines(lines, indent);
  }
  std::string operator()(const PlanPart& part) const {
    std::vector<std::string> lines{fmt::format("plan for {}, version {}, to be answered by {}", window_text(part.day),
                                               part.version, moment(part.answer_by))};
    for (const PlannedFlight& flight : part.flights) {
      lines.push_back(fmt::format("  {}  {}{}", label(flight.call_sign), window_text(flight.window),
                                  flight.change.empty() ? "" : "  CHANGED: " + label(flight.change)));
    }
    return in_lines(lines, indent);
  }
};

}  // namespace

std::string elapsed_text(DurationMs span) {
  const std::int64_t s = span / 1'000;
  if (s < 60) return fmt::format("{} s", s);
  if (s < kSecondsPerHour) {
    return s % 60 == 0 ? fmt::format("{} min", s / 60) : fmt::format("{} min {} s", s / 60, s % 60);
  }
  if (s < kSecondsPerDay) return fmt::format("{} h {:02} min", s / kSecondsPerHour, s / 60 % 60);
  return fmt::format("{} d {} h", s / kSecondsPerDay, s / kSecondsPerHour % 24);
}

std::string moment_text(UtcMs t, UtcMs now) {
  const std::string text = format_utc(t);
  if (text.substr(0, 10) == format_utc(now).substr(0, 10)) return text.substr(11, 8);
  return text.substr(0, 10) + " " + text.substr(11, 8);
}

std::string moment_with_span(UtcMs t, UtcMs now) {
  const std::string text = moment_text(t, now);
  if (t > now) return fmt::format("{} (in {})", text, elapsed_text(t - now));
  return fmt::format("{} ({} ago)", text, elapsed_text(now - t));
}

std::string short_hash(const core::EntryHash& hash) { return hash.hex().substr(0, kHashDigitsShown); }

std::string names_text(const std::vector<AuthorityId>& names) {
  std::vector<std::string> out;
  for (const AuthorityId& name : names) out.push_back(name.str());
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string label_text(std::string_view text) { return talks::harmless(text, kShownBytesMax); }

std::string words_text(std::string_view words, const Reader& reader, std::size_t indent) {
  const std::string shown = talks::harmless(words, kShownBytesMax, talks::Lines::kMany);
  std::string out;
  for (std::string_view rest = shown;;) {
    const std::size_t end = rest.find('\n');
    out += wrap(rest.substr(0, end), reader.columns, indent);
    if (end == std::string_view::npos) return out;
    out += "\n" + std::string(indent, ' ');
    rest.remove_prefix(end + 1);
  }
}

std::string part_text(const ShownPart& part, const AuthorityId& author, const Reader& reader, std::size_t indent) {
  std::string text = std::visit(PartWords{part.shown, author, reader, indent}, part.part);
  if (!part.trouble.empty()) text += fmt::format("\n{}! {}", std::string(indent, ' '), label_text(part.trouble));
  return text;
}

std::string answer_words(const AnswerRow& answer, const AuthorityId& author) {
  if (answer.kind == AnswerKind::kAgree) {
    return fmt::format("agrees to {}", answer.agreed ? short_hash(*answer.agreed) : std::string("nothing"));
  }
  if (answer.kind == AnswerKind::kDispute) return "DISPUTES it";
  if (!answer.finding) return "answers";
  const AuthorityId& whose = answer.source ? *answer.source : author;
  std::string text;
  switch (*answer.finding) {
    case Finding::kMine:
      text = fmt::format("it IS {}'s", whose.str());
      break;
    case Finding::kNotMine:
      text = fmt::format("it is NOT {}'s", whose.str());
      break;
    case Finding::kDeclined:
      text = fmt::format("{} declines to say", whose.str());
      break;
    case Finding::kUnknown:
      text = fmt::format("{} does not know", whose.str());
      break;
  }
  if (answer.source) text += fmt::format(", on the word of {}", answer.source->str());
  return text;
}

std::string distance_text(std::int64_t metres) {
  if (metres < 1'000) return fmt::format("{} m", metres);
  return fmt::format("{}.{} km", group_digits(static_cast<std::uint64_t>(metres / 1'000)), metres % 1'000 / 100);
}

}  // namespace tansiq::cli
