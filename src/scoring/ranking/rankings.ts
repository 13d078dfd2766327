import type { RankingName } from '../../config/settings.ts';
import { circles } from './circles.ts';
import type { Ranking } from './ranking.ts';
import { secondDegree } from './second-degree.ts';

/** Every ranking that KITH_RANKING can name. */
export const rankings: Readonly<Record<RankingName, Ranking>> = { 'second-degree': secondDegree, circles };
