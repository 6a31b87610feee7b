// Reads the literal from left to right, without turning back.
#include "sim/model/npy_header.h"

#include <charconv>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostLiteralBytes = 65535;

std::string allowed_types() {
  std::string text;
  for (const NpyTypeInfo& type : kNpyTypes) {
    text += (text.empty() ? "'" : ", '") + std::string(type.word) + "'";
  }
  return text;
}

class LiteralParser {
 public:
  explicit LiteralParser(std::string_view text) : text_(text) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      entry();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    blanks();
    if (at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
    }
    if (at_ != text_.size()) {
      fail("the end");
    }
    for (const bool has : {type_.has_value(), order_.has_value(), dims_.has_value()}) {
      if (!has) {
        throw InputError("has a header without 'descr', 'fortran_order' or 'shape'");
      }
    }
    return {*type_, *order_, *std::move(dims_), 0};
  }

 private:
  [[noreturn]] void fail(const std::string& wanted) const {
    throw InputError("has a header that is not NumPy's: " + wanted + " is missing at its byte " +
                     std::to_string(at_));
  }

  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
    }
  }

  bool accept(char c) {
    blanks();
    const bool is_there = at_ < text_.size() && text_[at_] == c;
    at_ += is_there ? 1 : 0;
    return is_there;
  }

  void expect(char c) {
    if (!accept(c)) {
      fail("'" + std::string(1, c) + "'");
    }
  }

  bool accept_word(std::string_view word) {
    blanks();
    const bool is_there = text_.substr(at_).starts_with(word);
    at_ += is_there ? word.size() : 0;
    return is_there;
  }

  /// Without escapes, of which NumPy needs none.
  std::string_view text() {
    blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') {
      fail("a text in quotes");
    }
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) {
      fail("the end of a text in quotes");
    }
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }

  void entry() {
    const std::string_view key = text();
    expect(':');
    if (key == "descr" && !type_) {
      type();
    } else if (key == "fortran_order" && !order_) {
      order_ = accept_word("True");
      if (!*order_ && !accept_word("False")) {
        fail("True or False");
      }
    } else if (key == "shape" && !dims_) {
      shape();
    } else {
      throw InputError("has a header with " + in_quotes(key) +
                       "; allowed: 'descr', 'fortran_order' and 'shape', each once");
    }
  }

  void type() {
    blanks();
    if (at_ < text_.size() && text_[at_] == '[') {
      throw InputError("holds records, of several fields; allowed: " + allowed_types());
    }
    const std::string_view word = text();
    for (std::size_t i = 0; i < kNpyTypes.size(); ++i) {
      if (kNpyTypes[i].word == word) {
        type_ = static_cast<NpyType>(i);
        return;
      }
    }
    throw InputError("holds elements of type " + in_quotes(word) + "; allowed: " + allowed_types());
  }

  /// A tuple: of one entry with a comma behind it.
  void shape() {
    expect('(');
    dims_.emplace();
    bool has_comma = true;
    while (!accept(')')) {
      if (!has_comma) {
        fail("','");
      }
      dims_->push_back(extent());
      if (dims_->size() > kMaxRank) {
        throw InputError("has more than " + std::to_string(kMaxRank) + " dimensions");
      }
      has_comma = accept(',');
    }
    if (dims_->size() == 1 && !has_comma) {
      fail("',' in a tuple of one");
    }
    const std::string problem = dims_problem(*dims_);
    if (!problem.empty() && *dims_ != Dims{0}) {
      throw InputError(problem);
    }
  }

  std::uint64_t extent() {
    blanks();
    std::uint64_t number = 0;
    const char* first = text_.data() + at_;
    const auto [stop, error] = std::from_chars(first, text_.data() + text_.size(), number);
    if (error != std::errc()) {
      fail("a whole number from 0 on");
    }
    at_ += static_cast<std::size_t>(stop - first);
    return number;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<NpyType> type_;
  std::optional<bool> order_;
  std::optional<Dims> dims_;
};

[[noreturn]] void fail_short() {
  throw InputError("is not a NumPy file: it ends within its header");
}

std::string read_exactly(ByteStream& stream, std::size_t count) {
  std::string bytes(count, '\0');
  if (stream.read(bytes.data(), count) != count) {
    fail_short();
  }
  return bytes;
}

}  // namespace

std::uint64_t NpyHeader::data_bytes() const { return element_count(dims) * info_of(type).bytes; }

NpyHeader parse_npy_literal(std::string_view text) { return LiteralParser(text).parse(); }

NpyHeader read_npy_header(ByteStream& stream, std::uint64_t file_bytes) {
  std::string magic(kMagic.size(), '\0');
  if (stream.read(magic.data(), magic.size()) != magic.size() || magic != kMagic) {
    throw InputError("is not a NumPy file: it does not begin with the bytes 93 'NUMPY'");
  }
  const std::string version = read_exactly(stream, 2);
  const int major = static_cast<unsigned char>(version[0]);
  const int minor = static_cast<unsigned char>(version[1]);
  if ((major != 1 && major != 2) || minor != 0) {
    throw InputError("is a NumPy file of version " + std::to_string(major) + "." +
                     std::to_string(minor) + "; allowed: 1.0 and 2.0");
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  std::size_t length = 0;
  const std::string field = read_exactly(stream, length_bytes);
  for (std::size_t i = length_bytes; i-- > 0;) {
    length = length << 8U | static_cast<unsigned char>(field[i]);
  }
  if (length > kMostLiteralBytes) {
    throw InputError("has a header of " + std::to_string(length) + " bytes, at most " +
                     std::to_string(kMostLiteralBytes) + " are allowed");
  }
  NpyHeader header = parse_npy_literal(read_exactly(stream, length));
  header.bytes = kMagic.size() + 2 + length_bytes + length;
  const std::uint64_t rest = file_bytes - std::min(file_bytes, header.bytes);
  if (rest != header.data_bytes()) {
    throw InputError("has the shape " + to_string(header.dims) + " of '" +
                     std::string(info_of(header.type).word) + "', which takes " +
                     std::to_string(header.data_bytes()) + " bytes of data, but holds " +
                     std::to_string(rest));
  }
  return header;
}

}  // namespace tilewave
