// `tilewave explain`: model → program → simulation with a timeline → analyses → report and JSON.
#include <memory>

#include "sim/base/output_file.h"
#include "sim/commands/commands.h"
#include "sim/explain/explain_json.h"
#include "sim/explain/explain_report.h"

namespace tilewave {

ExitCode explain(const ExplainCommand& command) {
  std::unique_ptr<OutputFile> json;
  if (command.json_file) {
    json = std::make_unique<OutputFile>("--json", *command.json_file);
  }
  Explanation explanation = explain_work(
      prepare({command.model, command.program_file, command.schedule_setting, command.onnx},
              command.config),
      command.config, {command.simulate});
  explanation.model = command.model;
  explanation.program = command.program_file;
  if (json) {
    json->write(explain_json(explanation, command.path_elements).dump(2) + "\n");
    json->commit();
  }
  if (!json || !json->is_standard_output()) {
    write_standard_output(explain_text(explanation, command.path_elements));
  }
  return ExitCode::kDone;
}

}  // namespace tilewave
