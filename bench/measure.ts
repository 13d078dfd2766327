import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { down, up } from '../src/engines/stack.ts';
import { compareRows } from './compare.ts';
import { type Day, firstDay, laterDay, type Network, newActivitiesOf, usualActivitiesOf } from './data.ts';
import { type Home, kithRun, openHome, postgresUrl } from './kith-run.ts';
import { measureLatency } from './latency.ts';
import { type Peer, runPeer } from './peer.ts';
import type { BesidePeer, DayOfStore, Figures } from './results.ts';
import type { Scratch } from './scratch.ts';
import { measureServe, type ServeFigures } from './serve.ts';
import { storeBytes } from './store-bytes.ts';
import { amountText, ratio, say, seconds } from './words.ts';

/** Simulated days between two stops of the engines. */
const restartEvery = 5;

async function restart({ settings }: Home, signal: AbortSignal): Promise<void> {
  await down(settings);
  await up(settings, { signal });
}

/** One home with its engines, and the yardstick beside it. */
export class Sitting implements AsyncDisposable {
  readonly #home: Home;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #keep: boolean;
  readonly name: string;

  constructor(
    scratch: Scratch,
    name: string,
    options: { set: Record<string, string>; keep: boolean },
    signal: AbortSignal,
  ) {
    this.name = name;
    this.#folder = mkdtempSync(join(scratch.folder, `${name.replaceAll(' ', '-')}-`));
    chmodSync(this.#folder, 0o711);
    this.#home = openHome(join(this.#folder, 'kith'), options.set);
    this.#signal = signal;
    this.#keep = options.keep;
  }

  /** A run that nothing is compared with. */
  async run({ folder }: Day): Promise<void> {
    say(`${this.name}: a run to begin with`);
    await kithRun(this.#home, folder, this.#signal);
  }

  /** A run on the first folder, beside DuckDB on it: DuckDB first, while no engine runs. */
  async first(day: Day, activities: number): Promise<BesidePeer> {
    const peer = await this.#peer([day], day.asOf);
    return this.#beside(activities, peer, await this.#kith(day));
  }

  /** A run on a later folder alone, beside DuckDB on all of them. */
  async next(days: readonly Day[], activities: number): Promise<BesidePeer> {
    const last = days.at(-1) as Day;
    const kith = await this.#kith(last);
    return this.#beside(activities, await this.#peer(days, last.asOf), kith);
  }

  async show({ seed, supernodes }: Pick<Network, 'seed' | 'supernodes'>): Promise<Figures['show']> {
    say(`${this.name}: one user at a time, live`);
    return measureLatency(this.#home, seed, supernodes, this.#signal);
  }

  /** Many clients of the HTTP API at once, beside Postgres itself. */
  async serve({ seed }: Pick<Network, 'seed'>): Promise<ServeFigures> {
    say(`${this.name}: many clients at once`);
    return measureServe(this.#home, seed, this.#signal);
  }

  /**
   * A first run and daily ones, and what the stores hold after each; the last day's tables are compared with DuckDB's.
   */
  async days(network: Network, count: number): Promise<Figures['days']> {
    const activitiesPerDay = usualActivitiesOf(network);
    const folders = [await firstDay(network, this.#signal)];
    const days: DayOfStore[] = [];
    for (let day = 0; day <= count; day++) {
      if (day > 0) folders.push(await laterDay(network, day, activitiesPerDay, this.#signal));
      const {
        seconds: took,
        afterSeconds,
        graph,
      } = await kithRun(this.#home, (folders[day] as Day).folder, this.#signal);
      // Neo4j would have cut its log meanwhile, on a day of 24 hours.
      if (day % restartEvery === 0 || day === count) await restart(this.#home, this.#signal);
      const bytes = await storeBytes(this.#home);
      days.push({ day, seconds: took, afterSeconds, activities: graph?.activities ?? 0, ...bytes });
      say(`${this.name}: day ${day} of ${count} in ${seconds(took)}`);
    }
    const peer = await this.#peer(folders, (folders[count] as Day).asOf);
    return { activitiesPerDay, days, rows: await this.#compare(peer) };
  }

  /**
   * Runs whose lists of scores a model makes from the days' messages: of the first folder, and of the one of the day
   * after.
   */
  async messages([first, next]: readonly Day[], model: string): Promise<Figures['messages']> {
    return { first: await this.#kith(first as Day, model), next: await this.#kith(next as Day, model) };
  }

  async #kith(day: Day, model?: string) {
    say(`${this.name}: Kith`);
    const run = await kithRun(this.#home, day.folder, this.#signal, model);
    const steps = run.steps.map((step) => `${step.name} ${seconds(step.seconds)}`).join(', ');
    say(`${this.name}: Kith ${seconds(run.seconds)}: ${steps}`);
    return run;
  }

  async #peer(days: readonly Day[], asOf: number): Promise<Peer> {
    say(`${this.name}: DuckDB`);
    const folders = days.map(({ folder }) => folder);
    const { ranking } = this.#home.settings;
    const peer = await runPeer(folders, asOf, ranking, join(this.#folder, 'duckdb'), this.#signal);
    say(`${this.name}: DuckDB ${seconds(peer.seconds)}`);
    return peer;
  }

  async #compare(peer: Peer) {
    const rows = await compareRows(await postgresUrl(this.#home), peer, join(this.#folder, 'duckdb'), this.#signal);
    const all = rows.closest + rows.recommendations + rows.reasons;
    say(`${this.name}: all ${amountText(all)} rows are equal`);
    return rows;
  }

  async #beside(activities: number, peer: Peer, kith: BesidePeer['kith']): Promise<BesidePeer> {
    const rows = await this.#compare(peer);
    const times = kith.seconds / peer.seconds;
    say(`${this.name}: ${ratio(times)} of DuckDB's time`);
    return { activities, rows, duckdbSeconds: peer.seconds, kith, ratio: times };
  }

  /** Stops the engines and removes what is theirs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await down(this.#home.settings);
    if (!this.#keep) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The first folder and, if it is wanted, the one of the day after. */
export async function twoDays(network: Network, withNext: boolean, signal: AbortSignal): Promise<[Day, ...Day[]]> {
  say(`${amountText(network.activities)}: the days' folders`);
  const first = await firstDay(network, signal);
  return withNext ? [first, await laterDay(network, 1, newActivitiesOf(network), signal)] : [first];
}
