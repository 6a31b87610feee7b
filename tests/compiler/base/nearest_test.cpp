// Suggestions: near words are found, far-fetched ones are not, and user text is shown safely.
#include "compiler/base/nearest.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

TEST(Nearest, FindsOnlyPlausibleWords) {
  const std::vector<std::string> words = {"matmul", "matmul+relu", "add",       "relu",
                                          "w1",     "sram.size",   "sram.banks"};
  const struct {
    const char* word;
    const char* found;  // "" for none
  } cases[] = {
      {"relu", "relu"},       // itself
      {"RELU", "relu"},       // case is free
      {"rleu", "relu"},       // swapped neighbours are one edit
      {"mattmul", "matmul"},  // one letter too many
      {"matmu", "matmul"},    // one missing
      {"matmul_relu", "matmul+relu"},
      {"ad", "add"},
      {"aad", "add"},
      {"w2", "w1"},
      {"w", "w1"},
      {"sram.bank", "sram.banks"},
      {"sram.sise", "sram.size"},
      {"conv", ""},
      {"softmax", ""},
      {"banks", "sram.banks"},  // 5 edits, but a part of it
      {"bank", ""},
      {"x", ""},
      {"", ""},
      {"xxx", ""},
  };
  for (const auto& [word, found] : cases) {
    EXPECT_EQ(nearest(word, words).value_or(""), found) << word;
  }
  EXPECT_FALSE(nearest("relu", {}));
}

TEST(Nearest, OneEditThatReplacesTheWholeWordIsNoMatch) {
  EXPECT_FALSE(nearest("x", std::vector<std::string>{"w"}));
}

TEST(Nearest, PartsOfWordsWithDots) {
  const std::vector<std::string> words = {"dma.setup", "compute.rows", "compute.rate.f32",
                                          "compute.rate.i8", "utilisation"};
  EXPECT_EQ(nearest("compute.rate", words), "compute.rate.f32");  // not compute.rows
  EXPECT_EQ(nearest("rate.i8", words), "compute.rate.i8");
  EXPECT_EQ(nearest("Rows", words), "compute.rows");
  EXPECT_EQ(nearest("utilisation.total", words), "utilisation");
  EXPECT_EQ(nearest("rate", words), std::nullopt);  // in the middle
  EXPECT_EQ(nearest("", words), std::nullopt);
}

TEST(Nearest, PrefersFewerEditsThenTheFirst) {
  EXPECT_EQ(nearest("abcdef", std::vector<std::string>{"abcdxy", "abcdex"}), "abcdex");
  EXPECT_EQ(nearest("h3", std::vector<std::string>{"h1", "h2"}), "h1");
}

TEST(Nearest, AtMostFourEdits) {
  const std::string word(60, 'a');
  EXPECT_EQ(nearest(word, std::vector<std::string>{word + "bbbb"}), word + "bbbb");
  EXPECT_FALSE(nearest(word, std::vector<std::string>{word + "bbbbb"}));
}

/// In the band that matters this is some ten million steps for each; all of them, 10^12, would
/// never end.
TEST(Nearest, LongAlikeWordsStayCheap) {
  const std::string alike(1'000'000, 'n');
  const std::vector<std::string> words = {alike + "zzzzz", alike + "yyyzz", alike + "xxxxx"};
  EXPECT_FALSE(nearest(alike + "wwwww", words));
  EXPECT_EQ(nearest(alike + "yyyyy", words), words[1]);
}

TEST(Nearest, DidYouMean) {
  const std::vector<std::string> words = {"relu"};
  EXPECT_EQ(did_you_mean("rely", words), "; did you mean 'relu'?");
  EXPECT_EQ(did_you_mean("conv", words), "");
}

}  // namespace
}  // namespace tilewave
