// A page's document: data stays data whatever it holds.
#include "sim/pages/page.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/pages/page_sources.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

TEST(Page, JsonCannotEndItsScriptElement) {
  const Json data = {{"a</script>", "<!--<script>\xE2\x80\xA8\xE2\x80\xA9 \\u003c & é"},
                     {"cycles", 9007199254740991}};
  const std::string text = json_for_html(compact_json(data));
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80"), std::string::npos);
  EXPECT_EQ(Json::parse(text), data);
}

TEST(Page, BytesThatAreNoTextAreReplaced) {
  EXPECT_EQ(compact_json({{"name", "a\xFF"}}), "{\"name\":\"a\xEF\xBF\xBD\"}");
}

TEST(Page, TheTitleIsText) {
  EXPECT_NE(page_document("a<b>&\"c\"", {}, "null").find("<title>a&lt;b&gt;&amp;&quot;c&quot;<"),
            std::string::npos);
}

TEST(Page, NoSourceEndsItsElement) {
  for (const EmbeddedText& source : page_sources()) {
    EXPECT_EQ(source.text.find("</script"), std::string::npos) << source.name;
    EXPECT_EQ(source.text.find("</style"), std::string::npos) << source.name;
    EXPECT_EQ(source.text.find("<!--"), std::string::npos) << source.name;
  }
  EXPECT_THROW(page_document("", {"no_such_script"}, "null"), InternalError);
}

}  // namespace
}  // namespace tilewave
