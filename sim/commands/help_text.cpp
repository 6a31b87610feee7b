// Prose and options that several commands share.
#include "sim/commands/help_text.h"

#include <sstream>

#include "compiler/graph/builtins.h"
#include "sim/commands/config_options.h"
#include "sim/commands/option_values.h"

namespace po = boost::program_options;

namespace tilewave {

const char* const kExitCodesHelp =
    "Exit codes:\n"
    "  0  done; outputs verified, unless verification was off; those of a program\n"
    "     without a model only consistent with itself\n"
    "  1  the outputs are wrong\n"
    "  2  the input is wrong: command line, config, model or program\n"
    "  3  a bug in tilewave\n"
    "  4  a sweep on a cluster is not complete yet\n"
    "  130  stopped by ctrl-C\n";

std::string models_help() {
  return "MODEL is an ONNX file (NAME.onnx), a graph or program file, '-' for standard input, or "
         "built "
         "in:\n" +
         builtin_help();
}

const char* const kConfigHelp =
    "The machine and the scheduler are configured by the keys below, in files and on the command\n"
    "line. Defaults come first, then each file of -c in turn, then --section.key=VALUE; later "
    "wins.\n"
    "A file has the same keys in [sections]; configs/default.ini has them all. Bytes take B, KiB,\n"
    "MiB, GiB; times ps, ns, us, ms; bandwidths MB/s, GB/s, GiB/s. A key that has no effect under\n"
    "the chosen model is an error.\n";

po::options_description titled_options() {
  return po::options_description("Options", kHelpColumns, kHelpTextColumns);
}

void add_config_option(po::options_description& options) {
  options.add_options()(
      "config,c", text_value(kMachinePlaceholder),
      "read config keys from FILE, or from the shipped machine NAME, such as edge; "
      "may be repeated, later wins");
}

void add_type_option(po::options_description& options) {
  options.add_options()("type", word_value("TYPE", kTypes),
                        "of a built-in model: what it multiplies, f32, bf16, f16, i8 or u8; f32 by "
                        "default");
}

void add_mapping_option(po::options_description& options) {
  options.add_options()("mapping", text_value("FILE"),
                        "tiles, loops and residency of MODEL's operators, as --dump mapping writes "
                        "them, instead of the compiler's choices");
}

void add_onnx_options(po::options_description& options) {
  options.add_options()  //
      ("batch", text_value("N"),
       "of an ONNX model: the extent of its dimension without a number")  //
      ("size", text_value("NAME=N"),
       "of an ONNX model: the extent of its dimensions of that name; may be repeated")  //
      ("inputs", text_value("FILE..."),
       "of an ONNX model: values of its inputs, as tensor files input_0.pb, input_1.npy ..., "
       "NAME.npy "
       "or an .npz with members by name, or a directory with input_N files; what is not given is "
       "drawn")  //
      ("weights", word_value("HOW", kWeights),
       "of an ONNX model with weights in other files: read, or drawn from --seed; read by default");
}

std::string help_of(const po::options_description& options) {
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

std::string model_command_help(const std::string& text, const std::string& options) {
  return text + "\n" + models_help() + "\n" + options + "\n" + kConfigHelp +
         help_of(config_options());
}

}  // namespace tilewave
