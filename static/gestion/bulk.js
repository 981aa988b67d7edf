// Follows a decision under way: the page comes again every two seconds until it is over.
"use strict";

if (document.querySelector("[data-follow]")) {
  setTimeout(() => window.location.reload(), 2000);
}
