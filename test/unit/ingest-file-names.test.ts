import { inputNamed, meaningOf } from '../../src/ingest/file-names.ts';

const files = ['follow.csv', 'reply.csv', 'like.csv', 'mention.csv', 'user.csv', 'messages.jsonl'];

describe("a name in a day's folder", () => {
  test.each(files.flatMap((file) => [file, `${file}.gz`]))('%s is input', (name) => {
    expect(meaningOf(name)).toBe('input');
  });

  test.each([
    ['block.csv.gz', 'block', undefined],
    ['unfollow.csv', 'unfollow', undefined],
    ['unmute.json', 'unmute', undefined],
    ['follows-snapshot.csv', 'follows-snapshot', undefined],
    ['like.csv.gz.gz', 'like', undefined],
    ['like.gz', 'like', undefined],
    ['like.tsv', 'like', undefined],
    ['like.json', 'like', undefined],
    ['messages.json', 'messages', undefined],
    ['messages.csv', 'messages', undefined],
    ['messages.ndjson.gz', 'messages', undefined],
    ['like.snappy.parquet', 'like', undefined],
    ['follow-000.csv', 'follow', '-000'],
    ['follow-000.csv.gz', 'follow', '-000'],
    ['follow_part-1.tsv', 'follow', '_part-1'],
    ['follow-part-00000-3fa85f64-5717-c000.csv', 'follow', '-part-00000-3fa85f64-5717-c000'],
    ['follow/part-00000', 'follow', 'part-00000'],
    ['follow.csv/part-00001.csv.gz', 'follow', 'part-00001'],
  ])('%j is read as %s', (name, kind, part) => {
    expect(meaningOf(name)).toBe('input');
    expect(inputNamed(name)).toEqual({ kind, part });
  });

  test.each(['follow.csv/_SUCCESS', 'follow/.part-0.csv.crc'])('%s is rightly not read', (name) => {
    expect(meaningOf(name)).toBe('beside');
  });

  test.each([
    ['likes.csv', 'like.csv'],
    ['REPLY.CSV', 'reply.csv'],
    ['Follow.csv', 'follow.csv'],
    ['follow.csv.GZ', 'follow.csv'],
    ['like.csv.zst', 'like.csv'],
    ['like.csv.bz2', 'like.csv'],
    ['like.csv.xz', 'like.csv'],
    ['like.csv.Z', 'like.csv'],
    ['like.csv.zip', 'like.csv'],
    ['like.zip', 'like.csv'],
    ['like.csv.lz4', 'like.csv'],
    ['like', 'like.csv'],
    ['message.jsonl', 'messages.jsonl'],
    ['user_messages.jsonl', 'messages.jsonl'],
    ['user.csv.txt', 'user.csv'],
    ['users.csv', 'user.csv'],
    ['follow (1).csv', 'follow.csv'],
    ['follow - Copy (2).csv', 'follow.csv'],
    ['Kopie von follow.csv', 'follow.csv'],
    ['Copy of follow.csv', 'follow.csv'],
    ['follow.csv.bak', 'follow.csv'],
    ['follow.csv~', 'follow.csv'],
    ['follow.csv ', 'follow.csv'],
    [' follow.csv', 'follow.csv'],
    ['follow.csv.part-00001', 'follow.csv'],
    ['follow_2024-06-01.csv', 'follow.csv'],
    ['20240601_mentions.csv.gz', 'mention.csv'],
    ['type=follow', 'follow.csv'],
    ['ｌｉｋｅ.csv', 'like.csv'],
    ['folow.csv', 'follow.csv'],
    ['mentoin.csv', 'mention.csv'],
    ['mesages.jsonl', 'messages.jsonl'],
    ['liek.csv', 'like.csv'],
    ['Blocks.csv', 'block.csv'],
    ['unfollowed.json', 'unfollow.csv'],
    ['user_blocks.csv', 'block.csv'],
    ['mutes.parquet', 'mute.csv'],
    ['dismissed.csv', 'dismiss.csv'],
    ['follow_snapshot.csv', 'follows-snapshot.csv'],
    ['snapshot-of-follows.csv', 'follows-snapshot.csv'],
  ])('%j should be %s', (name, shouldBe) => {
    expect(meaningOf(name)).toEqual({ shouldBe });
  });

  test.each([
    'follow.csv.part',
    'follow.csv.gz.filepart',
    'like.csv.tmp',
    'messages.jsonl._COPYING_',
    'LIKES.csv.temp',
  ])('%s is not complete yet', (name) => {
    expect(meaningOf(name)).toBe('unfinished');
  });

  test.each([
    '.follow.csv.swp',
    '.follow.csv.crc',
    '._follow.csv',
    '.DS_Store',
    'follow.csv.md5',
    'follow.csv.gz.sha256',
    'follow.csv.asc',
    '_SUCCESS',
    '_committed_1234',
    '_temporary',
    'reputation_score.csv',
    'reputation_score.csv.gz',
  ])('%s is rightly not read', (name) => {
    expect(meaningOf(name)).toBe('beside');
  });

  test.each([
    'notes.txt',
    'README.md',
    'case.md',
    'orders.csv',
    'part-00000.csv',
    'a.csv',
    'user_guide.pdf',
    'likes_summary.csv',
    'messages.log.html',
    'tweets.jsonl',
    'old',
    '20240601',
    'kith.mapping.yaml',
    'bike.csv',
    'rejects.csv',
    'Thumbs.db',
    '数据.csv',
    '',
    '...',
  ])('%j is unknown', (name) => {
    expect(meaningOf(name)).toBe(name.startsWith('.') ? 'beside' : 'unknown');
  });
});
