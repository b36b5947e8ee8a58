// Runs tests/scenarios/*.scn: stories in which one sees the airspace, the timetable and the verdicts. The language is
// described in tests/scenarios/README.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/units.h"
#include "core/audit.h"
#include "core/core_testlib.h"

namespace tansiq::core {
namespace {

using testing::Desk;

constexpr std::size_t kDrawingColumn = 40;

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) out.push_back(part);
  return out;
}

std::int64_t number(std::string_view text) {
  std::int64_t n = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') break;
    n = n * 10 + (c - '0');
  }
  return n;
}

UtcMs clock_time(const std::string& hhmm) {
  return testing::minutes((number(hhmm.substr(0, 2)) - 12) * 60 + number(hhmm.substr(3)));
}

/// `FL180-FL240`, `FL200` (500 ft up and down) or `sea`.
geo::LevelBand levels(const std::string& text) {
  if (text == "sea") return {};
  const auto parts = split(text, '-');
  const std::int64_t low = cm_from_flight_level(number(parts[0].substr(2)));
  constexpr auto kFl = geo::VerticalReference::kFlightLevel;
  if (parts.size() == 1) return {low - 15'240, low + 15'240, kFl};
  return {low, cm_from_flight_level(number(parts[1].substr(2))), kFl};
}

/// The airspace: points of the drawing and zones.
class Map {
 public:
  void add_line(const std::string& line) {
    const std::string left = line.substr(0, kDrawingColumn);
    const std::string right = line.size() > kDrawingColumn ? line.substr(kDrawingColumn) : "";
    const std::size_t word = static_cast<std::size_t>(
        std::find_if(right.begin(), right.end(), [](char c) { return c >= 'a' && c <= 'z'; }) - right.begin());
    std::string here;
    for (std::size_t i = 0; i < word; ++i) {
      if (right[i] < 'A' || right[i] > 'Z') continue;
      points_[right[i]] = {static_cast<std::int32_t>(360'000'000 - row_ * 1'000'000),
                           static_cast<std::int32_t>(380'000'000 + static_cast<int>(i) * 200'000)};
      here += right[i];
    }
    ++row_;
    if (!words(left).empty()) zones_.push_back({words(left), words(right.substr(word)), here});
  }

  [[nodiscard]] std::vector<geo::LatLng> line(const std::string& names) const {
    std::vector<geo::LatLng> out;
    for (const char c : names) {
      if (c != '-') out.push_back(points_.at(c));
    }
    return out;
  }

  /// `A-B-C`, `A~800m` or `ring:A-B-C`.
  [[nodiscard]] geo::Outline route(const std::string& text) const {
    if (text.starts_with("ring:")) return geo::Polygon{line(text.substr(5))};
    if (const auto at = text.find('~'); at != std::string::npos) {
      return geo::Circle{points_.at(text[0]), number(text.substr(at + 1)) * 100};
    }
    return geo::Corridor{line(text), 500'00, 500'00};
  }

  [[nodiscard]] Charter charter() const {
    Charter charter;
    charter.id = "scenario";
    charter.name = "Scenario";
    charter.data_mode = DataMode::kTest;
    charter.valid_from = testing::kNoon;
    std::set<std::string> owners{"us"};
    for (const ZoneLine& z : zones_) {
      owners.insert(z.left.at(2));
      charter.zones.push_back(zone(z));
    }
    for (const std::string& owner : owners) charter.authorities.push_back({AuthorityId::trusted(owner), owner, {}});
    return charter;
  }

 private:
  struct ZoneLine {
    std::vector<std::string> left;
    std::vector<std::string> attributes;
    std::string points;
  };

  [[nodiscard]] Zone zone(const ZoneLine& z) const {
    Zone out;
    out.id = ZoneId::trusted(z.left.at(1));
    out.owner = AuthorityId::trusted(z.left.at(2));
    out.rule = parse_rule(z.left.at(3)).value();
    out.background = z.left.at(4) == "background";
    out.domain = z.left.at(4) == "sea" ? Domain::kSea : Domain::kAir;
    if (!out.background) out.band = levels(z.left.at(4));
    std::string along = z.points;
    std::int64_t wide_cm = 5'000'00;
    for (std::size_t i = 0; i < z.attributes.size(); ++i) {
      const std::string& name = z.attributes[i];
      if (name == "along") along = z.attributes.at(++i);
      if (name == "wide") wide_cm = number(z.attributes.at(++i)) * 1'000'00;
      if (name == "tells") out.disclosure = parse_disclosure(z.attributes.at(++i)).value();
      if (name == "minima") {
        out.minima = {number(z.attributes.at(i + 1)), cm_from_feet(number(z.attributes.at(i + 2))),
                      number(z.attributes.at(i + 3)) * 1'000};
        i += 3;
      }
    }
    if (!out.background) out.outline = geo::Corridor{line(along), wide_cm, wide_cm};
    return out;
  }

  std::map<char, geo::LatLng> points_;
  std::vector<ZoneLine> zones_;
  int row_ = 0;
};

/// What happened at a step, in the words of the expectations.
struct Verdict {
  std::string word;  ///< The first expectation.
  Decision decision;
  geo::LevelBand asked_band;
};

class Story {
 public:
  explicit Story(const Map& map) : map_(map), desk_(map.charter()) {}

  void step(const std::string& line) {
    const std::size_t arrow = line.find("->");
    ASSERT_NE(arrow, std::string::npos) << "a step needs `->`";
    const auto act = words(line.substr(0, arrow));
    desk_.now = clock_time(act.at(1));
    const Verdict verdict = act.at(2) == "time" ? time_passes() : tell(act);
    std::string expectations = line.substr(arrow + 2);
    const auto wanted = split(expectations, ',');
    ASSERT_FALSE(wanted.empty());
    for (std::size_t i = 0; i < wanted.size(); ++i) expect(words(wanted[i]), verdict, i == 0);
  }

  /// The record must lead to the same state again, and deciding again to the same record.
  void check_record() {
    const auto replayed = desk_.replayed();
    ASSERT_TRUE(replayed) << replayed.error().text();
    EXPECT_EQ(replayed->state_hash(), desk_.machine.state_hash());
    const auto loaded = Machine::read_snapshot(desk_.config(), desk_.machine.write_snapshot());
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(loaded->state_hash(), desk_.machine.state_hash());
    auto auditor = Auditor::make(desk_.config());
    ASSERT_TRUE(auditor);
    for (const std::string& line : desk_.log) {
      const auto difference = auditor->check(line);
      ASSERT_TRUE(difference) << difference.error().text();
      EXPECT_FALSE(difference->has_value()) << (*difference)->message << "\n" << line << (*difference)->decided;
    }
  }

 private:
  [[nodiscard]] geo::Volume4d volume(const std::string& route, const std::string& level,
                                     const std::string& window) const {
    return {.outline = map_.route(route),
            .band = levels(level),
            .window = {clock_time(window.substr(0, 5)), clock_time(window.substr(6))}};
  }

  [[nodiscard]] std::int64_t version(const std::string& id) const {
    if (const Intent* intent = desk_.machine.find_intent(testing::intent_id(id))) return intent->version;
    if (const Measure* measure = desk_.machine.find_measure(testing::measure_id(id))) return measure->version;
    return 1;
  }

  static std::string option(const std::vector<std::string>& act, const std::string& name) {
    const auto at = std::find(act.begin(), act.end(), name);
    return at == act.end() ? "" : *(at + 1);
  }

  [[nodiscard]] std::vector<std::string> keys(const std::vector<std::string>& act) const {
    std::vector<std::string> out;
    for (const std::string& id : split(option(act, "knowing"), ',')) out.push_back(desk_.machine.ovn(desk_.intent(id)));
    return out;
  }

  [[nodiscard]] Action action(const std::vector<std::string>& act) {
    const std::string& verb = act.at(3);
    const std::string& name = act.at(4);
    if (verb == "takes") return moved(name);
    const IntentId id = testing::intent_id(name);
    if (verb == "files" || verb == "asks") {
      const geo::Volume4d v = volume(act.at(5), act.at(6), act.at(7));
      const Domain domain = act.at(6) == "sea" ? Domain::kSea : Domain::kAir;
      return CreateIntent{.intent = id, .flight = name, .domain = domain, .volumes = {v}, .keys = keys(act)};
    }
    if (verb == "updates") {
      return UpdateIntent{id, version(name), name, {volume(act.at(5), act.at(6), act.at(7))}, keys(act)};
    }
    if (verb == "activates") return ActivateIntent{id, version(name)};
    if (verb == "ends") return EndIntent{id, version(name)};
    if (verb == "lifts") return EndMeasure{testing::measure_id(name), version(name)};
    if (verb == "reports") {
      std::vector<geo::Volume4d> off_nominal;
      if (act.size() > 6) off_nominal.push_back(volume(act.at(6), act.at(7), act.at(8)));
      if (act.at(5) == "contingent") return ReportContingent{id, version(name), off_nominal};
      return ReportNonconforming{id, version(name), off_nominal};
    }
    EXPECT_EQ(verb, "declares") << "unknown verb";
    return testing::measure(name, act.at(5), parse_effect(act.at(6)).value(),
                            {volume(act.at(7), act.at(8), act.at(9))});
  }

  /// What was refused last, moved as it was proposed.
  [[nodiscard]] CreateIntent moved(const std::string& axis) {
    CreateIntent again = refused_;
    if (axis == "time") {
      EXPECT_TRUE(counter_.time_shift_ms);
      again.volumes = shifted(again.volumes, counter_.time_shift_ms.value_or(0), 0);
    } else {
      EXPECT_TRUE(counter_.level_shift_cm);
      again.volumes = shifted(again.volumes, 0, counter_.level_shift_cm.value_or(0));
    }
    return again;
  }

  Verdict tell(const std::vector<std::string>& act) {
    const Action what = action(act);
    Verdict verdict;
    if (const auto* create = std::get_if<CreateIntent>(&what)) verdict.asked_band = create->volumes[0].band;
    if (act.at(3) == "asks") {
      const auto preview = desk_.machine.preview(testing::command(act.at(2), "preview", what), desk_.now);
      EXPECT_TRUE(preview) << preview.error().text();
      verdict.decision = *preview;
      verdict.word = preview->accepted() ? "accepted" : fmt::format("refused {}", to_text(preview->refusal));
      return verdict;
    }
    const std::string command_id = option(act, "under");
    const auto outcome =
        command_id.empty() ? desk_.tell(act.at(2), what, desk_.now) : desk_.tell_as(act.at(2), command_id, what);
    if (!outcome) {
      verdict.word = fmt::format("error {}", error_info(outcome.error().code).slug);
    } else if (outcome->repeated) {
      verdict.word = "repeated";
    } else {
      verdict.decision = outcome->decision;
      verdict.word = word_of(outcome->type, outcome->decision);
      if (const auto* create = std::get_if<CreateIntent>(&what); create && !outcome->decision.accepted()) {
        refused_ = *create;
        counter_ = outcome->decision.counter;
      }
    }
    return verdict;
  }

  static std::string word_of(EntryType type, const Decision& decision) {
    if (!decision.accepted()) return fmt::format("refused {}", to_text(decision.refusal));
    const std::string name(to_text(type));
    if (name == "measure.created") return "declared";
    if (name == "measure.ended") return "lifted";
    return name.substr(name.find('.') + 1);
  }

  Verdict time_passes() {
    Verdict verdict;
    const std::size_t before = desk_.log.size();
    desk_.tick();
    for (std::size_t i = before; i < desk_.log.size(); ++i) {
      const auto entry = read_entry(desk_.log[i]);
      EXPECT_TRUE(entry);
      for (const Expired& row : entry->expired) verdict.word += " " + row.id;
    }
    verdict.word = verdict.word.empty() ? "nothing" : "expired" + verdict.word;
    return verdict;
  }

  static std::string names(const std::vector<Conflict>& rows) {
    std::vector<std::string> out;
    for (const Conflict& row : rows) {
      if (out.empty() || out.back() != row.intent.str()) out.push_back(row.intent.str());
    }
    return fmt::format("{}", fmt::join(out, " "));
  }

  static void expect(const std::vector<std::string>& want, const Verdict& verdict, bool first) {
    ASSERT_FALSE(want.empty());
    const Decision& d = verdict.decision;
    std::vector<std::string> rest(want.begin() + 1, want.end());
    if (first) {
      // The verdict may be followed by `in Z…`.
      const auto in = std::find(want.begin(), want.end(), "in");
      EXPECT_EQ(verdict.word, fmt::format("{}", fmt::join(want.begin(), in, " ")));
      if (in == want.end()) return;
      rest.assign(in + 1, want.end());
      std::vector<std::string> zones;
      if (!d.zones.empty()) {
        for (const ZoneId& zone : d.zones[0]) zones.push_back(zone.str());
      }
      EXPECT_EQ(zones, rest);
      return;
    }
    const std::string& what = want[0];
    const std::string names_wanted = fmt::format("{}", fmt::join(rest, " "));
    if (what == "with") {
      EXPECT_EQ(names(d.conflicts), names_wanted);
    } else if (what == "overlaps") {
      EXPECT_EQ(names(d.overlaps), names_wanted);
    } else if (what == "affects") {
      EXPECT_EQ(names(d.affected), names_wanted);
    } else if (what == "missing") {
      std::vector<std::string> ids;
      for (const auto& row : d.missing) ids.push_back(row.intent.str());
      EXPECT_EQ(ids, rest);
    } else if (what == "meets") {
      std::vector<std::string> ids;
      for (const auto& row : d.measures) ids.push_back(row.measure.str());
      EXPECT_EQ(ids, rest);
    } else if (what == "foreign") {
      std::vector<std::string> ids;
      for (const auto& row : d.foreign) ids.push_back(row.zone.str());
      EXPECT_EQ(ids, rest);
    } else if (what == "told") {
      ASSERT_FALSE(d.conflicts.empty());
      EXPECT_EQ(to_text(d.conflicts[0].told), rest.at(0));
    } else if (what == "overrun") {
      EXPECT_TRUE(d.overrun);
    } else {
      expect_counter(what, rest, verdict);
    }
  }

  static void expect_counter(const std::string& what, const std::vector<std::string>& rest, const Verdict& verdict) {
    const Counter& counter = verdict.decision.counter;
    if (what == "later" || what == "earlier") {
      const std::int64_t sign = what == "later" ? 1 : -1;
      EXPECT_EQ(counter.time_shift_ms, sign * number(rest.at(0)) * 60'000);
    } else if (what == "level") {
      ASSERT_TRUE(counter.level_shift_cm) << "no level was proposed";
      const geo::LevelBand& band = verdict.asked_band;
      EXPECT_EQ((band.lower_cm + band.upper_cm) / 2 + *counter.level_shift_cm,
                cm_from_flight_level(number(rest.at(0).substr(2))));
    } else if (what == "no") {
      if (rest.at(0) == "time") {
        EXPECT_FALSE(counter.time_shift_ms);
      }
      if (rest.at(0) == "level") {
        EXPECT_FALSE(counter.level_shift_cm);
      }
    } else {
      FAIL() << "unknown expectation " << what;
    }
  }

  const Map& map_;
  Desk desk_;
  CreateIntent refused_;
  Counter counter_;
};

class ScenarioTest : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(ScenarioTest, Runs) {
  std::ifstream file(GetParam());
  ASSERT_TRUE(file.is_open());
  Map map;
  std::vector<std::pair<int, std::string>> steps;
  std::string line;
  for (int n = 1; std::getline(file, line); ++n) {
    if (line.starts_with('#') || words(line).empty()) continue;
    if (line.starts_with("at ")) {
      steps.emplace_back(n, line);
    } else {
      ASSERT_TRUE(steps.empty()) << "line " << n << ": the airspace comes before the first step";
      map.add_line(line);
    }
  }
  ASSERT_FALSE(steps.empty());
  Story story(map);
  for (const auto& [n, step] : steps) {
    SCOPED_TRACE(fmt::format("{}:{}: {}", GetParam().filename().string(), n, step));
    story.step(step);
    if (HasFatalFailure()) return;
  }
  story.check_record();
}

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(TANSIQ_SOURCE_DIR "/tests/scenarios")) {
    if (entry.path().extension() == ".scn") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Files, ScenarioTest, ::testing::ValuesIn(scenarios()),
                         [](const auto& test) { return test.param.stem().string(); });

}  // namespace
}  // namespace tansiq::core
