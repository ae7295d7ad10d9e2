// Shows a report in an element of this page.
import init, { mount } from "./transfermap-viewer.js";

const [response] = await Promise.all([fetch("samples/real-small.json"), init()]);
mount(document.getElementById("study"), await response.text(), "worker.js");
