/**
 * Reads codes by a library, for browsers that read none themselves. It is brought only
 * where it is needed.
 */
import BinaryBitmap from "@zxing/library/es2015/core/BinaryBitmap";
import HybridBinarizer from "@zxing/library/es2015/core/common/HybridBinarizer";
import DataMatrixReader from "@zxing/library/es2015/core/datamatrix/DataMatrixReader";
import Code128Reader from "@zxing/library/es2015/core/oned/Code128Reader";
import EAN13Reader from "@zxing/library/es2015/core/oned/EAN13Reader";
import QRCodeReader from "@zxing/library/es2015/core/qrcode/QRCodeReader";
import type LibraryReader from "@zxing/library/es2015/core/Reader";
import RGBLuminanceSource from "@zxing/library/es2015/core/RGBLuminanceSource";

interface Grey {
  readonly light: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

const SQUARES: readonly LibraryReader[] = [new QRCodeReader(), new DataMatrixReader()];
const BARS: readonly LibraryReader[] = [new Code128Reader(), new EAN13Reader()];

/** The text of the first code in a picture; bars may stand or lie. */
export async function read(picture: ImageData): Promise<string | undefined> {
  const grey = greyOf(picture);
  return (await found(grey, [...SQUARES, ...BARS])) ?? found(turned(grey), BARS);
}

async function found(
  { light, width, height }: Grey,
  readers: readonly LibraryReader[],
): Promise<string | undefined> {
  const bitmap = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(light, width, height)));
  for (const reader of readers) {
    const text = tried(reader, bitmap);
    if (text) return text;
    await pause();
  }
  return undefined;
}

/** A tap goes before the next try. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** The library throws where it finds nothing, and on some pictures for no reason at all. */
function tried(reader: LibraryReader, bitmap: BinaryBitmap): string | undefined {
  try {
    return reader.decode(bitmap).getText();
  } catch {
    return undefined;
  } finally {
    reader.reset();
  }
}

function greyOf({ data, width, height }: ImageData): Grey {
  const light = new Uint8ClampedArray(width * height);
  for (let at = 0; at < light.length; at += 1) {
    const [red = 0, green = 0, blue = 0] = [data[4 * at], data[4 * at + 1], data[4 * at + 2]];
    light[at] = (red + 2 * green + blue) >> 2;
  }
  return { light, width, height };
}

/** Turned by a quarter: its rows are the columns of the other. */
function turned({ light, width, height }: Grey): Grey {
  const across = new Uint8ClampedArray(light.length);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1)
      across[column * height + row] = light[row * width + column] ?? 0;
  return { light: across, width: height, height: width };
}
