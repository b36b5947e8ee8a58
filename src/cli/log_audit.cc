#include "cli/log_audit.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "cli/context.h"
#include "cli/log_location.h"
#include "coordination/log_origins.h"
#include "core/audit.h"
#include "node/data_dir.h"
#include "node/main_audit.h"
#include "node/state.h"
#include "store/sqlite_reader.h"

namespace tansiq::cli {
namespace {

struct AuditArguments {
  std::string data;
  std::optional<std::string> charter;
};

constexpr std::size_t kDifferencesPrintedMax = 50;

/// A charter beside the log, and whose record it is: its genesis entry names the authority.
struct Founding {
  core::SignedCharter charter;
  std::string note;
  AuthorityId self;
};

Result<Founding> founding_of(log::LogSource& source, const std::string& charter_file) {
  const std::string note = TRY(read_text(charter_file, kNoteBytesMax));
  auto opened = core::open_charter(note);
  if (!opened) return std::unexpected(in_file(opened.error(), charter_file));
  Founding out{.charter = std::move(*opened), .note = note, .self = {}};
  TRY_VOID(for_each_entry(source, 0, 1, [&](std::uint64_t, ByteView bytes) -> Status {
    const core::Entry genesis = TRY(core::read_entry(as_text(bytes)));
    if (genesis.type != core::EntryType::kGenesis)
      return fail(ErrorCode::kCorrupt, "the log does not begin with its genesis");
    out.self = genesis.genesis.authority;
    return {};
  }));
  return out;
}

/// What an audit has come to.
struct Audited {
  std::uint64_t entries = 0;  ///< Of the authority's own record, `main`.
  std::uint64_t differences = 0;
  std::int64_t version = 1;  ///< Of the charter, in force last.
  std::string state_hash;
};

void print_difference(const Context& context, const core::AuditDifference& difference) {
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("seq", difference.seq)
            .member("message", difference.message)
            .member("recorded", difference.recorded)
            .member("decided", difference.decided)
            .close()
            .line());
    return;
  }
  put(fmt::format("{} {}: {}\n", context.paint(Colour::kRed, "entry"), difference.seq, printable(difference.message)));
  put(fmt::format("  recorded  {}\n  decided   {}\n", printable(difference.recorded), printable(difference.decided)));
}

/// An exported log: `main` alone. What a node says and reads in other logs takes places in between, and moves its
/// state; such a record is audited where all of them are.
Result<Audited> audit_alone(Context& context, log::LogSource& source, Founding founding) {
  Audited out;
  out.version = founding.charter.charter.version;
  core::MachineConfig config;
  config.self = std::move(founding.self);
  config.charter = std::move(founding.charter.charter);
  config.charter_text = std::move(founding.charter.text);
  node::MainAudit audit = TRY(node::MainAudit::make(std::move(config)));
  out.entries = TRY(log_size(source));
  Progress progress(context.terminal, "deciding again", "entries");
  std::uint64_t done = 0;
  TRY_VOID(for_each_entry(source, 0, out.entries, [&](std::uint64_t index, ByteView bytes) -> Status {
    auto checked = audit.check(as_text(bytes));
    if (!checked) return std::unexpected(inside(checked.error(), fmt::format("entry {}", index)));
    if (*checked && ++out.differences <= kDifferencesPrintedMax) print_difference(context, **checked);
    if (++done % 1'000 == 0) progress.update(done, out.entries);
    return {};
  }));
  progress.finish();
  out.state_hash = to_hex(audit.state_hash());
  return out;
}

/// The whole record of a data folder in its local order, through every version of the charter that it has adopted.
class FolderAudit {
 public:
  static Result<Audited> run(Context& context, const std::string& folder, Founding founding) {
    FolderAudit audit(context);
    audit.reader_ = TRY(store::SqliteReader::open(folder, store::system_files()));
    audit.main_ = {founding.self, coordination::LogName::Kind::kMain, {}};
    coordination::CoalitionConfig config{
        .machine = {.self = founding.self,
                    .charter = founding.charter.charter,
                    .charter_text = founding.charter.text,
                    .texts = [reader =
                                  audit.reader_.get()](const std::string& sha256) { return text_in(*reader, sha256); }},
        .former = TRY(node::versions_beside(folder, founding.note)).former};
    for (const core::Charter& version : config.former) TRY_VOID(audit.origins_.adopt(version));
    audit.state_.emplace(TRY(node::State::make(config)));
    TRY_VOID(audit.follow_versions());
    return audit.walk();
  }

 private:
  explicit FolderAudit(Context& context) : context_(context) {}

  static Result<std::string> text_in(store::LogReader& reader, const std::string& sha256) {
    const auto body = TRY(reader.body(TRY(log::Hash::from_hex(sha256))));
    if (body) return std::string(as_text(*body));
    return fail(ErrorCode::kNotFound,
                fmt::format("the text of a charter that the record quotes, {}, is not there", sha256));
  }

  Result<Audited> walk() {
    const std::uint64_t end = TRY(reader_->next_seq());
    Progress progress(context_.terminal, "deciding again", "entries");
    TRY_VOID(reader_->sequence(0, end, [&](const store::StoredEntry& stored) -> Status {
      if (Status taken = take(stored); !taken) {
        return std::unexpected(inside(std::move(taken).error(), fmt::format("entry {}", stored.seq)));
      }
      if (stored.seq % 1'000 == 0) progress.update(stored.seq, end);
      return {};
    }));
    progress.finish();
    TRY_VOID(state_->coalition().settle());
    out_.version = state_->coalition().machine().charter().version;
    out_.state_hash = to_hex(state_->hash());
    return out_;
  }

  Status take(const store::StoredEntry& stored) {
    const std::string_view line = as_text(stored.bytes);
    coordination::Coalition& coalition = state_->coalition();
    if (stored.seq != state_->next_seq()) coalition.skip_to(stored.seq);  // what stood before it is lost
    const coordination::LogName& name = *TRY(name_of(stored.log));
    if (name == main_) {
      ++out_.entries;
      const bool beside =
          coordination::is_coordination_line(line) || f3548::is_registry_line(line) || uss::is_uss_line(line);
      if (!beside) TRY_VOID(decide_again(line));
    }
    TRY_VOID(state_->apply(name, line));
    return follow_versions();
  }

  Status decide_again(std::string_view line) {
    const core::Entry entry = TRY(core::read_entry(line));
    TRY_VOID(state_->coalition().settle());
    const auto difference = core::audit_entry(state_->coalition().machine(), entry, line);
    if (difference && ++out_.differences <= kDifferencesPrintedMax) print_difference(context_, *difference);
    return {};
  }

  /// Logs of members that join get their names with the version that names them.
  Status follow_versions() {
    const auto& versions = state_->coalition().machine().versions();
    for (; known_ < versions.size(); ++known_) {
      TRY_VOID(origins_.adopt(versions[known_]));
      names_.clear();
    }
    return {};
  }

  Result<const coordination::LogName*> name_of(store::LogId id) {
    if (id == store::kMainLog) return &main_;
    if (names_.empty()) {
      for (const store::LogInfo& info : TRY(reader_->logs())) {
        if (const auto name = origins_.log(info.origin)) names_.emplace(info.id, *name);
      }
    }
    const auto at = names_.find(id);
    if (at != names_.end()) return &at->second;
    return fail(ErrorCode::kCorrupt, "it stands in a log that no version of the charter names");
  }

  Context& context_;
  std::unique_ptr<store::SqliteReader> reader_;
  coordination::LogName main_;
  coordination::Origins origins_;
  std::map<store::LogId, coordination::LogName> names_;
  std::optional<node::State> state_;
  std::size_t known_ = 0;
  Audited out_;
};

Result<int> audit(Context& context, const AuditArguments& arguments) {
  const LogLocation location = TRY(find_log(arguments.data, {}));
  const std::filesystem::path folder(arguments.data);
  Founding founding =
      TRY(founding_of(*location.source, arguments.charter.value_or((folder / "charter.note").string())));
  std::error_code ignored;
  const Audited done = std::filesystem::exists(folder / "log.db", ignored)
                           ? TRY(FolderAudit::run(context, arguments.data, std::move(founding)))
                           : TRY(audit_alone(context, *location.source, std::move(founding)));
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("entries", done.entries)
            .member("charter_version", done.version)
            .member("differences", done.differences)
            .member("state_hash", done.state_hash)
            .close()
            .line());
  } else {
    put(fmt::format("{}: decided again, {}\nversion {} of the charter in force\nstate {}\n",
                    count_text(done.entries, "entry", "entries"),
                    done.differences == 0 ? context.paint(Colour::kGreen, "no difference")
                                          : count_text(done.differences, "difference", "differences"),
                    done.version, done.state_hash));
  }
  return done.differences == 0 ? 0 : 1;
}

}  // namespace

void add_log_audit(Command& group) {
  auto a = std::make_shared<AuditArguments>();
  group.sub("audit", "decide everything again, and report where the record differs")
      .about(
          "Verification shows that nobody changed the record; an audit shows that its owner kept the rules. Each "
          "command "
          "is decided again in the state that the record led to, under the version of the charter that was in force "
          "then, "
          "and compared byte for byte. What was said between authorities is followed, not decided again. Prints the "
          "hash of "
          "the final state.")
      .argument(a->data, "DIR", "a node's data folder, or an exported log with --charter")
      .completes(Completes::kDirectory)
      .option(a->charter, "--charter", "FILE", "the signed charter; else charter.note in DIR")
      .completes(Completes::kFile)
      .example("tansiq log audit ./tansiq-data", "did the node keep its rules?")
      .exits(1, "this program would have decided differently somewhere")
      .run([a](Context& context) { return audit(context, *a); });
}

}  // namespace tansiq::cli
