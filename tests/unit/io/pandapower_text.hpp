// SPDX-License-Identifier: BSD-3-Clause
// A pandapower network typed by hand: 110 kV source, one transformer, two 20 kV lines.
#pragma once

#include <map>
#include <string>

namespace gridswarm::test {

/// A table as pandapower.to_json writes it: rows inside a text.
inline std::string panda_table_text(const std::string& rows) {
  std::string escaped;
  for (const char c : rows) escaped += c == '"' ? std::string("\\\"") : std::string(1, c);
  return "{\"_module\": \"pandas.core.frame\", \"_class\": \"DataFrame\", \"_object\": \"" +
         escaped + "\", \"orient\": \"split\"}";
}

/// The tables of the network, to be changed by a test.
inline std::map<std::string, std::string> panda_tables() {
  return {
      {"bus",
       R"({"columns":["name","vn_kv","in_service"],"index":[0,1,5,7],)"
       R"("data":[["top",110.0,true],["main",20.0,true],["far",20.0,true],[null,20.0,true]]})"},
      {"ext_grid", R"({"columns":["bus","vm_pu","va_degree","in_service"],"index":[0],)"
                   R"("data":[[0,1.02,10.0,true]]})"},
      {"trafo",
       R"({"columns":["hv_bus","lv_bus","sn_mva","vn_hv_kv","vn_lv_kv","vk_percent","vkr_percent",)"
       R"("pfe_kw","i0_percent","shift_degree","tap_side","tap_neutral","tap_pos",)"
       R"("tap_step_percent","parallel","in_service"],"index":[3],)"
       R"("data":[[0,1,25.0,110.0,20.0,10.0,0.6,0.0,0.0,150.0,"hv",0,2,1.5,1,true]]})"},
      {"line",
       R"({"columns":["from_bus","to_bus","length_km","r_ohm_per_km","x_ohm_per_km",)"
       R"("c_nf_per_km","g_us_per_km","max_i_ka","df","parallel","in_service"],"index":[0,1],)"
       R"("data":[[1,5,2.0,0.4,0.3,0.0,0.0,0.2,1.0,2,true],)"
       R"([5,7,1.0,0.4,0.3,0.0,0.0,0.2,1.0,1,true]]})"},
      {"load", R"({"columns":["bus","p_mw","q_mvar","const_z_percent","const_i_percent","scaling",)"
               R"("in_service"],"index":[0,4],"data":[[5,2.0,0.5,0.0,0.0,0.5,true],)"
               R"([7,1.0,0.2,40.0,30.0,1.0,true]]})"},
      {"switch", R"({"columns":["bus","element","et","closed","z_ohm"],"index":[0],)"
                 R"("data":[[7,1,"l",false,0.0]]})"}};
}

inline std::string panda_text(const std::map<std::string, std::string>& tables) {
  std::string text =
      "{\n\"_module\": \"pandapower.auxiliary\",\n\"_class\": \"pandapowerNet\",\n\"_object\": "
      "{\n\"f_hz\": 50.0,\n\"sn_mva\": 10.0,\n\"name\": \"hand\",\n\"format_version\": \"2.14.0\"";
  for (const auto& [name, rows] : tables) text += ",\n\"" + name + "\": " + panda_table_text(rows);
  return text + "\n}\n}\n";
}

}  // namespace gridswarm::test
