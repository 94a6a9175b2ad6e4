function mpc = two_bus
mpc.version = '2';
mpc.baseMVA = 50/3;
mpc.bus = [ % bus
 70 3 0 0 0 0 1 1.02 -30 20/sqrt(3) 1 1.1 0.9
 9,1,1.5e-1,-(2+1)/10,0,0,1,1,0,20/sqrt(3),1,Inf,-Inf;
];
mpc.gen = [ 70 0 0 Inf -Inf 1.02 100 1 10 0 ];
mpc.branch = [ 70 9 0.01 2e-2 0 5 0 0 0 0 1 -360 360 ];
mpc.bus_name = { 'a % b'; 'it''s [' };
