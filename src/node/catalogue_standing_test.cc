#include "node/catalogue_standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/eventually.h"
#include "base/file.h"
#include "log/note.h"
#include "log/note_key.h"
#include "node/default_charter.h"
#include "node/node_testlib.h"
#include "talks/catalogue.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

log::Hash another() {
  log::Hash out = talks::Catalogue::built_in().hash();
  return *log::Hash::from_hex(std::string(out.hex()[0] == 'a' ? "b" : "a") + out.hex().substr(1));
}

TEST(CatalogueStanding, FollowsTheCharter) {
  core::Charter charter;
  charter.version = 3;
  const CatalogueStanding unnamed = catalogue_standing(charter);
  EXPECT_TRUE(unnamed.agrees);
  EXPECT_EQ(unnamed.charter, std::nullopt);
  EXPECT_THAT(catalogue_json(unnamed), Not(HasSubstr("\"charter\"")));

  charter.catalogue = core::CatalogueTerms{talks::Catalogue::built_in().hash()};
  EXPECT_TRUE(catalogue_standing(charter).agrees);

  charter.catalogue = core::CatalogueTerms{another()};
  const CatalogueStanding differs = catalogue_standing(charter);
  EXPECT_FALSE(differs.agrees);
  EXPECT_THAT(differs.text, HasSubstr("version 3 of the charter names the catalogue of messages " + another().hex()));
  const std::string alarm = catalogue_alarm(differs, AuthorityId::trusted("us"), charter.version, UtcMs{5});
  EXPECT_THAT(alarm, HasSubstr(R"({"alarm":"catalogue_differs","charter":")" + another().hex()));
  EXPECT_THAT(alarm, HasSubstr(R"("time_ms":5,"version":3})"));
  EXPECT_TRUE(log::JcsDocument::parse(alarm).has_value()) << alarm;
}

/// A charter of this node alone, signed, as a note.
std::string note_of(const core::Charter& charter, const log::SignerKey& key) {
  const log::SignerKey* keys[] = {&key};
  return *log::sign_note(core::charter_text(charter), keys);
}

class CatalogueNode : public ::testing::Test {
 protected:
  /// A node under a charter that names this catalogue, and tells alarms to a program that keeps them.
  TestNode node_with(const std::optional<core::CatalogueTerms>& catalogue) {
    const auto key = log::SignerKey::generate("home.tansiq.test/main", log::KeyType::kEd25519);
    EXPECT_TRUE(key && log::write_key_file(folder_.path() / "node.key", *key));
    core::Charter charter = default_charter(key->verifier().text(), UtcMs{kTestStart.ms - 86'400'000});
    charter.catalogue = catalogue;
    std::ofstream(folder_.path() / "given.note", std::ios::binary) << note_of(charter, *key);
    return TestNode([&](NodeConfig& config) {
      config.key_path = folder_.path() / "node.key";
      config.charter_path = folder_.path() / "given.note";
      config.talks.alarm_command = {"cp", "/dev/stdin", alarm().string()};
    });
  }
  [[nodiscard]] std::filesystem::path alarm() const { return folder_.path() / "alarm.json"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(CatalogueNode, ThatReadsAsAgreedSaysNothing) {
  const TestNode node = node_with(core::CatalogueTerms{talks::Catalogue::built_in().hash()});
  EXPECT_EQ(node.get("/readyz").body, "ready\n");
  EXPECT_THAT(node.get("/v1/catalogue", node.token("watch", {"intents.read"})).body, HasSubstr("\"agrees\":true"));
}

TEST_F(CatalogueNode, ThatReadsOtherTextsStartsAndSaysSoEverywhere) {
  const TestNode node = node_with(core::CatalogueTerms{another()});
  EXPECT_THAT(node.get("/readyz").body, HasSubstr("ready, but version 1 of the charter names the catalogue"));
  const auto document = node.get("/v1/catalogue", node.token("watch", {"intents.read"}));
  EXPECT_EQ(document.status, 200);
  EXPECT_THAT(document.body, HasSubstr(R"({"agrees":false,"charter":")" + another().hex()));
  EXPECT_THAT(node.get("/metrics", node.token("watch", {"metrics.read"})).body,
              HasSubstr("tansiq_catalogue_agrees 0\n"));
  EXPECT_EQ(node.get("/v1/catalogue").status, 401);
  // A file that `cp` has not written to its end is tried again.
  std::string alarmed;
  EXPECT_TRUE(eventually([&] {
    alarmed = read_file(alarm(), 1 << 16).value_or("");
    return alarmed.ends_with("}");
  }));
  EXPECT_THAT(alarmed, HasSubstr("\"alarm\":\"catalogue_differs\""));
}

}  // namespace
}  // namespace tansiq::node
