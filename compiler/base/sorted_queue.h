// A queue whose elements come almost in order: a ring buffer with insertion from the back.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace tilewave {

/// Equal elements keep the order in which they came. Pushing costs as many moves as elements behind
/// the new one; popping is constant.
template <typename T>
class SortedQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const T& front() const { return ring_[head_]; }
  T& front() { return ring_[head_]; }  ///< its place in the order must stay

  template <typename Before>
  void push(T element, Before&& before) {
    insert([&](const T& other) { return before(element, other); }) = std::move(element);
  }

  /// Makes room before the last elements for which `before_it` holds; the caller fills it in. For
  /// large elements: one that is put together elsewhere and copied makes the host wait.
  template <typename BeforeIt>
  T& insert(BeforeIt&& before_it) {
    if (size_ > mask_) {
      grow();
    }
    std::size_t place = size_++;
    while (place > 0 && before_it(std::as_const(at(place - 1)))) {
      at(place) = std::move(at(place - 1));
      --place;
    }
    return at(place);
  }

  void pop() {
    head_ = (head_ + 1) & mask_;
    --size_;
  }

 private:
  T& at(std::size_t position) { return ring_[(head_ + position) & mask_]; }

  void grow() {
    std::vector<T> larger(2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) {
      larger[i] = std::move(at(i));
    }
    ring_ = std::move(larger);
    mask_ = ring_.size() - 1;
    head_ = 0;
  }

  std::vector<T> ring_ = std::vector<T>(16);  // a power of two
  std::size_t mask_ = 15;                     ///< ring_.size() - 1
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tilewave
