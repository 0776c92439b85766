// The error summary takes the focus, so that it is read first.
const summary = document.querySelector("[data-takes-focus]");
if (summary) summary.focus();
