// A record of coordination to be kept: one node's, with all that it read of its peers, and the state that it leads to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination::testing {

/// The record of `us`.
struct Golden {
  core::Charter charter;
  Batch record;                     ///< In local order.
  std::vector<std::string> bodies;  ///< Texts and shares that entries quote, by hash.
  core::StateHash state_hash{};     ///< After the last entry.
};

/// A new Coalition, led through it; a line that cannot be applied fails the test.
[[nodiscard]] std::unique_ptr<Coalition> replay(const Golden& golden);

/// What `us` holds in the end of a story, which its replay leads to, too.
[[nodiscard]] Golden end_of_story(World& world);

/// Tells the story of format version 1 anew.
[[nodiscard]] Golden tell_golden_story();
/// The story of what came after it: reports and incidents.
[[nodiscard]] Golden tell_golden_story_of_information();
/// What it holds of others' reports.
[[nodiscard]] Golden tell_golden_story_of_held_reports();
/// And of talks.
[[nodiscard]] Golden tell_golden_story_of_talks();
/// And of requests that officers answer.
[[nodiscard]] Golden tell_golden_story_of_answers();

}  // namespace tansiq::coordination::testing
