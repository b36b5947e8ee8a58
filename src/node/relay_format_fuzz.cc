// Messages between nodes of one DSS: no crash, and what is read as a request or an answer can be used as one.
#include <cstdint>

#include "base/invariant.h"
#include "node/relay_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto question = node::read_relay_question(bytes)) {
    std::vector<net::Request>* const requests = &question->requests;
    std::vector<node::RelayedRequest> again;
    for (net::Request& request : *requests) again.push_back(node::RelayedRequest::of(request));
    const auto second = node::read_relay_question(node::relay_question(again, question->left_ms));
    EXPECT_INVARIANT(second.has_value() && second->requests.size() == requests->size());
    for (std::size_t i = 0; i < second->requests.size(); ++i) {
      EXPECT_INVARIANT(second->requests[i].target.segments == (*requests)[i].target.segments);
      EXPECT_INVARIANT(second->requests[i].target.query == (*requests)[i].target.query);
      EXPECT_INVARIANT(second->requests[i].body == again[i].body);
    }
  }
  if (const auto responses = node::read_relay_answer(bytes)) {
    const auto second = node::read_relay_answer(node::relay_answer(*responses));
    EXPECT_INVARIANT(second.has_value() && second->size() == responses->size());
    for (std::size_t i = 0; i < second->size(); ++i) EXPECT_INVARIANT((*second)[i].body == (*responses)[i].body);
  }
  return 0;
}
