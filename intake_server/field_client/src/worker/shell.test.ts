// @vitest-environment node
import { gzipSync } from "node:zlib";
import { createCipheriv, createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keep, type Progress, type ShellFile } from "./shell";

/** What hardly gets smaller: a few pieces of 32 kB. */
const LARGE = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(100_000),
);
const SMALL = Buffer.from("<p>shell</p>");
const SQUEEZED = gzipSync(LARGE, { level: 9 });

/** A cache as a browser has it, for what this test asks of one. */
class Shelf {
  readonly held = new Map<string, Response>();
  match = async (name: string): Promise<Response | undefined> => this.held.get(name)?.clone();
  put = async (name: string, answer: Response): Promise<void> => {
    this.held.set(name, answer);
  };
  delete = async (name: string): Promise<boolean> => this.held.delete(name);
}

const file = (name: string, content: Buffer, bytes: number): ShellFile => ({
  name,
  bytes,
  sha256: createHash("sha256").update(content).digest("hex"),
});
const FILES = [file("index.html", SMALL, 12), file("assets/large.js", LARGE, SQUEEZED.length)];

let asked: string[] = [];
let breaks = Infinity;
let portal = false;

beforeEach(() => {
  asked = [];
  breaks = Infinity;
  portal = false;
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    if (asked.length > breaks) throw new TypeError("no line");
    if (portal) return new Response("<h1>Pay for this line</h1>");
    if (address === "/field/index.html") {
      const headers = { "Content-Security-Policy": "default-src 'none'", ETag: '"1"' };
      return new Response(SMALL, { headers });
    }
    const query = new URL(address, "http://phone").searchParams;
    const piece = SQUEEZED.subarray(Number(query.get("from")), Number(query.get("until")));
    return new Response(new Uint8Array(piece), { headers: { "X-Plain-Type": "text/javascript" } });
  });
});

afterEach(() => vi.unstubAllGlobals());

async function keepOn(shelf: Shelf): Promise<Progress[]> {
  const told: Progress[] = [];
  await keep(FILES, shelf as unknown as Cache, (progress) => told.push(progress));
  return told;
}

test("every file is kept as it is, and says how far it is", async () => {
  const shelf = new Shelf();

  const told = await keepOn(shelf);

  const large = await shelf.match("/field/assets/large.js");
  expect(Buffer.from(await large!.arrayBuffer()).equals(LARGE)).toBe(true);
  expect(large!.headers.get("Content-Type")).toBe("text/javascript");
  expect([...shelf.held.keys()].sort()).toEqual(["/field/assets/large.js", "/field/index.html"]);
  expect(told.map(({ done }) => done)).toEqual([...told.map(({ done }) => done)].sort((a, b) => a - b));
  expect(told.at(-1)!.done).toBe(told.at(-1)!.all);
});

test("the page keeps the policy that guards it", async () => {
  const shelf = new Shelf();
  await keepOn(shelf);
  const page = await shelf.match("/field/index.html");
  expect(page!.headers.get("Content-Security-Policy")).toBe("default-src 'none'");
  expect(page!.headers.get("ETag")).toBeNull();
});

test("a line that breaks costs one piece, wherever it breaks", async () => {
  const whole = 1 + Math.floor(SQUEEZED.length / 32_768) + 1;
  for (breaks = 0; breaks < whole; breaks += 1) {
    const shelf = new Shelf();
    asked = [];
    await expect(keepOn(shelf)).rejects.toThrow("no line");
    const first = asked;

    asked = [];
    const before = breaks;
    breaks = Infinity;
    await keepOn(shelf);
    breaks = before;

    expect(new Set(asked).size).toBe(asked.length);
    expect(first.length + asked.length).toBe(whole + 1);
  }
});

test("what a captive portal says is not kept", async () => {
  const shelf = new Shelf();
  portal = true;
  await expect(keepOn(shelf)).rejects.toThrow("is not what it should be");
  expect(shelf.held.size).toBe(0);

  portal = false;
  await keepOn(shelf);
  expect(shelf.held.size).toBe(2);
});

test("pieces that do not fit together are thrown away", async () => {
  const shelf = new Shelf();
  const piece = "/field/squeezed/assets/large.js?from=0&until=32768";
  shelf.held.set(piece, new Response(new Uint8Array(32_768)));
  await expect(keepOn(shelf)).rejects.toThrow();
  expect(shelf.held.has(piece)).toBe(false);

  await keepOn(shelf);
  expect(shelf.held.has("/field/assets/large.js")).toBe(true);
});
