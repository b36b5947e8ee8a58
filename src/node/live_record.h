// What the live picture has to do with the record: it is told what stands there, and asks the core thread for what its
// keepers need.
//
//   LiveRecord record({.core = core, .clock = clock, .post = …, .tell = …, .filed = …});
//   record.grown();                       // any thread: a batch is durable
//   record.look(now);                     // once a second, on the picture's thread
//   record.begin_anew();                  // another picture, which knows nothing yet
//
// The record is read page by page, when it has grown, and every half minute anyway, since which plans matter depends on
// the hour; see record_notes.h. What was told before is told again only when it has changed; what is no more, once a
// look has come to its end without it. Nothing is told of what could still be lost: answers leave the core thread when
// what they rest on is durable.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/core_thread.h"
#include "node/group_keeper.h"
#include "picture/note.h"

namespace tansiq::node {

class LiveRecord {
 public:
  struct Config {
    CoreThread& core;
    const Clock& clock;
    /// Runs on the picture's thread, later, also when that is busy. Any thread.
    std::function<void(std::function<void()>)> post;
    std::function<Status(const picture::Note&)> tell;
    /// Intents of which no plan is made: the space of groups is the guide's, and moves with it.
    std::function<std::set<std::string, std::less<>>()> filed;
  };
  explicit LiveRecord(Config config) : config_(std::move(config)) {}
  LiveRecord(const LiveRecord&) = delete;
  LiveRecord& operator=(const LiveRecord&) = delete;

  /// Any thread.
  void grown() { grown_.store(true); }
  /// Begins a look, where none is under way and one is due.
  void look(UtcMs now);
  /// Everything is to be told again; what a look under way brings is passed over.
  void begin_anew();
  /// Plans, zones and measures that the picture did not take.
  [[nodiscard]] std::uint64_t refused() const { return notes_refused_; }

  // The keepers' questions; they call back on the picture's thread.
  void file(core::Command command, std::function<void(Result<Recorded>)> done);
  void find(const IntentId& intent, std::function<void(Result<std::optional<GroupKeeper::Standing>>)> done);
  /// All of it.
  void look_up(const IntentId& intent, std::function<void(Result<std::optional<core::Intent>>)> done);

 private:
  using Notes = std::vector<std::pair<std::string, picture::Note>>;

  void ask(ReadTask task);
  [[nodiscard]] Departure told_when_durable(std::uint64_t look, std::function<void()> tell);
  /// On the picture's thread, if that look is still the one under way.
  void post(std::uint64_t look, std::function<void()> work);
  void next_page(std::uint64_t after);
  void settle(Notes notes);
  void end_look();
  void look_failed();

  const Config config_;
  std::atomic<bool> grown_{true};
  // The picture's thread alone.
  std::uint64_t looks_ = 0;  ///< Which look is under way.
  bool looking_ = false;
  UtcMs looked_ = kUtcMin;
  std::map<std::string, std::string> told_;  ///< By what it is about: the line that was told last.
  std::set<std::string> seen_;               ///< In the look under way.
  std::set<std::string> said_;               ///< What the picture did not take, as far as it was logged.
  std::uint64_t notes_refused_ = 0;
};

}  // namespace tansiq::node
