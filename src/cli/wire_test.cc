// What is read from files before it is filed.
#include "cli/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/temporary_folder.h"

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;

class FilingFile : public ::testing::Test {
 protected:
  Result<std::vector<Filing>> filings(std::string_view properties) {
    const std::string file = folder_.file("intent.geojson");
    std::ofstream(file) << R"({"type":"FeatureCollection","features":[{"type":"Feature","geometry":)"
                        << R"({"type":"Point","coordinates":[1,50]},"properties":{"id":"A","radius_m":500,)"
                        << R"("start":"2026-03-01T10:00:00Z","end":"2026-03-01T11:00:00Z",)" << properties << "}}]}";
    return read_filings(file);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(FilingFile, APropertyThatLooksMisspeltIsNotFiledAsNoLimit) {
  const auto misspelt = filings(R"("lower":"FL100","uper":"FL120")");
  ASSERT_FALSE(misspelt);
  EXPECT_THAT(misspelt.error().text(), HasSubstr("features[0]"));
  EXPECT_THAT(misspelt.error().text(), HasSubstr("'uper'; did you mean 'upper'?"));
}

TEST_F(FilingFile, OtherPropertiesDoNotMatter) {
  const auto filed = filings(R"("lower":"FL100","upper":"FL120","stroke-width":2)");
  ASSERT_TRUE(filed) << filed.error().text();
  ASSERT_EQ(filed->size(), 1U);
  EXPECT_EQ((*filed)[0].volumes.size(), 1U);
}

}  // namespace
}  // namespace tansiq::cli
