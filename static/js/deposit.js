/* File forms: drag and drop, friendly checks before sending, real progress of the sending.

Everything here is help: without it the form is a plain one, and the server alone decides. */

import { checkPieces } from "./pieces.js";

const NAME = /^(AVANCE|SOLDE)_(SONS-[A-Za-z0-9-]+)_(\d{14})_(\d{8})_(\d{3})\.json$/;
const MEBIBYTE = 1024 * 1024;
const ZIP = /\.zip$/i;
const SHOWN = 10;
const TO_CHECK = "À vérifier avant d’envoyer (vous pouvez envoyer quand même) :";
const turns = new WeakMap();

const inFrench = (number) => number.toLocaleString("fr-FR", { maximumFractionDigits: 1 });
const formOf = (node) => node?.closest?.("form[data-file-form]");

/* What seems wrong in a name, as sentences. */
function nameWarnings(name, siret) {
  const parts = NAME.exec(name);
  if (!parts) return ["Le nom ne suit pas la règle ; il ressemble à ceci dans le cadre ci-dessus."];
  return parts[3] === siret ? [] : [`Le SIRET du nom (${parts[3]}) n’est pas le vôtre (${siret}).`];
}

/* What the file seems to hold, and what seems wrong in it. */
function contentWarnings(bytes, name, limits) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { warnings: ["Le fichier n’est pas codé en UTF-8."] };
  }
  let payload;
  try {
    payload = JSON.parse(text);
  } catch {
    return { warnings: ["Le fichier n’est pas un JSON bien formé ; le compte rendu dira où."] };
  }
  const requests = payload?.demandes;
  if (!Array.isArray(requests)) return { warnings: ["Le bloc « demandes » est introuvable."] };
  const warnings = [];
  if (requests.length === 0) warnings.push("Le fichier ne contient aucune demande.");
  if (requests.length > limits.requests) {
    warnings.push(`Le fichier contient ${requests.length} demandes, pour ${limits.requests} au plus.`);
  }
  const said = NAME.exec(name);
  if (said && (payload.typeDemande !== said[1] || payload.dispositif !== said[2])) {
    warnings.push("Le nom et le contenu n’annoncent pas le même dispositif ou type de demande.");
  }
  const plural = requests.length > 1 ? "s" : "";
  const summary = `${requests.length} demande${plural}, ${payload.typeDemande}, ${payload.dispositif}.`;
  return { summary, warnings, payload };
}

async function check(form, file) {
  const limits = { bytes: Number(form.dataset.maxBytes), requests: Number(form.dataset.maxRequests) };
  const warnings = nameWarnings(file.name, form.dataset.siret);
  if (file.size === 0) return { warnings: [...warnings, "Le fichier est vide."] };
  if (file.size > limits.bytes) {
    const sizes = `${inFrench(file.size / MEBIBYTE)} Mio, pour ${inFrench(limits.bytes / MEBIBYTE)} au plus`;
    return { warnings: [...warnings, `Le fichier est trop gros : ${sizes}.`] };
  }
  const content = contentWarnings(await file.arrayBuffer(), file.name, limits);
  return { ...content, warnings: [...warnings, ...content.warnings] };
}

function paragraph(text, isStrong) {
  const node = document.createElement(isStrong ? "strong" : "span");
  node.textContent = text;
  const line = document.createElement("p");
  line.append(node);
  return line;
}

function listOf(title, items) {
  const list = document.createElement("ul");
  const left = items.length - SHOWN;
  for (const text of [...items.slice(0, SHOWN), ...(left > 0 ? [`et ${left} de plus`] : [])]) {
    const item = document.createElement("li");
    item.textContent = text;
    list.append(item);
  }
  return [paragraph(title, true), list];
}

function showChecks(form, summaries, groups) {
  const zone = form.querySelector("[data-checks]");
  const lines = summaries.filter(Boolean).map((text) => paragraph(text, false));
  const lists = groups.filter(({ items }) => items.length).flatMap(({ title, items }) => listOf(title, items));
  zone.replaceChildren(...lines, ...lists);
}

/* Everything chosen so far is looked at together: the JSON file says what the ZIPs must hold. */
async function filesChosen(form) {
  const turn = (turns.get(form) ?? 0) + 1;
  turns.set(form, turn);
  const file = form.querySelector("input[name=fichier]")?.files[0];
  const zips = [...(form.querySelector("input[name=documents]")?.files ?? [])];
  const summaries = [];
  const groups = [];
  let payload = null;
  try {
    if (file) {
      const json = await check(form, file);
      payload = json.payload ?? null;
      summaries.push(json.summary);
      groups.push({ title: TO_CHECK, items: json.warnings });
    }
    if ((file || zips.length) && form.querySelector("input[name=documents]")) {
      const pieces = await checkPieces(form, payload, zips);
      summaries.push(pieces.summary);
      groups.push(...pieces.groups);
    }
  } catch {
    groups.push({ title: TO_CHECK, items: ["Un fichier ne peut pas être lu par le navigateur."] });
  }
  // Another file was chosen meanwhile: its own look says more.
  if (turns.get(form) === turn) showChecks(form, summaries, groups);
}

/* Files dropped go to the field of their kind. */
function dropped(zone, files) {
  for (const input of zone.querySelectorAll("input[type=file]")) {
    const own = files.filter((file) => (input.multiple ? ZIP.test(file.name) : !ZIP.test(file.name)));
    const kept = input.multiple ? own : own.slice(0, 1);
    if (!kept.length) continue;
    const transfer = new DataTransfer();
    for (const file of kept) transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  }
}

function say(form, text) {
  const progress = form.querySelector("[data-progress]");
  progress.hidden = !text;
  progress.querySelector("[data-progress-text]").textContent = text;
}

function sent(form, loaded, total) {
  const bar = form.querySelector("progress");
  bar.value = total ? (100 * loaded) / total : 0;
  const isWhole = loaded >= total;
  const amount = `${inFrench(loaded / MEBIBYTE)} Mio sur ${inFrench(total / MEBIBYTE)} Mio envoyés`;
  say(form, isWhole ? "Tout est envoyé ; le portail l’enregistre…" : `${amount}…`);
}

function failed(form, text) {
  form.querySelector("progress").value = 0;
  say(form, text);
}

/* The frame says that it takes files only where it can. */
function welcome(root) {
  for (const hint of root.querySelectorAll("[data-drop-hint]")) hint.hidden = false;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-file-form] input[type=file]")) filesChosen(formOf(event.target));
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("portal-drop--over", name === "dragenter" || name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    dropped(zone, [...event.dataTransfer.files]);
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event.target);
  if (form && event.detail.lengthComputable) sent(form, event.detail.loaded, event.detail.total);
});
document.addEventListener("htmx:sendError", (event) => {
  const form = formOf(event.target);
  if (form) failed(form, "L’envoi a été interrompu : rien de cet envoi n’a été reçu. Vérifiez la connexion, puis recommencez.");
});
document.addEventListener("htmx:responseError", (event) => {
  const form = formOf(event.target);
  if (form) failed(form, `Le portail n’a pas pu répondre (erreur ${event.detail.xhr.status}). Rechargez la page, puis recommencez.`);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const form = formOf(event.target) ?? document.querySelector("form[data-file-form]");
  if (form) say(form, "");
  welcome(document);
  if (event.target.id === "resultat") event.target.focus();
  document.querySelector("form[data-file-form] [aria-invalid=true]")?.focus();
});

/* The time left to complete a deposit, second by second in its last two days. */
function countDown() {
  for (const node of document.querySelectorAll("[data-countdown]")) {
    const left = Number(node.dataset.countdown) - Math.floor((performance.now() - shownAt) / 1000);
    if (left > 2 * 24 * 3600) continue;
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60];
    node.textContent =
      left > 0 ? `encore ${hours} h ${String(minutes).padStart(2, "0")} min ${String(seconds).padStart(2, "0")} s` : "limite dépassée";
  }
}

const shownAt = performance.now();
if (document.querySelector("[data-countdown]")) setInterval(countDown, 1000);
welcome(document);
