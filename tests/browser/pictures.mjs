// pictures.mjs svg OUT FILE.html…           the drawing of each page as OUT/NAME.png, twice as sharp
// pictures.mjs readme OUT LIGHT.html DARK.html   a mail on a desk and one on a phone at night, OUT/readme.png

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

async function shot(browser, out, name, file, { width, height, scheme, from = 0 }) {
  const page = await openMail(browser, file, { width, scheme, scale: SHARPNESS });
  const clip = { x: 0, y: from, width, height };
  await page.screenshot({ path: `${out}/${name}.png`, clip, fullPage: true });
  const bytes = await readFile(`${out}/${name}.png`);
  return `data:image/png;base64,${bytes.toString('base64')}`;
}

async function readme(browser, out, [light, dark]) {
  const desk = await shot(browser, out, 'desk', light, { width: 680, height: 1440, scheme: 'light' });
  const phone = await shot(browser, out, 'phone', dark, { width: 360, height: 740, scheme: 'dark', from: 600 });
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

const [kind, out, ...files] = process.argv.slice(2);
const make = { svg: drawings, readme }[kind];
if (!make || files.length === 0) {
  console.error('usage: node pictures.mjs svg|readme OUT FILE.html…');
  process.exit(2);
}
await withBrowser((browser) => make(browser, out, files));
