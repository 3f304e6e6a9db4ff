/**
 * The smallest Matroska stream that carries raw I420 pictures with a timestamp each (RFC 9559), for ffmpeg to read from a pipe:
 * the one container of raw video with exact, variable timestamps that is simple to write.
 */

/** Timestamps are in microseconds. */
const TIMESTAMP_SCALE_NS = 1000;

/** The stream's beginning: everything before the first picture. */
export function matroskaHeader(width: number, height: number, frameRate: number): Buffer {
  const ebml = element(0x1a45dfa3, [
    element(0x4282, Buffer.from('matroska')), // DocType
    element(0x4287, uint(4)), // DocTypeVersion
    element(0x4285, uint(2)), // DocTypeReadVersion
  ]);
  const info = element(0x1549a966, [
    element(0x2ad7b1, uint(TIMESTAMP_SCALE_NS)),
    element(0x4d80, Buffer.from('twintrack')), // MuxingApp
    element(0x5741, Buffer.from('twintrack')), // WritingApp
  ]);
  const video = element(0xe0, [
    element(0xb0, uint(width)),
    element(0xba, uint(height)),
    element(0x2eb524, Buffer.from('I420')), // UncompressedFourCC
  ]);
  const track = element(0xae, [
    element(0xd7, uint(1)), // TrackNumber
    element(0x73c5, uint(1)), // TrackUID
    element(0x83, uint(1)), // TrackType: video
    element(0x86, Buffer.from('V_UNCOMPRESSED')),
    element(0x23e383, uint(Math.round(1e9 / frameRate))), // DefaultDuration
    video,
  ]);
  const segmentOfUnknownSize = Buffer.from('1853806701ffffffffffffff', 'hex');
  return Buffer.concat([ebml, segmentOfUnknownSize, info, element(0x1654ae6b, track)]);
}

/** What goes before a picture: a cluster of its own, since a block's time is only 16 bits from its cluster's. */
export function matroskaPictureHeader(microseconds: number, pictureBytes: number): Buffer {
  const timestamp = element(0xe7, uint(microseconds));
  const block = Buffer.concat([id(0xa3), size(4 + pictureBytes), Buffer.from([0x81, 0, 0, 0x80])]);
  return Buffer.concat([id(0x1f43b675), size(timestamp.length + block.length + pictureBytes), timestamp, block]);
}

function element(elementId: number, content: Buffer | Buffer[]): Buffer {
  const body = Array.isArray(content) ? Buffer.concat(content) : content;
  return Buffer.concat([id(elementId), size(body.length), body]);
}

function id(elementId: number): Buffer {
  return Buffer.from(elementId.toString(16).padStart(2, '0'), 'hex');
}

/** A size in the 8-byte form. */
function size(bytes: number): Buffer {
  const buffer = uint(bytes);
  buffer[0] = 0x01;
  return buffer;
}

function uint(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}
