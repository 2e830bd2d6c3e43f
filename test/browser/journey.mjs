// The acceptance story as people see it, each in a browser of their own. Elements are found as a
// person finds them, by role and name in either language, or by the name of a field or the address
// of a link where no name is fixed.

import { accountOf, must, signIn } from './kit.mjs';

const id = '[0-9a-f-]{36}';
const caseAddress = new RegExp(`/desk/cases/${id}$`);
const osamu = '丸山 修'; // names are written as they are in either language
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());
const daysOn = (n) => new Date(Date.parse(today) + n * 86_400_000).toISOString().slice(0, 10);

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
  await application(run, story);
  await intake(run, keys, story);
  await casework(run, story);
  await plan(run, keys, story);
  await bereavement(run, story);
  await referral(run, keys, story);
  await offers(run, keys, story);
  await sessions(run, story);
  await payment(run, keys, story);
  await ending(run, story);
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

  await run.step('caseworker', 'is told while typing that the resident is registered already', async (page) => {
    const [family, given] = osamu.split(' ');
    await page.goto('/desk/persons/new');
    await page.locator('[name$="/family"]').first().fill(family);
    await page.locator('[name$="/given"]').first().fill(given);
    await page.getByRole('status').getByText(family).first().waitFor();
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

  await run.step('visitor', 'begins with what is urgent', async (page) => {
    await page.getByRole('main').locator('a[href="/public/complaint/danger"]').click();
    await page.locator('[name=in_danger][value=false]').check();
    await next(page, 'concern');
  });

  await run.step('visitor', 'is told what is missing, and nothing typed is lost', async (page) => {
    await next(page, 'concern');
    await page.getByRole('alert').first().waitFor();
    await page.locator('[name=allegations][value=neglect]').check();
    await next(page, 'what');
  }, { expect: [/status of 422/] });

  await run.step('visitor', 'tells what happened, and loses the network', async (page) => {
    const told = run.lang === 'ja' ? '夜おそく、子どもの泣き声が続いています。' : 'A child cries late at night, every night.';
    await page.locator('[name=body]').fill(told);
    await page.context().setOffline(true);
    await continueButton(page).click();
    await page.locator('[data-draft-said]:not(:empty)').waitFor();
    must(await page.locator('[name=body]').inputValue() === told, 'what was typed is lost');
    await page.context().setOffline(false);
    await next(page, 'when');
    await page.goBack();
    must(await page.locator('[name=body]').inputValue() === told, 'going back loses what was typed');
    await page.goForward();
  }, { expect: [/ERR_INTERNET_DISCONNECTED/] });

  await run.step('visitor', 'skips what they do not know', async (page) => {
    await next(page, 'where');
    await next(page, 'who');
    await page.locator('[name=about]').fill(story.family);
    await next(page, 'others');
    await page.locator('[name=more][value=no]').check();
    await next(page, 'name');
  });

  await run.step('visitor', 'looks it all over', async (page) => {
    await page.locator('[name=discretion][value=anonymous]').check();
    await next(page, 'check');
    await shows(page, story.family);
  });

  await run.step('visitor', 'reports a concern', async (page) => {
    await continueButton(page).click();
    await page.waitForURL(/\/public\/complaint\/receipt/);
    await page.getByRole('main').locator('a[href="/public/receipt"]').waitFor();
  });
}

async function application(run, story) {
  const answer = async (page, key) => {
    await continueButton(page).click();
    await page.waitForURL(new RegExp(`/(public/apply|public/screening)(/${key})?$`));
  };

  await run.step('visitor', 'asks which help there could be', async (page) => {
    await page.goto('/public/screening');
    await page.locator('[name=troubles][value=rent]').check();
    await continueButton(page).click();
    await page.locator('[name=age]').fill('58');
    await continueButton(page).click();
    await page.locator('[name=household_size]').fill('2');
    await continueButton(page).click();
    await page.locator('[name=monthly_income]').fill('68,000');
    await continueButton(page).click();
    await page.locator('form[action="/public/apply/begin"] button').waitFor();
  });

  await run.step('visitor', 'applies with what was told', async (page) => {
    await page.locator('form[action="/public/apply/begin"] button').click();
    await page.locator('[name="applicant/family"]').fill(story.family);
    await answer(page, 'birth');
    await page.locator('[name="applicant/birth_date"]').fill('昭和43年4月12日');
    await answer(page, 'address');
    await page.locator('[name="applicant/address"]').fill('みなと市栄町2-14');
    await answer(page, 'reach');
  });

  await run.step('visitor', 'says how to be reached', async (page) => {
    await page.locator('[name="applicant/reach"][value=letter]').check();
    await answer(page, 'household');
  });

  await run.step('visitor', 'names who lives with them', async (page) => {
    await page.locator('[name=more][value=yes]').check();
    await answer(page, 'household/0');
    await page.locator('[name="household/0/name"]').fill(story.given);
  });

  await run.step('visitor', 'chooses what to apply for', async (page) => {
    await answer(page, 'household');
    await page.locator('[name=more][value=no]').check();
    await answer(page, 'wish');
    await page.locator('[name=offers]').first().check();
  });

  await run.step('visitor', 'finds the income filled in', async (page) => {
    await answer(page, 'trouble');
    must(await page.locator('[name=statement]').inputValue() !== '', 'what was told to the screening is lost');
    await answer(page, 'incomes');
    await shows(page, '68,000');
  });

  await run.step('visitor', 'tells what they pay', async (page) => {
    await page.locator('[name=more][value=no]').check();
    await answer(page, 'expenses');
    await page.locator('[name=more][value=yes]').check();
    await answer(page, 'expenses/0');
    await page.locator('[name="expenses/0/kind"][value=rent]').check();
    await page.locator('[name="expenses/0/amount"]').fill('58000');
  });

  const photo = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

  await run.step('visitor', 'sends a photograph, and something that is none', async (page) => {
    await answer(page, 'expenses');
    await page.locator('[name=more][value=no]').check();
    await answer(page, 'papers');
    await page.locator('[name=papers]').setInputFiles([
      { name: 'front.jpg', mimeType: 'image/jpeg', buffer: photo },
      { name: 'page.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<!DOCTYPE html><script>alert(1)</script>') },
    ]);
    await page.locator('button[name=do][value=more]').click();
    await page.getByRole('alert').first().waitFor();
    await shows(page, 'front.jpg');
  }, { expect: [/status of 422/] });

  await run.step('visitor', 'declares it to be true', async (page) => {
    await answer(page, 'declare');
    await page.locator('[name=declared]').check();
  });

  await run.step('visitor', 'looks the application over', async (page) => {
    await answer(page, 'check');
    await shows(page, '58,000');
  });

  await run.step('visitor', 'gets a receipt', async (page) => {
    await answer(page, 'receipt');
    await page.getByRole('main').locator('a[href="/public/receipt"]').waitFor();
  });
}

/** The button that goes on to the next question. */
const continueButton = (page) => page.getByRole('main').locator('form button.primary');

/** Goes on, and waits for a page of the complaint. */
async function next(page, key) {
  await continueButton(page).click();
  await page.waitForURL(new RegExp(`/public/complaint/${key}`));
}

async function intake(run, keys, story) {
  await run.step('intake', 'sees what came in', async (page) => {
    await signIn(page, accountOf(keys, 'intake_worker'));
    await page.goto('/desk/intake?kind=complaint');
    await page.getByRole('main').getByRole('link', { name: story.family }).first().waitFor();
  });

  await run.step('intake', 'reads the complaint', async (page) => {
    await follow(page, page.getByRole('main').getByRole('link', { name: story.family }).first());
    await page.waitForURL(new RegExp(`/desk/intake/complaints/${id}$`));
  });

  await run.step('intake', 'finds by kana who was entered in kanji', async (page) => {
    await page.goto(`${new URL(page.url()).pathname}/join?q=${encodeURIComponent('マルヤマ オサム')}`);
    await choice(page, 'who', osamu).waitFor();
  });

  await run.step('intake', 'joins it to a new case', async (page) => {
    await choice(page, 'who', osamu).check();
    await page.locator('[name=into][value=new]').check();
    await page.locator('[name=main_kind]').selectOption('housing');
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
    await shows(page, osamu);
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
    await page.locator('[name=form_key][value=life_needs]').check();
    await choice(page, 'person_id', osamu).check();
    await send(page, new RegExp(`/desk/assessments/${id}`));
  });

  await run.step('caseworker', 'answers what is asked, and what that brings up', async (page) => {
    const go = /^(続ける|Continue)/;
    const say = (key, value) => page.locator(`[name="answers/${key}"][value="${value}"]`).check();
    await say('rent_late', 'true');
    await say('income_lost', 'true');
    await press(page, go);
    await page.locator('[name="answers/rent_months"]').fill('2');
    await press(page, go);
    await say('sleep', 'poor');
    await say('bereaved', 'false');
    await say('support', '1');
    await press(page, go);
    await page.locator('[name="answers/wish"]').fill(run.lang === 'ja' ? '今の部屋で暮らしたい。' : 'To stay in this flat.');
    await press(page, go);
    await follow(page, page.getByRole('main').locator('form[action$="/complete"] button').last());
  });

  await run.step('caseworker', 'rates the risk', async (page) => {
    await page.goto(story.case);
    await follow(page, page.getByRole('main').getByRole('link', { name: named(run, 'リスクの評価', 'Risk is rated') }).first());
    await page.locator('[name=risk]').selectOption('high');
    await follow(page, sendButton(page));
  });

  await run.step('caseworker', 'goes on to planning', async (page) => {
    await page.goto(story.case);
    await follow(page, page.locator('form[action$="/to_planning"] button').first());
    await page.goto(story.case);
  });
}

async function plan(run, keys, story) {
  await run.step('caseworker', 'makes a plan from a template', async (page) => {
    await page.goto(`${story.case}/plans/new`);
    await choice(page, 'template_id', named(run, 'ひとり暮らしを支える計画', 'Plan for living alone')).check();
    await send(page, new RegExp(`/desk/plans/${id}`));
    story.plan = new URL(page.url()).pathname;
  });

  await run.step('caseworker', 'sees the sheet of the plan', async (page) => {
    await page.goto(`${story.plan}/sheet`);
    await page.emulateMedia({ media: 'print' });
    must(await page.getByRole('main').isVisible(), 'nothing is printed');
    await page.emulateMedia({ media: null });
  });

  await run.step('caseworker', 'proposes it', async (page) => {
    await page.goto(story.plan);
    await follow(page, page.locator('form[action$="/propose"] button').first());
  });

  await run.step('resident', 'reads the plan and agrees', async (page) => {
    await signIn(page, accountOf(keys, 'resident'));
    await page.goto('/my/plan');
    await follow(page, page.locator('a[href$="/agree"]').first());
    await page.locator('[name="signature/agreed"]').check();
    await page.locator('[name="signature/name"]').fill(osamu);
    await follow(page, sendButton(page));
  });

  await run.step('caseworker', 'begins the plan and approves what it gives', async (page) => {
    await page.goto(story.plan);
    await follow(page, page.locator('form[action$="/activate"] button').first());
    await page.goto(story.case);
    await follow(page, page.locator('a[href$="/approve-benefits"]').first());
    await follow(page, sendButton(page));
  });
}

async function bereavement(run, story) {
  await run.step('caseworker', 'records the death of his wife once', async (page) => {
    await page.goto(`/desk/persons?q=${encodeURIComponent('マルヤマ セツコ')}`);
    await follow(page, page.getByRole('main').getByRole('link', { name: '丸山 節子' }).first());
    await page.goto(`${new URL(page.url()).pathname}/record_death`);
    await page.locator('[name=died_on]').fill(today);
    await follow(page, sendButton(page));
  });

  await run.step('caseworker', 'is told of it on his case', async (page) => {
    await page.goto(story.case);
    await shows(page, '丸山 節子');
  });

  await run.step('caseworker', 'gives grief counselling', async (page) => {
    await follow(page, page.locator('form[action$="/to_assigning"] button').first());
    await page.goto(`${story.case}/benefits/new`);
    const grief = page.locator('[name=benefit_id] option').filter({ hasText: run.lang === 'ja' ? 'グリーフカウンセリング' : 'Grief counselling' });
    await page.locator('[name=benefit_id]').selectOption(await grief.first().getAttribute('value'));
    await page.locator('[name=quantity]').fill('8');
    await follow(page, sendButton(page));
    story.assignment = new URL(page.url()).pathname;
    await follow(page, page.locator('form[action$="/approve"] button').first());
    await page.goto(story.assignment);
  });
}

async function referral(run, keys, story) {
  await run.step('caseworker', 'begins a referral', async (page) => {
    await follow(page, page.locator('a[href^="/desk/referrals/new"]').first());
    await send(page, new RegExp(`/desk/referrals/${id}/providers`));
    story.referral = new URL(page.url()).pathname.replace(/\/providers$/, '');
  });

  await run.step('caseworker', 'searches by distance and language', async (page) => {
    await page.locator('[name=language]').selectOption('jsl');
    await page.locator('[name=within_km]').selectOption('5');
    await follow(page, page.locator('#find button[type=submit], #find button').last());
    await choice(page, 'invitees', named(run, 'みどりの相談室', 'Midori Counselling')).waitFor();
  });

  await run.step('caseworker', 'asks three', async (page) => {
    await page.goto(`${story.referral}/providers`);
    for (const who of [['みどりの相談室', 'Midori Counselling'], ['こころケア港町', 'Kokoro Care Minato'], ['佐野カウンセリングオフィス', 'Sano Counselling Office']]) {
      await choice(page, 'invitees', named(run, ...who)).check();
    }
    await follow(page, sendButton(page));
    await page.waitForURL(/\/packet$/);
  });

  await run.step('caseworker', 'records the consent', async (page) => {
    await follow(page, page.locator('a[href^="/desk/consents/new"]').first());
    await page.locator('[name=purpose]').fill(named(run, '提供者を選ぶため', 'To choose a provider'));
    for (const field of ['name', 'kana', 'needs', 'benefit']) await page.locator(`[name=fields][value=${field}]`).check();
    await page.locator('[name=how][value=paper]').check();
    await follow(page, sendButton(page));
    await page.waitForURL(/\/packet$/);
  });

  await run.step('caseworker', 'reads what is passed on, and sends it', async (page) => {
    for (const box of await page.locator('[name=fields]').all()) {
      await box.setChecked(['name', 'kana', 'needs', 'benefit'].includes(await box.getAttribute('value')));
    }
    await page.locator('[name=summary]').fill(named(run, '妻を亡くした直後で眠れない。', 'He has lost his wife and sleeps badly.'));
    await follow(page, sendButton(page));
    await shows(page, osamu);
    must(!(await page.getByRole('main').innerText()).includes('栄町2-14-301'), 'the address is passed on');
    await follow(page, sendButton(page));
  });
}

async function offers(run, keys, story) {
  const about = named(run, 'グリーフカウンセリング', 'Grief counselling');
  for (const [who, price, first] of [['midori', '12000', today], ['kokoro', '13000', daysOn(3)]]) {
    await run.step(who, 'asks to be authorized', async (page) => {
      await signIn(page, mailed(keys, who));
      await page.goto('/portal/referrals');
      await follow(page, page.getByRole('main').getByRole('link', { name: about, exact: true }).first());
      await follow(page, page.locator('a[href$="/request"]').first());
      await page.locator('[name=first_date]').fill(first);
      await page.locator('[name=price]').fill(price);
      await follow(page, sendButton(page));
    });
  }

  await run.step('sano', 'declines with a reason', async (page) => {
    await signIn(page, mailed(keys, 'sano'));
    await page.goto('/portal/referrals');
    await follow(page, page.getByRole('main').getByRole('link', { name: about, exact: true }).first());
    await follow(page, page.locator('a[href$="/decline"]').first());
    await page.locator('[name=reason][value=full]').check();
    await follow(page, sendButton(page));
  });

  await run.step('caseworker', 'compares and approves the best', async (page) => {
    await page.goto(story.referral);
    await shows(page, '12,000');
    await shows(page, '13,000');
    await follow(page, page.locator('a[href$="/approve"]').first());
    await page.locator('[name=from]').fill(today);
    await follow(page, page.getByRole('main').locator('form[action$="/approve"] button').last());
    await page.waitForURL(new RegExp(`/desk/referrals/${id}$`));
  });

  await run.step('kokoro', 'is told that another was chosen', async (page) => {
    await page.goto('/portal/referrals?view=over');
    await page.getByRole('main').getByRole('link', { name: about, exact: true }).first().waitFor();
  });
}

async function sessions(run, story) {
  const title = named(run, '個別相談', 'One to one');
  await run.step('midori', 'drafts a schedule for him', async (page) => {
    await page.goto('/portal');
    await follow(page, page.locator('a[href^="/portal/schedules/new?authorization_id="]').first());
    await page.locator('[name=title]').fill(title);
    await page.locator('[name=from]').fill(today);
    await page.locator('[name=starts]').fill('09:00');
    await page.locator('[name=repeat][value=weekly]').check();
    await page.locator('[name=until]').fill(daysOn(14));
    await page.locator('button[name=do][value=submit]').click();
    await page.waitForURL(new RegExp(`/portal/schedules/${id}$`));
    story.schedule = new URL(page.url()).pathname;
  });

  await run.step('caseworker', 'approves it', async (page) => {
    await page.goto(story.schedule.replace('/portal/', '/desk/'));
    await follow(page, page.locator('form[action$="/approve"] button').first());
  });

  await run.step('midori', 'takes attendance', async (page) => {
    await page.goto(story.schedule);
    await follow(page, page.getByRole('main').locator('a[href^="/portal/sessions/"]').first());
    await page.getByRole('main').getByText(osamu).first().waitFor();
    await page.locator('input[name^="mark/"][value=attended]').first().check({ force: true });
    await follow(page, page.locator('.save-bar button').last());
    story.session = new URL(page.url()).pathname;
  });

  await run.step('midori', 'corrects it, and the first mark stays readable', async (page) => {
    await page.goto(`${story.session}/people`);
    await follow(page, page.getByRole('main').getByRole('link', { name: osamu }).first());
    const place = page.url();
    for (const outcome of ['excused', 'attended']) {
      await page.goto(place);
      await page.locator(`[name=outcome][value=${outcome}]`).check({ force: true });
      await follow(page, page.locator('form[action$="/correct"] button').last());
    }
  });

  await run.step('caseworker', 'sees what was delivered', async (page) => {
    await page.goto(story.assignment);
    await shows(page, '1 / 8');
  });
}

async function payment(run, keys, story) {
  await run.step('midori', 'asks to be paid', async (page) => {
    await page.goto('/portal/payments');
    await page.locator('[name=from]').fill(today);
    await page.locator('[name=until]').fill(today);
    await page.locator('[name=invoice]').fill('MI-1');
    await follow(page, page.getByRole('main').locator('form[action="/portal/payments"] button').last());
    await page.waitForURL(new RegExp(`/portal/payments/${id}$`));
    await shows(page, osamu);
    story.request = new URL(page.url()).pathname;
    await follow(page, page.locator('form[action$="/submit"] button').first());
  });

  await run.step('finance', 'queries a line', async (page) => {
    await signIn(page, mailed(keys, 'okada'));
    await page.goto(story.request.replace('/portal/', '/desk/'));
    await follow(page, page.locator('a[href$="/query"]').first());
    await page.locator('[name=text]').fill(named(run, '何分でしたか。', 'How many minutes?'));
    await follow(page, sendButton(page));
  });

  await run.step('midori', 'answers', async (page) => {
    await page.goto(story.request);
    await follow(page, page.locator('a[href$="/answer"]').first());
    await page.locator('[name=text]').fill(named(run, '60分です。', 'Sixty.'));
    await follow(page, sendButton(page));
  });

  await run.step('finance', 'approves, and builds a batch', async (page) => {
    await page.goto(story.request.replace('/portal/', '/desk/'));
    await follow(page, page.locator('form[action$="/approve"] button').first());
    await page.goto('/desk/batches/new');
    await page.locator('[name=pay_on]').fill(daysOn(10));
    await follow(page, sendButton(page));
    await page.waitForURL(new RegExp(`/desk/batches/${id}$`));
    story.batch = new URL(page.url()).pathname;
  });

  await run.step('another of finance', 'approves it', async (page) => {
    await signIn(page, mailed(keys, 'miura'));
    await page.goto(story.batch);
    await follow(page, page.locator('form[action$="/approve"] button').first());
  });

  await run.step('finance', 'exports it', async (page) => {
    await page.goto(story.batch);
    await follow(page, page.locator('form[action$="/export"] button').first());
    const file = await page.request.get(`${story.batch}/zengin`);
    const lines = (await file.body()).toString('latin1').split('\r\n').filter((line) => line.length === 120);
    const paid = lines.filter((line) => line[0] === '2').reduce((sum, line) => sum + Number(line.slice(80, 90)), 0);
    must(lines.length > 3 && paid === Number(lines.find((line) => line[0] === '8').slice(7, 19)), `the batch does not balance: ${paid}`);
  });
}

async function ending(run, story) {
  await run.step('caseworker', 'goes on to monitoring', async (page) => {
    await page.goto(story.case);
    await follow(page, page.locator('form[action$="/to_monitoring"] button').first());
  });

  await run.step('caseworker', 'sees the goals met', async (page) => {
    await page.goto(story.plan);
    const goals = await page.getByRole('main').locator('a[href^="/desk/goals/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute('href')))]);
    for (const goal of goals.filter((href) => /[0-9a-f]{12}$/.test(href))) {
      await page.goto(`${goal}/progress`);
      await page.locator('[name=percent]').fill('100');
      await follow(page, sendButton(page));
      await page.goto(`${goal}/achieve`);
      await follow(page, sendButton(page));
    }
    await page.goto(story.plan);
  });

  await run.step('caseworker', 'completes the plan', async (page) => {
    await page.goto(`${story.plan}/complete`);
    await page.locator('[name=outcome][value=goals_met]').check();
    await page.locator('[name=rest][value=close]').check();
    await follow(page, sendButton(page));
  });
}

// What the steps above are told with.

/** What a thing is called in the language of the run. */
function named(run, ja, en) {
  return run.lang === 'ja' ? ja : en;
}

/** Follows a link or presses a button, and waits for the page it leads to. */
async function follow(page, what) {
  await Promise.all([page.waitForEvent('load'), what.click()]);
}

async function press(page, name) {
  await follow(page, page.getByRole('main').getByRole('button', { name }).last());
}

/** The box or button of a name whose label begins with some words. */
function choice(page, name, words) {
  return page.locator(`label:has([name="${name}"])`).filter({ hasText: words }).locator(`[name="${name}"]`).first();
}

/** The account whose mail address begins with a name. */
function mailed(keys, name) {
  const account = keys.accounts.find((a) => a.email.startsWith(`${name}@`));
  must(account, `the keys file has no ${name}`);
  return account;
}
