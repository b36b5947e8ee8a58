#include "formats/csv.h"

#include <algorithm>

namespace tansiq::formats {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}

CsvReader::CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

CsvReader::Next CsvReader::bad(std::string_view why, std::size_t resume_at) {
  problem_ = why;
  fields_.clear();
  at_ = std::min(resume_at, text_.size());
  return Next::kBad;
}

CsvReader::Next CsvReader::next() {
  fields_.clear();
  while (at_ < text_.size()) {
    line_ = next_line_++;
    const std::size_t line_end = std::min(text_.find('\n', at_), text_.size());
    std::string_view line = text_.substr(at_, line_end - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      at_ = line_end + 1;
      continue;
    }
    // Quotes are looked for in a bounded part: a longer line is refused whichever they are.
    if (line.size() > kCsvRecordBytesMax) return bad("the line is longer than 65536 bytes", line_end + 1);
    if (line.find('"') != std::string_view::npos) return read_quoted(line_end);
    at_ = line_end + 1;
    return read_plain(line);
  }
  return Next::kEnd;
}

CsvReader::Next CsvReader::read_plain(std::string_view record) {
  std::size_t from = 0;
  while (true) {
    if (fields_.size() == kCsvFieldsMax) return bad("the line has more than 256 fields", at_);
    const std::size_t to = record.find(separator_, from);
    if (to == std::string_view::npos) break;
    fields_.push_back(record.substr(from, to - from));
    from = to + 1;
  }
  fields_.push_back(record.substr(from));
  return Next::kRecord;
}

/// Reads the quoted field whose opening quote is at `at`; leaves `at` behind the closing one. False when it is not
/// closed before `limit`.
bool CsvReader::add_quoted(std::size_t& at, std::size_t limit) {
  const std::size_t begin = unquoted_.size();
  bool doubled = false;
  std::size_t from = ++at;
  while (true) {
    const std::size_t quote = text_.find('"', at);
    if (quote == std::string_view::npos || quote >= limit) return false;
    if (quote + 1 < limit && text_[quote + 1] == '"') {
      unquoted_.append(text_, from, quote + 1 - from);
      from = at = quote + 2;
      doubled = true;
      continue;
    }
    if (doubled) {
      unquoted_.append(text_, from, quote - from);
      fields_.push_back(std::string_view(unquoted_).substr(begin));
    } else {
      fields_.push_back(text_.substr(from, quote - from));
    }
    at = quote + 1;
    return true;
  }
}

CsvReader::Next CsvReader::read_quoted(std::size_t line_end) {
  const std::size_t limit = std::min(text_.size(), at_ + kCsvRecordBytesMax);
  unquoted_.clear();
  unquoted_.reserve(kCsvRecordBytesMax);
  for (std::size_t at = at_;; ++at) {
    if (fields_.size() == kCsvFieldsMax) return bad("the line has more than 256 fields", line_end + 1);
    if (at < limit && text_[at] == '"') {
      if (!add_quoted(at, limit)) return bad("a quote is not closed", line_end + 1);
    } else {
      const std::size_t from = at;
      while (at < limit && text_[at] != separator_ && text_[at] != '\n' && text_[at] != '"') ++at;
      if (at < limit && text_[at] == '"') return bad("a quote stands inside an unquoted field", line_end + 1);
      std::string_view field = text_.substr(from, at - from);
      if ((at == text_.size() || (at < limit && text_[at] == '\n')) && field.ends_with('\r')) field.remove_suffix(1);
      fields_.push_back(field);
    }
    if (at < limit && text_[at] == '\r' && (at + 1 == text_.size() || text_[at + 1] == '\n')) ++at;
    if (at >= text_.size() || text_[at] == '\n') {
      const std::string_view record = text_.substr(at_, std::min(at, text_.size()) - at_);
      next_line_ += static_cast<std::uint64_t>(std::count(record.begin(), record.end(), '\n'));
      at_ = at + 1;
      return Next::kRecord;
    }
    if (at >= limit) return bad("the record is longer than 65536 bytes", line_end + 1);
    if (text_[at] != separator_) return bad("text follows a closing quote", line_end + 1);
  }
}

}  // namespace tansiq::formats
