// What `tilewave sweep` can be asked, and its help. What it means is sweep_arguments.cpp and
// cluster_arguments.cpp.
#include "sim/commands/sweep_options.h"

#include <memory>
#include <string>

#include "sim/commands/cluster_arguments.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/commands/sweep_command.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
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
    "sram.banks=8,16,32\n"
    "  tilewave sweep 'gemm:{m}x768x3072' mlp:64x784x10 --over model.m=1,16,256 --over "
    "sram.banks=8,16 "
    "--goal 'geomean(cycles)'\n\n"
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

}  // namespace

po::options_description sweep_options() {
  po::options_description options = titled_options();
  add_config_option(options);
  options.add_options()  //
      ("over", text_value("KEY=VALUES"),
       "vary a config key, or the placeholder {NAME} of a built-in MODEL as model.NAME; may be "
       "repeated, "
       "for all combinations")  //
      ("points", text_value("FILE"),
       "run the points of a CSV file, whose columns are config keys and 'model'")  //
      ("sample", text_value("N"),
       "instead of all combinations, N points spread over them and over ranges from..to")  //
      ("sampler", word_value("HOW", kSamplers),
       "sobol or lhs (Latin hypercube); sobol by default")                          //
      ("sample-seed", text_value("N"), "another sample for every N; 1 by default")  //
      ("file,f", text_value("FILE"),
       "read models, options ([sweep]), --over ([over]) and config keys from an INI file; the "
       "command line overrides it")  //
      ("where", text_value("CONDITION"),
       "of the results, show only points that fulfil it, such as 'utilisation>0.5'; may be "
       "repeated, "
       "all have to hold")  //
      ("goal", text_value("GOAL"),
       "compare machines by sum(METRIC) or geomean(METRIC) over all MODELs, such as sum(cycles)")  //
      ("weight", text_value("MODEL=W"),
       "of the goal: what a MODEL counts; may be repeated, for each MODEL")  //
      ("store", text_value("FILE"),
       "keep results in this SQLite database; tilewave-sweep.sqlite by default")    //
      ("jobs,j", text_value("N"), "worker processes; as many as cores by default")  //
      ("timeout", text_value("TIME"),
       "give up a point after so long: 90s, 5min, 2h; never by default")                 //
      ("csv", text_value("FILE"), "write a row for each point; '-' is standard output")  //
      ("report", text_value("FILE"),
       "write a page to look at: heat map, Pareto fronts, table; one HTML file, offline")  //
      ("json", text_value("FILE"), "write all results and their analysis as JSON")         //
      ("type", word_value("TYPE", kTypes),
       "of the built-in models: what they multiply, f32, bf16, f16, i8 or u8; f32 by default")  //
      ("timing-only", "move no data: the same cycles, nothing to verify")                       //
      ("seed", text_value("N"), "draw inputs and weights from seed N; 1 by default")            //
      ("verify", word_value("HOW", kVerify),
       "full, sampled or off; by the amount of work by default")  //
      ("batch", text_value("N"),
       "of ONNX models: the extent of their dimension without a number")  //
      ("size", text_value("NAME=N"),
       "of ONNX models: the extent of their dimensions of that name; may be repeated")  //
      ("weights", word_value("HOW", kWeights),
       "of ONNX models with weights in other files: read, or drawn from --seed; read by default")  //
      ("engine", word_value("WHERE", kEngines),
       "local, or slurm for a Slurm cluster; local by default")                               //
      ("dir", text_value("DIR"), "with slurm: a new directory that all hosts share")          //
      ("chunk", text_value("N"), "with slurm: points per task of the array; 100 by default")  //
      ("partition", text_value("NAME"), "with slurm: as sbatch's --partition")                //
      ("account", text_value("NAME"), "with slurm: as sbatch's --account")                    //
      ("slurm", text_value("OPTION"),
       "with slurm: any other option of sbatch, such as time=1:00:00; may be repeated")          //
      ("attempts", text_value("N"), "with slurm: submit a task at most so often; 3 by default")  //
      ("wait", "with slurm or --collect: wait until all results are there")                      //
      ("collect", text_value("DIR"), "put together what a cluster has come to")                  //
      ("work", text_value("DIR"), "for batch scripts: work one task of a sweep")                 //
      ("task", text_value("N"), "for batch scripts: its number");                                //
  return options;
}

CommandEntry sweep_entry() {
  return {
      .name = "sweep",
      .operand = "MODEL...",
      .summary = "run many configs at once, and compare",
      .options = sweep_options,
      .help = [](const std::string& text) { return model_command_help(kHelp, text); },
      .parse = parse_any_sweep,
  };
}

}  // namespace tilewave
