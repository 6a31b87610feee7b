// How the values of a mapping are spelled: one table a kind, for whoever reads and whoever prints.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/lowering/loop_nest.h"
#include "compiler/schedule/mapping.h"

namespace tilewave {

template <typename Value, std::size_t N>
using Words = std::array<std::pair<const char*, Value>, N>;

inline constexpr Words<TileEdges, 2> kEdgeWords = {
    {{"real", TileEdges::kReal}, {"padded", TileEdges::kPadded}}};
inline constexpr Words<Eviction, 2> kEvictionWords = {
    {{"lru", Eviction::kLru}, {"belady", Eviction::kBelady}}};
inline constexpr Words<Buffering, 3> kBufferingWords = {{{"single", Buffering::kSingle},
                                                         {"tagged", Buffering::kTagged},
                                                         {"pingpong", Buffering::kPingPong}}};
inline constexpr Words<Places, 3> kPlacesWords = {
    {{"exact", Places::kExact}, {"whole", Places::kWhole}, {"apart", Places::kApart}}};
/// The second spelling is that of writers of YAML that take the first for a truth value.
inline constexpr Words<bool, 4> kOnOffWords = {
    {{"on", true}, {"off", false}, {"true", true}, {"false", false}}};
inline constexpr Words<bool, 2> kResultWords = {{{"sram", true}, {"dram", false}}};
inline constexpr Words<bool, 2> kWalkWords = {{{"serpentine", true}, {"forward", false}}};
inline constexpr Words<LoopOrder, 6> kOrderWords = {{{"mnk", LoopOrder::kMnk},
                                                     {"mkn", LoopOrder::kMkn},
                                                     {"nmk", LoopOrder::kNmk},
                                                     {"nkm", LoopOrder::kNkm},
                                                     {"kmn", LoopOrder::kKmn},
                                                     {"knm", LoopOrder::kKnm}}};

template <typename Value, std::size_t N>
const char* word_of(const Words<Value, N>& words, Value value) {
  for (const auto& [word, candidate] : words) {
    if (candidate == value) {
      return word;
    }
  }
  throw InternalError("a value without a word");
}

}  // namespace tilewave
