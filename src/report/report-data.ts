import type { AnalysisResult, HeatMap, PictureSize, resolveAreas } from '../analytics/index.ts';
import type { TrajectoriesFooter, TrajectoriesHeader } from '../trajectories/index.ts';
import type { shownSize } from '../video/shown-size.ts';
import type { PersonRecord } from './person-record.ts';
import type { ReportPictures } from './pictures.ts';

/** Everything that a report shows. */
export interface ReportData {
  readonly header: TrajectoriesHeader;
  readonly footer: TrajectoriesFooter;
  /** What is wrong or doubtful: what the document says, and what came up here. */
  readonly notices: NonNullable<TrajectoriesFooter['notices']>;
  /** Size of the stored picture, in whose pixels boxes and areas are. */
  readonly picture: PictureSize;
  /** Size of the picture as it is shown, and how much wider that is. */
  readonly shown: ReturnType<typeof shownSize>;
  readonly areas: ReturnType<typeof resolveAreas>;
  readonly result: AnalysisResult;
  readonly heat: HeatMap;
  /** The people listed, in order of first sight. */
  readonly people: readonly PersonRecord[];
  readonly pictures: ReportPictures | undefined;
}
