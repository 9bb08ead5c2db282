/** Four words that the phone offers, and the key that follows from a passphrase. */
import { type Bytes, random, utf8 } from "./bytes";
import { keyOf } from "./cipher";

export const ROUNDS = 600_000;
export const LEAST = 12;
const COUNT = 4;
const SALT_BYTES = 16;
const KEY_BITS = 256;

export function newSalt(): Bytes {
  return random(SALT_BYTES);
}

/** Return four words, each as likely as any other, with a blank between. */
export function offered(words: readonly string[]): string {
  return Array.from({ length: COUNT }, () => words[below(words.length)]).join(" ");
}

/** Return a passphrase as it counts: letters' case and the width of blanks do not. */
export function heard(typed: string): string {
  return typed.normalize("NFKC").toLocaleLowerCase("uk").trim().split(/\s+/).join(" ");
}

export function isLongEnough(typed: string): boolean {
  return heard(typed).length >= LEAST;
}

/** Return the key that follows from a passphrase or from digits. */
export async function derived(typed: string, salt: Bytes, rounds = ROUNDS): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", utf8(heard(typed)), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return keyOf(new Uint8Array(await crypto.subtle.deriveBits(how, base, KEY_BITS)));
}

function below(limit: number): number {
  const most = Math.floor(0x1_0000_0000 / limit) * limit;
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while (drawn[0]! >= most);
  return drawn[0]! % limit;
}
