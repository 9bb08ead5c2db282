/**
 * Keeping things unreadable on the phone: AES-256-GCM, each thing bound to what it is.
 *
 * A small thing is its nonce (12 bytes) followed by the ciphertext; `about` says where it
 * belongs and must be the same when it is opened. A file is a row of chunks, each under a
 * nonce that says its place and whether it is the last, so none can be dropped or swapped.
 */
import { type Bytes, joined, random, utf8 } from "./bytes";

export const SECRET_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const CHUNK_BYTES = 65_536;

/** What does not open: another key, another place, or changed. */
export class UnopenedError extends Error {
  override readonly name = "UnopenedError";
}

export function newSecret(): Bytes {
  return random(SECRET_BYTES);
}

/** Return a key that cannot be taken out of the browser again. */
export function keyOf(secret: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Return a new key that nothing can read, only use. */
export function boundKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function hidden(key: CryptoKey, plain: Bytes, about: string): Promise<Bytes> {
  const iv = random(NONCE_BYTES);
  const ct = await crypto.subtle.encrypt(gcm(iv, utf8(about)), key, plain);
  return joined([iv, new Uint8Array(ct)]);
}

export async function shown(key: CryptoKey, kept: Bytes, about: string): Promise<Bytes> {
  const iv = kept.slice(0, NONCE_BYTES);
  return decrypted(gcm(iv, utf8(about)), key, kept.slice(NONCE_BYTES));
}

/** Return a file in the shape in which it lies on the phone and goes to a node. */
export async function sealedFile(secret: Bytes, plain: Bytes): Promise<Bytes> {
  const key = await keyOf(secret);
  const count = Math.max(1, Math.ceil(plain.length / CHUNK_BYTES));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < count; at += 1) {
    const chunk = plain.slice(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES);
    const ct = await crypto.subtle.encrypt(gcm(place(at, at === count - 1)), key, chunk);
    parts.push(new Uint8Array(ct));
  }
  return joined(parts);
}

export async function openedFile(secret: Bytes, sealed: Bytes): Promise<Bytes> {
  const key = await keyOf(secret);
  const size = CHUNK_BYTES + TAG_BYTES;
  const count = Math.max(1, Math.ceil(sealed.length / size));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < count; at += 1) {
    const chunk = sealed.slice(at * size, (at + 1) * size);
    parts.push(await decrypted(gcm(place(at, at === count - 1)), key, chunk));
  }
  return joined(parts);
}

function gcm(iv: Bytes, additionalData?: Bytes): AesGcmParams {
  return additionalData ? { name: "AES-GCM", iv, additionalData } : { name: "AES-GCM", iv };
}

function place(at: number, isLast: boolean): Bytes {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(0, at);
  nonce[4] = isLast ? 1 : 0;
  return nonce;
}

async function decrypted(how: AesGcmParams, key: CryptoKey, ct: Bytes): Promise<Bytes> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, key, ct));
  } catch {
    throw new UnopenedError("it does not open");
  }
}
