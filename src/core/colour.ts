/** How YUV becomes RGB: the weights of red and blue in luma. */
export interface YuvMatrix {
  readonly red: number;
  readonly blue: number;
}

const BT601: YuvMatrix = { red: 0.299, blue: 0.114 }; // ITU-R BT.601
const BT709: YuvMatrix = { red: 0.2126, blue: 0.0722 }; // ITU-R BT.709

/** @param colourSpace ffmpeg's name of the YUV matrix; BT.601 unless bt709, also where a video says nothing */
export function yuvMatrix(colourSpace?: string): YuvMatrix {
  return colourSpace === 'bt709' ? BT709 : BT601;
}
