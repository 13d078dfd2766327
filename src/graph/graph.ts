import { setTimeout as sleep } from 'node:timers/promises';
import neo4j, {
  type Driver,
  type ManagedTransaction,
  type Neo4jError,
  type RecordShape,
  type ResultSummary,
  type Session,
  type Transaction,
} from 'neo4j-driver';
import { statement } from '../config/project.ts';
import { isBroken } from '../engines/reach.ts';
import { DiskFullError, EngineError, EngineLostError, InterruptedError, KithError, messageOf } from '../errors.ts';
import { isNoSpace } from '../storage/disk-full.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { type Fence, staleAttempt } from './fence.ts';
import { sendWithoutDelay } from './no-delay.ts';
import { beyondAllUsers } from './user-ranges.ts';

sendWithoutDelay();

/** Milliseconds between two looks whether an earlier attempt still writes, and how long it may take to end in all. */
const endingMs = { pause: 20, most: 60_000 };

/** How many milliseconds what fails for the moment is tried again. */
const retryMs = 60_000;

/** How many rows of a stream are asked for at a time. */
const streamedRows = 16;

/** To the server, 0 means no limit; without it, the limit for analysts would apply. */
const noLimit = { timeout: 0 };

/** Parameters of a statement: whole numbers are BigInt, because a JavaScript number is sent as a Float. */
export type Parameters = Record<string, unknown>;

/** A statement's file under cypher/. */
export type CypherFile = `cypher/${string}.cypher`;

/** Where Neo4j is, and as whom it is asked. */
interface Access {
  uri: string;
  username: string;
  password: string;
}

/** One result: its rows, and what was changed. */
export interface Answer<Row extends RecordShape> {
  rows: Row[];
  changes: { relationshipsCreated: number; relationshipsDeleted: number; propertiesSet: number; nodesCreated: number };
}

/**
 * The graph in Neo4j: runs one statement of `cypher/` in a managed transaction, which the driver repeats when it was
 * broken off by a deadlock or a lost connection. Integers come back as BigInt.
 */
export class Graph implements AsyncDisposable {
  readonly #access: Access;
  readonly #driver: Driver;
  readonly #signal: AbortSignal | undefined;
  readonly #fence: Fence | undefined;
  /** Everything happens in this transaction; see {@link trial}. */
  #trial: Transaction | undefined;
  /** Aborted once Neo4j has said that it stops: whatever goes on beside would try to reach it for a minute. */
  readonly #stopping = new AbortController();

  /** @param fence only as long as its attempt is the latest may anything be written */
  constructor(access: Access, signal?: AbortSignal, fence?: Fence) {
    this.#access = access;
    this.#fence = fence;
    this.#driver = neo4j.driver(access.uri, neo4j.auth.basic(access.username, access.password), {
      useBigInt: true,
      // Results are gathered whole: the server need not wait to be asked for more (10,000 rows at a time: 125k rows/s,
      // 1,000: 65k).
      fetchSize: -1,
      maxTransactionRetryTime: retryMs,
      connectionAcquisitionTimeout: 60_000,
    });
    this.#signal = signal;
  }

  /** @throws EngineError if Neo4j can't be reached or refuses the statement; InterruptedError once the signal aborts */
  read<Row extends RecordShape>(file: CypherFile, parameters: Parameters = {}): Promise<Answer<Row>> {
    if (this.#trial) return this.#tryOut(this.#trial, file, parameters);
    const refuseLate = lateRefusal();
    return this.#run(file, (session) =>
      session.executeRead(async (tx) => {
        refuseLate();
        return answerOf<Row>(await tx.run<Row>(statement(file), sendable(parameters)));
      }, noLimit),
    );
  }

  /**
   * Like `read`, but gives the rows as they are computed, a few ahead: for few and large ones. It is not repeated when it
   * is broken off.
   */
  async *stream<Row extends RecordShape>(file: CypherFile, parameters: Parameters = {}): AsyncGenerator<Row> {
    this.#refuseStopped();
    const session = this.#driver.session({ fetchSize: streamedRows });
    try {
      const tx = await this.#unlessStopped(session.beginTransaction(noLimit));
      const rows = tx.run<Row>(statement(file), sendable(parameters))[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await this.#unlessStopped(rows.next());
        if (done) return;
        yield value.toObject() as Row;
      }
    } catch (error) {
      throw this.#errorOf(file, error);
    } finally {
      // Rolls back what is under way.
      await session.close().catch(() => undefined);
    }
  }

  /** Like `read`, but may write; the statement must be safe to repeat. */
  async write<Row extends RecordShape>(file: CypherFile, parameters: Parameters = {}): Promise<Answer<Row>> {
    if (this.#trial) return this.#tryOut(this.#trial, file, parameters);
    const end = performance.now() + endingMs.most;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#writeOnce<Row>(file, parameters);
      } catch (error) {
        // By a person, or by a later attempt, which ends it again until its fence is up: another go finds out which.
        if (!isTerminated(error) || (tries > 1 && performance.now() > end)) throw error;
      }
    }
  }

  /**
   * Does some work on a graph in which nobody else sees what is read and written with `read` and `write`: it is rolled
   * back at the end. Meanwhile whoever wants to write to the same users waits.
   *
   * @param limit milliseconds after which Neo4j ends it
   */
  async trial<T>(limit: number, work: (graph: Graph) => Promise<T>): Promise<T> {
    const session = this.#driver.session();
    try {
      await using graph = new Graph(this.#access, this.#signal);
      graph.#trial = await this.#begin(session, limit);
      return await work(graph);
    } finally {
      // Rolls back.
      await session.close().catch(() => undefined);
    }
  }

  async #begin(session: Session, timeout: number): Promise<Transaction> {
    this.#refuseStopped();
    try {
      return await this.#unlessStopped(session.beginTransaction({ timeout }));
    } catch (error) {
      throw this.#errorOf('a transaction', error);
    }
  }

  async #tryOut<Row extends RecordShape>(
    trial: Transaction,
    file: CypherFile,
    parameters: Parameters,
  ): Promise<Answer<Row>> {
    this.#refuseStopped();
    try {
      return answerOf<Row>(await this.#unlessStopped(trial.run<Row>(statement(file), sendable(parameters))));
    } catch (error) {
      throw this.#errorOf(file, error);
    }
  }

  #writeOnce<Row extends RecordShape>(file: CypherFile, parameters: Parameters): Promise<Answer<Row>> {
    const refuseLate = lateRefusal();
    return this.#run(file, (session) =>
      session.executeWrite(async (tx) => {
        refuseLate();
        await this.#refuseStale(tx);
        return answerOf<Row>(await tx.run<Row>(statement(file), sendable(parameters)));
      }, this.#named()),
    );
  }

  /**
   * Closes the graph to earlier attempts: what they are just writing is rolled back, unless it is committed in this
   * moment. After a bulk import it has to be done again.
   *
   * @throws StaleAttemptError if a later attempt has begun
   */
  async raiseFence(): Promise<void> {
    if (!this.#fence) return;
    const { step, token, closes } = this.#fence;
    // Whoever raised the fence before and was paused in the middle holds it.
    const ending = setInterval(() => void this.#endEarlierWriters().catch(() => undefined), 1_000);
    try {
      const refuseLate = lateRefusal();
      const { rows } = await this.#run<Answer<{ token: bigint }>>('cypher/fence/raise.cypher', (session) =>
        session.executeWrite(async (tx) => {
          refuseLate();
          return answerOf(await tx.run(statement('cypher/fence/raise.cypher'), { steps: [...closes], step, token }));
        }, this.#named()),
      );
      if (rows[0]?.token !== token) throw staleAttempt(step, rows[0]?.token);
    } finally {
      clearInterval(ending);
    }
    // A transaction that begins from here on finds its token outdated; those that began before are all listed.
    const end = performance.now() + endingMs.most;
    while (await this.#endEarlierWriters()) {
      if (performance.now() > end)
        throw new EngineError(
          `Neo4j did not end what an earlier attempt at ${step} writes within ${endingMs.most / 1000} s.`,
        );
      await sleep(endingMs.pause);
    }
  }

  /** So that a later attempt can find the transaction, and end it. */
  #named(): { metadata: Record<string, unknown>; timeout: number } {
    return { ...noLimit, metadata: this.#fence ? { kithStep: this.#fence.step, kithToken: this.#fence.token } : {} };
  }

  /** Terminates what earlier attempts write just now; false if there is nothing. */
  async #endEarlierWriters(): Promise<boolean> {
    const { token, closes } = this.#fence as Fence;
    const ask = async <Row extends RecordShape>(file: CypherFile, given: Parameters) =>
      this.#run(file, async (session) => answerOf<Row>(await session.run<Row>(statement(file), given, noLimit)));
    const { rows } = await ask<{ ids: string[] }>('cypher/fence/earlier-writers.cypher', { steps: [...closes], token });
    const ids = rows[0]?.ids ?? [];
    if (ids.length > 0) await ask('cypher/fence/end-writers.cypher', { ids });
    return ids.length > 0;
  }

  /** @throws StaleAttemptError if a later attempt has raised the fence */
  async #refuseStale(tx: ManagedTransaction): Promise<void> {
    if (!this.#fence) return;
    const { step, token } = this.#fence;
    const { records } = await tx.run<{ token: bigint | null }>(statement('cypher/fence/token.cypher'), { step });
    const latest = records[0]?.get('token');
    if (latest !== token) throw staleAttempt(step, latest);
  }

  /** Like `write`, but without a fence: for constraints, which Neo4j wants alone in a transaction, and what comes before a fence. */
  change<Row extends RecordShape>(file: CypherFile, parameters: Parameters = {}): Promise<Answer<Row>> {
    const refuseLate = lateRefusal();
    return this.#run(file, (session) =>
      session.executeWrite(async (tx) => {
        refuseLate();
        return answerOf<Row>(await tx.run<Row>(statement(file), sendable(parameters)));
      }, noLimit),
    );
  }

  /**
   * Makes a constraint if it is not there. Neo4j makes its index first, in a transaction of its own: if the worker is
   * killed in between, an index stays behind that belongs to nothing, is never completed, and is in the way of the
   * constraint. That one is dropped.
   */
  async constrain(create: CypherFile, dropHalf: CypherFile): Promise<void> {
    try {
      await this.change(create);
    } catch (error) {
      if (!isIndexInTheWay(error)) throw error;
      // It fails if somebody else has completed it meanwhile; what else may be wrong, the next statement says.
      await this.change(dropHalf).catch(() => undefined);
      await this.change(create);
    }
  }

  async #run<T>(file: CypherFile, work: (session: Session) => Promise<T>): Promise<T> {
    this.#refuseStopped();
    const session = this.#driver.session();
    try {
      return await this.#unlessStopped(work(session));
    } catch (error) {
      throw this.#errorOf(file, error);
    } finally {
      // Rolls back what is under way.
      await session.close().catch(() => undefined);
    }
  }

  /** Ends waiting once it is asked to stop: a session that is closed while it waits to try again would never say so. */
  #unlessStopped<T>(waiting: Promise<T>): Promise<T> {
    return unlessAborted(waiting, [this.#signal, this.#stopping.signal], stoppedError);
  }

  #refuseStopped(): void {
    if (this.#signal?.aborted) throw stoppedError();
  }

  /** What to throw for whatever ended a statement. */
  #errorOf(where: CypherFile | 'a transaction', error: unknown): unknown {
    if (this.#signal?.aborted) return stoppedError();
    if (isStopping(error) && !this.#stopping.signal.aborted) this.#stopping.abort(diskFailed(error));
    return this.#stopping.signal.aborted ? this.#stopping.signal.reason : engineError(where, error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver.close();
  }
}

function stoppedError(): InterruptedError {
  return new InterruptedError('The run was stopped.');
}

/** Call what it gives before each try: the driver measures its own limit by the time of day, which may be set back. */
function lateRefusal(): () => void {
  const end = performance.now() + 2 * retryMs;
  return () => {
    if (performance.now() > end)
      throw new EngineLostError("Neo4j can't be reached any more; see `kith status`, then run again.");
  };
}

function answerOf<Row extends RecordShape>(result: {
  records: { toObject(): Row }[];
  summary: ResultSummary;
}): Answer<Row> {
  const { relationshipsCreated, relationshipsDeleted, propertiesSet, nodesCreated } =
    result.summary.counters.updates() as unknown as Answer<Row>['changes'];
  return {
    rows: result.records.map((record) => record.toObject()),
    changes: { relationshipsCreated, relationshipsDeleted, propertiesSet, nodesCreated },
  };
}

/** Whether somebody ended the transaction; the driver doesn't repeat it then. */
function isTerminated(error: unknown): boolean {
  return /\.Transaction\.(Terminated|TransactionTerminated|LockClientStopped)$/.test(codeOf(error));
}

/** Whether a statement calls a procedure that the server does not have, or does not allow. */
export function isUnknownProcedure(error: unknown): boolean {
  return /\.Procedure\.ProcedureNotFound$/.test(codeOf(error));
}

function isIndexInTheWay(error: unknown): boolean {
  return /\.Schema\.(IndexWithNameAlreadyExists|IndexAlreadyExists)$/.test(codeOf(error));
}

/** What Neo4j calls the error. */
function codeOf(error: unknown): string {
  return (error instanceof KithError ? (error.cause as Neo4jError | undefined)?.code : undefined) ?? '';
}

/** Whether Neo4j could not write its transaction log: it ends then, see Neo4jServer.java. */
function isStopping(error: unknown): boolean {
  return isBroken(error) || isNoSpace(error) || /^Could not append transaction/.test(messageOf(error));
}

function diskFailed(error: unknown): DiskFullError {
  return new DiskFullError(
    "The disk that holds Neo4j's data is full or failed, and Neo4j stopped: free some space, then run again, which starts it.",
    { cause: error },
  );
}

function engineError(where: string, error: unknown): KithError {
  if (error instanceof KithError) return error;
  if (isLost(error))
    return new EngineLostError(
      `Neo4j can't be reached any more (${causeOf(error)}); see \`kith status\`, then run again.`,
      {
        cause: error,
      },
    );
  const code = String((error as Neo4jError).code);
  if (code.startsWith('Neo.ClientError.Security.'))
    return new EngineError('Neo4j refuses the user or the password (KITH_NEO4J_…).', { cause: error });
  if (/OutOfMemory/.test(code))
    return new EngineError(
      `Neo4j had too little memory in ${where} (${messageOf(error)}); give it more with KITH_NEO4J_HEAP, then run again.`,
      { cause: error },
    );
  if (/^Neo\.(TransientError|DatabaseError)\./.test(code))
    return new EngineError(`Neo4j failed in ${where} (${messageOf(error)}); see its log, then run again.`, {
      cause: error,
    });
  // Neither the input's fault nor the engine's, as far as can be told: exit code 1.
  return new KithError(`Neo4j refused ${where}: ${messageOf(error)}`, { cause: error });
}

/** The driver's own words go on about encryption. */
function causeOf(error: unknown): string {
  return messageOf(error)
    .replace(/^Failed to connect to server\..*Caused by: /s, '')
    .replace(/\.$/, '');
}

/** Whether the server went away: the driver says so in many ways, but never with one of the server's own codes. */
function isLost(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '');
  if (code.startsWith('Neo.')) return /\.(DatabaseUnavailable|NotALeader|HostUnreachable)$/.test(code);
  if (error instanceof neo4j.Neo4jError) return code !== 'PROTOCOL_ERROR' || !/pack/i.test(error.message);
  return /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ERR_STREAM)/.test(code);
}

/** With a range's end above every id as a Float, since no Integer is. */
function sendable(parameters: Parameters): Parameters {
  return parameters.end === beyondAllUsers ? { ...parameters, end: Number(beyondAllUsers) } : parameters;
}
