// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS texts into objects. What is expected follows from OpenDSS's manual, by hand.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_commands.hpp"
#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/dss_pattern.hpp"
#include "gridswarm/io/dss_token.hpp"

using namespace gridswarm;
using io::DssObject;
using io::DssText;

namespace {

DssText read(const std::string& lines) { return io::read_dss_text_from(lines, ""); }

/// "name=text" of every property, in order.
std::string properties_of(const DssText& text, const char* kind, const char* name) {
  const DssObject* object = io::find_object(text, kind, name);
  REQUIRE(object != nullptr);
  std::string all;
  for (const auto& [property, value] : object->properties)
    all += (all.empty() ? "" : " ") + std::string(property) + "=" + value.text;
  return all;
}

}  // namespace

TEST_CASE("words end at blanks, commas and =, quotes hold them together, comments end the line") {
  io::DssWords words{"  new Line.a  x=(1, 2 [3) y = 'a b'\t\"c\"d ! and // so on"};
  std::string all;
  for (io::DssWord word; io::next_word(words, word);)
    all += "<" + std::string(word.text) + (word.quoted ? "q" : "") + ">";
  CHECK(all == "<new><Line.a><x><1, 2 [3q><y><a bq><cq><d>");
}

TEST_CASE("properties by position follow the class's own list, after a name from there on") {
  const DssText text = read("new circuit.c\nnew line.a b1 b2 code 2.5 R1=1 2 3\n");
  CHECK(properties_of(text, "line", "a") ==
        "bus1=b1 bus2=b2 linecode=code length=2.5 r1=1 x1=2 r0=3");
}

TEST_CASE("an abbreviation means the first property that begins so, a whole name itself") {
  const DssText text = read("new circuit.c\nnew line.a LineC=k Sw=y r=1 norm=5 X1=2 rg=3\n");
  CHECK(properties_of(text, "line", "a") == "linecode=k switch=y r1=1 normamps=5 x1=2 rg=3");
}

TEST_CASE("names have no case, ~ and more go on, an edit appends and the order stays") {
  const DssText text = read(
      "CLEAR\nNew Circuit.Test basekv=4\n~ pu=1.1\nNEW LOAD.Big kW=5 pf=0.9\nmore kvar=2\n"
      "m KV=0.4\nEdit load.BIG kw=7\nLoad.big.phases=1 conn=delta\nmodel=5");
  CHECK(text.circuit == "Test");
  CHECK(properties_of(text, "vsource", "source") == "basekv=4 pu=1.1");
  CHECK(io::find_object(text, "load", "bIg")->name == "Big");
  CHECK(properties_of(text, "load", "big") ==
        "kw=5 pf=0.9 kvar=2 kv=0.4 kw=7 phases=1 conn=delta model=5");
}

TEST_CASE("the ends of commands are kept, since OpenDSS works a source out at each of them") {
  const DssText text = read("new circuit.c basekv=4 pu=1\n~ r1=0 x1=1 r0=0\nset mode=snap\n");
  CHECK(io::find_object(text, "vsource", "source")->edits == std::vector<Index>{2, 5});
}

TEST_CASE("like copies what another object was given before") {
  const DssText text = read(
      "new circuit.c\nnew linecode.a nphases=2 r1=1\nnew linecode.b x1=7 like=a r1=3\n"
      "linecode.a.r1=9\n");
  CHECK(properties_of(text, "linecode", "b") == "x1=7 nphases=2 r1=1 r1=3");
  CHECK_THROWS_WITH(read("new circuit.c\nnew line.a like=b"),
                    "text:2: line.b is not there for like=");
  CHECK_THROWS_WITH(read("new circuit.c\nnew line.a like=a"), "text:2: a cannot be like itself");
}

TEST_CASE("batchedit edits the names that fit its pattern, wherever in them it fits") {
  const DssText text = read(
      "new circuit.c\nnew load.ab1\nnew load.AB22\nnew load.c\nnew line.ab1\n"
      "batchedit load.B[0-9]+$ kw=3\nbatchedit load..* kv=1\n");
  CHECK(properties_of(text, "load", "ab1") == "kw=3 kv=1");
  CHECK(properties_of(text, "load", "ab22") == "kw=3 kv=1");
  CHECK(properties_of(text, "load", "c") == "kv=1");
  CHECK(properties_of(text, "line", "ab1") == "");
}

TEST_CASE("a pattern fits as a regular expression of letters, sets and repetitions does") {
  const auto fits = [](const char* pattern, const char* name) {
    return io::fits(io::dss_pattern(pattern), name);
  };
  CHECK(fits("", "x"));
  CHECK(fits("^A.c$", "abc"));
  CHECK_FALSE(fits("^a.c$", "abcd"));
  CHECK(fits("b*c?$", "a"));
  CHECK_FALSE(fits("^b+$", ""));
  CHECK(fits("^b+$", "bBb"));
  CHECK(fits("x\\.1", "xx.12"));
  CHECK_FALSE(fits("x\\.1", "xx12"));
  CHECK(fits("^[^0-9]*$", "abc"));
  CHECK_FALSE(fits("^[^0-9]*$", "ab3"));
  for (const char* unknown : {"(a|b)", "a{2}", "[a", "*a", "a\\", "a$b"})
    CHECK_FALSE(io::dss_pattern(unknown).is_good);
  const std::string many(4000, 'a');  // no pattern takes long
  CHECK_FALSE(io::fits(io::dss_pattern(".*.*.*.*.*.*.*.*.*.*b"), many));
}

TEST_CASE("enable, disable, open and close are kept with the object") {
  const DssText text = read(
      "new circuit.c\nnew line.a\nnew line.b\ndisable line.a\nenable line.a\ndisable line.*\n"
      "open line.a 2 1\nopen line.a 2 3\nclose line.a 2 1\nopen line.b term=1\n");
  CHECK(properties_of(text, "line", "a") == "enabled=no enabled=yes enabled=no");
  const auto& openings = io::find_object(text, "line", "a")->openings;
  REQUIRE(openings.size() == 1);
  CHECK(openings[0].terminal == 2);
  CHECK(openings[0].conductor == 3);
  CHECK(io::find_object(text, "line", "b")->openings[0].conductor == 0);
}

TEST_CASE("options keep their whole names and order, by position too, and outlive solve") {
  const DssText text = read(
      "set defaultbasefreq=50\nnew circuit.c\nset voltageb=[1 2] Tol=0.1\nset controlmode=off\n"
      "solve mode=snap controlmode=static\n");
  REQUIRE(io::find_option(text, "voltagebases") != nullptr);
  CHECK(io::numbers_of(*io::find_option(text, "voltagebases")) == std::vector<double>{1.0, 2.0});
  CHECK(io::find_option(text, "controlmode")->text == "static");
  CHECK(io::find_option(text, "basefrequency")->text == "50");  // the circuit took it over
  CHECK(io::find_option(read("new circuit.c\nset defaultbasefreq=50"), "basefrequency") == nullptr);
}

TEST_CASE("block comments hide whole lines, clear begins anew, printing is passed over") {
  const DssText text = read(
      "new circuit.x\n/* new line.hidden\nnew line.hidden2 */\nnew line.seen\n"
      "Show Voltages LN\nPlot profile\nexport y\n? line.seen.r1\n");
  CHECK(text.objects.size() == 2);
  CHECK(text.warnings.empty());
  CHECK(read("new circuit.x\nnew line.a\nclear\nnew circuit.y\n").objects.size() == 1);
}

TEST_CASE("variables stand for values") {
  const DssText text =
      read("var @len=5 @bus=b7\nnew circuit.c\nnew line.a bus1=@bus.1.2 length=@len");
  CHECK(properties_of(text, "line", "a") == "bus1=b7.1.2 length=5");
}

TEST_CASE("what is not known or not meant is an error with its line") {
  const auto fails = [](const std::string& lines, const char* sentence) {
    CHECK_THROWS_WITH_AS(read("new circuit.c\n" + lines), sentence, Error);
  };
  fails("frobnicate x", "text:2: there is no command \"frobnicate\"");
  fails("new thing.a", "text:2: there is no class \"thing\"; class.name is needed");
  fails("new line.a volts=3", "text:2: line has no property \"volts\"");
  fails("new line.a bus1= bus2=x", "text:2: bus1= has no value");
  fails("new line. x=1", "text:2: an object needs a name: class.name");
  fails("edit line.b r1=1", "text:2: line.b is not there");
  fails("set warp=9", "text:2: there is no option \"warp\"");
  fails("new circuit.d",
        "text:2: a second circuit is made; one is read at a time, clear ends the first");
  fails("rephase x", "text:2: command rephase changes the circuit in a way that is not read here");
  fails("redirect x.dss", "text:2: file x.dss: a text in memory may not name files");
  fails("batchedit line.(a|b) r1=1",
        "text:2: pattern \"(a|b)\" is not read; letters, . [..] * + ? ^ $ are");
  fails("new tsdata.a like=0 1 2 3 4 5 6 7 8 9", "text:2: tsdata.0 is not there for like=");
  CHECK_THROWS_WITH(read("new line.a"), "text:1: new circuit.name comes before its elements");
  CHECK_THROWS_WITH(read("more r1=1"), "text:1: there is no object to edit");
  CHECK_THROWS_WITH(read("\xFF\xFE n"), "text: is written in UTF-16; save it as UTF-8");
}

TEST_CASE("copies without end are refused") {
  std::string lines = "new circuit.c\nnew line.a0 r1=1 x1=1 r0=1 x0=1\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = std::to_string(i - 1);
    lines += "new line.a" + std::to_string(i) + " like=a" + last + " like=a" + last + "\n";
  }
  CHECK_THROWS_AS(read(lines), InputError);
}

TEST_CASE("an object that is made twice is an edit, and said") {
  const DssText text = read("new circuit.c\nnew line.a r1=1\nnew line.A r1=2");
  CHECK(properties_of(text, "line", "a") == "r1=1 r1=2");
  REQUIRE(text.warnings.size() == 1);
  CHECK(text.warnings[0] == "text:3: line.a is made again: taken as an edit of what stands");
}

TEST_CASE("every command and option is found by its name, ~ too") {
  CHECK(io::find_command("calcv")->action == io::DssAction::voltage_bases);
  CHECK(io::find_command("~")->action == io::DssAction::more);
  CHECK(io::find_command("SOLVE")->action == io::DssAction::solve);
  CHECK(io::find_command("") == nullptr);
  CHECK(io::find_option_name("maxcontrol") == "maxcontroliter");
  CHECK(io::next_option_name("") == "type");
}
