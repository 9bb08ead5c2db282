/** The files of the application, and keeping all of them for where there is no line. */

/** A file as `shell.json` names it: `bytes` on the wire, `sha256` of what it says. */
export interface ShellFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** How far the keeping has come, in bytes on the wire. */
export interface Progress {
  readonly done: number;
  readonly all: number;
}

/** Where a piece of a large file is asked for: the squeezed file, some of its bytes. */
export const SQUEEZED = "/field/squeezed/";
const BASE = "/field/";
const PIECE = 32_768;

/** Where the pieces of a file wait that has not come as a whole. */
type Pieces = Pick<Cache, "match" | "put" | "delete">;

/**
 * Keep every file that is not kept yet; what has come stays when the line breaks.
 *
 * A file of several pieces goes on after the last piece that came. Each file is compared
 * with its digest, so nothing that a captive portal says is kept.
 */
export async function keep(
  files: readonly ShellFile[],
  kept: Cache,
  told: (progress: Progress) => void,
): Promise<void> {
  const all = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  for (const file of files) {
    const before = done;
    if (!(await kept.match(BASE + file.name))) {
      const content = await fetched(file, kept, (bytes) => told({ done: before + bytes, all }));
      await kept.put(BASE + file.name, content);
    }
    done = before + file.bytes;
    told({ done, all });
  }
}

async function fetched(
  file: ShellFile,
  kept: Pieces,
  told: (bytes: number) => void,
): Promise<Response> {
  const inPieces = file.bytes > PIECE && "DecompressionStream" in globalThis;
  const response = inPieces
    ? await joined(file, kept, told)
    : await good(fetch(BASE + file.name, { cache: "no-cache" }));
  const content = await response.arrayBuffer();
  const digest = hex(await crypto.subtle.digest("SHA-256", content));
  if (digest !== file.sha256) throw new Error(`${file.name} is not what it should be`);
  return new Response(content, { headers: lasting(response.headers) });
}

/**
 * Fetch a squeezed file piece by piece, and put it together.
 *
 * Pieces are thrown away once all are here, even when they do not fit together.
 */
async function joined(
  file: ShellFile,
  kept: Pieces,
  told: (bytes: number) => void,
): Promise<Response> {
  const names: string[] = [];
  const pieces: ArrayBuffer[] = [];
  let headers = new Headers();
  do {
    const from = names.length * PIECE;
    const name = `${SQUEEZED}${file.name}?from=${from}&until=${from + PIECE}`;
    const piece = (await kept.match(name)) ?? (await fetchedPiece(name, kept));
    headers = piece.headers;
    names.push(name);
    pieces.push(await piece.arrayBuffer());
    told(Math.min(names.length * PIECE, file.bytes));
  } while (pieces.at(-1)?.byteLength === PIECE);
  try {
    const plain = new Blob(pieces).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(await new Response(plain).arrayBuffer(), { headers });
  } finally {
    await Promise.all(names.map((name) => kept.delete(name)));
  }
}

async function fetchedPiece(name: string, kept: Pieces): Promise<Response> {
  const piece = await good(fetch(name));
  await kept.put(name, piece.clone());
  return piece;
}

async function good(asked: Promise<Response>): Promise<Response> {
  const response = await asked;
  if (!response.ok || response.redirected) throw new Error(`answered ${response.status}`);
  return response;
}

/** The headers of an answer that stay true of what is kept: its policy, its type. */
function lasting(said: Headers): Headers {
  const headers = new Headers(said);
  for (const name of ["Content-Encoding", "Content-Length", "Date", "ETag"]) headers.delete(name);
  const type = headers.get("X-Plain-Type");
  if (type) headers.set("Content-Type", type);
  return headers;
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
