// Shared by the store's tests: a fake signer, entries that can be told apart.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "store/sqlite_store.h"

namespace tansiq::store {

/// A checkpoint with a line in the place of a signature: the store does not verify signatures.
[[nodiscard]] SignCheckpoint fake_signer();

/// Entry `i` of a test log: JSON line of about 30 to 700 bytes, the same for the same `i`.
[[nodiscard]] std::string test_entry(std::uint64_t i);

[[nodiscard]] SqliteStoreOptions test_options(const std::string& folder);

/// Appends entries [first, first + count) to one log, as one batch.
[[nodiscard]] Result<Appended> append_entries(LogStore& store, std::uint64_t first, std::uint64_t count,
                                              LogId log = kMainLog);

/// All entries of a log, read through a new reader.
[[nodiscard]] std::vector<std::string> read_all(LogStore& store, LogId log = kMainLog);

/// Fails the test with the error's text.
#define ASSERT_OK(expression)                                         \
  do {                                                                \
    const auto& ok_result_ = (expression);                            \
    ASSERT_TRUE(ok_result_.has_value()) << ok_result_.error().text(); \
  } while (false)
#define EXPECT_OK(expression)                                         \
  do {                                                                \
    const auto& ok_result_ = (expression);                            \
    EXPECT_TRUE(ok_result_.has_value()) << ok_result_.error().text(); \
  } while (false)
/// The value of a `Result`, or an exception, which fails the test with the error's text.
template <class T>
[[nodiscard]] T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

}  // namespace tansiq::store
