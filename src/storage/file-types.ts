/** What a file is by its first bytes. */
type FileType = 'gzip' | 'parquet' | ForeignType;

/** What is not read, and what to do with it. */
interface ForeignType {
  name: string;
  remedy: string;
}

interface Foreign extends ForeignType {
  /** The bytes by which it is known, one character per byte. */
  magic: string;
  /** Where they are, if not at the beginning. */
  at?: number;
  /** Usual endings of such files' names. */
  endings: string;
}

const known: readonly (readonly [magic: string, type: FileType])[] = [
  ['\x1f\x8b', 'gzip'],
  ['PAR1', 'parquet'],
];
const foreign: readonly Foreign[] = [
  // Behind the name of its first file.
  { magic: 'ustar', at: 257, endings: 'tar tgz tbz txz', name: 'a tar archive', remedy: 'unpack it with `tar xf`' },
  { magic: '\x28\xb5\x2f\xfd', endings: 'zst zstd', name: 'compressed by zstd', remedy: 'unpack it with `zstd -d`' },
  { magic: 'BZh', endings: 'bz2 bz', name: 'compressed by bzip2', remedy: 'unpack it with `bunzip2`' },
  { magic: '\xfd7zXZ', endings: 'xz', name: 'compressed by xz', remedy: 'unpack it with `unxz`' },
  { magic: '\x04\x22M\x18', endings: 'lz4', name: 'compressed by lz4', remedy: 'unpack it with `unlz4`' },
  { magic: '\x1f\x9d', endings: 'z', name: 'compressed by compress', remedy: 'unpack it with `gunzip`' },
  { magic: '7z\xbc\xaf', endings: '7z', name: 'a 7-Zip archive', remedy: 'unpack it with `7z x`' },
  { magic: 'Rar!', endings: 'rar', name: 'a RAR archive', remedy: 'unpack it' },
  {
    magic: 'PK\x03\x04',
    endings: 'zip xlsx ods',
    name: 'a ZIP archive or an Excel workbook',
    remedy: 'unpack it with `unzip`, or save it as CSV',
  },
  { magic: '\xd0\xcf\x11\xe0', endings: 'xls', name: 'an old Excel workbook', remedy: 'save it as CSV' },
  { magic: 'SQLite', endings: 'sqlite db', name: 'an SQLite database', remedy: 'export its table as CSV' },
  { magic: 'Obj\x01', endings: 'avro', name: 'an Avro file', remedy: 'convert it to CSV or Parquet' },
  { magic: 'ORC', endings: 'orc', name: 'an ORC file', remedy: 'convert it to CSV or Parquet' },
  { magic: 'ARROW1', endings: 'arrow feather', name: 'an Arrow file', remedy: 'convert it to CSV or Parquet' },
  { magic: '%PDF', endings: 'pdf', name: 'a PDF', remedy: 'export the data as CSV' },
];

/** Undefined for anything else, as text is. */
export function typeOf(head: Buffer): FileType | undefined {
  const isAt = (magic: string, at = 0) => head.toString('latin1', at, at + magic.length) === magic;
  return known.find(([magic]) => isAt(magic))?.[1] ?? foreign.find(({ magic, at }) => isAt(magic, at));
}

/** What a file is by its name; undefined if that doesn't tell, or it may be read. */
export function typeByName(name: string): ForeignType | undefined {
  const parts = name.toLowerCase().split('.').slice(1);
  return foreign.find(({ endings }) => endings.split(' ').includes(parts.at(-1) ?? '') || isPackedTar(endings, parts));
}

/** `follow.tar.gz` */
function isPackedTar(endings: string, parts: readonly string[]): boolean {
  return endings.startsWith('tar') && parts.at(-2) === 'tar';
}
