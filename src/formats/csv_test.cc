#include "formats/csv.h"

#include <gtest/gtest.h>

namespace tansiq::formats {
namespace {

/// The records as "line: a|b|c", bad ones as "line! problem".
std::vector<std::string> records(std::string_view text, char separator = ',') {
  std::vector<std::string> out;
  CsvReader csv(text, separator);
  for (auto next = csv.next(); next != CsvReader::Next::kEnd; next = csv.next()) {
    std::string record = std::to_string(csv.line());
    if (next == CsvReader::Next::kBad) {
      out.push_back(record + "! " + std::string(csv.problem()));
      continue;
    }
    record += ":";
    for (const auto field : csv.fields()) record += (record.back() == ':' ? " " : "|") + std::string(field);
    out.push_back(record);
  }
  return out;
}

using Records = std::vector<std::string>;

TEST(Csv, ReadsPlainLines) {
  EXPECT_EQ(records("a,b\n1,2\n"), (Records{"1: a|b", "2: 1|2"}));
  EXPECT_EQ(records("\xEF\xBB\xBF"
                    "a,b\r\n1,2"),
            (Records{"1: a|b", "2: 1|2"}));
  EXPECT_EQ(records("\n\r\na,,b\n\n,\n"), (Records{"3: a||b", "5: |"}));
  EXPECT_EQ(records("a;b,c", ';'), (Records{"1: a|b,c"}));
  EXPECT_EQ(records(""), Records{});
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_EQ(records("\"a,b\",\"say \"\"hi\"\"\",c\r\n1,2,3"), (Records{"1: a,b|say \"hi\"|c", "2: 1|2|3"}));
  EXPECT_EQ(records("\"two\nlines\",x\nnext,y\n"), (Records{"1: two\nlines|x", "3: next|y"}));
  EXPECT_EQ(records("\"\",\"\"\"\"\n"), (Records{"1: |\""}));
  EXPECT_EQ(records("a,\"b\"\r\nc,d\r\n"), (Records{"1: a|b", "2: c|d"}));
  EXPECT_EQ(records("\"\"\"a\",\"b\"\"\",\"\"\"\"\"\"\n"), (Records{"1: \"a|b\"|\"\""}));
}

TEST(Csv, GoesOnBehindABadRecord) {
  EXPECT_EQ(records("a,\"b\nc,d\n"), (Records{"1! a quote is not closed", "2: c|d"}));
  EXPECT_EQ(records("a,\"b\"x\nc,d\n"), (Records{"1! text follows a closing quote", "2: c|d"}));
  EXPECT_EQ(records("a,b\"x\"\nc,d\n"), (Records{"1! a quote stands inside an unquoted field", "2: c|d"}));
}

TEST(Csv, KeepsItsLimits) {
  EXPECT_EQ(records(std::string(70'000, 'x') + "\na"), (Records{"1! the line is longer than 65536 bytes", "2: a"}));
  EXPECT_EQ(records(std::string(255, ',') + "\n").front().find('!'), std::string::npos);
  EXPECT_EQ(records(std::string(256, ',') + "\na"), (Records{"1! the line has more than 256 fields", "2: a"}));
  // A quote that is never closed costs a bounded look ahead for each of its lines, not the rest of the file.
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "\"never closed\n\"\"\n";
  EXPECT_GT(records(many).size(), 0U);
}

}  // namespace
}  // namespace tansiq::formats
