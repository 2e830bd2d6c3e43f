// Starts the demo agency from a binary on a free port with data of its own, waits until it
// answers, runs run.mjs against it and stops it again by its own process.
//
//   node start.mjs --binary PATH [--db postgres://…] [what run.mjs takes]

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { options, run } from './run.mjs';

const readyTries = 480;
const tryEvery = 250; // milliseconds: two minutes in all, since the demo makes its data first

const { values } = parseArgs({ options: { ...options, binary: { type: 'string' }, db: { type: 'string' } } });
if (!values.binary) {
  console.error('start.mjs: --binary PATH is needed');
  process.exit(2);
}

const engine = values.db ? 'postgres' : 'sqlite';
const dir = await mkdtemp(path.join(tmpdir(), 'kizuna-browser-'));
const keys = path.join(dir, 'keys.json');
const logFile = path.join(dir, 'server.log');
const log = await open(logFile, 'w');
const server = spawn(path.resolve(values.binary), [
  'demo', '--addr', `127.0.0.1:${await freePort()}`, '--data', path.join(dir, 'data'), '--lang', values.lang, '--keys', keys,
  ...(values.db ? ['--db', values.db] : []),
], { stdio: ['ignore', log.fd, log.fd] });
const left = new Promise((done) => {
  server.on('exit', (code, signal) => done(`left with ${signal ?? code}`));
  server.on('error', (error) => done(error.message));
});
let gone = null;
left.then((how) => { gone = how; });

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => { server.kill('SIGKILL'); process.exit(130); });
}

let good = false;
try {
  const base = await ready();
  good = await run({ ...values, base, keys, expire: await expirer(), name: values.name ?? `${engine}-${values.lang}-${values.width}` });
  if (gone) throw new Error(`the program ${gone} while it was used`);
} catch (error) {
  good = false;
  console.error(error.message);
} finally {
  if (!good) console.error(`--- end of the program's log\n${(await readFile(logFile, 'utf8')).split('\n').slice(-40).join('\n')}\n---`);
  await stop();
  await log.close();
  await rm(dir, { recursive: true, force: true });
}
process.exitCode = good ? 0 : 1;

/** Waits for the keys file, which comes once the program answers, and then for its own word. */
async function ready() {
  const began = performance.now();
  for (let i = 0; i < readyTries; i++) {
    if (gone) throw new Error(`the program ${gone} before it answered`);
    const base = await readFile(keys, 'utf8').then((text) => JSON.parse(text).base_url, () => null);
    if (base && await fetch(new URL('/healthz', base)).then((answer) => answer.ok, () => false)) {
      console.log(`${engine}: ready at ${base} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      return base;
    }
    await pause(tryEvery);
  }
  throw new Error(`not ready after ${readyTries} tries`);
}

/** Gives the function that lets every sign-in's time run out, past the program (expire/main.go). */
async function expirer() {
  const tool = path.join(dir, 'expire');
  const cwd = path.dirname(fileURLToPath(import.meta.url));
  await promisify(execFile)('go', ['build', '-o', tool, './expire'], { cwd });
  return () => promisify(execFile)(tool, [values.db ?? path.join(dir, 'data', 'kizuna.db')]);
}

async function stop() {
  if (gone) return;
  server.kill('SIGTERM');
  const inTime = await Promise.race([left.then(() => true), pause(10_000, false, { ref: false })]);
  if (!inTime) {
    server.kill('SIGKILL');
    good = false;
    console.error('the program did not stop within 10 s of SIGTERM');
  }
}

function freePort() {
  return new Promise((found, failed) => {
    const probe = net.createServer().on('error', failed).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}
