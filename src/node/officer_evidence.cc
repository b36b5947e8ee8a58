#include "node/officer_evidence.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "log/jcs.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kPurpose = "tansiq-officer-act-1";

std::string request_of(coordination::ActCommand command) {
  command.second = {};
  std::string out;
  log::JcsWriter writer(out);
  coordination::write_act(writer, command);
  return out;
}

std::unexpected<Error> refused(std::string_view doing, const std::string& path) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", doing, std::strerror(errno)), path);
}

Status append(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return refused("opening", path);
  const off_t before = ::lseek(file, 0, SEEK_END);
  Status out;
  for (std::string_view rest = text; !rest.empty() && out;) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      out = refused("writing", path);
    }
  }
  if (out && ::fsync(file) != 0) out = refused("syncing", path);
  // Half a line would make the next one unreadable.
  if (!out && before >= 0) (void)!::ftruncate(file, before);
  ::close(file);
  return out;
}

}  // namespace

std::string officer_act_text(const coordination::ActCommand& command, const AuthorityId& self) {
  return fmt::format("{}\n{}\n{}\n{}\n", kPurpose, self.str(), command.by.str(), request_of(command));
}

OfficerSignature sign_act(const OfficerKey& key, const coordination::ActCommand& command, const AuthorityId& self) {
  return {key.public_key(), key.sign(officer_act_text(command, self))};
}

Status keep_signed_act(const std::filesystem::path& data_dir, const coordination::ActCommand& command,
                       const OfficerSignature& by, const OfficerSignature& second, UtcMs now) {
  std::string line;
  log::JcsWriter w(line);
  w.begin_object().key("at_ms").integer(now.ms).key("by").string(command.by.str());
  w.key("by_key").string(to_hex(by.key)).key("by_signature").string(to_base64(by.signature));
  w.key("request").raw(request_of(command)).key("second").string(command.second.str());
  w.key("second_key").string(to_hex(second.key)).key("second_signature").string(to_base64(second.signature));
  w.end_object();
  return append((data_dir / "officer-acts.jsonl").string(), line + "\n");
}

}  // namespace tansiq::node
