import { applyReputation } from '../../reputation/apply-reputation.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step.ts';

/** Makes the graph's `reputation` the run's list of scores; without a list, nobody's. */
export async function reputation(context: RunContext, report: Report): Promise<void> {
  const { summary } = context;
  report(
    context.reputation
      ? `${context.reputation.list.size.toLocaleString('en')} scores`
      : 'no list: removing older scores',
  );
  const { scored } = await withGraph(context, (graph) => applyReputation(graph, context.reputation?.list));
  summary.reputation = context.reputation ? { list: context.reputation.place, scored } : 'none';
}
