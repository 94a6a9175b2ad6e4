function mpc = converted
mpc.baseMVA = 10;
mpc.bus = [1 3 0 0 0 0 1 1 0 12.66 1 1 1; 2 2 100 60 .5 -2 1 1 0 12.66 1 1.1 0.9];
mpc.gen = [1 0 0 10 -10 1 100 1 10 0; 2 1.5 0 1 -1 1.01 100 1 2 0];
mpc.branch = [1 2 0.0922 0.0470 0 0 0 0 1.025 -30 1 -360 360; 2 1 1 1 ...
 0 0 0 0 0 0 0 0 0];
mpc.gencost = [2 0 0 3 0 20 0];
mpc.dcline = [1 2 0 10];
%{
block
%}
[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, GS, BS, BUS_AREA, VM, VA, BASE_KV] = idx_bus;
[F_BUS, T_BUS, BR_R, BR_X] = idx_brch;
Vbase = mpc.bus(1, BASE_KV) * 1e3; Sbase = mpc.baseMVA * 1e6;
mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);
mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;
pf = 0.9; mpc.bus(2, QD) = mpc.bus(2, PD) * sin(acos(pf));
