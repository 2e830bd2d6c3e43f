// A section that is answered several times: one more and one less, the network gone, the sign-in
// ended, and nothing typed is lost, with and without JavaScript.

import { accountOf, must } from './kit.mjs';

const children = { first: '<b>葵</b> =1+1', second: '蓮', wrong: 'いつつ' };

/** expire lets the time of every sign-in run out. */
export async function repeats(run, keys, expire) {
  const account = accountOf(keys, 'caseworker');

  await run.step('caseworker', 'loses the network among repetitions', async (page) => {
    await page.goto('/sign-in');
    if (new URL(page.url()).pathname === '/sign-in') await signIn(page, account);
    await begin(page);
    await type(page);
    await page.context().setOffline(true);
    await goOn(page).click();
    await page.locator('[data-draft-said]:not(:empty)').waitFor();
    await same(page);
    await page.context().setOffline(false);
  }, { expect: [/ERR_INTERNET_DISCONNECTED/] });

  await run.step('caseworker', 'has the draft of every repetition', async (page) => {
    // An earlier draft may still be on its way: only the one with the last letter counts.
    const saved = page.waitForResponse((answer) => answer.url().includes('/account/drafts/') && (answer.request().postData() ?? '').includes(encodeURIComponent(`${children.second}ん`)));
    await page.locator(at(1, 'member')).fill(children.second);
    await page.locator(at(1, 'member')).press('End');
    await page.locator(at(1, 'member')).pressSequentially('ん');
    must((await saved).ok(), 'the draft was not kept');
    await page.goto(page.url().replace(/#.*/, ''));
    must(await page.locator(at(1, 'member')).inputValue() === `${children.second}ん`, 'the draft lost a repetition');
    await page.locator(at(1, 'member')).fill(children.second);
    await same(page);
  });

  await run.step('caseworker', 'is signed out among repetitions', async (page) => {
    await expire();
    await goOn(page).click();
    await page.waitForURL((url) => url.pathname === '/sign-in');
  }, { expect: [/status of 401/] });

  await run.step('caseworker', 'gets every repetition back', async (page) => {
    await comeBack(page, account);
    await same(page);
    await goOn(page).click();
    await page.getByRole('alert').first().waitFor();
    await same(page);
    await page.locator(at(1, 'member_income')).fill('5000');
    await goOn(page).click();
    await page.waitForURL(/section=why/);
    await page.goto(page.url().replace('=why', '=members'));
    must(await page.locator(at(1, 'member')).inputValue() === children.second, 'what was sent is lost');
  }, { expect: [/status of 422/] });

  await run.step('caseworker', 'loses no repetition without JavaScript', async () => {
    const context = await run.context({ javaScriptEnabled: false });
    try {
      const page = await context.newPage();
      await page.goto('/sign-in');
      await signIn(page, account);
      await begin(page);
      await type(page);
      await expire();
      await goOn(page).click();
      must(new URL(page.url()).pathname === '/sign-in', `not asked to sign in but at ${page.url()}`);
      await comeBack(page, account);
      await same(page);
      await page.locator('button[name=remove]').first().click();
      must(await page.locator(at(0, 'member')).inputValue() === children.second, 'removing one took another');
      await page.locator(at(0, 'member_income')).fill('5000');
      await goOn(page).click();
      await page.waitForURL(/section=why/);
    } finally {
      await context.close();
    }
  });

  await run.step('caseworker', 'signs in once more', async (page) => {
    await page.goto('/sign-in');
    if (new URL(page.url()).pathname === '/sign-in') await signIn(page, account);
    must(new URL(page.url()).pathname !== '/sign-in', 'the sign-in does not open the door');
  });
}

const at = (n, key) => `[name="answers/members/${n}/${key}"]`;

const goOn = (page) => page.getByRole('main').locator('button[name=do][value=continue]');

/** Begins the interview about the first person of the list, and goes on to who lives with them. */
async function begin(page) {
  await page.goto('/desk/persons?q=林直樹');
  const person = await page.getByRole('main').locator('a[href^="/desk/persons/0"]').first().getAttribute('href');
  await page.goto(`/desk/form-responses/new?person_id=${person.split('/').pop()}`);
  await page.locator('[name=form_key][value=benefit_interview]').check();
  await page.getByRole('main').locator('form button.primary').first().click();
  await page.waitForURL(/\/fill/);
  await page.locator('[name="answers/household"]').fill('3');
  await goOn(page).click();
  await page.waitForURL(/section=members/);
}

async function type(page) {
  await page.locator(at(0, 'member')).fill(children.first);
  await page.locator('button[name=add]').click();
  await page.locator(at(1, 'member')).waitFor();
  await page.locator(at(1, 'member')).fill(children.second);
  await page.locator(at(1, 'member_tie')).selectOption('child');
  await page.locator(at(1, 'member_income')).fill(children.wrong);
}

/** The page holds what was typed in each repetition. */
async function same(page) {
  const values = [];
  for (const [n, key] of [[0, 'member'], [1, 'member'], [1, 'member_tie'], [1, 'member_income']]) {
    values.push(await page.locator(at(n, key)).inputValue());
  }
  const want = [children.first, children.second, 'child', children.wrong];
  must(JSON.stringify(values) === JSON.stringify(want), `the page holds ${JSON.stringify(values)}`);
}

/** Signs in where the program asked for it, and looks over what waited. */
async function comeBack(page, account) {
  await signIn(page, account);
  must(new URL(page.url()).pathname.startsWith('/account/parked/'), `nothing waits at ${page.url()}`);
  await page.locator('button[name="review"]').click();
  await page.locator(at(1, 'member')).waitFor();
}

async function signIn(page, account) {
  await page.locator('input[autocomplete~="username"]').fill(account.email);
  await page.locator('input[autocomplete~="current-password"]').fill(account.password);
  await page.locator('input[autocomplete~="current-password"]').press('Enter');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}
