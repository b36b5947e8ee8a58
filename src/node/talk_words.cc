#include "node/talk_words.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "base/foreign_text.h"
#include "talks/catalogue.h"
#include "talks/harmless.h"
#include "talks/render.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using talks::Catalogue;
using talks::Language;

Result<talks::Filled> filled(const TemplatePart& part) {
  std::vector<talks::NamedValue> values;
  values.reserve(part.values.size());
  for (const TemplateValue& value : part.values) values.push_back({value.name, value.value});
  return Catalogue::built_in().check(part.id, part.version, values);
}

Status check_parts(const std::vector<TalkPart>& parts, bool floor, std::string_view where) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto* part = std::get_if<TemplatePart>(&parts[i]);
    if (part == nullptr) continue;
    const auto known = filled(*part);
    const std::string place = fmt::format("{}[{}].template", where, i);
    if (!known) {
      const Error& error = known.error();
      return fail(ErrorCode::kInvalid,
                  error.where.empty() ? error.message : fmt::format("{}: {}", error.where, error.message), place);
    }
    if (floor && !known->of->floor) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("template {} is not of the safety floor: send it in a message of its own",
                              foreign_text(part->id, kQuotedBytesMax)),
                  place);
    }
  }
  return {};
}

std::string value_text(talks::ParameterType type, talks::ParameterValue value, Language language) {
  return talks::render_value(Catalogue::built_in(), {.name = {}, .type = type, .value = std::move(value)}, language);
}
std::string place_text(std::int64_t lat_e7, std::int64_t lng_e7, Language language) {
  return value_text(talks::ParameterType::kPosition, talks::Position{lat_e7, lng_e7}, language);
}
std::string time_text(UtcMs at, Language language) { return value_text(talks::ParameterType::kTime, at, language); }
std::string window_text(const geo::TimeWindow& window, Language language) {
  return value_text(talks::ParameterType::kWindow, talks::Window{window.start, window.end}, language);
}

/// Lines one below the other; empty ones are left out.
class Lines {
 public:
  void add(std::string line) {
    if (line.empty()) return;
    if (!text_.empty()) text_ += '\n';
    text_ += line;
  }
  void words(std::string_view text) { add(shown_line(text)); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

struct Shower {
  Language language;

  ShownPart operator()(const TextPart& part) const {
    return {talks::harmless(part.text.text, kShownBytesMax, talks::Lines::kMany), {}, {}};
  }
  ShownPart operator()(const TemplatePart& part) const {
    const auto known = filled(part);
    if (!known) {
      // By what the sender has said, and by no text of another version: nobody knows that it means the same.
      const std::string named = fmt::format("{}.{}", foreign_text(part.id, kQuotedBytesMax), part.version);
      const bool unknown = known.error().code == ErrorCode::kNotFound;
      return {
          {},
          {},
          foreign_text(fmt::format("{} {}: {}", unknown ? "unknown template" : "template", named, known.error().text()),
                       kShownLineBytesMax)};
    }
    const Catalogue& catalogue = Catalogue::built_in();
    return {talks::render(catalogue, *known->of, known->parameters, language),
            catalogue.text(*known->of, language).title,
            {}};
  }
  ShownPart operator()(const DangerPart& part) const { return {shown_line(part.text), {}, {}}; }
  ShownPart operator()(const PositionPart& part) const {
    Lines lines;
    lines.words(part.name);
    lines.add(place_text(part.lat_e7, part.lng_e7, language));
    if (part.at) lines.add(time_text(*part.at, language));
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const AreaPart& part) const {
    Lines lines;
    lines.words(part.name);
    lines.add(window_text(part.volume.window, language));
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const TimePart& part) const {
    Lines lines;
    lines.words(part.name);
    lines.add(part.until ? window_text({part.at, *part.until}, language) : time_text(part.at, language));
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const FlightPart& part) const {
    Lines lines;
    lines.words(part.call_sign);
    if (part.flight) lines.add(part.flight->str());
    if (part.home) lines.add(part.home->str());
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const TrackPart& part) const {
    return {fmt::format("{} ({})", shown_line(part.name), part.of.str()), {}, {}};
  }
  ShownPart operator()(const IncidentPart& part) const {
    return {fmt::format("{} ({})", shown_line(part.incident), part.opener.str()), {}, {}};
  }
  ShownPart operator()(const QueryPart& part) const {
    Lines lines;
    lines.words(part.text);
    lines.add(place_text(part.lat_e7, part.lng_e7, language));
    lines.add(time_text(part.at, language));
    if (part.track) lines.words(*part.track);
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const AssessmentPart& part) const {
    Lines lines;
    lines.add(window_text(part.period, language));
    for (const AssessmentSection& section : part.sections) {
      lines.words(section.title);
      lines.add(talks::harmless(section.text.text, kShownBytesMax, talks::Lines::kMany));
    }
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const CallPart& part) const {
    Lines lines;
    lines.add(window_text({part.begin, part.end}, language));
    for (const std::string& function : part.functions) lines.words(function);
    for (const std::string& agreed : part.agreed) lines.words(agreed);
    return {lines.take(), {}, {}};
  }
  ShownPart operator()(const PlanPart& part) const {
    Lines lines;
    lines.add(window_text(part.day, language));
    for (const PlannedFlight& flight : part.flights) {
      lines.add(fmt::format("{}: {}", shown_line(flight.call_sign), window_text(flight.window, language)));
      lines.words(flight.change);
    }
    return {lines.take(), {}, {}};
  }
};

}  // namespace

bool goes_over_floor(Precedence precedence, const std::vector<TalkPart>& parts) {
  return precedence == Precedence::kStop || has_part<DangerPart>(parts) || has_part<QueryPart>(parts);
}

Status check_templates(const Act& act) {
  if (const auto* send = std::get_if<SendTalk>(&act)) {
    const Letter& letter = send->letter;
    return check_parts(letter.parts, goes_over_floor(letter.precedence, letter.parts), "act.letter.parts");
  }
  // An answer is no claim on the floor: it speaks of what was asked, and needs no relation either way.
  if (const auto* answer = std::get_if<AnswerTalk>(&act))
    return check_parts(answer->reply.parts, false, "act.reply.parts");
  if (const auto* state = std::get_if<StateIncident>(&act)) return check_parts(state->parts, false, "act.parts");
  return {};
}

std::string shown_line(std::string_view text) { return talks::harmless(text, kShownLineBytesMax); }

ShownPart shown_part(const TalkPart& part, Language language) { return std::visit(Shower{language}, part); }

void write_parts(log::JcsWriter& out, const std::vector<TalkPart>& parts, Language language) {
  out.begin_array();
  for (const TalkPart& part : parts) {
    const ShownPart shown = shown_part(part, language);
    out.begin_object().key("part");
    core::Codec<TalkPart>::write(out, part);
    if (!shown.text.empty()) out.key("shown").string(shown.text);
    if (!shown.title.empty()) out.key("title").string(shown.title);
    if (!shown.trouble.empty()) out.key("trouble").string(shown.trouble);
    out.end_object();
  }
  out.end_array();
}

Result<Language> read_language(const std::optional<std::string>& text) {
  if (!text) return Language::kEnglish;
  auto language = talks::parse_language(*text);
  if (!language) return fail(ErrorCode::kInvalid, language.error().message, "language");
  return *language;
}

}  // namespace tansiq::node
