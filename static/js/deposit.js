/* File forms: drag and drop, friendly checks before sending, real progress of the sending.

Everything here is help: without it the form is a plain one, and the server alone decides. */

const NAME = /^(AVANCE|SOLDE)_(SONS-[A-Za-z0-9-]+)_(\d{14})_(\d{8})_(\d{3})\.json$/;
const MEBIBYTE = 1024 * 1024;

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
  return { summary, warnings };
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
  return { summary: content.summary, warnings: [...warnings, ...content.warnings] };
}

function paragraph(text, isStrong) {
  const node = document.createElement(isStrong ? "strong" : "span");
  node.textContent = text;
  const line = document.createElement("p");
  line.append(node);
  return line;
}

function showChecks(form, { summary, warnings }) {
  const zone = form.querySelector("[data-checks]");
  zone.replaceChildren();
  if (summary) zone.append(paragraph(summary, false));
  if (!warnings.length) return;
  zone.append(paragraph("À vérifier avant d’envoyer (vous pouvez envoyer quand même) :", true));
  const list = document.createElement("ul");
  for (const warning of warnings) {
    const item = document.createElement("li");
    item.textContent = warning;
    list.append(item);
  }
  zone.append(list);
}

async function fileChosen(input) {
  const form = formOf(input);
  const file = input.files[0];
  if (!file) return form.querySelector("[data-checks]").replaceChildren();
  try {
    showChecks(form, await check(form, file));
  } catch {
    showChecks(form, { warnings: ["Le fichier ne peut pas être lu par le navigateur."] });
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
  say(form, isWhole ? "Fichier envoyé en entier ; le portail l’enregistre…" : `${amount}…`);
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
  if (event.target.matches("form[data-file-form] input[type=file]")) fileChosen(event.target);
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("portal-drop--over", name === "dragenter" || name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event.target);
  if (form && event.detail.lengthComputable) sent(form, event.detail.loaded, event.detail.total);
});
document.addEventListener("htmx:sendError", (event) => {
  const form = formOf(event.target);
  if (form) failed(form, "L’envoi a été interrompu : rien n’a été reçu. Vérifiez la connexion, puis recommencez.");
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

welcome(document);
