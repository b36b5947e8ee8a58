#include "log/jcs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "base/random.h"
#include "log/log_testlib.h"

namespace tansiq::log {
namespace {

namespace bj = boost::json;

// ---- A slow obvious oracle: a lenient reader (Boost.JSON) and a re-encoder written from RFC 8785. ----

std::u16string utf16(std::string_view text) {
  std::u16string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    if (c < 0x10000) {
      out += static_cast<char16_t>(c);
    } else {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    i += length;
  }
  return out;
}

std::optional<std::string> encode_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char buffer[8];
          std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
          out += buffer;
        } else {
          out += c;
        }
    }
  }
  for (std::size_t i = 0; const char16_t c : utf16(text)) {  // noncharacters
    const auto all = utf16(text);
    if (c >= 0xFDD0 && c <= 0xFDEF) return std::nullopt;
    if (c == 0xFFFE || c == 0xFFFF) return std::nullopt;
    if ((c & 0xFC3F) == 0xD83F && i + 1 < all.size() && (all[i + 1] == 0xDFFE || all[i + 1] == 0xDFFF)) {
      return std::nullopt;
    }
    ++i;
  }
  return out + "\"";
}

std::optional<std::string> encode(const bj::value& value, int depth = 0) {
  if (value.is_string()) return encode_string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value.is_int64()) {
    const auto i = value.get_int64();
    if (i < -kJcsIntegerMax || i > kJcsIntegerMax) return std::nullopt;
    return std::to_string(i);
  }
  if (depth == static_cast<int>(kJsonDepthMax)) return std::nullopt;
  if (value.is_array()) {
    std::string out = "[";
    for (const auto& element : value.get_array()) {
      if (out.size() > 1) out += ',';
      const auto inner = encode(element, depth + 1);
      if (!inner) return std::nullopt;
      out += *inner;
    }
    return out + "]";
  }
  if (!value.is_object()) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& member : value.get_object()) names.emplace_back(member.key());
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return utf16(a) < utf16(b); });
  std::string out = "{";
  for (const auto& name : names) {
    if (out.size() > 1) out += ',';
    const auto inner = encode(value.get_object().at(name), depth + 1);
    const auto key = encode_string(name);
    if (!inner || !key) return std::nullopt;
    out += *key + ":" + *inner;
  }
  return out + "}";
}

bool oracle_accepts(std::string_view text) {
  bj::error_code error;
  bj::parse_options options;
  options.max_depth = 200;
  const bj::value value = bj::parse(bj::string_view(text.data(), text.size()), error, {}, options);
  return !error && encode(value) == text;
}

std::string rewrite(const JcsDocument& document) {
  std::string out;
  JcsWriter writer(out);
  writer.value(document.root());
  EXPECT_TRUE(writer.complete());
  return out;
}

// Texts made of pieces that matter, so that mutations often stay nearly valid.
std::string random_string(SeededRandom& random) {
  static constexpr std::array<std::string_view, 22> kPieces{"a",      "b",
                                                            "ab",     "zone",
                                                            "é",      "e\u0301",
                                                            "€",      "\uE000",
                                                            "\uFB33", "\uFFFD",
                                                            "😀",     "𝄞",
                                                            "\n",     "\t",
                                                            "\"",     "\\",
                                                            "/",      std::string_view("\0", 1),
                                                            "\x1f",   "\x7f",
                                                            "\u2028", "a somewhat longer text, beyond sixteen bytes"};
  std::string out;
  for (auto n = random.between(0, 4); n > 0; --n) out += kPieces[static_cast<std::size_t>(random.between(0, 21))];
  return out;
}

bj::value random_value(SeededRandom& random, int depth) {
  switch (random.between(0, depth > 4 ? 3 : 5)) {
    case 0:
      return random.between(-kJcsIntegerMax, kJcsIntegerMax);
    case 1:
      return random.between(-20, 20);
    case 2:
      return bj::value(random_string(random));
    case 3:
      return random.one_in(2);
    case 4: {
      bj::array array;
      for (auto n = random.between(0, 5); n > 0; --n) array.push_back(random_value(random, depth + 1));
      return array;
    }
    default: {
      bj::object object;
      for (auto n = random.between(0, 6); n > 0; --n) object[random_string(random)] = random_value(random, depth + 1);
      return object;
    }
  }
}

std::string mutated(std::string text, SeededRandom& random) {
  using std::string_view_literals::operator""sv;
  static constexpr std::string_view kBytes =
      "\"\\{}[]:,0123456789-+.eEtfnu \n\x00\x1f\x80\xbf\xc0\xed\xa0\xef\xbf\xbe\xf0\xf4"sv;
  for (auto n = random.between(1, 2); n > 0 && !text.empty(); --n) {
    const auto at = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(text.size()) - 1));
    switch (random.between(0, 3)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text[at] = kBytes[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(kBytes.size()) - 1))];
        break;
      case 2:
        text.insert(at, 1,
                    kBytes[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(kBytes.size()) - 1))]);
        break;
      default:
        std::swap(text[at], text[text.size() / 2]);
    }
  }
  return text;
}

// LOG-1: accepted exactly when it re-encodes to the same bytes.
TEST(Jcs, agrees_with_the_slow_oracle_on_random_and_mutated_documents) {
  SeededRandom random(1);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto canonical = encode(random_value(random, 0));
    ASSERT_TRUE(canonical);
    ASSERT_TRUE(oracle_accepts(*canonical)) << *canonical;
    const auto document = JcsDocument::parse(*canonical);
    ASSERT_TRUE(document) << *canonical << "\n" << document.error().text();
    ASSERT_EQ(rewrite(*document), *canonical);
    for (int k = 0; k < 5; ++k) {
      const std::string text = mutated(*canonical, random);
      const bool expected = oracle_accepts(text);
      accepted += expected ? 1 : 0;
      ASSERT_EQ(JcsDocument::check(text).has_value(), expected) << text;
      const auto parsed = JcsDocument::parse(text);
      ASSERT_EQ(parsed.has_value(), expected) << text;
      if (parsed) {
        ASSERT_EQ(rewrite(*parsed), text);
      }
    }
  }
  EXPECT_GT(accepted, 1'000);  // the mutations must not all be nonsense
}

TEST(Jcs, agrees_with_the_published_vectors) {
  const auto vectors = testing::shared_json("data/tlog-vectors.json");
  if (!vectors) GTEST_SKIP() << "no " << testing::shared_folder() / "data/tlog-vectors.json";
  for (const auto& vector : vectors->at("jcs").as_array()) {
    const std::string text = testing::text_of(vector.at("canonical_text"));
    const auto document = JcsDocument::parse(text);
    ASSERT_TRUE(document) << text << document.error().text();
    EXPECT_EQ(rewrite(*document), text);
    // The unsorted, spaced spelling of the same value is refused.
    if (testing::text_of(vector.at("input_text")) != text) {
      EXPECT_FALSE(JcsDocument::check(testing::text_of(vector.at("input_text"))));
    }
  }
  for (const char* const list : {"jcs_reject", "jcs_noncanonical"}) {
    for (const auto& vector : vectors->at(list).as_array()) {
      const std::string text = testing::text_of(vector.at("input_text"));
      EXPECT_FALSE(JcsDocument::check(text)) << vector.at("why") << ": " << text;
      EXPECT_FALSE(JcsDocument::parse(text)) << vector.at("why") << ": " << text;
    }
  }
}

TEST(Jcs, sheet_example_1) {
  const std::string text =
      "{\"\":true,\"\\n\":\"\\u0007\\t/\x7f\\\"\\\\\",\"z\":[3,{\"a\":0,\"b\":-1}],"
      "\"\u20ac\":\"\u00e9e\u0301\",\"\U0001f600\":2,\"\ufb33\":1}";
  const auto document = JcsDocument::parse(text);
  ASSERT_TRUE(document) << document.error().text();
  EXPECT_EQ(document->root().at("\n")->string(), std::string("\a\t/\x7f\"\\"));
  EXPECT_EQ(rewrite(*document), text);
}

TEST(Jcs, names_are_ordered_as_utf16_everywhere) {
  SeededRandom random(2);
  for (int i = 0; i < 100'000; ++i) {
    const std::string a = random_string(random);
    const std::string b = random_string(random);
    ASSERT_EQ(compare_jcs_names(a, b) < 0, utf16(a) < utf16(b)) << a << " / " << b;
    ASSERT_EQ(compare_jcs_names(a, b) == 0, a == b);
  }
}

TEST(Jcs, says_where_and_what) {
  const auto where = [](std::string_view text) {
    const auto status = JcsDocument::check(text);
    return status ? std::string("accepted") : status.error().where;
  };
  EXPECT_EQ(where("{\"a\": 1}"), "byte 5");
  EXPECT_EQ(where("{\"b\":1,\"a\":2}"), "byte 8");
  EXPECT_EQ(where("[1,2,]"), "byte 5");
  EXPECT_EQ(where("[\"abc\n\"]"), "byte 5");
  EXPECT_EQ(where(""), "byte 0");
  EXPECT_EQ(where("[12345,-01]"), "byte 7");
  EXPECT_NE(JcsDocument::check("[null]").error().message.find("null"), std::string::npos);
  EXPECT_EQ(JcsDocument::check("[]", 1).error().code, ErrorCode::kTooLarge);
}

TEST(Jcs, depth_is_bounded) {
  const std::string allowed = std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']');
  EXPECT_TRUE(JcsDocument::check(allowed));
  EXPECT_EQ(rewrite(*JcsDocument::parse(allowed)), allowed);
  EXPECT_FALSE(JcsDocument::check("[" + allowed + "]"));
  EXPECT_FALSE(JcsDocument::check(std::string(1'000'000, '[')));
  std::string objects;
  for (std::size_t i = 0; i < kJsonDepthMax; ++i) objects += "{\"a\":";
  EXPECT_FALSE(JcsDocument::check(objects + "{}" + std::string(kJsonDepthMax, '}')));
}

TEST(Jcs, integers_up_to_2_53) {
  for (const std::int64_t i : {std::int64_t{0}, std::int64_t{-1}, kJcsIntegerMax, -kJcsIntegerMax}) {
    std::string text;
    JcsWriter(text).integer(i);
    EXPECT_EQ(text, std::to_string(i));
    EXPECT_EQ(JcsDocument::parse(text)->root().integer(), i);
  }
  for (const char* const text : {"9007199254740992", "-9007199254740992", "99999999999999999", "18446744073709551617",
                                 "00", "-", "-0", "1.", "1.0", "1e0", "1E0", "+1", "0x1", " 1", "1 "}) {
    EXPECT_FALSE(JcsDocument::check(text)) << text;
  }
}

TEST(Jcs, values_say_their_path) {
  const auto document = JcsDocument::parse(R"({"zones":[{"id":"K1"},{"id":7,"levels":[1,[2]]}]})");
  ASSERT_TRUE(document) << document.error().text();
  const JcsValue zone = (*document->root().at("zones"))[1];
  EXPECT_EQ(zone.path(), "zones[1]");
  EXPECT_EQ(zone.at("id")->string().error().text(), "zones[1].id: expected a string, found an integer");
  EXPECT_EQ(zone.at("owner").error().text(), "zones[1]: member `owner` is missing");
  EXPECT_EQ((*zone.at("levels"))[1][0].path(), "zones[1].levels[1][0]");
  EXPECT_EQ(zone.at("id")->integer(0, 5).error().text(), "zones[1].id: 7 is outside 0 to 5");
  EXPECT_EQ(zone.only({"id"}).error().text(), "zones[1]: unknown member `levels`; known are: id");
  EXPECT_TRUE(zone.only({"levels", "id"}));
  EXPECT_FALSE(zone.find("x"));
  EXPECT_EQ(document->root().path(), "");
}

TEST(Jcs, a_document_can_be_moved_under_its_values) {
  auto first = JcsDocument::parse(R"({"a":["x","y\n"]})");
  ASSERT_TRUE(first);
  const JcsValue array = *first->root().at("a");
  const JcsDocument second = std::move(*first);
  EXPECT_EQ(array[1].string(), std::string_view("y\n"));
}

TEST(Jcs, large_arrays_have_constant_time_access) {
  std::string text;
  JcsWriter writer(text);
  writer.begin_array();
  for (int i = 0; i < 20'000; ++i) writer.begin_array().integer(i).string("p").end_array();
  writer.end_array();
  const auto document = JcsDocument::parse(text);
  ASSERT_TRUE(document);
  ASSERT_EQ(document->root().size(), 20'000U);
  for (std::size_t i = 0; i < 20'000; ++i) {
    ASSERT_EQ(document->root()[i][0].integer(), static_cast<std::int64_t>(i));
  }
}

TEST(Jcs, notes_top_level_integers_in_passing) {
  std::array<JcsTopInteger, 2> wanted{JcsTopInteger{"seq", {}}, JcsTopInteger{"time_ms", {}}};
  ASSERT_TRUE(JcsDocument::check(R"({"a":{"seq":1,"time_ms":2},"seq":-7,"time_ms":"text","z":[3]})", wanted));
  EXPECT_EQ(wanted[0].value, -7);
  EXPECT_EQ(wanted[1].value, std::nullopt);
  ASSERT_TRUE(JcsDocument::check(R"({"seq":[5],"time_ms":6})", wanted));
  EXPECT_EQ(wanted[0].value, std::nullopt);
  EXPECT_EQ(wanted[1].value, 6);
  ASSERT_TRUE(JcsDocument::check(R"([{"seq":5}])", wanted));
  EXPECT_EQ(wanted[0].value, std::nullopt);
}

TEST(JcsWriter, writes_what_the_reader_accepts) {
  std::string out = "prefix ";
  JcsWriter writer(out);
  writer.begin_object().key("a").begin_array().end_array().key("b\n").boolean(false);
  writer.key("c").raw(R"({"x":1})").key("😀").integer(-5).key("\uFB33").string("\x01\x7f\u2028");
  EXPECT_FALSE(writer.complete());
  writer.end_object();
  EXPECT_TRUE(writer.complete());
  EXPECT_EQ(out, "prefix {\"a\":[],\"b\\n\":false,\"c\":{\"x\":1},\"😀\":-5,\"\uFB33\":\"\\u0001\x7f\u2028\"}");
  EXPECT_TRUE(JcsDocument::check(std::string_view(out).substr(7)));
}

TEST(JcsWriterDeathTest, stops_on_broken_invariants) {
  std::string out;
  EXPECT_DEATH(JcsWriter(out).begin_object().key("b").integer(1).key("a"), "compare_escaped_names");
  EXPECT_DEATH(JcsWriter(out).begin_object().key("a").integer(1).key("a"), "compare_escaped_names");
  EXPECT_DEATH(JcsWriter(out).begin_object().integer(1), "after_key_");
  EXPECT_DEATH(JcsWriter(out).begin_object().key("a").end_object(), "after_key_");
  EXPECT_DEATH(JcsWriter(out).begin_array().end_object(), "object");
  EXPECT_DEATH(JcsWriter(out).integer(1).integer(2), "depth_");
  EXPECT_DEATH(JcsWriter(out).string("\xff"), "length");
  EXPECT_DEATH(JcsWriter(out).integer(kJcsIntegerMax + 1), "kJcsIntegerMax");
}

TEST(JcsText, is_valid_utf8_without_noncharacters) {
  for (const char* const good : {"", "plain", "é€😀", "\U0010FFFD", "\uD7FF\uE000", "\x01\x7f"}) {
    EXPECT_TRUE(check_jcs_text(good)) << good;
  }
  for (const char* const bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xef\xb7\x90", "\xef\xbf\xbe",
        "\xef\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x9f\xbf\xbe", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xe2\x82", "\xff", "abc\xe2"}) {
    EXPECT_FALSE(check_jcs_text(bad)) << bad;
    EXPECT_FALSE(JcsDocument::check("[\"" + std::string(bad) + "\"]"));
  }
  EXPECT_EQ(check_jcs_text("ab\xff").error().where, "byte 2");
}

}  // namespace
}  // namespace tansiq::log
