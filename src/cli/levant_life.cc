#include "cli/levant_life.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/json_out.h"
#include "cli/wire.h"

namespace tansiq::cli {

Status LevantLife::begin() {
  end_story();
  const UtcMs now = levant_.now();
  const std::array<std::pair<std::string, std::uint32_t>, 2> ships{
      {{"CARRIER", kCarrierMmsi}, {"ESCORT", kEscortMmsi}}};
  for (const auto& [name, mmsi] : ships) {
    const auto at = levant_.sky().where(name);
    if (at) TRY_VOID(levant_.sky().put(on_rounds(name, mmsi, *at, now)));
  }
  next_lap_ = now;
  return {};
}

void LevantLife::end_story() {
  using coordination::FlightId;
  using coordination::FlightStep;
  using coordination::StepFlight;
  for (const std::string& home : levant_.running()) {
    const auto flights = levant_.read(home, "flights");
    const auto rows = flights ? flights->root().find("flights") : std::nullopt;
    if (!rows) continue;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto flight = FlightId::parse(text_of((*rows)[i], "id"));
      // A flight that is over refuses both, and stays as it is.
      if (flight && !levant_.act(home, "watch", StepFlight{*flight, FlightStep::kCancel, {}})) {
        (void)levant_.act(home, "watch", StepFlight{*flight, FlightStep::kLand, {}});
      }
    }
  }
}

void LevantLife::turn() {
  const UtcMs now = levant_.now();
  if (now >= next_lap_) file_lap(now);
  while (!due_.empty() && due_.begin()->first <= now) {
    const Due due = std::move(due_.extract(due_.begin()).mapped());
    carry_out(due);
  }
}

void LevantLife::file_lap(UtcMs now) {
  // After a pause of this machine a lap begins now, and those that were missed are left out.
  next_lap_ = now + kLapMs;
  for (const LapFlight& flight : lap_flights(levant_.charter(), lap_, now)) file(flight);
  ++lap_;
}

void LevantLife::file(const LapFlight& flight) {
  const Filing filing{.id = flight.intent,
                      .flight = flight.call_sign,
                      .domain = core::Domain::kAir,
                      .volumes = {flight.volume},
                      .keys = {}};
  const std::string command = fmt::format("life-{}", ++commands_);
  const bool taken =
      sent(flight.owner, net::Method::kPut, "/v1/intents/" + flight.intent, filing_body(filing, command, std::nullopt));
  // What has no confirmation does not fly.
  if (!taken || !levant_.sky().put(flight.craft)) return;
  due_.emplace(flight.volume.window.start, Due{Step::kActivate, flight});
  due_.emplace(flight.leaves, Due{Step::kEnd, flight});
}

void LevantLife::carry_out(const Due& due) {
  const bool begins = due.step == Step::kActivate;
  JsonOut body;
  body.open_object().member("command_id", fmt::format("life-{}", ++commands_)).member("version", begins ? 1 : 2);
  (void)sent(due.flight.owner, net::Method::kPost,
             fmt::format("/v1/intents/{}/{}", due.flight.intent, begins ? "activate" : "end"), body.close().line());
}

bool LevantLife::sent(const std::string& owner, net::Method method, const std::string& target,
                      const std::string& body) {
  const auto watch = levant_.office(owner).at("watch");
  const auto answer = watch ? (*watch)->send(method, target, body) : Result<Answer>(std::unexpected(watch.error()));
  const bool taken = answer && answer->status < 300;
  ++(taken ? done_ : refused_);
  return taken;
}

}  // namespace tansiq::cli
