// One message of TAK protocol version 1 (protobuf), by protozero. Inside of the decoder of Cursor on Target.
#pragma once

#include <expected>

#include "surveillance/cot_decoder.h"
#include "surveillance/cot_xml.h"

namespace tansiq::surveillance {

/// Reads a TakMessage. `xml` reads what stands in it as XML detail. Fails with `kNotForUs` for a message without an
/// event (control only), else as CotXml::event.
[[nodiscard]] std::expected<CotEvent, Reject> read_tak_message(ByteView message, CotXml& xml);

}  // namespace tansiq::surveillance
