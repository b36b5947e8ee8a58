#include "cli/levant_office.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "cli/json_out.h"
#include "cli/wire.h"
#include "log/jcs.h"
#include "node/officer_book.h"

namespace tansiq::cli {
namespace {

using node::OfficerRole;

/// One pass over 8 MiB.
constexpr node::PasswordCost kCheap{1, 8'192};

}  // namespace

std::string random_password() {
  std::array<std::uint8_t, 10> octets{};
  fill_secure_random(octets);
  return to_hex(octets);
}

Result<LevantOffice> LevantOffice::found(const std::filesystem::path& data_dir, std::string url, std::string password,
                                         const std::vector<std::string>& also) {
  LevantOffice office(std::move(url), std::move(password));
  std::vector<std::pair<std::string, OfficerRole>> accounts{{"chief", OfficerRole::kSupervisor},
                                                            {"deputy", OfficerRole::kOfficer},
                                                            {"watch", OfficerRole::kOfficer},
                                                            {std::string(kVisitor), OfficerRole::kOfficer}};
  for (const std::string& name : also) accounts.emplace_back(name, OfficerRole::kOfficer);
  const auto book = TRY(node::OfficerBook::open(data_dir));
  for (const auto& [name, role] : accounts) {
    const node::OfficerSecret secret = TRY(node::make_secret(office.password_, kCheap));
    TRY_VOID(book->add(name, role, secret, node::Provisional::kNo));
  }
  return office;
}

Result<NodeClient*> LevantOffice::at(const std::string& officer) {
  if (const auto known = desks_.find(officer); known != desks_.end()) return &known->second;
  NodeOptions options;
  options.node = url_;
  options.token = "none";  // The password is what counts.
  NodeClient door = TRY(NodeClient::open(options));
  const std::string body = JsonOut()
                               .open_object()
                               .member("bearer", true)
                               .member("name", officer)
                               .member("password", password_)
                               .close()
                               .line();
  const Answer answer = TRY(door.send(net::Method::kPost, "/v1/session", body));
  options.token = text_of(answer.root(), "token");
  NodeClient desk = TRY(NodeClient::open(options));
  return &desks_.emplace(officer, std::move(desk)).first->second;
}

Result<Answer> LevantOffice::act(const std::string& officer, const coordination::ActCommand& command,
                                 const std::string& second) {
  std::string body;
  log::JcsWriter out(body);
  coordination::write_act(out, command);
  NodeClient* const first = TRY(at(officer));
  Answer asked = TRY(first->send(net::Method::kPost, "/v1/coordination/acts", body));
  if (asked.status != 202) return asked;
  if (second.empty()) {
    return fail(ErrorCode::kWrongState, "it takes a second officer, and the story names none", officer);
  }
  NodeClient* const other = TRY(at(second));
  const std::string pending = "/v1/acts/pending/" + text_of(asked.root(), "id");
  TRY(other->get(pending));  // He reads what he is asked to agree to.
  return other->send(net::Method::kPost, pending + "/confirm", {});
}

Result<std::string> LevantOffice::link(const std::string& officer) {
  const auto make = [&]() -> Result<Answer> {
    NodeClient* const desk = TRY(at(officer));
    return desk->send(net::Method::kPost, "/v1/session/link", R"({"minutes":10})");
  };
  auto made = make();
  if (!made && made.error().code == ErrorCode::kUnauthenticated) {
    desks_.erase(officer);  // Half an hour without use ends a session.
    made = make();
  }
  if (!made) return std::unexpected(std::move(made).error());
  return fmt::format("{}/#/link/{}", url_, text_of(made->root(), "secret"));
}

}  // namespace tansiq::cli
