import { connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server on this machine, of which a test sees what passes, and which it can break. */
export class UnreliableLine implements AsyncDisposable {
  /** The heads of all requests that passed. */
  readonly requests: string[] = [];
  /** Bytes that passed so far. */
  sent = 0;
  received = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #breaks = 0;
  #breakAfter = 0;
  #spoilAfter = Number.POSITIVE_INFINITY;

  private constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, connect(port, '127.0.0.1')));
  }

  static async to(port: number): Promise<UnreliableLine> {
    const line = new UnreliableLine(port);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get endpoint(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Breaks the connection after that many more bytes of the server's, so many times in turn. */
  breakAfter(bytes: number, times = 1): void {
    this.#breakAfter = this.received + bytes;
    this.#breaks = times;
  }

  /** Changes one of the server's bytes, after that many more of them. */
  spoilAfter(bytes: number): void {
    this.#spoilAfter = this.received + bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    near.on('data', (bytes: Buffer) => {
      this.sent += bytes.length;
      const head = bytes.toString('latin1');
      if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(head)) this.requests.push(head.split('\r\n\r\n')[0] as string);
      // No faster than the server takes it, so that what was sent is not merely kept here.
      if (!far.write(bytes)) {
        near.pause();
        far.once('drain', () => near.resume());
      }
    });
    far.on('data', (bytes: Buffer) => {
      this.received += bytes.length;
      if (this.received > this.#spoilAfter) {
        bytes[bytes.length - 1] = 255 - (bytes.at(-1) ?? 0);
        this.#spoilAfter = Number.POSITIVE_INFINITY;
      }
      if (this.#breaks > 0 && this.received > this.#breakAfter) {
        this.#breaks -= 1;
        return end();
      }
      if (!near.write(bytes)) {
        far.pause();
        near.once('drain', () => far.resume());
      }
    });
  }
}
