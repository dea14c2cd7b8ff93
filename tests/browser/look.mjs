// look.mjs FILE.html…: a mail's HTML as people see it. Fails where axe finds anything (light and
// dark; page-level region rules aside, since a mail is a part of a page), where a page is wider than
// its window (600, 360 and 320 px, with and without every <style>).

import { createRequire } from 'node:module';
import { openMail, withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// A mail client puts the mail into a page of its own, whose landmarks these rules ask for.
const OF_THE_PAGE = ['region', 'landmark-one-main', 'bypass'];
const WIDTHS = [600, 360, 320];

async function axeFindings(page) {
  await page.addScriptTag({ path: AXE });
  const results = await page.evaluate((disabled) => axe.run(document, {
    rules: Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }])),
    resultTypes: ['violations', 'incomplete'],
  }), OF_THE_PAGE);
  const told = ({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`);
  return [
    ...results.violations.flatMap(told),
    // Where axe cannot tell (text over a picture), a person would have to: there is no such place.
    // Of a symbol (a task's box) it never can; its colour is the accent, whose contrast is computed.
    ...results.incomplete
      .filter(({ id }) => id === 'color-contrast')
      .map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !isSymbol(node) && !hangs(node)) }))
      .flatMap(told),
  ];
}

function isSymbol(node) {
  return node.any.some(({ data }) => ['shortTextContent', 'nonBmp'].includes(data?.messageKey));
}

/** A comment in Hebrew, in code that runs the other way: the space at a line's end hangs out of the block. */
function hangs(node) {
  return node.html.includes('class="tk-comment"') && node.any.some(({ data }) => data?.messageKey === 'elmPartiallyObscuring');
}

async function findings(browser, file) {
  const found = [];
  for (const scheme of ['light', 'dark']) {
    const page = await openMail(browser, file, { width: 600, scheme });
    for (const finding of await axeFindings(page)) found.push(`${scheme}: ${finding}`);
    await page.context().close();
  }
  for (const width of WIDTHS) {
    for (const isStripped of [false, true]) {
      const page = await openMail(browser, file, { width, scheme: 'light', isStripped });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      const how = isStripped ? ' without its <style>' : '';
      if (wide > width) found.push(`scrolls sideways at ${width} px${how}: ${wide} px wide`);
      await page.context().close();
    }
  }
  return found;
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node look.mjs FILE.html…');
  process.exit(2);
}
let total = 0;
await withBrowser(async (browser) => {
  for (const file of files) {
    const found = await findings(browser, file);
    total += found.length;
    console.log(`${found.length === 0 ? '✓' : '✗'} ${file}`);
    for (const finding of found) console.log(`    ${finding}`);
  }
});
process.exit(total === 0 ? 0 : 1);
