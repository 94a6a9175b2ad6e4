// SPDX-License-Identifier: BSD-3-Clause
// One feeder written in many ways, as OpenDSS allows them, is one circuit.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "../same_circuit.hpp"
#include "gridswarm/io/dss_file.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;

namespace {

/// Everything named, one command a line.
const std::string head =
    "clear\nnew circuit.feeder basekv=115 pu=1.02 bus1=sourcebus mvasc3=20000 mvasc1=21000\n";
const std::string transformer =
    "new transformer.sub phases=3 windings=2 xhl=8\n"
    "~ wdg=1 bus=sourcebus conn=delta kv=115 kva=5000 %r=0.5\n"
    "~ wdg=2 bus=650 conn=wye kv=4.16 kva=5000 %r=0.5\n";
const std::string code =
    "new linecode.c601 nphases=3 units=mi rmatrix=(0.3465 | 0.1535 0.3375 | 0.158 0.156 0.3414) "
    "xmatrix=(1.0179 | 0.3849 1.0478 | 0.4236 0.5017 1.0348) "
    "cmatrix=(16 | -4 15.5 | -2 -1 15)\n";
const std::string line =
    "new line.a bus1=650.1.2.3 bus2=632.1.2.3 linecode=c601 length=2000 units=ft\n";
const std::string load =
    "new load.l bus1=632 phases=3 conn=delta model=1 kv=4.16 kw=1155 kvar=660\n";
const std::string bank = "new capacitor.c bus1=632 phases=3 kv=4.16 kvar=600\n";
const std::string tail = "set voltagebases=[115 4.16]\ncalcvoltagebases\nsolve\n";

feeder::Circuit read(const std::string& text) {
  return io::circuit_of(io::read_dss_text_from(text, ""), "rewritten");
}

const std::string plain = head + transformer + code + line + load + bank + tail;

void check_same(const std::string& text) {
  INFO(text);
  CHECK(test::difference(read(plain), read(text), 1e-12) == "");
}

}  // namespace

TEST_CASE("a feeder is itself, and another length is another feeder") {
  check_same(plain);
  const std::string longer = head + transformer + code +
                             "new line.a bus1=650 bus2=632 linecode=c601 length=2001 units=ft\n" +
                             load + bank + tail;
  CHECK(test::difference(read(plain), read(longer), 1e-12) == "line z of row 0");
}

TEST_CASE("names, commands and properties have no case, and may be abbreviated") {
  check_same(
      "CLEAR\nNEW Circuit.Feeder BASEKV=115 PU=1.02 Bus1=SourceBus MVAsc3=20000 MVASC1=21000\n"
      "New Transformer.SUB Phases=3 Wind=2 XHL=8\n"
      "~ Wdg=1 Bus=SOURCEBUS Conn=Delta KV=115 KVA=5000 %R=.5\n"
      "~ Wdg=2 Bus=650 Conn=Wye KV=4.16 KVA=5000 %R=.5\n" +
      code + "New LINE.A Bus1=650.1.2.3 Bus2=632.1.2.3 LineC=C601 Len=2000 Units=Ft\n" +
      "New Load.L Bus1=632 Ph=3 Conn=D Mod=1 kV=4.16 kW=1155 kvar=660\n" +
      "New Capacitor.C Bus1=632 Phases=3 kV=4.16 kVAR=600\n" +
      "Set VoltageB=[115 4.16]\nCalcV\nSolve\n");
}

TEST_CASE("a command may be continued, and an object edited") {
  check_same(head +
             "new transformer.sub phases=3\n~ windings=2\nmore xhl=8\n"
             "~ wdg=1 bus=sourcebus conn=delta kv=115 kva=5000 %r=0.5 ! primary\n"
             "~ wdg=2 bus=650 conn=wye kv=4.16 kva=5000 // secondary\n~ %r=0.5\n" +
             code + "new line.a bus1=650 bus2=632\nedit line.a linecode=c601\n" +
             "line.a.length=2000\n~ units=ft\n" + "/* a remark\nof two lines */\n" + load +
             "new capacitor.c bus1=632\ncapacitor.c.kv=4.16\nbatchedit capacitor..* kvar=600\n" +
             tail);
}

TEST_CASE("numbers may be expressions, and brackets of any kind") {
  check_same(
      "clear\nnew circuit.feeder basekv=115 pu=1.02 bus1=sourcebus mvasc3=(2 4 ^ 1250 *) "
      "mvasc1='20000 1000 +'\n"
      "new transformer.sub phases=3 windings=2 xhl=(4 2 *)\n"
      "~ wdg=1 bus=sourcebus conn=delta kv=115 kva=5000 %r=(.5)\n"
      "~ wdg=2 bus=650 conn=wye kv=4.16 kva=[10000 2 /] %r=\"1 2 /\"\n"
      "new linecode.c601 nphases=3 units=mi rmatrix=[0.3465 | 0.1535 0.3375 | 0.158, 0.156, "
      "0.3414] xmatrix={1.0179 | 0.3849 1.0478 | 0.4236 0.5017 1.0348} "
      "cmatrix=\"16 | -4 15.5 | -2 -1 15\"\n" +
      line +
      "new load.l bus1=632 phases=3 conn=delta model=1 kv=(2.4017772 3 sqrt * 0 * 4.16 "
      "+) kw=1155 kvar=660\n" +
      bank + tail);
}

TEST_CASE("lengths convert between units") {
  for (const char* length :
       {"length=0.6096 units=km", "length=609.6 units=m", "length=2 units=kft",
        "length=24000 units=in", "units=mi length=(2000 5280 /)", "length=60960 units=cm"})
    check_same(head + transformer + code + "new line.a bus1=650 bus2=632 linecode=c601 " + length +
               "\n" + load + bank + tail);
}

TEST_CASE("matrices may be of the whole length, whole or a triangle") {
  check_same(head + transformer +
             "new linecode.c601 nphases=3 units=kft "
             "rmatrix=(0.065625 0.029071969696969697 0.029924242424242424 | "
             "0.029071969696969697 0.06392045454545454 0.029545454545454545 | "
             "0.029924242424242424 0.029545454545454545 0.06465909090909092) "
             "xmatrix=[(1.0179 5.28 /) | (.3849 5.28 /) (1.0478 5.28 /) | (.4236 5.28 /) (.5017 "
             "5.28 /) (1.0348 5.28 /)] "
             "cmatrix=[(16 5.28 /) | (-4 5.28 /) (15.5 5.28 /) | (-2 5.28 /) (-1 5.28 /) (15 5.28 "
             "/)]\n" +
             line + load + bank + tail);
}

TEST_CASE("arrays say what windings one by one say, and unnamed values follow the manual's order") {
  check_same(head +
             "new transformer.sub 3 2 buses=(sourcebus, 650) conns=[delta wye] kvs='115 4.16' "
             "kvas={5000 5000} %rs=(0.5 0.5) xhl=8\n" +
             code + "new line.a 650.1.2.3 632.1.2.3 c601 2000 units=ft\n" +
             "new load.l 3 632 4.16 1155 conn=delta kvar=660\n" +
             "new capacitor.c 632 phases=3 kvar=600 kv=4.16\n" + tail);
}

TEST_CASE("properties without an effect on each other may come in any order") {
  check_same(head +
             "new transformer.sub xhl=8 wdg=2 conn=wye kv=4.16 bus=650 wdg=1 conn=delta "
             "bus=sourcebus kva=5000 kv=115 wdg=2 %r=0.5 wdg=1 %r=0.5\n" +
             code + "new line.a bus2=632 linecode=c601 units=ft length=2000 bus1=650\n" +
             "new load.l kvar=660 model=1 conn=delta bus1=632 kv=4.16 kw=1155 kvar=660 phases=3\n" +
             "new capacitor.c kv=4.16 kvar=600 bus1=632\n" + tail);
}

TEST_CASE("a feeder split into files is the same feeder") {
  const ScratchFolder folder("dss_rewriting");
  const auto write = [&](const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  };
  write("master.dss", head + "redirect parts/iron.dss\nredirect \"parts/wires.dss\"\n" + tail);
  write("parts/iron.dss", transformer);
  write("parts/wires.dss", code + "redirect deeper/rest.dss\n");
  write("parts/deeper/rest.dss", line + load + bank);
  const feeder::Circuit split = io::read_dss(folder / "master.dss");
  CHECK(test::difference(read(plain), split, 1e-12) == "");
}
