// A JSON result read back: a flat list of its figures by name. It knows how results are put together,
// not what is in them: a figure that is added tomorrow is one more.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace tilewave {

/// A kind of document that may be read, in the one version that is known.
struct DocumentKind {
  std::string_view schema;
  int version = 1;
};

struct Figure {
  std::string name;  ///< "dram.read_bytes", "layers[fc1].cycles": printable, from the document
  nlohmann::ordered_json value;  ///< number, text, true, false or null; a list of those is one text

  /// The object that it is in, below the document's: "dram"; empty of what is in none.
  std::string_view group() const;
};

struct ResultDocument {
  std::string file;  ///< for messages
  DocumentKind kind;
  std::vector<Figure> figures;  ///< in the order of the document; each name once
};

/// Throws InputError, one line, unless the file is a document of one of these kinds. Elements of a list
/// of objects go by the member that names them if each has one of its own, else by number.
ResultDocument read_result_document(const std::string& path, std::span<const DocumentKind> kinds);

/// The same of its text.
ResultDocument parse_result_document(const std::string& file, const std::string& text,
                                     std::span<const DocumentKind> kinds);

}  // namespace tilewave
