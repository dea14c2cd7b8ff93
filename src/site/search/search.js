// Finds words in the archive: asks the shards that have the words' letters, then the texts of a few issues, in which
// every find is looked for before it is shown. The rules are those of src/site/search/.
"use strict";
(() => {
  const form = document.getElementById("search"), input = form.elements.q;
  const list = document.getElementById("hits"), told = document.getElementById("told"), more = document.getElementById("more");
  const { index, shards, texts: folder, none, count } = form.dataset;
  const AT_ONCE = 4, BEFORE = 30, LENGTH = 140, STORIES = 64, MAX_PIECES = 12;
  const kept = new Map();
  const get = (name, read) => {
    if (!kept.has(name)) {
      const answer = fetch(name).then((it) => it.ok ? it[read]() : Promise.reject(it.status));
      kept.set(name, answer);
      answer.catch(() => kept.delete(name));
    }
    return kept.get(name);
  };
  const isWord = (char) => /[\p{Alphabetic}\p{N}]/u.test(char);
  const isDense = (char) => /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]/.test(char);
  const fold = (text) => [...text].map((char) => {
    const small = [...char.toLowerCase()];
    return small.length === 1 ? small[0] : char;
  });
  const pieces = (text) => {
    const all = [];
    let open = false;
    for (const char of [...text.normalize("NFC").toLowerCase()]) {
      const last = all[all.length - 1];
      if (!isWord(char)) open = false;
      else if (open && last.dense === isDense(char)) last.letters.push(char);
      else { all.push({ letters: [char], dense: isDense(char) }); open = true; }
    }
    return all.slice(0, MAX_PIECES);
  };
  const shardOf = (char) => (Math.imul(char.codePointAt(0), 2654435769) >>> 16) % shards;
  const read = (buffer, begins) => {
    const bytes = new Uint8Array(buffer), letters = new TextDecoder(), found = [];
    let at = 0, term = [];
    const number = () => {
      let value = 0, scale = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const shared = number(), own = number();
      term = [...term.slice(0, shared), ...bytes.slice(at, at + own)];
      at += own;
      const is = letters.decode(new Uint8Array(term)).startsWith(begins);
      let last = 0;
      for (let left = number(); left > 0; left--) { last += number(); if (is) found.push(last); }
    }
    return new Set(found);
  };
  const places = async (begins) => read(await get(`${index}/${shardOf(begins[0])}.terms`, "arrayBuffer"), begins.join(""));
  const common = (sets) => sets.reduce((one, other) => new Set([...one].filter((it) => other.has(it))));
  const candidates = async ({ letters, dense }) => {
    const pairs = dense && letters.length > 1 ? letters.slice(1).map((char, at) => [letters[at], char]) : [letters];
    const stories = [...common(await Promise.all(pairs.map(places)))];
    return {
      issues: new Set(stories.map((story) => Math.floor(story / STORIES))),
      titles: new Set(stories.filter((story) => story % STORIES === 0).map((story) => story / STORIES)),
    };
  };
  const finds = (text, { letters, dense }) => {
    const ranges = [];
    for (let at = 0; at + letters.length <= text.length; at++) {
      if (text[at] !== letters[0] || !letters.every((char, next) => text[at + next] === char)) continue;
      const before = text[at - 1];
      const starts = dense || before === undefined || !isWord(before) || isDense(before);
      if (starts && (!ranges.length || ranges[ranges.length - 1][1] <= at)) ranges.push([at, at + letters.length]);
    }
    return ranges;
  };
  const excerpt = (shown, folded, wanted) => {
    const marks = wanted.flatMap((piece) => finds(folded, piece)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const first = marks.length ? marks[0][0] : 0, part = document.createElement("p");
    let start = Math.max(0, first - BEFORE);
    while (start > 0 && start < first && !/\s/.test(shown[start - 1])) start++;
    const end = Math.min(start + LENGTH, shown.length);
    const say = (from, to) => shown.slice(from, to).join("").replace(/\s/g, " ");
    let at = start;
    if (start > 0) part.append("… ");
    for (const [from, to] of marks.filter((it) => it[0] >= start && it[0] < end)) {
      if (to <= at) continue;
      part.append(say(at, Math.max(at, from)));
      part.append(Object.assign(document.createElement("mark"), { textContent: say(Math.max(at, from), Math.min(to, end)) }));
      at = Math.min(to, end);
    }
    part.append(say(at, end));
    if (end < shown.length) part.append(" …");
    return part;
  };
  const hit = async (number, wanted) => {
    const { card, texts } = await get(`${folder}/${number}.json`, "json");
    const all = texts.map((text) => ({ shown: [...text], folded: fold(text) }));
    const counts = all.map(({ folded }) => wanted.filter((piece) => finds(folded, piece).length).length);
    if (!wanted.every((piece) => all.some(({ folded }) => finds(folded, piece).length))) return null;
    let best = 1;
    for (let at = 2; at < all.length; at++) if (counts[at] > counts[best]) best = at;
    const line = document.createElement("li");
    line.className = "card";
    line.dataset.edition = card.edition_key;
    const name = Object.assign(document.createElement("h2"), { className: "name" });
    name.append(Object.assign(document.createElement("a"), { href: card.href, textContent: card.title }));
    const facts = Object.assign(document.createElement("p"), { className: "facts" });
    const time = Object.assign(document.createElement("time"), { dateTime: card.day, textContent: card.date });
    facts.append(time);
    if (card.edition) facts.append(" ", Object.assign(document.createElement("span"), { className: "edition", textContent: card.edition }));
    line.append(name);
    if (all[best]) line.append(excerpt(all[best].shown, all[best].folded, wanted));
    line.append(facts);
    return line;
  };
  let asked = 0;
  const find = async () => {
    const turn = ++asked, wanted = pieces(input.value);
    const clear = () => { list.replaceChildren(); told.textContent = ""; more.hidden = true; };
    if (!wanted.length) return clear();
    const all = await Promise.all(wanted.map(candidates));
    const inTitle = (issue) => all.filter(({ titles }) => titles.has(issue)).length;
    const left = [...common(all.map(({ issues }) => issues))].sort((a, b) => inTitle(b) - inTitle(a) || b - a);
    if (turn !== asked) return;
    clear();
    let shown = 0;
    const show = async () => {
      more.hidden = true;
      let fresh = 0;
      while (left.length && fresh < AT_ONCE) {
        const line = await hit(left.shift(), wanted);
        if (turn !== asked) return;
        if (line) { list.append(line); fresh++; shown++; }
      }
      more.hidden = !left.length;
      told.textContent = shown ? (left.length ? "" : count.replace("{n}", shown)) : none;
    };
    more.onclick = show;
    await show();
  };
  const failed = (error) => { told.textContent = form.dataset.failed; throw error; };
  let pause;
  input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => find().catch(failed), 150); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
    find().catch(failed);
  });
  const query = new URLSearchParams(location.search).get("q");
  if (query && !list.children.length) { input.value = query; find().catch(failed); }
})();
