import type { Step } from './step.ts';
import { closest } from './steps/closest.ts';
import { ingest } from './steps/ingest.ts';
import { publishStep } from './steps/publish.ts';
import { recommendStep } from './steps/recommend.ts';
import { reputation } from './steps/reputation.ts';

/** The run: `kith run` does exactly this. Steps whose needs are met go side by side. */
export const pipeline: readonly Step[] = [
  { name: 'ingest', needs: [], title: "Ingest: the day's folder into the graph", work: ingest },
  { name: 'closest', needs: ['ingest'], title: "Closest: everybody's 50 closest connections", work: closest },
  {
    name: 'reputation',
    needs: ['ingest'],
    title: "Reputation: the run's list of scores onto the graph",
    work: reputation,
  },
  {
    name: 'recommend',
    needs: ['closest', 'reputation'],
    title: 'Recommend: whom to follow next, and because of whom',
    work: recommendStep,
  },
  { name: 'publish', needs: ['recommend'], title: 'Publish: stage, check, show', work: publishStep },
];
