// The public's doors as somebody with a small old telephone meets them: 320 px wide and without
// JavaScript. One question a page, what is missing is said beside it and nothing typed is lost; an
// application is left and taken up elsewhere by its code; a partner refers somebody by a link.

import { accountOf, must, signIn } from './kit.mjs';

const bare = { javaScriptEnabled: false, width: 320 };

// What is typed on a page, by the end of its address; of a list, what is typed the next time it comes.
const complaint = {
  danger: { in_danger: 'false' },
  concern: { allegations: ['neglect'] },
  what: { body: 'よるおそく、<b>泣き声</b>がつづく & 心配です。' },
  who: { about: '久保田' },
  others: { more: 'no' },
  name: { discretion: 'anonymous' },
};

const screening = [{ troubles: ['rent'] }, { age: '58' }, { household_size: '2' }, { monthly_income: '68,000' }];

const application = {
  name: { 'applicant/family': '久保田', 'applicant/given': '律子' },
  birth: { 'applicant/birth_date': '昭和43年4月12日' },
  address: { 'applicant/address': 'みなと市栄町2-14' },
  reach: { 'applicant/reach': 'letter' },
  household: [{ more: 'yes' }, { more: 'no' }],
  'household/0': { 'household/0/name': '久保田 芽衣', 'household/0/relation': 'child' },
  wish: { offers: 1 },
  incomes: { more: 'no' },
  expenses: { more: 'no' },
  declare: { declared: true },
};

const referral = {
  client: { client: '浜口 千代', client_birth: '1951-03-09' },
  need: { need: '退院のあと、家での手伝いがいる。' },
  agreed: { agreed: 'yes' },
  tell: { tell_back: 1 },
  you: { contact_person: '相談員' },
};

export async function doors(run, keys) {
  await report(run);
  await apply(run);
  await refer(run, keys);
}

async function report(run) {
  const walk = await begin(run, 'reporter', '/public/complaint');
  await walk.missing('concern', complaint);
  await walk.on(complaint, /\/public\/complaint\/check$/, async (page) => {
    must((await page.getByRole('main').innerText()).includes(complaint.what.body), 'what happened is not shown as it was typed');
  });
  await walk.on({}, /\/public\/complaint\/receipt$/);
  await lookUp(walk);
}

async function apply(run) {
  const walk = await begin(run, 'applicant', '/public/screening');
  for (const [n, given] of screening.entries()) await walk.page(`the screening ${n + 1}`, given);
  await walk.step('has an answer and goes on', async (page) => {
    await page.locator('form[action="/public/apply/begin"] button').click();
    await page.waitForURL(/\/public\/apply\/name$/);
  });
  await walk.on(application, /\/public\/apply\/wish$/);

  let code;
  await walk.step('leaves it for later', async (page) => {
    await page.locator('button[name=do][value=later]').click();
    code = (await page.locator('.guide-code').innerText()).trim();
    await page.locator('form[action="/public/apply/leave"] button').click();
  });
  const other = await begin(run, 'applicant elsewhere', '/public/apply', async (page) => {
    await page.locator('[name=code]').fill(code.toLowerCase());
    await page.locator('form[action="/public/apply/resume"] button').click();
  });
  await other.on(application, /\/public\/apply\/papers$/);
  await other.step('sends a photograph', async (page) => {
    await page.locator('[name=papers]').setInputFiles([{ name: '通帳.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex') }]);
    await page.locator('button[name=do][value=more]').click();
    must((await page.getByRole('main').innerText()).includes('通帳.jpg'), 'the photograph is not listed');
  });
  await other.on(application, /\/public\/apply\/check$/, async (page) => {
    const shown = await page.getByRole('main').innerText();
    for (const words of ['久保田 律子', '久保田 芽衣', '68,000', '通帳.jpg']) must(shown.includes(words), `looking it over does not show ${words}`);
  });
  await other.on({}, /\/public\/apply\/receipt$/);
  await lookUp(other);
}

async function refer(run, keys) {
  let link;
  await run.step('partner desk', 'makes a link for a partner', async (page) => {
    await signIn(page, accountOf(keys, 'intake_worker'));
    await page.goto('/desk/intake/links/new');
    await page.locator('[name=source]').fill('みなと総合病院');
    await page.getByRole('main').locator('form button.primary').click();
    link = (await page.getByRole('main').innerText()).match(/\/public\/refer\/\S+/)[0];
  });
  const walk = await begin(run, 'partner', link, async (page) => {
    await page.getByRole('main').locator('form button').first().click();
  });
  await walk.on(referral, /\/public\/referral\/check$/);
  await walk.on({}, /\/public\/referral\/receipt$/);
  await lookUp(walk);
}

/** Looks the receipt up that stands on the page. */
async function lookUp(walk) {
  await walk.step('looks the receipt up', async (page) => {
    await nothingScripted(page);
    const receipt = (await page.getByRole('main').innerText()).match(/\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2}\b/)[0];
    await page.goto('/public/receipt');
    await page.locator('[name=receipt]').fill('0000-0000-0000');
    await page.getByRole('main').locator('form button').click();
    await page.getByRole('alert').first().waitFor();
    await page.locator('[name=receipt]').fill(receipt);
    await page.getByRole('main').locator('form button').click();
    await page.getByRole('main').locator('time, dl').first().waitFor();
  });
}

/** Opens a door and its first question; open does so where that is no link. */
async function begin(run, who, address, open) {
  await run.page(who, bare);
  const walk = new Walk(run, who);
  await walk.step(`opens ${address.replace(/refer\/.*/, 'refer')}`, (page) => page.goto(address));
  const first = open ?? (async (page) => {
    const link = page.getByRole('main').locator('a.button.primary');
    if (await link.count() > 0) await link.click();
  });
  await walk.step('begins', first);
  return walk;
}

class Walk {
  constructor(run, who) {
    Object.assign(this, { run, who, come: new Map() });
  }

  step(name, act) {
    return this.run.step(this.who, `${name}, without JavaScript at 320 px`, act, { expect: [/status of 422/] });
  }

  /** Answers a page and goes on. */
  page(name, given) {
    return this.step(`answers ${name}`, async (page) => {
      await oneQuestion(page);
      await fill(page, given);
      await goOn(page);
      must(await page.getByRole('alert').count() === 0, `refused: ${await words(page)}`);
    });
  }

  /** Goes on with what is to be typed, until a page comes, on which look is called. */
  async on(given, until, look = async () => {}) {
    const page = await this.run.page(this.who);
    for (let pages = 0; pages < 30; pages++) {
      const key = this.key(page);
      const n = this.come.get(key) ?? 0;
      this.come.set(key, n + 1);
      await this.page(key, Array.isArray(given[key]) ? given[key][n] : given[key] ?? {});
      if (until.test(page.url())) return look(page);
    }
    throw new Error(`${until} does not come; the walk is at ${page.url()}`);
  }

  /** Answers what comes before a page, and leaves out what that asks for: it says so, beside the field. */
  async missing(key, given) {
    await this.on(given, new RegExp(`/${key}$`));
    await this.step(`leaves ${key} out`, async (page) => {
      await goOn(page);
      must(this.key(page) === key, 'it went on without an answer');
      const field = page.locator('[aria-invalid=true]').first();
      must(await field.count() === 1, 'no field is marked');
      must((await words(page)) !== '', 'nothing says what is missing');
    });
  }

  key(page) {
    return new URL(page.url()).pathname.split('/').slice(3).join('/');
  }
}

/** A page asks one thing: one heading, and one button that goes on; what a script would do is not offered. */
async function oneQuestion(page) {
  must(await page.locator('h1').count() === 1, 'the page has another number of headings than one');
  must(await page.getByRole('main').locator('button.primary').count() === 1, 'the page has another number of ways on than one');
  await nothingScripted(page);
}

const nothingScripted = async (page) => {
  must(await page.locator('.needs-script').locator('visible=true').count() === 0, 'the page offers what only a script does');
};

const goOn = (page) => page.getByRole('main').locator('button.primary').click();

const words = async (page) => (await page.getByRole('alert').allInnerTexts()).join(' ').trim();

/** Types what is given, by the names of fields; of a number, so many of what can be chosen. */
async function fill(page, given) {
  for (const [name, value] of Object.entries(given)) {
    const field = page.locator(`[name="${name}"]`);
    if (typeof value === 'number') {
      for (let i = 0; i < value; i++) await field.nth(i).check();
    } else if (value === true) {
      await field.check();
    } else if (Array.isArray(value)) {
      for (const one of value) await page.locator(`[name="${name}"][value="${one}"]`).check();
    } else if (await field.first().getAttribute('type') === 'radio') {
      await page.locator(`[name="${name}"][value="${value}"]`).check();
    } else if (await field.first().evaluate((e) => e.tagName) === 'SELECT') {
      await field.selectOption(value);
    } else {
      await field.fill(value);
    }
  }
}
