// Permutations and bootstraps, in a thread of their own: the page's program again, which the page hands over compiled.
// viewer/src/app/resample/worker.rs is the other end.
import init, { Resampler } from "./transfermap-viewer.js";

let resampler;

onmessage = async ({ data: { program, report, choices } }) => {
  try {
    await init({ module_or_path: program });
    // A report comes with the first job that is of it.
    if (report !== undefined) resampler = new Resampler(report);
    postMessage(resampler.resample(choices, (done, of) => postMessage([done, of])));
  } catch (error) {
    // The page hears of it, and goes on by itself.
    reportError(error);
  }
};
