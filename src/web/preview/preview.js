// The preview follows the files: on each change the page is fetched anew and only what differs is
// put in, so that scroll, focus, view and reader stay. The mail's frame runs nothing of its own.

const reader = new DOMParser();
const scrolls = new Map();
/** The visit that has not arrived yet. */
let underway;

// ── putting in what differs ──────────────────────────────────────────────────────────────────

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(old.ownerDocument.importNode(fresh, true));
  } else if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else if (!old.isEqualNode(fresh)) {
    morphAttributes(old, fresh);
    if (old.nodeName !== "IFRAME") morphChildren(old, fresh);
  }
}

function morphAttributes(old, fresh) {
  // Whether something is unfolded is the person's choice.
  const isKept = (name) => name === "open";
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isKept(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !isKept(name)) old.setAttribute(name, value);
  }
}

function morphChildren(old, fresh) {
  const a = [...old.childNodes];
  const b = [...fresh.childNodes];
  while (a.length && b.length && a[0].isEqualNode(b[0])) { a.shift(); b.shift(); }
  let after = null;
  while (a.length && b.length && a.at(-1).isEqualNode(b.at(-1))) { after = a.pop(); b.pop(); }
  b.forEach((node, at) => {
    if (at < a.length) morph(a[at], node);
    else old.insertBefore(old.ownerDocument.importNode(node, true), after);
  });
  a.slice(b.length).forEach((node) => node.remove());
}

// ── the mail's frame ─────────────────────────────────────────────────────────────────────────

const frame = () => document.getElementById("frame");

function rememberScroll(of) {
  if (of?.contentWindow) scrolls.set(new URL(of.src).pathname, of.contentWindow.scrollY);
}

/** A new mail into the frame that shows an older one; parsed under the frame's own policy. */
function refill(of, html) {
  const inner = of.contentDocument;
  if (!inner?.documentElement) return;
  const fresh = new of.contentWindow.DOMParser().parseFromString(html, "text/html");
  morph(inner.documentElement, fresh.documentElement);
}

/** A frame that has just loaded: where it was, and our keys in it too. */
function greet(of) {
  const settle = () => {
    of.contentWindow.scrollTo(0, scrolls.get(new URL(of.src).pathname) ?? 0);
    of.contentDocument.addEventListener("keydown", onKey);
  };
  of.addEventListener("load", settle);
  if (of.contentDocument?.readyState === "complete" && of.contentDocument.URL !== "about:blank") settle();
}

// ── going somewhere, and staying there ───────────────────────────────────────────────────────

async function visit(address, options = {}) {
  const { isRefresh = false, isAside = false } = options;
  const mine = { address, options };
  underway = mine;
  const url = new URL(address, location.href);
  const shown = frame();
  rememberScroll(shown);
  const source = isRefresh ? shown?.src : undefined;
  const [answer, mail] = await Promise.all([fetch(url), source ? fetch(source) : undefined]);
  const [text, html] = await Promise.all([answer.text(), mail?.ok ? mail.text() : undefined]);
  if (underway !== mine) return;
  underway = undefined;
  const page = reader.parseFromString(text, "text/html");
  // The server knows where a renamed issue is now.
  const place = answer.url + url.hash;
  if (!isAside && place !== location.href) history[isRefresh ? "replaceState" : "pushState"](null, "", place);
  document.title = page.title;
  morph(document.body, page.body);
  settleIn(shown, html, source);
  if (!isRefresh && url.hash) toPlace(url.hash);
}

function settleIn(shown, html, source) {
  const now = frame();
  if (now && now !== shown) greet(now);
  else if (now && html !== undefined && now.src === source) refill(now, html);
  pointLinks();
  document.querySelector(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function toPlace(hash) {
  const place = document.getElementById(decodeURIComponent(hash.slice(1)));
  place?.scrollIntoView({ block: "center" });
}

async function refresh(took) {
  const start = performance.now();
  // What is being looked for in the list of readers is no part of the address, nor is where somebody is going.
  const searching = document.querySelector("#readers:popover-open form");
  if (underway) await visit(underway.address, underway.options);
  else if (searching?.elements.readers.value) await search(searching);
  else await visit(location.href, { isRefresh: true });
  const pulse = document.querySelector(".pulse");
  if (!pulse) return;
  const total = Math.round(took + performance.now() - start);
  pulse.textContent = `${pulse.dataset.renewed} · ${total} ms`;
  pulse.classList.add("renewed");
}

function follow() {
  const changes = new EventSource("/changes");
  let isLost = false;
  changes.addEventListener("message", ({ data }) => {
    const [revision, took] = data.split(" ");
    const isNew = revision !== document.body.dataset.revision;
    // After a break there may be another server with numbers of its own.
    if (isNew || isLost) refresh(Number(took)).catch(lose);
    isLost = false;
  });
  const lose = () => {
    isLost = true;
    const pulse = document.querySelector(".pulse");
    if (pulse) {
      pulse.textContent = pulse.dataset.lost;
      pulse.classList.add("lost");
    }
  };
  changes.addEventListener("error", lose);
}

// ── links ────────────────────────────────────────────────────────────────────────────────────

addEventListener("click", (event) => {
  if (event.target.closest(".to-keys")) document.getElementById("keys").showModal();
  const link = event.target.closest("a[href]");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || link.target || link.origin !== location.origin) return;
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  link.closest("[popover]:popover-open")?.hidePopover();
  visit(link.href);
});
addEventListener("popstate", () => visit(location.href, { isRefresh: true }));

const EDITORS = {
  vscode: (path, line, column) => `vscode://file${path}:${line}:${column}`,
  cursor: (path, line, column) => `cursor://file${path}:${line}:${column}`,
  zed: (path, line, column) => `zed://file${path}:${line}:${column}`,
  idea: (path, line, column) => `idea://open?file=${path}&line=${line}&column=${column}`,
  mvim: (path, line, column) => `mvim://open?url=file://${path}&line=${line}&column=${column}`,
};

/** Links to lines open where the person said. */
function pointLinks() {
  const chosen = localStorage.getItem("editor") ?? "";
  const select = document.getElementById("editor");
  if (select) select.value = chosen in EDITORS ? chosen : "";
  if (!(chosen in EDITORS)) return;
  for (const link of document.querySelectorAll("a.to-line")) {
    const { path, line, column } = link.dataset;
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    link.href = EDITORS[chosen](encoded, line, column);
  }
}

addEventListener("change", ({ target }) => {
  if (target.id === "editor") {
    localStorage.setItem("editor", target.value);
    visit(location.href, { isRefresh: true });
  }
  if (target.id === "keys-on") localStorage.setItem("keys", target.checked ? "on" : "off");
});

// ── readers ──────────────────────────────────────────────────────────────────────────────────

function search(form) {
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  return visit(url, { isRefresh: true, isAside: true });
}

let typing;
addEventListener("input", ({ target }) => {
  if (target.name !== "readers") return;
  clearTimeout(typing);
  typing = setTimeout(() => search(target.form), 120);
});
addEventListener("submit", (event) => {
  if (event.target.getAttribute("role") !== "search") return;
  event.preventDefault();
  search(event.target);
});

// ── keys ─────────────────────────────────────────────────────────────────────────────────────

function step(selector, by) {
  const all = [...document.querySelectorAll(selector)];
  const here = document.activeElement?.closest?.(".findings li");
  const at = all.findIndex((one) => here?.contains(one));
  const next = all[at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by];
  next?.focus();
  next?.closest("li").scrollIntoView({ block: "nearest" });
}

function neighbour(by) {
  const all = [...document.querySelectorAll(".list a[href]:not(.more)")];
  const at = all.findIndex((link) => link.getAttribute("aria-current"));
  if (at !== -1 && all[at + by]) visit(all[at + by].href);
}

const FINDING = ".findings > ol > li > :first-child";
const KEYS = {
  j: () => step(FINDING, 1),
  k: () => step(FINDING, -1),
  "[": () => neighbour(-1),
  "]": () => neighbour(1),
  r: () => {
    document.getElementById("readers")?.showPopover();
    document.querySelector("#readers input[type=search]")?.focus();
  },
  "?": () => document.getElementById("keys").showModal(),
};

function onKey(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (target.closest?.("input:not([type=checkbox]), select, textarea, dialog, [popover]:popover-open")) return;
  if (target.closest?.(".findings") && (key === "ArrowDown" || key === "ArrowUp")) {
    event.preventDefault();
    step(FINDING, key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (localStorage.getItem("keys") === "off") return;
  const view = document.querySelector(`.views a[data-key="${CSS.escape(key)}"]`);
  const act = Object.hasOwn(KEYS, key) ? KEYS[key] : view && (() => visit(view.href));
  if (!act) return;
  event.preventDefault();
  act();
}
addEventListener("keydown", onKey);

document.getElementById("keys-on").checked = localStorage.getItem("keys") !== "off";
if (frame()) greet(frame());
if (location.hash) toPlace(location.hash);
pointLinks();
follow();
