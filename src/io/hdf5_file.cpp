// SPDX-License-Identifier: BSD-3-Clause
// The public face of Hdf5File; hdf5_state.cpp does the work.
#include "gridswarm/io/hdf5_file.hpp"

#include <filesystem>
#include <system_error>

#include "gridswarm/io/file.hpp"
#include "io/hdf5_state.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace {

hid_t file_type(Hdf5Type type) {
  switch (type) {
    case Hdf5Type::f64: return H5T_IEEE_F64LE;
    case Hdf5Type::f32: return H5T_IEEE_F32LE;
    case Hdf5Type::i64: return H5T_STD_I64LE;
    case Hdf5Type::i32: return H5T_STD_I32LE;
    case Hdf5Type::i8: return H5T_STD_I8LE;
  }
  return H5I_INVALID_HID;
}

}  // namespace

bool hdf5_available() { return true; }

Hdf5File::Hdf5File(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() {
  const QuietHdf5 quiet;
  state_.reset();
}

Hdf5File Hdf5File::create(const std::string& path) {
  if (is_written_in_place(path))
    throw FileError(path, "is a device or a pipe, in which HDF5 can't go back; give a file");
  const QuietHdf5 quiet;
  auto state = std::make_unique<State>();
  state->path = path;
  state->writing = true;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  const Handle order(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_link_creation_order(order, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  state->file =
      Handle(H5Fcreate(state->open_name().c_str(), H5F_ACC_TRUNC, order, access), H5Fclose);
  state->ok<hid_t>(state->file, "be created");
  return Hdf5File(std::move(state));
}

Hdf5File Hdf5File::open(const std::string& path) {
  const QuietHdf5 quiet;
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  state->ok<hid_t>(state->file, "be opened as HDF5");
  return Hdf5File(std::move(state));
}

void Hdf5File::close() {
  const QuietHdf5 quiet;
  State& state = *state_;
  if (state.file < 0) return;
  hsize_t size = 0;
  if (state.writing) {
    state.cut_to_whole_rows();
    state.ok(H5Fflush(state.file, H5F_SCOPE_GLOBAL), "be written to its end");
    state.ok(H5Fget_filesize(state.file, &size), "be measured");
  }
  for (Hdf5Entry& entry : state.entries) state.ok(entry.id.close(), "close " + entry.name);
  state.ok(state.file.close(), "be closed");
  if (!state.writing) return;
  std::error_code error;
  std::filesystem::resize_file(state.open_name(), size, error);  // what was reserved beyond
  if (!error) std::filesystem::rename(state.open_name(), state.path, error);
  if (error)
    throw FileError(state.path, "can't be given its name (" + error.message() +
                                    "); the results are in " + state.open_name());
}

void Hdf5File::set_attribute(const std::string& object, const std::string& name,
                             const std::string& value) {
  const QuietHdf5 quiet;
  state_->put_attribute(state_->open_object(object), name, value);
}

void Hdf5File::set_attribute(const std::string& object, const std::string& name,
                             std::int64_t value) {
  const QuietHdf5 quiet;
  state_->put_attribute(state_->open_object(object), name, H5T_NATIVE_INT64, &value);
}

void Hdf5File::set_attribute(const std::string& object, const std::string& name, double value) {
  const QuietHdf5 quiet;
  state_->put_attribute(state_->open_object(object), name, H5T_NATIVE_DOUBLE, &value);
}

Hdf5File::Dataset Hdf5File::add_axis(const std::string& name, std::span<const double> values,
                                     const Hdf5Label& label) {
  const QuietHdf5 quiet;
  const Dataset axis = state_->add_axis(name, H5T_IEEE_F64LE, {values.size()}, false, label);
  write_rows(axis, 0, static_cast<std::int64_t>(values.size()), values.data());
  return axis;
}

Hdf5File::Dataset Hdf5File::add_axis(const std::string& name, std::span<const std::int64_t> values,
                                     const Hdf5Label& label) {
  const QuietHdf5 quiet;
  const Dataset axis = state_->add_axis(name, H5T_STD_I64LE, {values.size()}, false, label);
  write_rows(axis, 0, static_cast<std::int64_t>(values.size()), values.data());
  return axis;
}

Hdf5File::Dataset Hdf5File::add_axis(const std::string& name, std::span<const std::string> values,
                                     const Hdf5Label& label) {
  const QuietHdf5 quiet;
  const Handle type = text_type(H5T_VARIABLE);
  const Dataset axis = state_->add_axis(name, type, {values.size()}, false, label);
  state_->write_texts(axis, values);
  return axis;
}

Hdf5File::Dataset Hdf5File::add_growing_axis(const std::string& name, const Hdf5Label& label) {
  const QuietHdf5 quiet;
  return state_->add_axis(name, H5T_IEEE_F64LE, {0}, true, label);
}

Hdf5File::Dataset Hdf5File::add_dataset(const std::string& name,
                                        const std::vector<std::string>& dims,
                                        const Hdf5Label& label, Hdf5Type type) {
  const QuietHdf5 quiet;
  return state_->add_over_axes(name, dims, file_type(type), label);
}

void Hdf5File::add_texts(const std::string& name, const std::string& dim,
                         std::span<const std::string> values, const Hdf5Label& label) {
  const QuietHdf5 quiet;
  const Dataset dataset = state_->add_over_axes(name, {dim}, text_type(H5T_VARIABLE), label);
  if (state_->entries[dataset].shape[0] != values.size())
    throw UsageError(state_->path + ": " + name + " needs one text for each row of " + dim);
  state_->write_texts(dataset, values);
}

void Hdf5File::write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                          const double* data) {
  state_->write(dataset, first_row, rows, H5T_NATIVE_DOUBLE, data);
}
void Hdf5File::write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                          const std::int64_t* data) {
  state_->write(dataset, first_row, rows, H5T_NATIVE_INT64, data);
}
void Hdf5File::write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                          const std::int32_t* data) {
  state_->write(dataset, first_row, rows, H5T_NATIVE_INT32, data);
}
void Hdf5File::write_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                          const std::int8_t* data) {
  state_->write(dataset, first_row, rows, H5T_NATIVE_INT8, data);
}

Hdf5File::Dataset Hdf5File::dataset(const std::string& name) {
  const QuietHdf5 quiet;
  return state_->find_dataset(name);
}

std::vector<std::int64_t> Hdf5File::shape(Dataset dataset) const {
  const std::vector<hsize_t>& shape = state_->entries[dataset].shape;
  return {shape.begin(), shape.end()};
}

void Hdf5File::read_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                         double* data) const {
  state_->read(dataset, first_row, rows, H5T_NATIVE_DOUBLE, data);
}
void Hdf5File::read_rows(Dataset dataset, std::int64_t first_row, std::int64_t rows,
                         std::int64_t* data) const {
  state_->read(dataset, first_row, rows, H5T_NATIVE_INT64, data);
}

std::vector<std::string> Hdf5File::read_texts(Dataset dataset) const {
  const QuietHdf5 quiet;
  return state_->read_texts(dataset);
}

bool Hdf5File::has(const std::string& name) const {
  const QuietHdf5 quiet;
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1))
    if (H5Lexists(state_->file, name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(state_->file, name.c_str(), H5P_DEFAULT) > 0;
}

double Hdf5File::number_attribute(const std::string& object, const std::string& name) const {
  const QuietHdf5 quiet;
  return state_->number_attribute(object, name);
}

std::string Hdf5File::text_attribute(const std::string& object, const std::string& name) const {
  const QuietHdf5 quiet;
  return state_->text_attribute(object, name);
}

}  // namespace gridswarm::inline GS_ABI::io
