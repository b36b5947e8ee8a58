// Records put together from the machine-readable definitions alone, by names of items and fields and by physical
// values, bit by bit: what the decoder says must be those values. Nothing of the project's layouts takes part in making
// them.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "base/random.h"
#include "base/units.h"
#include "surveillance/asterix_ast_testlib.h"
#include "surveillance/asterix_testlib.h"
#include "surveillance/moment.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

using testing::Ast;
using testing::AstField;
using testing::AstItem;
using testing::hear;
using testing::kNoon;

/// A record as a mapping of `item/field` or `item/part/field` to values; made into octets by the definition.
class SlowRecord {
 public:
  explicit SlowRecord(const Ast& ast) : ast_(ast) {}

  /// A physical value; raw fields take it as it is.
  SlowRecord& set(const std::string& path, double value) {
    values_[path] = value;
    return *this;
  }
  /// Eight six-bit characters.
  SlowRecord& text(const std::string& path, std::string_view text) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const char c = i < text.size() ? text[i] : ' ';
      bits = bits << 6 | static_cast<std::uint64_t>(c >= 'A' ? c - 'A' + 1 : c);
    }
    texts_[path] = bits;
    return *this;
  }

  [[nodiscard]] Bytes block(std::uint8_t category) const {
    std::string bits;
    std::vector<bool> there;
    for (const std::string& name : ast_.uap) there.push_back(name != "-" && said(name + "/"));
    put_indicator(bits, there);
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (there[i]) put_item(bits, *ast_.find(ast_.uap[i]), ast_.uap[i] + "/");
    }
    Bytes out{category, 0, static_cast<std::uint8_t>(bits.size() / 8 + 3)};
    for (std::size_t i = 0; i < bits.size(); i += 8) {
      out.push_back(static_cast<std::uint8_t>(std::stoul(bits.substr(i, 8), nullptr, 2)));
    }
    return out;
  }

 private:
  [[nodiscard]] bool said(const std::string& prefix) const {
    const auto begins = [&](const auto& map) {
      const auto at = map.lower_bound(prefix);
      return at != map.end() && at->first.starts_with(prefix);
    };
    return begins(values_) || begins(texts_);
  }

  static void put(std::string& bits, unsigned width, std::uint64_t value) {
    for (unsigned i = width; i-- > 0;) bits.push_back((value >> i & 1) != 0 ? '1' : '0');
  }
  static void put_indicator(std::string& bits, const std::vector<bool>& there) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < there.size(); ++i) last = there[i] ? i : last;
    for (std::size_t first = 0; first <= last; first += 7) {
      for (std::size_t i = first; i < first + 7; ++i) bits.push_back(i < there.size() && there[i] ? '1' : '0');
      bits.push_back(first + 7 <= last ? '1' : '0');
    }
  }
  void put_field(std::string& bits, const AstField& field, const std::string& path) const {
    if (const auto text = texts_.find(path); text != texts_.end()) return put(bits, field.bits, text->second);
    const auto value = values_.find(path);
    if (value == values_.end()) return put(bits, field.bits, 0);
    const double scale = static_cast<double>(field.numerator) / static_cast<double>(field.denominator);
    put(bits, field.bits, static_cast<std::uint64_t>(static_cast<std::int64_t>(std::llround(value->second / scale))));
  }
  void put_item(std::string& bits, const AstItem& item, const std::string& prefix) const {
    switch (item.kind) {
      case AstItem::Kind::kFixed:
        for (const AstField& field : item.fields) put_field(bits, field, prefix + field.name);
        return;
      case AstItem::Kind::kExtended:
        for (std::size_t i = 0; i < item.fields.size(); ++i) {
          if (item.fields[i].coding != "more") {
            put_field(bits, item.fields[i], prefix + item.fields[i].name);
            continue;
          }
          bool more = false;
          for (std::size_t k = i + 1; k < item.fields.size(); ++k) {
            more = more || (!item.fields[k].name.empty() && values_.contains(prefix + item.fields[k].name));
          }
          bits.push_back(more ? '1' : '0');
          if (!more) return;
        }
        return;
      case AstItem::Kind::kCompound: {
        std::vector<bool> there;
        for (const AstItem& part : item.parts) there.push_back(!part.name.empty() && said(prefix + part.name + "/"));
        put_indicator(bits, there);
        for (std::size_t i = 0; i < there.size(); ++i) {
          if (there[i]) put_item(bits, item.parts[i], prefix + item.parts[i].name + "/");
        }
        return;
      }
      default:
        FAIL() << "an item of a shape that this test does not make: " << prefix;
    }
  }

  const Ast& ast_;
  std::map<std::string, double> values_;
  std::map<std::string, std::uint64_t> texts_;
};

struct Truth {
  double lat, lng, speed_m_s, course, level, height_ft, climb_fpm, seconds, range_nm, azimuth;
  int code, number;
  std::uint32_t address;
};

Truth random_truth(SeededRandom& random) {
  const auto between = [&](double low, double high) { return low + random.unit() * (high - low); };
  return {between(-89, 89),
          between(-179, 179),
          between(1, 600),
          between(0, 359),
          between(-10, 600),
          between(-1'000, 80'000),
          between(-6'000, 6'000),
          between(0, 86'399),
          between(1, 255),
          between(0, 359.9),
          static_cast<int>(random.between(0, 07777)),
          static_cast<int>(random.between(0, 4'095)),
          static_cast<std::uint32_t>(random.between(1, 0xFFFFFF))};
}

/// Within half a step of the format (given in project units) and the unit's own rounding.
void expect_near(std::int64_t said, double truth, double step) {
  EXPECT_NEAR(static_cast<double>(said), truth, step / 2 + 0.6);
}

void expect_time(const Report& r, double seconds) {
  EXPECT_NEAR(static_cast<double>(((r.time.ms % kDayMs) + kDayMs) % kDayMs), seconds * 1'000, 4.6);
}

template <class Check>
void with_definition(const char* name, Check&& check) {
  const auto ast = testing::read_ast(name);
  if (!ast) GTEST_SKIP() << "the definitions (shared data, asterix-specs) are not here";
  SeededRandom random(21);
  for (int round = 0; round < 300; ++round) check(*ast, random_truth(random));
}

TEST(AsterixDefinition, Category062SaysWhatWasMeant) {
  with_definition("cat062-cat-1.20", [](const Ast& ast, const Truth& t) {
    const double angle = t.course * std::numbers::pi / 180;
    SlowRecord record(ast);
    record.set("010/SAC", 0x19).set("010/SIC", 2).set("040/", t.number).set("070/", t.seconds);
    record.set("080/SPI", 1).set("080/CST", 1).set("080/EMS", 4).set("080/SFC", 1);
    record.set("105/LAT", t.lat).set("105/LON", t.lng).set("060/MODE3A", t.code);
    record.set("185/VX", t.speed_m_s * std::sin(angle)).set("185/VY", t.speed_m_s * std::cos(angle));
    record.set("136/", t.level).set("130/", t.height_ft).set("220/", t.climb_fpm);
    record.set("380/ADR/", t.address).text("380/ID/", "KLM1023").set("380/EMC/", 5).set("380/MHG/", t.azimuth);
    record.set("500/APC/X", 30).set("500/APC/Y", 40.5);
    const auto heard = hear(record.block(62));
    ASSERT_EQ(heard.said.reports.size(), 1U);
    const Report& r = heard.said.reports[0];
    expect_near(r.position->lat_e7, t.lat * 1e7, 53.7);
    expect_near(r.position->lng_e7, t.lng * 1e7, 53.7);
    expect_near(*r.speed_cm_s, t.speed_m_s * 100, 36);
    expect_near(*r.pressure_cm, t.level * 3'048, 762);
    expect_near(*r.geometric_cm, t.height_ft * 30.48, 191);
    expect_near(*r.climb_cm_s, t.climb_fpm * 0.508, 3.2);
    expect_near(*r.heading_mdeg, t.azimuth * 1'000, 5.5);
    expect_time(r, t.seconds);
    EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, t.address}));
    EXPECT_EQ(r.track, (TrackNumber{0x1902, static_cast<std::uint16_t>(t.number)}));
    EXPECT_EQ(r.mode_3a, t.code);
    EXPECT_EQ(r.call_sign.view(), "KLM1023");
    EXPECT_EQ(r.emitter, 5);
    EXPECT_EQ(r.accuracy_cm, 4'050);
    EXPECT_EQ(r.emergency, Emergency::kNoRadio);
    EXPECT_TRUE(r.has(Flag::kSpi) && r.has(Flag::kCoasting) && r.has(Flag::kOnGround));
    EXPECT_FALSE(r.has(Flag::kEnd) || r.has(Flag::kSimulated) || r.has(Flag::kTentative));
  });
}

TEST(AsterixDefinition, Category021SaysWhatWasMeant) {
  with_definition("cat021-cat-2.6", [](const Ast& ast, const Truth& t) {
    SlowRecord record(ast);
    record.set("010/SAC", 0x19).set("010/SIC", 3).set("040/ATP", 3).set("040/GBS", 1).set("080/", t.address);
    record.set("161/TRNUM", t.number).set("073/", t.seconds).set("131/LAT", t.lat).set("131/LON", t.lng);
    record.set("140/", t.height_ft).set("145/", t.level).set("070/MODE3A", t.code).set("155/BVR", t.climb_fpm);
    record.set("160/GS", t.speed_m_s / 1'852).set("160/TA", t.course).set("152/", t.azimuth).text("170/", "BAW12A");
    record.set("020/", 10).set("200/PS", 3).set("090/NUCRNACV", 2).set("090/NUCPNIC", 7).set("090/SIL", 2);
    record.set("090/NACP", 9).set("210/VN", 2);
    const auto heard = hear(record.block(21));
    ASSERT_EQ(heard.said.reports.size(), 1U);
    const Report& r = heard.said.reports[0];
    EXPECT_EQ(r.id, (CraftId{IdKind::kNonIcao, t.address}));
    EXPECT_EQ(r.track->number, t.number);
    expect_time(r, t.seconds);
    expect_near(r.position->lat_e7, t.lat * 1e7, 1.7);
    expect_near(r.position->lng_e7, t.lng * 1e7, 1.7);
    expect_near(*r.geometric_cm, t.height_ft * 30.48, 191);
    expect_near(*r.pressure_cm, t.level * 3'048, 762);
    expect_near(*r.climb_cm_s, t.climb_fpm * 0.508, 3.2);
    expect_near(*r.speed_cm_s, t.speed_m_s * 100, 11.4);
    expect_near(*r.course_mdeg, t.course * 1'000, 5.5);
    expect_near(*r.heading_mdeg, t.azimuth * 1'000, 5.5);
    EXPECT_EQ(r.mode_3a, t.code);
    EXPECT_EQ(r.call_sign.view(), "BAW12A");
    EXPECT_EQ(r.emitter, 10);
    EXPECT_EQ(r.emergency, Emergency::kFuel);
    EXPECT_EQ(r.quality, (Quality{7, 9, 2, 2, 2}));
    EXPECT_TRUE(r.has(Flag::kOnGround));
  });
}

TEST(AsterixDefinition, Category048SaysWhatWasMeant) {
  with_definition("cat048-cat-1.31", [](const Ast& ast, const Truth& t) {
    SlowRecord record(ast);
    record.set("010/SAC", 0x19).set("010/SIC", 4).set("140/", t.seconds).set("020/TYP", 5).set("020/TST", 1);
    record.set("040/RHO", t.range_nm).set("040/THETA", t.azimuth).set("070/G", 1).set("070/MODE3A", t.code);
    record.set("090/FL", t.level).set("220/", t.address).text("240/", "AFR9").set("161/TRN", t.number);
    record.set("200/GSP", t.speed_m_s / 1'852).set("200/HDG", t.course).set("170/CNF", 1).set("170/TRE", 1);
    record.set("110/3DH", t.height_ft).set("230/STAT", 3);
    const auto heard = hear(record.block(48));
    ASSERT_EQ(heard.said.reports.size(), 1U);
    const Report& r = heard.said.reports[0];
    expect_time(r, t.seconds);
    expect_near(r.polar->slant_cm, t.range_nm * 185'200, 724);
    expect_near(r.polar->azimuth_mdeg, t.azimuth * 1'000, 5.5);
    expect_near(*r.pressure_cm, t.level * 3'048, 762);
    expect_near(*r.geometric_cm, t.height_ft * 30.48, 762);
    expect_near(*r.speed_cm_s, t.speed_m_s * 100, 11.4);
    expect_near(*r.course_mdeg, t.course * 1'000, 5.5);
    EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, t.address}));
    EXPECT_EQ(r.track, (TrackNumber{0x1904, static_cast<std::uint16_t>(t.number)}));
    EXPECT_EQ(r.mode_3a, t.code);
    EXPECT_EQ(r.call_sign.view(), "AFR9");
    for (const Flag flag : {Flag::kTest, Flag::kInvalidCode, Flag::kTentative, Flag::kEnd, Flag::kOnGround}) {
      EXPECT_TRUE(r.has(flag));
    }
  });
}

TEST(AsterixDefinition, Category034And065SayWhatWasMeant) {
  with_definition("cat034-cat-1.29", [](const Ast& ast, const Truth& t) {
    SlowRecord record(ast);
    record.set("010/SAC", 1).set("010/SIC", 2).set("000/", 2).set("030/", t.seconds).set("020/", 45).set("041/", 4.5);
    record.set("050/COM/NOGO", 1).set("050/COM/OVLXMT", 1).set("050/SSR/OVL", 1);
    record.set("120/HGT", 120).set("120/LAT", t.lat).set("120/LON", t.lng);
    const auto heard = hear(record.block(34));
    ASSERT_EQ(heard.said.statuses.size(), 1U);
    const SensorStatus& s = heard.said.statuses[0];
    EXPECT_EQ(s.kind, StatusKind::kSectorCrossing);
    EXPECT_EQ(s.azimuth_mdeg, 45'000);
    EXPECT_EQ(s.rotation_ms, 4'500);
    EXPECT_EQ(s.operational, false);
    EXPECT_EQ(s.overloaded, true);
    EXPECT_EQ(s.time_source_valid, true);
    EXPECT_EQ(s.height_cm, 12'000);
    expect_near(s.position->lat_e7, t.lat * 1e7, 215);
    expect_near(s.position->lng_e7, t.lng * 1e7, 215);
  });
  with_definition("cat065-cat-1.5", [](const Ast& ast, const Truth& t) {
    SlowRecord record(ast);
    record.set("010/SAC", 1).set("010/SIC", 2).set("000/", 2).set("030/", t.seconds).set("020/", 7);
    record.set("040/NOGO", 1).set("040/TSV", 1);
    const auto heard = hear(record.block(65));
    ASSERT_EQ(heard.said.statuses.size(), 1U);
    const SensorStatus& s = heard.said.statuses[0];
    EXPECT_EQ(s.kind, StatusKind::kEndOfBatch);
    EXPECT_EQ(s.batch, 7);
    EXPECT_EQ(s.operational, true) << "degraded is in service";
    EXPECT_EQ(s.time_source_valid, false);
  });
}

}  // namespace
}  // namespace tansiq::surveillance
