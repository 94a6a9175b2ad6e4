// SPDX-License-Identifier: BSD-3-Clause
// The JSON tree: values with their lines, and a sentence for everything that is no JSON.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/io/json.hpp"

using namespace gridswarm;
using io::JsonKind;
using io::JsonValue;
using io::parse_json;

namespace {

const std::string whole =
    "{\"version\": \"1.0\",\n \"data\": {\"node\": [\n  {\"id\": 7, \"u_rated\": 10.5e3},\n"
    "  {\"id\": -8, \"u_rated\": null, \"on\": true, \"name\": \"\\u00fc\\n\xc3\xbc\"}],\n"
    "  \"line\": [], \"x\": NaN}}\n";

/// What the refusal says; empty if the text is read.
std::string refusal(const std::string& text) {
  try {
    parse_json(text, "a.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("every value knows its line, order and spelling") {
  const JsonValue tree = parse_json(whole, "a.json");
  CHECK(tree.items.size() == 2);
  const JsonValue& data = io::member(tree, "data", JsonKind::object, "a.json", "the file");
  const JsonValue& nodes = io::member(data, "node", JsonKind::array, "a.json", "data");
  REQUIRE(nodes.items.size() == 2);
  const JsonValue* voltage = io::find(nodes.items[0], "u_rated");
  REQUIRE(voltage != nullptr);
  CHECK(voltage->number == 10500.0);
  CHECK(voltage->text == "10.5e3");
  CHECK(voltage->line == 3);
  CHECK(nodes.items[1].line == 4);
  CHECK(io::find(nodes.items[1], "id")->number == -8.0);
  CHECK(io::find(nodes.items[1], "u_rated")->kind == JsonKind::null);
  CHECK(io::find(nodes.items[1], "on")->number == 1.0);
  CHECK(io::find(nodes.items[1], "name")->text == "\xc3\xbc\n\xc3\xbc");
  CHECK(std::isnan(io::find(data, "x")->number));
  CHECK(io::find(data, "y") == nullptr);
}

TEST_CASE("JSON inside a text goes on counting where its text began") {
  CHECK(parse_json("[1,\n2]", "a.json", 40).items[1].line == 41);
}

TEST_CASE("a file cut at any byte is refused with its line") {
  for (std::size_t cut = 0; cut + 2 < whole.size(); ++cut) {
    const std::string said = refusal(whole.substr(0, cut));
    CHECK_MESSAGE(said.starts_with("a.json:"), cut);
  }
  CHECK(refusal(whole).empty());
}

TEST_CASE("what is no JSON is named") {
  const auto says = [](const std::string& text, const std::string& part) {
    const std::string said = refusal(text);
    CHECK_MESSAGE(said.find(part) != std::string::npos, text << " -> " << said);
  };
  says("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}", "a.json:3: \"a\" stands twice");
  says("[1,\n 2,]", "a.json:2: a value must follow the comma");
  says("[1 2]", "a comma or the end is missing in an array");
  says("{\"a\" 1}", "a colon must follow \"a\"");
  says("{a: 1}", "a name in quotes");
  says("\n[01]", "a.json:2: \"01\" is no number");
  says("[1.]", "is no number");
  says("[-]", "is no number");
  says("[1e999]", "beyond what a double holds");
  says("[\"\xff\"]", "not UTF-8");
  says("[\"\xed\xa0\x80\"]", "not UTF-8");
  says("[\"\\ud800\"]", "surrogate");
  says("[\"\\u12g4\"]", "four hexadecimal digits");
  says("[\"\\q\"]", "backslash");
  says("[\"a\nb\"]", "control character");
  says(std::string("[1\0]", 4), "a comma or the end is missing");
  says("\x89PNG", "is this JSON?");
  says("{} {}", "something follows");
  says("  ", "is empty");
  says(std::string(1'000'000, '['), "100 deep");
}

TEST_CASE("a missing or wrong member is named with its line") {
  const JsonValue tree = parse_json("{\n\"n\": \"x\"}", "a.json");
  CHECK_THROWS_WITH_AS(io::member(tree, "n", JsonKind::number, "a.json", "node 4"),
                       "a.json:2: \"n\" of node 4 is \"x\"; it must be a number", InputError);
  CHECK_THROWS_WITH_AS(io::member(tree, "m", JsonKind::array, "a.json", "node 4"),
                       "a.json:1: node 4 has no \"m\"; an array is needed", InputError);
}

TEST_CASE("a text written as JSON reads back as itself") {
  const std::string text = "a\"b\\c\n\x01\t\xc3\xbc";
  CHECK(parse_json(io::json_text(text), "a.json").text == text);
}

TEST_CASE("damaged files are read or refused") {
  int refused = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    std::string text = whole;
    for (std::uint32_t k = 0; k < 2; ++k) {
      const std::size_t at = draw_below(1, Stream::test, number, 3 * k, text.size());
      text[at] = static_cast<char>(draw_below(1, Stream::test, number, 3 * k + 1, 256));
    }
    refused += refusal(text).empty() ? 0 : 1;
  }
  CHECK(refused > 1000);
  CHECK(refused < 3000);
}
