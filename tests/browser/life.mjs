// life.mjs PAGES INBOX BINARY FOLDER: readers of the publication in FOLDER, whose pages a real server answers at
// PAGES and whose mail lies in the inbox shown at INBOX: from the form to being forgotten, by the links of the
// mail they get, with scripts and without, on a phone and wide, in the light and in the dark. Says what fails;
// exits 1 where anything does.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [pages, inbox, binary, folder] = process.argv.slice(2);
const run = (...words) => promisify(execFile)(binary, words, { cwd: folder });
const PATIENCE = 30_000;
const MAX_PAGE_BYTES = 60 * 1024;
const failures = [];

function check(what, holds, seen = '') {
  if (!holds) failures.push(seen === '' ? what : `${what} (${JSON.stringify(seen)})`);
}

/** Somebody with a browser and an address. */
async function person(browser, { script, width, scheme }) {
  const name = `${script ? 'scripts' : 'plain'}-${width}-${scheme}`;
  const context = await browser.newContext({
    viewport: { width, height: 800 }, colorScheme: scheme, locale: 'ko-KR', javaScriptEnabled: script,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('request', (request) => {
    if (!request.url().startsWith(pages) && !request.url().startsWith('data:')) failures.push(`${name} asks ${request.url()}`);
  });
  page.on('response', async (response) => {
    const bytes = await response.body().then((body) => body.length, () => 0);
    check(`${response.url()} is too large`, bytes <= MAX_PAGE_BYTES, bytes);
  });
  return { name, page, script, email: `${name}@example.com` };
}

async function looked({ name, page, script }, step) {
  if (!script) return;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check(`${step}, ${name}: scrolls sideways`, wide <= page.viewportSize().width, wide);
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) failures.push(`axe ${step}, ${name}: ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
}

async function shows(who, step, title) {
  await who.page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor().catch(async () => {
    failures.push(`${step}, ${who.name}: shows ${await who.page.locator('h1').innerText()}`);
  });
  await looked(who, step);
}

const press = ({ page }, name) => page.getByRole('button', { name, exact: true }).click();

/** The link to that page in the newest mail to the address that has one. */
async function link(reading, email, part) {
  const until = Date.now() + PATIENCE;
  while (Date.now() < until) {
    await reading.goto(`${inbox}/?q=${encodeURIComponent(email)}`);
    const letters = await reading.locator('.list li a').evaluateAll((links) => links.map((it) => it.href));
    for (const letter of letters) {
      await reading.goto(letter);
      const frame = await reading.waitForSelector('iframe').then((it) => it.contentFrame());
      await frame.waitForLoadState();
      const found = frame.locator(`a[href*="${part}"]`);
      if (await found.count() > 0) return found.first().getAttribute('href');
    }
    await reading.waitForTimeout(200);
  }
  throw new Error(`${email} waits for a link to ${part}`);
}

async function asks(who) {
  const { page, email } = who;
  await page.goto(`${pages}/`);
  await looked(who, 'front');
  // The front page is the archive's: it takes the address, the next one asks the rest.
  await page.getByLabel('이메일 주소').fill(email);
  await press(who, '구독 신청');
  await looked(who, 'subscribe');
  await page.getByLabel(/동의합니다. \(필수\)/).check();
  await page.getByLabel(/세 이상/).check();
  // As long as somebody takes to fill it in.
  await page.waitForTimeout(3_100);
  await press(who, '구독 신청');
  await shows(who, 'check-mail', '메일함을 확인해 주세요');
}

async function confirms(reading, who) {
  const { page, email } = who;
  await page.goto(await link(reading, email, '/confirm/'));
  await looked(who, 'confirm');
  await press(who, '구독 시작하기');
  await shows(who, 'confirmed', '구독이 시작되었습니다');
}

async function goesOn(reading, who) {
  const { page, email } = who;
  await page.goto(await link(reading, email, '/f/'));
  await page.getByLabel(/하고 싶은 말/).fill('잘 읽었습니다.');
  await page.locator('label', { hasText: '좋았어요' }).click();
  await press(who, '의견 보내기');
  await shows(who, 'opinion', '고맙습니다');

  const preferences = await link(reading, email, '/p/');
  await page.goto(preferences);
  await page.getByLabel(/월요일 편/).uncheck();
  await press(who, '저장');
  await shows(who, 'saved', '구독 설정');
  check(`${who.name}: the choice stands`, !(await page.getByLabel(/월요일 편/).isChecked()));

  await press(who, '새 링크 받기');
  await shows(who, 'own-link', '메일함을 확인해 주세요');
  await page.goto(await link(reading, email, '/m/'));
  await looked(who, 'manage');
  who.email = `new-${email}`;
  await page.getByLabel('새 이메일 주소').fill(who.email);
  await press(who, '확인 메일 받기');
  await shows(who, 'move-asked', '새 주소의 메일함을 확인해 주세요');
  await page.goto(await link(reading, who.email, '/move/'));
  await press(who, '이 주소로 받기');
  await shows(who, 'moved', '주소를 바꿨습니다');

  await page.goto(await link(reading, email, '/u/'));
  await press(who, '구독 해지');
  await shows(who, 'left', '구독을 해지했습니다');
  await press(who, '해지 되돌리기');
  await shows(who, 'undone', '다시 보내 드립니다');

  await page.goto(preferences);
  await press(who, '새 링크 받기');
  await page.goto(await link(reading, who.email, '/m/'));
  await press(who, '모두 지우기');
  await shows(who, 'erase', '정말 모두 지울까요?');
  await press(who, '네, 모두 지웁니다');
  await shows(who, 'erased', '모두 지웠습니다');
}

/** A scanner with a browser: opens each link of a mail, runs what runs there, waits, and presses nothing. */
async function aScannerChangesNothing(browser, reading) {
  const email = 'minji@example.com';
  const before = (await run('subscribers', 'export')).stdout;
  await reading.goto(`${inbox}/?q=${encodeURIComponent(email)}`);
  await reading.locator('.list li a').first().click();
  const frame = await reading.waitForSelector('iframe').then((it) => it.contentFrame());
  await frame.waitForLoadState();
  const links = await frame.locator('a[href]').evaluateAll((all) => all.map((it) => it.href));
  const own = [...new Set(links.filter((href) => href.startsWith(pages)))];
  check('the mail leads to the pages', own.length >= 4, own);
  const context = await browser.newContext();
  for (const href of own) {
    const page = await context.newPage();
    const answer = await page.goto(href);
    check(`${new URL(href).pathname.slice(0, 3)} answers`, answer.status() === 200, answer.status());
    await page.waitForTimeout(200);
    await page.close();
  }
  await context.close();
  const after = (await run('subscribers', 'export')).stdout;
  check('a scanner changes nothing', before === after);
}

await withBrowser(async (browser) => {
  const reading = await (await browser.newContext({ locale: 'ko-KR' })).newPage();
  reading.setDefaultTimeout(PATIENCE);
  const people = [];
  for (const script of [true, false]) {
    for (const width of [360, 1280]) {
      for (const scheme of ['light', 'dark']) people.push(await person(browser, { script, width, scheme }));
    }
  }
  const steps = [
    ['they subscribe', async () => {
      // Each sits at the form meanwhile.
      await Promise.all(people.map(asks));
      for (const who of people) await confirms(reading, who);
    }],
    ['the next issue comes', () => run('send', '2026-11-26-twelve-by-twelve', '--yes')],
    ['a scanner changes nothing', () => aScannerChangesNothing(browser, reading)],
    ['they go on', async () => { for (const who of people) await goesOn(reading, who); }],
  ];
  for (const [name, step] of steps) {
    const [before, start] = [failures.length, performance.now()];
    await step().catch((error) => failures.push(`${name}: ${error.message}`));
    console.log(`${failures.length === before ? '✓' : '✗'} ${name} ${Math.round(performance.now() - start)} ms`);
    for (const failure of failures.slice(before)) console.log(`    ${failure}`);
  }
  const known = (await run('subscribers', 'export')).stdout;
  check('who was forgotten is forgotten', !people.some((who) => known.includes(who.name)));
});
for (const failure of failures) console.log(failure);
process.exit(failures.length === 0 ? 0 : 1);
