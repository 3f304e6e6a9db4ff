import { round, roundedRow } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, pictureSize } from './writer.ts';

/**
 * "CVAT for video 1.1" (XML): a track a person with the label `person`, a box a frame. The number of the person is the `id` of the track, and
 * an attribute `id` of each box, since CVAT numbers tracks anew when it imports them. Boxes without a detection are `occluded`. A track
 * ends, and stops at a gap, with a box that is `outside`, as CVAT fills in what is between two boxes; none lies behind the last frame, which
 * CVAT refuses.
 *
 * @throws TwintrackError when the size of the picture is not known
 */
export function openCvat(file: ExportFile, context: ExportContext): FormatWriter {
  const { name } = context.source;
  const { width, height } = pictureSize(context, 'CVAT');
  const frames = context.summary?.frames ?? Number.POSITIVE_INFINITY;
  const size = Number.isFinite(frames) ? `<size>${frames}</size>` : '';
  file.write(`<?xml version="1.0" encoding="utf-8"?>
<annotations>
<version>1.1</version>
<meta><task><name>${escaped(name)}</name>${size}<mode>interpolation</mode>
<labels><label><name>person</name><type>rectangle</type><attributes>
<attribute><name>id</name><mutable>False</mutable><input_type>number</input_type><default_value>0</default_value><values>0
2147483647
1</values></attribute>
</attributes></label></labels>
<original_size><width>${width}</width><height>${height}</height></original_size></task><source>${escaped(name)}</source></meta>
`);
  return {
    write(trajectory) {
      const { id, frames: own, detected } = trajectory;
      const box = (i: number, frame: number, outside: 0 | 1) => {
        const [x, y, w, h] = roundedRow(trajectory, i);
        const occluded = detected[i] === 1 ? 0 : 1;
        const sides = `xtl="${x}" ytl="${y}" xbr="${round(x + w, 100)}" ybr="${round(y + h, 100)}"`;
        return `<box frame="${frame}" keyframe="1" outside="${outside}" occluded="${occluded}" ${sides} z_order="0"><attribute name="id">${id}</attribute></box>\n`;
      };
      let text = `<track id="${id}" label="person" source="auto">\n`;
      for (let i = 0; i < own.length; i++) {
        text += box(i, own[i], 0);
        const next = own[i] + 1;
        if (i + 1 < own.length ? own[i + 1] > next : next < frames) text += box(i, next, 1);
      }
      return file.write(`${text}</track>\n`);
    },
    end: () => file.write('</annotations>\n'),
  };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML 1.0, which has no control characters. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign])
    .replace(/[^\t\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
