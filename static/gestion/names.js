// Names, for those who hear the page, the parts that the theme leaves without one.
"use strict";

// Before SimpleBar starts, at the same event: its scripts come after this one.
document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll("[data-simplebar]")) {
    const isMenu = part.id === "nav-sidebar-apps";
    part.dataset.simplebarAriaLabel = isMenu ? "Rubriques" : "Contenu défilant";
  }
});

// Select2 draws its fields when the page is ready, and its labels point to the hidden ones.
window.addEventListener("load", () => {
  for (const drawn of document.querySelectorAll(".select2-container")) {
    const field = drawn.previousElementSibling;
    const label = field && document.querySelector(`label[for="${field.id}"]`);
    if (!label) continue;
    const name = label.textContent.trim();
    for (const part of drawn.querySelectorAll(".select2-selection, .select2-search__field")) {
      part.setAttribute("aria-label", name);
    }
  }
});
