// The two pictures of the README: a case on the desk, and what waits for a provider (while nothing
// waits, its own entry). Each is light enough for a page that is read everywhere.

import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { accountOf, must, signIn } from './kit.mjs';

const most = 300 * 1024; // bytes
const frame = { width: 1280, height: 860 };

/** Takes both pictures into a folder. The case is the first of the worklist. */
export async function pictures(run, keys, folder) {
  await mkdir(folder, { recursive: true });
  await run.step('caseworker', 'shows a case for the README', async (page) => {
    await signIn(page, accountOf(keys, 'caseworker'));
    await page.goto('/desk/cases');
    await page.goto(await page.getByRole('main').locator('a[href^="/desk/cases/"]:not([href$="/new"])').first().getAttribute('href'));
    await take(page, path.join(folder, 'case.png'));
  });
  await run.step('provider', 'shows the portal for the README', async (page) => {
    await signIn(page, accountOf(keys, 'provider_manager'));
    await page.goto('/portal');
    const waiting = page.getByRole('main').locator('a[href^="/portal/referrals/"], a[href^="/portal/sessions/"]');
    await page.goto(await waiting.count() ? await waiting.first().getAttribute('href') : '/portal/provider');
    await take(page, path.join(folder, 'portal.png'));
  });
}

async function take(page, file) {
  const own = page.viewportSize();
  await page.setViewportSize(frame);
  await page.screenshot({ path: file });
  await page.setViewportSize(own);
  const { size } = await stat(file);
  must(size <= most, `${file} has ${size} bytes, more than ${most}`);
}
