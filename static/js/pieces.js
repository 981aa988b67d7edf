/* Before sending: what the ZIP files hold against what the JSON file asks for. Help only: the
portal reads everything again. */

import { entriesOf } from "./zip-directory.js";

const ZIP_NAME = /^[A-Za-z0-9._-]{1,76}\.zip$/i;
const MEBIBYTE = 1024 * 1024;
const BLOCKS = { AVANCE: ["bonDeCommande"], SOLDE: ["procesVerbal", "facture"] };

const inFrench = (number) => number.toLocaleString("fr-FR", { maximumFractionDigits: 1 });
const lastPart = (name) => name.replaceAll("\\", "/").split("/").at(-1);
const folded = (name) => lastPart(name).normalize("NFKD").replace(/[^A-Za-z0-9.]/g, "").toLowerCase();
const words = (text) => new Set((text ?? "").toUpperCase().split(" ").filter(Boolean));

/* The documents that a JSON file names, with the rank of their request. */
export function expectedFiles(payload) {
  const blocks = BLOCKS[payload?.typeDemande] ?? [];
  return (Array.isArray(payload?.demandes) ? payload.demandes : []).flatMap((request, rank) =>
    blocks
      .map((block) => request?.[block]?.nomFichier)
      .filter((name) => typeof name === "string" && name)
      .map((name) => ({ name, rank: rank + 1 })),
  );
}

/* The first name with a number that is neither burnt nor under way. */
function freeName(name, taken) {
  const [, base, digits] = /^(.*?)[-_]?(\d{1,4})?\.zip$/i.exec(name);
  for (let number = Number(digits ?? 1) + 1; ; number += 1) {
    const free = `${base.slice(0, 70)}-${String(number).padStart(3, "0")}.zip`;
    if (!taken.has(free.toUpperCase())) return free;
  }
}

function nameFaults(file, form) {
  const { burntNames, takenNames, maxZipBytes } = form.dataset;
  const faults = [];
  if (!ZIP_NAME.test(file.name)) {
    faults.push(`« ${file.name} » : nommez ce ZIP avec des lettres sans accent, des chiffres, « . », « _ » et « - ».`);
  } else if (words(burntNames).has(file.name.toUpperCase())) {
    const free = freeName(file.name, words(takenNames));
    faults.push(`« ${file.name} » a déjà servi à un dépôt intégré : renommez-le, par exemple « ${free} ».`);
  }
  if (file.size > Number(maxZipBytes)) {
    const limit = inFrench(Number(maxZipBytes) / MEBIBYTE);
    faults.push(`« ${file.name} » pèse ${inFrench(file.size / MEBIBYTE)} Mio, pour ${limit} au plus.`);
  }
  return faults;
}

/* The entries of every ZIP, and what is wrong with the files themselves. */
async function opened(zips, form) {
  const faults = [];
  const entries = [];
  for (const zip of zips) {
    faults.push(...nameFaults(zip, form));
    try {
      entries.push(...(await entriesOf(zip)).map((entry) => ({ ...entry, zip: zip.name })));
    } catch (error) {
      faults.push(`« ${zip.name} » : ${error.message}.`);
    }
  }
  const limit = Number(form.dataset.maxDocumentBytes);
  for (const entry of entries) {
    if (entry.isLocked) faults.push(`« ${entry.name} » est protégé par un mot de passe.`);
    if (entry.size > limit) faults.push(`« ${entry.name} » dépasse ${inFrench(limit / MEBIBYTE)} Mio.`);
  }
  return { entries, faults };
}

/* Missing, misnamed, doubled and unasked files: lists of sentences. */
function compared(expected, entries) {
  const places = Map.groupBy
    ? Map.groupBy(entries, (entry) => entry.name)
    : entries.reduce((map, entry) => map.set(entry.name, [...(map.get(entry.name) ?? []), entry]), new Map());
  const asked = new Set(expected.map((file) => file.name));
  const spare = new Map();
  for (const entry of entries) if (!asked.has(entry.name)) spare.set(folded(entry.name), entry.name);
  const found = { missing: [], misnamed: [], doubled: [], unasked: [], present: 0 };
  for (const { name, rank } of expected) {
    const where = places.get(name) ?? [];
    const where_ = rank ? ` (demande n° ${rank})` : "";
    if (where.length === 1) found.present += 1;
    else if (where.length > 1) found.doubled.push(`${name}${where_} : dans ${where.map((entry) => entry.zip).join(", ")}`);
    else if (spare.has(folded(name))) {
      found.misnamed.push(`« ${spare.get(folded(name))} » doit s’appeler « ${name} »${where_}`);
      spare.delete(folded(name));
    } else found.missing.push(`${name}${where_}`);
  }
  found.unasked = [...spare.values()];
  return found;
}

/* What to say of the ZIP files chosen: {summary, groups}, a group being {title, items}. */
export async function checkPieces(form, payload, zips) {
  const awaited = JSON.parse(form.dataset.expected ?? "[]").map((name) => ({ name }));
  const expected = payload ? expectedFiles(payload) : awaited;
  if (!zips.length && !expected.length) return { summary: "", groups: [] };
  const { entries, faults } = await opened(zips, form);
  const groups = [{ title: "À corriger avant d’envoyer :", items: faults }];
  if (!expected.length) return { summary: "", groups };
  const found = compared(expected, entries);
  groups.push(
    { title: "Documents mal nommés :", items: found.misnamed },
    { title: "Documents présents plusieurs fois :", items: found.doubled },
    { title: "Documents que rien ne demande :", items: zips.length ? found.unasked : [] },
    { title: "Documents absents de ces ZIP (le dépôt les attendra) :", items: found.missing },
  );
  const plural = expected.length > 1 ? "s" : "";
  return {
    summary: `${found.present} document${found.present > 1 ? "s" : ""} sur ${expected.length} attendu${plural}.`,
    groups,
  };
}
