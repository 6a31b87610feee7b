// Puts the parts together; data are escaped so that they can never end their element.
#include "sim/pages/page.h"

#include <algorithm>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "sim/base/dump_json.h"
#include "sim/base/utf8.h"
#include "sim/pages/page_sources.h"

namespace tilewave {
namespace {

/// Nothing is fetched: no source of any kind is allowed but the scripts and styles in the document.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'";

std::string_view source(std::string_view name) {
  const auto& all = page_sources();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const EmbeddedText& t) { return t.name == name; });
  if (found == all.end()) {
    throw InternalError("no page source " + std::string(name));
  }
  return found->text;
}

void add_script(std::string& html, std::string_view name) {
  html += "<script>\n";
  html += source(name);
  html += "\n</script>\n";
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      default: html += c;
    }
  }
  return html;
}

std::string compact_json(const nlohmann::ordered_json& data) { return dump_json(data); }

std::string json_for_html(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  // Outside of strings JSON has neither of these, and inside they may be written as escapes.
  constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";
  constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (json[i] == '<') {
      safe += "\\u003c";
    } else if (rest.starts_with(kLineSeparator) || rest.starts_with(kParagraphSeparator)) {
      safe += rest.starts_with(kLineSeparator) ? "\\u2028" : "\\u2029";
      i += kLineSeparator.size() - 1;
    } else {
      safe += json[i];
    }
  }
  return safe;
}

std::string page_document(std::string_view title, const std::vector<std::string_view>& scripts,
                          std::string_view json) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"";
  html += kPolicy;
  html +=
      "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"";
  html += html_text(identity_text());
  html += "\">\n<title>";
  html += html_text(to_utf8(title));
  html += "</title>\n<style>\n";
  html += source("page");
  html +=
      "</style>\n</head>\n<body>\n<main id=\"page\"></main>\n"
      "<noscript>This report draws itself: it needs JavaScript. Its data is in the document as "
      "JSON.</noscript>\n<script type=\"application/json\" id=\"data\">\n";
  html += json_for_html(json);
  html += "\n</script>\n<!--\n";
  html += source("d3_license");
  html += "-->\n";
  add_script(html, "d3.min");
  for (const std::string_view script : scripts) {
    add_script(html, script);
  }
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace tilewave
