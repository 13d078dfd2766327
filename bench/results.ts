import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RankingName } from '../src/config/settings.ts';
import type { RowCounts } from './compare.ts';
import type { MeasuredRun } from './kith-run.ts';
import type { Latencies } from './latency.ts';
import type { Circumstances } from './machine.ts';
import type { QualityFigures } from './quality.ts';
import type { ServeFigures } from './serve.ts';
import type { SpamFigures } from './spam.ts';
import type { StoreBytes } from './store-bytes.ts';

/** A run of Kith beside DuckDB's from scratch; the rows were equal, or there would be no figures. */
export interface BesidePeer {
  /** Of the folder that the run read. */
  activities: number;
  rows: RowCounts;
  duckdbSeconds: number;
  kith: MeasuredRun;
  /** Seconds of Kith to those of DuckDB. */
  ratio: number;
}

/** The stores after the run of a day; day 0 is the first one. */
export interface DayOfStore extends StoreBytes {
  day: number;
  seconds: number;
  afterSeconds: number;
  /** In the graph. */
  activities: number;
}

/** The figures of each file of results. */
export interface Figures {
  first: BesidePeer;
  next: BesidePeer;
  show: Latencies;
  /** Many clients of the HTTP API, beside Postgres itself. */
  serve: ServeFigures;
  /** A folder read as a run reads it, beside DuckDB; forms are compared with the plain files. */
  read: {
    activities: number;
    duckdbSeconds: number;
    kithSeconds: number;
    ratio: number;
    forms: { name: string; seconds: number; ratio: number }[];
  };
  /** With two supernodes among the users. */
  supernodes: { first?: BesidePeer; next?: BesidePeer; show?: Latencies };
  days: { activitiesPerDay: number; days: DayOfStore[]; rows: RowCounts };
  /** Runs with as many messages as activities, scored by a model. */
  messages: { first: MeasuredRun; next: MeasuredRun };
  /** Of files of one's own: the run, and the same again. */
  input: { first?: BesidePeer; again?: BesidePeer; show?: Latencies };
  /** How many new partners rankings find, a file for each network. */
  quality: QualityFigures;
  /** How far accounts get that like everybody once, a file for each network. */
  spam: SpamFigures[];
}

export interface Entry<Of> extends Circumstances {
  /** Activities that were asked for; of files of one's own, their lines; of spam, the users. */
  size: number;
  date: string;
  options: { seed?: number; users?: number; set: Record<string, string> };
  figures: Of;
}

/** The name of the results of a kind by a ranking: first, first-circles. */
export function resultsBy(ranking: RankingName, name: string): string {
  return ranking === 'second-degree' ? name : `${name}-${ranking}`;
}

/** What was measured of one kind, by size; a size that is measured again takes the place of what was there. */
export class Results {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Entries of a file, the smallest size first; none if it is not there. */
  read<What extends keyof Figures>(what: What, name: string = what): Entry<Figures[What]>[] {
    const file = this.#file(name);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).entries : [];
  }

  /** Keeps an entry, whole or not at all. */
  write<What extends keyof Figures>(what: What, entry: Entry<Figures[What]>, name: string = what): void {
    const others = this.read(what, name).filter(({ size }) => size !== entry.size);
    const entries = [...others, entry].sort((a, b) => a.size - b.size);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(`${this.#file(name)}.tmp`, `${JSON.stringify({ what, entries }, undefined, 2)}\n`);
    renameSync(`${this.#file(name)}.tmp`, this.#file(name));
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}
