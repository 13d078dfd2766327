import { editsBetween } from '../edit-distance.ts';
import type { FileKind } from './file-kinds.ts';

/** The files of a day's folder; each may end in `.gz`, too. */
type InputFile = 'follow.csv' | 'reply.csv' | 'like.csv' | 'mention.csv' | 'user.csv' | 'messages.jsonl';
/** Files that say what no longer counts, or what is forbidden. */
type ForbiddingFile = 'unfollow.csv' | 'block.csv' | 'mute.csv' | 'unblock.csv' | 'unmute.csv' | 'dismiss.csv';

/** The words by which somebody else might name a file. */
const words: Readonly<Record<InputFile | ForbiddingFile, RegExp>> = {
  'follow.csv': /^follow(s|ed|ing|ings)?$/,
  'reply.csv': /^repl(y|ys|ies|ied|ying)$/,
  'like.csv': /^lik(e|es|ed|ing)$/,
  'mention.csv': /^mention(s|ed|ing)?$/,
  'user.csv': /^(users?|usr)$/,
  'messages.jsonl': /^(messages?|msgs?)$/,
  'unfollow.csv': /^unfollow(s|ed|ing)?$/,
  'block.csv': /^block(s|ed|ing|list|lists)?$/,
  'mute.csv': /^mut(e|es|ed|ing|elist)$/,
  'unblock.csv': /^unblock(s|ed|ing)?$/,
  'unmute.csv': /^unmut(e|es|ed|ing)$/,
  'dismiss.csv': /^dismiss(es|ed|al|als|ing)?$/,
};
const wanted = Object.keys(words) as (keyof typeof words)[];
const forbidding = /^(un(follow|block|mute)|block|mute|dismiss)\./;

/** How data is written and packed, without digits: `bz2` is `bz` and 2. */
const forms = new Set(
  (
    'csv tsv psv tab txt text json jsonl ndjson xml parquet avro orc arrow feather xls xlsx ods dat data sql db ' +
    'sqlite pkl gz gzip zst zstd bz bzip xz lzma lz z zip rar sz snappy br zlib deflate tar tgz tbz txz gpg pgp enc'
  ).split(' '),
);
/** The names of files that are read: of one kind, whole or a part, in any form that is looked into. */
const readable = new RegExp(
  '^(follow|reply|like|mention|user|messages|unfollow|block|mute|unblock|unmute|dismiss|follows-snapshot)' +
    // As `split` and Spark number them.
    '([-_.](?:part[-_.]?)?\\d{1,5}(?:-[0-9a-f-]{8,}(?:[-.]c\\d+)?)?)?' +
    '((?:\\.(?:csv|tsv|txt|json|jsonl|ndjson))?(?:\\.gz){0,2}|(?:\\.(?:snappy|zstd|gz))?\\.parquet)$',
);

export interface InputName {
  kind: FileKind;
  /** The part's name without its form, if the file is one of several; otherwise undefined. */
  part: string | undefined;
}

/** What a file of this name is read as; a file in a folder of a kind is a part. */
export function inputNamed(name: string): InputName | undefined {
  const [folder, entry] = name.split('/');
  if (entry !== undefined) {
    const kind = readable.exec(folder as string)?.[1] ?? folder;
    return {
      kind: kind as FileKind,
      part: entry.replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|gz|snappy|parquet))+$/, ''),
    };
  }
  const [, kind, part, form] = readable.exec(name) ?? [];
  if (kind === undefined || form === '') return undefined;
  return { kind: kind as FileKind, part };
}

/** What else is in the names of copies and parts. */
const additions = new Set(
  (
    'copy of kopie von copie de copia di part parts chunk split shard segment all new old orig original bak backup final full ' +
    'delta incremental export dump daily table list type utf'
  ).split(' '),
);

/** What other programs leave beside their files: hidden files, checksums, signatures, Spark's markers. */
const besideInput =
  /^\.|\.(crc|md5|md5sum|sha\d+|sha\d+sum|sig|asc)$|^_(SUCCESS|temporary|metadata|committed_.*|started_.*)$/i;
/** What Kith itself may have written there. */
const ownOutput = /^reputation_score\.csv(\.gz)?$/;
/** What copying programs add to a name until the file is complete. */
const unfinished = /[._](part|partial|filepart|crdownload|download|tmp|temp|uploading|incomplete|_COPYING_)$/i;

/**
 * What a name in a day's folder means: a file that is read; one that is rightly not read; one that is still being
 * copied; one that Kith doesn't know; or one that looks like a file that would be read under the name given.
 */
export type NameMeaning = 'input' | 'beside' | 'unfinished' | 'unknown' | { shouldBe: string };

export function meaningOf(name: string): NameMeaning {
  const entry = name.split('/').at(-1) as string;
  if (besideInput.test(entry) || ownOutput.test(name)) return 'beside';
  if (entry !== name) return unfinished.test(entry) ? 'unfinished' : 'input';
  if (inputNamed(name)) return 'input';
  const shouldBe = nearestOf(name);
  if (shouldBe === undefined) return 'unknown';
  return unfinished.test(name) && nearestOf(name.replace(unfinished, '')) ? 'unfinished' : { shouldBe };
}

/** Whether a file of this name says what is forbidden; ignoring it would recommend people in spite of it. */
function isForbidding(file: string): boolean {
  return forbidding.test(file);
}

/**
 * The file that a name seems to stand for: one of its parts is a word for it, or that word with a slip, and the others
 * are usual in the names of data.
 */
function nearestOf(name: string): string | undefined {
  const parts: string[] =
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(unfinished, '')
      .replace(/^un[-_ ]/, 'un')
      .match(/\p{L}+|\d+/gu) ?? [];
  const unusual = parts.filter((part) => !isUsual(part));
  const files = unusual.map((part) => wanted.find((file) => words[file].test(part)));
  // A snapshot of follows is no file of follows.
  if (parts.includes('snapshot') && parts.some((part) => words['follow.csv'].test(part))) return 'follows-snapshot.csv';
  if (files.length > 0 && files.every((file) => file !== undefined)) return files.find(isForbidding) ?? files.at(-1);
  const [only] = unusual;
  if (unusual.length !== 1 || only === undefined || !parts.some((part) => forms.has(part))) return undefined;
  return wanted.find((file) => !isForbidding(file) && isSlip(only, file.slice(0, file.indexOf('.'))));
}

function isUsual(part: string): boolean {
  return forms.has(part) || additions.has(part) || /^(\d+|[a-f]+|[a-z])$/.test(part);
}

/** Letters in another order, or, in a long word, one letter too many, too few, or wrong: `replay` is no slip. */
function isSlip(part: string, word: string): boolean {
  const sorted = (text: string) => [...text].sort().join('');
  return sorted(part) === sorted(word) || (word.length > 5 && editsBetween(part, word) <= 1);
}
