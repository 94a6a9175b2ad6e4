# SPDX-License-Identifier: BSD-3-Clause
"""Messages between agents beside mango's simulation world.

Both sides: every agent tells 8 others three numbers, links delay by 10 ms, all of it is delivered
in virtual time, nothing is recorded. The peer's agents do nothing but take the message in. A
message costs the best round's CPU time over its deliveries; building the agents isn't timed.
The row compares worlds of 10,000 agents; mango's smaller world is shown beside it, as its cost
grows with what is under way.
"""
import asyncio
import json
import os
import pathlib
import subprocess
import time

NEIGHBOURS, DELAY_S = 8, 0.01
SIZES = {1_000: 8, 10_000: 3}  # agents: rounds
COMMAND = "./dev peers control --part messages"


async def mango_message_s(agents, rounds):
    """CPU seconds of one delivered message, best of `rounds`."""
    import mango

    class Listener(mango.Agent):
        def __init__(self):
            super().__init__()
            self.heard = 0

        def handle_message(self, content, meta):
            self.heard += 1

    from mango.simulation.communication import SimpleCommunicationSimulation
    from mango.simulation.world import create_world
    world = create_world(start_time=0.0, record_messages=False,
                         communication_sim=SimpleCommunicationSimulation(default_delay_s=DELAY_S))
    listeners = [world.register(Listener()) for _ in range(agents)]
    best = float("inf")
    async with world:
        await world.step(step_size_s=DELAY_S)
        for round_ in range(rounds):
            begin = time.process_time()
            for i, one in enumerate(listeners):
                for k in range(1, NEIGHBOURS + 1):
                    to = listeners[(i + k * (17 if k % 2 == 0 else agents - 23)) % agents]
                    await one.send_message((1.0, 2.0, 3.0), to.addr)
            delivered = 0
            while delivered < agents * NEIGHBOURS:
                delivered += (await world.step(step_size_s=2 * DELAY_S)).messages_delivered
            best = min(best, (time.process_time() - begin) / delivered)
    assert sum(one.heard for one in listeners) == rounds * agents * NEIGHBOURS
    return best


def ours():
    """{row: nanoseconds} of our links, as ./dev bench control measures them."""
    program = pathlib.Path(os.environ["GRIDSWARM_PROGRAM"]).parent / "bench_control"
    told = subprocess.run([program, "--json"], check=True, capture_output=True, text=True)
    return {row["name"]: row["value"] for row in json.loads(told.stdout)["rows"]
            if row["name"].startswith("message_ns")}


def compare():
    """Rows and a table, as control.py collects them."""
    here = ours()["message_ns_fixed_delay"]
    lines = [f"{NEIGHBOURS} messages from each agent, links of {1e3 * DELAY_S:.0f} ms, "
             "per delivered message.", "",
             "| side | agents | one message, ns |", "| --- | ---: | ---: |",
             f"| gridswarm, link/ | 10000 | {here:.1f} |"]
    theirs = {}
    for agents, rounds in SIZES.items():
        theirs[agents] = 1e9 * asyncio.run(mango_message_s(agents, rounds))
        lines.append(f"| mango, SimulationWorld | {agents} | {theirs[agents]:.0f} |")
    most = max(SIZES)
    rows = [{"name": "mango_message_speedup", "value": theirs[most] / here, "unit": "times",
             "op": ">=", "bar": 300, "repeats": SIZES[most], "command": COMMAND},
            {"name": "mango_message_speedup_to_its_1k", "value": theirs[min(SIZES)] / here,
             "unit": "times", "op": "", "bar": None, "repeats": SIZES[min(SIZES)],
             "command": COMMAND}]
    return rows, lines
