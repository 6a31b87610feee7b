// All the prose of --help. What the options do is command_line.cpp.
#include "sim/commands/command_help.h"

#include <sstream>

#include <boost/program_options/value_semantic.hpp>

#include "sim/base/build_identity.h"
#include "sim/config/options.h"
#include "sim/run/dram_trace_config.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "  0  done; outputs verified, unless verification was off\n"
    "  1  the outputs are wrong\n"
    "  2  the input is wrong: command line, config, model or program\n"
    "  3  a bug in tilewave\n"
    "  4  a sweep on a cluster is not complete yet\n"
    "  130  stopped by ctrl-C\n";

constexpr const char* kModels =
    "MODEL is an ONNX file (NAME.onnx), a text graph file or one of the built-in\n"
    "  mlp:BATCHxD0xD1x...   layers with ReLU after all but the last: mlp:128x128x64x32x32\n"
    "  gemm:MxKxN            one matrix product: gemm:512x512x512\n";

constexpr const char* kConfig =
    "The machine and the scheduler are configured by the keys below, in files and on the command\n"
    "line. Defaults come first, then each file of -c in turn, then --section.key=VALUE; later "
    "wins.\n"
    "A file has the same keys in [sections]; configs/default.ini has them all. Bytes take B, KiB,\n"
    "MiB, GiB; times ps, ns, us, ms; bandwidths MB/s, GB/s, GiB/s. A key that has no effect under\n"
    "the chosen model is an error.\n";

constexpr const char* kRunHelp =
    "Compiles MODEL, simulates it, checks its outputs against a reference and reports.\n\n"
    "Usage: tilewave run MODEL [-c FILE]... [--section.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave run mlp:128x128x64x32x32\n"
    "  tilewave run gemm:512x512x512 --sram.size=128KiB --compute.dataflow=ws\n"
    "  tilewave run configs/models/residual.graph -c configs/tileflow.ini --json result.json --vcd "
    "wave.vcd\n"
    "  tilewave run gemm:512x512x512 --timing-only --report run.html\n"
    "  tilewave run model.onnx --batch 8 --inputs test_data_set_0 --expect test_data_set_0\n"
    "  tilewave run gemm:4096x4096x4096 --timing-only --json -\n"
    "  tilewave run gemm:64x64x64 --dram.channels=2 --print-config > two_channels.ini\n";

constexpr const char* kSweepHelp =
    "Runs every MODEL on every combination of config values, on all cores, and says what follows:\n"
    "the best points, what is worth its cost, and which keys matter.\n\n"
    "Usage: tilewave sweep MODEL... [-c FILE]... [--section.key=VALUE]... --over KEY=VALUES... "
    "[OPTION]...\n"
    "       tilewave sweep [MODEL]... --points FILE.csv [OPTION]...\n"
    "       tilewave sweep --file FILE.ini [OPTION]...\n"
    "       tilewave sweep ... --engine slurm --dir DIR [OPTION]...\n"
    "       tilewave sweep --collect DIR [--wait] [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave sweep gemm:512x512x512 --over 'sram.size=32KiB..1MiB*2' --over "
    "dram.bandwidth=8GB/s,16GB/s\n"
    "  tilewave sweep gemm:512x512x512 mlp:128x128x64x32x32 --over dma.max_outstanding=1..16*2 "
    "--csv all.csv --report all.html\n"
    "  tilewave sweep gemm:256x256x256 --sample 200 --over 'sram.size=32KiB..4MiB' --over "
    "sram.banks=8,16,32\n\n"
    "VALUES are a list v1,v2,...; from..to*factor; from..to+step; or, with --sample, from..to. "
    "The\n"
    "last --over varies fastest. A point that does not fit, crashes or takes too long is a row "
    "with\n"
    "its status. Every result is in the store as soon as it is there: the same command again runs "
    "only\n"
    "what is missing, and tries again what timed out or crashed.\n\n"
    "With --engine slurm the points are tasks of a Slurm job array, and their results are in files "
    "of\n"
    "DIR, which all hosts have to share. --collect puts them together, submits lost tasks again, "
    "and\n"
    "writes --csv, --json and --store once all results are there (exit code 4 until then).\n";

constexpr const char* kExplainHelp =
    "Says why a program takes as long as it does: its DRAM traffic against the least there could "
    "be,\n"
    "which tiles are loaded again and for whom they had to go, the critical path through its ops,\n"
    "what keeps loads from running further ahead, and how long it would take on other machines.\n\n"
    "Usage: tilewave explain MODEL [-c FILE]... [--section.key=VALUE]... [OPTION]...\n"
    "       tilewave explain --program FILE [-c FILE]... [--section.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave explain gemm:512x512x512\n"
    "  tilewave explain mlp:128x128x64x32x32 --sram.size=16KiB --simulate\n"
    "  tilewave explain --program small.twp --path 20 --json why.json\n";

constexpr const char* kCompileHelp =
    "Compiles MODEL and writes the program, or prints any stage on the way to it.\n\n"
    "Usage: tilewave compile MODEL [-c FILE]... [--section.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave compile mlp:128x128x64x32x32 --dump uops\n"
    "  tilewave compile gemm:256x256x256 -o gemm.tw --format binary\n"
    "  tilewave compile gemm:256x256x256 --sram.size=12KiB --schedule.eviction=belady --dump "
    "schedule\n";

constexpr const char* kCheckHelp =
    "Verifies a program file, text or binary, without running it.\n\n"
    "Usage: tilewave check FILE\n\n"
    "Example:\n"
    "  tilewave check model.tw\n";

constexpr const char* kDramTraceHelp =
    "Plays a trace of accesses on the DRAM model alone and measures it: in order, at most one per\n"
    "DRAM clock, with up to N reads and N writes in flight.\n\n"
    "Usage: tilewave dram-trace FILE [-c FILE]... [--dram.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave dram-trace tiles.trace --dram.preset=ddr4-3200 --dram.address_map=P\n"
    "  tilewave dram-trace tiles.trace --dram.preset=hbm2 --dram.channels=4 --outstanding=64 "
    "--json "
    "-\n\n"
    "FILE is plain text, not compressed: lines 'R ADDRESS', 'W ADDRESS', 'T' (next tile), 'B' "
    "(wait\n"
    "for everything in flight) and '# comment'; '# tx 64' states the bytes of an access.\n";

constexpr const char* kDramTraceConfig =
    "The DRAM is configured by the keys below, in files and on the command line, later wins. A "
    "file\n"
    "may describe a whole machine; what is not about its DRAM does not matter here. clock.period "
    "is\n"
    "the clock of dram.model=simple; the banked model has that of its part.\n";

po::options_description titled_options() {
  return po::options_description("Options", kHelpColumns, kHelpTextColumns);
}

auto text_value(const char* placeholder) {
  return po::value<std::string>()->value_name(placeholder);
}

void add_common_options(po::options_description& options) {
  options.add_options()("config,c", text_value("FILE"),
                        "read config keys from FILE; may be repeated, later wins");
}

/// For ONNX models.
void add_onnx_options(po::options_description& options) {
  options.add_options()  //
      ("batch", text_value("N"),
       "of an ONNX model: the extent of its dimension without a number")  //
      ("inputs", text_value("FILE..."),
       "of an ONNX model: values of its inputs, as tensor files input_0.pb, input_1.pb ..., or the "
       "directory with them; what is not given is drawn");
}

po::options_description run_options() {
  po::options_description options = titled_options();
  add_common_options(options);
  add_onnx_options(options);
  options.add_options()  //
      ("expect", text_value("DIR"),
       "of an ONNX model: compare its outputs with DIR/output_0.pb, output_1.pb ...")     //
      ("program", text_value("FILE"), "run this program instead of compiling MODEL")      //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output")    //
      ("vcd", text_value("FILE.vcd"), "write a waveform, and FILE.gtkw to open it with")  //
      ("vcd-window", text_value("FROM..TO"),
       "of the waveform: only this time, 10us..20us or, in cycles, 5000..6000")  //
      ("vcd-ops", text_value("A..B"),
       "of the waveform: only from the first start of these ops to their last completion")  //
      ("vcd-scope", text_value("NAME,..."),
       "of the waveform: only these of load_dma, store_dma, compute, queues, sram, bus, dram")  //
      ("trace", text_value("FILE"), "write a timeline, for ui.perfetto.dev")                    //
      ("report", text_value("FILE"), "write a page to look at: one HTML file, offline")         //
      ("timing-only", "move no data: the same cycles, nothing to verify")                       //
      ("seed", text_value("N"),
       "draw inputs and weights that MODEL does not carry from seed N; 1 "
       "by default")  //
      ("kernel", text_value("KERNEL"),
       "how tiles are computed on this host: auto, avx2 or "
       "reference; auto by default")  //
      ("verify", text_value("HOW"),
       "full, sampled or off; by default full up to a stated amount "
       "of work, sampled above it")                                                    //
      ("print-config", "print the fully resolved config, which reproduces this run");  //
  return options;
}

po::options_description sweep_options() {
  po::options_description options = titled_options();
  add_common_options(options);
  options.add_options()  //
      ("over", text_value("KEY=VALUES"),
       "vary a config key; may be repeated, for all combinations")  //
      ("points", text_value("FILE"),
       "run the points of a CSV file, whose columns are config keys and 'model'")  //
      ("sample", text_value("N"),
       "instead of all combinations, N points spread over them and over ranges from..to")  //
      ("sampler", text_value("HOW"), "sobol or lhs (Latin hypercube); sobol by default")   //
      ("sample-seed", text_value("N"), "another sample for every N; 1 by default")         //
      ("file,f", text_value("FILE"),
       "read models, options ([sweep]), --over ([over]) and config keys from an INI file; the "
       "command line overrides it")  //
      ("store", text_value("FILE"),
       "keep results in this SQLite database; tilewave-sweep.sqlite by default")    //
      ("jobs,j", text_value("N"), "worker processes; as many as cores by default")  //
      ("timeout", text_value("TIME"),
       "give up a point after so long: 90s, 5min, 2h; never by default")                 //
      ("csv", text_value("FILE"), "write a row for each point; '-' is standard output")  //
      ("report", text_value("FILE"),
       "write a page to look at: heat map, Pareto fronts, table; one HTML file, offline")      //
      ("json", text_value("FILE"), "write all results and their analysis as JSON")             //
      ("timing-only", "move no data: the same cycles, nothing to verify")                      //
      ("seed", text_value("N"), "draw inputs and weights from seed N; 1 by default")           //
      ("verify", text_value("HOW"), "full, sampled or off; by the amount of work by default")  //
      ("batch", text_value("N"),
       "of ONNX models: the extent of their dimension without a number")                        //
      ("engine", text_value("WHERE"), "local, or slurm for a Slurm cluster; local by default")  //
      ("dir", text_value("DIR"), "with slurm: a new directory that all hosts share")            //
      ("chunk", text_value("N"), "with slurm: points per task of the array; 100 by default")    //
      ("partition", text_value("NAME"), "with slurm: as sbatch's --partition")                  //
      ("account", text_value("NAME"), "with slurm: as sbatch's --account")                      //
      ("slurm", text_value("OPTION"),
       "with slurm: any other option of sbatch, such as time=1:00:00; may be repeated")          //
      ("attempts", text_value("N"), "with slurm: submit a task at most so often; 3 by default")  //
      ("wait", "with slurm or --collect: wait until all results are there")                      //
      ("collect", text_value("DIR"), "put together what a cluster has come to")                  //
      ("work", text_value("DIR"), "for batch scripts: work one task of a sweep")                 //
      ("task", text_value("N"), "for batch scripts: its number");                                //
  return options;
}

po::options_description explain_options() {
  po::options_description options = titled_options();
  add_common_options(options);
  add_onnx_options(options);
  options.add_options()  //
      ("program", text_value("FILE"),
       "explain this program; it is not compiled again for the what-ifs")                 //
      ("simulate", "simulate the what-ifs too, and print the errors of the predictions")  //
      ("path", text_value("N"), "list the first N ops of the critical path")              //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output");   //
  return options;
}

po::options_description compile_options() {
  po::options_description options = titled_options();
  add_common_options(options);
  add_onnx_options(options);
  options.add_options()  //
      ("dump", text_value("STAGE"),
       "graph, loops, uops, schedule, program or canonical; program by "
       "default")                                                                              //
      ("output,o", text_value("FILE"), "write to FILE; '-', the default, is standard output")  //
      ("format", text_value("FORMAT"), "of the program: text or binary; text by default");     //
  return options;
}

po::options_description dram_trace_options() {
  po::options_description options = titled_options();
  add_common_options(options);
  options.add_options()                                                                  //
      ("outstanding", text_value("N"), "reads, and writes, in flight; 16 by default")    //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output");  //
  return options;
}

/// The keys that the command takes, with its own defaults.
po::options_description dram_trace_config_options() {
  const std::vector<SettingSource> base = {dram_trace_base()};
  return config_options(resolve_config(base),
                        [](std::string_view key) { return concerns_dram_trace(key); });
}

/// Without the blanks that Boost leaves where it breaks a line.
std::string to_text(const po::options_description& options) {
  std::ostringstream stream;
  stream << options;
  std::string text;
  for (const char c : stream.str()) {
    if (c == '\n') {
      text.erase(text.find_last_not_of(' ') + 1);
    }
    text += c;
  }
  return text;
}

}  // namespace

const std::vector<std::string>& command_names() {
  static const std::vector<std::string> names = {"run",     "sweep", "explain",
                                                 "compile", "check", "dram-trace"};
  return names;
}

po::options_description command_options(std::string_view command) {
  po::options_description options = command == "run"          ? run_options()
                                    : command == "sweep"      ? sweep_options()
                                    : command == "explain"    ? explain_options()
                                    : command == "compile"    ? compile_options()
                                    : command == "dram-trace" ? dram_trace_options()
                                                              : titled_options();
  options.add_options()("help,h", "print this help");
  return options;
}

std::string general_help() {
  return "tilewave compiles neural networks to static schedules of tile operations and simulates\n"
         "them on a SystemC model of an accelerator.\n\n"
         "Usage: tilewave COMMAND ...\n\n"
         "Commands:\n"
         "  run MODEL        compile, simulate, verify, report\n"
         "  sweep MODEL...   run many configs at once, and compare\n"
         "  explain MODEL    say why it takes as long as it does, and what would change that\n"
         "  compile MODEL    write the program, or print any stage of the compiler\n"
         "  check FILE       verify a program file\n"
         "  dram-trace FILE  play a trace on the DRAM model alone\n\n"
         "  tilewave COMMAND --help explains a command, its options and the config keys;\n"
         "  tilewave --version prints the version.\n\n" +
         std::string(kModels) +
         "\nExamples:\n"
         "  tilewave run mlp:128x128x64x32x32\n"
         "  tilewave compile gemm:256x256x256 --dump schedule\n\n" +
         kExitCodes;
}

std::string command_help(std::string_view command) {
  const std::string options = to_text(command_options(command));
  if (command == "check") {
    return std::string(kCheckHelp) + "\n" + options + "\n" + kExitCodes;
  }
  if (command == "dram-trace") {
    return std::string(kDramTraceHelp) + "\n" + options + "\n" + kDramTraceConfig +
           to_text(dram_trace_config_options()) + "\n" + kExitCodes;
  }
  const char* text = command == "run"       ? kRunHelp
                     : command == "sweep"   ? kSweepHelp
                     : command == "explain" ? kExplainHelp
                                            : kCompileHelp;
  return std::string(text) + "\n" + kModels + "\n" + options + "\n" + kConfig +
         to_text(config_options()) + "\n" + kExitCodes;
}

std::string version_text() { return identity_text() + "\n"; }

}  // namespace tilewave
