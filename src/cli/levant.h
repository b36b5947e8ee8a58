// The stage of `tansiq demo`: four authorities as four processes of this program, each with its own folder, keys, log
// and officers; lines between them that can be cut; a sky over them that each hears through receivers of its own; and a
// story that says after each step what was expected and what was seen.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "cli/context.h"
#include "cli/demo_relay.h"
#include "cli/levant_office.h"
#include "cli/levant_sky.h"
#include "cli/node_client.h"
#include "cli/stop_signal.h"
#include "coordination/act.h"
#include "core/charter.h"
#include "log/note_key.h"

namespace tansiq::cli {

/// Time in the story runs so much faster.
inline constexpr std::int64_t kLevantScale = 60;
/// Who keeps the watch at us when it comes to the near miss.
inline constexpr std::string_view kWatchOfficer = "capt.hale";

class Levant {
 public:
  /// Makes keys, charter, accounts and folders below `folder`, and starts the sky, and `us`, `ru`, `fr` and `ch`. us
  /// and ru each have a radar centre and an ADS-B receiver, fr hears the ships, ch nothing; each records what it hears.
  /// Once `stop` is asked, nobody waits for anything any more, and everything fails with `kUnavailable`: whoever tells
  /// the story comes to its end at once. `stop` outlives this.
  [[nodiscard]] static Result<std::unique_ptr<Levant>> start(const std::filesystem::path& folder, StopSignal& stop);
  ~Levant();  ///< stop()
  Levant(const Levant&) = delete;
  Levant& operator=(const Levant&) = delete;

  [[nodiscard]] const core::Charter& charter() const { return charter_; }
  [[nodiscard]] UtcMs now() const;
  /// Until that moment of the story has come, or a stop is asked.
  void wait_until(UtcMs moment) const;
  /// Likewise of real time.
  void pause(DurationMs ms) const;
  /// A stop is asked.
  [[nodiscard]] bool stopped() const { return stop_.asked(); }
  /// What the nodes show of the story (node/story.h).
  [[nodiscard]] std::filesystem::path story() const { return folder_ / "story.jsonl"; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path folder_of(const std::string& id) const { return folder_ / id; }
  [[nodiscard]] std::string url_of(const std::string& id) const { return nodes_.at(id).url; }
  [[nodiscard]] pid_t pid_of(const std::string& id) const { return nodes_.at(id).pid; }
  /// Authorities whose nodes run, in the order in which they were started.
  [[nodiscard]] const std::vector<std::string>& running() const { return running_; }

  /// The officers of an authority.
  [[nodiscard]] LevantOffice& office(const std::string& id) { return offices_.at(id); }
  /// An officer's act at a node, with a second one where it takes two: what the node answered, or why it would not.
  [[nodiscard]] Result<Answer> act(const std::string& id, const std::string& officer, coordination::Act act,
                                   const std::string& second = {});
  /// Somebody who is no officer files an intent with a node's own face.
  [[nodiscard]] Result<Answer> file_intent(const std::string& id, const std::string& subject, const std::string& intent,
                                           const geo::Volume4d& volume);
  /// What any node is told by its receivers.
  [[nodiscard]] LevantSky& sky() { return *sky_; }
  /// Somebody with a token of his own.
  [[nodiscard]] Result<NodeClient> client_as(const std::string& id, const std::string& subject,
                                             const std::vector<std::string>& scopes) const;
  /// Any answer of a node to its officer on watch, as `/v1/alerts`.
  [[nodiscard]] Result<Answer> get(const std::string& id, const std::string& target);
  /// A document of a node, as `flights`.
  [[nodiscard]] Result<Answer> read(const std::string& id, const std::string& name);
  /// Reads a document again and again until `good`, for half a minute at most. Whether it became so.
  [[nodiscard]] Result<bool> await(const std::string& id, const std::string& name,
                                   const std::function<bool(const JsonValue&)>& good);
  /// The same for any answer; what is not found is not there yet.
  [[nodiscard]] Result<bool> await_at(const std::string& id, const std::string& target,
                                      const std::function<bool(const JsonValue&)>& good);
  /// Copies the record of a node that runs, as `tansiq backup` does, and puts its charters beside it. Once no mirror in
  /// it is in the middle of catching up; else fails with `kTimeout`. The folder.
  [[nodiscard]] Result<std::filesystem::path> copy_record(const std::string& id);
  /// Copies what a node has recorded of its receivers so far, and gives what `tansiq replay --json` says of that, line
  /// by line.
  [[nodiscard]] Result<std::vector<std::string>> replayed(const std::string& id);
  /// Runs this program with `words`: what it wrote to standard output, and its exit code. For whoever has no node.
  struct Ran {
    int code = 0;
    std::string out;
  };
  [[nodiscard]] Result<Ran> run_program(const std::string& name, const std::vector<std::string>& words) const;
  /// An authority that is not in the charter yet: its folder, keys and ports, and its entry for the next version.
  [[nodiscard]] Result<core::Authority> prepare(const std::string& id, const std::string& name);
  /// The note of a version, signed for these.
  [[nodiscard]] Result<std::string> sign(const core::Charter& charter, const std::vector<std::string>& ids) const;
  /// Starts the node of a prepared authority, whose record begins under `note`; `former` are the versions before.
  [[nodiscard]] Status join(const std::string& id, const std::string& note, const std::vector<std::string>& former);
  /// Cuts or heals the line between two nodes, in both directions.
  void cut(const std::string& a, const std::string& b, bool yes);
  /// Ends the processes in order; their folders stay. Whoever does not end within half a minute is killed.
  Status stop();

 private:
  struct Running {
    std::uint16_t peer_port = 0;
    std::string url;
    pid_t pid = -1;
    std::vector<SkyLine> hears;
  };
  Levant(std::filesystem::path folder, StopSignal& stop) : folder_(std::move(folder)), stop_(stop) {}
  [[nodiscard]] Status go_on() const;  ///< Fails once a stop is asked.
  [[nodiscard]] Status make_folders();
  [[nodiscard]] Status begin_sky();
  [[nodiscard]] Status run(const std::string& id, const std::vector<std::string>& more = {});

  const std::filesystem::path folder_;
  StopSignal& stop_;
  const std::string password_ = random_password();  ///< Of every account.
  core::Charter charter_;
  UtcMs real_;                                  ///< The moment of the system's clock at which the story began.
  std::map<std::string, log::SignerKey> keys_;  ///< That sign for each.
  std::map<std::string, Running> nodes_;
  std::vector<std::string> running_;
  std::map<std::string, LevantOffice> offices_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<DemoRelay>> relays_;  ///< Reader, author.
  std::unique_ptr<LevantSky> sky_;
  int next_command_ = 1;
};

/// The charter of the story, without keys: `demo_charter`, France, and Switzerland as an observer.
[[nodiscard]] core::Charter levant_charter(UtcMs valid_from);

/// Where somebody looks on: one address, with a link that signs in once.
[[nodiscard]] Result<std::string> door_text(const Context& context, Levant& levant);
/// The same of everybody's consoles, a line each.
[[nodiscard]] Result<std::string> doors_text(Levant& levant);

/// Says who is there, and where to look on.
[[nodiscard]] Status open_levant(const Context& context, Levant& levant);
/// Tells the story. False when anything that was seen differs from what was expected. The nodes stay up.
[[nodiscard]] Result<bool> tell_levant(Context& context, Levant& levant);

}  // namespace tansiq::cli
