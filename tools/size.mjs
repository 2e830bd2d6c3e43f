// What tools/size.sh measures, as lines of figures.
//
//   node size.mjs ready BINARY FLAGS…   starts the program on that data and tells when it answers
//   node size.mjs pairs FOLDER          three times two sizes of the same calls, beside each other
//   node size.mjs screens FILE          every screen, and those that stand out
//   node size.mjs serial FOLDER         three times many at once, serializable beside read committed

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const [what, ...rest] = process.argv.slice(2);
await { ready, pairs, screens, serial }[what](...rest);

function figure(name, figures) {
  console.log(`FIGURE | ${name} | ENGINE | ${figures} |`);
}

/** How long until the program answers, five times, and what it holds in memory once it did for five seconds. */
async function ready(binary, ...flags) {
  const took = [];
  const idle = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    const child = spawn(binary, ['serve', '--addr', '127.0.0.1:0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    const left = new Promise((done) => { child.on('exit', done); });
    took.push(await answers(child).then(() => performance.now() - began));
    await pause(5000);
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    idle.push(['VmRSS', 'RssFile'].map((key) => Number(status.match(new RegExp(`${key}:\\s+(\\d+)`))[1]) / 1024));
    child.kill('SIGTERM');
    await left;
  }
  figure('ready after its start', `median ${Math.round(median(took))} ms, slowest ${Math.round(Math.max(...took))} ms of ${took.length}`);
  figure('idle after its start', `${Math.round(median(idle.map((x) => x[0])))} MiB, of which ${Math.round(median(idle.map((x) => x[1])))} are pages of the program's file`);
}

/** Waits until the program has said where it listens, and is ready there. */
async function answers(child) {
  let said = '';
  const address = new Promise((found, failed) => {
    const hear = (piece) => {
      said += piece;
      const at = said.match(/127\.0\.0\.1:\d+/);
      if (at) found(at[0]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => failed(new Error(`the program left with ${code}: ${said}`)));
  });
  const at = await address;
  while (!(await fetch(`http://${at}/readyz`).then((answer) => answer.ok, () => false))) await pause(5);
}

async function pairs(folder) {
  const small = await thrice(folder, 'small');
  const large = await thrice(folder, 'large');
  for (const [name, a] of small) {
    const b = large.get(name);
    const [cpuA, cpuB] = [a, b].map((x) => median(x.map((r) => r.cpu_us)) / 1000);
    const bare = [a, b].map((x) => median(x.map((r) => r.cpu_us / r.bare_cpu_us)).toFixed(2)).join(', ');
    const rows = [a, b].map((x) => Math.max(...x.map((r) => r.rows))).join(', ');
    const broken = [...a, ...b].filter((r) => r.broken).length;
    figure(name, `${cpuA.toFixed(2)} → ${cpuB.toFixed(2)} ms of CPU = ${(cpuB / cpuA).toFixed(2)}, of bare ${bare}, ${b[0].queries} of ${b[0].query_budget} statements, rows ${rows}`
      + (broken ? `, ${broken} of 6 times above its bar` : ''));
  }
}

async function thrice(folder, size) {
  const calls = new Map();
  for (const i of [1, 2, 3]) {
    for (const call of JSON.parse(await readFile(`${folder}/${size}-${i}.json`, 'utf8')).calls) {
      calls.set(call.name, [...(calls.get(call.name) ?? []), call]);
    }
  }
  return calls;
}

async function screens(file) {
  const { calls } = JSON.parse(await readFile(file, 'utf8'));
  const above = calls.filter((c) => c.broken);
  figure('screens and calls', `${calls.length}, CPU median ${(median(calls.map((c) => c.cpu_us)) / 1000).toFixed(2)} ms, at most ${Math.max(...calls.map((c) => c.queries))} statements, ${above.length} above what their statements excuse`);
  for (const c of [...calls].sort((a, b) => b.cpu_us - a.cpu_us).slice(0, 8)) {
    figure(`dearest: ${c.name}`, `${(c.cpu_us / 1000).toFixed(1)} ms of CPU, bare ${(c.bare_cpu_us / 1000).toFixed(1)}, ${c.queries} statements, ${c.rows} rows`);
  }
}

async function serial(folder) {
  const runs = async (way) => Promise.all([1, 2, 3].map(async (i) => JSON.parse(await readFile(`${folder}/${way}-${i}.json`, 'utf8'))));
  const [committed, serializable] = [await runs('committed'), await runs('serializable')];
  const [c, s] = [committed, serializable].map((list) => median(list.map((m) => m.requests_per_second)));
  const failed = serializable.reduce((sum, m) => sum + m.failed, 0);
  figure('sixteen at once, serializable', `${s.toFixed(0)} a second, ${(s / c).toFixed(2)} of read committed (the bar is 0.85), ${failed} failed`);
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
