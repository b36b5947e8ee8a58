#include "node/uss_json.h"

#include <algorithm>
#include <set>

#include "log/jcs.h"

namespace tansiq::node {
namespace {

using log::JcsWriter;

template <class Fill>
std::string document(std::string_view name, Fill&& fill) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key(name).begin_array();
  fill(w);
  w.end_array().end_object();
  return out;
}

void write_registered(JcsWriter& w, const uss::Registration& of) {
  const uss::Registered& last = of.last;
  w.key("registered").begin_object();
  w.key("details_sha256").string(last.details.hex()).key("end").string(last.end.text());
  w.key("ended").boolean(of.ended).key("native_version").integer(last.native_version).key("ovn").string(last.ovn);
  w.key("start").string(last.start.text()).key("state").string(core::to_text(last.state));
  w.key("version").integer(last.version).end_object();
}

/// The newest of a table with ascending keys, in their order.
template <class Table, class Write>
void newest(const Table& table, Write&& write) {
  auto at = table.begin();
  if (table.size() > kUssRowsMax) std::advance(at, static_cast<std::ptrdiff_t>(table.size() - kUssRowsMax));
  for (; at != table.end(); ++at) write(*at);
}

}  // namespace

std::string uss_intents_json(const uss::Ledger& ledger, const std::vector<UssStanding>& standing) {
  return document("intents", [&](JcsWriter& w) {
    std::set<IntentId> shown;
    for (const UssStanding& one : standing) {
      const uss::Registration* of = ledger.registration(one.intent);
      shown.insert(one.intent);
      w.begin_object();
      if (of != nullptr) w.key("id").string(of->last.id.str());
      w.key("intent").string(one.intent.str());
      if (one.next) w.key("next").string(format_utc(*one.next));
      if (of != nullptr) write_registered(w, *of);
      w.key("stage").string(to_text(one.stage)).key("why").string(one.why).key("with").begin_array();
      for (const UssStanding::With& with : one.with) {
        w.begin_object().key("id").string(with.id.str()).key("manager").string(with.manager);
        w.key("version").integer(with.version).end_object();
      }
      w.end_array().end_object();
    }
    // What is over, and what has not been looked at since the start.
    newest(ledger.registrations(), [&](const auto& row) {
      if (shown.contains(row.first)) return;
      w.begin_object().key("id").string(row.second.last.id.str()).key("intent").string(row.first.str());
      write_registered(w, row.second);
      w.key("stage").string(row.second.ended ? "ended" : "pending").key("why").string("");
      w.key("with").begin_array().end_array().end_object();
    });
  });
}

std::string uss_others_json(const uss::Ledger& ledger) {
  return document("others", [&](JcsWriter& w) {
    newest(ledger.others(), [&](const auto& row) {
      const uss::Other& other = row.second;
      const uss::Learned& last = other.last;
      w.begin_object().key("changed").string(format_utc(other.changed));
      if (last.version > 0) {
        w.key("details_sha256").string(last.details.hex()).key("end").string(last.end.text());
      }
      w.key("gone").boolean(other.gone);
      if (last.version > 0) w.key("how").string(core::to_text(last.how));
      w.key("id").string(last.id.str()).key("kind").string(core::to_text(last.kind));
      w.key("manager").string(last.manager);
      if (last.version > 0) {
        w.key("start").string(last.start.text());
        if (last.state) w.key("state").string(core::to_text(*last.state));
        w.key("url").string(last.url);
      }
      w.key("version").integer(last.version).end_object();
    });
  });
}

std::string uss_deliveries_json(const uss::Ledger& ledger, const std::map<std::uint64_t, UssOutbox::Trying>& trying) {
  return document("deliveries", [&](JcsWriter& w) {
    newest(ledger.deliveries(), [&](const auto& row) {
      const uss::Delivery& one = row.second;
      const bool queued = one.state == uss::DeliveryState::kQueued;
      const auto at = trying.find(one.id);
      const UssOutbox::Trying now = queued && at != trying.end() ? at->second : UssOutbox::Trying{};
      w.begin_object().key("attempts_failed").integer(now.failures);
      w.key("changed").string(format_utc(one.changed)).key("expires").string(format_utc(one.expires));
      w.key("id").integer(static_cast<std::int64_t>(one.id)).key("intent").string(one.intent.str());
      if (now.failures > 0) w.key("next").string(format_utc(now.due));
      w.key("since").string(format_utc(one.since)).key("state").string(core::to_text(one.state));
      w.key("subscriptions").integer(static_cast<std::int64_t>(one.subscribers.size()));
      w.key("url").string(one.url).key("why").string(queued ? now.why : one.why).end_object();
    });
  });
}

std::string uss_drifts_json(const uss::Ledger& ledger) {
  return document("drifts", [&](JcsWriter& w) {
    newest(ledger.drifts(), [&](const auto& row) {
      const uss::Drift& one = row.second;
      w.begin_object().key("by").string(one.by).key("id").string(one.found.id.str());
      w.key("manager").string(one.found.manager).key("served_sha256").string(one.found.served.hex());
      w.key("settled").boolean(one.settled).key("url").string(one.found.url);
      w.key("version").integer(one.found.version).key("what").string(one.found.what);
      w.key("when").string(format_utc(one.when)).end_object();
    });
  });
}

}  // namespace tansiq::node
