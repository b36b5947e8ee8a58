// AIS: the sentences with which gpsd documents its own decoder, annotated there with what several foreign decoders make
// of them.
#include <gtest/gtest.h>

#include <map>

#include "surveillance/ais_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::hear;
using testing::Heard;

using Notes = std::map<std::string, std::string>;

std::string normal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '_')
      out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

struct Sample {
  std::string lines;
  Notes notes;
};

/// Sentences followed by `#  Key: value` lines.
std::vector<Sample> annotated(const std::string& file) {
  std::vector<Sample> out;
  std::istringstream in(file);
  bool noting = true;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('!')) {
      if (noting) out.emplace_back();
      noting = false;
      out.back().lines += line + "\n";
    } else if (line.starts_with('#') && !out.empty()) {
      noting = true;
      const std::size_t colon = line.find(':');
      if (colon == std::string::npos) continue;
      std::string value = line.substr(colon + 1);
      value.erase(0, value.find_first_not_of(" \t"));
      while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.pop_back();
      out.back().notes.emplace(normal(line.substr(1, colon - 1)), value);
    } else {
      noting = true;
    }
  }
  return out;
}

const std::string* note(const Notes& notes, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (const auto at = notes.find(key); at != notes.end()) return &at->second;
  }
  return nullptr;
}

std::optional<double> number(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text->c_str(), &end);
  if (end == text->c_str() || (*end != '\0' && *end != '|')) return std::nullopt;
  return value;
}

/// Degrees as the notes have them: as such, or as a count of 1/10000 minute.
double degrees(double noted) { return std::abs(noted) > 180 ? noted / 600'000 : noted; }

int check_report(const Report& report, const Notes& notes) {
  int checked = 0;
  if (const auto lat = number(note(notes, {"latitude", "positionlatitude"})); lat && report.position) {
    EXPECT_NEAR(report.position->lat_e7 * 1e-7, degrees(*lat), 1e-6);
    ++checked;
  }
  if (const auto lng = number(note(notes, {"longitude", "positionlongitude"})); lng && report.position) {
    EXPECT_NEAR(report.position->lng_e7 * 1e-7, degrees(*lng), 1e-6);
    ++checked;
  }
  if (const auto sog = number(note(notes, {"sog"})); sog && report.speed_cm_s) {
    EXPECT_NEAR(*report.speed_cm_s * 0.036 / 1.852, *sog, 0.011);
    ++checked;
  }
  if (const auto cog = number(note(notes, {"cog"})); cog && report.course_mdeg) {
    EXPECT_NEAR(*report.course_mdeg * 1e-3, *cog, 1e-9);
    ++checked;
  }
  if (const auto heading = number(note(notes, {"trueheading"}))) {
    EXPECT_EQ(report.heading_mdeg.value_or(511'000), static_cast<std::int32_t>(*heading * 1'000));
    ++checked;
  }
  if (const auto turn = number(note(notes, {"rot"}))) {
    EXPECT_EQ(report.rate_of_turn.value_or(-128), static_cast<int>(*turn));
    ++checked;
  }
  if (const std::string* raim = note(notes, {"raim", "raimflag"})) {
    EXPECT_EQ(report.has(Flag::kRaim), *raim == "True" || *raim == "1");
    ++checked;
  }
  if (const auto second = number(note(notes, {"timestamp"})); second && *second < 60) {
    EXPECT_EQ(report.time.ms / 1'000 % 60, static_cast<std::int64_t>(*second));
    ++checked;
  }
  return checked;
}

int check_identity(const Identity& identity, const Notes& notes) {
  int checked = 0;
  const auto text = [&](std::initializer_list<const char*> keys, std::string_view value) {
    if (const std::string* noted = note(notes, keys); noted != nullptr && !value.empty()) {
      EXPECT_EQ(value, *noted);
      ++checked;
    }
  };
  text({"name"}, identity.name.view());
  text({"callsign"}, identity.call_sign.view());
  text({"destination"}, identity.destination.view());
  text({"vendorid"}, identity.vendor.view());
  const auto size = [&](const char* key, int value) {
    if (const auto noted = number(note(notes, {key}))) {
      EXPECT_EQ(value, static_cast<int>(*noted)) << key;
      ++checked;
    }
  };
  if (identity.dimensions) {
    size("dima", identity.dimensions->bow_m);
    size("dimb", identity.dimensions->stern_m);
    size("dimc", identity.dimensions->port_m);
    size("dimd", identity.dimensions->starboard_m);
  }
  if (identity.imo) size("imonumber", static_cast<int>(*identity.imo));
  // The noted hour of arrival is not compared: it says 16 where the bits, and two other decoders, say 14.
  if (identity.draught_cm) {
    if (const auto draught = number(note(notes, {"draught"}))) {
      EXPECT_NEAR(*identity.draught_cm * 0.01, *draught, 1e-9);
    }
  }
  return checked;
}

TEST(AisSample, DecodesAsItsAnnotationsSay) {
  const auto file = testing::shared_file("data/ais/sample.aivdm");
  if (!file) GTEST_SKIP() << "the annotated sample (shared data, ais/sample.aivdm) is not here";
  int checked = 0;
  int samples = 0;
  for (const Sample& sample : annotated(*file)) {
    const std::string* type = note(sample.notes, {"messageid", "messagetype"});
    const std::string* mmsi = note(sample.notes, {"userid", "mmsi", "sourcemmsi"});
    if (type == nullptr || mmsi == nullptr) continue;
    SCOPED_TRACE(sample.lines);
    const Heard heard = hear(sample.lines);
    EXPECT_EQ(heard.counters.rejected_sum(), 0U);
    const auto wanted = static_cast<std::size_t>(std::stoi(*type));
    EXPECT_GE(heard.by_type.at(wanted), 1U);
    const auto from = static_cast<std::uint32_t>(std::stoul(*mmsi));
    ++samples;
    for (const Report& report : heard.said.reports) {
      EXPECT_EQ(report.id, (CraftId{IdKind::kMmsi, from}));
      checked += check_report(report, sample.notes);
    }
    for (const Identity& identity : heard.said.identities) {
      EXPECT_EQ(identity.id.number, from);
      checked += check_identity(identity, sample.notes);
    }
    for (const Text& text : heard.said.texts) {
      EXPECT_EQ(text.from.number, from);
      if (const std::string* noted = note(sample.notes, {"text"})) {
        EXPECT_EQ(text.text.view(), *noted);
        ++checked;
      }
    }
    for (const SensorStatus& status : heard.said.statuses) {
      EXPECT_EQ(status.mmsi, from);
      if (const auto lat = number(note(sample.notes, {"positionlatitude"}))) {
        EXPECT_NEAR(status.position->lat_e7 * 1e-7, *lat, 1e-6);
        ++checked;
      }
    }
  }
  EXPECT_GE(samples, 30);
  EXPECT_GE(checked, 90);
}

TEST(AisSample, IsReadToItsEnd) {
  const auto file = testing::shared_file("data/ais/sample.aivdm");
  if (!file) GTEST_SKIP() << "the annotated sample (shared data, ais/sample.aivdm) is not here";
  const Heard heard = hear(*file);
  for (const unsigned type : {1U, 2U, 3U, 4U, 5U, 9U, 11U, 12U, 14U, 18U, 19U, 21U, 24U, 27U}) {
    EXPECT_GT(heard.by_type[type], 0U) << "type " << type;
  }
  EXPECT_EQ(heard.counters.of(Reject::kBadChecksum), 0U);
}

}  // namespace
}  // namespace tansiq::surveillance
