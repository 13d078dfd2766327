import { type ActivityType, activityTypes, type RowType, type WordType } from './activity-type.ts';

/** What a file of a day's folder holds; also the name of the file. */
export type FileKind = ActivityType | WordKind | 'user' | 'messages';

/** Files of words that end or forbid. */
export type WordKind = Exclude<WordType, 'snapshot' | 'hide' | 'reveal'> | 'follows-snapshot';

export const wordKinds: readonly WordKind[] = [
  ...(['unfollow', 'block', 'mute', 'unblock', 'unmute', 'dismiss', 'follows-snapshot'] as const),
];

/** A column of a kind of file, under the name that is used for it everywhere. */
export interface Column {
  name: string;
  /** Whether a row needs it. */
  isNeeded: boolean;
  /** Other names that a header or JSON may have for it, in small letters and digits only. */
  synonyms: readonly string[];
}

const column = (name: string, synonyms: string, isNeeded = true): Column => ({
  name,
  isNeeded,
  synonyms: [name.replaceAll('_', ''), ...synonyms.split(' ')],
});

const user = column(
  'user_id',
  'user userid source sourceid sourceuser sourceuserid src from fromid fromuser fromuserid fromnodeid follower followerid ' +
    'actor actorid author authorid sender senderid uid u blocker blockerid muter muterid owner ownerid liker likerid',
);
const other = (name: string, synonyms = '') =>
  column(
    name,
    `engagedid engagedwithid engageduserid target targetid targetuser targetuserid dst dest destination to toid touser touserid ` +
      `tonodeid followee followeeid followed followedid followeduserid following followingid otherid otheruserid subject subjectid ` +
      `receiver receiverid recipient recipientid v inreplytouserid mentioneduserid mentionedid likeduserid ${synonyms}`.trim(),
  );
const message = column(
  'message_id',
  'message messageid msgid msg post postid status statusid tweet tweetid comment commentid id',
);
const time = column(
  'timestamp',
  'time ts t at date datetime when created createdat createdutc createdate createtime unixtime unixts epoch starredat followedat ' +
    'likedat',
);
const word = column('rel_type', 'rel', false);

const until = column('until', 'end ends endsat expires expiresat', false);
const blocked = 'blockedid blockeduserid blockee blockeeid mutedid muteduserid mutee muteeid';

const withMessage = [user, other('engaged_with_user_id'), message, time, word];

/** The columns of each kind, in the order of a file without a header. */
export const columnsOf: Readonly<Record<FileKind, readonly Column[]>> = {
  follow: [user, other('engaged_with_user_id'), time, word],
  reply: withMessage,
  like: withMessage,
  mention: withMessage,
  unfollow: [user, other('engaged_with_user_id'), time],
  block: [user, other('other_id', blocked), time, until],
  mute: [user, other('other_id', blocked), time, until],
  unblock: [user, other('other_id', blocked), time],
  unmute: [user, other('other_id', blocked), time],
  dismiss: [user, other('rec_id', 'rec recommended recommendedid'), time],
  'follows-snapshot': [user, other('engaged_with_user_id')],
  user: [
    column('user_id', 'user userid id uid'),
    column('suspended', 'issuspended banned isbanned disabled', false),
    column('deleted', 'isdeleted', false),
    column('discoverable', 'isdiscoverable', false),
  ],
  messages: [
    column('id', 'messageid msgid postid statusid tweetid'),
    column('user_id', 'user userid authorid author senderid ownerid uid'),
    column('body', 'text content message fulltext tweet comment'),
    column('created_at', 'created createdat createdutc timestamp time date datetime ts'),
    column('recommended', 'isrecommended label', false),
  ],
};

export function isActivity(kind: FileKind): kind is ActivityType {
  return activityTypes.some((type) => type === kind);
}

/** What the rows of a file are; undefined for users and messages. */
export function rowTypeOf(kind: FileKind): RowType | undefined {
  if (kind === 'user' || kind === 'messages') return undefined;
  return kind === 'follows-snapshot' ? 'snapshot' : kind;
}

/** The kind of the files that hold rows of a type. */
export function kindOfRows(type: RowType): FileKind {
  if (type === 'snapshot') return 'follows-snapshot';
  return type === 'hide' || type === 'reveal' ? 'user' : type;
}

/** The column of the other user of a row. */
export function otherColumn(kind: FileKind): string | undefined {
  return ['engaged_with_user_id', 'other_id', 'rec_id'].find((name) =>
    columnsOf[kind].some((column) => column.name === name),
  );
}

/** Whether any of the columns that are there says something of a user. */
export function hasFlag(columns: Readonly<Record<string, unknown>>): boolean {
  return ['suspended', 'deleted', 'discoverable'].some((name) => columns[name] !== undefined);
}

/** The column that holds the time of a row. */
export function timeColumn(kind: FileKind): string | undefined {
  if (kind === 'messages') return 'created_at';
  return kind === 'user' || kind === 'follows-snapshot' ? undefined : 'timestamp';
}

/** Which column each name of a header, or of the keys of an object, stands for: its place, by the column's name. */
export function placesOf(kind: FileKind, names: readonly string[]): Map<string, number> {
  const plain = names.map((name) => name.toLowerCase().replace(/[^\p{L}\d]/gu, ''));
  const places = new Map<string, number>();
  // A name that is exactly a column's goes before any that only means the same.
  for (const isExact of [true, false])
    for (const { name, synonyms } of columnsOf[kind]) {
      if (places.has(name)) continue;
      for (const synonym of isExact ? synonyms.slice(0, 1) : synonyms) {
        const place = plain.findIndex((one, i) => one === synonym && ![...places.values()].includes(i));
        if (place < 0) continue;
        places.set(name, place);
        break;
      }
    }
  return places;
}
