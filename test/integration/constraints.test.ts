import neo4j, { type Driver, type RecordShape } from 'neo4j-driver';
import { generate } from '../../src/generate/generate.ts';
import { TestNetwork } from '../harness/network.ts';

let network: TestNetwork;
let driver: Driver;
beforeAll(async () => {
  network = await TestNetwork.open();
  const { uri, username, password } = network.stack.neo4j;
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
});
afterAll(async () => {
  await driver?.close();
  await network?.[Symbol.asyncDispose]();
});

async function ask(text: string): Promise<RecordShape[]> {
  return (await driver.executeQuery(text)).records.map((record) => record.toObject());
}

test('a run creates its constraint if creating it was interrupted, for example by a kill', async () => {
  const keys = { user_id: '(n:User) ON (n.userId)' };
  const owners = async () => {
    const rows = await ask('SHOW INDEXES YIELD name, owningConstraint');
    return Object.keys(keys).map((name) => rows.find((row) => row.name === name)?.owningConstraint);
  };
  // What is left then: an index of the constraint's name that belongs to none.
  for (const [name, key] of Object.entries(keys)) {
    await ask(`DROP CONSTRAINT ${name} IF EXISTS`);
    await ask(`CREATE INDEX ${name} FOR ${key}`);
  }
  expect(await owners()).toEqual([null]);
  const input = network.folder('20240601');
  await generate({ users: 50, activities: 500, messages: 0, seed: 1, out: input });
  const { summary } = await network.run({ input, reputation: false });
  expect(summary.rows?.closest).toBeGreaterThan(0);
  expect(await owners()).toEqual(Object.keys(keys));
});
