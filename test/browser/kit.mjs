// The kit of the browser tests: one Chromium, people who are signed in, steps that are timed, and
// what every page must hold whatever it shows: no accessibility violation, no console error, no
// sideways overflow, little to transfer.

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

export const limits = {
  coldPageBytes: 60 * 1024, // everything a first visit transfers, compressed, headers included
  stepMilliseconds: 20_000,
};

const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const chromiumFlags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** A page in one of eight states: language, theme and width by the bits of n. */
export function stateOf(n) {
  return { lang: n & 1 ? 'en' : 'ja', theme: n & 2 ? 'dark' : 'light', width: n & 4 ? 390 : 1440 };
}

/** The state in which a page is looked at in this run: by its address and the commit. */
export function stateFor(address, commit) {
  return createHash('sha256').update(`${address}\n${commit}`).digest()[0] % 8;
}

/** The page behind an address: ids and queries do not make another one. */
export function pageOf(address) {
  return new URL(address).pathname
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, ':id')
    .replace(/\/\d+(?=\/|$)/g, '/:n');
}

export class Run {
  /**
   * shots: folder of the pictures; name: what this run is called in reports; say: who hears of them.
   * A picture of a whole page takes longer than all that is looked at on it, so only what went wrong
   * is photographed, unless SHOTS is set.
   */
  static async start({ base, shots, name, lang = 'ja', width = 1440, theme = 'light', limit = limits, say = console.log }) {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: chromiumFlags });
    await mkdir(shots, { recursive: true });
    return Object.assign(new Run(), {
      browser, base, shots, name, lang, width, theme, limit, say,
      people: new Map(), cold: new Map(), looked: new Set(), faults: [], steps: 0, pages: 0,
    });
  }

  fault(where, what) {
    this.faults.push(`${this.name}: ${where}: ${what}`);
    this.say(`   ✗ ${where}: ${what}`);
  }

  context(options = {}) {
    const { lang = this.lang, width = this.width, theme = this.theme, ...rest } = options;
    return this.browser.newContext({
      baseURL: this.base,
      locale: lang === 'ja' ? 'ja-JP' : 'en-GB',
      timezoneId: 'Asia/Tokyo',
      colorScheme: theme,
      viewport: { width, height: width < 600 ? 844 : 900 },
      ...rest,
    });
  }

  /** The page of one person, opened at the first call, with options of its own. Nobody is signed in on it yet. */
  async page(who, options = {}) {
    const known = this.people.get(who);
    if (known) return known;
    const page = await (await this.context(options)).newPage();
    page.setDefaultTimeout(10_000);
    page.options = options;
    this.listen(page, who);
    this.people.set(who, page);
    return page;
  }

  /** Notes every console error and failed request of a page; expect() says which are part of a step. */
  listen(page, who) {
    page.expected = [];
    const note = (what) => {
      if (!page.expected.some((pattern) => pattern.test(what))) this.fault(`${who} at ${page.url()}`, what);
    };
    page.on('console', (message) => {
      if (message.type() === 'error') note(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => note(`script: ${error.message}`));
    page.on('requestfailed', (request) => {
      // A navigation that another one overtakes is aborted; that is no fault.
      const why = request.failure()?.errorText ?? 'failed';
      if (why !== 'net::ERR_ABORTED') note(`request: ${request.url()} ${why}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 500) note(`answer: ${response.url()} ${response.status()}`);
    });
  }

  /**
   * One step of one person: does it, times it, and looks at the page it ends on.
   * expect: patterns of console errors that belong to the step (a 422 that is shown on purpose).
   */
  async step(who, name, act, { expect = [] } = {}) {
    const page = await this.page(who);
    page.expected = expect;
    const began = performance.now();
    const file = path.join(this.shots, `${String(++this.steps).padStart(2, '0')}-${slug(who)}-${slug(name)}.png`);
    try {
      await within(this.limit.stepMilliseconds, act(page), name);
      const took = Math.round(performance.now() - began);
      if (process.env.SHOTS) await page.screenshot({ path: file, fullPage: true });
      this.say(`   ${String(took).padStart(6)} ms  ${who}: ${name}`);
      await this.look(page, who);
    } catch (error) {
      await page.screenshot({ path: file, fullPage: true }).catch(() => {});
      this.fault(`${who}: ${name}`, `${error.message}\n     at ${page.url()}, picture ${file}`);
      throw new Stopped(name);
    } finally {
      page.expected = [];
    }
  }

  /** What holds of every page; each page of each person once in a run. */
  async look(page, who) {
    const seen = `${who} ${pageOf(page.url())}`;
    if (this.looked.has(seen)) return;
    this.looked.add(seen);
    this.pages++;
    const where = `${who} on ${pageOf(page.url())}`;
    if (page.options.javaScriptEnabled === false) return this.lookWithoutScript(page, where);
    // Weighing mostly waits, for a network that stays idle.
    await Promise.all([this.light(page, where), this.itself(page, where)]);
  }

  /** axe is a script itself: it looks at the same address beside, in a page as wide that runs scripts. */
  async lookWithoutScript(page, where) {
    await this.unique(page, where);
    await this.fits(page, where);
    await this.light(page, where);
    const { page: other } = await this.coldPage(page);
    await other.goto(page.url());
    await this.accessible(other, where);
    await other.goto('about:blank');
  }

  /** What is looked at on the very page, one after the other, since fits() changes its width. */
  async itself(page, where) {
    await this.accessible(page, where);
    await this.unique(page, where);
    await this.fits(page, where);
  }

  async accessible(page, where) {
    // No page has frames, so axe need not open another page to put the results of several together.
    const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).withTags(axeTags).setLegacyMode().analyze();
    for (const v of violations) {
      const nodes = v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')}: ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`);
      this.fault(where, `axe ${v.id} (${v.impact}): ${v.help}\n       ${nodes.join('\n       ')}`);
    }
  }

  /** No id stands twice on a page: labels, links and swaps would find the first only. */
  async unique(page, where) {
    const twice = await page.evaluate(() => {
      const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
      return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))];
    });
    if (twice.length > 0) this.fault(where, `ids that stand twice: ${twice.join(', ')}`);
  }

  /** No page scrolls sideways, at its own width and at the narrowest and widest that are promised. */
  async fits(page, where) {
    const own = page.viewportSize();
    for (const width of new Set([own.width, 320, 1920])) {
      await page.setViewportSize({ width, height: own.height });
      const { scroll, inner, widest } = await page.evaluate(() => {
        const inner = window.innerWidth;
        const out = [...document.querySelectorAll('body *')].find((e) => e.getBoundingClientRect().right > inner + 1);
        return {
          scroll: document.documentElement.scrollWidth, inner,
          widest: out ? `${out.tagName.toLowerCase()}.${String(out.getAttribute('class') ?? '').split(' ')[0]}` : '',
        };
      });
      if (scroll > inner) this.fault(where, `overflows sideways: ${scroll} px in ${inner} px, first by ${widest}`);
    }
    await page.setViewportSize(own);
  }

  /** Opens the same address with an empty cache and the same sign-in, and weighs what comes. */
  async light(page, where) {
    const cold = await this.coldPage(page);
    cold.parts = [];
    await cold.page.context().clearCookies();
    await cold.page.context().addCookies(await page.context().cookies());
    await cold.page.goto(page.url(), { waitUntil: 'networkidle' });
    const parts = cold.parts;
    await cold.page.goto('about:blank'); // it follows no live updates while the next step is taken
    const bytes = parts.reduce((sum, [n]) => sum + n, 0);
    if (bytes > this.limit.coldPageBytes) {
      parts.sort((a, b) => b[0] - a[0]);
      const heaviest = parts.slice(0, 4).map(([n, url]) => `${kib(n)} ${new URL(url).pathname}`).join(', ');
      this.fault(where, `a first visit transfers ${kib(bytes)}, more than ${kib(this.limit.coldPageBytes)}: ${heaviest}`);
    }
  }

  /**
   * A page beside a person's that keeps nothing it was sent; parts: bytes and address of what came. It has
   * a window of its own: behind another page of the same window, that person's would be drawn once a second.
   */
  async coldPage(page) {
    const known = this.cold.get(page);
    if (known) return known;
    const context = await this.context({ ...page.options, javaScriptEnabled: true });
    const cold = { page: await context.newPage(), parts: [] };
    this.cold.set(page, cold);
    const network = await context.newCDPSession(cold.page);
    await network.send('Network.enable');
    await network.send('Network.setCacheDisabled', { cacheDisabled: true });
    const addresses = new Map();
    network.on('Network.requestWillBeSent', (e) => addresses.set(e.requestId, e.request.url));
    network.on('Network.loadingFinished', (e) => cold.parts.push([e.encodedDataLength, addresses.get(e.requestId)]));
    return cold;
  }

  /** Leaves, and says how it went; true when nothing was wrong. */
  async end() {
    await this.browser.close();
    const good = this.faults.length === 0;
    this.say(`   ${this.name}: ${this.steps} steps, ${this.pages} pages looked at, ${this.faults.length} faults`);
    return good;
  }
}

/** The step that failed ends the journey; its fault is already noted. */
export class Stopped extends Error {}

/** Signs a person in through the page, as they would. */
export async function signIn(page, account) {
  await page.goto('/sign-in');
  await page.locator('input[autocomplete~="username"]').fill(account.email);
  await page.locator('input[autocomplete~="current-password"]').fill(account.password);
  await page.locator('input[autocomplete~="current-password"]').press('Enter');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** The account of a role in the file that the demo writes. */
export function accountOf(keys, role) {
  const account = keys.accounts.find((a) => a.role === role);
  if (!account) throw new Error(`the keys file has no ${role}; it has ${keys.accounts.map((a) => a.role).join(', ')}`);
  return account;
}

export function must(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

async function within(milliseconds, work, name) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} took more than ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const kib = (n) => `${(n / 1024).toFixed(1)} KiB`;
const slug = (s) => s.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
