/** Prints what the built client is made of besides our own code, and under which terms. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const HERE = import.meta.dirname;
const RULE = `\n${"-".repeat(72)}\n\n`;
/** The package says its licence and leaves its text out; another one has the same. */
const ELSEWHERE = { "@getodk/xforms-engine": "node_modules/@zxing/library" };

const { packages } = JSON.parse(readFileSync(join(HERE, "package-lock.json"), "utf8"));
const byText = new Map();
for (const [path, { version, license, dev }] of Object.entries(packages)) {
  if (!path || dev) continue;
  const name = path.split("node_modules/").at(-1);
  const folder = join(HERE, ELSEWHERE[name] ?? path);
  if (!existsSync(folder)) throw new Error(`${name} is not installed`);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} has no text of its licence`);
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
}
const parts = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
const intro = "The field client contains, or is built from, these packages by others.\n";
process.stdout.write([intro, ...parts].join(RULE));
