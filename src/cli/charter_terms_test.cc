#include "cli/charter_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/charter_file.h"

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

core::CatalogueTerms another() {
  core::CatalogueTerms out = own_catalogue();
  out.sha256 = *log::Hash::from_hex(std::string(64, 'a'));
  return out;
}

TEST(CharterTerms, WarnOfAnotherCatalogueAlone) {
  core::Charter charter;
  EXPECT_EQ(catalogue_warning(charter), std::nullopt) << "none is named";
  EXPECT_THAT(terms_text(charter, {}), HasSubstr("none named"));
  charter.catalogue = own_catalogue();
  EXPECT_EQ(catalogue_warning(charter), std::nullopt);
  EXPECT_THAT(terms_text(charter, {}), HasSubstr("that of this program"));
  charter.catalogue = another();
  EXPECT_THAT(catalogue_warning(charter).value_or(""), HasSubstr(std::string(64, 'a')));
  EXPECT_THAT(terms_text(charter, {}), HasSubstr("NOT that of this program"));
}

TEST(CharterTerms, TolerancesAreShownOfEachKind) {
  core::Charter charter;
  charter.conformance.emplace().uas.lateral_m = 50;
  const std::string text = terms_text(charter, {});
  EXPECT_THAT(text, HasSubstr("uas"));
  EXPECT_THAT(text, HasSubstr("50 m"));
  EXPECT_THAT(text, HasSubstr("30 min")) << "of ships, until contingent";
  EXPECT_THAT(text, Not(HasSubstr("none stated")));
}

TEST(MergeCharter, TermsThatSomebodyStatedCount) {
  core::Charter us;
  core::Charter fr;
  fr.catalogue = own_catalogue();
  fr.conformance.emplace();
  ASSERT_TRUE(merge_charter(us, fr));
  EXPECT_EQ(us.catalogue, fr.catalogue);
  EXPECT_EQ(us.conformance, fr.conformance);

  core::Charter ru;
  ru.catalogue = another();
  EXPECT_THAT(merge_charter(us, ru).error().message, HasSubstr("different catalogues"));
  ru.catalogue.reset();
  ru.conformance.emplace().ship.time_ms = 1;
  EXPECT_THAT(merge_charter(us, ru).error().message, HasSubstr("different tolerances"));
  EXPECT_EQ(us.conformance, fr.conformance) << "nothing has changed";
}

}  // namespace
}  // namespace tansiq::cli
