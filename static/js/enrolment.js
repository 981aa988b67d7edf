/* Enrolment: files dropped in a frame, and errors brought to the eye after a partial answer.

All of it is help: without it the forms are plain ones. */

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("portal-drop--over", name === "dragenter" || name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.focus();
  });
}

function welcome() {
  for (const hint of document.querySelectorAll("[data-drop-hint]")) hint.hidden = false;
}

document.addEventListener("htmx:afterSwap", (event) => {
  welcome();
  const card = event.target.closest?.(".enrolment-card");
  card?.querySelector("[aria-invalid=true]")?.focus();
});

/* An answer that was not kept says so where « enregistré » would have stood. */
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => {
    const state = document.getElementById("etat");
    if (!state) return;
    state.textContent = "Non enregistré : rechargez la page, puis recommencez.";
    state.classList.add("fr-error-text");
  });
}

document.addEventListener("htmx:beforeRequest", () => {
  document.getElementById("etat")?.classList.remove("fr-error-text");
});

welcome();
