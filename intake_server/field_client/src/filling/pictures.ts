/** Pictures as they leave the phone: smaller, and with nothing but what is seen on them. */

const LONGEST = 2048;
const QUALITY = 0.85;

/** The file is none that this phone can show. */
export class NotPicture extends Error {}

/** What is seen on a photo, upright as the camera was held; to be freed after drawing. */
export interface Seen {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  readonly free: () => void;
}

/**
 * Return what is seen on a photo. Browsers that refuse to be asked for an upright bitmap
 * give one that lies on its side or is cut off, or none; their images stand upright.
 *
 * Throws NotPicture.
 */
export async function seen(photo: Blob): Promise<Seen> {
  const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(() => undefined);
  if (!bitmap) return shown(photo);
  return { source: bitmap, width: bitmap.width, height: bitmap.height, free: () => bitmap.close() };
}

async function shown(photo: Blob): Promise<Seen> {
  const image = new Image();
  image.src = URL.createObjectURL(photo);
  const free = (): void => URL.revokeObjectURL(image.src);
  try {
    await image.decode();
  } catch {
    free();
    throw new NotPicture();
  }
  return { source: image, width: image.naturalWidth, height: image.naturalHeight, free };
}

/**
 * Return a photo as JPEG whose longest side is at most `longest` pixels. It is drawn anew,
 * so place, time and device, which cameras write into it, are gone.
 *
 * Throws NotPicture.
 */
export async function smaller(photo: Blob, name: string, longest = LONGEST): Promise<File> {
  const { source, width, height, free } = await seen(photo);
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const drawing = canvas.getContext("2d");
  if (!drawing) throw new NotPicture();
  drawing.fillStyle = "#fff";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
  free();
  return drawn(canvas, name, "image/jpeg");
}

/** Return what is drawn as a file of our own name. */
export function drawn(
  canvas: HTMLCanvasElement,
  name: string,
  type: "image/jpeg" | "image/png",
): Promise<File> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => {
        if (blob) resolve(new File([blob], named(name, type), { type }));
        else reject(new NotPicture());
      },
      type,
      QUALITY,
    );
  });
}

const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "application/pdf": "pdf",
  "audio/amr": "amr",
  "audio/mp4": "m4a",
  "audio/x-m4a": "m4a",
  "audio/mpeg": "mp3",
  "audio/ogg": "opus",
};

/** Names and first bytes by which a picture is known, whatever type the phone gives it. */
const PICTURES = /\.(heic|heif|avif|jpe?g|png|webp|gif|tiff?|dng|bmp)$/i;
const BEGINNINGS = [
  /^\xff\xd8\xff/,
  /^\x89PNG/,
  /^GIF8/,
  /^RIFF....WEBP/s,
  /^(II\*\0|MM\0\*)/,
  /^....ftyp(heic|heix|hevc|heim|heis|mif1|msf1|avif|avis)/s,
];

/** Whether a file is a picture: cameras write place and device into those. */
export async function isPicture(file: File): Promise<boolean> {
  if (file.type.startsWith("image/") || PICTURES.test(file.name)) return true;
  const bytes = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const beginning = String.fromCharCode(...bytes);
  return BEGINNINGS.some((one) => one.test(beginning));
}

/** What a node takes of one file at most, if nobody has set it otherwise, sealed as it is sent. */
export const LARGEST_MB = 10;

/** Whether a node takes a file: sealing adds 16 bytes to each chunk. */
export function isTaken({ size }: Blob): boolean {
  const chunks = Math.max(1, Math.ceil(size / 65_536));
  return size + 16 * chunks <= LARGEST_MB * 1_000_000;
}

/** A name of our own: after the question, never what the phone's owner called the file. */
export function named(question: string, type: string): string {
  const random = crypto.getRandomValues(new Uint8Array(6));
  const tail = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${question}-${tail}.${ENDINGS[type] ?? "bin"}`;
}
