// @vitest-environment node
/** The cases that a node reads too: sealed files, items, signatures and receipts. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { read } from "../outbox/receipts";
import { fromBase64, sha256Hex, toBase64 } from "./bytes";
import { openedFile, sealedFile } from "./cipher";
import { digestOf, isSigned, keyId, type Sealed } from "./envelope";

const FOLDER = join(import.meta.dirname, "../../../../tests/vectors/field");

interface Vectors<Case> {
  readonly key: { readonly public: string; readonly key_id: string };
  readonly cases: readonly Case[];
}

function vectors<Case>(name: string): Vectors<Case> {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf-8")) as Vectors<Case>;
}

const IS_HERE = existsSync(join(FOLDER, "items.json"));

describe.runIf(IS_HERE)("as a node has it", () => {
  if (!IS_HERE) return;

  interface FileCase {
    readonly name: string;
    readonly key: string;
    readonly size: number;
    readonly sha256: string;
    readonly sealed_sha256: string;
    readonly sealed?: string;
  }
  it.each(vectors<FileCase>("files").cases)("$name is sealed to the same bytes", async (file) => {
    const plain = Uint8Array.from({ length: file.size }, (_, at) => (at * 7 + Math.floor(at / 256)) % 256);
    const sealed = await sealedFile(fromBase64(file.key), plain);
    expect(await sha256Hex(plain)).toBe(file.sha256);
    expect(await sha256Hex(sealed)).toBe(file.sealed_sha256);
    if (file.sealed) expect(toBase64(sealed)).toBe(file.sealed);
    expect(await openedFile(fromBase64(file.key), sealed)).toEqual(plain);
  });

  interface ItemCase {
    readonly name: string;
    readonly digest: string;
    readonly item: {
      readonly instance_id: string;
      readonly form_id: string;
      readonly form_version: string;
      readonly sealed: Sealed;
    };
  }
  it.each(vectors<ItemCase>("items").cases)("$name has the same digest", async ({ item, digest }) => {
    const heading = { instanceId: item.instance_id, formId: item.form_id, version: item.form_version };
    expect(await digestOf(heading, item.sealed)).toBe(digest);
  });

  const signatures = vectors<{ text: string; sig: string; believed: boolean }>("signatures");
  it.each(signatures.cases)("the signature of $text", async ({ text, sig, believed }) => {
    expect(await isSigned(signatures.key.public, text, sig)).toBe(believed);
  });

  it.each(["items", "receipts", "signatures"])("the key of %s has the same short name", async (name) => {
    const { key } = vectors<never>(name);
    expect(await keyId(key.public)).toBe(key.key_id);
  });

  interface ReceiptCase {
    readonly name: string;
    readonly sent: { readonly instance_id: string; readonly digest: string };
    readonly receipt: { readonly by: string };
    readonly believed: boolean;
  }
  const receipts = vectors<ReceiptCase>("receipts");
  it.each(receipts.cases)("the receipt $name", async ({ sent, receipt, believed }) => {
    const pins = { site: "truskavets", receiptKey: receipts.key.public, sites: {} };
    const said = await read(receipt, { id: sent.instance_id, digest: sent.digest }, pins);
    expect(said.event !== "forged").toBe(believed);
  });
});
