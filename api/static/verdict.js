// What is shown of an answer. Text is set as text, never as markup: titles come from strangers.

const ADVICE = {
  allow: ["●", "Allow: nothing stands against it"],
  review: ["▲", "Review: have a person look"],
  block: ["■", "Block: don’t publish it"],
};
const UNKNOWN = ["○", "Allow, for want of evidence"];
const KINDS = {
  exact: "The very same file",
  "same picture": "The same picture",
  "part of": "The work, cropped or inside something larger",
  "shares an element": "An element of the work",
  "same object photographed again": "The same object, photographed again",
};
const SCHEMES = {
  "phash-v1": "pHash",
  "pdq-raster-v1": "PDQ",
  "outlines-v1": "Outlines",
  "keypoints-v1": "Points",
  "dct-region-v1": "Regions",
  "texture-v1": "Texture",
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function localTime(text) {
  return new Date(text).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
}

function localDate(text) {
  return new Date(text).toLocaleDateString(undefined, { dateStyle: "long" });
}

function preview(url) {
  const picture = element("img", { class: "picture", alt: "The picture you showed", src: url });
  picture.addEventListener("error", () => picture.remove()); // a format that this browser doesn't draw
  return picture;
}

function panel(tone, url, ...words) {
  const verdict = element("div", { class: "verdict" }, preview(url), element("div", {}, ...words));
  return element("div", { class: `panel tone-${tone}` }, verdict);
}

export function busyPanel(url, name) {
  return panel(
    "none",
    url,
    element("h2", {}, "Comparing…"),
    element("p", { class: "by" }, element("bdi", {}, name || "The pasted picture")),
    element("progress", { "aria-label": "Comparing the picture with every registered work" }),
  );
}

export function errorPanel(url, problem) {
  const words = [
    element("p", { class: "advice" }, element("span", { "aria-hidden": "true" }, "✕"), "Not checked"),
    element("h2", {}, problem.title),
    element("p", {}, problem.detail),
  ];
  if (problem.remedy) words.push(element("p", { class: "by" }, problem.remedy));
  return panel("error", url, ...words);
}

export function count(number, one, many) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

function headline(answer) {
  if (answer.verdict === "clear") return "No registered work found";
  if (answer.verdict === "inconclusive") return "Too little to compare";
  if (answer.decision === "block") return "This shows a registered work";
  if (answer.decision === "review") return "This is close to a registered work";
  return "The seller’s own work";
}

function reasons(list) {
  return element("ul", { class: "reasons" }, ...list.map((reason) => element("li", {}, reason)));
}

export function answerPanel(url, answer) {
  const [sign, advice] = answer.verdict === "inconclusive" ? UNKNOWN : ADVICE[answer.decision];
  const words = [
    element("p", { class: "advice" }, element("span", { "aria-hidden": "true" }, sign), advice),
    element("h2", {}, headline(answer)),
  ];
  if (answer.matches.length === 0) words.push(reasons(answer.reasons));
  else words.push(element("p", {}, `${count(answer.matches.length, "registered work", "registered works")} found in it.`));
  const made = panel(answer.verdict === "inconclusive" ? "none" : answer.decision, url, ...words);
  if (answer.matches.length > 0) {
    made.append(element("ol", { class: "matches" }, ...answer.matches.map(match)));
  }
  made.append(
    element(
      "p",
      { class: "fine" },
      `Checked ${localTime(answer.checked)} against the log’s first ${count(answer.log_size, "entry", "entries")}. Check `,
      element("span", { class: "mono" }, answer.id),
    ),
  );
  return made;
}

function match(one) {
  const [sign, advice] = ADVICE[one.decision];
  const work = one.work;
  const picture = element("img", { class: "picture", alt: work ? `The registered work: ${work.title}${one.part ? `, ${one.part.label}` : ""}` : "" });
  if (work) picture.dataset.from = one.part ? one.part.thumbnail : work.thumbnail;
  const shows = one.part ? element("p", { class: "part" }, "It shows ", element("bdi", {}, one.part.label)) : "";
  return element(
    "li",
    { class: `match tone-${one.decision}` },
    picture,
    element(
      "div",
      { class: "whose" },
      element("h3", {}, element("bdi", {}, work ? work.title : "A work that is there no more")),
      shows,
      work ? element("p", { class: "by" }, "Declared by ", element("bdi", {}, work.owner), ` on ${localDate(work.registered)}`) : "",
    ),
    element(
      "div",
      { class: "evidence" },
      element("p", { class: "advice" }, element("span", { "aria-hidden": "true" }, sign), advice),
      element("p", { class: "kind" }, KINDS[one.kind] ?? one.kind),
      element("p", { class: "told" }, one.told),
      element("p", { class: "by" }, `False matches: ${one.rarity}.`),
      one.overlay ? overlay(one.overlay, work) : "",
      one.signals.length > 0 ? element("dl", { class: "signals" }, ...one.signals.map(bar)) : "",
      reasons(one.reasons),
    ),
  );
}

// Drawn by the server when it is asked for; until then its place is kept.
function overlay(from, work) {
  const alt = `The registered work ${work.title} and your picture side by side, and laid over each other`;
  const picture = element("img", { alt, "data-from": from });
  return element("figure", { class: "overlay" }, picture);
}

// From "the same" at the left to where nothing speaks for it: the coloured half is where a measurement counts.
function bar(signal) {
  const full = Math.max(signal.threshold * 2, 1);
  const measured = (signal.score ?? signal.distance) / full;
  const dot = element("i");
  dot.style.left = `${Math.min(Math.max(signal.score === null ? measured : 1 - measured, 0), 1) * 100}%`;
  return element(
    "div",
    { class: "signal" },
    element("dt", { title: signal.scheme }, SCHEMES[signal.scheme] ?? signal.scheme),
    element("dd", {}, element("div", { class: "bar", "aria-hidden": "true" }, dot)),
    element("dd", { class: "says" }, signal.told),
  );
}
