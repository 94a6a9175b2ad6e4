// SPDX-License-Identifier: BSD-3-Clause
// Verification of a log on disk.
#include "bind.hpp"
#include "gridswarm/ledger/verify.hpp"

namespace gridswarm::python {

void bind_ledger(py::module_& module) {
  module.def("verify",
             [](const std::string& folder, const std::string& vkey, const std::string& anchor) {
               ledger::VerifyOptions options;
               options.anchor = anchor;
               if (!vkey.empty()) {
                 options.key = ledger::parse_vkey(vkey);
                 if (!options.key)
                   throw UsageError("\"" + vkey + "\" is no vkey (name+<8 hex digits>+<base64>)");
               }
               ledger::VerifyResult result;
               {
                 const py::gil_scoped_release release;
                 result = ledger::verify(ledger::posix_files(), folder, options);
               }
               return to_dict(result);
             });
}

}  // namespace gridswarm::python
