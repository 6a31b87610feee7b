// Softmax in front of a product: which is rewritten, and how.
#include "compiler/graph/softmax.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"

namespace tilewave {
namespace {

constexpr const char* kSources = "graph g\ninput s 64x96\ninput v 96x32\n";
constexpr const char* kLargest = "m = reduce+max+columns s\n";

std::string rewritten(const std::string& statements) {
  const std::string text =
      to_text(with_late_normalization(parse_graph(kSources + statements, "g")));
  EXPECT_EQ(text.rfind(kSources, 0), 0U) << text;
  return text.substr(std::string(kSources).size());
}

void expect_unchanged(const std::string& statements) {
  const Graph graph = parse_graph(kSources + statements, "g");
  EXPECT_EQ(to_text(with_late_normalization(graph)), to_text(graph));
}

const std::string kFour = std::string(kLargest) +
                          "e = sub+exp s m\n"
                          "l = reduce+sum+columns e\n"
                          "p = div e l\n";

TEST(Softmax, TheProductIsDividedNotItsWeights) {
  EXPECT_EQ(rewritten(kFour + "y = matmul p v\noutput y\n"),
            std::string(kLargest) +
                "e = sub+exp s m -> f32\n"
                "l = reduce+sum+columns e\n"
                "y = matmul e v l | div x0 x1\noutput y\n");
}

TEST(Softmax, InThreeOperatorsExponentialsAreTakenOnce) {
  EXPECT_EQ(rewritten(std::string(kLargest) + "l = reduce+sum+columns s m | sub x0 x1; exp t0\n"
                                              "p = map s m l | sub x0 x1; exp t0; div t1 x2\n"
                                              "y = matmul p v\noutput y\n"),
            std::string(kLargest) +
                "p = sub+exp s m -> f32\n"
                "l = reduce+sum+columns p\n"
                "y = matmul p v l | div x0 x1\noutput y\n");
}

TEST(Softmax, WhatIsDoneWithTheProductComesBehind) {
  const std::string more = "input r 64x32\n";
  EXPECT_NE(rewritten(more + kFour + "y = matmul p v r | add x0 x1; relu t0\noutput y\n")
                .find("y = matmul e v l r | div x0 x1; add t0 x2; relu t1"),
            std::string::npos);
  EXPECT_NE(rewritten(kFour + "y = matmul+relu p v\noutput y\n")
                .find("y = matmul e v l | div x0 x1; relu t0"),
            std::string::npos);
}

TEST(Softmax, WhatIsNoneStays) {
  // Weights that somebody else reads; a sum of other exponentials; no largest value; the largest of something else; a
  // bias, which is added before expressions; the right factor.
  expect_unchanged(kFour + "y = matmul p v\noutput y\noutput p\n");
  expect_unchanged(kFour + "z = relu p\ny = matmul p v\noutput y\noutput z\n");
  expect_unchanged(std::string(kLargest) +
                   "e = sub+exp s m\nl = reduce+sum+columns s\np = div e l\n"
                   "y = matmul p v\noutput y\n");
  expect_unchanged(
      "input m 64x1\ne = sub+exp s m\nl = reduce+sum+columns e\np = div e l\n"
      "y = matmul p v\noutput y\n");
  expect_unchanged(
      "input t 64x96\nm = reduce+max+columns t\ne = sub+exp s m\nl = reduce+sum+columns e\np = div "
      "e l\n"
      "y = matmul p v\noutput y\n");
  expect_unchanged("input b 1x32\n" + kFour + "y = matmul+bias p v b\noutput y\n");
  expect_unchanged("input u 32x64\n" + kFour + "y = matmul u p\nz = relu v\noutput y\noutput z\n");
}

}  // namespace
}  // namespace tilewave
