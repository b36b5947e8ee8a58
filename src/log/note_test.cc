#include "log/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "log/checkpoint.h"
#include "log/cosignature.h"
#include "log/jcs.h"
#include "log/log_testlib.h"

namespace tansiq::log {
namespace {

constexpr std::string_view kLogKey = "north.example/log1+3c827f28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
constexpr std::string_view kWitnessKey = "south.example/witness1+4762de49+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM";
constexpr std::string_view kLogSeed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kWitnessSeed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

// The format sheet, section 11, examples 4 and 5.
constexpr std::string_view kText = "north.example/log1\n3\nLP73YnWX4AtWSXV3Stco7yEHBnWfym1kE4xt/By/LNo=\n";
constexpr std::string_view kLogLine =
    "— north.example/log1 "
    "PIJ/KH/Piu2kAH5+wJU1lRgIdv1dO5vZ8QpqAIOxpMfzGgHSpu3oZ06LQir+xFvdPKE+ArGB4h/MUoc6DtbY9xzqogY=\n";
constexpr std::string_view kWitnessLine =
    "— south.example/witness1 "
    "R2LeSQAAAABlU/EAAfIMM9o4/BTTbcijb7nfIYqQ7g3m4Giw9j0cQmPZ6b2FysAOG9kGUnzWDPLs0PRRlWp2N5ERB2HKCSXM/Rx+DA==\n";

std::string note_of(std::initializer_list<std::string_view> lines) {
  std::string out = std::string(kText) + "\n";
  for (const std::string_view line : lines) out += line;
  return out;
}

SignerKey log_signer() { return *SignerKey::from_seed("north.example/log1", KeyType::kEd25519, *from_hex(kLogSeed)); }
SignerKey witness_signer() {
  return *SignerKey::from_seed("south.example/witness1", KeyType::kEd25519Cosignature, *from_hex(kWitnessSeed));
}
std::vector<VerifierKey> log_keys() { return {*VerifierKey::parse(kLogKey)}; }
std::vector<VerifierKey> both_keys() { return {*VerifierKey::parse(kLogKey), *VerifierKey::parse(kWitnessKey)}; }

TEST(NoteKey, sheet_example_3) {
  EXPECT_EQ(log_signer().verifier().text(), kLogKey);
  EXPECT_EQ(witness_signer().verifier().text(), kWitnessKey);
  EXPECT_EQ(VerifierKey::parse(kLogKey)->text(), kLogKey);
  EXPECT_EQ(SignerKey::from_seed("north.example/log1", KeyType::kEd25519Cosignature, *from_hex(kLogSeed))
                ->verifier()
                .id()
                .hex(),
            "1b65979a");
  const auto again = SignerKey::parse(log_signer().secret_text());
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->verifier().text(), kLogKey);
}

TEST(NoteKey, all_vectors) {
  const auto vectors = testing::shared_json("data/tlog-vectors.json");
  if (!vectors) GTEST_SKIP() << "no " << testing::shared_folder() / "data/tlog-vectors.json";
  for (const auto& [name, key] : vectors->at("keys").as_object()) {
    const auto parsed = VerifierKey::parse(testing::text_of(key.at("vkey")));
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->id().hex(), testing::text_of(key.at("key_id")));
    EXPECT_EQ(to_hex(parsed->public_key()), testing::text_of(key.at("public_hex")));
    EXPECT_EQ(parsed->text(), testing::text_of(key.at("vkey")));
  }
}

TEST(NoteKey, refuses_what_is_not_a_key) {
  for (const std::string_view bad :
       {"", "a", "a+b", "north.example/log1+3c827f29+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "north.example/log2+3c827f28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "north.example/log1+3C827F28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "north.example/log1+3c827f28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1",
        "North+3c827f28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", "a+00000000+", "a+00000000+Ag=="}) {
    EXPECT_FALSE(VerifierKey::parse(bad)) << bad;
  }
  EXPECT_FALSE(VerifierKey::parse(log_signer().secret_text()));
  EXPECT_FALSE(check_key_name(std::string(256, 'a')));
  EXPECT_FALSE(check_key_name("two words"));
  EXPECT_TRUE(check_key_name("us.example/log-1"));
}

TEST(NoteKey, files_are_private_and_never_overwritten) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "log.key";
  const auto key = SignerKey::generate("us.example/log", KeyType::kEd25519);
  ASSERT_TRUE(key);
  ASSERT_TRUE(write_key_file(file, *key));
  EXPECT_EQ(write_key_file(file, *key).error().code, ErrorCode::kConflict);
  const auto read = read_key_file(file);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->verifier(), key->verifier());
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_EQ(read_key_file(file).error().code, ErrorCode::kForbidden);
  EXPECT_EQ(read_key_file(folder.path() / "none").error().code, ErrorCode::kNotFound);
  const auto published = folder.path() / "published.key";
  ASSERT_TRUE(write_key_file(published, log_signer()));
  EXPECT_EQ(read_key_file(published).error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(read_key_file(published, AllowTestKeys::kYes));
}

TEST(Note, signs_to_the_bytes_of_sheet_example_4) {
  const Checkpoint checkpoint{
      "north.example/log1", 3, *Hash::from_hex("2cfef7627597e00b564975774ad728ef210706759fca6d64138c6dfc1cbf2cda"), {}};
  EXPECT_EQ(checkpoint.text(), kText);
  EXPECT_EQ(sign_checkpoint(checkpoint, log_signer()), note_of({kLogLine}));
  const auto line = cosign(kText, {1'700'000'000}, witness_signer());
  ASSERT_TRUE(line);
  EXPECT_EQ(line->line(), kWitnessLine);
  EXPECT_EQ(cosignature_time(*line)->seconds, 1'700'000'000U);
}

// LOG-4
TEST(Note, opens_by_the_rules) {
  const auto both = open_note(note_of({kLogLine, kWitnessLine}), both_keys());
  ASSERT_TRUE(both) << both.error().text();
  EXPECT_EQ(both->states, (std::vector{SignatureState::kVerified, SignatureState::kVerified}));
  EXPECT_EQ(both->note.text, kText);
  EXPECT_EQ(format_note(both->note), note_of({kLogLine, kWitnessLine}));
  // Unknown keys are ignored, whatever they signed.
  const auto one = open_note(note_of({kWitnessLine, kLogLine}), log_keys());
  ASSERT_TRUE(one);
  EXPECT_EQ(one->states, (std::vector{SignatureState::kUnknownKey, SignatureState::kVerified}));
  EXPECT_EQ(note_text_hash(one->note), note_text_hash(both->note));
  // Only unknown keys: nobody has signed.
  EXPECT_EQ(open_note(note_of({kWitnessLine}), log_keys()).error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(open_note(note_of({kLogLine}), {}).error().code, ErrorCode::kUnauthenticated);
  // A known key's bad signature spoils the note, good ones beside it notwithstanding.
  std::string bad(kWitnessLine);
  bad[bad.size() - 8] = bad[bad.size() - 8] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(open_note(note_of({kLogLine, bad}), log_keys()));
  EXPECT_EQ(open_note(note_of({kLogLine, bad}), both_keys()).error().code, ErrorCode::kInvalid);
  // The time is signed too.
  NoteSignature later = *parse_signature_line(kWitnessLine);
  later.signature[7] ^= 1;
  EXPECT_FALSE(open_note(note_of({kLogLine, later.line()}), both_keys()));
}

TEST(Note, bounds) {
  std::string many = note_of({});
  for (std::size_t i = 0; i < kNoteSignaturesMax; ++i) many += kLogLine;
  EXPECT_TRUE(parse_note(many));
  EXPECT_EQ(parse_note(many + std::string(kLogLine)).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse_note(std::string(kNoteBytesMax + 1, 'x')).error().code, ErrorCode::kTooLarge);
}

TEST(Note, the_last_empty_line_separates) {
  const auto key = log_signer();
  const SignerKey* const keys[] = {&key};
  const std::string text = "first\n\nsecond\n";
  const auto note = sign_note(text, keys);
  ASSERT_TRUE(note);
  EXPECT_EQ(open_note(*note, log_keys())->note.text, text);
  EXPECT_FALSE(sign_note("no line feed", keys));
  EXPECT_FALSE(sign_note("tab\t\n", keys));
  EXPECT_FALSE(sign_note(text, {}));
  const auto witness = witness_signer();
  const SignerKey* const cosigner[] = {&witness};
  EXPECT_FALSE(sign_note(text, cosigner));
}

// What is said of a stranger's line goes to pages and logs: his name may hold what JSON may not.
TEST(Note, names_of_strangers_are_cleaned_where_they_are_quoted) {
  const std::string name = "x\uFDD0y";
  const auto cut = parse_signature_line("\u2014 " + name + " AAAA\n");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().where, "x?y");
  const auto no_time = cosignature_time({.name = name, .key_id = {}, .signature = Bytes(3)});
  ASSERT_FALSE(no_time);
  EXPECT_EQ(no_time.error().where, "x?y");
  const auto late = cosignature_time({.name = name, .key_id = {}, .signature = Bytes(8, 0xFF)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().where, "x?y");
  const SignerKey key = log_signer();
  const SignerKey* const keys[] = {&key};
  const auto note = sign_note(name + "\n3\nLP73YnWX4AtWSXV3Stco7yEHBnWfym1kE4xt/By/LNo=\n", keys);
  ASSERT_TRUE(note);
  const auto foreign = open_checkpoint(*note, log_keys());
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().text(), ::testing::HasSubstr("`x?y`"));
}

TEST(Note, what_json_cannot_hold_is_left_out_of_a_quoted_note) {
  const std::string odd = "\u2014 x\uFDD0y AAAAAAA=\n";
  EXPECT_EQ(quotable_note(note_of({kLogLine, kWitnessLine})), note_of({kLogLine, kWitnessLine}));
  const auto quoted = quotable_note(note_of({odd, kLogLine, odd}));
  ASSERT_TRUE(quoted) << quoted.error().text();
  EXPECT_EQ(*quoted, note_of({kLogLine}));
  EXPECT_TRUE(open_note(*quoted, log_keys()));
  EXPECT_EQ(quotable_note(note_of({odd})).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(quotable_note("\uFDD0\n\n" + std::string(kLogLine)).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(quotable_note("\xff").error().code, ErrorCode::kMalformed);
}

TEST(Note, names_of_strangers_follow_the_public_rule_only) {
  for (const char* const good : {"UPPER_case", "Überlingen", "a"}) {
    EXPECT_TRUE(parse_note(note_of({kLogLine, "— " + std::string(good) + " AAAAAAA=\n"}))) << good;
  }
  for (const char* const bad : {"", "a+b", "a\u00a0b", "a\u3000b", "a\u2028"}) {
    EXPECT_FALSE(parse_note(note_of({kLogLine, "— " + std::string(bad) + " AAAAAAA=\n"}))) << bad;
  }
}

TEST(Note, refusals_of_the_vectors) {
  const auto vectors = testing::shared_json("data/tlog-vectors.json");
  if (!vectors) GTEST_SKIP() << "no " << testing::shared_folder() / "data/tlog-vectors.json";
  for (const char* const list : {"note_reject", "note_reject_strict"}) {
    for (const auto& vector : vectors->at(list).as_array()) {
      EXPECT_FALSE(open_note(testing::text_of(vector.at("note_text")), log_keys())) << vector.at("why");
    }
  }
  for (const auto& vector : vectors->at("checkpoint_reject").as_array()) {
    const std::string raw = testing::text_of(vector.at("note_text"));
    EXPECT_TRUE(open_note(raw, log_keys())) << vector.at("why") << ": the signature is good";
    EXPECT_FALSE(open_checkpoint(raw, log_keys())) << vector.at("why");
  }
  EXPECT_TRUE(open_checkpoint(testing::text_of(vectors->at("checkpoint_empty").at("note_text")), log_keys()));
  const auto& entry = vectors->at("signed_entry");
  const std::vector officer{*VerifierKey::parse(testing::text_of(vectors->at("keys").at("officer").at("vkey")))};
  EXPECT_TRUE(open_note(testing::text_of(entry.at("note_text")), officer));
}

TEST(Checkpoint, must_be_signed_by_the_log_itself) {
  const auto opened = open_checkpoint(note_of({kLogLine}), log_keys());
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->checkpoint.size, 3U);
  EXPECT_EQ(opened->checkpoint.origin, "north.example/log1");
  // A cosignature alone does not make a checkpoint.
  EXPECT_EQ(open_checkpoint(note_of({kWitnessLine}), both_keys()).error().code, ErrorCode::kUnauthenticated);
  // Nor does a key of another name.
  const auto other = *SignerKey::from_seed("east.example/log", KeyType::kEd25519, *from_hex(kWitnessSeed));
  const SignerKey* const keys[] = {&other};
  const std::vector other_keys{other.verifier()};
  EXPECT_EQ(open_checkpoint(*sign_note(kText, keys), other_keys).error().code, ErrorCode::kUnauthenticated);
  EXPECT_FALSE(sign_checkpoint(opened->checkpoint, other));
}

TEST(Checkpoint, text_is_strict) {
  const std::string root = "LP73YnWX4AtWSXV3Stco7yEHBnWfym1kE4xt/By/LNo=\n";
  EXPECT_TRUE(Checkpoint::parse("o\n3\n" + root));
  EXPECT_TRUE(Checkpoint::parse("o\n9223372036854775807\n" + root));
  EXPECT_EQ(Checkpoint::parse("o\n3\n" + root + "extension\n")->extensions.size(), 1U);
  for (const std::string& bad :
       {"o\n3\n" + root.substr(0, 44), "o\n03\n" + root, "o\n\n" + root, "o\n-1\n" + root, "o\n3 \n" + root,
        "o\n9223372036854775808\n" + root, "o\n99999999999999999999\n" + root, "o\n0\n" + root, "\n3\n" + root,
        "o\n3\n" + root + "\n", "o\n3\n" + root + "x", std::string("o\n3\n"), std::string()}) {
    EXPECT_FALSE(Checkpoint::parse(bad)) << bad;
  }
}

TEST(Cosignature, post_quantum_ones_are_laid_out_and_kept_but_not_judged) {
  const auto vectors = testing::shared_json("data/tlog-vectors.json");
  if (!vectors) GTEST_SKIP() << "no " << testing::shared_folder() / "data/tlog-vectors.json";
  const auto& vector = vectors->at("cosignature_mldsa44");
  const auto checkpoint = Checkpoint::parse(kText);
  ASSERT_TRUE(checkpoint);
  const auto message = subtree_message("south.example/witness1", {1'700'000'000}, *checkpoint);
  ASSERT_TRUE(message);
  EXPECT_EQ(to_hex(*message), testing::text_of(vector.at("message_hex")));
  const std::string line = testing::text_of(vector.at("line_text"));
  EXPECT_EQ(cosignature_time(*parse_signature_line(line))->seconds, 1'700'000'000U);
  auto keys = log_keys();
  keys.push_back(*VerifierKey::parse(testing::text_of(vectors->at("keys").at("witness_mldsa44").at("vkey"))));
  const auto opened = open_note(note_of({kLogLine, line}), keys);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->states[1], SignatureState::kUnverifiable);
  EXPECT_FALSE(open_note(note_of({line}), keys)) << "it counts for nobody";
  EXPECT_EQ(cosignature_message({1'700'000'000}, kText),
            testing::text_of(vectors->at("cosignature").at("message_text")));
  EXPECT_FALSE(cosign(kText, {0}, witness_signer()));
  EXPECT_FALSE(cosign(kText, {1}, log_signer()));
}

}  // namespace
}  // namespace tansiq::log
