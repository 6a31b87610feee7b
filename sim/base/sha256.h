// SHA-256 (FIPS 180-4), by Nettle: names for things by their content.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <nettle/sha2.h>

namespace tilewave {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

  Sha256() { sha256_init(&context_); }

  void add(std::string_view text) { add_bytes(text.data(), text.size()); }
  /// With its length, so that "ab" "c" and "a" "bc" differ.
  void add_field(std::string_view text) {
    add_number(text.size());
    add(text);
  }
  void add_number(std::uint64_t number) {
    std::array<std::uint8_t, sizeof number> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    add_bytes(bytes.data(), bytes.size());
  }
  void add_bytes(const void* data, std::size_t size) {
    sha256_update(&context_, size, static_cast<const std::uint8_t*>(data));
  }

  /// Of all that was added; begins anew.
  Digest digest() {
    Digest digest{};
    sha256_digest(&context_, digest.size(), digest.data());
    return digest;
  }

 private:
  sha256_ctx context_{};
};

/// 64 lower-case digits.
inline std::string hex_text(const Sha256::Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace tilewave
