// SPDX-License-Identifier: BSD-3-Clause
// What a command tells: one ordered list of named values, shown as a table or as one JSON object.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gridswarm/base/fields.hpp"

namespace gridswarm::app {

/// null is what JSON calls a value that does not exist (NaN is shown so too).
using Value = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string,
                           std::vector<double>, std::vector<std::string>>;

struct Entry {
  std::string name;
  Value value;
  std::string text;  ///< shown beside the value in the table, not in JSON
};

using Report = std::vector<Entry>;

/// Append every field of `source`, in the order of its table.
template <class S>
void add_fields(Report& report, const S& source) {
  for (const Field<S>& field : fields<S>())
    std::visit(
        [&](auto member) {
          report.push_back({field.name, source.*member, field.text});
        },
        field.member);
}

/// Print as one JSON object on stdout, or as an aligned table for people.
void print(const Report& report, bool json);

}  // namespace gridswarm::app
