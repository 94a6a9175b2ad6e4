# SPDX-License-Identifier: BSD-3-Clause
import gridswarm as gs

case = gs.read_case("examples/data/ieee33.m")           # DataFrames in the file's units, to edit
case.bus.loc[18, "pd_mw"] += 0.1                        # 100 kW more at bus 18
result = gs.power_flow(case)
print(f"{1000 * result.losses_mw:.1f} kW lost, {result.bus.vm_pu.min():.4f} p.u. at the far end")

fleet = gs.synthetic_fleet(case, agents=200, seed=1)    # or gs.read_fleet("fleet.csv", case)
clusters = gs.form_clusters(case, fleet)
print(f"{len(fleet)} devices in {clusters.quality['clusters']} clusters")
gs.plot.clusters(case, clusters).savefig("clusters.png")
