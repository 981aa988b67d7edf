// Names, for those who hear the page, the parts that the theme leaves without one.
"use strict";

(() => {
  const textOf = (node) => (node ? node.textContent.trim().replace(/\s*\*?$/, "") : "");

  const name = (node, words) => {
    if (node && words && !node.getAttribute("aria-label")) node.setAttribute("aria-label", words);
  };

  // The columns of a table of rows to fill: a heading without words, fields without a label.
  const nameTable = (table) => {
    const headings = [...table.querySelectorAll("thead th")].map(textOf);
    for (const heading of table.querySelectorAll("thead th")) {
      if (textOf(heading)) continue;
      const words = document.createElement("span");
      words.className = "sr-only";
      words.textContent = "Suppression";
      heading.append(words);
    }
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, column) => {
        for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
          if (!field.labels || !field.labels.length) name(field, headings[column]);
        }
      });
    }
  };

  const nameRegion = (region) => {
    const group = region.closest("fieldset, section, .module");
    const words = textOf(group && group.querySelector("h2, h3, legend"));
    if (words) region.setAttribute("aria-label", `${words} : contenu défilant`);
  };

  // A list of suggestions stands for a select: it takes the name of the field it stands for.
  const nameChoice = (choice) => {
    const select = choice.previousElementSibling;
    if (!select || select.tagName !== "SELECT") return;
    const words = select.getAttribute("aria-label") || textOf(select.labels && select.labels[0]);
    for (const part of choice.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox], input")) {
      part.removeAttribute("aria-labelledby");
      name(part, words);
    }
    // Beside the items of a list, only items.
    for (const part of choice.querySelectorAll("ul > span")) {
      const item = document.createElement("li");
      part.replaceWith(item);
      item.append(part);
    }
  };

  const nameAll = () => {
    document.querySelectorAll("#content-main table, #main table").forEach((table) => {
      if (table.querySelector("tbody input, tbody select, tbody textarea")) nameTable(table);
    });
    document.querySelectorAll(".formset-wrapper [role=region]").forEach(nameRegion);
    document.querySelectorAll(".select2-container").forEach(nameChoice);
  };

  // Before SimpleBar starts, at the same event: its scripts come after this one.
  document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll("[data-simplebar]")) {
      const isMenu = part.id === "nav-sidebar-apps";
      part.dataset.simplebarAriaLabel = isMenu ? "Rubriques" : "Contenu défilant";
    }
  });
  // Suggestions and scroll bars are drawn late, rows are added: each time, until nothing is nameless.
  window.addEventListener("load", () => {
    let isWaiting = false;
    const soon = () => {
      if (isWaiting) return;
      isWaiting = true;
      window.setTimeout(() => {
        isWaiting = false;
        nameAll();
      });
    };
    nameAll();
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  });
})();
