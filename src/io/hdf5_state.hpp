// SPDX-License-Identifier: BSD-3-Clause
// What Hdf5File holds: the open file, its datasets, and the steps its functions share.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/io/hdf5_file.hpp"
#include "io/hdf5_handle.hpp"

namespace gridswarm::inline GS_ABI::io {

/// One dataset of the file, axis or not.
struct Hdf5Entry {
  std::string name;
  Handle id;
  std::vector<hsize_t> shape;
  std::uint64_t row_bytes = 0;
  std::uint64_t chunk_rows = 0;  ///< growing ones only
  Index grows_with = none;       ///< the growing axis it hangs on; an axis: itself
};

/// A text of this size (closing zero included) or of H5T_VARIABLE, UTF-8.
Handle text_type(std::size_t size);

struct Hdf5File::State {
  std::string path;
  bool writing = false;
  std::uint64_t reserved = 0;  // bytes that the disk has promised
  Handle file;
  std::vector<Hdf5Entry> entries;  // after file: closed before it

  std::string open_name() const { return writing ? path + ".tmp" : path; }
  template <class Result>
  Result ok(Result result, const std::string& doing) const {
    return check_hdf5(result, path, doing);
  }

  void make_groups(const std::string& name);
  Handle open_object(const std::string& object);
  void put_attribute(hid_t object, const std::string& name, hid_t type, const void* value);
  void put_attribute(hid_t object, const std::string& name, const std::string& value);
  void put_label(hid_t dataset, const Hdf5Label& label, bool is_number);
  Index find_axis(const std::string& group, const std::string& dim) const;
  Handle layout_of(const Hdf5Entry& entry, hid_t type) const;
  Dataset add(const std::string& name, hid_t type, std::vector<hsize_t> shape, Index grows_with);
  Dataset add_axis(const std::string& name, hid_t type, std::vector<hsize_t> shape, bool grows,
                   const Hdf5Label& label);
  Dataset add_over_axes(const std::string& name, const std::vector<std::string>& dims, hid_t type,
                        const Hdf5Label& label);
  Dataset find_dataset(const std::string& name);
  std::string text_attribute(const std::string& object, const std::string& name);
  double number_attribute(const std::string& object, const std::string& name);
  std::vector<std::string> read_texts(Dataset dataset) const;
  void write_texts(Dataset dataset, std::span<const std::string> values);
  void reserve(std::uint64_t bytes);
  void grow(Hdf5Entry& entry, hsize_t rows);
  void cut_to_whole_rows();
  Handle rows_of(const Hdf5Entry& entry, hsize_t first_row, hsize_t rows) const;
  void write(Dataset dataset, std::int64_t first_row, std::int64_t rows, hid_t type,
             const void* data);
  void read(Dataset dataset, std::int64_t first_row, std::int64_t rows, hid_t type,
            void* data) const;
};

}  // namespace gridswarm::inline GS_ABI::io
