// SPDX-License-Identifier: BSD-3-Clause
// The steps behind Hdf5File, over the HDF5 C interface and its dimension scales.
#include "io/hdf5_state.hpp"

#include <fcntl.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <limits>
#include <system_error>

namespace gridswarm::inline GS_ABI::io {
namespace {

constexpr hsize_t chunk_bytes = 256 * 1024;   // of a growing dataset
constexpr std::uint64_t own_needs = 1 << 20;  // headers and indices between two looks at the disk

/// "town" of "town/v_pu", "" at the top.
std::string group_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? std::string() : name.substr(0, slash);
}

std::string last_word(const std::string& name) { return name.substr(name.rfind('/') + 1); }

/// So many rows in memory, in the file's own dimensions: HDF5 copies whole rows then, and single
/// numbers otherwise.
Handle dense_rows(const Hdf5Entry& entry, hsize_t rows) {
  std::vector<hsize_t> shape = entry.shape;
  shape[0] = rows;
  return Handle(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
}

}  // namespace

Handle text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, size);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/// See that the file can grow by so many bytes and what HDF5 adds to them. HDF5 does not survive a
/// full disk (it fails again, or crashes, when the process ends), so it never gets to see one.
void Hdf5File::State::reserve(std::uint64_t bytes) {
  hsize_t size = 0;
  ok(H5Fget_filesize(file, &size), "be measured");
  const std::uint64_t wanted = size + bytes + own_needs;
  if (wanted <= reserved) return;
  void* descriptor = nullptr;
  ok(H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor), "be reached");
  const std::uint64_t more = wanted + own_needs;
  const int why = posix_fallocate(*static_cast<int*>(descriptor), static_cast<off_t>(reserved),
                                  static_cast<off_t>(more - reserved));
  if (why != 0)
    throw FileError(path, "no room for " + std::to_string(more) +
                              " bytes: " + std::generic_category().message(why));
  reserved = more;
}

void Hdf5File::State::make_groups(const std::string& name) {
  for (std::size_t end = name.find('/'); !name.empty(); end = name.find('/', end + 1)) {
    const std::string group = name.substr(0, end);
    if (H5Lexists(file, group.c_str(), H5P_DEFAULT) <= 0) {
      const Handle order(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
      H5Pset_link_creation_order(order, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
      Handle made(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, order, H5P_DEFAULT), H5Gclose);
      ok<hid_t>(made, "make group " + group);
    }
    if (end == std::string::npos) return;
  }
}

Handle Hdf5File::State::open_object(const std::string& object) {
  const char* name = object.empty() ? "/" : object.c_str();
  Handle opened(H5Oopen(file, name, H5P_DEFAULT), H5Oclose);
  if (opened < 0 && writing) {
    make_groups(object);
    opened = Handle(H5Oopen(file, name, H5P_DEFAULT), H5Oclose);
  }
  ok<hid_t>(opened, "find " + object);
  return opened;
}

void Hdf5File::State::put_attribute(hid_t object, const std::string& name, hid_t type,
                                    const void* value) {
  if (H5Aexists(object, name.c_str()) > 0) H5Adelete(object, name.c_str());
  const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object, name.c_str(), type, scalar, H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  ok<hid_t>(attribute, "make attribute " + name);
  ok(H5Awrite(attribute, type, value), "write attribute " + name);
}

void Hdf5File::State::put_attribute(hid_t object, const std::string& name,
                                    const std::string& value) {
  reserve(value.size());
  put_attribute(object, name, text_type(value.size() + 1), value.c_str());
}

void Hdf5File::State::put_label(hid_t dataset, const Hdf5Label& label, bool is_number) {
  if (is_number || !label.unit.empty())
    put_attribute(dataset, "units", label.unit.empty() ? "1" : label.unit);
  if (!label.long_name.empty()) put_attribute(dataset, "long_name", label.long_name);
}

Index Hdf5File::State::find_axis(const std::string& group, const std::string& dim) const {
  std::string above = group;
  while (true) {
    const std::string wanted = above.empty() ? dim : above + "/" + dim;
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (entries[i].name == wanted && H5DSis_scale(entries[i].id) > 0)
        return static_cast<Index>(i);
    if (above.empty()) break;
    above = group_of(above);
  }
  throw UsageError(path + ": no axis " + dim + " in group \"" + group + "\" or above it");
}

/// How the numbers lie in the file: growing ones in chunks of whole rows, others in one piece.
Handle Hdf5File::State::layout_of(const Hdf5Entry& entry, hid_t type) const {
  Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (H5Tget_class(type) == H5T_FLOAT) H5Pset_fill_value(layout, H5T_NATIVE_DOUBLE, &nan);
  if (entry.chunk_rows == 0) {
    H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY);
    return layout;
  }
  std::vector<hsize_t> chunk = entry.shape;
  for (hsize_t& size : chunk) size = std::max<hsize_t>(size, 1);
  chunk[0] = entry.chunk_rows;
  ok(H5Pset_chunk(layout, static_cast<int>(chunk.size()), chunk.data()), "lay out " + entry.name);
  return layout;
}

Hdf5File::Dataset Hdf5File::State::add(const std::string& name, hid_t type,
                                       std::vector<hsize_t> shape, Index grows_with) {
  GRIDSWARM_ASSERT(writing && !shape.empty());
  Hdf5Entry entry{name, {}, std::move(shape), H5Tget_size(type), 0, grows_with};
  for (std::size_t d = 1; d < entry.shape.size(); ++d)
    entry.row_bytes *= std::max<hsize_t>(entry.shape[d], 1);
  const bool grows = grows_with != none;
  if (grows) entry.chunk_rows = std::clamp<hsize_t>(chunk_bytes / entry.row_bytes, 1, 1024);
  reserve(grows ? 0 : entry.shape[0] * entry.row_bytes);
  make_groups(group_of(name));
  const Handle layout = layout_of(entry, type);
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  H5Pset_chunk_cache(access, 1, 0, 1.0);  // rows go straight to the file, memory stays small
  std::vector<hsize_t> most = entry.shape;
  if (grows) most[0] = H5S_UNLIMITED;
  const int rank = static_cast<int>(most.size());
  const Handle space(H5Screate_simple(rank, entry.shape.data(), most.data()), H5Sclose);
  entry.id =
      Handle(H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, layout, access), H5Dclose);
  ok<hid_t>(entry.id, "make dataset " + name);
  entries.push_back(std::move(entry));
  return static_cast<Dataset>(entries.size()) - 1;
}

Hdf5File::Dataset Hdf5File::State::add_axis(const std::string& name, hid_t type,
                                            std::vector<hsize_t> shape, bool grows,
                                            const Hdf5Label& label) {
  const Index own = static_cast<Index>(entries.size());
  const Dataset axis = add(name, type, std::move(shape), grows ? own : none);
  const hid_t id = entries[axis].id;
  ok(H5DSset_scale(id, last_word(name).c_str()), "make axis " + name);
  put_label(id, label, H5Tget_class(type) != H5T_STRING);
  return axis;
}

Hdf5File::Dataset Hdf5File::State::add_over_axes(const std::string& name,
                                                 const std::vector<std::string>& dims, hid_t type,
                                                 const Hdf5Label& label) {
  if (dims.empty()) throw UsageError(path + ": " + name + " needs at least one axis");
  std::vector<Index> axes;
  std::vector<hsize_t> shape;
  for (const std::string& dim : dims) {
    axes.push_back(find_axis(group_of(name), dim));
    const Hdf5Entry& axis = entries[axes.back()];
    if (axis.grows_with != none && axes.size() > 1)
      throw UsageError(path + ": " + name + " can only grow along its first axis, not " + dim);
    shape.push_back(axis.grows_with == none ? axis.shape[0] : 0);
  }
  const Dataset dataset = add(name, type, std::move(shape), entries[axes[0]].grows_with);
  const hid_t id = entries[dataset].id;
  for (unsigned d = 0; d < axes.size(); ++d)
    ok(H5DSattach_scale(id, entries[axes[d]].id, d), "attach " + dims[d] + " to " + name);
  put_label(id, label, H5Tget_class(type) != H5T_STRING);
  return dataset;
}

Hdf5File::Dataset Hdf5File::State::find_dataset(const std::string& name) {
  Handle id(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  ok<hid_t>(id, "find dataset " + name);
  const Handle space(H5Dget_space(id), H5Sclose);
  std::vector<hsize_t> shape(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  if (shape.empty()) throw FileError(path, name + " is a single value, not rows");
  entries.push_back({name, std::move(id), std::move(shape), 0, 0, none});
  return static_cast<Dataset>(entries.size()) - 1;
}

std::string Hdf5File::State::text_attribute(const std::string& object, const std::string& name) {
  const Handle owner = open_object(object);
  const Handle attribute(H5Aopen(owner, name.c_str(), H5P_DEFAULT), H5Aclose);
  ok<hid_t>(attribute, "find attribute " + name + " of " + object);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0)
    throw FileError(path, "attribute " + name + " of " + object + " is not a fixed-length text");
  std::string value(H5Tget_size(type), '\0');
  ok(H5Aread(attribute, type, value.data()), "read attribute " + name);
  return value.c_str();
}

double Hdf5File::State::number_attribute(const std::string& object, const std::string& name) {
  const Handle owner = open_object(object);
  const Handle attribute(H5Aopen(owner, name.c_str(), H5P_DEFAULT), H5Aclose);
  ok<hid_t>(attribute, "find attribute " + name + " of " + object);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Sget_simple_extent_npoints(space) != 1)
    throw FileError(path, "attribute " + name + " of " + object + " is not one number");
  double value = 0.0;
  ok(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), "read attribute " + name);
  return value;
}

std::vector<std::string> Hdf5File::State::read_texts(Dataset dataset) const {
  const Hdf5Entry& entry = entries[dataset];
  const Handle type(H5Dget_type(entry.id), H5Tclose);
  if (H5Tis_variable_str(type) <= 0)
    throw FileError(path, entry.name + " does not hold texts of variable length");
  std::vector<char*> texts(entry.shape[0], nullptr);
  if (texts.empty()) return {};
  const Handle memory = text_type(H5T_VARIABLE);
  ok(H5Dread(entry.id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()), "read " + entry.name);
  std::vector<std::string> values;
  for (const char* text : texts) values.emplace_back(text == nullptr ? "" : text);
  const Handle space(H5Dget_space(entry.id), H5Sclose);
  H5Dvlen_reclaim(memory, space, H5P_DEFAULT, texts.data());
  return values;
}

void Hdf5File::State::write_texts(Dataset dataset, std::span<const std::string> values) {
  std::vector<const char*> texts;
  std::uint64_t bytes = 0;
  for (const std::string& value : values) {
    texts.push_back(value.c_str());
    bytes += value.size() + 64;  // HDF5 keeps some 20 bytes beside each text
  }
  if (texts.empty()) return;
  reserve(bytes);
  const Hdf5Entry& entry = entries[dataset];
  ok(H5Dwrite(entry.id, text_type(H5T_VARIABLE), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()),
     "write " + entry.name);
}

void Hdf5File::State::grow(Hdf5Entry& entry, hsize_t rows) {
  entry.shape[0] = rows;
  ok(H5Dset_extent(entry.id, entry.shape.data()), "grow " + entry.name);
}

/// A run that ended between two writes leaves datasets of different length: a row counts only when
/// all have it.
void Hdf5File::State::cut_to_whole_rows() {
  std::vector<hsize_t> rows(entries.size(), std::numeric_limits<hsize_t>::max());
  for (const Hdf5Entry& entry : entries)
    if (entry.grows_with != none)
      rows[entry.grows_with] = std::min(rows[entry.grows_with], entry.shape[0]);
  for (Hdf5Entry& entry : entries)
    if (entry.grows_with != none && entry.shape[0] != rows[entry.grows_with])
      grow(entry, rows[entry.grows_with]);
}

Handle Hdf5File::State::rows_of(const Hdf5Entry& entry, hsize_t first_row, hsize_t rows) const {
  std::vector<hsize_t> start(entry.shape.size(), 0);
  std::vector<hsize_t> count = entry.shape;
  start[0] = first_row;
  count[0] = rows;
  Handle space(H5Dget_space(entry.id), H5Sclose);
  ok(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
     "choose rows of " + entry.name);
  return space;
}

void Hdf5File::State::write(Dataset dataset, std::int64_t first_row, std::int64_t rows, hid_t type,
                            const void* data) {
  const QuietHdf5 quiet;
  GRIDSWARM_ASSERT(writing && first_row >= 0 && rows >= 0);
  Hdf5Entry& entry = entries[dataset];
  if (rows == 0) return;
  const auto end = static_cast<hsize_t>(first_row + rows);
  if (end > entry.shape[0]) {
    if (entry.grows_with == none)
      throw UsageError(path + ": " + entry.name + " has " + std::to_string(entry.shape[0]) +
                       " rows, row " + std::to_string(end - 1) + " can't be written");
    reserve((static_cast<hsize_t>(rows) + 2 * entry.chunk_rows) * entry.row_bytes);
    grow(entry, end);
  }
  const Handle space = rows_of(entry, static_cast<hsize_t>(first_row), static_cast<hsize_t>(rows));
  const Handle memory = dense_rows(entry, static_cast<hsize_t>(rows));
  ok(H5Dwrite(entry.id, type, memory, space, H5P_DEFAULT, data), "write " + entry.name);
}

void Hdf5File::State::read(Dataset dataset, std::int64_t first_row, std::int64_t rows, hid_t type,
                           void* data) const {
  const QuietHdf5 quiet;
  const Hdf5Entry& entry = entries[dataset];
  if (first_row < 0 || rows < 0 || static_cast<hsize_t>(first_row + rows) > entry.shape[0])
    throw UsageError(path + ": " + entry.name + " has " + std::to_string(entry.shape[0]) + " rows");
  if (rows == 0) return;
  const Handle space = rows_of(entry, static_cast<hsize_t>(first_row), static_cast<hsize_t>(rows));
  const Handle memory = dense_rows(entry, static_cast<hsize_t>(rows));
  ok(H5Dread(entry.id, type, memory, space, H5P_DEFAULT, data), "read " + entry.name);
}

}  // namespace gridswarm::inline GS_ABI::io
