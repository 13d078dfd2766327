import { type EndedCommand, kith } from '../harness/command-line.ts';
import { type PublishedTables, TestNetwork } from '../harness/network.ts';
import { denseNetwork } from '../oracle/dense-network.ts';
import type { Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder } from '../oracle/write-folder.ts';

/** A small network in which everybody is close to many, and what a run on it publishes. */
export const { network: dense, options } = denseNetwork(3);
const { dropped, ...tables } = expectedTables(dense, options);
export const expected: PublishedTables = tables;
export { dropped };
export const nothing: PublishedTables = { closest: [], recommendations: [], reasons: [] };

/** The seconds of a day. */
export const day = 86_400;

/** A home whose `kith …` is called as a person calls it. */
export class CommandLineNetwork implements AsyncDisposable {
  readonly network: TestNetwork;
  readonly env: Record<string, string>;

  private constructor(network: TestNetwork) {
    this.network = network;
    this.env = { KITH_HOME: network.settings.home };
  }

  static async open(): Promise<CommandLineNetwork> {
    return new CommandLineNetwork(await TestNetwork.open());
  }

  kith(...args: string[]): Promise<EndedCommand> {
    return kith(args, this.env);
  }

  /** Writes the day's folder of a network, named by the as-of. */
  written(given: Network, asOf = options.asOf): string {
    const input = this.network.folder(new Date(asOf * 1000).toISOString().slice(0, 10).replaceAll('-', ''));
    writeFolder(given, input, { repeatRows: true });
    return input;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network[Symbol.asyncDispose]();
  }
}

/** What a person is told about a mistake: one line, no stack trace. */
export function expectOneSentence({ stderr }: EndedCommand): void {
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^kith: .+\.\n$/);
  expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
}
