// SPDX-License-Identifier: BSD-3-Clause
// Settings from a TOML file, read by the tables of fields.hpp.
//
// A struct with fields<S>() is filled by read_fields(table, target): keys absent from the file keep
// what the target holds. Every table remembers the keys it was asked for; refuse_unknown() then
// names the first key nobody asked for, with its line and the nearest known key. So a key is
// written in one place only, and a typing error never passes in silence.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What a value may be, for messages and checks.
struct TomlRange {
  double min = -no_limit;
  double max = no_limit;
  const char* unit = "";
};

/// One table of a TOML file: a light handle, the file's contents are shared.
class TomlTable {
 public:
  /// Does the table hold this key? Asking makes the key a known one.
  bool has(std::string_view key) const;

  /// Read one value; an absent key leaves the target and returns false.
  /// @throws InputError with file, line, key and value: wrong type, NaN, out of range, or infinite
  /// unless the target's own default is infinite
  bool read(std::string_view key, double& target, const TomlRange& range = {}) const;
  bool read(std::string_view key, std::int64_t& target, const TomlRange& range = {}) const;
  bool read(std::string_view key, bool& target, const TomlRange& range = {}) const;
  /// A string; a TOML date or date-time is accepted as its ISO 8601 text.
  bool read(std::string_view key, std::string& target, const TomlRange& range = {}) const;
  bool read(std::string_view key, std::vector<double>& target, const TomlRange& range = {}) const;
  bool read(std::string_view key, std::vector<std::string>& target,
            const TomlRange& range = {}) const;

  /// The sub-table [key], if there is one.
  std::optional<TomlTable> table(std::string_view key) const;
  /// The array of tables [[key]]; empty if there is none.
  std::vector<TomlTable> tables(std::string_view key) const;
  /// All keys in file order, for tables whose keys are the user's own names; makes them known.
  std::vector<std::string> keys() const;

  /// @throws InputError for the first key, here or in any table below, that nobody asked for
  void refuse_unknown() const;
  /// @throws InputError at the line of `key` (of the table itself if absent): for checks over keys
  [[noreturn]] void refuse(std::string_view key, const std::string& sentence) const;
  /// Name of the file, as given to read_toml.
  const std::string& file() const;

 private:
  struct Document;
  friend TomlTable parse_toml(std::string_view, const std::string&);
  TomlTable(std::shared_ptr<Document> document, const void* node, std::string path);
  const void* find(std::string_view key) const;
  template <class T>
  bool read_as(std::string_view key, T& target, const TomlRange& range) const;

  std::shared_ptr<Document> document_;
  const void* node_;
  std::string path_;  ///< "" for the file, "feeder[2]." for what stands in the third [[feeder]]
};

/// @throws FileError if the file can't be read; InputError with line if it is empty or not TOML
TomlTable read_toml(const std::string& path);
/// The same from text; `name` stands for the file in messages.
TomlTable parse_toml(std::string_view text, const std::string& name);

/// Fill every member of `target` that the table names.
template <class S>
void read_fields(const TomlTable& table, S& target) {
  for (const Field<S>& field : fields<S>())
    std::visit(
        [&](auto member) {
          table.read(field.name, target.*member, {field.min, field.max, field.unit});
        },
        field.member);
}

}  // namespace gridswarm::inline GS_ABI::io
