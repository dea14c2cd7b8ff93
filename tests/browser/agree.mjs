// agree.mjs FILE.html…: what axe says of each page on contrast (light and dark) and headings, as a
// JSON list of lists, for a test that holds `check` against it.

import { createRequire } from 'node:module';
import { openMail, withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['color-contrast', 'heading-order', 'page-has-heading-one', 'empty-heading'];

async function seen(browser, file) {
  const found = [];
  for (const scheme of ['light', 'dark']) {
    const page = await openMail(browser, file, { width: 600, scheme });
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate((rules) => axe.run(document, {
      runOnly: { type: 'rule', values: rules },
      resultTypes: ['violations'],
    }), RULES);
    for (const { id } of violations) found.push(`${scheme}: ${id}`);
    await page.context().close();
  }
  return found;
}

const all = [];
await withBrowser(async (browser) => {
  for (const file of process.argv.slice(2)) all.push(await seen(browser, file));
});
console.log(JSON.stringify(all));
