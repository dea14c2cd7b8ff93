// The one Chromium of a run, and mails put on a page. Everything is local: no request leaves.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** Starts Chromium (a profile of its own, thrown away), runs `work`, and closes it whatever happens. */
export async function withBrowser(work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** A page that shows a mail's HTML as a client of this width and scheme would. */
export async function openMail(browser, file, { width, scheme, scale = 1, isStripped = false }) {
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: scheme, deviceScaleFactor: scale,
  });
  const page = await context.newPage();
  // Pictures lie beside the file; nothing else is fetched.
  await page.route('**/*', (route) =>
    route.request().url().startsWith('file:') ? route.continue() : route.abort());
  let html = await readFile(file, 'utf8');
  if (isStripped) html = html.replace(/<style[\s\S]*?<\/style>/gi, '');
  await page.goto(pathToFileURL(path.resolve(file)).href, { waitUntil: 'load' });
  if (isStripped) await page.setContent(html, { waitUntil: 'load' });
  return page;
}
