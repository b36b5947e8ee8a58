// The project's layouts beside machine-readable definitions of the same editions: every item's shape, every field's
// width, coding and scale; and random records, put together bit by bit from the definitions, walked by the layouts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "surveillance/asterix_ast_testlib.h"
#include "surveillance/asterix_record.h"
#include "surveillance/asterix_tables.h"

namespace tansiq::surveillance::asterix {
namespace {

using testing::Ast;
using testing::AstField;
using testing::AstItem;

struct Pair {
  const char* definition;
  const Layout* layout;
};
void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.definition; }

const std::vector<Pair>& pairs() {
  static const std::vector<Pair> kPairs{
      {"cat021-cat-2.6", &kLayout021},    {"cat021-ref-1.5", &kLayout021Ref},         {"cat034-cat-1.29", &kLayout034},
      {"cat048-cat-1.31", &kLayout048},   {"cat048-ref-1.12", &kLayout048Ref},        {"cat062-cat-1.20", &kLayout062},
      {"cat062-ref-1.3", &kLayout062Ref}, {"cat062-cat-1.19", &kLayout062Edition119}, {"cat065-cat-1.5", &kLayout065}};
  return kPairs;
}

const char* coding_name(Coding coding) {
  switch (coding) {
    case Coding::kRaw:
      return "raw";
    case Coding::kSigned:
      return "signed";
    case Coding::kUnsigned:
      return "unsigned";
    case Coding::kOctal:
      return "octal";
    case Coding::kSixBit:
      return "icao";
    case Coding::kAscii:
      return "ascii";
    case Coding::kDepends:
      return "case";
    case Coding::kSpare:
      return "spare";
    case Coding::kMore:
      return "more";
  }
  return "";
}

/// A part that two editions name differently.
bool same_name(std::string_view ours, std::string_view theirs) {
  return ours == theirs || (ours == "BDSDATA" && theirs == "MB");
}

int compare(const Layout& layout, std::uint16_t index, const AstItem& wanted, const std::string& where) {
  const Item& item = layout.item(index);
  EXPECT_EQ(static_cast<int>(item.shape), static_cast<int>(wanted.kind)) << where;
  EXPECT_EQ(item.fields, wanted.fields.size()) << where;
  if (item.fields != wanted.fields.size()) return 0;
  unsigned offset = 0;
  for (std::size_t i = 0; i < wanted.fields.size(); ++i) {
    const Field& ours = layout.field(item.first_field + i);
    const AstField& theirs = wanted.fields[i];
    const std::string place = where + "/" + theirs.name;
    EXPECT_EQ(ours.offset, offset) << place;
    EXPECT_EQ(ours.bits, theirs.bits) << place;
    EXPECT_EQ(coding_name(ours.coding), theirs.coding) << place;
    EXPECT_EQ(ours.numerator * theirs.denominator, theirs.numerator * ours.denominator) << place;
    if (theirs.coding != "spare" && theirs.coding != "more") {
      EXPECT_EQ(ours.name, theirs.name) << place;
    }
    // What the walk assumes of extended items: the first part as long as it is, every other one octet.
    if (theirs.coding == "more" && offset >= item.octets * 8U) {
      EXPECT_EQ(offset % 8, 7U) << place;
    }
    offset += theirs.bits;
  }
  if (wanted.kind == AstItem::Kind::kExtended) {
    const auto parts =
        std::count_if(wanted.fields.begin(), wanted.fields.end(), [](const AstField& f) { return f.coding == "more"; });
    EXPECT_EQ(offset, item.octets * 8U + 8U * (static_cast<unsigned>(parts) - 1)) << where;
    EXPECT_EQ(wanted.fields.back().coding, "more") << where;
  } else if (!wanted.fields.empty()) {
    EXPECT_EQ(item.octets * 8U, offset + (wanted.kind == AstItem::Kind::kChained ? 1 : 0)) << where;
  }
  int compared = static_cast<int>(wanted.fields.size());
  std::uint16_t part = item.first_part;
  for (const AstItem& theirs : wanted.parts) {
    EXPECT_NE(part, kNone) << where << " has fewer parts";
    if (part == kNone) return compared;
    if (theirs.kind != AstItem::Kind::kUnused) {
      EXPECT_TRUE(same_name(layout.item(part).name, theirs.name)) << where << "/" << theirs.name;
      compared += compare(layout, part, theirs, where + "/" + theirs.name);
    } else {
      EXPECT_EQ(static_cast<int>(layout.item(part).shape), static_cast<int>(Shape::kUnused)) << where;
    }
    part = layout.item(part).next;
  }
  EXPECT_EQ(part, kNone) << where << " has more parts";
  return compared;
}

class AsterixLayout : public ::testing::TestWithParam<Pair> {};

TEST_P(AsterixLayout, AgreesWithTheDefinition) {
  const auto ast = testing::read_ast(GetParam().definition);
  if (!ast) GTEST_SKIP() << "the definitions (shared data, asterix-specs) are not here";
  const Layout& layout = *GetParam().layout;
  int compared = 0;
  for (const AstItem& item : ast->items) {
    ASSERT_NE(layout.find(item.name), kNone) << item.name;
    compared += compare(layout, layout.find(item.name), item, item.name);
  }
  EXPECT_GT(compared, 8);
  // No item of ours that the definition does not have.
  for (std::uint16_t at = layout.first(); at != kNone; at = layout.item(at).next) {
    EXPECT_NE(ast->find(layout.item(at).name), nullptr) << layout.item(at).name;
  }
  for (std::size_t i = 0; i < ast->uap.size(); ++i) {
    const std::uint16_t item = layout.by_frn(i + 1);
    EXPECT_EQ(item == kNone ? "-" : layout.item(item).name, ast->uap[i]) << "field reference " << i + 1;
  }
  EXPECT_LE(layout.frn_last(), ast->uap.size());
}

/// Octets out of bits, one after the other.
struct Bits {
  std::string text;
  void put(unsigned width, std::uint64_t value) {
    for (unsigned i = width; i-- > 0;) text.push_back((value >> i & 1) != 0 ? '1' : '0');
  }
  [[nodiscard]] Bytes octets() const {
    Bytes out;
    for (std::size_t i = 0; i + 8 <= text.size(); i += 8) {
      out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 8), nullptr, 2)));
    }
    return out;
  }
};

void put_random(Bits& bits, const AstItem& item, SeededRandom& random);

void put_fields(Bits& bits, const std::vector<AstField>& fields, SeededRandom& random) {
  for (const AstField& field : fields) bits.put(field.bits, random.next());
}

void put_indicator(Bits& bits, const AstItem& item, const std::vector<bool>& there) {
  if (item.kind == AstItem::Kind::kCompoundOctet) {
    for (std::size_t i = 0; i < 8; ++i) bits.put(1, i < there.size() && there[i] ? 1 : 0);
    return;
  }
  std::size_t last = 0;
  for (std::size_t i = 0; i < there.size(); ++i) last = there[i] ? i : last;
  for (std::size_t first = 0; first <= last; first += 7) {
    for (std::size_t i = first; i < first + 7; ++i) bits.put(1, i < there.size() && there[i] ? 1 : 0);
    bits.put(1, first + 7 <= last ? 1 : 0);
  }
}

void put_random(Bits& bits, const AstItem& item, SeededRandom& random) {
  switch (item.kind) {
    case AstItem::Kind::kFixed:
      put_fields(bits, item.fields, random);
      break;
    case AstItem::Kind::kExtended:
      for (std::size_t i = 0; i < item.fields.size(); ++i) {
        if (item.fields[i].coding != "more") {
          bits.put(item.fields[i].bits, random.next());
          continue;
        }
        const bool more = i + 1 < item.fields.size() && random.one_in(2);
        bits.put(1, more ? 1 : 0);
        if (!more) return;
      }
      break;
    case AstItem::Kind::kCounted: {
      const std::int64_t count = random.between(0, 3);
      bits.put(8, static_cast<std::uint64_t>(count));
      for (std::int64_t i = 0; i < count; ++i) put_fields(bits, item.fields, random);
      break;
    }
    case AstItem::Kind::kChained:
      for (bool more = true; more;) {
        put_fields(bits, item.fields, random);
        more = random.one_in(2);
        bits.put(1, more ? 1 : 0);
      }
      break;
    case AstItem::Kind::kExplicit: {
      const std::int64_t octets = random.between(1, 5);
      bits.put(8, static_cast<std::uint64_t>(octets));
      for (std::int64_t i = 1; i < octets; ++i) bits.put(8, random.next());
      break;
    }
    case AstItem::Kind::kCompound:
    case AstItem::Kind::kCompoundOctet: {
      std::vector<bool> there;
      for (const AstItem& part : item.parts) {
        there.push_back(part.kind != AstItem::Kind::kUnused && random.one_in(3));
      }
      put_indicator(bits, item, there);
      for (std::size_t i = 0; i < there.size(); ++i) {
        if (there[i]) put_random(bits, item.parts[i], random);
      }
      break;
    }
    case AstItem::Kind::kUnused:
      break;
  }
}

TEST_P(AsterixLayout, RandomRecordsAreWalkedAsTheDefinitionSays) {
  const auto ast = testing::read_ast(GetParam().definition);
  if (!ast) GTEST_SKIP() << "the definitions (shared data, asterix-specs) are not here";
  const Layout& layout = *GetParam().layout;
  SeededRandom random(11);
  for (int round = 0; round < 2'000; ++round) {
    Bits bits;
    if (ast->uap.empty()) {  // A reserved expansion field by itself.
      put_random(bits, ast->items[0], random);
      Bytes octets = bits.octets();
      const std::size_t size = octets.size();
      octets.push_back(0xFF);
      ASSERT_EQ(item_octets(layout, layout.first(), octets), size);
      ASSERT_EQ(item_octets(layout, layout.first(), ByteView(octets).first(size - 1)), 0U);
      continue;
    }
    AstItem record{"record", AstItem::Kind::kCompound, {}, {}};
    std::vector<bool> there;
    for (const std::string& name : ast->uap) there.push_back(name != "-" && random.one_in(4));
    put_indicator(bits, record, there);
    std::map<std::size_t, std::size_t> begins;
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (!there[i]) continue;
      begins[i + 1] = bits.text.size() / 8;
      put_random(bits, *ast->find(ast->uap[i]), random);
    }
    Bytes octets = bits.octets();
    const std::size_t size = octets.size();
    octets.push_back(0xFF);
    Record found;
    const auto walked = scan_record(layout, octets, found);
    ASSERT_TRUE(walked) << name_of(walked.error());
    ASSERT_EQ(*walked, size);
    for (std::size_t frn = 1; frn <= ast->uap.size(); ++frn) {
      const auto begin = begins.find(frn);
      ASSERT_EQ(found.has(static_cast<std::uint8_t>(frn)), begin != begins.end());
      if (begin != begins.end()) {
        ASSERT_EQ(found.at[frn], octets.data() + begin->second) << ast->uap[frn - 1];
      }
    }
    // Cut anywhere, it is told to be cut.
    const auto cut = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(size) - 1));
    ASSERT_FALSE(scan_record(layout, ByteView(octets).first(cut), found));
  }
}

INSTANTIATE_TEST_SUITE_P(Asterix, AsterixLayout, ::testing::ValuesIn(pairs()), [](const auto& each) {
  std::string name = each.param.definition;
  for (char& c : name) {
    if (c == '-' || c == '.') c = '_';
  }
  return name;
});

TEST(AsterixEditions, LaterItemsReplaceEarlierOnes) {
  constexpr Layout kOld{"010 = A:8\n020 = B:16\nuap = 010 020", "010 = C:24"};
  static_assert(kOld.item(kOld.find("010")).octets == 3);
  static_assert(kOld.frn("010") == 1);
  static_assert(kOld.at("010", "C").bits == 24);
}

}  // namespace
}  // namespace tansiq::surveillance::asterix
