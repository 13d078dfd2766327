import fc from 'fast-check';
import { asOfOfFolder } from '../../src/ingest/day-folder.ts';
import { instantOfBytes, parseInstant } from '../../src/ingest/instant.ts';

const ofBytes = (text: string) => {
  const bytes = Buffer.from(`"${text}",`, 'utf8');
  const seconds = instantOfBytes(bytes, 1, bytes.length - 2);
  return Number.isNaN(seconds) ? undefined : seconds;
};

describe('instants', () => {
  test.each([
    ['1970-01-01 00:00:00', 0],
    ['2024-02-29 23:59:59', Date.UTC(2024, 1, 29, 23, 59, 59) / 1000],
    ['2024-01-31T07:00:00Z', 1706684400],
    ['2024-01-31T07:00:00', 1706684400],
    ['2024-01-31 07:00', 1706684400],
    ['2024-01-31', 1706659200],
    ['2024-01-31T07:00:00.999999Z', 1706684400],
    ['2024-01-31 07:00:00,5', 1706684400],
    ['2024-01-31T07:00:00+02:00', 1706677200],
    ['2024-01-31T07:00:00-0530', 1706704200],
    ['2024-01-31T07:00+01', 1706680800],
    ['1969-12-31T23:59:59.9Z', -1],
    ['2000-02-29', Date.UTC(2000, 1, 29) / 1000],
  ])('%s is understood', (text, seconds) => {
    expect(parseInstant(text)).toBe(seconds);
    expect(ofBytes(text)).toBe(seconds);
  });

  test.each([
    '2023-02-29 00:00:00',
    '1900-02-29',
    '2024-04-31 00:00:00',
    '2024-13-01 00:00:00',
    '2024-00-10 00:00:00',
    '2024-01-00 00:00:00',
    '2024-01-31 24:00:00',
    '2024-01-31 23:60:00',
    '2016-12-31 23:59:60',
    '2024-01-31T07:00:00+24:00',
    '2024-01-31T07:00:00+02:60',
    '2024-01-31Z',
    '2024-01-31 07',
    '2024-1-31 07:00:00',
    '20240131',
    '2024-01-31 07:00:00 ',
    ' 2024-01-31 07:00:00',
    '2024-01-31 07:00:00\n',
    '2024-01-31_07:00:00',
    '2024-01-31 07:00:00 UTC',
    '2024-01-31 07:00:00.Z',
    '1706684400',
    '٢٠٢٤-01-31',
    '2024-01-3a 07:00:00',
    '2024-01-31 07-00:00',
    '',
  ])('%p is no instant', (text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(ofBytes(text)).toBeUndefined();
  });

  test('every second of the years 0001 to 9999 is parsed as the platform does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        const text = new Date(seconds * 1000).toISOString();
        const short = text.slice(0, 19).replace('T', ' ');
        return parseInstant(text) === seconds && parseInstant(short) === seconds && ofBytes(short) === seconds;
      }),
    );
  });

  test('a text of the usual shape is read the same from text and from bytes', () => {
    const digit = fc.constantFrom(...'0123456789');
    const shape = fc
      .tuple(fc.array(digit, { minLength: 14, maxLength: 14 }), fc.constantFrom(' ', 'T'))
      .map(
        ([d, t]) =>
          `${d.slice(0, 4).join('')}-${d[4]}${d[5]}-${d[6]}${d[7]}${t}${d[8]}${d[9]}:${d[10]}${d[11]}:${d[12]}${d[13]}`,
      );
    fc.assert(fc.property(shape, (text) => ofBytes(text) === parseInstant(text)));
  });
});

describe("a folder's as-of", () => {
  test('is midnight of the date in its name', () => {
    expect(asOfOfFolder('20240131')).toBe(1706659200);
  });
  test.each(['20240230', '2024-01-31', 'latest', '202401311', ''])('is unknown for %p', (name) => {
    expect(asOfOfFolder(name)).toBeUndefined();
  });
});
