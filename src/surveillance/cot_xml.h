// One XML event of Cursor on Target, by Expat. Inside of the decoder of Cursor on Target.
#pragma once

#include <expected>
#include <memory>

#include "surveillance/cot_decoder.h"

namespace tansiq::surveillance {

/// Reads events one by one with one parser, which is kept.
class CotXml {
 public:
  CotXml();
  CotXml(const CotXml&) = delete;
  CotXml& operator=(const CotXml&) = delete;
  ~CotXml();

  /// A whole document with the root `event`. Fails with `kBadSyntax`, `kForbidden`, `kMissingItem`, `kOutOfRange`.
  [[nodiscard]] std::expected<CotEvent, Reject> event(ByteView document);
  /// What stands inside `<detail>`: fills the call sign, course and speed of `out` where they are there.
  [[nodiscard]] std::expected<void, Reject> detail(ByteView fragment, CotEvent& out);

 private:
  struct Reading;
  std::unique_ptr<Reading> reading_;
};

/// Numbers as both encodings have them. False when the place does not exist. 9999999 says "not known".
[[nodiscard]] bool set_cot_place(double lat, double lng, CotEvent& out);
void set_cot_height(double hae_m, CotEvent& out);
void set_cot_error(double ce_m, CotEvent& out);
[[nodiscard]] bool set_cot_course(double degrees, CotEvent& out);
[[nodiscard]] bool set_cot_speed(double metres_per_second, CotEvent& out);

}  // namespace tansiq::surveillance
