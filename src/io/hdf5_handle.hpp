// SPDX-License-Identifier: BSD-3-Clause
// HDF5's identifiers as owned things, and its error stack as one sentence.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Owns one identifier and closes it with the function it was given.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { close(); }
  operator hid_t() const { return id_; }
  /// Close now; negative when HDF5 could not (a full disk shows here at the latest).
  herr_t close() { return id_ >= 0 ? close_(std::exchange(id_, -1)) : 0; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// HDF5 prints no errors while this lives; what others in the process chose is restored after.
class QuietHdf5 {
 public:
  QuietHdf5() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  QuietHdf5(const QuietHdf5&) = delete;
  QuietHdf5& operator=(const QuietHdf5&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// The innermost reason on HDF5's error stack, the system's words where it holds some.
inline std::string hdf5_reason() {
  std::string reason;
  const auto keep_first = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    std::string& text = *static_cast<std::string*>(data);
    if (text.empty() && error->desc) text = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
  H5Eclear2(H5E_DEFAULT);
  const std::string mark = "error message = '";
  const std::size_t first = reason.find(mark);
  if (first == std::string::npos) return reason.empty() ? "unknown HDF5 error" : reason;
  const std::size_t start = first + mark.size();
  return reason.substr(start, reason.find('\'', start) - start);
}

/// The result of a call, or a FileError when it is negative: "PATH: can't <doing>: <reason>".
template <class Result>
Result check_hdf5(Result result, const std::string& path, const std::string& doing) {
  if (result < 0) throw FileError(path, "can't " + doing + ": " + hdf5_reason());
  return result;
}

}  // namespace gridswarm::inline GS_ABI::io
