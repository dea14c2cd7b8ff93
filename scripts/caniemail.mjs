#!/usr/bin/env node
// Distils what caniemail.com knows into the table that `check` reads, out of a clone of its repository
// (the package on npm is a year behind it):
//
//   git clone https://github.com/hteumeuleu/caniemail && node scripts/caniemail.mjs caniemail > src/check/mail/facts.txt
//
// One line a feature: its name, and a letter for each client in the order of the second line:
// y supported, a partly (src/check/mail/partial.rs judges what that means), n not supported, u unknown.
// The newest version tested counts; for Outlook on Windows the newest that renders with Word.
import { execFileSync } from 'node:child_process'

const clone = process.argv[2] ?? '.'
const git = (...parameters) => execFileSync('git', ['-C', clone, ...parameters], { encoding: 'utf8', maxBuffer: 1 << 26 })

/** The object behind a key of a feature's head: JSON with commas too many. */
const object = (text, key) => {
  const start = text.indexOf('{', text.search(new RegExp(`^"?${key}"?:`, 'm')))
  let depth = 0
  for (let at = start; at < text.length; at++) {
    depth += { '{': 1, '}': -1 }[text[at]] ?? 0
    if (depth === 0) {
      const json = text.slice(start, at + 1).replace(/([{,]\s*)([\w-]+)\s*:/g, '$1"$2":').replace(/,(\s*})/g, '$1')
      return JSON.parse(json)
    }
  }
  throw new Error(`no ${key}`)
}

const names = git('ls-tree', '--name-only', 'HEAD', '_features/').split('\n').filter((name) => /\/[a-z].*\.md$/.test(name))
const data = names.map((name) => {
  const text = git('show', `HEAD:${name}`)
  const category = text.match(/^category:\s*(\S+)/m)?.[1]
  return { slug: name.replace(/^_features\/|\.md$/g, ''), category, stats: object(text, 'stats') }
})
const last_update_date = git('log', '-1', '--format=%cs')

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
