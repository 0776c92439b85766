// For the page of the personal code alone: from the network while there is one, else as it was kept.
const KEPT = "mycode";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  try {
    return await fetch(request, request.mode === "navigate" ? {} : { signal: AbortSignal.timeout(8000) });
  } catch (lost) {
    const kept = await (await caches.open(KEPT)).match(request, { ignoreVary: true });
    if (!kept) throw lost;
    if (request.mode !== "navigate") return kept;
    // The page must know that its clock reading is an old one.
    const page = (await kept.text()).replace("data-fresh", "data-kept");
    return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": kept.headers.get("Content-Security-Policy") || "default-src 'self'" } });
  }
}
