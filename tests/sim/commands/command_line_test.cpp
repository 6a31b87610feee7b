// The command line: what each command understands, and every refusal in its exact words.
#include "sim/commands/command_line.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "sim/commands/check_command.h"
#include "sim/commands/commands.h"
#include "sim/commands/compile_command.h"
#include "sim/commands/dram_trace_command.h"
#include "sim/commands/explain_command.h"
#include "sim/commands/help_command.h"
#include "sim/commands/run_command.h"
#include "sim/config/keys.h"
#include "tests/support/commands.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

RunCommand parse_run(const Words& words) { return test::parsed<RunCommand>(words); }
CompileCommand parse_compile(const Words& words) { return test::parsed<CompileCommand>(words); }
std::string help(const Words& words) { return test::parsed<HelpCommand>(words).text; }

std::string shipped(const std::string& name) { return TILEWAVE_SOURCE_DIR "/configs/" + name; }

std::string error_of(const Words& words) {
  return test::error_of([&] { parse_command_line(words); });
}

TEST(CommandLine, RunDefaults) {
  const RunCommand command = parse_run({"run", "gemm:64x64x64"});
  EXPECT_EQ(command.model, "gemm:64x64x64");
  EXPECT_EQ(command.program_file, std::nullopt);
  EXPECT_EQ(command.outputs.json, std::nullopt);
  EXPECT_EQ(command.outputs.vcd, std::nullopt);
  EXPECT_EQ(command.outputs.trace, std::nullopt);
  EXPECT_EQ(command.outputs.layers, std::nullopt);
  EXPECT_EQ(command.outputs.ops, std::nullopt);
  EXPECT_FALSE(command.timing_only);
  EXPECT_EQ(command.seed, 1U);
  EXPECT_EQ(command.kernel, KernelChoice::kAuto);
  EXPECT_EQ(command.verify, std::nullopt);
  EXPECT_FALSE(command.print_config);
  EXPECT_EQ(print_config(command.config), print_config(Config{}));
}

TEST(CommandLine, RunWithEverything) {
  const RunCommand command = parse_run({"run",
                                        "--json",
                                        "-",
                                        "--vcd=wave.vcd",
                                        "--vcd-ops",
                                        "3..9",
                                        "--vcd-scope=sram",
                                        "--trace=trace.json",
                                        "--layers=l.csv",
                                        "--ops=o.csv",
                                        "--program",
                                        "p.tw",
                                        "--seed",
                                        "18446744073709551615",
                                        "mlp:1x2",
                                        "--kernel=reference",
                                        "--verify",
                                        "sampled",
                                        "--sram.banks",
                                        "8"});
  EXPECT_EQ(command.model, "mlp:1x2");
  EXPECT_EQ(command.outputs.json, "-");
  EXPECT_EQ(command.outputs.vcd, "wave.vcd");
  EXPECT_EQ(command.outputs.trace, "trace.json");
  EXPECT_EQ(command.outputs.layers, "l.csv");
  EXPECT_EQ(command.outputs.ops, "o.csv");
  EXPECT_EQ(command.outputs.wave.ops->last, 9U);
  EXPECT_EQ(command.outputs.wave.scopes, std::vector<std::string>{"sram"});
  EXPECT_EQ(command.program_file, "p.tw");
  EXPECT_EQ(command.seed, 18446744073709551615U);
  EXPECT_EQ(command.kernel, KernelChoice::kReference);
  EXPECT_EQ(command.verify, VerifyChoice::kSampled);
  EXPECT_FALSE(command.print_config);
  EXPECT_TRUE(parse_run({"run", "m", "--print-config", "-c", shipped("edge.ini")}).print_config);
  EXPECT_EQ(parse_run({"run", "--program", "p.tw"}).name(), "p.tw");
  EXPECT_EQ(command.config.machine.sram.banks, 8U);
  EXPECT_TRUE(parse_run({"run", "m", "--timing-only", "--verify=off"}).timing_only);
}

TEST(CommandLine, TypesOfBuiltins) {
  const auto model = [](const Words& words) { return test::parsed<RunCommand>(words).model; };
  EXPECT_EQ(model({"run", "gemm:8x8x8", "--type=i8"}), "gemm:8x8x8:i8");
  EXPECT_EQ(model({"run", "mlp:1x2x3", "--type", "f32"}), "mlp:1x2x3:f32");
  EXPECT_EQ(parse_compile({"compile", "gemm:8x8x8", "--type=u8"}).model, "gemm:8x8x8:u8");
  EXPECT_EQ(test::parsed<ExplainCommand>({"explain", "gemm:8x8x8", "--type=bf16"}).model,
            "gemm:8x8x8:bf16");
  for (const char* command : {"run", "compile", "explain", "sweep"}) {
    EXPECT_THAT(help({command, "--help"}), HasSubstr("--type TYPE"));
  }
  const std::string no_effect = "command line: --type=i8 has no effect ";
  for (const char* command : {"run", "compile", "explain"}) {
    EXPECT_EQ(
        error_of({command, "gemm:8x8x8", "--type=i9"}),
        "command line: --type=i9 is not a choice; did you mean 'i8'?; allowed: f32, bf16, f16, "
        "i8 or u8");
    EXPECT_EQ(error_of({command, "gemm:8x8x8", "--type=i32"}),
              "command line: --type=i32 is not a choice; did you mean 'f32'?; allowed: f32, bf16, "
              "f16, i8 or u8");
    EXPECT_EQ(error_of({command, "net.onnx", "--type=i8"}),
              no_effect + "on net.onnx, whose types are its own; allowed with " + builtin_forms());
    EXPECT_EQ(error_of({command, "gemm:8x8x8:i8", "--type=i8"}),
              no_effect +
                  "on gemm:8x8x8:i8, which names its type itself; allowed: gemm:8x8x8 with "
                  "--type, or a type behind the name alone");
  }
  for (const char* command : {"run", "explain"}) {
    EXPECT_EQ(error_of({command, "--program", "p.tw", "--type=i8"}), no_effect + "without a MODEL");
  }
}

TEST(CommandLine, ShippedMachinesByName) {
  EXPECT_EQ(print_config(parse_run({"run", "m", "-c", "edge"}).config),
            print_config(parse_run({"run", "m", "-c", shipped("edge.ini")}).config));
  EXPECT_THAT(parse_run({"run", "m", "-c", "edge"}).inputs, ::testing::SizeIs(1));  // the model
  EXPECT_EQ(parse_run({"run", "m", "-c", "edge", "--sram.banks=8"}).config.machine.sram.banks, 8U);
  EXPECT_THAT(error_of({"run", "m", "-c", "egde"}),
              HasSubstr("egde: no such config file, and no machine of that name; did you mean "
                        "'edge'?; there are array-128, bandwidth-starved, "));
  EXPECT_THAT(error_of({"run", "m", "-c", "edge.ini"}), HasSubstr("edge.ini"));
}

TEST(CommandLine, Explain) {
  const auto parse_explain = [](const Words& words) { return test::parsed<ExplainCommand>(words); };
  const ExplainCommand plain = parse_explain({"explain", "m.graph"});
  EXPECT_EQ(plain.model, "m.graph");
  EXPECT_EQ(plain.program_file, std::nullopt);
  EXPECT_EQ(plain.json_file, std::nullopt);
  EXPECT_FALSE(plain.simulate);
  EXPECT_EQ(plain.path_elements, 0U);
  const ExplainCommand all = parse_explain({"explain", "--program", "p.twp", "--json=-",
                                            "--simulate", "--path", "20", "--sram.banks=8"});
  EXPECT_EQ(all.model, "");
  EXPECT_EQ(all.program_file, "p.twp");
  EXPECT_EQ(all.json_file, "-");
  EXPECT_TRUE(all.simulate);
  EXPECT_EQ(all.path_elements, 20U);
  EXPECT_EQ(all.config.machine.sram.banks, 8U);
  EXPECT_EQ(parse_explain({"explain", "m", "--program=p"}).model, "m");
}

TEST(CommandLine, Compile) {
  const CompileCommand plain = parse_compile({"compile", "m.onnx"});
  EXPECT_EQ(plain.model, "m.onnx");
  EXPECT_EQ(plain.dump, DumpChoice::kProgram);
  EXPECT_EQ(plain.output_file, "-");
  EXPECT_EQ(plain.format, ProgramFormat::kText);
  const CompileCommand binary = parse_compile(
      {"compile", "m", "-o", "m.tw", "--format=binary", "--schedule.eviction=belady"});
  EXPECT_EQ(binary.output_file, "m.tw");
  EXPECT_EQ(binary.format, ProgramFormat::kBinary);
  EXPECT_EQ(binary.config.schedule.eviction, Eviction::kBelady);
  EXPECT_EQ(parse_compile({"compile", "m", "--dump", "canonical"}).dump, DumpChoice::kCanonical);
}

TEST(CommandLine, OnnxModels) {
  const RunCommand run =
      parse_run({"run", "m.onnx", "--batch=8", "--inputs", "a.pb", "b.pb", "--expect", "dir"});
  EXPECT_EQ(run.model, "m.onnx");
  EXPECT_EQ(run.onnx.batch, 8U);
  EXPECT_EQ(run.onnx.inputs, (Words{"a.pb", "b.pb"}));
  EXPECT_EQ(run.expect_directory, "dir");
  // What is no tensor file does not belong to the list; the option may be repeated.
  EXPECT_EQ(parse_run({"run", "--inputs", "dir", "m.onnx"}).model, "m.onnx");
  EXPECT_EQ(parse_compile({"compile", "--inputs=a.pb", "m.onnx", "--inputs", "b.pb"}).onnx.inputs,
            (Words{"a.pb", "b.pb"}));
  EXPECT_EQ(error_of({"run", "m.onnx", "--batch=0"}),
            "command line: --batch=0 is out of range; allowed: 1..2147483647");
  EXPECT_THAT(error_of({"run", "m.onnx", "--batch=many"}), HasSubstr("allowed: 1..2147483647"));
  const OnnxArguments sized =
      parse_compile({"compile", "m.onnx", "--size", "seq=128", "--size=a=b=2"}).onnx;
  ASSERT_EQ(sized.sizes.size(), 2U);
  EXPECT_EQ(sized.sizes[0].name, "seq");
  EXPECT_EQ(sized.sizes[0].extent, 128U);
  EXPECT_EQ(sized.sizes[1].name, "a=b");
  EXPECT_EQ(error_of({"run", "m.onnx", "--size=N=2", "--size=N=3"}),
            "command line: --size gives 'N' twice: 2 and 3");
  EXPECT_EQ(error_of({"run", "m.onnx", "--expect=d", "--timing-only"}),
            "command line: --expect has no effect with --timing-only, which computes nothing");
  EXPECT_EQ(error_of({"run", "m.onnx", "a.pb"}),
            "command line: run takes one MODEL, but got 'm.onnx' and 'a.pb'");
}

TEST(CommandLine, Check) {
  EXPECT_EQ(test::parsed<CheckCommand>({"check", "p.tw"}).files, Words{"p.tw"});
  EXPECT_EQ(test::parsed<CheckCommand>({"check", "--", "-p"}).files, Words{"-p"});
  EXPECT_EQ(test::parsed<CheckCommand>({"check", "a", "-", "b"}).files, (Words{"a", "-", "b"}));
}

TEST(CommandLine, TheCommandLineWinsOverFilesInAnyPlace) {
  const std::string first = ::testing::TempDir() + std::to_string(getpid()) + "_tilewave_first.ini";
  const std::string second =
      ::testing::TempDir() + std::to_string(getpid()) + "_tilewave_second.ini";
  std::ofstream(first) << "[sram]\nbanks=8\nports=2\nlatency=7\n";
  std::ofstream(second) << "[sram]\nbanks=4\nports=4\n";
  const SramConfig sram =
      parse_run({"run", "--sram.banks=2", "-c", first, "m", "--config=" + second})
          .config.machine.sram;
  EXPECT_EQ(sram.banks, 2U);
  EXPECT_EQ(sram.ports, 4U);
  EXPECT_EQ(sram.latency, 7U);
  EXPECT_EQ(parse_run({"run", "m", "-c" + second, "-c", first}).config.machine.sram.ports, 2U);
  std::ofstream(second) << "[sram]\nbanks=0\n";
  EXPECT_EQ(error_of({"run", "m", "-c", second}),
            second + ":2: sram.banks=0 is out of range; allowed: 1..1024");
}

TEST(CommandLine, EveryKeyIsAnOptionInBothForms) {
  for (const ConfigKey& key : config_keys()) {
    // An illegal value proves that it reaches the key's own check.
    const std::string expected = "command line: " + key.name + "=-1 ";
    EXPECT_THAT(error_of({"run", "m", "--" + key.name + "=-1"}), HasSubstr(expected));
    EXPECT_THAT(error_of({"compile", "m", "--" + key.name, "-1"}), HasSubstr(expected));
    for (const char* command : {"run", "explain", "compile"}) {
      EXPECT_THAT(help({command, "--help"}), HasSubstr("\n  --" + key.name + " "));
    }
  }
}

TEST(CommandLine, Help) {
  for (const Words& words : std::vector<Words>{{"--help"}, {"-h"}}) {
    EXPECT_THAT(help(words), HasSubstr("Usage: tilewave COMMAND"));
    EXPECT_THAT(help(words), HasSubstr("Exit codes:"));
  }
  for (const std::string command : {"run", "explain", "compile", "check", "dram-trace"}) {
    const std::string text = help({command, "-h"});
    EXPECT_EQ(text, help({command, "whatever", "--help"}));
    EXPECT_THAT(text, HasSubstr("Usage: tilewave " + command + " "));
    EXPECT_THAT(text, HasSubstr("\nExample"));
    EXPECT_THAT(text, HasSubstr("Exit codes:"));
    EXPECT_EQ(text.find(" \n"), std::string::npos) << "trailing blanks";
  }
  EXPECT_THAT(help({"run", "--help"}),
              HasSubstr("--sram.port_bytes BYTES (=32B)           bytes per port and cycle "
                        "(1B..1KiB, a power of two)"));
  EXPECT_EQ(help({"check", "--help"}).find("--sram"), std::string::npos);
}

TEST(CommandLine, HelpOfDramTraceShowsTheKeysItTakesWithItsDefaults) {
  const std::string text = help({"dram-trace", "--help"});
  const Config defaults = test::parsed<DramTraceCommand>({"dram-trace", "t"}).config;
  for (const ConfigKey& key : config_keys()) {
    const std::string option = "\n  --" + key.name + " ";
    const bool taken =
        key.name == "clock.period" || (key.section() == "dram" && key.name != "dram.layout");
    EXPECT_EQ(text.find(option) != std::string::npos, taken) << key.name;
    if (taken) {
      EXPECT_THAT(text, ContainsRegex(option + "[^ ]+ \\(=" + key_text(key, defaults) + "\\) "));
    }
  }
  EXPECT_THAT(text, HasSubstr("--dram.model CHOICE (=banked)"));
  EXPECT_THAT(help({"run", "--help"}), HasSubstr("--dram.model CHOICE (=simple)"));
}

TEST(CommandLine, HelpIsACommandToo) {
  EXPECT_EQ(help({"help"}), help({"--help"}));
  for (const std::string& name : command_names()) {
    EXPECT_EQ(help({"help", name}), help({name, "--help"}));
  }
}

TEST(CommandLine, Version) {
  EXPECT_THAT(help({"--version"}),
              ::testing::MatchesRegex("tilewave [0-9.]+ \\(build [0-9a-f]+\\)\n"));
}

struct Wrong {
  Words words;
  std::string message;  ///< after "command line: "
};

TEST(CommandLine, Refuses) {
  const std::vector<Wrong> cases = {
      {{}, "missing command: " + command_list("or") + "; see 'tilewave --help'"},
      {{"rnu"}, "unknown command 'rnu'; did you mean 'run'?"},
      {{"simulate"}, "unknown command 'simulate'; commands are " + command_list("and")},
      {{""}, "unknown command ''; commands are " + command_list("and")},
      {{"help", "rnu"}, "unknown command 'rnu'; did you mean 'run'?"},
      {{"help", "simulate"}, "unknown command 'simulate'; commands are " + command_list("and")},
      {{"help", ""}, "the COMMAND of help is empty"},
      {{"help", "run", "sweep"}, "help takes one COMMAND, but got 'run' and 'sweep'"},
      {{"help", "--version"}, "unknown option '--version'"},
      {{"--hlep"},
       "unknown option '--hlep'; did you mean '--help'?; a command comes first: " +
           command_list("or")},
      {{"--version", "run"}, "--version takes nothing after it, but got 'run'"},
      {{"run"}, "run needs a MODEL or --program=FILE; see 'tilewave run --help'"},
      {{"explain"}, "explain needs a MODEL or --program=FILE; see 'tilewave explain --help'"},
      {{"explain", ""}, "the MODEL of explain is empty"},
      {{"explain", "a", "b"}, "explain takes one MODEL, but got 'a' and 'b'"},
      {{"explain", "m", "--path=0"}, "--path=0 is out of range; allowed: 1..1000000"},
      {{"explain", "m", "--path=x"},
       "--path=x is not a count (a plain whole number); allowed: 1..1000000"},
      {{"explain", "m", "--path"}, "--path needs a value"},
      {{"explain", "m", "--vcd=w.vcd"}, "unknown option '--vcd'"},
      {{"explain", "m", "--simulat"}, "unknown option '--simulat'; did you mean '--simulate'?"},
      {{"explain", "m", "--sram.bank=8"}, "unknown key 'sram.bank'; did you mean 'sram.banks'?"},
      {{"explain", "--program=p", "--schedule.eviction=lru"},
       "schedule.eviction=lru has no effect with --program, which is scheduled already"},
      {{"compile", "--dump=uops"}, "compile needs a MODEL; see 'tilewave compile --help'"},
      {{"check"}, "check needs a FILE; see 'tilewave check --help'"},
      {{"run", ""}, "the MODEL of run is empty"},
      {{"run", "a", "b"}, "run takes one MODEL, but got 'a' and 'b'"},
      {{"check", "a", ""}, "a FILE of check is empty"},
      {{"run", "m", "-sram.size=1MiB"}, "unknown option '-sram.size'; write --sram.size"},
      {{"run", "m", "-sram.size", "1MiB"}, "unknown option '-sram.size'; write --sram.size"},
      {{"run", "m", "-clock.period=2ns"}, "unknown option '-clock.period'; write --clock.period"},
      {{"run", "m", "-json", "x"}, "unknown option '-json'; write --json"},
      {{"compile", "m", "-output=x"}, "unknown option '-output'; write --output"},
      {{"sweep", "m", "-jobs=4"}, "unknown option '-jobs'; write --jobs"},
      {{"run", "m", "-sram.bank=8"},
       "unknown key 'sram.bank'; did you mean 'sram.banks'?; keys take two dashes"},
      {{"run", "m", "--print-config", "--json=x"},
       "--json has no effect with --print-config, which runs nothing"},
      {{"run", "m", "--timing-only", "--kernel=avx2"},
       "--kernel=avx2 has no effect with --timing-only, which computes nothing"},
      {{"run", "m", "--jsno=x"}, "unknown option '--jsno'; did you mean '--json'?"},
      {{"run", "m", "--timing"}, "unknown option '--timing'"},  // no guessing by prefix
      {{"run", "m", "-x"}, "unknown option '-x'"},
      {{"run", "m", "--=3"}, "unknown option '--'"},
      {{"run", "--=3"}, "unknown option '--'"},
      {{"run", "m", "--\nx"}, "unknown option '--\\x0ax'"},
      {{"run", "m", "--format", "text"}, "unknown option '--format'"},
      {{"run", "m", "--sram.bank=8"}, "unknown key 'sram.bank'; did you mean 'sram.banks'?"},
      {{"check", "f", "--sram.banks=8"}, "unknown option '--sram.banks'"},
      {{"run", "m", "--json"}, "--json needs a value"},
      {{"run", "m", "--json="}, "--json needs a value"},
      {{"run", "m", "--json", ""}, "--json needs a value"},
      {{"run", "m", "-c"}, "--config needs a value"},
      {{"run", "m", "--json", "--vcd", "w"}, "--json needs a value before '--vcd'"},
      {{"run", "m", "--sram.banks"}, "sram.banks needs a value; allowed: 1..1024"},
      {{"run", "m", "--sram.banks="}, "sram.banks needs a value; allowed: 1..1024"},
      {{"run", "m", "--sram.banks", "--json"}, "sram.banks needs a value before '--json'"},
      {{"run", "m", "--timing-only=yes"}, "--timing-only takes no value"},
      {{"run", "m", "--seed=1", "--seed=2"}, "--seed is given twice: '1' and '2'"},
      {{"run", "m", "--timing-only", "--timing-only"}, "--timing-only is given twice"},
      {{"run", "m", "--sram.banks=8", "--sram.banks=4"}, "sram.banks=4 is given twice; first as 8"},
      {{"run", "m", "--seed", "-1"},
       "--seed=-1 is negative (a plain whole number); allowed: 0..18446744073709551615"},
      {{"run", "m", "--seed=18446744073709551616"},
       "--seed=18446744073709551616 is too large (a plain whole number); allowed: "
       "0..18446744073709551615"},
      {{"run", "m", "--kernel=avx"},
       "--kernel=avx is not a choice; did you mean 'avx2'?; allowed: auto, avx2 or reference"},
      {{"run", "m", "--verify", "no"},
       "--verify=no is not a choice; allowed: full, sampled or off"},
      {{"run", "m", "--timing-only", "--verify=full"},
       "--verify=full has no effect with --timing-only, which computes nothing"},
      {{"run", "m", "--vcd=-"},
       "--vcd=- is not a file name; a waveform cannot go to standard output"},
      {{"run", "m", "--trace=-"},
       "--trace=- is not a file name; a timeline cannot go to standard output"},
      {{"run", "m", "--ops=-"},
       "--ops=- is not a file name; a table of ops cannot go to standard output"},
      {{"run", "m", "--dram-trace=-"},
       "--dram-trace=- is not a file name; a DRAM trace cannot go to standard output"},
      {{"run", "m", "--dram-trace-format=dramsys"},
       "--dram-trace-format has no effect without --dram-trace"},
      {{"run", "m", "--dram-trace=t", "--dram-trace-format=stl"},
       "--dram-trace-format=stl is not a choice; allowed: tilewave, dramsys, ramulator2 or "
       "ramulator2-vectors"},
      {{"run", "m", "--dram-trace=t", "--dram-trace-format=ramulator2-vectors"},
       "--dram-trace-format=ramulator2-vectors says banks and rows; allowed with "
       "dram.model=banked"},
      {{"run", "m", "--vcd-window=1us..2us"}, "--vcd-window has no effect without --vcd"},
      {{"run", "m", "--vcd-ops=1..2"}, "--vcd-ops has no effect without --vcd"},
      {{"run", "m", "--vcd-scope=bus"}, "--vcd-scope has no effect without --vcd"},
      {{"run", "m", "--vcd=w.vcd", "--vcd-window=1..2", "--vcd-ops=1..2"},
       "--vcd-window and --vcd-ops exclude each other"},
      {{"run", "m", "--vcd=w.vcd", "--vcd-window=20us..10us"},
       "--vcd-window=20us..10us ends when or before it begins"},
      {{"run", "m", "--vcd=w.vcd", "--vcd-ops=5"},
       "--vcd-ops=5 is not of the form FROM..TO, such as 1000..2000"},
      {{"run", "m", "--vcd=w.vcd", "--vcd-scope=computer"},
       "--vcd-scope='computer' is not a scope; did you mean 'compute'?; allowed: load_dma, "
       "store_dma, compute, vector, queues, sram, bus, dram"},
      {{"run", "m", "--vcd=w.vcd", "--vcd-scope=compute,vector"},
       "--vcd-scope=vector: this machine has no such unit of its own"},
      {{"run", "m", "--program=p", "--schedule.eviction=lru"},
       "schedule.eviction=lru has no effect with --program, which is scheduled already"},
      {{"run", "m", "--program=p", "--tile.m=64"},
       "tile.m=64 has no effect with --program, which is scheduled already"},
      {{"run", "m", "--compute.drain=on", "--compute.dataflow=ws"},
       "compute.drain=on has no effect with compute.dataflow=ws"},
      {{"compile", "m", "--dump=ops"},
       "--dump=ops is not a choice; did you mean 'uops'?; allowed: graph, loops, mapping, uops, "
       "schedule, "
       "program "
       "or canonical"},
      {{"compile", "m", "--dump=uops", "--format=text"},
       "--format=text has no effect with --dump=uops"},
      {{"compile", "m", "-o", "a", "--output=b"}, "--output is given twice: 'a' and 'b'"},
  };
  for (const Wrong& wrong : cases) {
    EXPECT_EQ(error_of(wrong.words), "command line: " + wrong.message);
  }
}

}  // namespace
}  // namespace tilewave
