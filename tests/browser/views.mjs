// views.mjs PLAN.json: a mail as families of clients show it. The plan names pages, for each what its
// family drops, what must be seen there, and what a reader who copies all of it gets. Fails where a dropped property still counts, where a
// fault of old markup can't be seen, and where a fault can be seen in the mail as it is now.

import { readFile } from 'node:fs/promises';

import { openMail, withBrowser } from './browser.mjs';

/** A browser takes both names for one property: where the other is known, nothing can be told. */
const OTHER_NAME = { 'overflow-wrap': 'word-wrap' };
/** Values that follow from the layout or from other properties say nothing of what was declared. */
const DERIVED = /^(width|height|min-|max-|inline|block|top|left|right|bottom|inset|margin|padding|perspective|transform|text-wrap|text-decoration-)/;

/** How each element comes out in one property, and in a page that nobody styled. */
function styled(properties) {
  // A picture that is cropped here is drawn so by the simulation's own means.
  const nodes = [...document.querySelectorAll('body, body *')].filter((node) => node.style.objectFit !== 'cover');
  const values = () => nodes.map((node) => {
    const style = getComputedStyle(node);
    // Where a colour is part of a value, it is the text's.
    return properties.map((property) => style.getPropertyValue(property).replace(/rgba?\([^)]*\)/g, ''));
  });
  const own = values();
  const sheets = [...document.querySelectorAll('style')];
  for (const sheet of sheets) sheet.disabled = true;
  const inline = [...document.querySelectorAll('[style]')].map((node) => [node, node.getAttribute('style')]);
  for (const [node] of inline) node.removeAttribute('style');
  const plain = values();
  for (const [node, style] of inline) node.setAttribute('style', style);
  for (const sheet of sheets) sheet.disabled = false;
  const left = new Set();
  own.forEach((row, at) => row.forEach((value, column) => {
    if (value !== plain[at][column]) left.add(`${properties[column]}: ${value} on ${nodes[at].tagName}`);
  }));
  return [...left];
}

/** What a fault looks like; each answers what of it is seen. */
const FAULTS = {
  /** M1: a picture of which a slice is left. */
  cropped: () => [...document.images]
    .filter((image) => image.getAttribute('height') && image.clientHeight + 2 < Number(image.getAttribute('height')) * image.clientWidth / Number(image.getAttribute('width')))
    .map((image) => `${image.alt}: ${image.clientHeight} px`),
  /** M3, M5: wider than the window. */
  wide: () => document.documentElement.scrollWidth > window.innerWidth + 1 ? [`${document.documentElement.scrollWidth} px wide`] : [],
  /** M4: a desktop's gutters on a phone. */
  gutters: () => [...document.querySelectorAll('p, h1, h2, h3')].map((node) => node.getBoundingClientRect())
    .filter(({ width, height }) => width > 0 && height > 0)
    .slice(0, 1).filter(({ left }) => left > 20).map(({ left }) => `${left} px`),
  /** M5: a line that should hang and does not. */
  hanging: () => [...document.querySelectorAll('p')].filter((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()].filter(({ width }) => width > 0);
    return node.matches('.hangs') && lines.length > 1 && lines[0].left >= lines.at(-1).left;
  }).map((node) => node.textContent.slice(0, 20)),
};

async function findings(browser, { file, denied, width, shows, hides, copies = [] }) {
  const page = await openMail(browser, file, { width, scheme: 'light' });
  const found = [];
  const known = await page.evaluate((all) => all.filter((one) => CSS.supports(one, 'initial')), denied);
  const told = known.filter((one) => !DERIVED.test(one) && (!(one in OTHER_NAME) || denied.includes(OTHER_NAME[one])));
  for (const left of await page.evaluate(styled, told)) found.push(`is not dropped: ${left}`);
  for (const fault of shows) {
    if ((await page.evaluate(FAULTS[fault])).length === 0) found.push(`${fault} can't be seen`);
  }
  for (const fault of hides) {
    for (const seen of await page.evaluate(FAULTS[fault])) found.push(`${fault}: ${seen}`);
  }
  const copied = await page.evaluate(() => {
    getSelection().selectAllChildren(document.body);
    return getSelection().toString();
  });
  for (const text of copies) {
    if (!copied.includes(text)) found.push(`is not copied as it is: ${text}`);
  }
  await page.context().close();
  return { found, told: told.length };
}

const pages = JSON.parse(await readFile(process.argv[2], 'utf8'));
let total = 0;
await withBrowser(async (browser) => {
  for (const page of pages) {
    const { found, told } = await findings(browser, page);
    total += found.length;
    console.log(`${found.length === 0 ? '✓' : '✗'} ${page.file} at ${page.width} px, ${told} properties denied`);
    for (const finding of found) console.log(`    ${finding}`);
  }
});
process.exit(total === 0 ? 0 : 1);
