// What an authority itself means to use, or reports, as one list: live intents of its zone machine, live flights of its
// desk, reports that stand.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "coordination/disclosure_content.h"
#include "coordination/flight_desk.h"
#include "coordination/report_desk.h"
#include "core/machine.h"

namespace tansiq::coordination {

class OwnUse {
 public:
  OwnUse() = default;
  OwnUse(const OwnUse&) = delete;
  OwnUse& operator=(const OwnUse&) = delete;
  virtual ~OwnUse() = default;
  /// Nothing when there is none, or it is over.
  [[nodiscard]] virtual std::optional<OwnSource> find(std::string_view source) const = 0;
  /// Every live one's name, in a fixed order.
  virtual void each(const std::function<void(std::string)>& take) const = 0;
  /// Its report; null where there is none that stands.
  [[nodiscard]] virtual const InfoReport* report(std::string_view source) const = 0;
  /// When one was last changed that is over; nothing when it is forgotten.
  [[nodiscard]] virtual std::optional<UtcMs> changed(std::string_view source) const = 0;
};

[[nodiscard]] std::string source_of(const IntentId& intent);
[[nodiscard]] std::string source_of(const FlightId& flight);
[[nodiscard]] std::string source_of(const ReportId& report);
/// Whether a source is a report, by its name.
[[nodiscard]] bool names_report(std::string_view source);

class MachineOwnUse final : public OwnUse {
 public:
  /// All must outlive this.
  MachineOwnUse(const core::Machine& machine, const FlightDesk& flights, const ReportDesk& reports)
      : machine_(machine), flights_(flights), reports_(reports) {}
  [[nodiscard]] std::optional<OwnSource> find(std::string_view source) const override;
  void each(const std::function<void(std::string)>& take) const override;
  [[nodiscard]] const InfoReport* report(std::string_view source) const override;
  [[nodiscard]] std::optional<UtcMs> changed(std::string_view source) const override;

 private:
  [[nodiscard]] const core::Intent* intent(std::string_view source) const;
  [[nodiscard]] const Flight* flight(std::string_view source) const;
  const core::Machine& machine_;
  const FlightDesk& flights_;
  const ReportDesk& reports_;
};

}  // namespace tansiq::coordination
