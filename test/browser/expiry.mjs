// A sign-in ends in the middle of a long form: nothing typed is lost, with and without JavaScript.

import { accountOf, must } from './kit.mjs';

// Two of one given name and birth date would be asked about.
const first = { family: '時任', born: '昭和25年3月2日' };
const second = { family: '無地', born: '昭和38年11月20日' };

const sendButton = (page) => page.getByRole('main').locator('form button[type=submit], form button:not([type])').last();

/** expire lets the time of every sign-in run out. */
export async function expiry(run, keys, expire) {
  const account = accountOf(keys, 'caseworker');

  await run.step('caseworker', 'is signed out while typing', async (page) => {
    await page.goto('/desk/persons/new');
    const saved = page.waitForResponse((answer) => answer.url().includes('/account/drafts/'));
    await type(page, first);
    must((await saved).ok(), 'the draft was not kept while signed in');
    await expire();
    const unsaved = page.waitForResponse((answer) => answer.url().includes('/account/drafts/'));
    await page.locator('[name="names/0/given_kana"]').fill('シゲル');
    must((await unsaved).status() === 401, 'a draft was kept for somebody whose sign-in had ended');
    await sendButton(page).click();
    await page.waitForURL((url) => url.pathname === '/sign-in');
  }, { expect: [/status of 401/] });

  await run.step('caseworker', 'gets the form back', async (page) => {
    await comeBack(page, account);
    await same(page, first);
    must(await page.locator('[name="names/0/given_kana"]').inputValue() === 'シゲル', 'what was typed after the end is lost');
    await sendButton(page).click();
    await page.waitForURL(/\/desk\/persons\/[0-9a-f-]{36}/);
    must((await page.getByRole('main').innerText()).includes(first.family), 'the record does not show the name');
  }, { expect: [/status of 422/] });

  await run.step('caseworker', 'begins the next form empty', async (page) => {
    await page.goto('/desk/persons/new');
    must(await page.locator('[name="names/0/family"]').inputValue() === '', 'the draft of the form that was sent is still there');
  });

  await run.step('caseworker', 'loses nothing without JavaScript', async () => {
    const context = await run.context({ javaScriptEnabled: false });
    try {
      const page = await context.newPage();
      await page.goto('/sign-in');
      await signIn(page, account);
      await page.goto('/desk/persons/new');
      await type(page, second);
      await expire();
      await sendButton(page).click();
      must(new URL(page.url()).pathname === '/sign-in', `not asked to sign in but at ${page.url()}`);
      await comeBack(page, account);
      await same(page, second);
      await sendButton(page).click();
      await page.waitForURL(/\/desk\/persons\/[0-9a-f-]{36}/);
      must((await page.getByRole('main').innerText()).includes(second.family), 'the record does not show the name');
    } finally {
      await context.close();
    }
  });

  const resident = accountOf(keys, 'resident');
  const trouble = '家賃が <b>2か月</b> 遅れています。';

  await run.step('resident', 'is signed out in the middle of applying', async (page) => {
    await page.goto('/sign-in');
    if (new URL(page.url()).pathname === '/sign-in') await signIn(page, resident);
    await page.goto('/my/apply/purpose');
    await page.locator('[name=purpose][value=new]').check();
    await sendAnswer(page);
    await page.waitForURL(/\/my\/apply\/address/);
    await page.goto('/my/apply/trouble');
    await page.locator('[name=statement]').fill(trouble);
    await expire();
    await sendAnswer(page);
    await page.waitForURL((url) => url.pathname === '/sign-in');
  }, { expect: [/status of 401/] });

  await run.step('resident', 'gets the answer back', async (page) => {
    await signIn(page, resident);
    must(new URL(page.url()).pathname.startsWith('/account/parked/'), `nothing waits at ${page.url()}`);
    await page.locator('button[name="review"]').click();
    await page.locator('[name=statement]').waitFor();
    must(await page.locator('[name=statement]').inputValue() === trouble, 'what was typed is lost');
    await sendAnswer(page);
    await page.waitForURL(/\/my\/apply\/incomes/);
    await page.goto('/my/apply/trouble');
    must(await page.locator('[name=statement]').inputValue() === trouble, 'what was sent is lost');
  }, { expect: [/status of 422/] });

  await run.step('caseworker', 'signs in again', async (page) => {
    await page.goto('/sign-in');
    if (new URL(page.url()).pathname === '/sign-in') await signIn(page, account);
    must(new URL(page.url()).pathname !== '/sign-in', 'the sign-in does not open the door');
  });
}

const sendAnswer = (page) => page.getByRole('main').locator('form button.primary').first().click();

async function type(page, { family, born }) {
  await page.locator('[name="names/0/family"]').fill(family);
  await page.locator('[name="names/0/given"]').fill('<b>𠮷</b> =1+1');
  await page.locator('[name="birth_date"]').fill(born);
  await page.locator('[name="gender"]').selectOption('male');
  await page.locator('[name="interpreter"]').selectOption('vi');
}

/** The form that came back holds what was typed. */
async function same(page, { family, born }) {
  const values = {};
  for (const name of ['names/0/family', 'names/0/given', 'birth_date', 'gender', 'interpreter']) {
    values[name] = await page.locator(`[name="${name}"]`).first().inputValue();
  }
  const want = { 'names/0/family': family, 'names/0/given': '<b>𠮷</b> =1+1', birth_date: born, gender: 'male', interpreter: 'vi' };
  must(JSON.stringify(values) === JSON.stringify(want), `the form came back with ${JSON.stringify(values)}`);
}

/** Signs in where the program asked for it, and looks over what waited. */
async function comeBack(page, account) {
  await signIn(page, account);
  must(new URL(page.url()).pathname.startsWith('/account/parked/'), `nothing waits at ${page.url()}`);
  await page.locator('button[name="review"]').click();
  await page.locator('[name="names/0/family"]').waitFor();
}

async function signIn(page, account) {
  await page.locator('input[autocomplete~="username"]').fill(account.email);
  await page.locator('input[autocomplete~="current-password"]').fill(account.password);
  await page.locator('input[autocomplete~="current-password"]').press('Enter');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}
