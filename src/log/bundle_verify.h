// Verification of an evidence bundle (bundle.h): everything in it is recomputed and every signature checked, and what
// is *not* proved is said beside what is.
//
//   const BundleReport report = TRY(verify_bundle(read, {.keys = keys}));
//   std::puts(bundle_text(report, Language::kEnglish).c_str());                // bundle_report.h
//
// What is proved of an entry, and by what:
//   - that it is its author's word, unaltered: the proof leads from it to the root of a checkpoint that the author's
//     key has signed (directly, or over a proof that one tree is a prefix of the other);
//   - that it stood there no later than some moment: another authority has cosigned a checkpoint that covers it, at a
//     time of that authority's clock, or has anchored such a tree in a log of its own;
//   - what its author's node had read before: the anchors that stand before it in the same log.
// A charter inside the bundle says which keys belong together; it cannot say that they belong to those it names. Who
// has the keys, or the charter, from elsewhere gives them; then nothing that they have not signed passes as proved. A
// later version of a charter that is given counts as given where it is proved to follow (charter_succession.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/bundle.h"
#include "log/charter_succession.h"
#include "log/finding.h"
#include "log/note_key.h"

namespace tansiq::log {

enum class BundleFault : std::uint8_t {
  kHead,            ///< The first line is not that of a bundle.
  kManifest,        ///< The manifest is not one, or not the one whose hash the first line has.
  kShort,           ///< The file ends early.
  kExtra,           ///< Something follows the last section.
  kSection,         ///< A section's bytes are not those of its hash.
  kLine,            ///< A line of a section has another form than it should.
  kCharter,         ///< A charter is none, a signature under it fails, or two authorities claim one log.
  kCharterDiffers,  ///< The bundle does not hold the charter that was given.
  kCheckpoint,      ///< A checkpoint is malformed, of another log, or not signed by a key of its log's author.
  kConsistency,     ///< It is not proved that one tree is a prefix of the other.
  kFork,            ///< Two different trees of one size: two histories.
  kInclusion,       ///< It is not proved that an entry stands in the log.
  kContent,         ///< An entry is not a line of canonical JSON.
  kNotVouched,      ///< Signed, but by none of the keys that were given.
};
inline constexpr std::size_t kBundleFaults = 14;
/// `head`, `manifest`, … as in JSON reports.
[[nodiscard]] std::string_view to_text(BundleFault fault);

struct BundleFinding {
  BundleFault fault = BundleFault::kHead;
  std::string section;                 ///< `entries us.example/members`, `manifest`, …
  std::optional<std::uint64_t> entry;  ///< Its index in its log.
  std::optional<ByteRange> bytes;      ///< Of the file.
  std::string detail;                  ///< For experts, in English.
};

/// How a version of a charter came after the one before it, where the bundle holds both.
struct BundleSuccession {
  std::int64_t version = 0;  ///< The one before.
  CharterSuccession step;
};

struct BundleCharter {
  std::string id;
  std::int64_t version = 0;
  std::string name;
  Hash text_hash;
  std::vector<std::string> signers;  ///< Authorities.
  bool given = false;                ///< The caller brought the same.
  /// Or it follows, version by version, from one that the caller brought: its keys count as if he had brought it.
  bool vouched = false;
  std::optional<BundleSuccession> follows{};
};

/// Another authority has shown that it had seen a log up to some size, by some moment of its own clock.
struct BundleWitness {
  std::string authority;
  std::int64_t time_ms = 0;
  std::uint64_t size = 0;
  std::string key;                 ///< Cosignature: the key, as name+id.
  std::string anchor;              ///< Else the log in which it says so,
  std::uint64_t anchor_index = 0;  ///< and where.
};

/// The author's node had read another log up to some size before it wrote the entry.
struct BundleKnown {
  std::string origin;
  std::uint64_t size = 0;
  std::uint64_t anchor_index = 0;  ///< Where in the same log it says so.
  bool checked = false;            ///< The tree that it names was compared with the one in the bundle.
};

struct BundledEntry {
  std::uint64_t index = 0;
  Hash hash;                             ///< Its leaf hash: how other entries quote it.
  std::string type;                      ///< May be empty.
  std::optional<std::int64_t> time_ms;   ///< The author's word.
  std::string said;                      ///< The beginning of the line, for people: made harmless.
  bool proved = false;                   ///< Stands in a tree that the author has signed.
  std::vector<BundleWitness> witnesses;  ///< The earliest of each other authority; by time.
  std::vector<BundleKnown> known;        ///< By origin.
};

struct BundleLog {
  std::string origin;
  std::string authority;             ///< By the charter, or the name of a key that was given; empty: nobody known.
  std::vector<std::string> signers;  ///< Keys that have verifiably signed a checkpoint, as name+id.
  bool vouched = false;              ///< What stands here was signed by keys that the caller gave.
  std::uint64_t size = 0;            ///< Of the largest signed tree.
  std::vector<BundledEntry> entries;
  /// First and last of the entries that follow each other without a gap: between them nothing was left out.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs;
};

struct BundleAttachment {
  std::string name;
  std::uint64_t bytes = 0;
  Hash sha256;
  bool whole = false;  ///< Its bytes are those of its hash.
  /// Entries that name it, log and index; the first few.
  std::vector<std::pair<std::string, std::uint64_t>> quoted_by;
};
inline constexpr std::size_t kBundleQuotersMax = 16;

struct BundleReport {
  UtcMs made;  ///< The maker's word.
  bool trust_given = false;
  std::vector<BundleCharter> charters;
  std::vector<BundleLog> logs;
  std::vector<BundleAttachment> attachments;
  std::vector<BundleFinding> findings;  ///< The first `findings_max`.
  std::uint64_t findings_total = 0;
  std::uint64_t bytes = 0;  ///< Read.

  /// Nothing is wrong. That does not say that everything is proved: see `trust_given`, entries without witnesses, …
  [[nodiscard]] bool good() const { return findings_total == 0; }
};

struct VerifyBundleOptions {
  /// Keys that the caller has from elsewhere: of logs (type 01) and cosigners (04).
  std::vector<VerifierKey> keys{};
  /// Notes of charters that the caller has from elsewhere; the bundle must hold each.
  std::vector<std::string> charters{};
  std::size_t findings_max = 32;
  /// Bytes read so far. May be empty.
  std::function<void(std::uint64_t bytes)> progress{};
};

/// Verifies what `read` gives. What is wrong with the bundle is in the report; the call itself fails when reading does,
/// or on a charter given that is none (`kInvalid`, …).
///
/// Cost: one pass; about 10 µs an entry, 50 µs a signature, 0.5 ns a byte of attachments with SHA instructions. Memory:
/// about 1 KiB an entry, nothing for attachments.
[[nodiscard]] Result<BundleReport> verify_bundle(BundleFileReader::Read read, const VerifyBundleOptions& options);
/// The same of a file. Fails with `kNotFound` or `kIo` too.
[[nodiscard]] Result<BundleReport> verify_bundle_file(const std::filesystem::path& path,
                                                      const VerifyBundleOptions& options);

/// Whether a text is a charter that `VerifyBundleOptions::charters` takes. Fails as `verify_bundle` does on it.
[[nodiscard]] Status check_charter_note(std::string_view note);

/// Whether a file is to be read as a bundle: a regular file (a log is a folder).
[[nodiscard]] bool may_be_bundle(const std::filesystem::path& path);

}  // namespace tansiq::log
