// The checkers: each watches one promise of docs/coordination.md over the whole coalition, all the time, from what is
// durable and from where the aircraft are. None of them asks a desk what it thinks.
//
//   name                 promise                                                                planted bug
//   double-confirmation  no two conflicting confirmations in a zone, over all logs, nor two     ignore-conflicts
//                        by two zones in one space, whichever versions had them
//   unconfirmed-entry    no aircraft in a zone without its owner's confirmation                 ack-before-crew
//   one-sequencer        one author a zone and epoch; nothing granted in an epoch that has passed resume-early
//   replay               a record leads to the state it was written from, by snapshot too       live-only-state
//   equivocation         whoever signs two logs is found out                                    trust-forks
//   own-zones            flights in own zones are answered, whatever the links do               freeze-self
//   holds                a hold ends in its time; its space is free only when that is logged    late-confirm
//   boundary             aircraft on either side of a boundary are apart too                    one-side-only
//   own-use              no own intent meets a leg that is confirmed, through leases too, nor   lease-over-own
//                        another authority's intent, in whatever zone
//   canary               a call sign stands in no record of a node that may not have it         leak-call-sign
//                        or body of a share that it may not have; no share reaches whom its      pass-regardless
//                        originator never named, or is sent after its revocation was read
//   destroyed            what was revoked is held by nobody else in the end                      keep-revoked
//   caveat-secret        only its holder, and a sequencer with whom it is deposited, hears of a caveat tell-caveat
//   caveat-gate          nobody is cleared who meets a caveat that no officer has accepted       deaf-to-caveats
//   one-version          who has adopted a version is under it in the end                       miss-the-moment
//   strangers            nothing is read of, or granted to, who is no member                    deaf-to-removal
//   removed              who is struck out reads nothing that is written afterwards             deaf-to-removal
//   outlived             no window outlives a zone that a version redraws or strikes out        keep-redrawn
//   convergence          after healing everything ends, and all sides know the same             deaf-to-accept
//   talk-delivered       after healing a message is received once by each recipient, with its   skip-gap
//                        files, or turned away aloud, which nothing on the floor is
//   talk-effect          officers are shown, and act on, what was received; each receipt once    show-unreceived
//   talk-alarm           a message ends in the receipt that it needs or in an alarm, the alarm   lose-timers
//                        before a receipt that is late
//   talk-quote           a receipt quotes the message that it belongs to                         misquote
//   talk-agree           after healing both sides show the same state of each message            thread-receipt
//   talk-reused          what bears an index that was used before comes, or is accused           trust-forks
//   talk-secret          the words of a message, and its files, reach nobody who is no recipient tell-third
//   talk-incidents       after healing all parties hold the same statements of an incident       tell-one-party
//   answers-by-hand      nothing is held or confirmed by hand to which no officer has agreed      confirm-unasked
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk.h"
#include "sim/ledger.h"

namespace tansiq::sim {

class World;
class Node;
class Trip;

/// An aircraft as it is, in true time; not as anybody believes it to be.
struct Aircraft {
  AuthorityId home;
  FlightId flight;
  std::int64_t leg = 0;
  ZoneId zone;
  EntryHash request;       ///< The clearance that it flies on.
  bool overstays = false;  ///< It is still inside when its window has passed, by its own fault.
};

/// What a checker has found. The first one ends the run.
struct Finding {
  std::string checker;
  std::string text;
};

class Checker {
 public:
  explicit Checker(std::vector<Finding>& findings) : findings_(findings) {}
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;
  virtual ~Checker() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// An own entry of a node has become durable.
  virtual void on_entry(const Durable& /*durable*/) {}
  /// Any line has become durable at a node, own or mirrored.
  virtual void on_record(const AuthorityId& /*at*/, const Record& /*record*/) {}
  /// A node has sent the body of a share to another.
  virtual void on_served(const AuthorityId& /*from*/, const AuthorityId& /*to*/, const log::Hash& /*hash*/,
                         const std::string& /*bytes*/) {}
  /// A node has sent a file that a message names to another.
  virtual void on_file(const AuthorityId& /*from*/, const AuthorityId& /*to*/, const std::string& /*bytes*/) {}
  /// A flight was filed whose legs are all in zones of its home.
  virtual void on_filed(const Trip& /*trip*/) {}
  virtual void on_entered(const Aircraft& /*aircraft*/) {}
  virtual void on_left(const Aircraft& /*aircraft*/) {}
  /// A node has been led through its record. `live` is what it was when it stopped with all of it durable.
  virtual void on_replayed(const AuthorityId& /*node*/, std::string_view /*how*/, const core::StateHash& /*live*/,
                           const core::StateHash& /*replayed*/) {}
  /// A message is before the officers of a node.
  virtual void on_shown(const AuthorityId& /*at*/, const EntryHash& /*message*/) {}
  /// After healing and quiet.
  virtual void at_end() {}
  /// After that a node was brought back from a backup and went on as if nothing were missing.
  virtual void at_last() {}

 protected:
  void found(std::string text) { findings_.push_back({std::string(name()), std::move(text)}); }

 private:
  std::vector<Finding>& findings_;
};

[[nodiscard]] std::vector<std::unique_ptr<Checker>> make_checkers(World& world);

}  // namespace tansiq::sim
