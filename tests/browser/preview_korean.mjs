// preview_korean.mjs URL ROOT: the preview at URL over the publication in ROOT, read by a browser that speaks Korean. Says
// every English sentence of the page itself – mails in frames are the publication's – and exits 1 where there is one.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withBrowser } from './browser.mjs';

const [url, root] = process.argv.slice(2);
const NAME = '2026-11-26-twelve-by-twelve';
const VIEWS = ['desktop', 'phone', 'dark', 'text', 'inbox', 'source', 'clients'];
const ISSUE = path.join(root, `issues/${NAME}/index.md`);
const found = new Set();

// What is the issue's own, or to be typed, is no sentence of the page's.
const OWN = 'pre, code, kbd, iframe, [lang="en"], .mail, [data-own]';

async function look(page, what) {
  const text = await page.evaluate((own) => {
    const body = document.body.cloneNode(true);
    for (const it of body.querySelectorAll(own)) it.replaceWith('·');
    const said = [body.innerText ?? body.textContent];
    for (const it of document.querySelectorAll('[title], [aria-label], [placeholder]')) {
      said.push(it.title, it.getAttribute('aria-label') ?? '', it.getAttribute('placeholder') ?? '');
    }
    return said.join('\n');
  }, OWN);
  for (const line of text.split('\n')) {
    const bare = line.replace(/`[^`]*`|daily-note [\w -]+|\S*[/@.:_=]\S*/g, '·');
    const run = bare.match(/[A-Za-z][a-z']+(?: +[a-z][a-z']+){2,}/);
    if (run) found.add(`${what}: ${run[0]}`);
  }
  if (!/[가-힣]/.test(text)) found.add(`${what}: nothing in Korean`);
}

await withBrowser(async (browser) => {
  const context = await browser.newContext({ locale: 'ko-KR' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  for (const view of VIEWS) {
    await page.goto(`${url}issue/${NAME}?view=${view}`, { waitUntil: 'load' });
    await look(page, view);
  }
  // A slip of the writer's, and a configuration that can't be read: what is wrong is said in Korean, too.
  const issue = await readFile(ISSUE, 'utf8');
  await writeFile(ISSUE, issue.replace('\n## ', '\n![](nowhere.png)\n\n## '));
  await page.goto(`${url}issue/${NAME}`, { waitUntil: 'load' });
  await page.waitForFunction(() => document.body.innerText.includes('nowhere.png'));
  await look(page, 'a picture that is not there');
  await writeFile(ISSUE, issue);
  const file = path.join(root, 'daily-note.yaml');
  const settings = await readFile(file, 'utf8');
  await writeFile(file, `${settings}\nnonesuch: 1\n`);
  await page.waitForFunction(() => document.body.innerText.includes('nonesuch'));
  await look(page, 'a key that there is not');
  await writeFile(file, settings);
});
for (const line of found) console.log(line);
process.exit(found.size === 0 ? 0 : 1);
