/** A colour as it stands in the planes: BT.601, limited range (Y 16..235, U and V 16..240). */
export interface Colour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

export const BLACK: Colour = { y: 16, u: 128, v: 128 };
export const WHITE: Colour = { y: 235, u: 128, v: 128 };

/** Degrees between the hues of consecutive ids: the golden angle spreads any number of them evenly. */
const GOLDEN_ANGLE = 137.50776;
/** Hues n and n + 8, n + 13, … come close again, so lightness alternates as well. All light enough for dark text. */
const LIGHTNESS = [0.74, 0.64, 0.86];
const CHROMA = 0.16;

const MOST_KNOWN = 4096;
const known = new Map<number, Colour>();

/** The colour of a trajectory: the same for the same id, well apart for ids that are near each other. */
export function colourOf(id: number): Colour {
  let colour = known.get(id);
  if (!colour) {
    if (known.size === MOST_KNOWN) known.clear();
    colour = fromOklch(...oklchOf(id));
    known.set(id, colour);
  }
  return colour;
}

/** The same in OKLCH: lightness 0..1, chroma, hue in degrees. */
export function oklchOf(id: number): [lightness: number, chroma: number, hue: number] {
  return [LIGHTNESS[id % LIGHTNESS.length], CHROMA, (id * GOLDEN_ANGLE) % 360];
}

/**
 * OKLCH to the planes' colour; what sRGB cannot show is clipped.
 *
 * B. Ottosson, "A perceptual color space for image processing" (2020), for the matrices; ITU-R BT.601 for Y, U and V.
 */
export function fromOklch(lightness: number, chroma: number, hue: number): Colour {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return {
    y: Math.round(16 + 65.481 * red + 128.553 * green + 24.966 * blue),
    u: Math.round(128 - 37.797 * red - 74.203 * green + 112 * blue),
    v: Math.round(128 + 112 * red - 93.786 * green - 18.214 * blue),
  };
}

/** Linear light to sRGB, 0..1. */
function encode(linear: number): number {
  const c = Math.min(1, Math.max(0, linear));
  return c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
}
