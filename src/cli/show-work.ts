import { createLogUpdate } from 'log-update';
import { seconds } from '../figures.ts';
import type { Watched, Watcher } from '../jobs/watcher.ts';
import { say, shown } from '../output.ts';
import { type Progress, ProgressWords } from '../progress.ts';

/** Seconds between two progress lines about the same work where there is no terminal. */
const plainInterval = 10;
/** Milliseconds between two frames of the live list. */
const frameMs = 100;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows progress on standard error while `work` runs: as a live list on a terminal, as plain lines elsewhere.
 *
 * @returns what `work` returns
 */
export async function showWork<T>(work: (watcher: Watcher) => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work(plainLines());
  const list = new LiveList();
  try {
    return await work(list);
  } finally {
    list.close();
  }
}

interface Item extends Watched {
  mark: 'under way' | '✔' | '✖';
  text: string;
  words: ProgressWords;
}

class LiveList implements Watcher {
  readonly #update = createLogUpdate(process.stderr);
  readonly #items: Item[] = [];
  readonly #timer = setInterval(() => this.#draw(), frameMs);
  #frame = 0;

  begins(work: Watched): void {
    this.#items.push({ ...work, mark: 'under way', text: '', words: new ProgressWords() });
    this.#draw();
  }

  progress(work: Watched, progress: Progress): void {
    const item = this.#items.find(isUnderWay(work));
    if (item) item.text = item.words.of(progress);
  }

  ends(work: Watched, took: number): void {
    this.#set(work, { mark: '✔', title: `${work.title} (${seconds(took)})`, text: '' });
  }

  fails(work: Watched): void {
    this.#set(work, { mark: '✖', text: '' });
  }

  /** Draws the list for the last time and restores the terminal. */
  close(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#update.done();
  }

  #set(work: Watched, change: Partial<Item>): void {
    const item = this.#items.find(isUnderWay(work));
    if (item) Object.assign(item, change);
  }

  #draw(): void {
    this.#frame = (this.#frame + 1) % frames.length;
    const lines = this.#items.flatMap(({ mark, title, text }) => [
      `${mark === 'under way' ? frames[this.#frame] : mark} ${shown(title)}`,
      ...(text ? [`  › ${shown(text)}`] : []),
    ]);
    this.#update(lines.join('\n'));
  }
}

function isUnderWay(work: Watched): (item: Item) => boolean {
  return ({ name, mark }) => name === work.name && mark === 'under way';
}

function plainLines(): Watcher {
  const begun = new Map<string, { words: ProgressWords; last: number }>();
  return {
    begins: ({ name }) => {
      begun.set(name, { words: new ProgressWords(), last: performance.now() });
      tell(name, 'begins');
    },
    progress: ({ name }, progress) => {
      const work = begun.get(name);
      const text = work?.words.of(progress);
      if (!work || text === undefined || performance.now() - work.last < plainInterval * 1000) return;
      work.last = performance.now();
      tell(name, text);
    },
    ends: ({ name }, took) => tell(name, `done in ${seconds(took)}`),
    fails: () => undefined,
  };
}

function tell(name: string, text: string): void {
  say(`${new Date().toISOString().slice(0, 19)}Z ${name}: ${text}`);
}
