import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { readSettings } from '../../src/config/settings.ts';
import { type Evaluation, evaluate } from '../../src/evaluate/evaluate.ts';
import { EvaluatedNetwork } from '../../src/evaluate/evaluated-network.ts';
import { type EvaluateOptions, planOf } from '../../src/evaluate/options.ts';
import { openFolder } from '../../src/storage/open-folder.ts';

const data = join(projectRoot, '..', 'shared', 'data');

async function evaluated(folder: string, options: EvaluateOptions): Promise<Evaluation> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-evaluate-'));
  try {
    const plan = planOf(options, false, {});
    await using network = await EvaluatedNetwork.read(await openFolder(folder), {
      scratch,
      rejectsPath: join(scratch, 'rejects.csv'),
      limits: readSettings({}),
      types: plan.types,
    });
    return await evaluate(network, plan);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** recall@20 and nDCG@20 by another implementation, on samples of its own. */
const networks = [
  {
    name: 'Twitter during the announcement of the Higgs boson',
    folder: join(data, 'higgs', 'graph_data', '20120708'),
    options: { windowDays: '7', without: 'follow' },
    users: { all: 18_249, drawn: 6000 },
    circles: [0.1159, 0.0588],
    'second-degree': [0.0314, 0.019],
    popularity: [0.0515, 0.0291],
  },
  {
    name: 'private messages of students',
    folder: join(data, 'collegemsg', 'graph_data', '20041027'),
    options: { windowDays: 'all' },
    users: { all: 480, drawn: 480 },
    circles: [0.151, 0.1076],
    'second-degree': [0.0285, 0.0162],
    popularity: [0.033, 0.0173],
  },
  {
    name: 'who trusts whom on a trading platform',
    folder: join(data, 'bitcoinotc', 'graph_data', '20160126'),
    options: { windowDays: 'all' },
    users: { all: 453, drawn: 453 },
    circles: [0.2547, 0.1896],
    'second-degree': [0.1353, 0.1029],
    popularity: [0.1958, 0.1184],
  },
] as const;

// The data's licences don't let it into the repository: where it does not lie beside the checkout, these are skipped.
for (const { name, folder, options, users, ...known } of networks)
  (existsSync(folder) ? test : test.skip)(`${name}: what others found lies in the intervals`, async () => {
    const evaluation = await evaluated(folder, options);
    expect(evaluation.users).toEqual(users);
    for (const ranking of ['circles', 'second-degree', 'popularity'] as const) {
      const judged = evaluation.judged.find((each) => each.ranking === ranking);
      for (const [i, measure] of (['recall', 'ndcg'] as const).entries()) {
        const { low, high } = judged?.[measure] ?? { low: 1, high: 0 };
        expect({ ranking, measure, low: low <= (known[ranking][i] ?? 0) }).toEqual({ ranking, measure, low: true });
        expect({ ranking, measure, high: high >= (known[ranking][i] ?? 1) }).toEqual({ ranking, measure, high: true });
      }
    }
  });
