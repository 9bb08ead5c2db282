import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

const HERE = import.meta.dirname;

/** What the built files follow from; a test in Python computes the same digest. */
const SOURCES = ["index.html", "package-lock.json", "vite.config.ts", "src", "public"];

const WORKER = "sw.js";

/** What is read once in a while at most: no phone has to fetch it before it can work. */
const NOT_NEEDED = [WORKER, "licences.txt"];

function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(inner) : [inner];
  });
}

function sourcesDigest(): string {
  const files = SOURCES.flatMap((name) => {
    const path = join(HERE, name);
    return name.includes(".") ? [path] : filesBelow(path);
  });
  const names = files
    .map((path) => relative(HERE, path).replaceAll("\\", "/"))
    .filter((name) => !name.endsWith(".test.ts"))
    .sort();
  const digest = createHash("sha256");
  for (const name of names) {
    digest.update(`${name}\0`).update(readFileSync(join(HERE, name))).update("\0");
  }
  return digest.digest("hex");
}

/**
 * Says what was built: `BUILD.json` from which sources; and puts the names, the sizes on
 * the wire and the digests of all files into the service worker, which so differs with
 * each version.
 */
function saysWhatWasBuilt(): Plugin {
  return {
    name: "says-what-was-built",
    apply: "build",
    writeBundle({ dir }) {
      const built = dir ?? "";
      const names = filesBelow(built)
        .map((path) => relative(built, path).replaceAll("\\", "/"))
        .sort();
      const kept = JSON.stringify(
        names
          .filter((name) => !NOT_NEEDED.includes(name))
          .map((name) => {
            const content = readFileSync(join(built, name));
            const sha256 = createHash("sha256").update(content).digest("hex");
            return { name, bytes: gzipSync(content, { level: 9 }).length, sha256 };
          }),
      );
      const version = createHash("sha256").update(kept).digest("hex").slice(0, 16);
      const worker = readFileSync(join(built, WORKER), "utf8")
        .replaceAll("__FILES__", () => kept)
        .replaceAll("__VERSION__", () => JSON.stringify(version));
      writeFileSync(join(built, WORKER), worker);
      const said = { sources_sha256: sourcesDigest(), files: names };
      writeFileSync(join(built, "BUILD.json"), `${JSON.stringify(said, null, 1)}\n`);
    },
  };
}

export default defineConfig({
  root: HERE,
  base: "/field/",
  plugins: [vue(), saysWhatWasBuilt()],
  worker: { format: "es" },
  build: {
    outDir: "../static/field",
    emptyOutDir: true,
    target: ["chrome100", "safari15.4"],
    modulePreload: false,
    reportCompressedSize: true,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { index: join(HERE, "index.html"), sw: join(HERE, "src/worker/sw.ts") },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 60_000 },
} as Parameters<typeof defineConfig>[0]);
