// Strides composed and carried out: no arrangement is materialised before its values are known.
#include "compiler/onnx/arrangement.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "compiler/program/tensor.h"

namespace tilewave {

std::string to_string(const Dims& dims) {
  std::string text = "[";
  for (std::size_t i = 0; i < dims.size(); ++i) {
    // A negative one of a file is a very large one here.
    text += (i == 0 ? "" : ",") + std::to_string(static_cast<std::int64_t>(dims[i]));
  }
  return text + "]";
}

std::string dims_problem(const Dims& dims) {
  if (dims.size() > kMaxRank) {
    return "has " + std::to_string(dims.size()) + " dimensions, at most " +
           std::to_string(kMaxRank) + " are allowed";
  }
  std::uint64_t elements = 1;
  for (const std::uint64_t dim : dims) {
    if (dim == 0 || dim > kMaxDimension) {
      return "has the shape " + to_string(dims) + "; a dimension is 1.." +
             std::to_string(kMaxDimension);
    }
    if (elements > kMaxElements / dim) {
      return "has the shape " + to_string(dims) + "; at most " + std::to_string(kMaxElements) +
             " elements are allowed";
    }
    elements *= dim;
  }
  return "";
}

std::uint64_t element_count(std::span<const std::uint64_t> dims) {
  std::uint64_t elements = 1;
  for (const std::uint64_t dim : dims) {
    elements *= dim;
  }
  return elements;
}

Dims broadcast(const Dims& a, const Dims& b) {
  const Dims& longer = a.size() >= b.size() ? a : b;
  const Dims& shorter = a.size() >= b.size() ? b : a;
  Dims result = longer;
  const std::size_t shift = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::uint64_t& dim = result[shift + i];
    if (dim != shorter[i] && dim != 1 && shorter[i] != 1) {
      throw InputError("shapes " + to_string(a) + " and " + to_string(b) +
                       " do not broadcast: aligned at the end, dimensions have to be equal or 1");
    }
    dim = std::max(dim, shorter[i]);
  }
  if (const std::string problem = dims_problem(result); !problem.empty()) {
    throw InputError("the broadcast of " + to_string(a) + " and " + to_string(b) + " " + problem);
  }
  return result;
}

Dims unravel(std::uint64_t flat, std::span<const std::uint64_t> dims) {
  Dims index(dims.size());
  for (std::size_t i = dims.size(); i-- > 0;) {
    index[i] = flat % dims[i];
    flat /= dims[i];
  }
  return index;
}

Arrangement::Arrangement(Dims dims)
    : reads_{row_major(dims)}, source_elements_(element_count(dims)) {}

bool Arrangement::is_plain() const {
  Read plain = reads_.front();
  return reads_.size() == 1 && element_count(plain.dims) == source_elements_ && plain.offset == 0 &&
         restride(plain, {source_elements_}) && plain.strides[0] == 1;
}

Arrangement Arrangement::reshape(const Dims& dims) const {
  Arrangement result = *this;
  if (!restride(result.reads_.back(), dims)) {
    result.reads_.push_back(row_major(dims));
  }
  return result;
}

Arrangement Arrangement::transpose(std::span<const std::size_t> permutation) const {
  Arrangement result = *this;
  const Read& from = reads_.back();
  Read& to = result.reads_.back();
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    to.dims[i] = from.dims[permutation[i]];
    to.strides[i] = from.strides[permutation[i]];
  }
  return result;
}

Arrangement Arrangement::expand(const Dims& dims) const {
  Arrangement result = *this;
  Read& read = result.reads_.back();
  const std::size_t shift = dims.size() - read.dims.size();
  read.dims.insert(read.dims.begin(), shift, 1);
  read.strides.insert(read.strides.begin(), shift, 0);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (read.dims[i] != dims[i]) {
      read.dims[i] = dims[i];
      read.strides[i] = 0;
    }
  }
  return result;
}

Arrangement Arrangement::slice(std::size_t dimension, std::uint64_t first, std::uint64_t count,
                               std::int64_t step) const {
  Arrangement result = *this;
  Read& read = result.reads_.back();
  read.offset += first * read.strides[dimension];
  read.strides[dimension] *= static_cast<std::uint64_t>(step);  // modulo 2^64, as all of them
  read.dims[dimension] = count;
  return result;
}

Arrangement Arrangement::at(std::span<const std::uint64_t> index) const {
  Arrangement result = *this;
  Read& read = result.reads_.back();
  for (std::size_t i = 0; i < index.size(); ++i) {
    read.offset += index[i] * read.strides[i];
  }
  const auto dropped = static_cast<std::ptrdiff_t>(index.size());
  read.dims.erase(read.dims.begin(), read.dims.begin() + dropped);
  read.strides.erase(read.strides.begin(), read.strides.begin() + dropped);
  return result;
}

std::vector<std::uint64_t> Arrangement::key() const {
  std::vector<std::uint64_t> numbers;
  for (const Read& read : reads_) {
    numbers.push_back(read.dims.size());
    numbers.insert(numbers.end(), read.dims.begin(), read.dims.end());
    numbers.insert(numbers.end(), read.strides.begin(), read.strides.end());
    numbers.push_back(read.offset);
  }
  return numbers;
}

std::vector<float> Arrangement::apply(std::span<const float> source, float scale) const {
  return applied(source, scale);
}

std::vector<std::int64_t> Arrangement::apply(std::span<const std::int64_t> source) const {
  return applied(source, std::int64_t{1});
}

template <typename Value>
std::vector<Value> Arrangement::applied(std::span<const Value> source, Value scale) const {
  std::vector<Value> values = carry_out(reads_.front(), source, scale);
  for (std::size_t i = 1; i < reads_.size(); ++i) {
    values = carry_out(reads_[i], std::span<const Value>(values), Value{1});
  }
  return values;
}

Arrangement::Read Arrangement::row_major(const Dims& dims) {
  Read read{dims, std::vector<std::uint64_t>(dims.size()), 0};
  std::uint64_t stride = 1;
  for (std::size_t i = dims.size(); i-- > 0;) {
    read.strides[i] = stride;
    stride *= dims[i];
  }
  return read;
}

/// Reads the same elements in the same order under another shape, if strides can say it. Both
/// shapes are walked from the innermost dimension in groups of equal products; within a group the
/// old dimensions have to be evenly spaced, as one dimension would be.
bool Arrangement::restride(Read& read, const Dims& dims) {
  Read old{{}, {}, read.offset};
  for (std::size_t i = 0; i < read.dims.size(); ++i) {
    if (read.dims[i] != 1) {
      old.dims.push_back(read.dims[i]);
      old.strides.push_back(read.strides[i]);
    }
  }
  Read result{dims, std::vector<std::uint64_t>(dims.size(), 1), read.offset};
  std::size_t from = old.dims.size();
  std::size_t to = dims.size();
  while (from > 0) {
    --from;
    const std::uint64_t spacing = old.strides[from];
    std::uint64_t old_count = old.dims[from];
    std::uint64_t new_count = 1;
    while (new_count != old_count || (to > 0 && dims[to - 1] == 1)) {
      if (new_count < old_count || (to > 0 && dims[to - 1] == 1)) {
        --to;
        result.strides[to] = spacing * new_count;
        new_count *= dims[to];
      } else {
        --from;
        if (old.strides[from] != spacing * old_count) {
          return false;
        }
        old_count *= old.dims[from];
      }
    }
  }
  read = std::move(result);
  return true;
}

template <typename Value>
std::vector<Value> Arrangement::carry_out(const Read& read, std::span<const Value> source,
                                          Value scale) {
  std::vector<Value> values(element_count(read.dims));
  const std::size_t rank = read.dims.size();
  const std::uint64_t run = rank == 0 ? 1 : read.dims[rank - 1];
  const std::uint64_t stride = rank == 0 ? 0 : read.strides[rank - 1];
  Dims index(rank, 0);
  std::uint64_t start = read.offset;
  for (std::uint64_t done = 0; done < values.size(); done += run) {
    for (std::uint64_t i = 0; i < run; ++i) {
      values[done + i] = source[start + i * stride] * scale;
    }
    // The next innermost row: an odometer over all dimensions but the last.
    for (std::size_t i = rank; i-- > 1;) {
      start += read.strides[i - 1];
      if (++index[i - 1] < read.dims[i - 1]) {
        break;
      }
      start -= read.strides[i - 1] * read.dims[i - 1];
      index[i - 1] = 0;
    }
  }
  return values;
}

}  // namespace tilewave
