/** Reads a code from a picture: by the browser where it can, else by a library. */
import { seen } from "./pictures";

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

export type Reader = (picture: HTMLCanvasElement) => Promise<string | undefined>;

/** What is printed on cards, bracelets and documents. */
const WANTED = ["qr_code", "code_128", "ean_13", "data_matrix"];

/**
 * The best reader that this browser has. Some say that they read codes, and refuse when it
 * comes to it; from then on the library reads.
 */
export async function reader(): Promise<Reader> {
  let read = (await ownReader().catch(() => undefined)) ?? (await libraryReader());
  return async (picture) => {
    try {
      return await read(picture);
    } catch {
      read = await libraryReader();
      return read(picture);
    }
  };
}

/** The browser's own reader; undefined where it lacks any kind of code. */
async function ownReader(): Promise<Reader | undefined> {
  const Own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const has = (await Own?.getSupportedFormats()) ?? [];
  if (!Own || !WANTED.every((format) => has.includes(format))) return undefined;
  const detector = new Own({ formats: WANTED });
  return async (picture) => (await detector.detect(picture))[0]?.rawValue;
}

async function libraryReader(): Promise<Reader> {
  const { read } = await import("./library");
  return async (picture) => {
    const drawing = picture.getContext("2d", { willReadFrequently: true });
    const pixels = drawing?.getImageData(0, 0, picture.width, picture.height);
    return pixels && read(pixels);
  };
}

/** Draw a part of a camera's picture or a photo, so large that a code can be read. */
export function still(
  source: CanvasImageSource,
  width: number,
  height: number,
  canvas = document.createElement("canvas"),
  longest = 800,
): HTMLCanvasElement {
  const scale = Math.min(1, longest / Math.max(width, height, 1));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas
    .getContext("2d", { willReadFrequently: true })
    ?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Read a code from a photo, at several sizes; undefined where there is none. */
export async function fromPhoto(photo: Blob): Promise<string | undefined> {
  const picture = await seen(photo).catch(() => undefined);
  if (!picture) return undefined;
  const read = await reader();
  try {
    for (const longest of [1000, 600, 1600]) {
      const code = await read(still(picture.source, picture.width, picture.height, undefined, longest));
      if (code) return code;
    }
    return undefined;
  } finally {
    picture.free();
  }
}

/** The answer that a code stands for: what is written, without an address around it. */
export function answer(code: string): string {
  const text = code.trim();
  return text.includes("://") ? (text.split(/[/?#=]/).filter(Boolean).at(-1) ?? "") : text;
}
