// The complete states of both sides of caveats as canonical JSON, and back:
//
//   {"caveats":[…],"meetings":[…],"told":[…],"withdrawals":[…]}        the holder's
//   {"deposits":[…],"reports":[…]}                                     the sequencer's
#include "coordination/caveat_desk.h"
#include "coordination/caveat_watch.h"
#include "coordination/state_rows.h"

namespace tansiq::coordination {
namespace {

struct Withdrawal {
  CaveatId caveat;
  AuthorityId from;
  static constexpr auto fields() {
    return field_list(field("caveat", &Withdrawal::caveat), field("from", &Withdrawal::from));
  }
};

}  // namespace

void CaveatDesk::write_state(log::JcsWriter& out) const {
  out.begin_object().key("caveats").begin_array();
  for (const auto& [id, standing] : caveats_) core::write_fields(out, standing);
  out.end_array().key("meetings").begin_array();
  for (const auto& [key, meeting] : meetings_) core::write_fields(out, meeting);
  out.end_array().key("told").begin_array();
  for (const auto& [key, told] : told_) core::write_fields(out, told);
  out.end_array().key("withdrawals").begin_array();
  for (const auto& [caveat, from] : withdrawals_) core::write_fields(out, Withdrawal{.caveat = caveat, .from = from});
  out.end_array().end_object();
}

Status CaveatDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only({"caveats", "meetings", "told", "withdrawals"}));
  std::map<CaveatId, CaveatStanding> caveats;
  std::map<Key, CaveatMeeting> meetings;
  std::map<ToldKey, CaveatTold> told;
  std::set<std::pair<CaveatId, AuthorityId>> withdrawals;
  TRY_VOID(read_each<CaveatStanding>(value, "caveats", [&](CaveatStanding of) {
    const CaveatId id = of.caveat;
    caveats.insert_or_assign(id, std::move(of));
  }));
  TRY_VOID(read_each<CaveatMeeting>(value, "meetings", [&](CaveatMeeting of) {
    const Key key{of.body.caveat, party_of(of.body)};
    meetings.insert_or_assign(key, std::move(of));
  }));
  TRY_VOID(read_each<CaveatTold>(value, "told", [&](CaveatTold of) {
    const ToldKey key{of.by, of.body.caveat, party_of(of.body)};
    told.insert_or_assign(key, std::move(of));
  }));
  TRY_VOID(read_each<Withdrawal>(value, "withdrawals",
                                 [&](const Withdrawal& of) { withdrawals.insert({of.caveat, of.from}); }));
  caveats_ = std::move(caveats);
  meetings_ = std::move(meetings);
  told_ = std::move(told);
  withdrawals_ = std::move(withdrawals);
  all_dirty_ = deposits_due_ = true;
  changes_.clear();
  dirty_.clear();
  touched_.clear();
  return {};
}

void CaveatWatch::write_state(log::JcsWriter& out) const {
  out.begin_object().key("deposits").begin_array();
  for (const auto& [key, deposit] : deposits_) core::write_fields(out, deposit);
  out.end_array().key("reports").begin_array();
  for (const auto& [key, report] : reports_) core::write_fields(out, report);
  out.end_array().end_object();
}

Status CaveatWatch::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only({"deposits", "reports"}));
  std::map<std::pair<AuthorityId, CaveatId>, CaveatWatched> deposits;
  std::map<ReportKey, CaveatTold> reports;
  TRY_VOID(read_each<CaveatWatched>(value, "deposits", [&](CaveatWatched of) {
    const std::pair key{of.holder, of.caveat};
    deposits.insert_or_assign(key, std::move(of));
  }));
  TRY_VOID(read_each<CaveatTold>(value, "reports", [&](CaveatTold of) {
    const ReportKey key{of.body.to, of.body.caveat, party_of(of.body)};
    reports.insert_or_assign(key, std::move(of));
  }));
  deposits_ = std::move(deposits);
  reports_ = std::move(reports);
  all_dirty_ = true;
  changes_.clear();
  dirty_.clear();
  return {};
}

}  // namespace tansiq::coordination
