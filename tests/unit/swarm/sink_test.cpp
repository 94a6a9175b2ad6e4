// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/sink.hpp"

#include <doctest/doctest.h>

#include "gridswarm/swarm/packing.hpp"

using namespace gridswarm;

namespace {

swarm::FeederInterval some_rows() {
  swarm::FeederInterval rows;
  rows.feeder = 3, rows.interval = 5, rows.ticks = 2;
  rows.totals.resize(4);
  rows.totals[3].source_kw = 17.5;
  rows.totals[3].rounds = 4.0;
  double next = 1.0;
  for (auto* column :
       {&rows.p_kw, &rows.q_kvar, &rows.v_re_pu, &rows.v_im_pu, &rows.agent_p_kw, &rows.agent_soc,
        &rows.soc, &rows.e_out_kwh, &rows.e_in_kwh, &rows.unserved_kwh}) {
    column->assign({next, next + 0.25, -next});
    next += 1.0;
  }
  rows.cluster = {-1, 4, 1LL << 60};
  rows.leader = {7, -1, 9};
  rows.moved = 1, rows.clusters = 2, rows.messages = 3, rows.bytes = 1LL << 40;
  rows.flow_s = 0.5, rows.tick_s = 0.25;
  return rows;
}

}  // namespace

TEST_CASE("rows survive their way between ranks, every member") {
  const swarm::FeederInterval rows = some_rows();
  swarm::FeederInterval back;
  back.p_kw.assign(100, 1.0);  // capacity and old values must not show
  swarm::unpack(swarm::pack(rows), back);
  CHECK(swarm::pack(back) == swarm::pack(rows));
  CHECK(back.feeder == 3);
  CHECK(back.interval == 5);
  CHECK(back.ticks == 2);
  CHECK(back.totals[3].source_kw == 17.5);
  CHECK(back.totals[3].rounds == 4.0);
  CHECK(back.p_kw == rows.p_kw);
  CHECK(back.unserved_kwh == rows.unserved_kwh);
  CHECK(back.cluster == rows.cluster);
  CHECK(back.leader == rows.leader);
  CHECK(back.bytes == 1LL << 40);
  CHECK(back.tick_s == 0.25);
}

TEST_CASE("empty rows survive too") {
  swarm::FeederInterval back = some_rows();
  swarm::unpack(swarm::pack(swarm::FeederInterval{}), back);
  CHECK(back.totals.empty());
  CHECK(back.cluster.empty());
  CHECK(back.messages == 0);
}

TEST_CASE("every member of the rows changes their bytes") {
  const Bytes plain = swarm::pack(some_rows());
  std::int64_t changed = 0;
  const auto differs = [&](auto&& change) {
    swarm::FeederInterval rows = some_rows();
    change(rows);
    changed += swarm::pack(rows) != plain;
  };
  using Rows = swarm::FeederInterval;
  for (auto member : {&Rows::p_kw, &Rows::q_kvar, &Rows::v_re_pu, &Rows::v_im_pu, &Rows::agent_p_kw,
                      &Rows::agent_soc, &Rows::soc, &Rows::e_out_kwh, &Rows::e_in_kwh,
                      &Rows::unserved_kwh, &Rows::e_in_kwh})
    differs([&](Rows& rows) { (rows.*member)[1] += 1.0; });
  for (auto member : {&Rows::cluster, &Rows::leader})
    differs([&](Rows& rows) { (rows.*member)[1] += 1; });
  for (auto member : {&Rows::moved, &Rows::clusters, &Rows::messages, &Rows::bytes})
    differs([&](Rows& rows) { rows.*member += 1; });
  for (auto member : {&Rows::feeder, &Rows::interval, &Rows::ticks})
    differs([&](Rows& rows) { rows.*member += 1; });
  differs([](Rows& rows) { rows.totals[0].shared_kw = 1.0; });
  CHECK(changed == 21);
}

TEST_CASE("a layout survives its way, names and wires included") {
  swarm::FeederLayout layout;
  layout.name = "a feeder";
  layout.bus = {10, 20};
  layout.agent = {1, 2, 3};
  layout.agent_bus = {10, 20, 20};
  layout.agent_kind = {0, 2, 4};
  layout.e_kwh = {0.0, 5.0, 0.0};
  layout.efficiency = {0.0, 0.9, 0.0};
  layout.kw_per_pu = 1000.0;
  layout.base_mva = 10.0;
  layout.bus_type = {3, 1};
  layout.base_kv = {20.0, 20.0};
  layout.fbus = {10};
  layout.tbus = {20};
  layout.in_service = {1};
  layout.shift_deg = {30.0};
  swarm::FeederLayout back;
  swarm::unpack(swarm::pack(layout), back);
  CHECK(back.name == "a feeder");
  CHECK(back.agent == layout.agent);
  CHECK(back.e_kwh == layout.e_kwh);
  CHECK(back.kw_per_pu == 1000.0);
  CHECK(back.base_mva == 10.0);
  CHECK(back.shift_deg == layout.shift_deg);
  CHECK(swarm::pack(back) == swarm::pack(layout));
}
