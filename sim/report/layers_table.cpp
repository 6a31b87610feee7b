// The columns, and what is made of them.
#include "sim/report/layers_table.h"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/base/text.h"
#include "compiler/program/opcodes.h"
#include "sim/base/csv.h"
#include "sim/base/dump_json.h"
#include "sim/report/json_place.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  const Layer& layer;
  const LayerFigures& figures;
};

struct Column {
  std::string name;
  std::string_view unit;  ///< empty: a count, a share of 1 or a text
  std::function<Json(const Row&)> value;
  bool of_time = false;  ///< what belongs to no layer has it, too
};

/// Null where it is not defined.
Json quotient(double numerator, double denominator) {
  return denominator > 0 ? Json(numerator / denominator) : Json(nullptr);
}

/// What derived figures of a row are made of.
class Machine {
 public:
  explicit Machine(const RunOutcome& outcome)
      : compute_(outcome.config.machine.compute),
        run_peak_(outcome.work().peak_macs_per_cycle),
        period_seconds_(outcome.config.machine.clock_period.seconds()) {}

  static Cycle core_cycles(const Row& row) {
    Cycle sum = 0;
    for (const Cycle cycles : row.figures.cycles[index_of(Engine::kCompute)]) {
      sum += cycles;
    }
    return sum;
  }
  static Cycle core_busy(const Row& row) {
    return row.figures
        .cycles[index_of(Engine::kCompute)][static_cast<std::size_t>(EngineState::kBusy)];
  }
  std::uint64_t array_slots(const Row& row) const { return core_cycles(row) * peak(row); }
  std::uint64_t busy_slots(const Row& row) const { return core_busy(row) * peak(row); }

  Json gflops(const Row& row) const {
    constexpr double kFlopsPerGflop = 1e9;
    return row.layer.macs == 0 ? Json(nullptr)
                               : quotient(flops(row) / kFlopsPerGflop,
                                          static_cast<double>(core_cycles(row)) * period_seconds_);
  }
  static Json intensity(const Row& row) {
    const std::uint64_t bytes = row.layer.read_bytes + row.layer.write_bytes;
    return row.layer.macs == 0 ? Json(nullptr) : quotient(flops(row), static_cast<double>(bytes));
  }

 private:
  /// Of the types that the row multiplies, the fastest; of rows without products, the run's.
  std::uint64_t peak(const Row& row) const {
    return row.layer.factors.none() ? run_peak_ : compute_.peak_macs_per_cycle(row.layer.factors);
  }
  static double flops(const Row& row) { return 2.0 * static_cast<double>(row.layer.macs); }

  ComputeConfig compute_;
  std::uint64_t run_peak_;
  double period_seconds_;
};

void add_product(std::vector<Column>& columns) {
  const auto add = [&](const char* name, std::uint64_t ProductShape::*extent) {
    columns.push_back({name, "", [extent](const Row& row) {
                         const std::optional<ProductShape>& product = row.layer.product;
                         return product ? Json((*product).*extent) : Json(nullptr);
                       }});
  };
  add("m", &ProductShape::m);
  add("n", &ProductShape::n);
  add("k", &ProductShape::k);
}

void add_work(std::vector<Column>& columns, const Machine& machine) {
  const auto part = [](std::uint64_t of, std::uint64_t whole) {
    return quotient(static_cast<double>(of), static_cast<double>(whole));
  };
  columns.push_back({"macs", "", [](const Row& row) { return row.layer.macs; }});
  columns.push_back(
      {"padding_macs", "", [](const Row& row) { return row.layer.step_macs - row.layer.macs; }});
  columns.push_back({"compute.slots", "", [](const Row& row) { return row.figures.slots; }});
  columns.push_back(
      {"array_slots", "", [=](const Row& row) { return machine.array_slots(row); }, true});
  columns.push_back({"utilisation.total", "", [=](const Row& row) {
                       return part(row.layer.macs, machine.array_slots(row));
                     }});
  columns.push_back({"utilisation.spatial", "", [=](const Row& row) {
                       return part(row.layer.macs, machine.busy_slots(row));
                     }});
  columns.push_back({"utilisation.temporal", "", [=](const Row& row) {
                       return part(Machine::core_busy(row), Machine::core_cycles(row));
                     }});
  columns.push_back({"utilisation.fill", "",
                     [=](const Row& row) { return part(row.layer.macs, row.figures.slots); }});
}

void add_ops(std::vector<Column>& columns) {
  for (std::size_t opcode = 0; opcode < kOpcodeCount; ++opcode) {
    columns.push_back({"ops." + std::string(kOpcodeRules[opcode].word), "",
                       [opcode](const Row& row) { return row.layer.ops[opcode]; }});
  }
}

void add_states(std::vector<Column>& columns, const Units& units) {
  for (const Engine unit : units.all()) {
    for (std::size_t state = 0; state < kEngineStateCount; ++state) {
      columns.push_back({std::string("engines.") + to_string(unit) + "." +
                             to_string(static_cast<EngineState>(state)),
                         "cycles",
                         [=](const Row& row) { return row.figures.cycles[index_of(unit)][state]; },
                         true});
    }
  }
}

std::vector<Column> columns_of(const Units& units, const Machine& machine) {
  std::vector<Column> columns = {
      {"layer", "", [](const Row& row) { return row.layer.name; }},
      {"kind", "", [](const Row& row) { return row.layer.kind; }},
      {"type", "",
       [](const Row& row) {
         return row.layer.type ? Json(to_string(*row.layer.type)) : Json(nullptr);
       }},
      {"factors", "",
       [](const Row& row) {
         const std::vector<std::string> names = names_of(row.layer.factors);
         return names.empty() ? Json(nullptr) : Json(joined(names));
       }},
  };
  add_product(columns);
  add_work(columns, machine);
  add_ops(columns);
  add_states(columns, units);
  columns.push_back({"dram.read_bytes", "B", [](const Row& row) { return row.layer.read_bytes; }});
  columns.push_back(
      {"dram.write_bytes", "B", [](const Row& row) { return row.layer.write_bytes; }});
  columns.push_back({"start", "cycle", [](const Row& row) {
                       return row.figures.start ? Json(*row.figures.start) : Json(nullptr);
                     }});
  columns.push_back({"end", "cycle", [](const Row& row) {
                       return row.figures.start ? Json(row.figures.end) : Json(nullptr);
                     }});
  columns.push_back(
      {"roofline.achieved_gflops", "GFLOP/s", [=](const Row& row) { return machine.gflops(row); }});
  columns.push_back(
      {"arithmetic_intensity", "FLOP/B", [](const Row& row) { return Machine::intensity(row); }});
  return columns;
}

void add_row(std::string& text, const std::vector<Column>& columns, const Row& row) {
  for (const Column& column : columns) {
    const Json value = column.value(row);
    text += &column == &columns.front() ? "" : ",";
    text += value.is_null()     ? ""
            : value.is_string() ? csv_field(value.get<std::string>())
                                : dump_json(value);
  }
  text += '\n';
}

}  // namespace

std::string layers_csv(const LayerAccount& account, const RunOutcome& outcome) {
  const std::vector<Column> columns = columns_of(account.units(), Machine(outcome));
  std::string text;
  for (const Column& column : columns) {
    text += (text.empty() ? "" : ",") + csv_head(column.name, column.unit);
  }
  text += '\n';
  const std::vector<Layer>& layers = account.layers().all;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    add_row(text, columns, {layers[i], account.figures()[i]});
  }
  Layer none;
  none.name = "no layer";
  add_row(text, columns, {none, account.figures().back()});
  return text;
}

Json layers_json(const LayerAccount& account, const RunOutcome& outcome) {
  const std::vector<Column> columns = columns_of(account.units(), Machine(outcome));
  Json all = Json::array();
  const std::vector<Layer>& layers = account.layers().all;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Json& json = all.emplace_back();
    for (const Column& column : columns) {
      json[json_place(column.name)] = column.value({layers[i], account.figures()[i]});
    }
  }
  return all;
}

Json no_layer_json(const LayerAccount& account, const RunOutcome& outcome) {
  Json json;
  const Layer none;
  for (const Column& column : columns_of(account.units(), Machine(outcome))) {
    if (column.of_time) {
      json[json_place(column.name)] = column.value({none, account.figures().back()});
    }
  }
  return json;
}

}  // namespace tilewave
