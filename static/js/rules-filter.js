/* Filters the rules while one types; without this script the form asks the server. */
const input = document.getElementById("q");
const said = document.getElementById("nombre-regles");
const rules = [...document.querySelectorAll("[data-text]")];
const chapters = [...document.querySelectorAll("[data-chapter]")];

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function filter() {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const rule of rules) {
    rule.hidden = !words.every((word) => rule.dataset.text.includes(word));
    shown += rule.hidden ? 0 : 1;
  }
  for (const chapter of chapters) {
    chapter.hidden = !chapter.querySelector("[data-text]:not([hidden])");
  }
  said.textContent = shown > 1 ? `${shown} règles` : `${shown} règle`;
}

input.addEventListener("input", filter);
