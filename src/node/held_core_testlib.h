// The deciding thread, held: what is asked meanwhile comes to it as one batch.
#pragma once

#include <gtest/gtest.h>

#include <future>

#include "node/core_thread.h"

namespace tansiq::node {

class HeldCore {
 public:
  /// Returns once the thread stands.
  explicit HeldCore(CoreThread& core) {
    const auto hold = [this](const State&) {
      stands_.set_value();
      go_.get_future().wait();
      return Departure{};
    };
    EXPECT_TRUE(core.submit(ReadTask{hold, {}}).has_value());
    stands_.get_future().get();
  }
  HeldCore(const HeldCore&) = delete;
  HeldCore& operator=(const HeldCore&) = delete;
  /// Once; before this goes.
  void let_go() { go_.set_value(); }

 private:
  std::promise<void> stands_;
  std::promise<void> go_;
};

}  // namespace tansiq::node
