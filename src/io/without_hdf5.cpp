// SPDX-License-Identifier: BSD-3-Clause
// What stands in for HDF5 in a build without it: no Hdf5File can be made, so only these two matter.
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/hdf5_file.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace {

[[noreturn]] void refuse() {
  throw UsageError("this gridswarm was built without HDF5; build it with -DGRIDSWARM_HDF5=ON");
}

}  // namespace

struct Hdf5File::State {};

bool hdf5_available() { return false; }
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() = default;
Hdf5File Hdf5File::create(const std::string&) { refuse(); }
Hdf5File Hdf5File::open(const std::string&) { refuse(); }
void Hdf5File::close() { refuse(); }
using Name = const std::string&;
using Label = const Hdf5Label&;
void Hdf5File::set_attribute(Name, Name, const std::string&) { refuse(); }
void Hdf5File::set_attribute(Name, Name, std::int64_t) { refuse(); }
void Hdf5File::set_attribute(Name, Name, double) { refuse(); }
Index Hdf5File::add_axis(Name, std::span<const double>, Label) { refuse(); }
Index Hdf5File::add_axis(Name, std::span<const std::int64_t>, Label) { refuse(); }
Index Hdf5File::add_axis(Name, std::span<const std::string>, Label) { refuse(); }
Index Hdf5File::add_growing_axis(Name, Label) { refuse(); }
Index Hdf5File::add_dataset(Name, const std::vector<std::string>&, Label, Hdf5Type) { refuse(); }
void Hdf5File::add_texts(Name, Name, std::span<const std::string>, Label) { refuse(); }
void Hdf5File::write_rows(Dataset, std::int64_t, std::int64_t, const double*) { refuse(); }
void Hdf5File::write_rows(Dataset, std::int64_t, std::int64_t, const std::int64_t*) { refuse(); }
void Hdf5File::write_rows(Dataset, std::int64_t, std::int64_t, const std::int32_t*) { refuse(); }
void Hdf5File::write_rows(Dataset, std::int64_t, std::int64_t, const std::int8_t*) { refuse(); }
Index Hdf5File::dataset(Name) { refuse(); }
std::vector<std::int64_t> Hdf5File::shape(Dataset) const { refuse(); }
void Hdf5File::read_rows(Dataset, std::int64_t, std::int64_t, double*) const { refuse(); }
void Hdf5File::read_rows(Dataset, std::int64_t, std::int64_t, std::int64_t*) const { refuse(); }
std::vector<std::string> Hdf5File::read_texts(Dataset) const { refuse(); }
bool Hdf5File::has(Name) const { refuse(); }
double Hdf5File::number_attribute(Name, Name) const { refuse(); }
std::string Hdf5File::text_attribute(Name, Name) const { refuse(); }

}  // namespace gridswarm::inline GS_ABI::io
