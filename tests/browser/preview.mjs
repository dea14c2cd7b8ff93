// preview.mjs URL ROOT: the preview at URL over the publication in ROOT, whose files this script
// edits as a writer does. Says what fails; exits 1 where anything does. The last line is how long a
// save took to be seen, in ms: the median of some.
// preview.mjs URL ROOT time: measures alone, more often.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [url, root, mode] = process.argv.slice(2);
const NAME = '2026-11-26-twelve-by-twelve';
const ISSUE = `issues/${NAME}/index.md`;
const VIEWS = ['desktop', 'phone', 'dark', 'text', 'inbox', 'source'];
const failures = [];

const file = (name) => path.join(root, name);
const read = (name) => readFile(file(name), 'utf8');
const write = (name, text) => writeFile(file(name), text);
const edit = async (name, from, to) => {
  const text = await read(name);
  if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
  await write(name, text.replace(from, () => to));
};
const at = (view, more = '') => `${url}issue/${NAME}?view=${view}${more}`;

function check(what, holds, seen = '') {
  if (!holds) failures.push(seen === '' ? what : `${what} (${JSON.stringify(seen)})`);
}

async function open(browser, address, { width = 1440, height = 900, scheme = 'light', locale = 'en-US' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // The policy forbids whatever it does not name: a breach is a fault of the page.
  page.on('console', (message) => message.type() === 'error' && failures.push(`${address}: ${message.text()}`));
  page.on('pageerror', (error) => failures.push(`${address}: ${error.message}`));
  await page.goto(address, { waitUntil: 'load' });
  return page;
}

/** Runs `change`, then waits until the page, or the mail in its frame, says `text`. */
async function sees(page, text, change) {
  await change?.();
  await page.waitForFunction((wanted) => {
    const mail = document.getElementById('frame')?.contentDocument?.body;
    return document.body.innerText.includes(wanted) || mail?.innerText.includes(wanted);
  }, text);
}

const gone = (page, selector) => page.waitForFunction((it) => !document.querySelector(it), selector);
const frameOf = async (page) => (await page.waitForSelector('#frame')).contentFrame();

// ── what a writer sees ───────────────────────────────────────────────────────────────────────

async function everyViewFollowsTheFile(browser) {
  const page = await open(browser, at('desktop'));
  await page.evaluate(() => { window.isSame = true; });
  for (const [index, view] of VIEWS.entries()) {
    await page.keyboard.press(String(index + 1));
    await page.waitForFunction((key) => document.querySelector('.views [aria-current]')?.href.includes(key)
      || key === 'desktop' && !location.search.includes('view='), view);
    const title = `제목이 ${view} 보기에서 바뀝니다`;
    await sees(page, title, async () => {
      const text = await read(ISSUE);
      await write(ISSUE, text.replace(/^title: .*$/m, `title: ${title}`));
    });
    const shown = {
      desktop: () => frameOf(page).then((frame) => frame.locator('h1').innerText()),
      text: () => page.locator('.stage.text pre').innerText(),
      inbox: () => page.locator('.gmail.desktop .subject').innerText(),
      source: () => page.locator('.stage.manuscript').innerText(),
    };
    const seen = await (shown[view] ?? shown.desktop)();
    check(`${view}: the stage itself shows the change`, seen.includes(title), seen.slice(0, 80));
  }
  for (const [index, part] of ['html', 'text', 'message'].entries()) {
    await page.locator('.parts a').nth(index + 1).click();
    await page.waitForSelector(`.stage.${part}`);
    await sees(page, `Part of ${part}`, () => edit(ISSUE, 'title: ', `title: Part of ${part}. `));
  }
  check('it was one page all along', await page.evaluate(() => window.isSame === true));
  await page.context().close();
}

async function scrollReaderAndViewStay(browser) {
  const page = await open(browser, at('phone', '&for=haruka@example.com'));
  const frame = await frameOf(page);
  await sees(page, '佐藤 遥님');
  await frame.evaluate(() => { window.scrollTo(0, 1200); window.isSame = true; });
  await page.evaluate(() => { document.querySelector('.notes').scrollTop = 60; window.isSame = true; });
  const before = await frame.evaluate(() => window.scrollY);
  check('it is scrolled', before === 1200, before);
  await sees(page, '끝에 한 문단을 더합니다', async () =>
    write(ISSUE, `${await read(ISSUE)}\n끝에 한 문단을 더합니다.\n`));
  const after = await frame.evaluate(() => ({ y: window.scrollY, isSame: window.isSame }));
  check('the scroll stays', after.y === before, after);
  check('the frame was not loaded anew', after.isSame === true);
  check('nor was the page', await page.evaluate(() => window.isSame === true));
  check('the notes stay where they were', await page.evaluate(() => document.querySelector('.notes').scrollTop) === 60);
  check('the reader stays', await frame.evaluate(() => document.body.innerText.includes('佐藤 遥')));
  check('the view stays', await page.locator('.stage.narrow').count() === 1);
  // Text put in above what is being read does not push it away.
  const place = () => frame.evaluate(() => [...document.querySelectorAll('h2')]
    .map((title) => Math.round(title.getBoundingClientRect().top)).find((top) => top > 0));
  const there = await place();
  await sees(page, '앞에 한 문단을 더합니다', () =>
    edit(ISSUE, '\n## ', '\n앞에 한 문단을 더합니다.\n\n## '));
  check('what is read stays in sight', Math.abs(await place() - there) <= 2, [there, await place()]);
  await page.context().close();
}

async function aReaderIsChosenFromTheList(browser) {
  const page = await open(browser, at('desktop'), { locale: 'ko-KR' });
  await page.keyboard.press('r');
  await page.keyboard.type('민지');
  const one = () => page.waitForFunction(() => document.querySelectorAll('#readers li').length === 1);
  await one();
  // A save while somebody looks for a reader leaves them what they found.
  const text = await read(ISSUE);
  await sees(page, '찾는 동안 한 문단을 더합니다', () =>
    write(ISSUE, `${text}\n찾는 동안 한 문단을 더합니다.\n`));
  check('a save keeps what was found', await page.locator('#readers li').count() === 1);
  await write(ISSUE, text);
  await one();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await sees(page, '민지님, 안녕하세요');
  check('the address names the reader', page.url().includes('for=minji%40example.com'), page.url());
  await sees(page, '이름을 고친 민지님', () => edit('subscribers.yaml', 'name: 민지', 'name: 이름을 고친 민지'));
  await page.context().close();
}

async function errorsShowAndTheLastGoodStays(browser) {
  const page = await open(browser, at('desktop'));
  const opening = 'templates/email/parts/opening.html';
  const good = await read(opening);
  const title = await (await frameOf(page)).locator('h1').innerText();
  await sees(page, 'templates/email/parts/opening.html:', () => write(opening, `${good}\n{% if broken %\n`));
  const fault = await page.locator('.fault').first().innerText();
  check('the place is told', /opening\.html:\d+:\d+/.test(fault), fault);
  check('the line is shown', fault.includes('{% if broken %'), fault);
  check('there is a caret under it', await page.locator('.carets b').count() >= 1);
  check('the last good mail stays', await (await frameOf(page)).locator('h1').innerText() === title);
  await write(opening, good);
  await gone(page, '.faults');

  const text = await read(ISSUE);
  await sees(page, 'index.md:', () => write(ISSUE, text.replace(/^edition: .*$/m, 'edition: freitag')));
  check('front matter: the line is shown',
    (await page.locator('.excerpt').innerText()).includes('edition: freitag'));
  const [line, caret] = await page.evaluate(() => ['.excerpt mark', '.carets b']
    .map((it) => Math.round(document.querySelector(it).getBoundingClientRect().left)));
  check('the caret stands under its place', Math.abs(line - caret) <= 1, [line, caret]);
  check('front matter: the last good mail stays', await (await frameOf(page)).locator('h1').innerText() === title);
  await axe(page, 'with an error');
  await write(ISSUE, text);
  await gone(page, '.faults');

  await sees(page, 'daily-note.yaml:', () => edit('daily-note.yaml', 'publication:', 'publicashun:'));
  check('configuration: the last good mail stays', await (await frameOf(page)).locator('h1').innerText() === title);
  await edit('daily-note.yaml', 'publicashun:', 'publication:');
  await gone(page, '.faults');
  await sees(page, '새 이름의 노트', () => edit('daily-note.yaml', 'name: 데일리 노트', 'name: 새 이름의 노트'));
  await page.context().close();
}

async function findingsLeadToTheirLines(browser) {
  const page = await open(browser, at('desktop'));
  await sees(page, 'content/placeholder', () => edit(ISSUE, '\n## ', '\nTODO: 여기에 쓸 것.\n\n## '));
  await page.keyboard.press('j');
  const focused = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return { inFindings: !!document.activeElement.closest('.findings'), outline: style.outlineStyle };
  });
  check('j goes to the first finding', focused.inFindings && focused.outline !== 'none', focused);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  const words = await page.evaluate(() => document.activeElement.innerText);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  check('arrows go there and back', await page.evaluate(() => document.activeElement.innerText) === words);
  await axe(page, 'with findings');
  await page.locator('.findings .warning a, .findings .error a').first().press('Enter');
  await page.waitForSelector('.lines .chosen');
  const line = await page.locator('.lines .chosen').innerText();
  check('its line is the one', line.includes('TODO'), line);
  const box = await page.locator('.lines .chosen').boundingBox();
  check('and in sight', box.y > 0 && box.y < 900, box);
  check('with its place marked', await page.locator('.lines .chosen mark').count() >= 1);
  await page.locator('#editor').selectOption('vscode');
  await page.waitForSelector('a.to-line[href^="vscode://file/"]');
  await page.locator('#editor').selectOption('');
  await page.waitForFunction(() => !document.querySelector('a.to-line[href^="vscode:"]'));
  await edit(ISSUE, '\nTODO: 여기에 쓸 것.\n', '\n');
  await page.context().close();
}

async function editorsSaveInTheirWays(browser) {
  const page = await open(browser, at('text'));
  const text = await read(ISSUE);
  await sees(page, '옆에 쓰고 바꿔치기', async () => {
    await write(`${ISSUE}.new~`, text.replace('안녕', '옆에 쓰고 바꿔치기. 안녕').replace('\n## ', '\n옆에 쓰고 바꿔치기\n\n## '));
    await rename(file(`${ISSUE}.new~`), file(ISSUE));
  });
  await rename(file(`issues/${NAME}`), file('issues/2026-11-26-renamed'));
  await page.waitForURL(/2026-11-26-renamed/);
  await sees(page, '옆에 쓰고 바꿔치기');
  await rename(file('issues/2026-11-26-renamed'), file(`issues/${NAME}`));
  await page.waitForURL(new RegExp(NAME));
  await write('issues/2026-11-30-new.md', '---\ntitle: 새로 시작한 호\nedition: monday\ndate: 2026-11-30\nstatus: draft\n---\n안녕하세요.\n');
  await sees(page, '새로 시작한 호');
  const row = page.locator('.list li', { hasText: '새로 시작한 호' });
  check('a draft is called one', (await row.innerText()).includes('draft'), await row.innerText());
  check('a slot without an issue is missing', await page.locator('.list .slot .state.missing').count() >= 1);
  await page.keyboard.press('[');
  await page.waitForURL(/2026-11-30-new/);
  await page.context().close();
}

async function darkIsDarkAndLightIsLight(browser) {
  for (const scheme of ['light', 'dark']) {
    const page = await open(browser, at('desktop'), { scheme });
    const ground = async () => (await frameOf(page)).evaluate(() => getComputedStyle(document.body).backgroundColor);
    check(`desktop is light on a ${scheme} machine`, await ground() === 'rgb(244, 242, 238)', await ground());
    await page.keyboard.press('3');
    await page.waitForSelector('.stage.dark');
    // Asked of the page: the view's change may put another document into the frame meanwhile.
    await page.waitForFunction(() => {
      const mail = document.getElementById('frame')?.contentDocument?.body;
      return mail && getComputedStyle(mail).backgroundColor === 'rgb(16, 18, 20)';
    });
    await page.context().close();
  }
}

async function anotherThemeIsTriedAndStays(browser) {
  const page = await open(browser, at('desktop'));
  const family = async () => (await frameOf(page)).evaluate(() => {
    const { fontFamily, fontWeight } = getComputedStyle(document.querySelector('h1'));
    return [document.querySelectorAll('.panel').length, fontFamily, fontWeight];
  });
  const own = await family();
  await page.locator('.choices a', { hasText: 'Letter' }).click();
  await page.waitForURL(/theme=letter/);
  await page.locator('.choices a', { hasText: /^Serif/ }).click();
  await page.waitForURL(/theme=letter&font=serif/);
  await page.waitForFunction(() => {
    const title = document.getElementById('frame')?.contentDocument?.querySelector('h1');
    return title && getComputedStyle(title).fontFamily.includes('serif')
      && !getComputedStyle(title).fontFamily.includes('sans-serif');
  });
  check('a letter is drawn in another way', JSON.stringify(await family()) !== JSON.stringify(own), own);
  check('what to write is told', (await page.locator('.note code').innerText()) === 'look: {theme: letter, font: serif}');
  await axe(page, 'in another theme');
  await page.keyboard.press('2');
  await page.waitForURL(/view=phone&theme=letter&font=serif/);
  await sees(page, '편지로 보며 고칩니다', () => edit(ISSUE, '\n## ', '\n편지로 보며 고칩니다.\n\n## '));
  check('a save keeps it', page.url().includes('theme=letter&font=serif'), page.url());
  await edit(ISSUE, '\n편지로 보며 고칩니다.\n', '\n');
  await page.context().close();
}

// ── for everybody ────────────────────────────────────────────────────────────────────────────

async function axe(page, where) {
  if (!await page.evaluate(() => 'axe' in window)) {
    // The page's own policy lets no script in but its own.
    await page.evaluate(await readFile(AXE, 'utf8'));
  }
  // The mail in the frame has a check of its own, look.mjs.
  const { violations } = await page.evaluate(() => axe.run(document, { iframes: false, resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) {
    failures.push(`axe ${where}: ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
  }
}

async function nothingKeepsAnybodyOut(browser) {
  // Colours and widths are the style sheet's, the rest is the same in each.
  const SOME = ['desktop', 'inbox', 'source'];
  for (const [scheme, width, locale, views] of [
    ['light', 1440, 'en-US', VIEWS], ['dark', 1440, 'ko-KR', SOME], ['light', 360, 'ko-KR', SOME],
  ]) {
    const page = await open(browser, at('desktop'), { scheme, width, locale });
    for (const [index, view] of VIEWS.entries()) {
      if (!views.includes(view)) continue;
      await page.keyboard.press(String(index + 1));
      await page.waitForFunction((at) => document.querySelector('.views [aria-current]').dataset.key === at, String(index + 1));
      await axe(page, `${view}, ${scheme}, ${width} px`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`${view}: scrolls sideways at ${width} px`, wide <= width, wide);
    }
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await axe(page, `help, ${scheme}`);
    await page.keyboard.press('Escape');
    check('Escape closes the help', await page.locator('dialog[open]').count() === 0);
    await page.keyboard.press('r');
    await axe(page, `readers, ${scheme}, ${width} px`);
    await page.context().close();
  }
}

async function everythingIsReachedByTab(browser) {
  const page = await open(browser, at('desktop'));
  const all = await page.evaluate(() => {
    const seen = [...document.querySelectorAll('a[href], button, iframe, select, summary, input')]
      .filter((one) => one.checkVisibility() && !one.closest('[popover]:not(.list), dialog'));
    seen.forEach((one, index) => { one.dataset.stop = index; });
    return seen.length;
  });
  const reached = new Set();
  let unseen = '';
  for (let presses = 0; presses < all * 3 && reached.size < all; presses += 1) {
    await page.keyboard.press('Tab');
    const { stop, outline, html } = await page.evaluate(() => {
      const one = document.activeElement;
      return { stop: one.dataset.stop, outline: getComputedStyle(one).outlineStyle, html: one.outerHTML.slice(0, 80) };
    });
    if (stop !== undefined) reached.add(stop);
    if (outline === 'none' && !html.startsWith('<iframe') && !html.startsWith('<body')) unseen = html;
  }
  check('Tab reaches everything', reached.size === all, [reached.size, all]);
  check('focus is always seen', unseen === '', unseen);
  await page.context().close();
}

// ── how long ─────────────────────────────────────────────────────────────────────────────────

/** From the call that saves to the mail on the page having the text, by the page's own clock. */
async function saveToSeen(browser, times) {
  const page = await open(browser, at('desktop'));
  await (await frameOf(page)).waitForSelector('h1');
  const text = await read(ISSUE);
  const took = [];
  for (let time = 0; time < times; time += 1) {
    const mark = `${time}번째로 저장했습니다`;
    // Nothing runs in the frame, not even a watcher of its own: the page watches it.
    await page.evaluate((wanted) => {
      const mail = document.getElementById('frame').contentDocument;
      window.seen = new Promise((done) => {
        const look = () => mail.body.textContent.includes(wanted) && done(performance.timeOrigin + performance.now());
        new MutationObserver(look).observe(mail, { subtree: true, childList: true, characterData: true });
      });
    }, mark);
    const start = performance.timeOrigin + performance.now();
    await write(ISSUE, text.replace('\n## ', () => `\n${mark}.\n\n## `));
    took.push(await page.evaluate(() => window.seen) - start);
    await page.waitForTimeout(120);
  }
  await write(ISSUE, text);
  await page.context().close();
  took.sort((one, other) => one - other);
  return took[Math.floor(took.length / 2)];
}

await withBrowser(async (browser) => {
  const steps = mode === 'time' ? [] : [
    everyViewFollowsTheFile, scrollReaderAndViewStay, findingsLeadToTheirLines, darkIsDarkAndLightIsLight,
    aReaderIsChosenFromTheList, anotherThemeIsTriedAndStays, everythingIsReachedByTab, nothingKeepsAnybodyOut, errorsShowAndTheLastGoodStays,
    editorsSaveInTheirWays,
  ];
  for (const step of steps) {
    const before = failures.length;
    const start = performance.now();
    await step(browser).catch((error) => failures.push(`${step.name}: ${error.message}`));
    console.log(`${failures.length === before ? '✓' : '✗'} ${step.name} ${Math.round(performance.now() - start)} ms`);
    for (const failure of failures.slice(before)) console.log(`    ${failure}`);
  }
  const median = await saveToSeen(browser, mode === 'time' ? 31 : 5);
  console.log(`save to seen: ${median.toFixed(1)} ms`);
});
process.exit(failures.length === 0 ? 0 : 1);
