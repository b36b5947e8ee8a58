// Requests of the F3548 face as the registry takes them: names parsed, volumes covered by cells. Runs on I/O threads:
// geometry and the sorting of keys are most of the work of a write.
#pragma once

#include "f3548/requests.h"
#include "net/http_types.h"
#include "node_f3548/operations.h"

namespace tansiq::node {

/// Fail with `kInvalid`, or `kTooLarge` for an area beyond the limits; `where` names the member.
[[nodiscard]] Result<f3548::PutIntent> to_put(const std::string& id, const std::optional<std::string>& ovn,
                                              f3548_api::PutIntent&& body);
[[nodiscard]] Result<f3548::PutConstraint> to_put(const std::string& id, const std::optional<std::string>& ovn,
                                                  f3548_api::PutConstraint&& body);
[[nodiscard]] Result<f3548::PutSubscription> to_put(const std::string& id, const std::optional<std::string>& version,
                                                    f3548_api::PutSubscription&& body);
[[nodiscard]] Result<f3548::Extent> to_area(f3548_api::AreaQuery&& body);
[[nodiscard]] Result<f3548::Uuid> to_id(std::string_view text, std::string_view name);
[[nodiscard]] f3548::Caller to_caller(const net::Principal& principal);

}  // namespace tansiq::node
