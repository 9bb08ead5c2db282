/** A worker that tries whether a worker runs WebAssembly here, by the smallest that there is. */

const NOTHING = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

function runs(): boolean {
  try {
    return Boolean(new WebAssembly.Instance(new WebAssembly.Module(NOTHING)));
  } catch {
    return false;
  }
}

postMessage(runs());
