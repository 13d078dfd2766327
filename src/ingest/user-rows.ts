import type { UserId } from '../user-id.ts';
import { isWanted } from './activity-rows.ts';
import { columnReason, countReason, idReason, isEmpty, userId } from './columns.ts';
import { plainTable, type TableForm } from './file-form.ts';
import type { LineFields } from './line-fields.ts';
import { type JudgedLines, RecordReader } from './record-reader.ts';
import { type NamedId, NamedIds } from './text-ids.ts';

/** The contents of some lines of user.csv. */
export interface UserRows extends JudgedLines {
  userIds: UserId[];
  /** Null where nothing is said, as of the next. */
  suspended: (boolean | null)[];
  /** Whether the user may be recommended to others. */
  discoverable: (boolean | null)[];
  /** The users where ids are texts; each once. */
  named: NamedId[];
  /** How many rows a mapping leaves out. */
  unwanted: number;
}

const leastColumns = 12;
const flagNames = ['suspended', 'deleted', 'discoverable'] as const;

/** Reads user.csv, whose records may have newlines inside quotes. */
export class UserReader {
  readonly #users: UserTable;
  readonly #records: RecordReader;

  constructor(form: TableForm = plainTable('user')) {
    this.#users = new UserTable(form);
    this.#records = new RecordReader(form, (fields) => this.#users.add(fields));
  }

  /** Takes a block of whole lines and returns what could be judged; its lines follow those returned before. */
  read(block: Buffer): UserRows {
    return { ...this.#records.read(block), ...this.#users.take() };
  }

  /** Judges what is still open at the end of the file. */
  end(): UserRows {
    return { ...this.#records.end(), ...this.#users.take() };
  }
}

/** Judges users, and keeps the good ones until they are taken. */
export class UserTable {
  readonly #form: TableForm;
  readonly #wanted: [place: number, value: string][];
  /** Whether a row may say more than who is suspended. */
  readonly #saysMore: boolean;
  #userIds: UserId[] = [];
  #suspended: (boolean | null)[] = [];
  #discoverable: (boolean | null)[] = [];
  readonly #named: NamedIds | undefined;
  #unwanted = 0;

  constructor(form: TableForm) {
    this.#named = form.userIds === 'text' ? new NamedIds() : undefined;
    this.#form = form;
    this.#wanted = Object.entries(form.wanted).map(([name, value]) => [Number(name), value]);
    this.#saysMore = flagNames.some((name) => name !== 'suspended' && form.places[name] !== undefined);
  }

  /** Adds a record, or returns why it is bad. */
  add(fields: LineFields): string | undefined {
    const { width, endsInDelimiter, places, constants } = this.#form;
    if (endsInDelimiter && fields.count > (width ?? leastColumns)) fields.dropEmptyEnd();
    if (width === undefined ? fields.count < leastColumns : fields.count !== width)
      return countReason(fields.count, width === undefined ? `at least ${leastColumns}` : String(width));
    for (const [place, value] of this.#wanted)
      if (!isWanted(fields, place, value)) {
        this.#unwanted++;
        return undefined;
      }
    const id = places.user_id ?? 0;
    const user = userId(fields, id, this.#form.userIds);
    if (user < 0) return idReason(fields, id, 'user_id', user, this.#form.userIds);
    const flags: (boolean | null)[] = [];
    for (const name of flagNames) {
      const place = places[name];
      const constant = constants[name] === undefined ? null : constants[name] === '1';
      const flag = place === undefined ? constant : this.#flag(fields, place, name);
      if (flag === undefined) return columnReason(fields, place as number, `${name} is not 1 or 0`);
      flags.push(flag);
    }
    const [suspended = null, deleted, discoverable = null] = flags;
    this.#userIds.push(user);
    this.#named?.add(user, fields, id);
    // Who is deleted is suspended; who isn't may be suspended or not.
    this.#suspended.push(deleted === true || suspended);
    this.#discoverable.push(discoverable);
    return undefined;
  }

  take(): Pick<UserRows, 'userIds' | 'suspended' | 'discoverable' | 'named' | 'unwanted'> {
    const taken = {
      userIds: this.#userIds,
      suspended: this.#suspended,
      discoverable: this.#discoverable,
      named: this.#named?.take() ?? [],
      unwanted: this.#unwanted,
    };
    this.#userIds = [];
    this.#suspended = [];
    this.#discoverable = [];
    this.#unwanted = 0;
    return taken;
  }

  /**
   * Null if it is empty and may be, undefined if it is no flag; words for one only where a header or key says what it is.
   */
  #flag(fields: LineFields, place: number, name: (typeof flagNames)[number]): boolean | null | undefined {
    if (isEmpty(fields, place)) return name !== 'suspended' || this.#saysMore ? null : undefined;
    const text = fields.text(place);
    if (text === '1' || text === '0') return text === '1';
    if (this.#form.width === undefined || !/^(true|false)$/i.test(text)) return undefined;
    return text.toLowerCase() === 'true';
  }
}
