// SPDX-License-Identifier: BSD-3-Clause
// An HDF5 file of named dimensions, as xarray opens it.
//
// Layout: an axis is a one-dimensional dataset that is also an HDF5 dimension scale; a dataset is
// attached to one axis per dimension. Names are paths such as "town/v_pu"; an axis is looked up in
// the dataset's own group, then in the groups above. xarray shows coordinates of the opened group
// only, so give each group its own axes. Every dataset carries `units` and `long_name`; time is
// float64 with unit "seconds since 2016-01-01T00:00:00". No filter: h5repack compresses later.
//
// The file is written as PATH.tmp and takes its name in close(); what stood at PATH stays until
// then. An object destroyed without close() leaves PATH.tmp behind. One process writes, one thread
// at a time (serial HDF5). Without HDF5 (GRIDSWARM_HDF5=OFF) create() and open() throw UsageError.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::io {

/// How numbers stand in the file (memory may be any of them, HDF5 converts).
enum class Hdf5Type { f64, f32, i64, i32, i8 };

/// What a dataset says about itself.
struct Hdf5Label {
  std::string unit;       ///< CF units: "kW", "1" or "" for a dimensionless number
  std::string long_name;  ///< one phrase
};

class Hdf5File {
 public:
  /// A dataset of this file, valid until close().
  using Dataset = Index;

  /// @throws FileError when the folder is missing, not writable or the disk is full
  static Hdf5File create(const std::string& path);
  /// Read only. @throws FileError when missing or not HDF5
  static Hdf5File open(const std::string& path);
  Hdf5File(Hdf5File&&) noexcept;
  Hdf5File& operator=(Hdf5File&&) noexcept;
  ~Hdf5File();

  /// Write everything out and give the file its name. Growing datasets are cut to the rows that all
  /// of their group have. @throws FileError (disk full); PATH is then as it was before
  void close();

  /// Attribute of a group or dataset; object "" is the file itself. Groups are made as needed.
  void set_attribute(const std::string& object, const std::string& name, const std::string& value);
  void set_attribute(const std::string& object, const std::string& name, std::int64_t value);
  void set_attribute(const std::string& object, const std::string& name, double value);

  /// An axis with all its values. Strings are UTF-8.
  Dataset add_axis(const std::string& name, std::span<const double> values, const Hdf5Label& label);
  Dataset add_axis(const std::string& name, std::span<const std::int64_t> values,
                   const Hdf5Label& label);
  Dataset add_axis(const std::string& name, std::span<const std::string> values,
                   const Hdf5Label& label);
  /// A float64 axis without values yet that grows by write_rows (time of a run of unknown length).
  Dataset add_growing_axis(const std::string& name, const Hdf5Label& label);

  /// A dataset over these axes. If the first one grows, so does the dataset; else it is contiguous
  /// and rows never written hold NaN (integers: 0). @throws FileError, UsageError: no such axis
  Dataset add_dataset(const std::string& name, const std::vector<std::string>& dims,
                      const Hdf5Label& label, Hdf5Type type = Hdf5Type::f64);
  /// Texts over one axis.
  void add_texts(const std::string& name, const std::string& dim,
                 std::span<const std::string> values, const Hdf5Label& label);

  /// Write rows first_row .. first_row + rows - 1 along the first dimension. `data` is dense, the
  /// last dimension fastest, rows x (product of the other dimensions) numbers.
  void write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows, const double* data);
  void write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                  const std::int64_t* data);
  void write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                  const std::int32_t* data);
  void write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                  const std::int8_t* data);

  /// Find a dataset of a file that was opened. @throws FileError naming it
  Dataset dataset(const std::string& name);
  /// Sizes of its dimensions.
  std::vector<std::int64_t> shape(Dataset dataset) const;
  void read_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows, double* data) const;
  void read_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                 std::int64_t* data) const;
  /// All texts of a dataset. @throws FileError if it holds something else
  std::vector<std::string> read_texts(Dataset dataset) const;
  /// Is there a dataset or group of this name?
  bool has(const std::string& name) const;
  /// A number attribute. @throws FileError naming it
  double number_attribute(const std::string& object, const std::string& name) const;
  /// A text attribute. @throws FileError naming it
  std::string text_attribute(const std::string& object, const std::string& name) const;

 private:
  struct State;
  explicit Hdf5File(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Was this library built with HDF5?
bool hdf5_available();

/// Every field of `source` as an attribute of `object` (bool as 0 or 1).
template <class S>
void set_attributes(Hdf5File& file, const std::string& object, const S& source) {
  struct Write {
    Hdf5File& file;
    const std::string& object;
    const char* name;
    void operator()(bool value) const { file.set_attribute(object, name, std::int64_t{value}); }
    void operator()(std::int64_t value) const { file.set_attribute(object, name, value); }
    void operator()(double value) const { file.set_attribute(object, name, value); }
    void operator()(const std::string& value) const { file.set_attribute(object, name, value); }
  };
  for (const Field<S>& field : fields<S>())
    std::visit([&](auto member) { Write{file, object, field.name}(source.*member); }, field.member);
}

}  // namespace gridswarm::inline GS_ABI::io
