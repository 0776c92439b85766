// A file that is being made says how far it is every two seconds. Without script the page works by reload.
(() => {
  const ask = async () => {
    const part = document.getElementById("making");
    if (!part.hasAttribute("data-making")) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(4000) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = answer.ok && page.getElementById("making");
        if (fresh && !fresh.hasAttribute("data-making")) return location.reload();
        if (fresh) part.innerHTML = fresh.innerHTML;
      } catch {
        // Asked again in two seconds.
      }
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 2000);
})();
