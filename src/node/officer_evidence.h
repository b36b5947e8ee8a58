// What officers have signed, each with the personal key that his password opens. For others the authority has one key;
// that a person stood behind an act of it, and two where it takes two, is the authority's own evidence, kept beside its
// record.
//
// Kept is a chain of lines in `officer-acts.jsonl` of the data folder (0600, appended and synced). An act's line is
// there before the act goes to the core; once the entry that it led to is durable, another line ties the two:
//
//   {"at_ms":…,"by":"duty@us","by_key":"<hex>","by_signature":"<base64>","link":"<base64>","prev":"<hex>","request":{…}}
//   {"act":"<hex>","at_ms":…,"by":"duty@us","by_key":"<hex>","hash":"<hex>","link":"<base64>","prev":"<hex>","seq":17}
//
// An act of two has `second`, `second_key` and `second_signature`, too. Signed is the text of `officer_act_text`: the
// purpose, the authority, who asked, and what he asked for (officer_request.h); the second signs the same. `prev` is
// the SHA-256 of the line before, with its line feed (zeros before the first), and `link` the signature, by the officer
// whose act completes the line, over the authority, `prev` and the line without `link`. So no line can be changed,
// moved, put in or taken out of the middle without his key; that the last lines were cut off shows only against the
// record, whose entries have `by` and `cmd`. `act` is the SHA-256 of the act's line.
//
// Lines of older programs stand at the beginning: acts of two, without `prev` and `link`. An act that was refused, or
// has no entry (the watch, an alert), has no second line.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "log/sha256.h"
#include "node/officer_request.h"
#include "node/officer_secret.h"

namespace tansiq::node {

inline constexpr std::string_view kOfficerActsName = "officer-acts.jsonl";
/// A charter is the longest that anybody asks for.
inline constexpr std::size_t kOfficerActLineBytesMax = std::size_t{16} << 20;

struct OfficerSignature {
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 64> signature{};
  friend bool operator==(const OfficerSignature&, const OfficerSignature&) = default;
};

/// Without the second officer: both sign the same.
[[nodiscard]] std::string officer_act_text(const OfficerRequest& request, const AuthorityId& self);
[[nodiscard]] OfficerSignature sign_act(const OfficerKey& key, const OfficerRequest& request, const AuthorityId& self);

/// An act that is kept: what ties its entry to it.
struct KeptAct {
  log::Hash line;
  core::Subject by;  ///< Whose act completed it.
  std::shared_ptr<const OfficerKey> key;
};

/// The chain, for whoever adds to it. Any thread; each line waits for the disk.
class OfficerActs {
 public:
  /// Takes a line off that a crash has cut short: nothing was done on it. Fails with `kIo`, `kCorrupt`.
  [[nodiscard]] static Result<std::unique_ptr<OfficerActs>> open(const std::filesystem::path& data_dir,
                                                                 AuthorityId self);

  /// Fail with `kIo`; then nothing is added.
  [[nodiscard]] Result<KeptAct> keep(const OfficerRequest& request, std::shared_ptr<const OfficerKey> key, UtcMs now);
  [[nodiscard]] Result<KeptAct> keep_two(const OfficerRequest& request, const OfficerSignature& asked,
                                         const core::Subject& second, std::shared_ptr<const OfficerKey> key, UtcMs now);
  /// `hash`: of the entry; absent where only its number is known.
  [[nodiscard]] Status keep_entry(const KeptAct& act, std::uint64_t seq, const std::optional<log::Hash>& hash,
                                  UtcMs now);

 private:
  OfficerActs(std::filesystem::path path, AuthorityId self) : path_(std::move(path)), self_(std::move(self)) {}
  [[nodiscard]] Status read_end();
  /// `line(prev, link)` writes the line; called once without a link, and once with it.
  using WriteLine = std::function<std::string(std::string_view prev, std::string_view link)>;
  [[nodiscard]] Result<log::Hash> add(const WriteLine& line, const OfficerKey& key);

  const std::filesystem::path path_;
  const AuthorityId self_;
  std::mutex mutex_;
  log::Hash last_;  ///< Of the last line.
};

/// A line that was read, and fits.
struct OfficerActLine {
  std::uint64_t number = 0;  ///< From 1.
  log::Hash line;
  UtcMs at;
  std::string by, second, kind, cmd;  ///< Of an entry's line: `by` alone.
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 32> second_key{};  ///< With `second`.
  bool chained = true;                        ///< Not of an older program.
  std::optional<log::Hash> act;               ///< An entry's line: of which act.
  std::uint64_t seq = 0;                      ///< Of the entry.
  std::optional<log::Hash> hash;
  std::string_view text;  ///< While it is visited.
};

/// Reads the chain from its beginning, checks every line, and hands each over. Whoever writes may go on meanwhile: a
/// last line without its end is passed over. Returns how many lines there are. Fails with `kCorrupt`, naming the line,
/// `kIo`, and as `visit`.
[[nodiscard]] Result<std::uint64_t> read_officer_acts(const std::filesystem::path& data_dir,
                                                      const std::function<Status(const OfficerActLine&)>& visit);

}  // namespace tansiq::node
