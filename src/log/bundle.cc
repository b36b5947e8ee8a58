#include "log/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "log/jcs.h"
#include "log/note.h"

namespace tansiq::log {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"charter", "checkpoints", "trees", "entries", "attachment"};
constexpr std::string_view kVersion = "1 ";
constexpr std::size_t kPieceBytes = 256U << 10;

Result<BundleKind> parse_kind(const JcsValue& value) {
  const std::string_view text = TRY(value.string());
  const auto found = std::ranges::find(kKinds, text);
  if (found == kKinds.end())
    return value.fail_here(
        "is no kind of section; there are: charter, checkpoints, trees, "
        "entries, attachment");
  return static_cast<BundleKind>(found - kKinds.begin());
}

Status check_name(std::string_view name, const std::string& where) {
  const bool control = std::ranges::any_of(name, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
  if (name.empty() || name.size() > kBundleNameBytesMax || control || !check_jcs_text(name)) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("a section's name has 1 to {} bytes of text without control characters", kBundleNameBytesMax),
        where);
  }
  return {};
}

// What every manifest obeys, read or to be written.
Status check_manifest(const BundleManifest& manifest) {
  if (manifest.sections.size() > kBundleSectionsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("a bundle has at most {} sections", kBundleSectionsMax), "sections");
  }
  if (manifest.made < kUtcMin || manifest.made > kUtcMax) {
    return fail(ErrorCode::kInvalid, "is no time of the years 0 to 9999", "made_ms");
  }
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < manifest.sections.size(); ++i) {
    const BundleSection& section = manifest.sections[i];
    const std::string where = fmt::format("sections[{}]", i);
    TRY_VOID(check_name(section.name, where + ".name"));
    if (section.bytes > static_cast<std::uint64_t>(kJcsIntegerMax) - sum) {
      return fail(ErrorCode::kTooLarge, "the sections have more than 2^53 bytes", where + ".bytes");
    }
    sum += section.bytes;
    if (i == 0) continue;
    const BundleSection& before = manifest.sections[i - 1];
    const bool attachments = before.kind == section.kind && section.kind == BundleKind::kAttachment;
    const bool ordered = before.kind < section.kind || (before.kind == section.kind && before.name < section.name);
    if (!attachments && !ordered) {
      return fail(ErrorCode::kInvalid, "sections stand in the order of their kinds, then of their names, none twice",
                  where);
    }
  }
  return {};
}

Result<BundleSection> read_section(const JcsValue& value) {
  TRY_VOID(value.only({"bytes", "kind", "name", "sha256"}));
  BundleSection section;
  const JcsValue bytes = TRY(value.at("bytes"));
  section.bytes = static_cast<std::uint64_t>(TRY(bytes.integer(0, kJcsIntegerMax)));
  const JcsValue kind = TRY(value.at("kind"));
  section.kind = TRY(parse_kind(kind));
  const JcsValue name = TRY(value.at("name"));
  section.name = TRY(name.string());
  const JcsValue hash = TRY(value.at("sha256"));
  const std::string_view hex = TRY(hash.string());
  section.sha256 = TRY(Hash::from_hex(hex));
  if (section.sha256.hex() != hex) return hash.fail_here("is not in lower case");
  return section;
}

// A line of a section as a document; the line feed is taken off.
Result<JcsDocument> document_of(std::string_view line) {
  if (!line.ends_with('\n')) return fail(ErrorCode::kMalformed, "the line has no line feed");
  line.remove_suffix(1);
  return JcsDocument::parse(line, kBundleLineBytesMax);
}

Result<std::uint64_t> number_at(const JcsValue& object, std::string_view name) {
  const JcsValue value = TRY(object.at(name));
  return static_cast<std::uint64_t>(TRY(value.integer(0, kJcsIntegerMax)));
}

Result<Hash> hash_of(const JcsValue& value) {
  const std::string_view text = TRY(value.string());
  auto hash = Hash::from_base64(text);
  if (!hash) return value.fail_here(hash.error().message);
  return *hash;
}

Result<Proof> proof_of(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() > kProofHashesMax) return value.fail_here("a proof has at most 126 hashes");
  Proof proof;
  proof.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) proof.push_back(TRY(hash_of(value[i])));
  return proof;
}

void write_proof(JcsWriter& w, std::span<const Hash> proof) {
  w.begin_array();
  for (const Hash& hash : proof) w.string(hash.base64());
  w.end_array();
}

void write_number(JcsWriter& w, std::uint64_t value) { w.integer(static_cast<std::int64_t>(value)); }

}  // namespace

std::string_view to_text(BundleKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string BundleSection::title() const { return fmt::format("{} {}", to_text(kind), name); }

Result<std::string> write_bundle_manifest(const BundleManifest& manifest) {
  TRY_VOID(check_manifest(manifest));
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("made_ms").integer(manifest.made.ms).key("sections").begin_array();
  for (const BundleSection& section : manifest.sections) {
    w.begin_object().key("bytes");
    write_number(w, section.bytes);
    w.key("kind").string(to_text(section.kind)).key("name").string(section.name);
    w.key("sha256").string(section.sha256.hex()).end_object();
  }
  w.end_array().end_object();
  out += '\n';
  if (out.size() > kBundleManifestBytesMax) return fail(ErrorCode::kTooLarge, "the manifest has more than 4 MiB");
  return out;
}

Result<BundleManifest> read_bundle_manifest(std::string_view line) {
  if (!line.ends_with('\n')) return fail(ErrorCode::kMalformed, "the manifest has no line feed");
  line.remove_suffix(1);
  const JcsDocument document = TRY(JcsDocument::parse(line, kBundleManifestBytesMax));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"made_ms", "sections"}));
  BundleManifest manifest;
  const JcsValue made = TRY(root.at("made_ms"));
  manifest.made = {TRY(made.integer())};
  const JcsValue sections = TRY(root.at("sections"));
  TRY_VOID(sections.expect(JcsValue::Kind::kArray));
  if (sections.size() > kBundleSectionsMax) return sections.fail_here("has more than 8192 sections");
  for (std::size_t i = 0; i < sections.size(); ++i) manifest.sections.push_back(TRY(read_section(sections[i])));
  TRY_VOID(check_manifest(manifest));
  return manifest;
}

std::string bundle_first_line(std::string_view manifest_line) {
  return fmt::format("{}{}{}\n", kBundleMark, kVersion, sha256(manifest_line).hex());
}

Status append_line(std::string& out, const CheckpointLine& line) {
  const std::string note = TRY(quotable_note(line.note));
  JcsWriter w(out);
  w.begin_object().key("note").string(note);
  if (line.proof) write_proof(w.key("proof"), *line.proof);
  w.end_object();
  out += '\n';
  return {};
}

Status append_line(std::string& out, const TreeLine& line) {
  JcsWriter w(out);
  write_proof(w.begin_object().key("proof"), line.proof);
  w.key("root").string(line.root.base64()).key("size");
  write_number(w, line.size);
  write_number(w.key("to"), line.to);
  w.end_object();
  out += '\n';
  return {};
}

Status append_line(std::string& out, const EntryLine& line) {
  TRY_VOID(check_jcs_text(line.line));
  JcsWriter w(out);
  write_number(w.begin_object().key("index"), line.index);
  w.key("line").string(line.line);
  write_proof(w.key("proof"), line.proof);
  write_number(w.key("size"), line.size);
  w.end_object();
  out += '\n';
  return {};
}

Result<CheckpointLine> read_checkpoint_line(std::string_view line) {
  const JcsDocument document = TRY(document_of(line));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"note", "proof"}));
  CheckpointLine out;
  const JcsValue note = TRY(root.at("note"));
  out.note = TRY(note.string());
  if (const auto proof = root.find("proof")) out.proof = TRY(proof_of(*proof));
  return out;
}

Result<TreeLine> read_tree_line(std::string_view line) {
  const JcsDocument document = TRY(document_of(line));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"proof", "root", "size", "to"}));
  TreeLine out;
  const JcsValue proof = TRY(root.at("proof"));
  out.proof = TRY(proof_of(proof));
  const JcsValue hash = TRY(root.at("root"));
  out.root = TRY(hash_of(hash));
  out.size = TRY(number_at(root, "size"));
  out.to = TRY(number_at(root, "to"));
  return out;
}

Result<EntryLine> read_entry_line(std::string_view line) {
  const JcsDocument document = TRY(document_of(line));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"index", "line", "proof", "size"}));
  EntryLine out;
  out.index = TRY(number_at(root, "index"));
  const JcsValue text = TRY(root.at("line"));
  out.line = TRY(text.string());
  if (out.line.size() > kEntryBytesMax) return text.fail_here("an entry has at most 65535 bytes");
  const JcsValue proof = TRY(root.at("proof"));
  out.proof = TRY(proof_of(proof));
  out.size = TRY(number_at(root, "size"));
  return out;
}

std::vector<std::string_view> quoted_hashes(std::string_view line) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    const char c = i < line.size() ? line[i] : ' ';
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) continue;
    if (i - begin == 2 * Hash::kBytes) out.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return out;
}

// --- reading

Result<BundleFileReader> BundleFileReader::open(Read read) {
  BundleFileReader reader(std::move(read));
  TRY_VOID(reader.read_head());
  return reader;
}

Result<bool> BundleFileReader::fill(std::size_t wanted) {
  while (filled_ - at_ < wanted && !ended_) {
    if (at_ != 0) {
      std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
      filled_ -= at_;
      at_ = 0;
    }
    // The buffer grows with what has come, never with what a length promises.
    if (buffer_.size() - filled_ < kPieceBytes) buffer_.resize(filled_ + kPieceBytes);
    const std::size_t got = TRY(read_(std::span(buffer_).subspan(filled_)));
    filled_ += got;
    ended_ = got == 0;
  }
  return filled_ - at_ >= wanted;
}

ByteView BundleFileReader::take(std::size_t bytes) {
  const ByteView taken = rest().first(bytes);
  at_ += bytes;
  offset_ += bytes;
  return taken;
}

Result<std::string> BundleFileReader::head_line(std::size_t bytes_max, std::string_view where) {
  std::string out;
  while (true) {
    TRY(fill(1));
    const std::string_view text = as_text(rest());
    const std::size_t end = text.find('\n');
    const std::size_t part = end == std::string_view::npos ? text.size() : end + 1;
    if (out.size() + part > bytes_max) {
      return fail(ErrorCode::kMalformed, fmt::format("the line has more than {} bytes", bytes_max), std::string(where));
    }
    out += text.substr(0, part);
    take(part);
    if (end != std::string_view::npos) return out;
    if (part == 0) return fail(ErrorCode::kMalformed, "the file ends within this line", std::string(where));
  }
}

Status BundleFileReader::read_head() {
  const std::string first = TRY(head_line(kBundleFirstLineBytes, "head"));
  if (!first.starts_with(kBundleMark)) {
    return fail(ErrorCode::kMalformed, "this is no evidence bundle: it does not begin with \"tansiq bundle \"", "head");
  }
  const std::string_view after = std::string_view(first).substr(kBundleMark.size());
  if (!after.starts_with(kVersion)) {
    return fail(ErrorCode::kUnsupported, "the bundle is of another version than 1, which this program reads", "head");
  }
  stated_hash_ = after.substr(kVersion.size(), after.size() - kVersion.size() - 1);
  const bool well_formed = stated_hash_.size() == 2 * Hash::kBytes && std::ranges::all_of(stated_hash_, [](char c) {
                             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                           });
  if (!well_formed) return fail(ErrorCode::kMalformed, "the line does not end in a hash of 64 digits", "head");
  const std::string line = TRY(head_line(kBundleManifestBytesMax, "manifest"));
  auto manifest = read_bundle_manifest(line);
  if (!manifest) return std::unexpected(inside(std::move(manifest).error(), "manifest"));
  manifest_ = std::move(*manifest);
  manifest_hash_ = sha256(line).hex();
  sections_offset_ = offset_;
  return {};
}

std::unexpected<Error> BundleFileReader::too_short() const {
  return fail(ErrorCode::kCorrupt, fmt::format("the file ends {} bytes before this section does", left_),
              section().title());
}

Result<bool> BundleFileReader::begin() {
  if (left_ != 0) TRY(end());
  if (next_ == manifest_.sections.size()) return false;
  ++next_;
  left_ = section().bytes;
  section_offset_ = offset_;
  hash_ = Sha256();
  return true;
}

Result<ByteView> BundleFileReader::piece() {
  if (left_ == 0) return ByteView{};
  TRY(fill(1));
  const std::size_t bytes = std::min<std::uint64_t>({rest().size(), left_, kPieceBytes});
  if (bytes == 0) return too_short();
  const ByteView taken = take(bytes);
  left_ -= bytes;
  hash_.update(taken);
  return taken;
}

Result<std::optional<std::string_view>> BundleFileReader::line() {
  if (left_ == 0) return std::nullopt;
  std::size_t searched = 0;
  while (true) {
    const bool more = TRY(fill(searched + 1));
    const std::size_t here = std::min<std::uint64_t>(rest().size(), left_);
    const std::string_view text = as_text(rest().first(here));
    const std::size_t found = text.find('\n', searched);
    if (found != std::string_view::npos && found < kBundleLineBytesMax) {
      const ByteView taken = take(found + 1);
      left_ -= found + 1;
      hash_.update(taken);
      return as_text(taken);
    }
    if (here >= kBundleLineBytesMax) return fail(ErrorCode::kTooLarge, "a line has more than 524288 bytes");
    if (here == left_) return fail(ErrorCode::kMalformed, "the section ends within a line");
    if (!more) return too_short();
    searched = here;
  }
}

Result<Hash> BundleFileReader::end() {
  while (left_ != 0) TRY(piece());
  return hash_.finish();
}

Result<bool> BundleFileReader::at_end() { return !TRY(fill(1)); }

}  // namespace tansiq::log
