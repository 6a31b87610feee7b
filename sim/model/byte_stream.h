// Bytes one after another, wherever they come from: a range of a file, or what is packed in one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <utility>

namespace tilewave {

class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// The next `count` bytes, fewer only at the end. Returns how many. Throws InputError, without the
  /// file's name, if what is packed is damaged.
  virtual std::size_t read(char* bytes, std::size_t count) = 0;
};

/// A range of a file, as far as it is there.
class StreamRange : public ByteStream {
 public:
  StreamRange(std::shared_ptr<std::istream> stream, std::uint64_t offset, std::uint64_t size)
      : stream_(std::move(stream)), left_(size) {
    stream_->clear();
    stream_->seekg(static_cast<std::streamoff>(offset));
  }

  std::size_t read(char* bytes, std::size_t count) override {
    stream_->read(bytes, static_cast<std::streamsize>(std::min<std::uint64_t>(count, left_)));
    const auto found = static_cast<std::size_t>(stream_->gcount());
    left_ -= found;
    return found;
  }

 private:
  std::shared_ptr<std::istream> stream_;
  std::uint64_t left_;
};

}  // namespace tilewave
