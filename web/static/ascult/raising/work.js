// Asks this device for a proof of work, with progress, and lets it be stopped.
export function solve({ text, bits }, heard, stopped) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url));
    const end = (settle, value) => { worker.terminate(); settle(value); };
    worker.onmessage = ({ data }) => {
      if (data.found === undefined) heard(data.share);
      else end(resolve, `${text}:${data.found}`);
    };
    worker.onerror = () => end(reject, new Error("worker"));
    stopped.addEventListener("abort", () => end(reject, new Error("stopped")));
    worker.postMessage({ challenge: text, bits });
  });
}
