#include "node/evidence_subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "coordination/entry.h"
#include "log/merkle.h"

namespace tansiq::node {
namespace {

using namespace coordination;

constexpr std::uint64_t kAskedEvery = 4'096;
constexpr std::string_view kMessageMember = "\"message\":\"";
constexpr std::string_view kTalkType = "\"type\":\"talk.";
constexpr std::string_view kMessageType = "\"type\":\"talk.message\"";

/// The hash that a line quotes as its message; nothing where it quotes none.
std::optional<log::Hash> quoted_message(std::string_view line) {
  const std::size_t at = line.find(kMessageMember);
  if (at == std::string_view::npos) return std::nullopt;
  auto hash = log::Hash::from_hex(line.substr(at + kMessageMember.size(), 2 * log::Hash::kBytes));
  if (!hash) return std::nullopt;
  return *hash;
}

class Search {
 public:
  Search(store::LogReader& reader, std::span<const SubjectLog> logs, const EvidenceSubject& subject,
         const std::function<bool()>& give_up)
      : reader_(reader), logs_(logs), subject_(subject), give_up_(give_up) {}

  Result<SubjectEntries> run() {
    TRY_VOID(each([this](const SubjectLog& log, const store::StoredEntry& at, std::string_view line) {
      take_own(log, at, line);
    }));
    if (out_.entries.empty()) {
      return fail(ErrorCode::kNotFound, fmt::format("no entry here is about {}", subject_.text()));
    }
    if (!named_.empty()) {
      TRY_VOID(each([this](const SubjectLog& log, const store::StoredEntry& at, std::string_view line) {
        take_named(log, at, line);
      }));
    }
    if (!messages_.empty()) {
      TRY_VOID(each([this](const SubjectLog& log, const store::StoredEntry& at, std::string_view line) {
        take_receipt(log, at, line);
      }));
    }
    return std::move(out_);
  }

 private:
  template <class Visit>
  Status each(Visit&& visit) {
    for (const SubjectLog& log : logs_) {
      if (log.size == 0) continue;
      TRY_VOID(reader_.entries(log.id, 0, log.size, [&](const store::StoredEntry& at) -> Status {
        if (at.index % kAskedEvery == 0 && give_up_ && give_up_()) {
          return fail(ErrorCode::kUnavailable, "the bundle was given up");
        }
        const std::string_view line = as_text(at.bytes);
        if (is_coordination_line(line)) visit(log, at, line);
        return {};
      }));
    }
    return {};
  }

  void take(const SubjectLog& log, const store::StoredEntry& at) { out_.entries[log.id].insert(at.index); }
  void take_message(const SubjectLog& log, const store::StoredEntry& at) {
    take(log, at);
    messages_.insert(log::leaf_hash(at.bytes));
  }

  /// What names the subject itself.
  void take_own(const SubjectLog& log, const store::StoredEntry& at, std::string_view line) {
    if (line.find(subject_.id) == std::string_view::npos) return;
    const auto entry = read_entry(line);
    if (!entry) return;
    if (const auto* message = std::get_if<TalkMessage>(&entry->body)) {
      if (!belongs(*message)) return;
      take_message(log, at);
      if (subject_.kind == EvidenceSubject::Kind::kThread) widen(entry->time);
      return;
    }
    if (subject_.kind != EvidenceSubject::Kind::kIncident) return;
    if (const auto* opened = std::get_if<IncidentOpened>(&entry->body)) {
      if (log.author != subject_.opener || opened->incident.str() != subject_.id) return;
      out_.from = opened->window.start;
      out_.to = opened->window.end;
      if (opened->message) named_.insert(*opened->message);
      return take(log, at);
    }
    if (const auto* stated = std::get_if<IncidentStated>(&entry->body)) {
      if (!about(*stated)) return;
      for (const IncidentHeld& held : stated->held) {
        if (held.kind == HeldKind::kMessage || held.kind == HeldKind::kEntry) named_.insert(held.sha256);
      }
      return take(log, at);
    }
    if (const auto* moved = std::get_if<IncidentMoved>(&entry->body); moved != nullptr && about(*moved)) take(log, at);
  }

  template <class T>
  [[nodiscard]] bool about(const T& of) const {
    return of.opener == subject_.opener && of.incident.str() == subject_.id;
  }
  [[nodiscard]] bool belongs(const TalkMessage& message) const {
    if (subject_.kind == EvidenceSubject::Kind::kThread) {
      return message.opener == subject_.opener && message.thread.str() == subject_.id;
    }
    return std::ranges::any_of(message.parts, [&](const TalkPart& part) {
      const auto* incident = std::get_if<IncidentPart>(&part);
      return incident != nullptr && incident->opener == subject_.opener && incident->incident == subject_.id;
    });
  }
  void widen(UtcMs time) {
    out_.from = std::min(out_.from.value_or(time), time);
    out_.to = std::max(out_.to.value_or(time), time + 1);
  }

  /// What a statement names by hash: an entry by its own, a message also by that of its content.
  void take_named(const SubjectLog& log, const store::StoredEntry& at, std::string_view line) {
    const bool message = line.find(kMessageType) != std::string_view::npos;
    bool named = named_.contains(log::leaf_hash(at.bytes));
    if (!named && message) {
      const auto entry = read_entry(line);
      const auto* said = entry ? std::get_if<TalkMessage>(&entry->body) : nullptr;
      named = said != nullptr && named_.contains(content_of(log.author, *said));
    }
    if (!named) return;
    if (message) return take_message(log, at);
    take(log, at);
  }

  void take_receipt(const SubjectLog& log, const store::StoredEntry& at, std::string_view line) {
    if (line.find(kTalkType) == std::string_view::npos) return;
    const auto hash = quoted_message(line);
    if (hash && messages_.contains(*hash)) take(log, at);
  }

  store::LogReader& reader_;
  std::span<const SubjectLog> logs_;
  const EvidenceSubject& subject_;
  const std::function<bool()>& give_up_;
  SubjectEntries out_;
  std::set<log::Hash> named_;     ///< Hashes of entries, or of contents.
  std::set<log::Hash> messages_;  ///< Whose receipts go with them.
};

}  // namespace

std::string EvidenceSubject::text() const {
  return fmt::format("{} {}/{}", kind == Kind::kIncident ? "incident" : "thread", opener.str(), id);
}

Result<SubjectEntries> entries_about(store::LogReader& reader, std::span<const SubjectLog> logs,
                                     const EvidenceSubject& subject, const std::function<bool()>& give_up) {
  return Search(reader, logs, subject, give_up).run();
}

}  // namespace tansiq::node
