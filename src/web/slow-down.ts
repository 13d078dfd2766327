import type { Socket } from 'node:net';

/** How many wrong passwords an address may give at once, and how many milliseconds each one more costs. */
const ofAddress = { atOnce: 10, each: 200 };
/** The same for all addresses together; an address that has given few wrong ones does not wait for the others. */
const ofAll = { atOnce: 50, each: 50 };
/** Up to so many wrong passwords of late, an address does not wait for the others. */
const few = 3;
/** More addresses are not remembered: the one that has been quiet for longest is forgotten. */
const mostAddresses = 10_000;

/**
 * Slows down guessing: passwords of an address that gave many wrong ones wait in a line before they are compared. The
 * right one waits as well, at most until its place in the line, but is never refused, so nobody can lock the rightful
 * user out. Times are in milliseconds.
 */
export class SlowDown {
  /** When all wrong passwords of an address will have been paid for; the longest quiet first. */
  readonly #paidAt = new Map<string, number>();
  #allPaidAt = 0;
  readonly #waiting = new WeakSet<Socket>();

  /** Whether a request of this connection is in the line. More of them, sent in one breath, would all be guesses. */
  isWaiting(socket: Socket): boolean {
    return this.#waiting.has(socket);
  }

  /**
   * Waits in the line.
   *
   * @returns what to call if the password is right after all; undefined if the client has gone away
   */
  async wait(socket: Socket): Promise<(() => void) | undefined> {
    const { wait, giveBack } = this.enter(socket.remoteAddress ?? 'unknown', performance.now());
    if (wait === 0) return giveBack;
    this.#waiting.add(socket);
    const isHere = await stays(socket, wait);
    this.#waiting.delete(socket);
    if (isHere) return giveBack;
    giveBack();
    return undefined;
  }

  /**
   * Takes a place in the line.
   *
   * @param address of the client
   * @returns how long to wait, and what to call if the password is not compared or is right after all
   */
  enter(address: string, now: number): { wait: number; giveBack: () => void } {
    const key = networkOf(address);
    const own = Math.max(this.#paidAt.get(key) ?? 0, now);
    const all = Math.max(this.#allPaidAt, now);
    const waits = [own - now - (ofAddress.atOnce - 1) * ofAddress.each];
    if (own - now >= few * ofAddress.each) waits.push(all - now - (ofAll.atOnce - 1) * ofAll.each);
    this.#remember(key, own + ofAddress.each);
    this.#allPaidAt = all + ofAll.each;
    let isGivenBack = false;
    const giveBack = () => {
      if (isGivenBack) return;
      isGivenBack = true;
      const paidAt = this.#paidAt.get(key);
      if (paidAt !== undefined) this.#paidAt.set(key, paidAt - ofAddress.each);
      this.#allPaidAt -= ofAll.each;
    };
    return { wait: Math.max(0, ...waits), giveBack };
  }

  #remember(key: string, paidAt: number): void {
    this.#paidAt.delete(key);
    this.#paidAt.set(key, paidAt);
    if (this.#paidAt.size <= mostAddresses) return;
    const [oldest] = this.#paidAt.keys();
    if (oldest !== undefined) this.#paidAt.delete(oldest);
  }
}

/** Waits; false if the client goes away instead. */
async function stays(socket: Socket, milliseconds: number): Promise<boolean> {
  if (socket.destroyed) return false;
  return new Promise((resolve) => {
    const end = (isHere: boolean) => {
      clearTimeout(timer);
      socket.off('close', onClose);
      resolve(isHere);
    };
    const onClose = () => end(false);
    const timer = setTimeout(() => end(true), milliseconds);
    socket.once('close', onClose);
  });
}

/** One customer usually has a whole network of IPv6 addresses, /64. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
