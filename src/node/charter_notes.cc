#include "node/charter_notes.h"

#include <algorithm>
#include <map>
#include <set>

#include "log/jcs.h"
#include "log/note.h"

namespace tansiq::node {
namespace {

using coordination::CharterAdopted;
using coordination::Coalition;

/// What `peer` has adopted and this node neither has nor has adopted; null: nothing.
const CharterAdopted* news_of(const Coalition& coalition, const AuthorityId& peer) {
  const coordination::CharterAdoptions& adoptions = coalition.adoptions();
  const auto at = adoptions.members().find(peer);
  if (at == adoptions.members().end() || !at->second.adopted) return nullptr;
  const CharterAdopted& adopted = *at->second.adopted;
  if (adopted.version <= adoptions.in_force()) return nullptr;
  if (adoptions.own() && adoptions.own()->charter_sha256 == adopted.charter_sha256) return nullptr;
  return &adopted;
}

struct Proposed {
  UtcMs effective;
  std::set<AuthorityId> by;
  std::optional<std::string> note{};
};

}  // namespace

Status CharterNotes::keep(const log::Hash& sha256, std::string note) {
  TRY(log::parse_note(note));
  TRY_VOID(log::check_jcs_text(note));
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(notes_, sha256, &std::pair<log::Hash, std::string>::first) != notes_.end()) return {};
  if (notes_.size() == kCharterNotesMax) notes_.pop_front();
  notes_.emplace_back(sha256, std::move(note));
  return {};
}

std::optional<std::string> CharterNotes::find(const log::Hash& sha256) const {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(notes_, sha256, &std::pair<log::Hash, std::string>::first);
  return at == notes_.end() ? std::nullopt : std::optional(at->second);
}

BodyFetcher::Config with_charter_notes(BodyFetcher::Config config, CharterNotes& notes) {
  const auto is_note = [](const coordination::WantedBody& body) { return body.bytes == coordination::kBytesNotSaid; };
  config.wanted = [wanted = std::move(config.wanted), &notes](const Coalition& coalition, const AuthorityId& peer) {
    BodyFetcher::Wanted out = wanted(coalition, peer);
    const CharterAdopted* adopted = news_of(coalition, peer);
    if (adopted != nullptr && !notes.find(adopted->note_sha256)) {
      out.push_back({.body = adopted->note_sha256, .bytes = coordination::kBytesNotSaid, .peer = peer});
    }
    return out;
  };
  config.keep = [keep = std::move(config.keep), &notes, is_note](CoreThread& core, const coordination::WantedBody& one,
                                                                 std::string bytes) {
    return is_note(one) ? notes.keep(one.body, std::move(bytes)) : keep(core, one, std::move(bytes));
  };
  config.failed = [failed = std::move(config.failed), is_note](CoreThread& core, const coordination::WantedBody& one,
                                                               const Error& error, unsigned alike) {
    if (!is_note(one)) failed(core, one, error, alike);
  };
  return config;
}

Result<std::string> proposed_charters_json(const Coalition& coalition, store::LogReader* reader,
                                           const CharterNotes* notes) {
  const coordination::CharterAdoptions& adoptions = coalition.adoptions();
  std::map<std::pair<std::int64_t, log::Hash>, Proposed> found;
  if (const CharterAdopted* own = adoptions.pending()) {
    Proposed& of = found[{own->version, own->charter_sha256}];
    of.effective = own->effective;
    of.by.insert(coalition.self());
    if (reader != nullptr) {
      if (const auto body = TRY(reader->body(own->note_sha256))) of.note = std::string(as_text(*body));
    }
  }
  for (const auto& [authority, member] : adoptions.members()) {
    if (!member.adopted || member.adopted->version <= adoptions.in_force()) continue;
    const CharterAdopted& adopted = *member.adopted;
    Proposed& of = found[{adopted.version, adopted.charter_sha256}];
    of.effective = adopted.effective;
    of.by.insert(authority);
    if (!of.note && notes != nullptr) of.note = notes->find(adopted.note_sha256);
  }
  std::string out;
  log::JcsWriter w(out);
  w.begin_object().key("charters").begin_array();
  for (const auto& [key, of] : found) {
    w.begin_object().key("adopted_by").begin_array();
    for (const AuthorityId& authority : of.by) w.string(authority.str());
    w.end_array().key("charter_sha256").string(key.second.hex()).key("effective_ms").integer(of.effective.ms);
    if (of.note) w.key("note").string(*of.note);
    w.key("version").integer(key.first).end_object();
  }
  w.end_array().end_object();
  return out;
}

}  // namespace tansiq::node
