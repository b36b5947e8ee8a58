#include "coordination/talk_attachments.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::coordination {
namespace {

constexpr auto kOneMax = static_cast<std::int64_t>(kAttachmentBytesMax);

/// When what no message names goes.
UtcMs loose_until(const AttachmentHere& here) { return here.from ? kUtcMin : here.since + kAttachmentLooseMs; }

Error full(std::string_view of, std::int64_t held, std::size_t most) {
  return {ErrorCode::kOverloaded,
          fmt::format("the attachments {} have {} bytes here, and at most {} have room: they go with their messages",
                      of, held, most),
          {}};
}

}  // namespace

void TalkAttachments::name_sent(const EntryHash& file, const EntryHash& message, const AuthorityId& to) {
  uses_[file].sent.emplace(message, to);
  place(file);
}

void TalkAttachments::name_heard(const TalkAttachment& file, const EntryHash& message, const AuthorityId& from) {
  Use& use = uses_[file.sha256];
  use.heard.emplace(message, from);
  std::int64_t& size = use.size.try_emplace(from, 0).first->second;
  size = std::max(size, file.bytes);
  place(file.sha256);
}

void TalkAttachments::unname(const EntryHash& file, const EntryHash& message) {
  const auto at = uses_.find(file);
  if (at == uses_.end()) return;
  Use& use = at->second;
  use.sent.erase(message);
  if (const auto heard = use.heard.extract(message)) {
    const AuthorityId& peer = heard.mapped();
    const bool more = std::ranges::any_of(use.heard, [&](const auto& one) { return one.second == peer; });
    if (!more) {
      use.size.erase(peer);
      wanted_.erase({peer, file});
      failed_.erase({peer, file});
    }
  }
  if (use.sent.empty() && use.heard.empty()) uses_.erase(at);
  place(file);
}

void TalkAttachments::unname_all() {
  uses_.clear();
  wanted_.clear();
  failed_.clear();
  loose_.clear();
  for (const auto& [file, here] : here_) loose_.insert({loose_until(here), file});
}

bool TalkAttachments::may_serve(const EntryHash& file, const AuthorityId& peer) const {
  const auto use = uses_.find(file);
  return use != uses_.end() &&
         std::ranges::any_of(use->second.sent, [&](const auto& one) { return one.second == peer; });
}

/// Finds anew what is to be done about it.
void TalkAttachments::place(const EntryHash& file) {
  const auto use = uses_.find(file);
  const auto here = here_.find(file);
  if (here != here_.end()) {
    loose_.erase({loose_until(here->second), file});
    if (use == uses_.end()) loose_.insert({loose_until(here->second), file});
  }
  if (use == uses_.end()) return;
  for (const auto& [peer, bytes] : use->second.size) {
    const auto failed = failed_.find({peer, file});
    const bool over = failed != failed_.end() && failed->second.state != AttachmentState::kWanted;
    if (here == here_.end() && !over && bytes <= kOneMax) {
      wanted_.insert({peer, file});
    } else {
      wanted_.erase({peer, file});
    }
  }
}

Status TalkAttachments::room_for(std::int64_t bytes, const std::optional<AuthorityId>& from) const {
  // A file of one byte takes a place too: a quarter of them is ours, and no peer has more than another.
  constexpr std::size_t kShare = kAttachmentsMax / 4;
  const auto known = from ? of_peer_.find(*from) : of_peer_.end();
  const Held held = !from ? own_ : known == of_peer_.end() ? Held{} : known->second;
  const bool crowded = from && here_.size() - own_.files >= kAttachmentsMax - kShare;
  if (held.files >= kShare || crowded) {
    return fail(ErrorCode::kOverloaded, fmt::format("{} attachments are here, {} of them of {}, and no more have room",
                                                    here_.size(), held.files, from ? from->str() : "this authority"));
  }
  const auto fits = [&](std::int64_t has, std::size_t most) { return has + bytes <= static_cast<std::int64_t>(most); };
  if (!fits(bytes_, kAttachmentsBytesMax)) return std::unexpected(full("of all", bytes_, kAttachmentsBytesMax));
  if (!from) {
    if (fits(held.bytes, kAttachmentsOwnBytesMax)) return {};
    return std::unexpected(full("of this authority", held.bytes, kAttachmentsOwnBytesMax));
  }
  if (held.files == 0 || fits(held.bytes, kAttachmentsPeerBytesMax)) return {};
  return std::unexpected(full("of " + from->str(), held.bytes, kAttachmentsPeerBytesMax));
}

Status TalkAttachments::may_keep(const EntryHash& file, std::int64_t bytes,
                                 const std::optional<AuthorityId>& from) const {
  if (bytes > kOneMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("an attachment has at most {} bytes, not {}", kAttachmentBytesMax, bytes));
  }
  if (here_.contains(file)) return {};
  if (from) {
    const auto use = uses_.find(file);
    if (use == uses_.end() || !use->second.size.contains(*from)) {
      return fail(ErrorCode::kNotFound, "no message that is kept names it any more");
    }
  }
  return room_for(bytes, from);
}

void TalkAttachments::keep(const EntryHash& file, AttachmentHere here) {
  if (const auto at = here_.find(file); at != here_.end()) {
    loose_.erase({loose_until(at->second), file});
    if (!here.from) at->second.since = std::max(at->second.since, here.since);
    place(file);
    return;
  }
  bytes_ += here.bytes;
  Held& of = here.from ? of_peer_[*here.from] : own_;
  of.bytes += here.bytes;
  ++of.files;
  here_.emplace(file, std::move(here));
  place(file);
}

void TalkAttachments::forget(const EntryHash& file) {
  const auto at = here_.find(file);
  if (at == here_.end()) return;
  const AttachmentHere& here = at->second;
  loose_.erase({loose_until(here), file});
  bytes_ -= here.bytes;
  Held& of = here.from ? of_peer_.at(*here.from) : own_;
  of.bytes -= here.bytes;
  --of.files;
  if (here.from && of.files == 0) of_peer_.erase(*here.from);
  here_.erase(at);
  place(file);
}

void TalkAttachments::failed(const EntryHash& file, const AuthorityId& peer, AttachmentStanding how) {
  const auto use = uses_.find(file);
  if (use == uses_.end() || !use->second.size.contains(peer) || here_.contains(file)) return;
  failed_[{peer, file}] = std::move(how);
  place(file);
}

std::vector<WantedBody> TalkAttachments::wanted(const AuthorityId& peer, std::size_t most) const {
  std::vector<WantedBody> out;
  for (auto at = wanted_.lower_bound({peer, EntryHash{}});
       at != wanted_.end() && at->first == peer && out.size() < most; ++at) {
    const std::int64_t bytes = uses_.at(at->second).size.at(peer);
    if (!room_for(bytes, peer)) continue;
    out.push_back({.body = at->second, .bytes = static_cast<std::uint64_t>(bytes), .peer = peer});
  }
  return out;
}

std::vector<EntryHash> TalkAttachments::unneeded(UtcMs now, std::size_t most) const {
  std::vector<EntryHash> out;
  for (auto at = loose_.begin(); at != loose_.end() && at->first <= now && out.size() < most; ++at) {
    out.push_back(at->second);
  }
  return out;
}

Status TalkAttachments::check_held(const std::vector<TalkAttachment>& files) const {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const TalkAttachment& file = files[i];
    const std::string where = fmt::format("attachments[{}].sha256", i);
    const auto here = here_.find(file.sha256);
    if (here == here_.end()) {
      return fail(ErrorCode::kMismatch,
                  fmt::format("attachment {} is not here: put its bytes to /v1/attachments first", file.sha256.hex()),
                  where);
    }
    if (here->second.bytes != file.bytes) {
      return fail(ErrorCode::kMismatch,
                  fmt::format("attachment {} has {} bytes, not {}", file.sha256.hex(), here->second.bytes, file.bytes),
                  fmt::format("attachments[{}].bytes", i));
    }
  }
  return {};
}

AttachmentStanding TalkAttachments::standing(const TalkAttachment& file, const std::optional<AuthorityId>& from) const {
  const auto here = here_.find(file.sha256);
  if (here != here_.end()) {
    if (here->second.bytes == file.bytes) return {.state = AttachmentState::kHere, .trouble = {}};
    return {.state = AttachmentState::kRefused,
            .trouble = fmt::format("it has {} bytes, and the message says {}", here->second.bytes, file.bytes)};
  }
  if (!from) return {.state = AttachmentState::kGone, .trouble = {}};
  if (file.bytes > kOneMax) {
    return {.state = AttachmentState::kRefused,
            .trouble = fmt::format("more than {} bytes are not fetched", kAttachmentBytesMax)};
  }
  if (const auto failed = failed_.find({*from, file.sha256}); failed != failed_.end()) return failed->second;
  const Status room = room_for(file.bytes, from);
  return {.state = AttachmentState::kWanted, .trouble = room ? std::string() : room.error().message};
}

}  // namespace tansiq::coordination
