// Checkers of talks (checker.h says what each promises): docs/coordination.md, section 8.
#pragma once

#include "sim/checker.h"
#include "sim/talk_ledger.h"

namespace tansiq::sim {

class TalkDelivered final : public Checker {
 public:
  TalkDelivered(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-delivered"; }
  void at_end() override;

 private:
  void look_for_files(const LedgerTalk& talk);
  World& world_;
};

class TalkEffect final : public Checker {
 public:
  TalkEffect(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-effect"; }
  void on_entry(const Durable& durable) override;
  void on_shown(const AuthorityId& at, const EntryHash& message) override;

 private:
  World& world_;
};

class TalkAlarm final : public Checker {
 public:
  TalkAlarm(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-alarm"; }
  void on_record(const AuthorityId& at, const Record& record) override;
  void at_end() override;

 private:
  World& world_;
};

class TalkQuote final : public Checker {
 public:
  TalkQuote(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-quote"; }
  void on_entry(const Durable& durable) override;

 private:
  World& world_;
};

class TalkAgree final : public Checker {
 public:
  TalkAgree(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-agree"; }
  void at_end() override;

 private:
  void compare(Node& sender, Node& recipient);
  World& world_;
};

class TalkReused final : public Checker {
 public:
  TalkReused(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-reused"; }
  void at_last() override;

 private:
  World& world_;
};

class TalkSecret final : public Checker {
 public:
  TalkSecret(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-secret"; }
  void on_record(const AuthorityId& at, const Record& record) override;
  void on_served(const AuthorityId& from, const AuthorityId& to, const log::Hash& hash,
                 const std::string& bytes) override;
  void on_file(const AuthorityId& from, const AuthorityId& to, const std::string& bytes) override {
    look(to, bytes, from);
  }

 private:
  void look(const AuthorityId& at, std::string_view bytes, const AuthorityId& of);
  World& world_;
};

class TalkIncidents final : public Checker {
 public:
  TalkIncidents(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "talk-incidents"; }
  void at_end() override;

 private:
  World& world_;
};

/// The words of a message or a statement of the simulation begin with this, and no other text holds it. Five digits
/// follow.
inline constexpr std::string_view kWhisper = "WHISPER-";

}  // namespace tansiq::sim
