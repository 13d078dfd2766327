import type { Progress } from '../progress.ts';

/** Work of a run that can be watched: one of its steps, or what is left to do after the publish. */
export interface Watched {
  name: string;
  /** What it does, for a person. */
  title: string;
}

/** Is told what a run does, as it happens. */
export interface Watcher {
  begins(work: Watched): void;
  /** How far it is. */
  progress(work: Watched, progress: Progress): void;
  /** @param seconds how long it took */
  ends(work: Watched, seconds: number): void;
  fails(work: Watched): void;
}

/** Ignores everything. */
export const silent: Watcher = {
  begins: () => undefined,
  progress: () => undefined,
  ends: () => undefined,
  fails: () => undefined,
};
