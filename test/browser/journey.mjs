// The acceptance story as people see it, each in a browser of their own. Elements are found as a
// person finds them, by role and name in either language, or by data-test where no name is fixed.

import { accountOf, must, signIn } from './kit.mjs';

export async function journey(run, keys) {
  await run.step('caseworker', 'is asked to sign in', async (page) => {
    await page.goto('/desk');
    must(new URL(page.url()).pathname === '/sign-in', `the desk let a stranger in: ${page.url()}`);
    must(await page.getByRole('heading', { level: 1 }).count() === 1, 'the sign-in page needs one first heading');
  });

  await run.step('caseworker', 'is refused with a wrong password', async (page) => {
    await page.locator('input[autocomplete~="username"]').fill(accountOf(keys, 'caseworker').email);
    await page.locator('input[autocomplete~="current-password"]').fill('not the password');
    await page.locator('input[autocomplete~="current-password"]').press('Enter');
    await page.getByRole('alert').first().waitFor();
    must(new URL(page.url()).pathname === '/sign-in', 'a wrong password opened the door');
  }, { expect: [/status of 4\d\d/] });

  await run.step('caseworker', 'signs in', async (page) => {
    await signIn(page, accountOf(keys, 'caseworker'));
    await page.goto('/desk');
    await page.getByRole('main').waitFor();
    must(new URL(page.url()).pathname === '/desk', `after the sign-in, not the desk but ${page.url()}`);
    must((await page.locator('html').getAttribute('lang')) === run.lang, `the desk does not speak ${run.lang}`);
  });

  // Residents are looked for before anyone is entered; family and given are not in the demo.
  const family = run.lang === 'ja' ? '佐久間' : 'Sakuma';
  const given = run.lang === 'ja' ? '試験子' : `Tester ${run.width}`;

  await run.step('caseworker', 'looks for a resident', async (page) => {
    await page.goto('/desk/persons');
    const search = page.getByRole('main').getByRole('searchbox').first();
    await search.fill(`${family} ${given}`);
    await search.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('q'));
  });

  await run.step('caseworker', 'enters the resident', async (page) => {
    await page.goto('/desk/persons/new');
    await page.locator('[name$="family"]').first().fill(family);
    await page.locator('[name$="given"]').first().fill(given);
    await page.getByRole('main').locator('form button[type=submit], form button:not([type])').last().click();
    await page.waitForURL(/\/desk\/persons\/[0-9a-f-]{36}/);
    must((await page.getByRole('main').innerText()).includes(family), 'the new record does not show the name');
  });

  await run.step('caseworker', 'finds the resident again', async (page) => {
    await page.goto(`/desk/persons?q=${encodeURIComponent(family)}`);
    await page.getByRole('main').getByText(given).first().waitFor();
  });
}
