/* The names in a ZIP file, read from the directory at its end: nothing is opened, nothing sent. */

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_SIZE = 22;
const ENTRY_SIZE = 46;
const MAX_COMMENT = 65535;
const MAX_DIRECTORY = 4 * 1024 * 1024;
const NOISE = new Set([".ds_store", "thumbs.db", "desktop.ini"]);

const viewOf = async (blob) => new DataView(await blob.arrayBuffer());

/* Where the directory begins and how many entries it has; null when there is none. */
async function findEnd(file) {
  const start = Math.max(0, file.size - END_SIZE - MAX_COMMENT);
  const tail = await viewOf(file.slice(start));
  for (let at = tail.byteLength - END_SIZE; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== END) continue;
    return {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
  }
  return null;
}

/* Names are UTF-8, said or not; others are shown as well as they can. */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).normalize("NFC");
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/* Folders, and files that a system adds by itself. */
function isNoise(name) {
  const parts = name.split("/");
  return name.endsWith("/") || parts[0] === "__MACOSX" || NOISE.has(parts.at(-1).toLowerCase());
}

/* The entries of a ZIP: [{name, size, isLocked}]. Throws a sentence when it cannot be read. */
export async function entriesOf(file) {
  const end = await findEnd(file);
  if (!end) throw new Error("ce n’est pas un ZIP, ou il est abîmé");
  if (end.length > MAX_DIRECTORY || end.offset + end.length > file.size) {
    throw new Error("son sommaire ne peut pas être lu");
  }
  const buffer = await file.slice(end.offset, end.offset + end.length).arrayBuffer();
  const view = new DataView(buffer);
  const entries = [];
  let at = 0;
  while (at + ENTRY_SIZE <= view.byteLength && view.getUint32(at, true) === ENTRY) {
    const nameLength = view.getUint16(at + 28, true);
    const name = decoded(new Uint8Array(buffer, at + ENTRY_SIZE, nameLength));
    if (!isNoise(name)) {
      entries.push({
        name,
        size: view.getUint32(at + 24, true),
        isLocked: (view.getUint16(at + 8, true) & 1) === 1,
      });
    }
    at += ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
