import { Agent, request as httpRequest } from 'node:http';
import { createApiRig } from '/work/main/test/api/api-rig.ts';
import { pino } from '/work/main/node_modules/pino/pino.js';
const N = Number(process.env.N ?? 5000);
const rig = await createApiRig();
rig.logs.push = () => 0;
const server = await rig.listen();
const agent = new Agent({ keepAlive: true, maxSockets: 20 });
const body = JSON.stringify({ symbol: 'AAPL', side: 'BUY', type: 'LIMIT', timeInForce: 'DAY', quantity: '10', limitPrice: '205.75' });
if (process.env.SERVE) { console.log(server.ports.http, rig.customerToken); setTimeout(()=>{}, 1e9); 
  let c0=process.cpuUsage(); process.on('SIGUSR2', ()=>{ const c=process.cpuUsage(c0); c0=process.cpuUsage(); console.log('cpu ms', (c.user+c.system)/1000); });
} else {
const once = () => new Promise<number>((resolve, reject) => {
  const r = httpRequest({ agent, host: '127.0.0.1', port: server.ports.http, path: '/v1/orders', method: 'POST', headers: { authorization: `Bearer ${rig.customerToken}`, 'content-type': 'application/json', 'content-length': body.length, 'idempotency-key': 'k'+Math.random() } }, (res) => { res.resume(); res.on('end', () => resolve(res.statusCode!)); });
  r.on('error', reject); r.end(body);
});
const run = async (n: number) => { let left = n; await Promise.all(Array.from({ length: 10 }, async () => { while (left-- > 0) { const s = await once(); if (s !== 202) throw new Error('status ' + s); } })); };
await run(2000);
for (let k=0;k<3;k++){ const c0 = process.cpuUsage(); const t0 = performance.now(); await run(N); const c = process.cpuUsage(c0); console.log('per request: wall ms', ((performance.now() - t0) / N).toFixed(3), 'cpu ms (client+server)', ((c.user + c.system) / 1000 / N).toFixed(3)); }
await server.close(1000); process.exit(0); }
