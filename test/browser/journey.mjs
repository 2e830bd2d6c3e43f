// The acceptance story as people see it, each in a browser of their own. Elements are found as a
// person finds them, by role and name in either language, or by the name of a field or the address
// of a link where no name is fixed.

import { accountOf, must, signIn } from './kit.mjs';

const id = '[0-9a-f-]{36}';
const caseAddress = new RegExp(`/desk/cases/${id}$`);

/** The button that sends the form of a page: the last one that has no purpose of its own. */
const sendButton = (page) => page.getByRole('main').locator('form[method=post] button:not([name])').last();
const send = async (page, to) => {
  await sendButton(page).click();
  await page.waitForURL(to);
};
const shows = async (page, words) => {
  must((await page.getByRole('main').innerText()).includes(words), `the page does not show ${words}`);
};

export async function journey(run, keys) {
  // Nobody in the demo is called so, and each language and width has a name of its own.
  const story = {
    family: run.lang === 'ja' ? '佐久間' : 'Sakuma',
    given: (run.lang === 'ja' ? '試験子' : 'Tester ') + run.width,
  };
  await entrance(run, keys);
  await registration(run, story);
  await complaint(run, story);
  await intake(run, keys, story);
  await casework(run, story);
  await others(run, keys);
}

async function entrance(run, keys) {
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
}

async function registration(run, story) {
  await run.step('caseworker', 'looks for a resident', async (page) => {
    await page.goto('/desk/persons');
    const search = page.getByRole('main').getByRole('searchbox').first();
    await search.fill(`${story.family} ${story.given}`);
    await search.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('q'));
  });

  await run.step('caseworker', 'registers the resident', async (page) => {
    await page.goto('/desk/persons/new');
    await page.locator('[name$="/family"]').first().fill(story.family);
    await page.locator('[name$="/given"]').first().fill(story.given);
    await send(page, new RegExp(`/desk/persons/${id}`));
    await shows(page, story.family);
  });

  await run.step('caseworker', 'finds the resident again', async (page) => {
    await page.goto(`/desk/persons?q=${encodeURIComponent(story.family)}`);
    await page.getByRole('main').getByText(story.given).first().waitFor();
  });
}

async function complaint(run, story) {
  await run.step('visitor', 'finds where to report', async (page) => {
    await page.goto('/public');
    await page.getByRole('main').locator('a[href^="/public/complaint"]').first().click();
    await page.waitForURL(/\/public\/complaint/);
  });

  await run.step('visitor', 'is told what is missing, and nothing typed is lost', async (page) => {
    await page.locator('[name=about]').fill(story.family);
    await sendButton(page).click();
    await page.getByRole('alert').first().waitFor();
    must(await page.locator('[name=about]').inputValue() === story.family, 'what was typed is lost');
  }, { expect: [/status of 422/] });

  await run.step('visitor', 'reports a concern', async (page) => {
    await page.locator('[name=allegations][value=neglect]').check();
    await page.locator('[name=body]').fill(run.lang === 'ja' ? '夜おそく、子どもの泣き声が続いています。' : 'A child cries late at night, every night.');
    await page.locator('[name=discretion][value=anonymous]').check();
    await sendButton(page).click();
    await page.getByRole('main').locator('a[href="/public/receipt"]').waitFor();
  });
}

async function intake(run, keys, story) {
  await run.step('intake', 'sees what came in', async (page) => {
    await signIn(page, accountOf(keys, 'intake_worker'));
    await page.goto('/desk/intake?kind=complaint');
    await page.getByRole('main').getByRole('link', { name: story.family }).first().waitFor();
  });

  await run.step('intake', 'reads the complaint', async (page) => {
    await page.getByRole('main').getByRole('link', { name: story.family }).first().click();
    await page.waitForURL(new RegExp(`/desk/intake/complaints/${id}$`));
  });

  await run.step('intake', 'looks for whom it is about', async (page) => {
    await page.goto(`${new URL(page.url()).pathname}/join?q=${encodeURIComponent(story.family)}`);
    await page.locator('[name=who]').first().waitFor();
  });

  await run.step('intake', 'joins it to a new case', async (page) => {
    await page.locator('[name=who]').first().check();
    await page.locator('[name=into][value=new]').check();
    await page.locator('[name=main_kind]').selectOption({ index: 1 });
    await sendButton(page).click();
    await page.waitForURL(new RegExp(`/desk/intake/complaints/${id}$`));
    story.case = await page.getByRole('main').locator('a[href^="/desk/cases/"]').first().getAttribute('href');
  });

  await run.step('intake', 'gives the case to its caseworker', async (page) => {
    await page.goto(`${story.case}/assign`);
    const caseworker = accountOf(keys, 'caseworker').name;
    const option = page.locator('[name=owner_id] option').filter({ hasText: caseworker[run.lang] ?? caseworker });
    await page.locator('[name=owner_id]').selectOption(await option.first().getAttribute('value'));
    await send(page, caseAddress);
  });
}

async function casework(run, story) {
  await run.step('caseworker', 'opens the case', async (page) => {
    await page.goto(story.case);
    await shows(page, story.given);
  });

  await run.step('caseworker', 'records the first contact', async (page) => {
    const note = run.lang === 'ja' ? '電話で話し、訪問の日を決めた。' : 'Spoke by telephone and fixed a visit.';
    await page.locator('textarea[name=body]').fill(note);
    await page.getByRole('main').locator('form[action$="/notes"] button:not([name])').click();
    await page.getByRole('main').getByText(note).first().waitFor();
  });

  await run.step('caseworker', 'starts an assessment', async (page) => {
    await page.getByRole('main').locator('a[href^="/desk/assessments/new"]').first().click();
    await page.waitForURL(/\/desk\/assessments\/new/);
    await page.locator('[name=form_key]').first().check();
    await page.locator('[name=person_id]').first().check();
    await send(page, new RegExp(`/desk/assessments/${id}`));
  });

  await run.step('caseworker', 'is asked how the plan should be', async (page) => {
    await page.goto(`${story.case}/plans/new`);
    await page.locator('[name=title]').waitFor();
  });

  await run.step('caseworker', 'makes a plan', async (page) => {
    const title = run.lang === 'ja' ? '安心して眠れる暮らし' : 'Quiet nights at home';
    await page.locator('[name=title]').fill(title);
    await send(page, new RegExp(`/desk/plans/${id}`));
    await shows(page, title);
  });

  await run.step('caseworker', 'sees the sheet of the plan', async (page) => {
    await page.goto(`${new URL(page.url()).pathname}/sheet`);
    await page.emulateMedia({ media: 'print' });
    must(await page.getByRole('main').isVisible(), 'nothing is printed');
    await page.emulateMedia({ media: null });
  });

  await run.step('caseworker', 'finds all of it on the case', async (page) => {
    await page.goto(story.case);
    await page.getByRole('main').locator('a[href^="/desk/assessments/"]').first().waitFor();
  });
}

async function others(run, keys) {
  for (const [who, role, home] of [
    ['provider', 'provider_manager', '/portal'], ['resident', 'resident', '/my'], ['finance', 'finance_officer', '/desk'],
  ]) {
    await run.step(who, 'comes to a home of their own', async (page) => {
      await signIn(page, accountOf(keys, role));
      must(new URL(page.url()).pathname === home, `${role} is led to ${page.url()}`);
    });
  }
}
