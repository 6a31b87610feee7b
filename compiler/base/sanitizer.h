// Whether this is compiled with AddressSanitizer, of which g++ and clang tell in different ways.
#pragma once

namespace tilewave {

#if defined(__SANITIZE_ADDRESS__)
#define TILEWAVE_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TILEWAVE_ADDRESS_SANITIZER
#endif
#endif

/// Then freed memory is kept, and terabytes of addresses are reserved.
#if defined(TILEWAVE_ADDRESS_SANITIZER)
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

}  // namespace tilewave
