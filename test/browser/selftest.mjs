// Proves that the kit sees what it is there to see: each fault is planted in a small page, with
// the content security policy of the real ones, and must be told; a sound page must not be.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { accountOf, pageOf, Run, signIn, stateFor, stateOf, Stopped } from './kit.mjs';

const shell = (body, head = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Sample</title>${head}</head>
<body><main><h1>Sample</h1>${body}</main></body></html>`;

const pages = {
  '/sound': shell('<p>All is well.</p>'),
  '/no-label': shell('<input type="text">'),
  '/error': shell('<p>Text</p>', '<script src="/error.js"></script>'),
  '/inline': shell('<p>Text</p><script>document.title = "x"</script>'),
  '/wide': shell('<p>Text</p>', '<link rel="stylesheet" href="/wide.css">'),
  '/twice': shell('<p id="one">Text</p><p id="one">Text</p>'),
  '/heavy': shell('<p>Text</p>', '<script src="/heavy.js"></script>'),
  '/missing-part': shell('<p>Text</p>', '<script src="/none.js"></script>'),
  '/sign-in': shell(`<form method="get" action="/home"><label>Address <input name="email" autocomplete="username"></label>
    <label>Password <input name="password" type="password" autocomplete="current-password"></label><button>Sign in</button></form>`),
  '/home': shell('<p>Home</p>'),
};

const files = {
  '/error.js': ['text/javascript', 'console.error("broken")'],
  '/wide.css': ['text/css', 'p { width: 3000px }'],
  // Random, so that no compression makes it small.
  '/heavy.js': ['text/javascript', `//${randomBytes(70_000).toString('base64')}`],
};

let server, base, shots;
before(async () => {
  server = http.createServer((request, response) => {
    const where = new URL(request.url, 'http://x').pathname;
    const [type, body] = files[where] ?? (pages[where] ? ['text/html; charset=utf-8', pages[where]] : []);
    if (where === '/defect') return response.writeHead(500, { 'content-type': 'text/html' }).end(pages['/sound']);
    if (where === '/favicon.ico') return response.writeHead(204).end();
    if (!type) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type, 'content-security-policy': "default-src 'self'" }).end(body);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${server.address().port}`;
  shots = await mkdtemp(path.join(tmpdir(), 'kizuna-selftest-'));
});
after(async () => {
  server.close();
  await rm(shots, { recursive: true });
});

async function faultsOf(address, options = {}) {
  const run = await Run.start({ base, shots, name: 'selftest', lang: 'en', width: 390, ...options });
  try {
    await run.step('visitor', 'open', (page) => page.goto(address));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  await run.end();
  return run.faults.join('\n');
}

test('a sound page has no fault', async () => assert.equal(await faultsOf('/sound'), ''));
for (const [address, told] of [
  ['/no-label', /axe label/],
  ['/error', /console: broken/],
  ['/inline', /Content Security Policy/],
  ['/wide', /overflows sideways: 30\d\d px in 390 px, first by p/],
  ['/twice', /ids that stand twice: one$/],
  ['/heavy', /a first visit transfers 9\d\.\d KiB.*\/heavy\.js/],
  ['/missing-part', /404/],
  ['/defect', /answer: .*500/],
]) {
  test(`${address} is told`, async () => assert.match(await faultsOf(address), told));
}

test('a step that hangs is stopped and told', async () => {
  const run = await Run.start({ base, shots, name: 'selftest', limit: { stepMilliseconds: 200 } });
  await assert.rejects(run.step('visitor', 'wait for ever', () => new Promise(() => {})), Stopped);
  assert.equal(await run.end(), false);
  assert.match(run.faults[0], /took more than 200 ms/);
});

test('an expected error is part of its step only', async () => {
  const run = await Run.start({ base, shots, name: 'selftest', width: 390 });
  await run.step('visitor', 'expected', (page) => page.goto('/error'), { expect: [/broken/] });
  assert.deepEqual(run.faults, []);
  await run.step('visitor', 'not expected', (page) => page.goto('/error'));
  assert.equal(await run.end(), false);
});

test('signing in fills the form by what its fields are for', async () => {
  const run = await Run.start({ base, shots, name: 'selftest' });
  await run.step('caseworker', 'sign in', (page) => signIn(page, { email: 'a@example.jp', password: 'p' }));
  assert.equal(new URL((await run.page('caseworker')).url()).pathname, '/home');
  assert.equal(await run.end(), true);
});

test('roles, pages and states', () => {
  const keys = { accounts: [{ role: 'caseworker', email: 'a@example.jp' }] };
  assert.equal(accountOf(keys, 'caseworker').email, 'a@example.jp');
  assert.throws(() => accountOf(keys, 'auditor'), /no auditor/);
  assert.equal(pageOf('http://h/desk/persons/0190163d-8694-739b-aea5-966c26f8ad91/edit?x=1'), '/desk/persons/:id/edit');
  assert.equal(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((n) => JSON.stringify(stateOf(n)))).size, 8);
  assert.equal(stateFor('/desk', 'abc'), stateFor('/desk', 'abc'));
});
