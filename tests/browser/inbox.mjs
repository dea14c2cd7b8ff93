// inbox.mjs URL: the inbox's pages at URL, over a folder with mail in it, as people see and use them: wide
// and narrow, light and dark, in both languages; then its mail is thrown away. Says what fails; exits 1
// where anything does.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [url] = process.argv.slice(2);
const failures = [];

function check(what, holds, seen = '') {
  if (!holds) failures.push(seen === '' ? what : `${what} (${JSON.stringify(seen)})`);
}

async function open(browser, { width = 1280, scheme = 'light', locale = 'en-US' } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 740 }, colorScheme: scheme, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // The policy forbids whatever it does not name: a breach is a fault of the page.
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(url);
  return page;
}

async function axe(page, where) {
  // The page's own policy lets no script in but its own.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => axe.run(document, { iframes: false, resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) {
    failures.push(`axe ${where}: ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
  }
}

async function nothingKeepsAnybodyOut(browser) {
  for (const [width, scheme, locale] of [
    [1280, 'light', 'en-US'], [1280, 'dark', 'ko-KR'], [360, 'light', 'ko-KR'], [360, 'dark', 'en-US'],
  ]) {
    const page = await open(browser, { width, scheme, locale });
    const letter = await page.locator('.list li a').first().getAttribute('href');
    for (const path of ['/', '/?q=nobody', letter, `${letter}&view=text`, `${letter}&view=source`, '/clear', '/?mails=1&rehearsals=0']) {
      await page.goto(new URL(path, url).href);
      await axe(page, `${path}, ${scheme}, ${width} px`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`${path}: scrolls sideways at ${width} px`, wide <= width, wide);
    }
    await page.context().close();
  }
}

async function itIsClearedOnceAskedFor(browser) {
  const page = await open(browser);
  const count = () => page.locator('.list li').count();
  const before = await count();
  check('there is mail', before > 0, before);
  await page.locator('.clear').click();
  await page.getByText('Cancel').click();
  check('cancelling keeps it', await count() === before, await count());
  await page.locator('.clear').click();
  await page.getByRole('button', { name: 'Clear the inbox' }).press('Enter');
  await page.waitForURL(/mails=/);
  const told = await page.locator('[role=status]').innerText();
  check('what is gone is told', told.startsWith(`Thrown away: ${before} messages`), told);
  check('nothing is left', await count() === 0, await count());
  await axe(page, 'empty');
  await page.context().close();
}

await withBrowser(async (browser) => {
  for (const step of [nothingKeepsAnybodyOut, itIsClearedOnceAskedFor]) {
    const before = failures.length;
    await step(browser).catch((error) => failures.push(`${step.name}: ${error.message}`));
    console.log(`${failures.length === before ? '✓' : '✗'} ${step.name}`);
    for (const failure of failures.slice(before)) console.log(`    ${failure}`);
  }
});
process.exit(failures.length === 0 ? 0 : 1);
