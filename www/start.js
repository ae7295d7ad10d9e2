// Starts the viewer in the element #transfermap of this page.
import init, { start } from "./transfermap-viewer.js";

try {
  await init();
  start(document.getElementById("transfermap"), new URL("worker.js", import.meta.url).href);
} catch (error) {
  // What stands in the page already stays readable.
  const message = document.createElement("p");
  message.className = "message";
  message.setAttribute("role", "alert");
  message.textContent = `The viewer could not start in this browser: ${error}`;
  document.body.prepend(message);
  throw error;
}
