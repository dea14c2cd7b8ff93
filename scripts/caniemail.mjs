#!/usr/bin/env node
// Distils what caniemail.com knows into the table that `check` reads:
//
//   npm install --no-save caniemail && node scripts/caniemail.mjs > src/check/mail/facts.txt
//
// One line a feature: its name, and a letter for each client in the order of the second line:
// y supported, a partly (caniemail's page has the notes), n not supported, u unknown. The newest
// version tested counts; for Outlook on Windows the newest that renders with Word.
import { createRequire } from 'node:module'

const { data, last_update_date } = createRequire(process.cwd() + '/')('caniemail/caniemail.json')

const CLIENTS = [
  ['gmail', 'desktop-webmail'],
  ['gmail', 'ios'],
  ['gmail', 'android'],
  ['apple-mail', 'macos'],
  ['apple-mail', 'ios'],
  ['outlook', 'windows'],
  ['outlook', 'outlook-com'],
  ['outlook', 'macos'],
  ['outlook', 'ios'],
  ['outlook', 'android'],
  ['yahoo', 'desktop-webmail'],
  ['yahoo', 'ios'],
  ['yahoo', 'android'],
  ['samsung-email', 'android'],
]

const letter = (versions) => {
  const newest = Object.values(versions ?? {}).at(-1) ?? 'u'
  return newest.trim()[0]
}

console.log(`# caniemail.com, ${last_update_date.slice(0, 10)}; MIT, © the caniemail contributors. Made by scripts/caniemail.mjs.`)
console.log(`# ${CLIENTS.map((names) => names.join('.')).join(' ')}`)
for (const feature of data.toSorted((a, b) => (a.slug < b.slug ? -1 : 1))) {
  if (feature.category === 'others') continue
  const letters = CLIENTS.map(([family, platform]) => letter(feature.stats[family]?.[platform]))
  console.log(`${feature.slug} ${letters.join('')}`)
}
