#include "node/officer_request.h"

#include <utility>

#include "log/canonical_json.h"
#include "log/jcs.h"

namespace tansiq::node {

using log::JcsWriter;

OfficerRequest officer_request(const coordination::ActCommand& command) {
  coordination::ActCommand alone = command;
  alone.second = {};
  OfficerRequest out{
      .by = command.by, .cmd = command.cmd.str(), .kind = std::string(kind_name(command.act)), .text = {}};
  JcsWriter writer(out.text);
  coordination::write_act(writer, alone);
  return out;
}

OfficerRequest officer_request(core::Subject by, std::string_view cmd, std::string_view kind, std::string_view act) {
  OfficerRequest out{.by = std::move(by), .cmd = std::string(cmd), .kind = std::string(kind), .text = {}};
  JcsWriter w(out.text);
  w.begin_object().key("act").raw(act);
  if (!cmd.empty()) w.key("cmd").string(cmd);
  w.key("kind").string(kind).end_object();
  return out;
}

Result<OfficerRequest> officer_request(core::Subject by, std::string_view cmd, std::string_view operation,
                                       std::string_view path, std::string_view body) {
  std::string act;
  JcsWriter w(act);
  w.begin_object();
  if (!body.empty()) w.key("body").raw(TRY(log::canonical_json(body)));
  w.key("path").string(path).end_object();
  return officer_request(std::move(by), cmd, std::string("api.").append(operation), act);
}

}  // namespace tansiq::node
