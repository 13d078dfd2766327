/** What a file is by its first bytes. */
export type FileType = 'gzip' | 'parquet' | { name: string; remedy: string };

const magic: [bytes: number[], FileType][] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x50, 0x41, 0x52, 0x31], 'parquet'],
  [[0x28, 0xb5, 0x2f, 0xfd], { name: 'compressed by zstd', remedy: 'unpack it with `zstd -d`' }],
  [[0x42, 0x5a, 0x68], { name: 'compressed by bzip2', remedy: 'unpack it with `bunzip2`' }],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], { name: 'compressed by xz', remedy: 'unpack it with `unxz`' }],
  [[0x04, 0x22, 0x4d, 0x18], { name: 'compressed by lz4', remedy: 'unpack it with `unlz4`' }],
  [[0x1f, 0x9d], { name: 'compressed by compress', remedy: 'unpack it with `gunzip`' }],
  [[0x37, 0x7a, 0xbc, 0xaf], { name: 'a 7-Zip archive', remedy: 'unpack it with `7z x`' }],
  [[0x52, 0x61, 0x72, 0x21], { name: 'a RAR archive', remedy: 'unpack it' }],
  [[0x50, 0x4b, 3, 4], { name: 'a ZIP archive or an Excel workbook', remedy: 'unpack it, or save it as CSV' }],
  [[0xd0, 0xcf, 0x11, 0xe0], { name: 'an old Excel workbook', remedy: 'save it as CSV' }],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], { name: 'an SQLite database', remedy: 'export its table as CSV' }],
  [[0x4f, 0x62, 0x6a, 1], { name: 'an Avro file', remedy: 'convert it to CSV or Parquet' }],
  [[0x4f, 0x52, 0x43], { name: 'an ORC file', remedy: 'convert it to CSV or Parquet' }],
  [[0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], { name: 'an Arrow file', remedy: 'convert it to CSV or Parquet' }],
  [[0x25, 0x50, 0x44, 0x46], { name: 'a PDF', remedy: 'export the data as CSV' }],
];

/** Undefined for anything else, as text is. */
export function typeOf(head: Buffer): FileType | undefined {
  return magic.find(([bytes]) => bytes.every((byte, i) => head[i] === byte))?.[1];
}
