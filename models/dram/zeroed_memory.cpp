// Small ones from the heap, large ones as pages of the operating system, which are there when touched.
#include "models/dram/zeroed_memory.h"

#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace tilewave {
namespace {

/// From here on the operating system's pages, not the allocator's: calloc() has to be able to keep
/// its promise for all of it.
constexpr std::size_t kMapped = std::size_t{1} << 20U;
/// Where so much is asked for, hardly all of it is meant to be touched: in small pages.
constexpr std::size_t kSparse = std::size_t{4} << 30U;

std::byte* map_pages(std::size_t size) {
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) {
    throw std::bad_alloc();
  }
  if (size >= kSparse) {
    ::madvise(pages, size, MADV_NOHUGEPAGE);  // it works without, too
  }
  return static_cast<std::byte*>(pages);
}

}  // namespace

ZeroedMemory::ZeroedMemory(std::size_t size) : size_(size) {
  if (size >= kMapped) {
    data_ = map_pages(size);
  } else if (size > 0) {
    data_ = static_cast<std::byte*>(std::calloc(size, 1));
    if (data_ == nullptr) {
      throw std::bad_alloc();
    }
  }
}

ZeroedMemory::~ZeroedMemory() {
  if (size_ >= kMapped) {
    ::munmap(data_, size_);
  } else {
    std::free(data_);
  }
}

}  // namespace tilewave
