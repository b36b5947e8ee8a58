// The evidence bundle: one file from which an outsider, with no node and no network, can tell what stood in whose log,
// and when. Format `tansiq bundle` version 1 (docs/evidence.md):
//
//   tansiq bundle 1 <SHA-256 of the next line, 64 hexadecimal digits> LF
//   {"made_ms":…,"sections":[{"bytes":…,"kind":"…","name":"…","sha256":"…"}…]} LF         canonical JSON
//   the sections, one behind the other, each of exactly so many bytes
//
// | kind          | name    | holds                                                                             |
// |---------------|---------|-----------------------------------------------------------------------------------|
// | `charter`     | version | a charter as signed: who the authorities are, and their keys                      |
// | `checkpoints` | origin  | a line each, sizes ascending: {"note":…,"proof":[…]}; the proof of consistency    |
// |               |         | leads from the line before; the first has none                                    |
// | `trees`       | origin  | {"proof":[…],"root":…,"size":…,"to":…}: a prefix of the checkpoint of `to` entries |
// | `entries`     | origin  | {"index":…,"line":…,"proof":[…],"size":…}: stands in the tree of `size`, a        |
// |               |         | checkpoint's or one of `trees`                                                    |
// | `attachment`  | a label | anything; entries name it by its SHA-256                                          |
//
// Sections stand in the order of this table, those of one kind in the order of their names, attachments in any. The
// hashes of the first two lines find damage and say where; they prove nothing, since whoever changes a section can
// write them anew. What proves something are the signatures and what leads to them (bundle_verify.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "log/merkle.h"
#include "log/sha256.h"

namespace tansiq::log {

inline constexpr std::string_view kBundleMark = "tansiq bundle ";
/// The first line: the mark, `1 `, 64 digits, LF.
inline constexpr std::size_t kBundleFirstLineBytes = 81;
inline constexpr std::size_t kBundleManifestBytesMax = 4U << 20;
inline constexpr std::size_t kBundleSectionsMax = 8'192;
inline constexpr std::size_t kBundleNameBytesMax = 255;
/// A line of any section: an entry of kEntryBytesMax, all of it escaped, with the longest proof.
inline constexpr std::size_t kBundleLineBytesMax = 512U << 10;
/// Entries, and checkpoints and trees, of all logs together.
inline constexpr std::size_t kBundleEntriesMax = 1'000'000;
inline constexpr std::size_t kBundleTreesMax = 200'000;
inline constexpr std::size_t kBundleChartersMax = 64;

enum class BundleKind : std::uint8_t { kCharter, kCheckpoints, kTrees, kEntries, kAttachment };
/// `charter`, `checkpoints`, `trees`, `entries`, `attachment`.
[[nodiscard]] std::string_view to_text(BundleKind kind);

struct BundleSection {
  BundleKind kind = BundleKind::kAttachment;
  std::string name;
  std::uint64_t bytes = 0;
  Hash sha256;
  /// How reports call it: `entries us.example/members`.
  [[nodiscard]] std::string title() const;
  friend bool operator==(const BundleSection&, const BundleSection&) = default;
};

struct BundleManifest {
  UtcMs made;  ///< The maker's word.
  std::vector<BundleSection> sections;
  friend bool operator==(const BundleManifest&, const BundleManifest&) = default;
};

/// The manifest's line, with its line feed. Fails with `kInvalid` on what `read_bundle_manifest` would refuse.
[[nodiscard]] Result<std::string> write_bundle_manifest(const BundleManifest& manifest);
/// Fails with `kMalformed`, `kInvalid`, `kTooLarge`: order, names twice, sizes whose sum is beyond 2^53, …
[[nodiscard]] Result<BundleManifest> read_bundle_manifest(std::string_view line);
/// The first line over a manifest's line.
[[nodiscard]] std::string bundle_first_line(std::string_view manifest_line);

// --- lines of sections

struct CheckpointLine {
  std::string note;
  std::optional<Proof> proof;
};
struct TreeLine {
  std::uint64_t size = 0;
  Hash root;
  std::uint64_t to = 0;
  Proof proof;
};
struct EntryLine {
  std::uint64_t index = 0;
  std::string line;  ///< The entry's bytes; valid UTF-8, as every record is.
  std::uint64_t size = 0;
  Proof proof;
};
/// Each appends one line. Fails with `kMalformed` where a text is no text.
[[nodiscard]] Status append_line(std::string& out, const CheckpointLine& line);
[[nodiscard]] Status append_line(std::string& out, const TreeLine& line);
[[nodiscard]] Status append_line(std::string& out, const EntryLine& line);
/// With its line feed. Each fails with `kMalformed` or `kInvalid`.
[[nodiscard]] Result<CheckpointLine> read_checkpoint_line(std::string_view line);
[[nodiscard]] Result<TreeLine> read_tree_line(std::string_view line);
[[nodiscard]] Result<EntryLine> read_entry_line(std::string_view line);

/// Words of exactly 64 hexadecimal digits in lower case, as entries quote a SHA-256: bodies, recordings, other entries.
[[nodiscard]] std::vector<std::string_view> quoted_hashes(std::string_view line);

// --- writing

/// A section to be written: its content, or the file that holds it.
struct BundlePart {
  BundleKind kind = BundleKind::kAttachment;
  std::string name;
  std::string content;
  std::filesystem::path file{};  ///< Attachments: read while the bundle is written, once; `content` is then empty.
  /// Of a file that is still being written: its beginning, so many bytes. Absent: all of a file that is finished.
  std::optional<std::uint64_t> file_bytes{};
};

struct WriteBundleOptions {
  UtcMs made;
  /// Bytes written, and in all. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
  /// Asked now and then; true: nobody waits for it any more. May be empty.
  std::function<bool()> give_up{};
};
struct WrittenBundle {
  BundleManifest manifest;
  std::uint64_t bytes = 0;  ///< Of the whole file.
};

/// Writes the parts, in their order, to a new file: whole or not at all, synced. Files are copied and hashed in one
/// pass, in constant memory. Fails with `kConflict` when the file exists (evidence is never overwritten) or an
/// attachment changed its length meanwhile; `kUnavailable` when given up; `kNotFound`, `kIo`; as
/// `write_bundle_manifest`.
[[nodiscard]] Result<WrittenBundle> write_bundle(const std::filesystem::path& path, std::span<const BundlePart> parts,
                                                 const WriteBundleOptions& options);

// --- reading

/// Reads a bundle from its beginning to its end, in bounded memory. Trusts no length: what is missing is said when it
/// is reached.
///
///   auto reader = TRY(BundleFileReader::open(read));
///   while (TRY(reader.begin())) {
///     while (const auto line = TRY(reader.line())) take(*line);      // or piece()
///     const Hash found = TRY(reader.end());
///   }
class BundleFileReader {
 public:
  /// Fills at most the span; 0 is the end.
  using Read = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

  /// Reads the first two lines; whether they fit each other is left to the caller. Fails with `kMalformed` (no bundle,
  /// or ends there), `kUnsupported` (another version), as `read_bundle_manifest`, and as `Read` does. `where` begins
  /// with `head` or `manifest`.
  [[nodiscard]] static Result<BundleFileReader> open(Read read);

  [[nodiscard]] const BundleManifest& manifest() const { return manifest_; }
  /// The manifest's SHA-256 in hexadecimal: as the first line says, and as it is.
  [[nodiscard]] const std::string& stated_hash() const { return stated_hash_; }
  [[nodiscard]] const std::string& manifest_hash() const { return manifest_hash_; }
  /// Where in the file what is read next stands.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// Where the sections begin.
  [[nodiscard]] std::uint64_t sections_offset() const { return sections_offset_; }

  /// Goes to the next section, behind the rest of this one. False behind the last.
  [[nodiscard]] Result<bool> begin();
  [[nodiscard]] const BundleSection& section() const { return manifest_.sections[next_ - 1]; }
  [[nodiscard]] std::uint64_t section_offset() const { return section_offset_; }
  /// The next bytes of the section, at most 256 KiB; none at its end. Valid until the next call. Fails with `kCorrupt`
  /// where the file ends before the section does.
  [[nodiscard]] Result<ByteView> piece();
  /// The next line of the section with its line feed; nothing at its end. Fails as `piece`; with `kTooLarge` beyond
  /// kBundleLineBytesMax; with `kMalformed` where the section ends within a line.
  [[nodiscard]] Result<std::optional<std::string_view>> line();
  /// Passes over what is left of the section; the SHA-256 of all of it. Fails as `piece`.
  [[nodiscard]] Result<Hash> end();
  /// Behind the last section: whether the file ends there too.
  [[nodiscard]] Result<bool> at_end();

 private:
  explicit BundleFileReader(Read read) : read_(std::move(read)) {}
  [[nodiscard]] Status read_head();
  [[nodiscard]] Result<std::string> head_line(std::size_t bytes_max, std::string_view what);
  /// Whether so many bytes lie in the buffer, after reading what is there.
  [[nodiscard]] Result<bool> fill(std::size_t wanted);
  [[nodiscard]] ByteView rest() const { return ByteView(buffer_).subspan(at_, filled_ - at_); }
  ByteView take(std::size_t bytes);
  [[nodiscard]] std::unexpected<Error> too_short() const;

  Read read_;
  BundleManifest manifest_;
  std::string stated_hash_;
  std::string manifest_hash_;
  std::size_t next_ = 0;  ///< Of the manifest's sections.
  std::uint64_t left_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t sections_offset_ = 0;
  std::uint64_t section_offset_ = 0;
  Sha256 hash_;
  Bytes buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  bool ended_ = false;
};

}  // namespace tansiq::log
