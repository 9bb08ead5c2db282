import { expect, test } from "vitest";
import { isPicture, isTaken } from "./pictures";

const file = (content: string, name: string, type = "application/octet-stream"): File =>
  new File([Uint8Array.from(content, (letter) => letter.charCodeAt(0))], name, { type });

test.each([
  ["says so", file("", "scan", "image/heic")],
  ["is called so", file("", "IMG_1.HEIC")],
  ["begins as a JPEG", file("\xff\xd8\xff\xe1", "scan")],
  ["begins as a PNG", file("\x89PNG\r\n", "scan")],
  ["begins as a WebP", file("RIFF\n\0\0\0WEBPVP8 ", "scan")],
  ["begins as a TIFF", file("II*\0\n", "scan")],
  ["begins as an iPhone writes it", file("\0\0\0\x18ftypheic\0\0\0\0", "scan")],
])("a file that %s is a picture", async (_how, picture) => {
  expect(await isPicture(picture)).toBe(true);
});

test.each([
  ["a PDF", file("%PDF-1.7", "scan.pdf", "application/pdf")],
  ["a recording", file("\0\0\0\x18ftypM4A \0\0\0\0", "voice.m4a", "audio/mp4")],
  ["a recording of a call", file("#!AMR\n", "voice.amr", "audio/amr")],
  ["nothing", file("", "empty")],
])("%s is none", async (_what, other) => {
  expect(await isPicture(other)).toBe(false);
});

test.each([
  [0, true],
  [10_000_000 - 16 * 153, true],
  [10_000_000 - 16 * 153 + 1, false],
  [10_000_000, false],
])("a file of %i bytes is taken: %s", (size, expected) => {
  expect(isTaken({ size } as Blob)).toBe(expected);
});
