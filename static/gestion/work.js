// The page where a request is instructed: ticks kept at once, and every deed at a key.
"use strict";

(() => {
  const desk = document.querySelector("[data-work]");
  if (!desk) return;
  const status = desk.querySelector("[data-work-status]");
  const help = desk.querySelector("[data-work-help]");
  const token = () => desk.querySelector("[name=csrfmiddlewaretoken]").value;

  const say = (text) => {
    status.textContent = text;
  };

  const save = async (box) => {
    const body = new URLSearchParams({
      item: box.value,
      seen: box.dataset.seen,
      right: box.checked ? "1" : "",
    });
    box.disabled = true;
    try {
      const response = await fetch(desk.dataset.tickUrl, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        body,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(response.status === 409 ? text : "");
      box.closest("li").querySelector("[data-tick-note]").textContent = text;
      say(text);
    } catch (error) {
      box.checked = !box.checked;
      say(error.message || "La coche n’a pas pu être enregistrée. Réessayez.");
    }
    box.disabled = false;
    box.focus();
    count();
  };

  const boxes = [...desk.querySelectorAll("[data-tick]")];
  const counter = desk.querySelector("[data-tick-count]");
  const count = () => {
    if (counter) counter.textContent = boxes.filter((box) => box.checked).length;
  };
  for (const box of boxes) box.addEventListener("change", () => save(box));

  const isTyping = (target) =>
    target.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target.tagName === "INPUT" && target.type !== "checkbox");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "?") {
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    } else if (/^[1-9]$/.test(key)) {
      const box = boxes[Number(key) - 1];
      if (!box || box.disabled) return;
      box.click();
    } else {
      const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!target) return;
      if (target.matches("textarea")) target.focus();
      else target.click();
    }
    event.preventDefault();
  });
})();
