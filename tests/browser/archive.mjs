// archive.mjs FOLDER [PICTURES]: the archive that `site` wrote into FOLDER, as people see and use it: every kind of
// page on a phone and wide, light and dark; every link, anchor and picture of it; words looked for and found. With
// PICTURES it keeps a picture of each page there. Says what fails; exits 1 where anything does.

import { createServer } from 'node:http';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [folder, pictures] = process.argv.slice(2);
const failures = [];
/** What its rules find beyond the standard's own is a matter of taste. */
const validator = new HtmlValidate(new StaticConfigLoader({
  extends: ['html-validate:standard'],
  elements: ['html5'],
  rules: { 'no-trailing-whitespace': 'off', 'void-style': 'off', 'long-title': 'off' },
}));
const KINDS = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', png: 'image/png', jpg: 'image/jpeg', json: 'application/json' };
/** What `serve` answers beside the archive. */
const SERVED = ['/subscribe', '/link', '/privacy', '/f/'];

function check(what, holds, seen = '') {
  if (!holds) failures.push(seen === '' ? what : `${what} (${JSON.stringify(seen)})`);
}

/** A plain web server: a folder's address shows its index.html; texts are packed. */
async function serve() {
  const server = createServer(async (request, response) => {
    const asked = decodeURIComponent(new URL(request.url, 'http://local').pathname);
    let file = path.join(folder, asked);
    try {
      if ((await stat(file)).isDirectory()) file = path.join(file, 'index.html');
      const bytes = await readFile(file);
      const kind = KINDS[path.extname(file).slice(1)] ?? 'application/octet-stream';
      const isPacked = !kind.startsWith('image/p');
      response.writeHead(200, { 'content-type': kind, ...(isPacked && { 'content-encoding': 'gzip' }) });
      response.end(isPacked ? gzipSync(bytes) : bytes);
    } catch {
      response.writeHead(404, { 'content-type': KINDS.html });
      response.end(await readFile(path.join(folder, '404.html')));
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

async function open(browser, url, { width = 1280, scheme = 'light', script = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: scheme, locale: 'ko-KR', javaScriptEnabled: script,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith('data:')) failures.push(`asks elsewhere: ${asked}`);
  });
  page.on('pageerror', (error) => failures.push(error.message));
  return page;
}

async function looked(browser, url, name, address) {
  for (const scheme of ['light', 'dark']) {
    for (const width of [1400, 360]) {
      const page = await open(browser, url, { width, scheme });
      await page.goto(url + address);
      // It leads on by itself.
      if (name === 'moved') await page.waitForURL(/compound/);
      if (name === 'found') await page.waitForSelector('#hits li');
      const where = `${name}, ${scheme}, ${width} px`;
      if (pictures) {
        await mkdir(pictures, { recursive: true });
        const device = width > 600 ? 'desktop' : 'phone';
        await page.screenshot({ path: path.join(pictures, `${name}-${device}-${scheme}.png`), fullPage: width > 600 ? name !== 'issue' : false });
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`scrolls sideways: ${where}`, wide <= width, wide);
      await page.evaluate(await readFile(AXE, 'utf8'));
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      for (const { id, help, nodes } of violations) {
        failures.push(`axe, ${where}: ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
      }
      await page.context().close();
    }
  }
}

async function files(below = '') {
  const all = [];
  for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
    const name = path.posix.join(below, entry.name);
    all.push(...(entry.isDirectory() ? await files(name) : [name]));
  }
  return all;
}

const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

/** Every address on every page leads to a file, and to a place in it. */
async function crawled() {
  const all = new Set(await files());
  const ids = new Map();
  const pages = [...all].filter((file) => file.endsWith('.html'));
  const texts = new Map();
  for (const file of pages) {
    const text = await readFile(path.join(folder, file), 'utf8');
    texts.set(file, text);
    ids.set(file, new Set([...text.matchAll(/ id="([^"]+)"/g)].map((it) => plain(it[1]))));
    check(`${file} has two of one id`, ids.get(file).size === [...text.matchAll(/ id="/g)].length);
    const { results } = await validator.validateString(text);
    for (const { ruleId, message, line, column } of results.flatMap((it) => it.messages)) {
      failures.push(`${file}:${line}:${column}: ${ruleId}: ${message}`);
    }
    check(`${file} is heavier than 60 KB`, Buffer.byteLength(text) <= 60_000, Buffer.byteLength(text));
  }
  let links = 0;
  for (const [file, text] of texts) {
    const singles = [...text.matchAll(/ (?:href|src|action)="([^"]*)"/g)].map((it) => it[1]);
    const sets = [...text.matchAll(/ srcset="([^"]*)"/g)].flatMap((it) => it[1].split(',').map((part) => part.trim().split(' ')[0]));
    for (const address of [...singles, ...sets].map(plain)) {
      if (/^(https?|mailto|tel|sms):/.test(address)) continue;
      if (SERVED.some((it) => address.startsWith(it))) continue;
      links++;
      const [where, anchor] = address.split('#');
      let target = where === '' ? file : decodeURIComponent(where.split('?')[0]).replace(/^\//, '');
      if (target === '' || target.endsWith('/')) target += 'index.html';
      check(`${file}: ${address} leads nowhere`, all.has(target));
      if (anchor) check(`${file}: ${address} has no such place`, ids.get(target)?.has(decodeURIComponent(anchor)));
    }
  }
  check('the archive has links', links > 50, links);
}

/** Words that stand within others, before particles, in code, of other scripts. */
async function found(browser, url) {
  const cases = [
    ['언어모델', 'compound'], ['모델', 'compound'], ['친칠라', 'small-models'], ['GPT-3', 'small-models'],
    ['1,875', 'small-models'], ['flex_basis', 'compound'], ['FLEX', 'compound'], ['글', 'small-models'], ['브룩스 IBM', 'small-models'],
  ];
  for (const [words, slug] of cases) {
    const page = await open(browser, url);
    let bytes = 0;
    page.on('requestfinished', async (request) => {
      if (/\/search\/\w+\/\d+\.(terms|json)$/.test(request.url())) bytes += (await request.sizes()).responseBodySize;
    });
    await page.goto(`${url}/search/`);
    await page.fill('#q', words);
    await page.waitForFunction(() => document.querySelector('#hits li') || document.querySelector('#told').textContent, null, { timeout: 10_000 });
    await page.waitForTimeout(150);
    const hits = await page.$$eval('#hits a', (all) => all.map((it) => it.getAttribute('href')));
    check(`“${words}” does not find ${slug}`, hits.some((href) => href.includes(slug)), hits);
    const marks = await page.$$eval('#hits mark', (all) => all.map((it) => it.textContent));
    check(`“${words}” is marked nowhere`, marks.length > 0);
    check(`“${words}” asks for more than 50 KB`, bytes > 0 && bytes <= 50_000, bytes);
    await page.context().close();
  }
  const page = await open(browser, url);
  await page.goto(`${url}/search/?q=${encodeURIComponent('없는낱말이다')}`);
  await page.waitForFunction(() => document.querySelector('#told').textContent);
  check('nothing is found for nonsense', (await page.$$('#hits li')).length === 0);
  await page.context().close();
}

const server = await serve();
const url = `http://127.0.0.1:${server.address().port}`;
await crawled();
await withBrowser(async (browser) => {
  const kinds = {
    front: '/', all: '/issues/', edition: '/editions/monday/', tag: '/tags/books/', year: '/years/2026/',
    issue: '/issues/small-models/', blocks: '/issues/compound/', search: '/search/', missing: '/nowhere', moved: '/issues/before/',
  };
  for (const [name, address] of Object.entries(kinds)) await looked(browser, url, name, address);
  await found(browser, url);
  // What was found is a page of its own to look at.
  await looked(browser, url, 'found', `/search/?q=${encodeURIComponent('모델')}`);
});
server.close();
for (const failure of failures) console.log(failure);
process.exit(failures.length > 0 ? 1 : 0);
