// Records of a CSV file, one at a time, without trust: RFC 4180 as files really are.
//
//   CsvReader csv(text);
//   while (const auto next = csv.next(); next != CsvReader::Next::kEnd) {
//     if (next == CsvReader::Next::kBad) report(csv.line(), csv.problem());
//     else use(csv.fields());
//   }
//
// Accepted: LF, CRLF and a missing last line end; a UTF-8 byte order mark; quoted fields with doubled quotes,
// separators and line ends inside; empty lines (passed over). A bad record is reported and reading goes on at the next
// line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tansiq::formats {

inline constexpr std::size_t kCsvRecordBytesMax = 64U << 10;
inline constexpr std::size_t kCsvFieldsMax = 256;

class CsvReader {
 public:
  enum class Next : std::uint8_t { kRecord, kBad, kEnd };

  /// `text` must outlive the reader.
  explicit CsvReader(std::string_view text, char separator = ',');

  /// Goes to the next record. Total cost over a file: O(bytes); an unclosed quote costs at most kCsvRecordBytesMax.
  [[nodiscard]] Next next();

  /// Line on which the record begins, from 1.
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// After `kRecord`; valid until the next call.
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }
  /// After `kBad`: a reason that does not depend on the record's text.
  [[nodiscard]] std::string_view problem() const { return problem_; }

 private:
  Next read_plain(std::string_view record);
  Next read_quoted(std::size_t line_end);
  Next bad(std::string_view why, std::size_t resume_at);
  bool add_quoted(std::size_t& at, std::size_t limit);

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::uint64_t next_line_ = 1;
  std::uint64_t line_ = 0;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // text of fields with doubled quotes; reserved ahead, so that views into it stay valid
  std::string_view problem_;
};

}  // namespace tansiq::formats
