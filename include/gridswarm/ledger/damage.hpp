// SPDX-License-Identifier: BSD-3-Clause
// Bytes that lie in a log's folder and are no log's: a failure of what was kept, not of the disk.
//
// A file that can't be opened is a FileError and exit status 4. A file that opens and holds what no
// writer of a log ever wrote is damage or an attack, and exit status 5, like every other failed
// verification.
#pragma once

#include <string>

#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A malformed tile, bundle, note or number under a log or a mirror.
class DamageError : public FileError {
 public:
  DamageError(std::string path, const std::string& sentence)
      : FileError(std::move(path), sentence) {
    exit_code = ExitCode::verification;
  }
};

}  // namespace gridswarm::inline GS_ABI::ledger
