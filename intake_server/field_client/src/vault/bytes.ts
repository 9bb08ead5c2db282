/** Bytes and how they are written down: base64 as in JSON, hexadecimal, squeezed. */

export type Bytes = Uint8Array<ArrayBuffer>;

const WINDOW = 0x8000;

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

export function text(bytes: BufferSource): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

export function random(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += WINDOW) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + WINDOW)));
  }
  return btoa(parts.join(""));
}

/** Throws where the text is not base64. */
export function fromBase64(written: string): Bytes {
  return Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256(bytes: BufferSource): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export async function sha256Hex(bytes: BufferSource): Promise<string> {
  return hex(await sha256(bytes));
}

export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether this browser can make bytes smaller; old ones send them as they are. */
export function squeezes(): boolean {
  return "CompressionStream" in globalThis;
}

/** Return the bytes gzipped, or as they are where the browser cannot. */
export async function squeezed(bytes: Bytes): Promise<Bytes> {
  if (!squeezes()) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** JSON with sorted keys and no blanks, as digests and signatures are taken of it. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
