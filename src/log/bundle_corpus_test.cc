// What the fuzzer of bundles begins with: each kind of section and each member of each line at least once, and each way
// in which a bundle can be wrong. TANSIQ_WRITE_GOLDEN=1 writes the files anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "log/bundle_testlib.h"
#include "log/bundle_verify.h"
#include "log/log_testlib.h"
#include "log/note.h"

namespace tansiq::log {
namespace {

using testing::bundle_bytes;
using testing::BundleLogMaker;
using testing::BundleWorld;
using testing::CharterMaker;
using testing::CharterParty;

/// The usual world with these charters instead of its own.
std::string with_charters(const std::vector<std::string>& notes) {
  BundleWorld world;
  std::erase_if(world.parts, [](const BundlePart& part) { return part.kind == BundleKind::kCharter; });
  for (std::size_t i = notes.size(); i-- > 0;) {
    world.parts.insert(world.parts.begin(),
                       {.kind = BundleKind::kCharter, .name = std::to_string(i + 1), .content = notes[i]});
  }
  return bundle_bytes(world.parts);
}

std::string with_part(BundleKind kind, std::string_view name, const std::string& content) {
  BundleWorld world;
  world.part(kind, name).content = content;
  return bundle_bytes(world.parts);
}

/// Seeds by the name of their file, under `case_`.
std::map<std::string, std::string> seeds() {
  const BundleWorld world;
  std::map<std::string, std::string> out;
  out["empty"] = bundle_bytes({});
  out["extra"] = bundle_bytes(world.parts) + "x";

  // Versions of a charter: one that follows, one that does not, one alone, and one twice.
  CharterParty us("us", 2), before("fr", 9), fr("fr", 1), de("de", 5);
  CharterMaker first({us, before}, 1);
  CharterMaker second({us, fr, de}, 2);
  second.timing = R"({"clock_error_ms":1})";
  for (CharterMaker* charter : {&first, &second}) {
    charter->parties[0].cosigner = world.us.cosigner.verifier().text();
    charter->parties[1].cosigner = world.fr.cosigner.verifier().text();
  }
  const std::string one = first.note({&us.key, &before.key});
  out["charters"] = with_charters({one, second.note({&us.key, &before.key, &fr.key, &de.key})});
  out["charters_unsigned"] = with_charters({one, second.note({&us.key, &fr.key})});
  out["charter_alone"] = with_charters({second.note({&us.key, &fr.key})});
  out["charters_twice"] = with_charters({one, one, second.note({&us.key, &before.key, &fr.key, &de.key})});
  second.domain = "sea";
  out["charters_at_odds"] = with_charters({one, second.note({&us.key, &before.key, &fr.key, &de.key})});
  out["charter_of_nobody"] = with_charters({first.note({&de.key, &us.key}).substr(0, 60)});

  // Trees: two of one size, a proof that is missing, one too many, in no order, of a checkpoint that is not here.
  BundleLogMaker other("us", 2);
  for (int i = 0; i < 4; ++i) other.add("talk.message", i);
  out["fork"] = with_part(
      BundleKind::kCheckpoints, world.us.origin,
      world.us.checkpoint_line(world.us.note(4), 4, std::nullopt) + other.checkpoint_line(other.note(4), 4, 2));
  out["checkpoint_no_proof"] = with_part(BundleKind::kCheckpoints, world.fr.origin,
                                         world.fr.checkpoint_line(world.fr.note(3), 3, std::nullopt) +
                                             world.fr.checkpoint_line(world.fr.note(4), 4, std::nullopt));
  out["checkpoint_stray_proof"] =
      with_part(BundleKind::kCheckpoints, world.fr.origin, world.fr.checkpoint_line(world.fr.note(4), 4, 3));
  out["checkpoint_of_another"] =
      with_part(BundleKind::kCheckpoints, world.fr.origin, world.us.checkpoint_line(world.us.note(4), 4, std::nullopt));
  out["trees_no_order"] =
      with_part(BundleKind::kTrees, world.us.origin, world.us.tree_line(3, 4) + world.us.tree_line(2, 4));
  out["anchor_at_odds"] = with_part(BundleKind::kTrees, world.us.origin, other.tree_line(2, 4));

  // Entries: in no order, no JSON, no line feed, a proof of another.
  out["entries_no_order"] =
      with_part(BundleKind::kEntries, world.us.origin, world.us.entry_line(2, 4) + world.us.entry_line(1, 4));
  std::string line;
  EXPECT_TRUE(append_line(line, EntryLine{.index = 1, .line = "no JSON", .size = 4, .proof = {}}).has_value());
  out["entry_no_content"] = with_part(BundleKind::kEntries, world.us.origin, line);
  out["entries_torn"] = with_part(BundleKind::kEntries, world.us.origin, world.us.entry_line(1, 4).substr(0, 100));
  out["attachment_empty"] = with_part(BundleKind::kAttachment, "watch.tsr", "");
  return out;
}

TEST(BundleCorpus, IsWhatItWasMadeOf) {
  const auto folder = std::filesystem::path(TANSIQ_SOURCE_DIR) / "src/log/corpus/bundle";
  for (const auto& [name, bytes] : seeds()) {
    const auto path = folder / ("case_" + name);
    if (std::getenv("TANSIQ_WRITE_GOLDEN") != nullptr) testing::write_whole(path, bytes);
    ASSERT_TRUE(std::filesystem::exists(path)) << path;
    EXPECT_TRUE(testing::read_whole(path) == bytes) << path;
  }
}

// A seed for each fault, so that the search begins on every path: a fault that nothing here shows is one to add.
TEST(BundleCorpus, ShowsEveryFaultThatNeedsNoKeys) {
  std::set<std::string_view> shown;
  for (const auto& [name, bytes] : seeds()) {
    for (const BundleFinding& finding : testing::verify_bytes(bytes).findings) shown.insert(to_text(finding.fault));
  }
  for (std::size_t i = 0; i < kBundleFaults; ++i) {
    const auto fault = static_cast<BundleFault>(i);
    // The first four are of bytes, which a fuzzer changes by itself; the last two need something to trust.
    const bool of_bytes = fault == BundleFault::kHead || fault == BundleFault::kManifest ||
                          fault == BundleFault::kShort || fault == BundleFault::kSection;
    if (of_bytes || fault == BundleFault::kCharterDiffers || fault == BundleFault::kNotVouched) continue;
    EXPECT_TRUE(shown.contains(to_text(fault))) << to_text(fault);
  }
}

}  // namespace
}  // namespace tansiq::log
