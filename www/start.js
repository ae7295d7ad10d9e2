// Starts the viewer in the element #transfermap of this page.
import init, { start } from "./transfermap-viewer.js";

await init();
start(document.getElementById("transfermap"));
