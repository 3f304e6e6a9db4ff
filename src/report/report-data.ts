import type { AnalysisResult, HeatMap, PictureSize, resolveAreas } from '../analytics/index.ts';
import type { TrajectoriesFooter, TrajectoriesHeader } from '../trajectories/index.ts';
import type { PersonRecord } from './person-record.ts';
import type { ReportPictures } from './pictures.ts';

/** Everything that a report shows. */
export interface ReportData {
  readonly header: TrajectoriesHeader;
  readonly footer: TrajectoriesFooter;
  readonly picture: PictureSize;
  readonly areas: ReturnType<typeof resolveAreas>;
  readonly result: AnalysisResult;
  readonly heat: HeatMap;
  /** The people listed, in order of first sight. */
  readonly people: readonly PersonRecord[];
  readonly pictures: ReportPictures | undefined;
}
