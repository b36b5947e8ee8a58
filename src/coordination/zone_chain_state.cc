// How a chain stands in a node's state.
#include "base/limits.h"
#include "coordination/zone_chain.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {
namespace {

using log::JcsValue;
using log::JcsWriter;

void write_waiting(JcsWriter& out, const ControlEntry& entry) {
  out.begin_object().key("author").string(entry.author.str()).key("body");
  core::write_fields(out, entry.body);
  out.key("hash")
      .string(entry.hash.hex())
      .key("time_ms")
      .integer(entry.time.ms)
      .key("type")
      .string(core::name_of(entry.body));
  out.end_object();
}

Result<ControlEntry> read_waiting(const JcsValue& value) {
  TRY_VOID(value.only({"author", "body", "hash", "time_ms", "type"}));
  ControlEntry entry;
  entry.author = TRY(core::parsed_at(value, "author", AuthorityId::parse));
  entry.hash = TRY(core::parsed_at(value, "hash", [](std::string_view text) { return EntryHash::from_hex(text); }));
  entry.time = UtcMs{TRY(core::integer_at(value, "time_ms", kUtcMin.ms, kUtcMax.ms))};
  const std::string_view type = TRY(core::string_at(value, "type"));
  const JcsValue body = TRY(value.at("body"));
  auto read = core::read_named<ControlBody>(type, body);
  if (!read) return value.fail_here("no entry of this type waits for others");
  entry.body = TRY(std::move(*read));
  return entry;
}

}  // namespace

void ZoneChain::write(JcsWriter& out) const {
  out.begin_object().key("entitled").begin_array();
  for (const AuthorityId& authority : entitled_) out.string(authority.str());
  out.end_array().key("epochs").begin_array();
  for (const Epoch& epoch : epochs_) core::write_fields(out, epoch);
  out.end_array().key("waiting").begin_array();
  for (const ControlEntry& entry : waiting_) write_waiting(out, entry);
  out.end_array().end_object();
}

Result<ZoneChain> ZoneChain::read(const JcsValue& value) {
  TRY_VOID(value.only({"entitled", "epochs", "waiting"}));
  ZoneChain chain;
  const JcsValue entitled = TRY(value.at("entitled"));
  for (std::size_t i = 0; i < entitled.size(); ++i)
    chain.entitled_.insert(TRY(core::Codec<AuthorityId>::read(entitled[i])));
  // Not a list of the record: a chain may be longer than lists there.
  const JcsValue epochs = TRY(value.at("epochs"));
  if (epochs.size() == 0) return epochs.fail_here("a chain has at least one epoch");
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    Epoch epoch = TRY(core::read_fields<Epoch>(epochs[i]));
    if (epoch.closing.has_value() == (i + 1 == epochs.size())) {
      return epochs[i].fail_here("every epoch but the last is closed");
    }
    if (!chain.halted_ && !epoch.rivals.empty()) chain.halted_ = static_cast<std::int64_t>(i);
    chain.epochs_.push_back(std::move(epoch));
  }
  const JcsValue waiting = TRY(value.at("waiting"));
  if (waiting.size() > kWaitingMax) return waiting.fail_here("more entries wait than may");
  for (std::size_t i = 0; i < waiting.size(); ++i) chain.waiting_.push_back(TRY(read_waiting(waiting[i])));
  return chain;
}

}  // namespace tansiq::coordination
