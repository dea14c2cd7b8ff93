// reader.mjs URL [FOLDER]: the readers' pages at URL, over a list with one reader, as people see and use them:
// on a phone and wide, light and dark, in both languages, with scripts and without. With FOLDER it keeps a
// picture of each page there. Says what fails; exits 1 where anything does.

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { withBrowser } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [url, folder] = process.argv.slice(2);
const ISSUE = '2026-11-23-small-models';
const failures = [];

/** Every page that somebody may see without having pressed anything. */
const PAGES = {
  front: '/', subscribe: '/subscribe', link: '/link', privacy: '/privacy', issue: `/issues/${ISSUE}`,
  confirm: '/confirm/minji', leave: '/u/minji', undo: '/undo/minji', preferences: '/p/minji',
  manage: '/m/minji', move: '/move/minji', 'move-undo': '/move/undo/minji',
  opinion: `/f/${ISSUE}/minji?choice=good`, 'opinion-open': `/f/${ISSUE}`,
  missing: '/nowhere', broken: '/u/broken', expired: '/confirm/expired', used: '/m/used', full: '/p/full',
};

function check(what, holds, seen = '') {
  if (!holds) failures.push(seen === '' ? what : `${what} (${JSON.stringify(seen)})`);
}

async function open(browser, { width = 1280, scheme = 'light', locale = 'ko-KR', script = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 800 }, colorScheme: scheme, locale, javaScriptEnabled: script,
    deviceScaleFactor: folder ? 2 : 1,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith('data:')) failures.push(`asks elsewhere: ${asked}`);
  });
  // The policy forbids whatever it does not name. A page that is a refusal is told in the console too.
  page.on('console', (message) => {
    const isStatus = message.text().startsWith('Failed to load resource: the server responded');
    if (message.type() === 'error' && !isStatus) failures.push(message.text());
  });
  page.on('pageerror', (error) => failures.push(error.message));
  return page;
}

async function looked(page, name, where) {
  const width = page.viewportSize().width;
  if (folder) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}-${where}.png`), fullPage: true });
  }
  if (!page.hasScripts) return;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check(`${name}: scrolls sideways, ${where}`, wide <= width, wide);
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) {
    failures.push(`axe ${name}, ${where}: ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
  }
}

async function everyPageIsOpenToEverybody(browser) {
  for (const [width, scheme, locale] of [
    [360, 'light', 'ko-KR'], [1280, 'dark', 'ko-KR'], [1280, 'light', 'en-US'], [360, 'dark', 'en-US'],
  ]) {
    const page = await open(browser, { width, scheme, locale });
    page.hasScripts = true;
    for (const [name, address] of Object.entries(PAGES)) {
      await page.goto(new URL(address, url).href);
      await looked(page, name, `${locale.slice(0, 2)}-${width}-${scheme}`);
    }
    await page.context().close();
  }
}

/** The whole way, from the front page to being forgotten, in the order in which a reader may go it. */
async function aReaderGoesTheWholeWay(browser, script, width, scheme) {
  const page = await open(browser, { width, scheme, script });
  page.hasScripts = script;
  const where = `${width}-${scheme}-${script ? 'scripts' : 'plain'}`;
  const at = (address) => page.goto(new URL(address, url).href);
  const press = (name) => page.getByRole('button', { name, exact: true }).click();
  const title = () => page.locator('h1').innerText();
  const shows = async (step, wanted) => {
    await page.getByRole('heading', { level: 1, name: wanted, exact: true }).waitFor()
      .catch(async () => failures.push(`${step}, ${where}: shows ${await title()}`));
    await looked(page, `way-${step}`, where);
  };

  await at('/');
  await page.getByLabel('이메일 주소').fill('minji@example.com');
  await page.getByLabel(/동의합니다. \(필수\)/).check();
  await page.getByLabel(/세 이상/).check();
  await press('구독 신청');
  await shows('check-mail', '메일함을 확인해 주세요');

  await at('/confirm/minji');
  await press('구독 시작하기');
  await shows('confirmed', '구독이 시작되었습니다');

  await at(`/f/${ISSUE}/minji?choice=fair`);
  check('the choice of the mail is made', await page.getByLabel('보통이에요').isChecked());
  await page.locator('label', { hasText: '좋았어요' }).click();
  await page.getByLabel(/하고 싶은 말/).fill('잘 읽었습니다.');
  await press('의견 보내기');
  await shows('opinion', '고맙습니다');

  await at('/p/minji');
  await page.getByLabel(/월요일 편/).uncheck();
  await press('저장');
  await shows('saved', '구독 설정');
  check('it says that it is saved', await page.getByRole('status').innerText() === '저장했습니다.');
  check('the choice stands', !(await page.getByLabel(/월요일 편/).isChecked()));
  await page.getByLabel(/월요일 편/).check();
  await press('저장');
  await press('새 링크 받기');
  await shows('own-link', '메일함을 확인해 주세요');

  await at('/m/minji');
  await page.getByLabel('새 이메일 주소').fill('new@example.org');
  await press('확인 메일 받기');
  await shows('move-asked', '새 주소의 메일함을 확인해 주세요');
  await at('/move/minji');
  await press('이 주소로 받기');
  await shows('moved', '주소를 바꿨습니다');

  await at('/u/minji');
  await press('구독 해지');
  await shows('left', '구독을 해지했습니다');
  await press('해지 되돌리기');
  await shows('undone', '다시 보내 드립니다');

  await at('/m/minji');
  await press('모두 지우기');
  await shows('erase', '정말 모두 지울까요?');
  await press('네, 모두 지웁니다');
  await shows('erased', '모두 지웠습니다');
  await at('/undo/minji');
  await press('해지 되돌리기');
  await page.context().close();
}

async function theWholeWay(browser) {
  for (const [script, width, scheme] of [
    [true, 360, 'light'], [true, 1280, 'dark'], [false, 360, 'dark'], [false, 1280, 'light'],
  ]) await aReaderGoesTheWholeWay(browser, script, width, scheme);
}

/** What is to be put right is said at once to whoever hears the page. */
async function whatIsWrongIsSaid(browser) {
  const page = await open(browser, { width: 360 });
  page.hasScripts = true;
  await page.goto(url);
  await page.evaluate(() => document.querySelector('form').setAttribute('novalidate', ''));
  await page.getByLabel('이메일 주소').fill('minji');
  await page.getByRole('button', { name: '구독 신청', exact: true }).click();
  await page.getByRole('alert').waitFor();
  check('what was written is not lost', await page.getByLabel('이메일 주소').inputValue() === 'minji');
  await looked(page, 'wrong', '360-light');
  await page.context().close();
}

await withBrowser(async (browser) => {
  for (const step of [everyPageIsOpenToEverybody, theWholeWay, whatIsWrongIsSaid]) {
    const before = failures.length;
    await step(browser).catch((error) => failures.push(`${step.name}: ${error.message}`));
    console.log(`${failures.length === before ? '✓' : '✗'} ${step.name}`);
    for (const failure of new Set(failures.slice(before))) console.log(`    ${failure}`);
  }
});
process.exit(failures.length === 0 ? 0 : 1);
