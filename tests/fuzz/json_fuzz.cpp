// SPDX-License-Identifier: BSD-3-Clause
// A JSON text is refused, or its tree is the same after it was written and read again.
#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/json.hpp"

namespace gridswarm::fuzz {
namespace {

void write(const io::JsonValue& value, std::string& to) {
  using Kind = io::JsonKind;
  if (value.kind == Kind::null) to += "null";
  if (value.kind == Kind::boolean) to += value.number != 0.0 ? "true" : "false";
  if (value.kind == Kind::number) to += value.text;
  if (value.kind == Kind::text) to += io::json_text(value.text);
  if (value.kind != Kind::array && value.kind != Kind::object) return;
  const bool object = value.kind == Kind::object;
  to += object ? '{' : '[';
  for (std::size_t k = 0; k < value.items.size(); ++k) {
    if (k > 0) to += ',';
    if (object) to += io::json_text(value.items[k].key) + ":";
    write(value.items[k], to);
  }
  to += object ? '}' : ']';
}

void compare(const io::JsonValue& a, const io::JsonValue& b) {
  claim(a.kind == b.kind, "kind");
  claim(same(a.number, b.number), "number");
  claim(a.key == b.key && a.text == b.text, "text");
  claim(a.items.size() == b.items.size(), "items");
  for (std::size_t k = 0; k < a.items.size(); ++k) {
    claim(a.items[k].line >= a.line, "lines ascend");
    compare(a.items[k], b.items[k]);
  }
}

}  // namespace

void body(std::string_view text) {
  io::JsonValue first;
  try {
    first = io::parse_json(text, "fuzz.json");
  } catch (const InputError&) {
    return;
  }
  std::string written;
  write(first, written);
  compare(first, io::parse_json(written, "again.json"));
}

}  // namespace gridswarm::fuzz
