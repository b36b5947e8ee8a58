#include "picture/note.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace tansiq::picture {
namespace {

constexpr std::string_view kNotes[] = {
    R"({"acknowledge":{"alert":7,"by":"watch-1"}})",
    R"({"area":{"domain":"air","id":"R-12","kind":"volume_entry",)"
    R"("volumes":[{"outline":{"circle":{"centre":[350000000,360000000],"radius_cm":500000}},)"
    R"("window":{"end_ms":7200000,"start_ms":0}}]}})",
    R"({"area_gone":{"id":"K1","kind":"foreign_zone"}})",
    R"({"group":{"group":{"guide":{"mmsi":227022600},"name":"x","shapes":[{"ahead_m":1,"astern_m":2,)"
    R"("domain":"sea","port_m":3,"starboard_m":4}]},"id":"tf-473"}})",
    R"({"group_gone":"tf-473"})",
    R"({"inhibit":{"tracks":[3,7],"until_ms":9}})",
    R"({"plan":{"authority":"us","call_sign":"MIRAGE1","craft":[{"from_ms":1,"icao":"39C4A1","mmsi":"000000005",)"
    R"("mode_3a":"4446","to_ms":2},{"icao":"39C4A2"}],"domain":"air","intent":"friendly-1","legs":[{"confirmed":true,)"
    R"("volume":{"outline":{"circle":{"centre":[350000000,360000000],"radius_cm":500000}},)"
    R"("window":{"end_ms":7200000,"start_ms":0}},"zone":"K1"}],"manager":"m","state":"activated"}})",
    R"({"plan_gone":"friendly-1"})",
    R"({"tolerances":{"aircraft":{"clear_ms":20000,"clear_percent":80,"contingent_ms":120000,"lateral_m":200,)"
    R"("persist_ms":10000,"time_ms":60000,"vertical_cm":6000},"ship":{"clear_ms":120000,"clear_percent":80,)"
    R"("contingent_ms":1800000,"lateral_m":300,"persist_ms":60000,"time_ms":300000,"vertical_cm":0},)"
    R"("uas":{"clear_ms":20000,"clear_percent":80,"contingent_ms":120000,"lateral_m":50,"persist_ms":10000,)"
    R"("time_ms":60000,"vertical_cm":1500}}})",
    R"({"tolerances":{}})",
    R"({"zones":[{"domain":"sea","id":"S1","minima":{"horizontal_m":900,"time_ms":0,"vertical_cm":0}}]})",
};

TEST(Note, ReadsBackAsItWas) {
  std::set<std::size_t> kinds;
  for (const std::string_view line : kNotes) {
    const auto note = read_note(line);
    ASSERT_TRUE(note.has_value()) << line << ": " << note.error().text();
    EXPECT_EQ(note_line(*note), line);
    kinds.insert(note->index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Note>) << "every kind of note is here";
}

/// As recordings from before there were craft have it.
constexpr std::string_view kFormerPlan =
    R"({"plan":{"authority":"us","call_sign":"MIRAGE1","code":{"mode_3a":2342,"window":{"end_ms":2,)"
    R"("start_ms":1}},"domain":"air","icao":3785889,"intent":"friendly-1","legs":[{"confirmed":true,)"
    R"("volume":{"outline":{"circle":{"centre":[350000000,360000000],"radius_cm":500000}},)"
    R"("window":{"end_ms":7200000,"start_ms":0}},"zone":"K1"}],"manager":"m","mmsi":5,"state":"activated"}})";

TEST(Note, TheFormerOneCraftOfAPlanIsStillRead) {
  const auto note = read_note(kFormerPlan);
  ASSERT_TRUE(note.has_value()) << note.error().text();
  const core::Craft one{.from = UtcMs{1},
                        .icao = core::IcaoAddress{0x39C4A1},
                        .mmsi = core::Mmsi{5},
                        .mode_3a = core::Mode3a{2342},
                        .to = UtcMs{2}};
  EXPECT_EQ(std::get<KnownPlan>(*note).plan.craft, std::vector<core::Craft>{one});
  std::string both(kFormerPlan);
  both.replace(both.find(R"("code")"), 0, R"("craft":[{"icao":"39C4A2"}],)");
  EXPECT_FALSE(read_note(both)) << "not beside the list";
  for (const auto& [was, is] : {std::pair<std::string_view, std::string_view>{"\"end_ms\":2,", "\"end_ms\":1,"},
                                {"3785889", "0"},
                                {"3785889", "16777215"},
                                {"\"mmsi\":5", "\"mmsi\":0"}}) {
    std::string odd(kFormerPlan);
    odd.replace(odd.find(was), was.size(), is);
    EXPECT_FALSE(read_note(odd)) << is << ": as a list of craft it would not be read either";
  }
  std::string hull(kNotes[6]);
  hull.replace(hull.find("\"mmsi\""), 6, "\"hull\"");
  EXPECT_FALSE(read_note(hull));
}

TEST(Note, MayBeAsLongAsASessionTakesIt) {
  GroupGone gone{std::string(3U << 20, 'x')};
  const auto read = read_note(note_line(gone));
  ASSERT_TRUE(read) << read.error().text();
  gone.id.assign(kNoteBytesMax, 'x');
  EXPECT_EQ(read_note(note_line(gone)).error().code, ErrorCode::kTooLarge);
}

TEST(Note, WhatNamesAlertsAndTracksDoesSoByNumber) {
  for (const std::string_view line : kNotes) {
    const bool numbered =
        line.find("\"alert\"") != std::string_view::npos || line.find("\"tracks\"") != std::string_view::npos;
    EXPECT_EQ(names_by_number(read_note(line).value()), numbered) << line;
  }
}

TEST(Note, UnknownMembersAndWordsAreErrors) {
  EXPECT_FALSE(read_note(R"({"target":{}})"));
  EXPECT_FALSE(read_note(R"({"acknowledge":{"alert":7,"by":"x","why":"y"}})"));
  EXPECT_FALSE(read_note(R"({"area_gone":{"id":"K1","kind":"conflict"}})"));
  EXPECT_FALSE(read_note(R"({"group_gone":"a","plan_gone":"b"})"));
  EXPECT_FALSE(read_note("{}"));
  EXPECT_FALSE(read_note(R"({"tolerances":{"aircraft":{}}})")) << "all of it, or none";
  EXPECT_EQ(read_note(R"({"inhibit":{"tracks":[3],"until_ms":9}})").error().text(), "inhibit.tracks: two tracks");
}

}  // namespace
}  // namespace tansiq::picture
