// The officers of one authority in `tansiq demo`: accounts in its data folder before its node starts, sessions at that
// node from then on. What the people of the story do goes through them, as it would from a console.
//
//   auto office = TRY(LevantOffice::found(data_folder, "http://127.0.0.1:7463", password, {"capt.hale"}));
//   const Answer answer = TRY(office.act("chief", command, "deputy"));     // asked by one, confirmed by the other
//   put(TRY(office.link("visitor")));                                      // http://…/#/link/…, good once
//
// One password for all accounts of a run, random: nobody guesses 80 bits, so that Argon2id, which makes guessing dear,
// may be cheap here.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/node_client.h"
#include "coordination/act.h"

namespace tansiq::cli {

/// For whoever opens a console to look on: an account of its own, so that no sign-in of his ends one of the story's.
inline constexpr std::string_view kVisitor = "visitor";

/// 20 hexadecimal digits of the system's secure generator.
[[nodiscard]] std::string random_password();

class LevantOffice {
 public:
  /// Makes the accounts chief (a supervisor), deputy, watch and visitor, and `also`. The node of that folder has not
  /// started; `url` is where it will be.
  [[nodiscard]] static Result<LevantOffice> found(const std::filesystem::path& data_dir, std::string url,
                                                  std::string password, const std::vector<std::string>& also);

  /// An officer's place at the node; he signs in when he has not yet.
  [[nodiscard]] Result<NodeClient*> at(const std::string& officer);
  /// An act of `officer`. Where the node wants a second one, `second` looks at what was asked and confirms it. What the
  /// node answered, or why it would not.
  [[nodiscard]] Result<Answer> act(const std::string& officer, const coordination::ActCommand& command,
                                   const std::string& second);
  /// A link that opens one session of the officer's, once, within ten minutes.
  [[nodiscard]] Result<std::string> link(const std::string& officer);
  [[nodiscard]] const std::string& password() const { return password_; }

 private:
  LevantOffice(std::string url, std::string password) : url_(std::move(url)), password_(std::move(password)) {}

  std::string url_;
  std::string password_;
  std::map<std::string, NodeClient> desks_;  ///< By officer.
};

}  // namespace tansiq::cli
