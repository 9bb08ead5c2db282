/**
 * What only the site can open, and what only a node can have signed.
 *
 * Sealing is HPKE in base mode to the site's public key; signatures are ECDSA over P-256.
 * Public keys are base64 of 65 bytes, signatures base64 of 64.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, canonical, fromBase64, hex, sha256, sha256Hex, toBase64, utf8 } from "./bytes";

const ID_DIGITS = 16;
const SIGNING = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

/** Whom to seal to: a site, and its public key. */
export interface Recipient {
  readonly site: string;
  readonly sealKey: string;
}

/** What a form is known by outside of what is sealed. */
export interface Heading {
  readonly instanceId: string;
  readonly formId: string;
  readonly version: string;
}

export interface Sealed {
  readonly to: string;
  readonly key_id: string;
  readonly enc: string;
  readonly ct: string;
}

export async function sealed(to: Recipient, heading: Heading, plain: Bytes): Promise<Sealed> {
  const suite = new CipherSuite({
    kem: new DhkemP256HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  const point = fromBase64(to.sealKey);
  const recipientPublicKey = await suite.kem.importKey("raw", point.buffer, true);
  const about = `dodomu/submission/v1|${to.site}|${heading.formId}|${heading.instanceId}`;
  const sender = await suite.createSenderContext({ recipientPublicKey, info: utf8(about).buffer });
  const ct = await sender.seal(plain.buffer);
  return {
    to: to.site,
    key_id: await keyId(to.sealKey),
    enc: toBase64(new Uint8Array(sender.enc)),
    ct: toBase64(new Uint8Array(ct)),
  };
}

export async function keyId(publicKey: string): Promise<string> {
  return hex(await sha256(fromBase64(publicKey))).slice(0, ID_DIGITS);
}

/** The digest by which a receipt means exactly this sealed item. */
export function digestOf(heading: Heading, sealedTo: Sealed): Promise<string> {
  const said = canonical({
    answers: null,
    based_on: {},
    form_id: heading.formId,
    form_version: heading.version,
    sealed: sealedTo,
  });
  return sha256Hex(utf8(said));
}

/** Tell whether whoever has the other half of a key has signed a text. */
export async function isSigned(publicKey: string, said: string, signature: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", fromBase64(publicKey), SIGNING, false, ["verify"]);
    return await crypto.subtle.verify(SIGNATURE, key, fromBase64(signature), utf8(said));
  } catch {
    return false;
  }
}

export async function signed(key: CryptoKey, said: string): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.sign(SIGNATURE, key, utf8(said))));
}

/** A pair of keys of this phone; its private half never leaves it. */
export function newSigner(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
}

export async function publicText(pair: CryptoKeyPair): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
}
