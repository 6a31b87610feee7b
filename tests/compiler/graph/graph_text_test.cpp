// The text form: reading, printing, exact messages for wrong and hostile files, round trips.
#include "compiler/graph/graph_text.h"

#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using ::testing::StartsWith;

std::string error_of(std::string_view text, const std::string& file = "m.graph") {
  return test::error_of([&] { parse_graph(text, file); });
}

TEST(GraphText, ReadsEveryStatement) {
  const Graph graph = parse_graph(
      "# a comment\r\n"
      "\n"
      "graph mlp                 # optional\r\n"
      "input  x  128x128\r\n"
      "\tparam  w1 128x64   # gr\xc3\xbc\xc3\x9f"
      "e\n"
      "param w2 64x32\n"
      "h1 = matmul x w1\n"
      "a1=relu h1\n"
      "s  = add a1 h1\n"
      "y  = matmul+relu s w2    # fused form\n"
      "output s y",
      "m.graph");
  EXPECT_EQ(to_text(graph),
            "graph mlp\n"
            "input x 128x128\n"
            "param w1 128x64\n"
            "param w2 64x32\n"
            "h1 = matmul x w1\n"
            "a1 = relu h1\n"
            "s = add a1 h1\n"
            "y = matmul+relu s w2\n"
            "output s y\n");
}

TEST(GraphText, RowVectorsCopiesAndFusedForms) {
  const std::string text =
      "graph g\ninput x 4x8\nparam w 8x6\nparam b 1x6\n"
      "h = matmul+bias x w b\na = matmul+bias+relu x w b\ns = add+relu h a\n"
      "t = add s b\ny = copy t\noutput y\n";
  EXPECT_EQ(to_text(parse_graph(text, "m.graph")), text);
  EXPECT_EQ(to_text(parse_graph("input x 4x6\nparam b 1x6\ny = add b x\noutput y\n", "g")),
            "graph g\ninput x 4x6\nparam b 1x6\ny = add b x\noutput y\n");
}

TEST(GraphText, FunctionsMapsAndExpressions) {
  const std::string head =
      "graph g\ninput x 4x6\ninput c 4x1\ninput r 1x6\ninput v 1x1\n"
      "param w 6x6\n";
  const auto printed = [&](const std::string& line) {
    const std::string tail =
        "\nu = map x c r v | add x0 x1; add t0 x2; add t1 x3\nz = copy w\n"
        "output y u z\n";
    const std::string text = to_text(parse_graph(head + "y = " + line + tail, "m.graph"));
    EXPECT_TRUE(text.starts_with(head + "y = ") && text.ends_with(tail)) << text;
    return text.substr(head.size() + 4, text.size() - head.size() - 4 - tail.size());
  };
  const std::string kept[] = {"sub x c",
                              "sub c r",
                              "mul 0.5 x",
                              "sub x 1",
                              "add x v",
                              "leakyrelu x alpha=0.1",
                              "sub+leakyrelu x 1",
                              "leakyrelu+relu x alpha=0.25",
                              "gelu r",
                              "max x -0.001",
                              "map x | relu x0; leakyrelu t0 alpha=0.25",
                              "map x | mul x0 x0",
                              "map x r | sub 1 x0; mul t0 x1",
                              "matmul x w r | add x0 x1; gelu t0",
                              "matmul+bias x w r c x | add x0 x1; mul t0 x2",
                              "matmul x w | tanh x0"};
  for (const std::string& line : kept) {
    EXPECT_EQ(printed(line), line);
  }
  // Other spellings of the same.
  EXPECT_EQ(printed("map x|relu x0"), "relu x");
  EXPECT_EQ(printed("map x c |  add x0\tx1 ;relu t0 # both"), "add+relu x c");
  EXPECT_EQ(printed("leakyrelu x alpha = 0.01"), "leakyrelu x");
  EXPECT_EQ(printed("mul 5e-1 x"), "mul 0.5 x");
  EXPECT_EQ(printed("max inf x"), "map x | max inf x0");
  EXPECT_EQ(printed("max x nan:0x7fc00001"), "map x | max x0 nan:0x7fc00001");
  EXPECT_EQ(printed("map x c | sub x1 x0"), "map x c | sub x1 x0");
}

TEST(GraphText, WrongMaps) {
  const std::string head = "input x 4x4\nparam w 4x4\nparam b 1x4\n";
  const std::string functions =
      "add, sub, mul, div, max, min, pow, fmod, mod, prelu, neg, abs, sign, floor, ceil, round, "
      "clip, reciprocal, sqrt, exp, log, sin, cos, tanh, erf, identity, relu, leakyrelu, "
      "thresholdedrelu, "
      "shrink, hardsigmoid, hardswish, softsign, sigmoid, softplus, elu, selu, celu, gelu, "
      "gelutanh, mish, rescale, less, lessorequal, greater, greaterorequal, equal, not, and, or, "
      "xor, "
      "where";
  const std::string matmul_form =
      ": expected 'matmul A B | EXPRESSION' or 'matmul+bias A B BIAS | EXPRESSION', more operands "
      "before the '|' if the expression reads them";
  const struct {
    std::string line;
    std::string message;
  } cases[] = {
      {"y = map x",
       "map 'y': expected 'map OPERAND... | EXPRESSION', such as 'map a b | sub 1 x0; mul t0 x1'"},
      {"y = map x |", "step t0: unknown function '|'; allowed: " + functions},
      {"y = map x | rleu x0",
       "step t0: unknown function 'rleu'; allowed: " + functions + "; did you mean 'relu'?"},
      {"y = map x | relu x1",
       "graph 'm': relu 'y' of x [4x4]: step t0: no operand x1; there are 1"},
      {"y = map x w | relu x0",
       "graph 'm': relu 'y' of x [4x4] and w [4x4]: no step reads operand x1"},
      {"y = map x w b x w | add x0 x1",
       "graph 'm': add 'y' of x [4x4] and w [4x4] and b [1x4] and x [4x4] and w [4x4]: 5 operands; "
       "allowed: up to 4"},
      {"y = map x | add x0 t0",
       "step t0: 't0' is not an earlier step; allowed: operands x0 to x3, numbers"},
      {"y = map x | relu x0 x0", "step t0: unexpected 'x0' after the 1 argument"},
      {"y = matmul+relu x w | relu x0", "matmul+relu 'y'" + matmul_form},
      {"y = matmul x | relu x0", "matmul 'y'" + matmul_form},
      {"y = matmul+bias x w | relu x0", "matmul+bias 'y'" + matmul_form},
      {"y = matmul x w w | relu x0",
       "graph 'm': matmul 'y' of x [4x4] and w [4x4] and w [4x4]: no step reads operand x1"},
      {"y = matmul x w b b | add x0 x1; add t0 x2; add t1 x3",
       "graph 'm': matmul 'y' of x [4x4] and w [4x4] and b [1x4] and b [1x4]: step t2: no operand "
       "x3; there are 3"},
      {"param u 5x4\ny = matmul x w u | add x0 x1",
       "graph 'm': matmul 'y' of x [4x4] and w [4x4] and u [5x4]: shapes 4x4 and 5x4 do not "
       "broadcast to that of the product"},
      {"param u 5x1\ny = add x u",
       "graph 'm': add 'y' of x [4x4] and u [5x1]: shapes 4x4 and 5x1 do not broadcast: each "
       "extent "
       "has to be equal or 1"},
      {"y = leakyrelu x beta=1", "step t0: unknown parameter 'beta'; allowed: alpha"},
      {"y = leakyrelu x alpha=abc", "step t0: 'alpha' is no number: 'abc'"},
      {"y = leakyrelu x alpha=", "leakyrelu 'y' takes 1 operand, 3 given"},
      {"y = relu x alpha=3", "step t0: 'relu' has no parameters, not 'alpha'"},
      {"y = add x 1e", "step t0: bad argument '1e'; allowed: operands x0 to x3, numbers"},
      {"y = add x 1 2", "add 'y' takes 2 operands, 3 given"},
      {"y = add x v", "no line defines tensor 'v'"},
      {"output x | relu x0",
       "an expression behind '|' belongs to an operator, such as 'y = map a b | ...', or to a "
       "param"},
  };
  for (const auto& [line, message] : cases) {
    const std::string number = line.starts_with("param") ? "5" : "4";
    EXPECT_EQ(error_of(head + line + "\noutput y\n"), "m.graph:" + number + ": " + message);
  }
  // A chain is of functions of one operand behind the first.
  for (const char* word : {"add+max", "relu+rleu", "map+relu", "+relu"}) {
    EXPECT_THAT(error_of(head + "y = " + word + " x w\noutput y\n"),
                StartsWith("m.graph:4: unknown operator '" + std::string(word) + "'; expected "));
  }
}

TEST(GraphText, TypesAreReadAndPrinted) {
  const std::string text =
      "graph m\ninput x 4x6 u8\nparam w 6x5 i8\nparam b 1x5 i32\nparam v 5x3 bf16\n"
      "s = matmul+bias x w b zeros=128,-3\n"
      "r = matmul x w -> i8 | mul 0.02 x0; round t0\n"
      "c = copy r\n"
      "h = identity s -> bf16\n"
      "y = matmul h v\n"
      "output c y\n";
  const Graph graph = parse_graph(text, "m.graph");
  EXPECT_EQ(to_text(graph), text);
  EXPECT_EQ(graph.tensor(*graph.find("s")).type, ElementType::kI32);
  EXPECT_EQ(graph.tensor(*graph.find("r")).type, ElementType::kI8);
  EXPECT_EQ(graph.tensor(*graph.find("c")).type, ElementType::kI8);
  EXPECT_EQ(graph.tensor(*graph.find("y")).type, ElementType::kF32);
}

TEST(GraphText, WrongTypes) {
  const std::string head = "input x 4x4 i8\nparam w 4x4 u8\nparam v 4x4\nparam b 1x4\n";
  const struct {
    const char* line;
    const char* message;
  } cases[] = {
      {"y = matmul x v",
       "graph 'm': matmul 'y' of x [4x4 i8] and v [4x4]: no product of i8 and f32; allowed: two of "
       "f32, bf16 or f16, or i8 and u8"},
      {"y = matmul+bias x w b",
       "graph 'm': matmul 'y' of x [4x4 i8] and w [4x4 u8] and b [1x4]: a bias of f32 of a sum of "
       "i32"},
      {"y = matmul x w zeros=1,-1",
       "graph 'm': matmul 'y' of x [4x4 i8] and w [4x4 u8]: -1 stands for zero in no tensor of u8"},
      {"y = matmul v v zeros=1,0",
       "graph 'm': matmul 'y' of v [4x4] and v [4x4]: 1 stands for zero in no tensor of f32"},
      {"y = matmul x w zeros=1", "zeros=1: expected two whole numbers, such as zeros=-3,0"},
      {"y = matmul x w -> i8",
       "graph 'm': matmul 'y' of x [4x4 i8] and w [4x4 u8]: a sum of i32 becomes i8 by an "
       "expression, such as '| identity x0'"},
      {"y = copy x -> f32",
       "graph 'm': copy 'y' of x [4x4 i8]: a copy has the type of its operand"},
      {"y = relu x -> i16", "unknown type 'i16'; allowed: f32, bf16, f16, i8, u8, i32"},
  };
  for (const auto& [line, message] : cases) {
    EXPECT_THAT(error_of(head + line + "\noutput y\n"),
                StartsWith(std::string("m.graph:5: ") + message));
  }
}

TEST(GraphText, NameDefaultsToTheStemOfTheFile) {
  const std::string text = "input x 1x1\ny = relu x\noutput y\n";
  EXPECT_EQ(parse_graph(text, "models/net.graph").name(), "net");
  EXPECT_EQ(parse_graph(text, "models/my net 2.v1.graph").name(), "my_net_2.v1");
  EXPECT_EQ(parse_graph(text, "3.graph").name(), "_3");
  EXPECT_EQ(parse_graph(text, "").name(), "_");
}

TEST(GraphText, TensorsMayBeCalledLikeKeywords) {
  const std::string text =
      "graph graph\ninput input 4x4\nparam relu 4x4\noutput = add input relu\n"
      "graph = relu output\nparam = matmul graph input\noutput output param\n";
  EXPECT_EQ(to_text(parse_graph(text, "m.graph")), text);
}

TEST(GraphText, OutputStatementsMayBeSplit) {
  EXPECT_EQ(to_text(parse_graph(
                "graph g\ninput x 1x1\na = relu x\noutput a\nb = relu a\noutput b\n", "m.graph")),
            "graph g\ninput x 1x1\na = relu x\nb = relu a\noutput a b\n");
}

TEST(GraphText, SampleModel) {
  const std::string path = std::string(TILEWAVE_SOURCE_DIR) + "/configs/models/residual.graph";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Graph graph = parse_graph(text, path);
  EXPECT_EQ(graph.name(), "residual");
  EXPECT_EQ(graph.operators().size(), 5U);
  EXPECT_EQ(graph.tensor(*graph.find("y")).shape, (Shape{50, 70}));
}

TEST(GraphText, WrongFiles) {
  const std::string head = "input x 4x4\n";
  const std::string tail = "y = relu x\noutput y\n";
  const std::string statements = "expected graph, input, param, output or NAME = OPERATOR";
  const std::string operators =
      "expected matmul, matmul+relu, matmul+bias, matmul+bias+relu, map, copy, slice, concat+rows, "
      "concat+columns, reduce+sum+columns, reduce+sum+rows, reduce+max+columns, reduce+max+rows, "
      "reduce+min+columns, reduce+min+rows, reduce+product+columns, reduce+product+rows, "
      "add, sub, mul, div, "
      "max, min, pow, fmod, mod, prelu, neg, abs, sign, floor, ceil, round, clip, reciprocal, "
      "sqrt, "
      "exp, log, sin, cos, tanh, erf, identity, relu, leakyrelu, thresholdedrelu, shrink, "
      "hardsigmoid, "
      "hardswish, softsign, sigmoid, softplus, elu, selu, celu, gelu, gelutanh, mish, "
      "rescale, less, lessorequal, greater, greaterorequal, equal, not, and, or, xor or where";
  const std::string rule =
      "a name is a letter or _ followed by letters, digits and any of _ . / : -, at most 255 bytes";
  const std::string dimension = " is not a dimension: a whole number in 1..2147483647";
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      // the file as a whole
      {"", "1: no statement; a graph needs input, param, NAME = OPERATOR and output"},
      {"# nothing\n\n", "2: no statement; a graph needs input, param, NAME = OPERATOR and output"},
      {"graph g\n", "1: no output statement; expected 'output NAME...' after the operators"},
      {head, "1: no output statement; expected 'output NAME...' after the operators"},
      {head + "y = relu x\n",
       "2: no output statement; expected 'output NAME...' after the operators"},
      {"input x 4x4\nparam w 4x4\n" + tail, "2: tensor 'w' is neither used nor an output"},
      {head + "h = relu x\n" + tail, "2: tensor 'h' is neither used nor an output"},
      // statements
      {"inptu x 4x4\n", "1: unknown statement 'inptu'; " + statements + "; did you mean 'input'?"},
      {"Param w 4x4\n", "1: unknown statement 'Param'; " + statements + "; did you mean 'param'?"},
      {head + "conv x\n", "2: unknown statement 'conv'; " + statements},
      {"= relu x\n", "1: unknown statement '='; " + statements},
      {head + "y relu x\n", "2: '=' is missing between 'y' and 'relu'"},
      {head + "graph g\n", "2: expected one 'graph NAME' as the first statement"},
      {"graph g\ngraph h\n", "2: expected one 'graph NAME' as the first statement"},
      {"graph\n", "1: expected one 'graph NAME' as the first statement"},
      {"graph a b\n", "1: expected one 'graph NAME' as the first statement"},
      {"graph 7\n", "1: graph '7': " + rule},
      {"input x\n",
       "1: expected 'input NAME ROWSxCOLS', such as 'input x 128x64', and a type if it is not f32"},
      {"param w 4 4\n", "1: shape '4': expected ROWSxCOLS, such as 128x64"},
      {"param w 4x4 i8 9\n",
       "1: expected 'param NAME ROWSxCOLS', such as 'param x 128x64', and a type if it is not f32"},
      {"param w 4x4 int8\n", "1: unknown type 'int8'; allowed: f32, bf16, f16, i8, u8, i32"},
      {"input 1x 4x4\n", "1: graph 'm': input '1x' [4x4]: " + rule},
      {head + "input x 4x4\n", "2: tensor 'x' is already defined on line 1"},
      {head + "x = relu x\n", "2: tensor 'x' is already defined on line 1"},
      // shapes
      {"input x 4\n", "1: shape '4': expected ROWSxCOLS, such as 128x64"},
      {"input x 4x4x4\n", "1: shape '4x4x4': expected ROWSxCOLS, such as 128x64"},
      {"input x 4x\n", "1: shape '4x': ''" + dimension},
      {"input x 0x4\n", "1: shape '0x4': '0'" + dimension},
      {"input x -4x4\n", "1: shape '-4x4': '-4'" + dimension},
      {"input x 4x18446744073709551620\n",
       "1: shape '4x18446744073709551620': '18446744073709551620'" + dimension},
      {"input x 2147483647x2147483647\n",
       "1: graph 'm': input 'x' [2147483647x2147483647]: 2147483647x2147483647 has "
       "4611686014132420609 elements, at most 1099511627776 are allowed"},
      // operators
      {head + "y = rleu x\n",
       "2: unknown operator 'rleu'; " + operators + "; did you mean 'relu'?"},
      {head + "y = matmul+relu+bias x x\n", "2: unknown operator 'matmul+relu+bias'; " + operators},
      {head + "y = copy x x\n", "2: copy 'y' takes 1 operand, 2 given"},
      {head + "y = matmul+bias x x\n", "2: matmul+bias 'y' takes 3 operands, 2 given"},
      {head + "y = matmul+bias x x x\n",
       "2: graph 'm': matmul 'y' of x [4x4] and x [4x4] and x [4x4]: bias 4x4 is not the row "
       "vector "
       "1x4"},
      {head + "y = matmul+bias x x z\nz = relu y\noutput z\n",
       "2: operators form a cycle: y -> z -> y (each uses the next)"},
      {head + "y =\n", "2: unknown operator ''; " + operators},
      {head + "y = = x\n", "2: unknown operator '='; " + operators},
      {head + "y = relu\n", "2: relu 'y' takes 1 operand, 0 given"},
      {head + "y = relu x x\n", "2: relu 'y' takes 1 operand, 2 given"},
      {head + "y = add x\n", "2: add 'y' takes 2 operands, 1 given"},
      {head + "y = matmul x x x\n", "2: matmul 'y' takes 2 operands, 3 given"},
      {head + "y = add x = x\n", "2: add 'y' takes 2 operands, 0 given"},  // x=x is a parameter
      {head + "param w 5x4\ny = matmul x w\n",
       "3: graph 'm': matmul 'y' of x [4x4] and w [5x4]: inner dimensions 4 and 5 differ"},
      {head + "param w 5x4\ny = add x w\n",
       "3: graph 'm': add 'y' of x [4x4] and w [5x4]: shapes 4x4 and 5x4 do not "
       "broadcast: each extent has to be equal or 1"},
      // unknown tensors
      {head + "param w1 4x4\ny = matmul x w2\n",
       "3: no line defines tensor 'w2'; did you mean 'w1'?"},
      {head + "y = relu weights\n", "2: no line defines tensor 'weights'"},
      {head + "y = relu x\noutput z\n", "3: no line defines tensor 'z'"},
      // order
      {head + "# here\ny = relu h\nh = relu x\noutput y\n",
       "3: 'h' is defined only on line 4; operators stand in topological order: move line 4 before "
       "line 3"},
      {head + "y = matmul x w\nparam w 4x4\noutput y\n",
       "2: 'w' is defined only on line 3; operators stand in topological order: move line 3 before "
       "line 2"},
      {head + "output y\ny = relu x\n",
       "2: 'y' is defined only on line 3; an output statement follows its tensor: move line 2 "
       "after "
       "line 3"},
      {head + "a = relu a\n", "2: operators form a cycle: a -> a (each uses the next)"},
      {head + "a = relu b\nb = relu a\noutput b\n",
       "2: operators form a cycle: a -> b -> a (each uses the next)"},
      {head + "a = add x b\nb = add x c\nc = add x b\noutput c\n",
       "2: operators form a cycle: b -> c -> b (each uses the next)"},
      // outputs
      {head + "output\n", "2: expected 'output NAME...'"},
      {head + tail + "output x\n",
       "4: graph 'm': input x [4x4] cannot be an output: only the result of an operator can"},
      {head + tail + "output y\n", "4: graph 'm': y [4x4] is already an output"},
      {head + "y = relu x\noutput y y\n", "3: graph 'm': y [4x4] is already an output"},
      // bytes
      {std::string("input x\0 4x4\n", 13),
       "1: byte '\\x00' in column 8; a graph file is ASCII text"},
      {head + "# \x1b[0m\n", "2: byte '\\x1b' in column 3; a graph file is ASCII text"},
      {head + "y\xff = relu x\n", "2: byte '\\xff' in column 2; a graph file is ASCII text"},
      {"input x 4x4\ry = relu x\r", "1: byte '\\x0d' in column 12; a graph file is ASCII text"},
      {"\x7f"
       "ELF\x02\x01\x01",
       "1: byte '\\x7f' in column 1; a graph file is ASCII text"},
      {head + "#" + std::string(65536, ' ') + "\n",
       "2: a line of 65537 bytes; at most 65536 are allowed"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(error_of(text), "m.graph:" + message) << text.substr(0, 200);
  }
}

TEST(GraphText, LongestLineIsAllowed) {
  EXPECT_EQ(error_of("input x 4x4 #" + std::string(65536 - 13, '.') + "\ny = relu x\noutput y\n"),
            "");
}

TEST(GraphText, LongCyclesAreShortened) {
  std::string text = "input x 1x1\n";
  for (int i = 0; i < 50000; ++i) {
    text += "t" + std::to_string(i) + " = relu t" + std::to_string((i + 1) % 50000) + "\n";
  }
  EXPECT_EQ(error_of(text),
            "m.graph:2: operators form a cycle: t0 -> t1 -> t2 -> t3 -> t4 -> t5 -> t6 -> t7 -> t8 "
            "-> t9 -> (49990 more) -> t0 (each uses the next)");
}

TEST(GraphText, FileSizeIsLimited) {
  std::string text(kMaxGraphFileBytes + 1, '\n');
  EXPECT_EQ(error_of(text), "m.graph:1: the file is larger than 67108864 bytes");
  text.pop_back();
  EXPECT_EQ(
      error_of(text),
      "m.graph:67108864: no statement; a graph needs input, param, NAME = OPERATOR and output");
}

TEST(GraphText, MessagesStayOnOneLine) {
  std::mt19937 random(7);
  const std::string valid =
      "graph g\ninput x 4x4\nparam w 4x4\nh = matmul x w\ny = relu h\noutput y\n";
  for (int i = 0; i < 20000; ++i) {
    std::string text = valid;
    for (std::size_t change = 0; change <= i % 4U; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % (i % 2 == 0 ? 256 : 128));
    }
    const std::string message = error_of(text);
    if (!message.empty()) {
      ASSERT_THAT(message, StartsWith("m.graph:")) << text;
      ASSERT_EQ(message.find('\n'), std::string::npos) << text;
    }
  }
}

TEST(GraphText, PureNoiseIsRejected) {
  std::mt19937 random(8);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 400, ' ');
    for (char& c : text) {
      c = static_cast<char>(random());
    }
    ASSERT_THAT(error_of(text), StartsWith("m.graph:"));
  }
}

/// Sources and operators mixed, odd shapes, every operator; what nobody uses is an output.
Graph random_graph(std::mt19937& random) {
  const auto draw = [&](std::size_t count) { return random() % count; };
  Graph graph("random/graph:" + std::to_string(draw(1000)));
  std::vector<TensorId> ids;
  const auto name = [&] { return "t-" + std::to_string(ids.size()) + std::string(draw(60), '.'); };
  const auto source = [&](Shape shape) {
    const std::string text = name();
    return draw(2) == 0 ? graph.add_input(text, shape) : graph.add_parameter(text, shape);
  };
  ids.push_back(source({1 + draw(200), 1 + draw(200)}));
  const std::size_t steps = 1 + draw(30);
  for (std::size_t i = 0; i < steps; ++i) {
    const TensorId x = ids[draw(ids.size())];
    const Shape shape = graph.tensor(x).shape;
    switch (draw(6)) {
      case 4:
        ids.push_back(graph.add_slice(name(), x, {0, 1 + draw(shape.rows), 0, shape.cols}));
        break;
      case 5: ids.push_back(graph.add_concat(name(), MatrixAxis::kRows, {x, x})); break;
      case 0: ids.push_back(graph.add_map(name(), "relu", {x})); break;
      case 1: ids.push_back(graph.add_copy(name(), x)); break;
      case 2: {
        const TensorId other =
            draw(3) == 0 ? x : source({draw(2) == 0 ? 1 : shape.rows, shape.cols});
        ids.push_back(other);
        ids.back() = graph.add_map(name() + "s", test::add_relu(), {x, other});
        break;
      }
      default: {
        const TensorId w = source({shape.cols, 1 + draw(200)});
        ids.push_back(w);
        std::optional<TensorId> bias;
        if (draw(2) == 0) {
          ids.push_back(*(bias = source({1, graph.tensor(w).shape.cols})));
        }
        ids.back() = graph.add_matmul(name() + "m", x, w, draw(2) == 0, bias);
      }
    }
  }
  for (TensorId id = 0; id < graph.tensors().size(); ++id) {
    if (graph.tensor(id).producer && (graph.tensor(id).users.empty() || draw(8) == 0)) {
      graph.mark_output(id);
    }
  }
  graph.verify();
  return graph;
}

TEST(GraphText, RandomGraphsRoundTrip) {
  std::mt19937 random(20240607);
  for (int i = 0; i < 2000; ++i) {
    const Graph graph = random_graph(random);
    const std::string text = to_text(graph);
    const Graph again = parse_graph(text, "other.graph");
    ASSERT_EQ(to_text(again), text);
    ASSERT_EQ(again.name(), graph.name());
    for (TensorId id = 0; id < graph.tensors().size(); ++id) {
      ASSERT_EQ(again.tensor(id).name, graph.tensor(id).name);
      ASSERT_EQ(again.tensor(id).shape, graph.tensor(id).shape);
      ASSERT_EQ(again.tensor(id).role, graph.tensor(id).role);
      ASSERT_EQ(again.tensor(id).users, graph.tensor(id).users);
    }
  }
}

}  // namespace
}  // namespace tilewave
