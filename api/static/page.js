// The page: takes a picture by choice, drop or paste, asks the registry, and shows what it answers.
import { answerPanel, busyPanel, count, errorPanel, localTime } from "./verdict.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement.dataset;
const maxBytes = Number(root.maxBytes);
const hasSession = root.session === "yes";
const keyField = byId("key");
const answer = byId("answer");

let running = null; // the check under way; a new picture ends it
let shown = []; // object URLs on the page, given back when the next picture comes

function headers() {
  return hasSession ? {} : { Authorization: `Bearer ${keyField.value.trim()}` };
}

function say(text) {
  byId("status").textContent = text;
}

function show(panel) {
  answer.replaceChildren(panel);
  answer.scrollIntoView({ block: "nearest" });
}

function urlOf(blob) {
  const url = URL.createObjectURL(blob);
  shown.push(url);
  return url;
}

async function check(file) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  shown.forEach((url) => URL.revokeObjectURL(url));
  shown = [];
  const preview = urlOf(file);
  if (file.size > maxBytes) {
    fail(preview, { title: "Too large a picture", detail: `It has ${sizeOf(file.size)}; at most ${sizeOf(maxBytes)} are taken.`, remedy: "Show a smaller version." });
    return;
  }
  if (!hasSession && !keyField.value.trim()) {
    fail(preview, { title: "An API key is needed", detail: "The page was not opened on the registry’s own machine.", remedy: "Enter a key with the scope “check” above, and show the picture again." });
    keyField.focus();
    return;
  }
  sessionStorage.setItem("key", keyField.value.trim());
  show(busyPanel(preview, file.name));
  say("Comparing the picture with every registered work.");
  try {
    const form = new FormData();
    form.append("file", file, file.name || "picture");
    const seller = byId("seller").value.trim();
    if (seller) form.append("seller", seller);
    const reply = await fetch("/v1/checks", { method: "POST", body: form, headers: headers(), signal });
    const told = await reply.json();
    if (!reply.ok) {
      fail(preview, told);
      return;
    }
    const panel = answerPanel(preview, told);
    show(panel);
    say(panel.querySelector("h2").textContent);
    answer.focus({ preventScroll: true });
    await Promise.all([...panel.querySelectorAll("img[data-from]")].map((img) => thumbnail(img, signal)));
  } catch (error) {
    if (error.name !== "AbortError") {
      fail(preview, { title: "The server didn’t answer", detail: "The picture was not checked.", remedy: "See whether it still runs, and show the picture again." });
    }
  }
}

// A picture tag can't send a key, so small pictures are fetched as the check was.
async function thumbnail(img, signal) {
  const reply = await fetch(img.dataset.from, { headers: headers(), signal });
  if (reply.ok) img.src = urlOf(await reply.blob());
}

function fail(preview, problem) {
  if (problem.status === 401 && hasSession) {
    problem.remedy = "Load this page again: its session has ended.";
  }
  show(errorPanel(preview, problem));
  say(`${problem.title}. ${problem.detail}`);
}

function sizeOf(bytes) {
  return bytes < 1 << 20 ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / (1 << 20))} MB`;
}

async function facts() {
  const told = await (await fetch("/log")).json();
  const { chain, checkpoint } = told;
  byId("fact-log").textContent = told.log;
  byId("fact-chain").textContent = chain.kind === "embedded" ? `Embedded, ${chain.id} · ${chain.trust}` : `EVM chain ${chain.id}`;
  byId("fact-entries").textContent = told.size.toLocaleString();
  byId("fact-anchor").textContent = checkpoint
    ? `${localTime(checkpoint.anchor.time)}, in block ${checkpoint.anchor.block.toLocaleString()}: ${checkpoint.size.toLocaleString()} of ${count(told.size, "entry", "entries")}`
    : "None yet";
}

byId("max-bytes").textContent = sizeOf(maxBytes);
byId("key-row").hidden = hasSession;
keyField.value = sessionStorage.getItem("key") ?? "";
byId("form").addEventListener("submit", (event) => event.preventDefault());
byId("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = ""; // so that the same file can be chosen again
  if (file) check(file);
});
document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (file) check(file);
});
// Anywhere on the page, so that a picture dropped beside the frame doesn't take the browser away from here.
let inside = 0;
const over = (difference) => {
  inside += difference;
  byId("drop").classList.toggle("over", inside > 0);
};
document.addEventListener("dragenter", () => over(1));
document.addEventListener("dragleave", () => over(-1));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  over(-inside);
  const [file] = event.dataTransfer.files;
  if (file) check(file);
});
facts().catch(() => {
  byId("fact-log").textContent = "The server didn’t answer.";
});
