// Plays cases with the browser that runs this, and gives the commands of the
// pages. What comes from elsewhere is shown as text, never as markup.
"use strict";

// How many cases run at a time; of those that carry much, one.
const AT_A_TIME = 4;

// How many groups of events are told apart.
const MAX_GROUPS = 200;

// How long the server may take to come to a verdict, ms.
const PATIENCE = 20_000;

const byId = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// As in "Chrome 120.0".
function ownName() {
  const names = /\b(Firefox|Edg|OPR|HeadlessChrome|Chrome|CriOS|FxiOS)\/(\d+(?:\.\d+)?)/g;
  const found = [...navigator.userAgent.matchAll(names)].pop();
  const safari = navigator.userAgent.match(/\bVersion\/(\d+(?:\.\d+)?).*\bSafari\//);
  if (found) return `${found[1]} ${found[2]}`;
  return safari ? `Safari ${safari[1]}` : "browser";
}

// One connection: echoes what comes, and resolves to what the API showed.
function converse(url) {
  const seen = { groups: [], code: null, reason: "", clean: false };
  const note = (kind) => {
    const last = seen.groups.at(-1);
    const fits = (group) => group.kind === kind;
    const known = last && fits(last) ? last : null;
    const folded = seen.groups.length < MAX_GROUPS ? known : seen.groups.findLast(fits);
    if (folded) folded.times += 1;
    else seen.groups.push({ kind, times: 1 });
  };
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => note("open");
    socket.onmessage = ({ data }) => {
      note(typeof data === "string" ? "text" : "binary");
      socket.send(data);
    };
    socket.onerror = () => note("error");
    socket.onclose = ({ code, reason, wasClean }) => {
      note("close");
      seen.code = code;
      seen.reason = reason;
      seen.clean = wasClean;
      // An event that came after this one would be told, too.
      setTimeout(() => resolve(seen), 0);
    };
  });
}

async function ask(path, parameters) {
  const response = await fetch(`${path}?${new URLSearchParams(parameters)}`);
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

// What the server makes of the case, once it has come to a verdict.
async function verdictOf(agent, item, seen) {
  const events = seen.groups.map(({ kind, times }) => (times > 1 ? `${kind}*${times}` : kind));
  const parameters = {
    agent,
    case: item.case,
    after: item.attempt,
    events: events.join(","),
    code: seen.code,
    reason: seen.reason,
    clean: seen.clean,
  };
  const giveUp = performance.now() + PATIENCE;
  for (let pause = 10; performance.now() < giveUp; pause = Math.min(2 * pause, 500)) {
    const told = await ask("/verdict.json", parameters);
    if (told.done) return told;
    await sleep(pause);
  }
  throw new Error("the server has come to no verdict");
}

// What the API showed, in words.
function inWords(seen) {
  const words = seen.groups.map(({ kind, times }) => {
    if (kind === "close") return `close ${seen.code}`;
    if (times > 1) return `${times} × ${kind}`;
    return kind;
  });
  if (seen.reason) words.push(`reason “${seen.reason}”`);
  words.push(seen.clean ? "clean" : "not clean");
  return words.join(", ");
}

// A run of some cases, and where it is shown.
class Run {
  constructor(form, agent, cases, attempts) {
    this.suite = form.dataset.suite;
    this.isLocal = form.dataset.local === "true";
    this.agent = agent;
    this.cases = cases.map((item) => ({ ...item, attempt: attempts[item.case]?.attempt ?? 0 }));
    this.stopped = false;
    this.begun = performance.now();
    this.done = 0;
    this.strange = 0;
    this.counts = new Map();
    this.rows = new Map();
    const rows = this.cases.map((item) => this.row(item));
    byId("rows").replaceChildren(...rows);
    byId("progress").max = this.cases.length;
    const report = byId("report");
    report.href = `/report?${new URLSearchParams({ agent })}`;
    report.hidden = true;
    this.tell("running");
  }

  row(item) {
    const row = element("tr");
    row.dataset.case = item.case;
    const cells = [
      element("td", item.case, "id"),
      element("td", item.title),
      element("td"),
      element("td"),
      element("td"),
    ];
    cells[3].dataset.label = "The browser told";
    cells[4].dataset.label = "Agrees with the wire";
    row.append(...cells);
    this.rows.set(item.case, row);
    return row;
  }

  async play() {
    const light = this.cases.filter((item) => !item.heavy);
    const heavy = this.cases.filter((item) => item.heavy);
    const players = Array.from({ length: AT_A_TIME }, () => this.playAll(light));
    await Promise.all(players);
    await this.playAll(heavy);
    if (this.isLocal) await fetch("/reports", { method: "POST" });
    byId("report").hidden = false;
    this.tell(this.stopped ? "stopped" : "done");
  }

  async playAll(waiting) {
    for (let item = waiting.shift(); item && !this.stopped; item = waiting.shift()) {
      this.rows.get(item.case).dataset.state = "running";
      try {
        await this.playOne(item);
      } catch (error) {
        this.show(item, { verdict: "NO VERDICT", reason: error.message });
      }
      this.done += 1;
      this.tell("running");
    }
  }

  async playOne(item) {
    const parameters = new URLSearchParams({ casetuple: item.case, agent: this.agent });
    let seen;
    for (let left = item.connections; left > 0; left -= 1) {
      seen = await converse(`${this.suite}/runCase?${parameters}`);
    }
    this.show(item, await verdictOf(this.agent, item, seen), seen);
  }

  show(item, told, seen) {
    const row = this.rows.get(item.case);
    const [, title, verdict, api, agrees] = row.children;
    const word = told.verdict;
    const link = element("a", word, `verdict ${word.toLowerCase().replaceAll(" ", "-")}`);
    link.href = `/report?${new URLSearchParams({ agent: this.agent, case: item.case })}`;
    verdict.replaceChildren(link);
    if (told.reason) title.append(element("br"), element("span", told.reason, "faint"));
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
    const strange = told.disagreements ?? [];
    if (seen) {
      api.textContent = inWords(seen);
      const yes = told.refused ? `yes: ${told.refused}` : "yes";
      agrees.textContent = strange.length ? `no: ${strange.join("; ")}` : yes;
      agrees.title = told.wire;
      agrees.className = strange.length ? "strange" : "";
    }
    this.strange += strange.length > 0;
    row.dataset.state = "done";
    row.dataset.verdict = word;
    row.dataset.agrees = seen ? strange.length === 0 : "";
    row.dataset.bad = strange.length > 0 || ["FAILED", "NO VERDICT"].includes(word);
  }

  tell(state) {
    const seconds = ((performance.now() - this.begun) / 1000).toFixed(1);
    const counts = [...this.counts].map(([word, count]) => {
      const item = element("li");
      const badge = element("span", word, `verdict ${word.toLowerCase().replaceAll(" ", "-")}`);
      item.append(element("b", String(count)), " ", badge);
      return item;
    });
    byId("counts").replaceChildren(...counts);
    byId("progress").value = this.done;
    const agree = this.strange
      ? `In ${this.strange} the browser told its page otherwise than the wire.`
      : "What the browser told its page agrees with the wire.";
    const words = {
      running: `${this.done} of ${this.cases.length} cases, ${seconds} s`,
      stopped: `Stopped after ${this.done} of ${this.cases.length} cases.`,
      done: `Done: ${this.done} cases in ${seconds} s. ${agree}`,
    };
    say(state, words[state]);
  }
}

function say(state, words) {
  const status = byId("status");
  status.textContent = words;
  status.dataset.state = state;
}

async function start(form) {
  const agent = byId("agent").value.trim();
  const chapters = [...form.querySelectorAll("[name=chapter]:checked")].map((box) => box.value);
  const patterns = byId("patterns").value.trim() || chapters.join(" ");
  byId("run-section").hidden = false;
  if (!patterns) throw new Error("no chapter is chosen, and no pattern");
  const quick = byId("quick").checked;
  const { cases } = await ask("/cases.json", { patterns, quick, agent });
  const known = await fetch(`/results.json?${new URLSearchParams({ agent })}`);
  const attempts = known.ok ? (await known.json()).cases : {};
  const run = new Run(form, agent, cases, attempts);
  byId("halt").onclick = () => {
    run.stopped = true;
  };
  await run.play();
}

function prepare(form) {
  byId("agent").value ||= ownName();
  for (const [id, checked] of [["all", true], ["none", false]]) {
    byId(id).onclick = () => {
      for (const box of form.querySelectorAll("[name=chapter]")) box.checked = checked;
    };
  }
  byId("only-bad").onchange = ({ target }) => {
    byId("rows").classList.toggle("only-bad", target.checked);
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    byId("run").disabled = true;
    byId("halt").disabled = false;
    say("running", "Asking for the cases …");
    try {
      await start(form);
    } catch (error) {
      say("failed", error.message);
    }
    byId("run").disabled = false;
    byId("halt").disabled = true;
  };
}

if (byId("choice")) prepare(byId("choice"));

for (const button of document.querySelectorAll("[data-command]")) {
  button.onclick = async () => {
    const response = await fetch(button.dataset.command, { method: "POST" });
    byId("said").textContent = (await response.text()).trim();
  };
}
