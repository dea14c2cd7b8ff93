// pictures.mjs svg OUT FILE.html…           the drawing of each page as OUT/NAME.png, twice as sharp
// pictures.mjs looks OUT NAME/issue.html…   each mail on a desktop and on a phone, light and dark, OUT/NAME.png
// pictures.mjs readme OUT LIGHT.html DARK.html   a mail on a desk and one on a phone at night, OUT/readme.png
// pictures.mjs writing OUT GUIDE.md ISSUE.html   each part of the issue that the guide shows, OUT/NAME.png
// pictures.mjs parts OUT ISSUE.html         each part and block of docs/templates.md, OUT/NAME.png

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openMail, withBrowser } from './browser.mjs';

const SHARPNESS = 2;

async function drawings(browser, out, files) {
  const context = await browser.newContext({
    viewport: { width: 520, height: 400 }, deviceScaleFactor: SHARPNESS,
  });
  for (const file of files) {
    const page = await context.newPage();
    await page.goto(pathToFileURL(path.resolve(file)).href);
    await page.locator('svg').screenshot({ path: `${out}/${path.basename(file, '.html')}.png` });
  }
}

/** A view of a mail as a data: address, `from` so far down; from Infinity: the end of it. */
async function view(browser, file, { width, height, scheme, scale = SHARPNESS, from = 0 }) {
  const page = await openMail(browser, file, { width, scheme, scale });
  await page.setViewportSize({ width, height });
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: Math.min(from, whole - height), width, height };
  const bytes = await page.screenshot({ clip, fullPage: true });
  await page.context().close();
  return `data:image/png;base64,${bytes.toString('base64')}`;
}

// How a look is shown: by day and by night, on a desktop and on a phone; the last shows the mail's end.
const LOOK_VIEWS = [
  { width: 680, scheme: 'light' }, { width: 360, scheme: 'light' },
  { width: 680, scheme: 'dark' }, { width: 360, scheme: 'dark', from: Infinity },
];
const LOOK_HEIGHT = 1200;

async function looks(browser, out, files) {
  const page = await (await browser.newContext({ viewport: { width: 2288, height: LOOK_HEIGHT + 80 } })).newPage();
  for (const file of files) {
    const views = [];
    for (const options of LOOK_VIEWS) {
      views.push(await view(browser, file, { ...options, height: LOOK_HEIGHT, scale: 1 }));
    }
    await page.setContent(`<!DOCTYPE html><style>
      body { margin: 0; padding: 40px; display: flex; gap: 40px; background: #C9C5BC; }
      img { display: block; border-radius: 12px; }
      img:nth-child(3) { margin-left: 8px; }
    </style>${views.map((source) => `<img src="${source}" alt="">`).join('')}`);
    await page.screenshot({ path: `${out}/${path.basename(path.dirname(file))}.png` });
  }
}

async function readme(browser, out, [light, dark]) {
  const desk = await view(browser, light, { width: 680, height: 1440, scheme: 'light' });
  const phone = await view(browser, dark, { width: 360, height: 740, scheme: 'dark', from: 576 });
  const page = await (await browser.newContext({
    viewport: { width: 1120, height: 1200 }, deviceScaleFactor: 1.5,
  })).newPage();
  await page.setContent(`<!DOCTYPE html><style>
    body { margin: 0; width: 1120px; height: 1200px; overflow: hidden; background: #E6E2DA; position: relative; }
    .desk { position: absolute; left: 64px; top: 56px; width: 580px; height: 1144px; border-radius: 8px 8px 0 0; overflow: hidden; }
    .phone { position: absolute; right: 64px; top: 220px; width: 360px; height: 740px; border-radius: 44px; overflow: hidden; border: 12px solid #0B0C0E; padding: 12px 0; background: #16191D; }
    img { display: block; width: 100%; }
  </style><div class="desk"><img src="${desk}" alt=""></div><div class="phone"><img src="${phone}" alt=""></div>`);
  await page.screenshot({ path: `${out}/readme.png` });
}

// Round an element, as much of the paper as makes it look like a part of a mail.
const MARGIN = 24;

// The guide's pictures stand in the order of the issue's stories; these two show other parts of it.
const PARTS = {
  mail: async (page) => [page.locator('td.rule').first(), page.locator('td.panel').first()],
  notes: (page) => page.locator('td:has(> ol > li[id^=note-])').all(),
};

async function writing(browser, out, [guide, issue]) {
  const names = [...(await readFile(guide, 'utf8')).matchAll(/<img src="[^"]*\/([a-z]+)\.png"/g)].map(([, name]) => name);
  const page = await openMail(browser, issue, { width: 600, scheme: 'light', scale: SHARPNESS });
  const stories = await page.locator('td > h2[id]').all();
  const shown = names.filter((name) => !(name in PARTS));
  if (shown.length !== stories.length) throw new Error(`${guide}: ${shown.length} pictures of ${stories.length} stories`);
  for (const name of names) {
    if (name !== 'mail') await page.addStyleTag({ content: ALONE });
    const elements = name in PARTS
      ? await PARTS[name](page)
      : await blocksOf(stories[shown.indexOf(name)]);
    await cut(page, elements, `${out}/${name}.png`);
  }
}

// A block alone: without what stands close above it.
const ALONE = 'h2[id], p:has(+ h2[id]) { visibility: hidden; } td.line { border-color: transparent !important; }';

/** What stands below a story's heading. */
function blocksOf(heading) {
  return heading.locator('xpath=following-sibling::*').all();
}

/** A picture of these, and of a little above and below them. */
async function cut(page, elements, file, [above, under] = [MARGIN, MARGIN]) {
  const boxes = await Promise.all(elements.map((element) => element.boundingBox()));
  // Without the distance to what follows.
  const top = Math.max(0, Math.min(...boxes.map((box) => box.y)) - above);
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) - (await below(elements.at(-1))) + under;
  const clip = { x: 40 - MARGIN, y: top, width: 520 + 2 * MARGIN, height: bottom - top };
  await page.screenshot({ path: file, clip, fullPage: true });
}

// The files of templates/email/parts, by what tells them in the mail.
const TEMPLATES = {
  logo: 'td.rule > img >> visible=true',
  masthead: 'td.rule',
  opening: 'td:has(> h1)',
  contents: 'td.panel:has(> ol)',
  story: 'td:has(> h2[id])',
  footnotes: 'td:has(> ol > li[id^=note-])',
  teaser: 'td.teaser-bar',
  participation: 'td:has(> h2:not([id])):not(:has(ol))',
  footer: 'td.gutter.quiet',
};

// What is shown around a part: nothing where others touch it.
const AROUND = { contents: [MARGIN, MARGIN], logo: [8, 8], teaser: [12, 12], footer: [0, MARGIN] };

async function parts(browser, out, [issue]) {
  const page = await openMail(browser, issue, { width: 600, scheme: 'light', scale: SHARPNESS });
  for (const [name, selector] of Object.entries(TEMPLATES)) {
    await cut(page, [page.locator(selector).first()], `${out}/${name}.png`, AROUND[name] ?? [0, 0]);
  }
  // The sample's stories are named by the files of templates/email/blocks.
  await page.addStyleTag({ content: ALONE });
  for (const story of await page.locator('td > h2[id]').all()) {
    await cut(page, await blocksOf(story), `${out}/${(await story.textContent()).toLowerCase()}.png`);
  }
}

/** What ends a block made of a table: an empty row, or a spacer. */
function below(element) {
  return element.evaluate((node) => {
    const last = node.tagName === 'TABLE' ? node.querySelector(':scope > tbody > tr:last-child > td') : node;
    return last && last.textContent.trim() === '' && !last.matches('img') && !last.querySelector('img') ? last.getBoundingClientRect().height : 0;
  });
}

const [kind, out, ...files] = process.argv.slice(2);
const make = { svg: drawings, looks, readme, writing, parts }[kind];
if (!make || files.length === 0) {
  console.error('usage: node pictures.mjs svg|looks|readme|writing|parts OUT FILE.html…');
  process.exit(2);
}
await withBrowser((browser) => make(browser, out, files));
