// clients.mjs FILE.html…: a mail on every width, with and without its <style>. Fails where a page is
// wider than its window, where a number is broken over two lines, where the text stands more than
// 20 px from a phone's edge, and where a mail written from right to left is not mirrored.

import { openMail, withBrowser } from './browser.mjs';

const WIDTHS = [320, 360, 414, 480, 560, 561, 600, 700, 1280];
const PHONE = 320;
const MAX_GUTTER = 20;

/** Digits of table cells that stand on more than one line. */
function brokenNumbers() {
  const broken = [];
  for (const cell of document.querySelectorAll('table.data td, table.data th')) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      // An address or a digest is no number: it breaks where it must.
      if (text.parentElement.closest('a') || text.parentElement.querySelector(':scope > wbr')) continue;
      for (const { 0: run, index } of text.data.matchAll(/[\d][\d.,/:%−+-]*/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + run.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(run);
      }
    }
  }
  return broken;
}

/** How far the text's column stands from the edges. */
function gutters() {
  const boxes = [...document.querySelectorAll('p, h1, h2, h3')]
    .map((node) => node.getBoundingClientRect()).filter(({ width, height }) => width > 0 && height > 0);
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    right: window.innerWidth - Math.max(...boxes.map((box) => box.right)),
  };
}

/** What of a mail from right to left still stands as if it were from left to right. */
function notMirrored() {
  const wrong = [];
  const told = (node, why) => wrong.push(`${why}: ${node.outerHTML.slice(0, 120)}`);
  for (const node of document.querySelectorAll('[role=article] *')) {
    const style = getComputedStyle(node);
    if (style.display === 'none' || node.closest('pre')) continue;
    if (style.direction !== 'rtl') told(node, 'direction');
    const isText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (isText && ['left'].includes(style.textAlign) && !node.closest('table.data')) told(node, 'text-align');
    if (['UL', 'OL'].includes(node.tagName) && !(parseFloat(style.paddingRight) > parseFloat(style.paddingLeft))) told(node, 'bullets');
    if (parseFloat(style.borderLeftWidth) > 1) told(node, 'bar');
    if (node.matches('table.data td, table.data th') && parseFloat(style.paddingRight) > parseFloat(style.paddingLeft)) told(node, 'cells');
  }
  return wrong;
}

async function findings(browser, file) {
  const found = new Set();
  for (const isStripped of [false, true]) {
    const page = await openMail(browser, file, { width: PHONE, scheme: 'light', isStripped });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const how = `at ${width} px${isStripped ? ' without its <style>' : ''}`;
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) found.add(`scrolls sideways ${how}: ${wide} px wide`);
      for (const run of await page.evaluate(brokenNumbers)) found.add(`${run} is broken ${how}`);
      if (width !== PHONE) continue;
      for (const [side, pixels] of Object.entries(await page.evaluate(gutters))) {
        if (pixels > MAX_GUTTER) found.add(`a gutter of ${pixels} px on the ${side} ${how}`);
      }
    }
    if (await page.evaluate(() => document.documentElement.dir === 'rtl')) {
      for (const wrong of await page.evaluate(notMirrored)) found.add(`not mirrored: ${wrong}`);
    }
    await page.context().close();
  }
  return [...found];
}

const files = process.argv.slice(2);
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
