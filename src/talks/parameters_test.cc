#include "talks/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "talks/talks_testlib.h"

namespace tansiq::talks {
namespace {

using ::testing::HasSubstr;

Result<std::vector<Parameter>> read_one(ParameterType type, const std::string& json) {
  const Template of{.number = 101, .version = 1, .floor = false, .parameters = {{.name = "x", .type = type}}};
  return parse_parameters(of, "{\"x\":" + json + "}");
}

TEST(Parameters, ComeBackAsTheyWereRead) {
  for (const Template& of : Catalogue::built_in().templates()) {
    const std::string json = sample_parameters(of, 7);
    const auto read = parse_parameters(of, json);
    ASSERT_TRUE(read) << of.number << ": " << read.error().text();
    std::string written;
    log::JcsWriter out(written);
    write_parameters(out, *read);
    EXPECT_EQ(written, json);
  }
  for (const std::string area :
       {R"({"polygon":[[0,0],[0,10],[10,0]]})", R"({"corridor":{"left_cm":0,"line":[[0,0],[0,10]],"right_cm":5}})"}) {
    const auto read = read_one(ParameterType::kArea, area);
    ASSERT_TRUE(read) << read.error().text();
    std::string written;
    log::JcsWriter out(written);
    write_parameters(out, *read);
    EXPECT_EQ(written, "{\"x\":" + area + "}");
  }
}

TEST(Parameters, TypesAreNamedAndDescribed) {
  for (int i = 0; i <= static_cast<int>(ParameterType::kText); ++i) {
    const auto type = static_cast<ParameterType>(i);
    EXPECT_EQ(*parse_parameter_type(to_text(type)), type);
    EXPECT_FALSE(shape_of(type).empty());
  }
  EXPECT_EQ(parse_parameter_type("colour").error().message, "there is no type of parameter \"colour\"");
}

TEST(Parameters, BoundsOfEveryType) {
  struct Case {
    ParameterType type;
    std::string json;
    std::string message;  ///< Empty: it is right.
  };
  const std::string long_text(kTextBytesMax, 'a');
  std::string points;
  for (std::size_t i = 0; i < kAreaPointsMax; ++i) points += fmt::format("{}[{},0]", i == 0 ? "" : ",", i);
  for (const Case& c : std::vector<Case>{
           {ParameterType::kPosition, "[900000000,1800000000]", ""},
           {ParameterType::kPosition, "[-900000000,-1800000000]", ""},
           {ParameterType::kPosition, "[900000001,0]", "x\" has the type position: [latitude, longitude]"},
           {ParameterType::kPosition, "[0]", "a point is"},
           {ParameterType::kPosition, "\"33N\"", "a point is"},
           {ParameterType::kLevel, R"({"cm":0,"ref":"fl"})", ""},
           {ParameterType::kLevel, R"({"cm":609601,"ref":"fl"})", "609601 cm is not a flight level"},
           {ParameterType::kLevel, R"({"cm":-3048,"ref":"fl"})", "-3048 cm is not a flight level"},
           {ParameterType::kLevel, R"({"cm":-3048,"ref":"amsl"})", ""},
           {ParameterType::kLevel, R"({"cm":10000001,"ref":"agl"})", "x\" has the type level"},
           {ParameterType::kLevel, R"({"cm":0,"ref":"qnh"})", "measured from fl, amsl, wgs84 or agl"},
           {ParameterType::kTime, "253402300799999", ""},
           {ParameterType::kTime, "253402300800000", "x\" has the type time"},
           {ParameterType::kWindow, R"({"end_ms":1,"start_ms":0})", ""},
           {ParameterType::kWindow, R"({"end_ms":0,"start_ms":0})", "which is not after its start"},
           {ParameterType::kArea, R"({"circle":{"centre":[0,0],"radius_cm":0}})", "x\" has the type area"},
           {ParameterType::kArea, R"({"polygon":[[0,0],[0,1]]})", "2 points; 3 to 32"},
           {ParameterType::kArea, R"({"polygon":[)" + points + "]}", ""},
           {ParameterType::kArea, R"({"polygon":[)" + points + ",[99,0]]}", "33 points; 3 to 32"},
           {ParameterType::kArea, R"({"corridor":{"left_cm":1,"line":[[0,0]],"right_cm":1}})", "1 points; 2 to 32"},
           {ParameterType::kArea, "{}", "an area is a circle, a polygon or a corridor"},
           {ParameterType::kArea, R"({"square":1})", "x\" has the type area"},
           {ParameterType::kFlight, R"("M1")", ""},
           {ParameterType::kFlight, R"("M 1")", "flight"},
           {ParameterType::kTrack, R"("")", "track"},
           {ParameterType::kZone, "\"\u202EK4\"", "zone"},
           {ParameterType::kCount, "100000", ""},
           {ParameterType::kCount, "100001", "a whole number from 0"},
           {ParameterType::kCount, "-1", "a whole number from 0"},
           {ParameterType::kDistanceM, "20100001", "metres"},
           {ParameterType::kBearingDeg, "359", ""},
           {ParameterType::kBearingDeg, "360", "0 to 359"},
           {ParameterType::kSpeed, "1000001", "centimetres a second"},
           {ParameterType::kDurationS, "2678401", "seconds"},
           {ParameterType::kText, R"({"language":"ru","text":")" + long_text + "\"}", ""},
           {ParameterType::kText, R"({"language":"ru","text":"a)" + long_text + "\"}", "401 bytes"},
           {ParameterType::kText, R"({"language":"ru","text":""})", "a text is not empty"},
           {ParameterType::kText, R"({"language":"de","text":"x"})", "a language is ar, en, fr or ru, not \"de\""},
           {ParameterType::kText, R"("fire")", "has the type text"},
       }) {
    const auto read = read_one(c.type, c.json);
    if (c.message.empty()) {
      EXPECT_TRUE(read) << c.json << ": " << read.error().text();
      continue;
    }
    ASSERT_FALSE(read) << c.json;
    EXPECT_THAT(read.error().message, HasSubstr(c.message)) << c.json;
    EXPECT_THAT(read.error().where, HasSubstr("x")) << c.json;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  }
}

TEST(Parameters, ExactlyThoseOfTheTemplate) {
  const Template& of = *Catalogue::built_in().newest(103);
  const auto missing = parse_parameters(of, R"({"flight":"M1","zone":"K4"})");
  EXPECT_EQ(missing.error().message, "the parameter \"time\" is missing: milliseconds of UTC since 1970");
  const auto more = parse_parameters(of, R"({"flight":"M1","note":"!","time":0,"zone":"K4"})");
  EXPECT_EQ(more.error().message, "the template has no such parameter; it has: flight, time, zone");
  EXPECT_EQ(more.error().where, "note");
  EXPECT_FALSE(parse_parameters(of, "[]"));
}

}  // namespace
}  // namespace tansiq::talks
