// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/hdf5_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <fstream>

#include "gridswarm/base/error.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;
using io::Hdf5File;
namespace fs = std::filesystem;

namespace {

const std::vector<double> three_times = {0.0, 60.0, 120.0};
const std::vector<std::int64_t> two_buses = {7, 12};

/// A file with a fixed axis of three times and one of two buses.
Hdf5File small_file(const std::string& path) {
  Hdf5File file = Hdf5File::create(path);
  file.add_axis("time", three_times, {"seconds since 2016-01-01T00:00:00", "time"});
  file.add_axis("bus", two_buses, {"", "number of the bus"});
  return file;
}

std::vector<double> all_rows(Hdf5File& file, const std::string& name) {
  const auto dataset = file.dataset(name);
  std::int64_t count = 1;
  for (const std::int64_t size : file.shape(dataset)) count *= size;
  std::vector<double> values(static_cast<std::size_t>(count));
  file.read_rows(dataset, 0, file.shape(dataset)[0], values.data());
  return values;
}

}  // namespace

TEST_CASE("rows come back as they were written, whatever the order of writing") {
  const ScratchFolder scratch("h5rows");
  Hdf5File file = small_file(scratch / "r.h5");
  const auto v = file.add_dataset("v_pu", {"time", "bus"}, {"p.u.", "voltage"});
  const std::vector<double> last = {1.5, 1.6};
  const std::vector<double> first = {1.1, 1.2, 1.3, 1.4};
  file.write_rows(v, 2, 1, last.data());
  file.write_rows(v, 0, 2, first.data());
  file.close();
  Hdf5File back = Hdf5File::open(scratch / "r.h5");
  CHECK(all_rows(back, "v_pu") == std::vector<double>{1.1, 1.2, 1.3, 1.4, 1.5, 1.6});
  CHECK(back.text_attribute("v_pu", "units") == "p.u.");
  CHECK(back.text_attribute("bus", "units") == "1");
  CHECK(back.text_attribute("time", "units") == "seconds since 2016-01-01T00:00:00");
}

TEST_CASE("rows never written are NaN, integers 0") {
  const ScratchFolder scratch("h5fill");
  Hdf5File file = small_file(scratch / "r.h5");
  const auto v = file.add_dataset("v_pu", {"time"}, {"p.u.", "voltage"});
  file.add_dataset("count", {"time"}, {"1", "things"}, io::Hdf5Type::i32);
  const double one = 1.0;
  file.write_rows(v, 1, 1, &one);
  file.close();
  Hdf5File back = Hdf5File::open(scratch / "r.h5");
  const auto values = all_rows(back, "v_pu");
  CHECK(std::isnan(values[0]));
  CHECK(values[1] == 1.0);
  CHECK(std::isnan(values[2]));
  CHECK(all_rows(back, "count") == std::vector<double>{0, 0, 0});
}

TEST_CASE("datasets over a growing axis grow with it and end at the last row that all have") {
  const ScratchFolder scratch("h5grow");
  Hdf5File file = small_file(scratch / "r.h5");
  const auto when = file.add_growing_axis("run/time", {"seconds since 2016-01-01", "time"});
  const auto v = file.add_dataset("run/v_pu", {"time", "bus"}, {"p.u.", "voltage"});
  const auto soc = file.add_dataset("run/alive", {"time", "bus"}, {"1", "alive"}, io::Hdf5Type::i8);
  const std::vector<std::int8_t> alive = {1, 0};
  for (int row = 0; row < 5; ++row) {
    const double time_s = 60.0 * row;
    const std::vector<double> volts = {row + 0.25, row + 0.5};
    file.write_rows(when, row, 1, &time_s);
    file.write_rows(v, row, 1, volts.data());
    if (row < 4) file.write_rows(soc, row, 1, alive.data());  // the run ends inside row 4
  }
  file.close();
  Hdf5File back = Hdf5File::open(scratch / "r.h5");
  CHECK(all_rows(back, "run/time") == std::vector<double>{0, 60, 120, 180});
  CHECK(all_rows(back, "run/v_pu") ==
        std::vector<double>{.25, .5, 1.25, 1.5, 2.25, 2.5, 3.25, 3.5});
  CHECK(all_rows(back, "run/alive") == std::vector<double>{1, 0, 1, 0, 1, 0, 1, 0});
}

TEST_CASE("the file takes its name only when it is complete, and an older one stays until then") {
  const ScratchFolder scratch("h5name");
  const std::string path = scratch / "r.h5";
  std::ofstream(path) << "older results";
  {
    Hdf5File file = small_file(path);
    CHECK(fs::exists(path + ".tmp"));
    CHECK(fs::file_size(path) == 13);
  }  // never closed
  CHECK(fs::file_size(path) == 13);
  small_file(path).close();
  CHECK_FALSE(fs::exists(path + ".tmp"));
  CHECK(fs::file_size(path) < 20000);  // nothing is left of the room kept while writing
  CHECK_NOTHROW(Hdf5File::open(path));
}

TEST_CASE("texts and attributes of any length are kept") {
  const ScratchFolder scratch("h5text");
  Hdf5File file = small_file(scratch / "r.h5");
  const std::string long_text(200000, 'x');
  file.set_attribute("", "scenario", long_text);
  file.set_attribute("runs/swarm", "seed", std::int64_t{7});
  file.set_attribute("runs/swarm", "seed", std::int64_t{8});  // replaces
  const std::vector<std::string> kinds = {"pv", ""};
  file.add_texts("kind", "bus", kinds, {"", "kind of device"});
  CHECK_THROWS_AS(file.add_texts("short", "bus", std::vector<std::string>{"a"}, {}), UsageError);
  file.close();
  Hdf5File back = Hdf5File::open(scratch / "r.h5");
  CHECK(back.text_attribute("", "scenario") == long_text);
  CHECK_THROWS_AS(back.text_attribute("runs/swarm", "seed"), FileError);  // a number
  CHECK_THROWS_AS(back.text_attribute("", "absent"), FileError);
}

TEST_CASE("wrong names and rows are refused in words") {
  const ScratchFolder scratch("h5wrong");
  Hdf5File file = small_file(scratch / "r.h5");
  CHECK_THROWS_AS(file.add_dataset("x", {"agent"}, {}), UsageError);
  CHECK_THROWS_AS(file.add_dataset("x", {}, {}), UsageError);
  file.add_growing_axis("tick", {});
  CHECK_THROWS_AS(file.add_dataset("x", {"bus", "tick"}, {}), UsageError);
  const auto x = file.add_dataset("x", {"bus"}, {});
  CHECK_THROWS_AS(file.add_dataset("x", {"bus"}, {}), FileError);
  CHECK_THROWS_AS(file.write_rows(x, 1, 2, three_times.data()), UsageError);
}

TEST_CASE("what can't be opened or made is a file error that says why") {
  const ScratchFolder scratch("h5bad");
  CHECK_THROWS_WITH(Hdf5File::create("/nowhere/r.h5"),
                    "/nowhere/r.h5: can't be created: No such file or directory");
  CHECK_THROWS_AS(Hdf5File::open(scratch / "absent.h5"), FileError);
  std::ofstream(scratch / "text.h5") << "not HDF5";
  CHECK_THROWS_AS(Hdf5File::open(scratch / "text.h5"), FileError);
  small_file(scratch / "cut.h5").close();
  fs::resize_file(scratch / "cut.h5", fs::file_size(scratch / "cut.h5") / 2);
  CHECK_THROWS_AS(Hdf5File::open(scratch / "cut.h5"), FileError);
  Hdf5File whole = small_file(scratch / "whole.h5");
  whole.close();
  CHECK_THROWS_AS(Hdf5File::open(scratch / "whole.h5").dataset("absent"), FileError);
}

namespace {

/// While this lives no file may pass 8 MiB: stands for a full disk.
struct FullDisk {
  FullDisk() {
    getrlimit(RLIMIT_FSIZE, &before);
    old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 8 << 20;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, old_handler);
  }
  rlimit before{};
  void (*old_handler)(int) = nullptr;
};

}  // namespace

TEST_CASE("a disk that fills in a run ends it with a file error; what was written stays readable") {
  const ScratchFolder scratch("h5full");
  const std::string path = scratch / "r.h5";
  const std::vector<double> much(100000, 1.0);  // 0.8 MB
  std::int64_t written = 0;
  const FullDisk full;
  const auto run = [&] {
    Hdf5File file = small_file(path);
    const auto when = file.add_growing_axis("run/time", {});
    for (; written < 100; ++written) file.write_rows(when, 100000 * written, 100000, much.data());
  };
  CHECK_THROWS_AS(run(), FileError);
  CHECK(written >= 5);
  CHECK(written <= 10);
  CHECK_FALSE(fs::exists(path));
  Hdf5File rest = Hdf5File::open(path + ".tmp");
  CHECK(rest.shape(rest.dataset("run/time"))[0] == 100000 * written);
}

TEST_CASE("a dataset that the disk can't hold is refused when it is made, before anything is run") {
  const ScratchFolder scratch("h5big");
  const FullDisk full;
  Hdf5File file = Hdf5File::create(scratch / "r.h5");
  const std::vector<double> steps(2000000, 0.0);  // 16 MB
  CHECK_THROWS_AS(file.add_axis("time", steps, {}), FileError);
  CHECK_NOTHROW(file.close());
}

TEST_CASE("a text or many small datasets don't overrun a disk unseen") {
  const ScratchFolder scratch("h5small");
  const FullDisk full;
  const std::string text(9 << 20, 'x');
  const std::vector<std::string> texts(100000, std::string(100, 'y'));
  Hdf5File file = small_file(scratch / "r.h5");
  CHECK_THROWS_AS(file.set_attribute("", "scenario", text), FileError);
  CHECK_THROWS_AS(file.add_axis("agent", texts, {}), FileError);
  const auto fill = [&] {
    for (int i = 0; i < 100000; ++i)
      file.add_dataset("d" + std::to_string(i), {"bus"}, {"kW", std::string(20000, 'z')});
  };
  CHECK_THROWS_AS(fill(), FileError);
}
