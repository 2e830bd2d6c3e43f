// Runs the journey, or looks at every page, against a program that is already answering.
//
//   node run.mjs --base http://127.0.0.1:8080 --keys keys.json --lang ja --width 1440
//     --theme dark      the other colours
//     --pages           looks at every page of pages.mjs instead, each in one of its eight states
//     --pictures        takes the pictures of the README instead, into docs/pictures
//     --name NAME       folder of the pictures under shots/
//
// STATE=n opens every page in state n (0…7); SHOTS=1 keeps a picture of each step.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { doors } from './doors.mjs';
import { expiry } from './expiry.mjs';
import { journey } from './journey.mjs';
import { accountOf, Run, signIn, stateFor, stateOf, Stopped } from './kit.mjs';
import { pages } from './pages.mjs';
import { pictures } from './pictures.mjs';
import { repeats } from './repeats.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

export const options = {
  base: { type: 'string' },
  keys: { type: 'string' },
  lang: { type: 'string', default: 'ja' },
  width: { type: 'string', default: '1440' },
  theme: { type: 'string', default: 'light' },
  name: { type: 'string' },
  pages: { type: 'boolean', default: false },
  pictures: { type: 'boolean', default: false },
};

/** Runs what the options ask for; true when nothing was wrong. */
export async function run(asked) {
  const keys = JSON.parse(await readFile(asked.keys, 'utf8'));
  const base = asked.base ?? keys.base_url;
  const name = asked.name ?? `${asked.lang}-${asked.width}`;
  if (asked.pictures) return takePictures({ ...asked, base }, keys);
  return asked.pages ? lookAtPages({ base, name }, keys) : runJourney({ ...asked, base, name }, keys);
}

async function runJourney({ base, name, lang, width, theme, expire }, keys) {
  console.log(`journey ${name}`);
  const run = await Run.start({ base, name, lang, theme, width: Number(width), shots: path.join(here, 'shots', name) });
  try {
    await both(journey(run, keys), doors(run, keys)); // one works while the other waits for the program
    if (expire) { // only who started the program can make time pass
      await expiry(run, keys, expire);
      await repeats(run, keys, expire);
    }
  } catch (error) {
    if (!(error instanceof Stopped)) run.fault('journey', error.stack);
  }
  return run.end();
}

/** Waits for all, and then says what went wrong with the first that did. */
async function both(...works) {
  const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
  if (failed) throw failed.reason;
}

async function takePictures({ base, lang }, keys) {
  const run = await Run.start({ base, name: 'pictures', lang, width: 1280, shots: path.join(here, 'shots', 'pictures') });
  try {
    await pictures(run, keys, path.join(here, '..', '..', 'docs', 'pictures'));
  } catch (error) {
    if (!(error instanceof Stopped)) run.fault('pictures', error.stack);
  }
  return run.end();
}

// Each page is looked at in one of its eight states a run; the address and the commit choose it,
// so that a failure can be had again and eight commits see them all.
async function lookAtPages({ base, name }, keys) {
  const commit = commitHere();
  const states = new Map();
  for (const page of pages) {
    const n = process.env.STATE ? Number(process.env.STATE) : stateFor(page.path, commit);
    states.set(n, [...(states.get(n) ?? []), page]);
  }
  // Two browsers at a time, so that one works while the other waits for the program.
  const waiting = [...states].sort((a, b) => a[0] - b[0]);
  const lane = async () => {
    let good = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) good = (await lookInState(...next, { base, name }, keys)) && good;
    return good;
  };
  return (await Promise.all([lane(), lane()])).every((good) => good);
}

/** Looks at pages in one state; what it says comes at once, since another state is looked at beside it. */
async function lookInState(n, some, { base, name }, keys) {
  const { lang, theme, width } = stateOf(n);
  const said = [`pages in state ${n}: ${lang}, ${theme}, ${width} (STATE=${n} opens all of them so)`];
  const title = `${name}-state${n}`;
  const run = await Run.start({ base, name: title, lang, theme, width, shots: path.join(here, 'shots', title), say: (line) => said.push(line) });
  const signedIn = new Set(['visitor']);
  for (const { who, path: address, first, below } of some) {
    try {
      if (!signedIn.has(who)) {
        await run.step(who, 'sign in', (page) => signIn(page, accountOf(keys, who)));
        signedIn.add(who);
      }
      await run.step(who, first ? `${address} first ${below}`.trim() : address, async (page) => {
        const answer = await page.goto(`${address}${address.includes('?') ? '&' : '?'}lang=${lang}`);
        if (!answer.ok()) throw new Error(`${address} answers ${answer.status()}`);
        if (first) await openFirst(page, first, below);
      });
    } catch (error) {
      if (!(error instanceof Stopped)) run.fault(address, error.stack);
    }
  }
  const good = await run.end();
  console.log(said.join('\n'));
  return good;
}

/**
 * Opens the first record that a list links to under a folder, or a page of its own below that, or one elsewhere
 * (/…, * for any id) that it leads to, or after a space a page of that one's own; after " > " one that this leads to in turn.
 */
async function openFirst(page, folder, below) {
  const links = await page.getByRole('main').locator(`a[href^="${folder}"]`).evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const found = links.find((href) => /^[0-9a-f-]{36}$/.test(href.slice(folder.length)));
  if (!found) throw new Error(`nothing under ${folder} to open`);
  const [own, ...hops] = below.split(' > ');
  await open(page, own && !own.startsWith('/') ? `${found}/${own}` : found);
  for (const hop of own.startsWith('/') ? [own, ...hops] : hops) {
    const [to, its] = hop.split(' ');
    const like = to.split('*').map((part) => `[href*="${part}"]`).join('');
    const other = await page.getByRole('main').locator(`a[href^="${to.split('*')[0]}"]${like}`).first().getAttribute('href');
    await open(page, its ? `${other}/${its}` : other);
  }
}

async function open(page, address) {
  const answer = await page.goto(address);
  if (!answer.ok()) throw new Error(`${address} answers ${answer.status()}`);
}

/** The commit that is checked out; a release archive has none. */
function commitHere() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'no commit';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options });
  if (!values.keys) {
    console.error('run.mjs: --keys FILE is needed (kizuna demo --keys FILE writes it)');
    process.exit(2);
  }
  process.exitCode = (await run(values)) ? 0 : 1;
}
