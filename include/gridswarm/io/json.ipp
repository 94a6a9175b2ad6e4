// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <charconv>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/json.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Where the JSON reader stands.
struct JsonScanner {
  std::string_view text;
  const std::string& file;
  std::int64_t line;
  std::size_t at = 0;

  char peek(std::size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
  bool done() const { return at >= text.size(); }
  [[noreturn]] void fail(const std::string& sentence) const {
    throw InputError(file, line, sentence);
  }
};

inline bool is_json_digit(char c) { return c >= '0' && c <= '9'; }

/// Length of the UTF-8 character that begins with these bytes, 0 if it is none (overlong forms,
/// surrogates and values beyond U+10FFFF included).
inline std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t k) {
    return k < s.size() ? static_cast<unsigned char>(s[k]) : 0u;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xC0) != 0x80) return 0;
  const unsigned second = byte(1);
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  return length;
}

inline void append_utf8(std::string& to, std::uint32_t code) {
  const auto push = [&](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return push(code);
  if (code < 0x800) {
    push(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      push(0xE0 | code >> 12);
    } else {
      push(0xF0 | code >> 18);
      push(0x80 | (code >> 12 & 0x3F));
    }
    push(0x80 | (code >> 6 & 0x3F));
  }
  push(0x80 | (code & 0x3F));
}

inline void skip_space(JsonScanner& s) {
  for (;; ++s.at) {
    const char c = s.peek();
    if (c == '\n') ++s.line;
    if (s.done() || (c != ' ' && c != '\t' && c != '\r' && c != '\n')) return;
  }
}

inline std::uint32_t scan_hex4(JsonScanner& s) {
  std::uint32_t code = 0;
  const std::string_view digits = s.text.substr(s.at, 4);
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, code, 16);
  if (digits.size() < 4 || stop != end || error != std::errc())
    s.fail("\\u needs four hexadecimal digits");
  s.at += 4;
  return code;
}

/// After a backslash.
inline void scan_escape(JsonScanner& s, std::string& to) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const char c = s.peek();
  ++s.at;
  if (const std::size_t k = letters.find(c); c != '\0' && k != std::string_view::npos)
    return to.push_back(meanings[k]);
  if (c != 'u') s.fail("a backslash must be followed by one of \"\\/bfnrtu");
  std::uint32_t code = scan_hex4(s);
  if (code >= 0xD800 && code < 0xDC00) {
    if (s.peek() != '\\' || s.peek(1) != 'u') s.fail("half of a surrogate pair stands alone");
    s.at += 2;
    const std::uint32_t low = scan_hex4(s);
    if (low < 0xDC00 || low > 0xDFFF) s.fail("half of a surrogate pair stands alone");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code < 0xE000) {
    s.fail("half of a surrogate pair stands alone");
  }
  append_utf8(to, code);
}

/// At an opening quote.
inline std::string scan_text(JsonScanner& s) {
  std::string out;
  ++s.at;
  for (;;) {
    const std::size_t begin = s.at;
    while (!s.done() && s.text[s.at] != '"' && s.text[s.at] != '\\' &&
           static_cast<unsigned char>(s.text[s.at]) >= 0x20) {
      const std::size_t length = utf8_length(s.text.substr(s.at));
      if (length == 0) s.fail("a text holds bytes that are not UTF-8");
      s.at += length;
    }
    out.append(s.text.substr(begin, s.at - begin));
    if (s.done()) s.fail("a text begins here and never ends");
    const char c = s.text[s.at];
    if (c != '"' && c != '\\') s.fail("a text ends at this line or holds a control character");
    ++s.at;
    if (c == '"') return out;
    scan_escape(s, out);
  }
}

/// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
inline void scan_number(JsonScanner& s, JsonValue& value) {
  const std::size_t begin = s.at;
  const auto digits = [&] {
    const std::size_t first = s.at;
    while (is_json_digit(s.peek())) ++s.at;
    return s.at - first;
  };
  if (s.peek() == '-') ++s.at;
  const bool zero = s.peek() == '0';
  const std::size_t whole = digits();
  bool good = whole == 1 || (whole > 1 && !zero);
  if (s.peek() == '.') ++s.at, good = digits() > 0 && good;
  if (s.peek() == 'e' || s.peek() == 'E') {
    ++s.at;
    if (s.peek() == '+' || s.peek() == '-') ++s.at;
    good = digits() > 0 && good;
  }
  value.kind = JsonKind::number;
  value.text = s.text.substr(begin, s.at - begin);
  if (!good) s.fail("\"" + value.text.substr(0, 40) + "\" is no number");
  const char* end = value.text.data() + value.text.size();
  if (std::from_chars(value.text.data(), end, value.number).ec != std::errc())
    s.fail("the number " + value.text.substr(0, 40) + " is beyond what a double holds");
}

inline void scan_word(JsonScanner& s, JsonValue& value) {
  struct Word {
    std::string_view text;
    JsonKind kind;
    double number;
  };
  constexpr double huge = std::numeric_limits<double>::infinity();
  constexpr Word words[] = {{"null", JsonKind::null, 0},
                            {"true", JsonKind::boolean, 1},
                            {"false", JsonKind::boolean, 0},
                            {"NaN", JsonKind::number, std::numeric_limits<double>::quiet_NaN()},
                            {"Infinity", JsonKind::number, huge},
                            {"-Infinity", JsonKind::number, -huge}};
  for (const Word& word : words) {
    if (s.text.substr(s.at, word.text.size()) != word.text) continue;
    value.kind = word.kind;
    value.number = word.number;
    if (word.kind == JsonKind::number) value.text = word.text;
    s.at += word.text.size();
    return;
  }
  if (s.done()) s.fail("the file ends inside a value; is it cut off?");
  const auto byte = static_cast<unsigned char>(s.peek());
  s.fail(byte > 0x20 && byte < 0x7F
             ? "\"" + std::string(1, s.peek()) + "\" begins no value"
             : "a byte of value " + std::to_string(byte) + " begins no value; is this JSON?");
}

inline void refuse_double_keys(const JsonScanner& s, const JsonValue& object) {
  std::vector<const JsonValue*> sorted;
  for (const JsonValue& item : object.items) sorted.push_back(&item);
  std::sort(sorted.begin(), sorted.end(), [](const JsonValue* a, const JsonValue* b) {
    return a->key != b->key ? a->key < b->key : a < b;
  });
  for (std::size_t k = 1; k < sorted.size(); ++k)
    if (sorted[k]->key == sorted[k - 1]->key)
      throw InputError(s.file, sorted[k]->line,
                       json_text(sorted[k]->key.substr(0, 40)) +
                           " stands twice in one object; the first is in line " +
                           std::to_string(sorted[k - 1]->line));
}

inline void scan_value(JsonScanner& s, JsonValue& value, int depth);

/// At an opening bracket or brace.
inline void scan_items(JsonScanner& s, JsonValue& value, int depth) {
  const bool object = s.peek() == '{';
  const char closing = object ? '}' : ']';
  value.kind = object ? JsonKind::object : JsonKind::array;
  if (depth >= json_depth_limit)
    s.fail("values stand inside each other more than " + std::to_string(json_depth_limit) +
           " deep");
  ++s.at;
  skip_space(s);
  while (s.peek() != closing || s.done()) {
    JsonValue& item = value.items.emplace_back();
    if (object) {
      if (s.peek() != '"')
        s.fail(s.done() ? "the file ends inside an object; is it cut off?"
                        : "an object needs a name in quotes here");
      item.key = scan_text(s);
      skip_space(s);
      if (s.peek() != ':') s.fail("a colon must follow " + json_text(item.key.substr(0, 40)));
      ++s.at;
      skip_space(s);
    }
    scan_value(s, item, depth + 1);
    skip_space(s);
    if (s.peek() == ',') {
      ++s.at;
      skip_space(s);
      if (s.peek() == closing) s.fail("a value must follow the comma");
    } else if (s.done() || s.peek() != closing) {
      s.fail(std::string(s.done() ? "the file ends inside " : "a comma or the end is missing in ") +
             (object ? "an object" : "an array") + " that begins in line " +
             std::to_string(value.line));
    }
  }
  ++s.at;
  if (object) refuse_double_keys(s, value);
}

inline void scan_value(JsonScanner& s, JsonValue& value, int depth) {
  value.line = s.line;
  const char c = s.peek();
  if (c == '{' || c == '[') return scan_items(s, value, depth);
  if (c == '"') {
    value.kind = JsonKind::text;
    value.text = scan_text(s);
  } else if (is_json_digit(c) || (c == '-' && s.peek(1) != 'I')) {
    scan_number(s, value);
  } else {
    scan_word(s, value);
  }
}

}  // namespace detail

GS_INLINE JsonValue parse_json(std::string_view text, const std::string& file,
                               std::int64_t first_line) {
  detail::JsonScanner scanner{text, file, first_line};
  if (text.starts_with("\xEF\xBB\xBF")) scanner.at = 3;
  JsonValue value;
  detail::skip_space(scanner);
  if (scanner.done()) scanner.fail("is empty; a JSON value is needed");
  detail::scan_value(scanner, value, 0);
  detail::skip_space(scanner);
  if (!scanner.done()) scanner.fail("something follows the end of the JSON value");
  return value;
}

GS_INLINE const char* name_of(JsonKind kind) {
  constexpr const char* names[] = {"null",   "true or false", "a number",
                                   "a text", "an array",      "an object"};
  return names[static_cast<std::size_t>(kind)];
}

GS_INLINE const JsonValue* find(const JsonValue& object, std::string_view key) {
  if (object.kind != JsonKind::object) return nullptr;
  for (const JsonValue& item : object.items)
    if (item.key == key) return &item;
  return nullptr;
}

GS_INLINE const JsonValue& member(const JsonValue& object, std::string_view key, JsonKind kind,
                                  const std::string& file, std::string_view what) {
  const JsonValue* value = find(object, key);
  if (value == nullptr)
    throw InputError(
        file, object.line,
        std::string(what) + " has no " + json_text(key) + "; " + name_of(kind) + " is needed");
  if (value->kind != kind)
    throw InputError(file, value->line,
                     json_text(key) + " of " + std::string(what) + " is " + quoted(*value) +
                         "; it must be " + name_of(kind));
  return *value;
}

GS_INLINE std::string quoted(const JsonValue& value) {
  if (value.kind == JsonKind::number) return value.text.substr(0, 40);
  if (value.kind == JsonKind::boolean) return value.number != 0.0 ? "true" : "false";
  if (value.kind != JsonKind::text) return name_of(value.kind);
  std::size_t end = 0;
  while (end < std::min<std::size_t>(value.text.size(), 40))
    end += detail::utf8_length(std::string_view(value.text).substr(end));
  return json_text(std::string_view(value.text).substr(0, end));
}

GS_INLINE std::string json_text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace gridswarm::inline GS_ABI::io
