/* Live pages: quiet while the tab is hidden, and honest when the session has ended. */

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches?.("[data-live]")) event.preventDefault();
});

/* A redirection to the sign-in page must not be shown inside the page: go there. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const asked = event.detail.pathInfo?.requestPath;
  const answered = event.detail.xhr.responseURL;
  if (!asked || !answered) return;
  if (new URL(answered).pathname === new URL(asked, window.location.href).pathname) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});
