#include "cli/log_audit.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "cli/context.h"
#include "cli/log_location.h"
#include "core/audit.h"
#include "f3548/registry.h"
#include "node/state.h"

namespace tansiq::cli {
namespace {

struct AuditArguments {
  std::string data;
  std::optional<std::string> charter;
};

constexpr std::size_t kDifferencesPrintedMax = 50;

// The genesis entry names the authority whose record this is.
Result<core::MachineConfig> config_for(log::LogSource& source, const std::string& charter_file) {
  const std::string note = TRY(read_text(charter_file, kNoteBytesMax));
  auto opened = core::open_charter(note);
  if (!opened) return std::unexpected(in_file(opened.error(), charter_file));
  core::MachineConfig config;
  TRY_VOID(for_each_entry(source, 0, 1, [&](std::uint64_t, ByteView bytes) -> Status {
    const core::Entry genesis = TRY(core::read_entry(as_text(bytes)));
    if (genesis.type != core::EntryType::kGenesis)
      return fail(ErrorCode::kCorrupt, "the log does not begin with its genesis");
    config.self = genesis.genesis.authority;
    return {};
  }));
  config.charter = std::move(opened->charter);
  config.charter_text = std::move(opened->text);
  return config;
}

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

Result<int> audit(Context& context, const AuditArguments& arguments) {
  const LogLocation location = TRY(find_log(arguments.data, {}));
  const std::string charter =
      arguments.charter.value_or((std::filesystem::path(arguments.data) / "charter.note").string());
  core::MachineConfig config = TRY(config_for(*location.source, charter));
  core::Auditor auditor = TRY(core::Auditor::make(std::move(config)));
  f3548::Registry registry({});
  const std::uint64_t size = TRY(log_size(*location.source));
  Progress progress(context.terminal, "deciding again", "entries");
  std::uint64_t done = 0;
  std::uint64_t differences = 0;
  TRY_VOID(for_each_entry(*location.source, 0, size, [&](std::uint64_t index, ByteView bytes) -> Status {
    // What stands in the registry of F3548 is followed, and checked for what its entries state; it is not decided
    // again.
    if (const std::string_view line = as_text(bytes); f3548::is_registry_line(line)) {
      const f3548::Entry entry = TRY(f3548::read_entry(line));
      if (entry.place.seq != auditor.machine().next_seq() || entry.place.time < auditor.machine().last_time()) {
        return fail(ErrorCode::kCorrupt, "the registry's entry does not follow", fmt::format("entry {}", index));
      }
      auditor.skip_to(entry.place.seq + 1, entry.place.time);
      if (auto applied = registry.apply(entry); !applied) {
        return std::unexpected(inside(std::move(applied.error()), fmt::format("entry {}", index)));
      }
      return {};
    }
    auto checked = auditor.check(as_text(bytes));
    if (!checked) return std::unexpected(inside(checked.error(), fmt::format("entry {}", index)));
    if (*checked && ++differences <= kDifferencesPrintedMax) print_difference(context, **checked);
    if (++done % 1'000 == 0) progress.update(done, size);
    return {};
  }));
  progress.finish();
  const std::string hash = to_hex(node::joined_hash(auditor.machine().state_hash(), registry));
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("entries", size)
            .member("differences", differences)
            .member("state_hash", hash)
            .close()
            .line());
  } else {
    put(fmt::format("{}: decided again, {}\nstate {}\n", count_text(size, "entry", "entries"),
                    differences == 0 ? context.paint(Colour::kGreen, "no difference")
                                     : count_text(differences, "difference", "differences"),
                    hash));
  }
  return differences == 0 ? 0 : 1;
}

}  // namespace

void add_log_audit(Command& group) {
  auto a = std::make_shared<AuditArguments>();
  group.sub("audit", "decide everything again, and report where the record differs")
      .about(
          "Verification shows that nobody changed the record; an audit shows that its owner kept the rules. Each "
          "command "
          "is decided again in the state that the record led to, and compared byte for byte. Prints the hash of the "
          "final state.")
      .argument(a->data, "DIR", "a node's data folder, or an exported log with --charter")
      .completes(Completes::kDirectory)
      .option(a->charter, "--charter", "FILE", "the signed charter; else charter.note in DIR")
      .completes(Completes::kFile)
      .example("tansiq log audit ./tansiq-data", "did the node keep its rules?")
      .exits(1, "this program would have decided differently somewhere")
      .run([a](Context& context) { return audit(context, *a); });
}

}  // namespace tansiq::cli
