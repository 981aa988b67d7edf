// Names, for those who hear the page, the parts that the theme leaves without one.
"use strict";

// Before SimpleBar starts, at the same event: its scripts come after this one.
document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll("[data-simplebar]")) {
    const isMenu = part.id === "nav-sidebar-apps";
    part.dataset.simplebarAriaLabel = isMenu ? "Rubriques" : "Contenu défilant";
  }
});
