// SPDX-License-Identifier: BSD-3-Clause
// The exchange over MPI: byte counts by MPI_Alltoall, then the bytes by MPI_Alltoallv.
//
// Both go over a private duplicate of the communicator that returns its errors instead of ending
// the process, so no message of a host program can be taken for ours.
#include "gridswarm/mpi/exchange_mpi.hpp"

#include <mpi.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>

#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::mpi {
namespace {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(ExitCode::run_time, std::string(call) + " failed: " + text);
}

MPI_Comm communicator(int fortran_handle) {
  return fortran_handle == world ? MPI_COMM_WORLD
                                 : MPI_Comm_f2c(static_cast<MPI_Fint>(fortran_handle));
}

bool is_running() {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  return initialized && !finalized;
}

/// Counts of one direction as MPI_Alltoallv wants them.
struct Layout {
  std::vector<int> count;
  std::vector<int> start;
  int total = 0;
};

/// Prefix sums; what MPI counts by int must stay below 2^31.
void lay_out(const std::vector<std::int64_t>& bytes, const char* verb, Layout& layout) {
  layout.count.resize(bytes.size());
  layout.start.resize(bytes.size());
  std::int64_t total = 0;
  for (std::size_t r = 0; r < bytes.size(); ++r) {
    layout.start[r] = static_cast<int>(total);
    layout.count[r] = static_cast<int>(bytes[r]);
    total += bytes[r];
    if (total > std::numeric_limits<int>::max())
      throw Error(ExitCode::run_time, "one process " + std::string(verb) + " " +
                                          std::to_string(total) +
                                          " bytes in one phase; MPI counts to 2147483647: use more "
                                          "processes or smaller phases");
  }
  layout.total = static_cast<int>(total);
}

class MpiExchange final : public Exchange {
 public:
  explicit MpiExchange(MPI_Comm original) {
    check(MPI_Comm_dup(original, &comm_), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_size(comm_, &ranks_), "MPI_Comm_size");
    check(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
    say_.resize(static_cast<std::size_t>(ranks_));
    hear_.resize(static_cast<std::size_t>(ranks_));
  }
  ~MpiExchange() override {
    if (std::uncaught_exceptions() == 0 && is_running()) MPI_Comm_free(&comm_);
  }
  MpiExchange(const MpiExchange&) = delete;
  MpiExchange& operator=(const MpiExchange&) = delete;

  int ranks() const override { return ranks_; }
  int first_hosted() const override { return rank_; }
  int hosted() const override { return 1; }
  void exchange(Mail& mail) override;

 private:
  void pack(std::vector<Bytes>& boxes);
  void unpack(std::vector<Bytes>& boxes) const;

  MPI_Comm comm_ = MPI_COMM_NULL;
  int ranks_ = 1;
  int rank_ = 0;
  std::vector<std::int64_t> say_, hear_;  // bytes to and from each rank; own mail stays 0
  Layout sent_, received_;
  Bytes send_, receive_;
};

void MpiExchange::pack(std::vector<Bytes>& boxes) {
  send_.resize(static_cast<std::size_t>(sent_.total));
  for (std::size_t r = 0; r < boxes.size(); ++r) {
    if (static_cast<int>(r) == rank_) continue;
    if (!boxes[r].empty())
      std::memcpy(send_.data() + sent_.start[r], boxes[r].data(), boxes[r].size());
    boxes[r].clear();
  }
}

void MpiExchange::unpack(std::vector<Bytes>& boxes) const {
  for (std::size_t r = 0; r < boxes.size(); ++r) {
    if (static_cast<int>(r) == rank_) continue;
    const std::byte* first = receive_.data() + received_.start[r];
    boxes[r].assign(first, first + received_.count[r]);
  }
}

void MpiExchange::exchange(Mail& mail) {
  const auto ranks = static_cast<std::size_t>(ranks_);
  GRIDSWARM_ASSERT(mail.out.size() == 1 && mail.out[0].size() == ranks);
  for (std::size_t r = 0; r < ranks; ++r)
    say_[r] = static_cast<int>(r) == rank_ ? 0 : static_cast<std::int64_t>(mail.out[0][r].size());
  lay_out(say_, "says", sent_);
  check(MPI_Alltoall(say_.data(), 1, MPI_INT64_T, hear_.data(), 1, MPI_INT64_T, comm_),
        "MPI_Alltoall");
  lay_out(hear_, "hears", received_);
  mail.in[0][rank_] = std::move(mail.out[0][rank_]);
  mail.out[0][rank_].clear();
  pack(mail.out[0]);
  receive_.resize(static_cast<std::size_t>(received_.total));
  check(
      MPI_Alltoallv(send_.data(), sent_.count.data(), sent_.start.data(), MPI_BYTE, receive_.data(),
                    received_.count.data(), received_.start.data(), MPI_BYTE, comm_),
      "MPI_Alltoallv");
  unpack(mail.in[0]);
  ++traffic_.rounds;
  traffic_.bytes += sent_.total;
}

}  // namespace

bool available() { return true; }

Session::Session() {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  if (finalized)
    throw Error(ExitCode::run_time, "MPI was ended earlier in this process and can't start again");
  if (initialized) return;
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  started_here_ = true;
  if (provided < MPI_THREAD_FUNNELED)
    throw Error(ExitCode::run_time,
                "this MPI allows no threads at all (MPI_THREAD_FUNNELED needed)");
}

Session::~Session() {
  // After an exception the other ranks may wait in a collective, and MPI_Finalize would wait for
  // them: leave without it, the launcher then ends the others.
  if (started_here_ && std::uncaught_exceptions() == 0 && is_running()) MPI_Finalize();
}

std::unique_ptr<Exchange> make_exchange(int fortran_handle) {
  if (!is_running())
    throw UsageError("an exchange over MPI needs a running MPI: make an mpi::Session");
  const MPI_Comm original = communicator(fortran_handle);
  if (original == MPI_COMM_NULL)
    throw UsageError("communicator handle " + std::to_string(fortran_handle) +
                     " is no communicator");
  return std::make_unique<MpiExchange>(original);
}

int processes_on_node(int fortran_handle) {
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(communicator(fortran_handle), MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                            &node),
        "MPI_Comm_split_type");
  int processes = 1;
  check(MPI_Comm_size(node, &processes), "MPI_Comm_size");
  MPI_Comm_free(&node);
  return processes;
}

void abort_all(int exit_status, int fortran_handle) {
  if (is_running()) MPI_Abort(communicator(fortran_handle), exit_status);
  std::_Exit(exit_status);
}

std::string library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string all(text, static_cast<std::size_t>(length));
  return all.substr(0, all.find('\n'));
}

}  // namespace gridswarm::inline GS_ABI::mpi
