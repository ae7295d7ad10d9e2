// Reloads a page when the report behind it has changed. `transfermap serve` puts this into the page of a study.
const shown = document.querySelector("meta[name=transfermap-watch]").content;

setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("report.json", { method: "HEAD", cache: "no-store" });
    const now = answer.headers.get("etag");
    // What the reader chose stands in the address, and so survives.
    if (answer.ok && now !== shown) location.reload();
  } catch {
    // The server is gone: what is shown stays.
  }
}, 3000);
