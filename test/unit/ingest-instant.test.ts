import fc from 'fast-check';
import { asOfOfFolder } from '../../src/ingest/day-folder.ts';
import { instantOfBytes, parseInstant } from '../../src/ingest/instant.ts';
import {
  commonTimes,
  epochOf,
  instantBy,
  isPattern,
  type TimeForm,
  textTimes,
  timeReason,
} from '../../src/ingest/time-forms.ts';

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
    '2024-01-31 07:00:00 ',
    ' 2024-01-31 07:00:00',
    '2024-01-31 07:00:00\n',
    '2024-01-31_07:00:00',
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

  test.each([
    '2024-01-31 07:00:00 UTC',
    '2024-01-31 07:00:00 +0000',
    '2024-01-31 02:00:00 -0500',
    '2024-01-31t07:00:00z',
    '2024/01/31 07:00:00',
    '20240131T070000Z',
    'Wed Jan 31 07:00:00 +0000 2024',
    'Wed, 31 Jan 2024 07:00:00 GMT',
    '31 Jan 2024 02:00 -0500',
  ])('%p is one in a file', (text) => {
    expect(ofBytes(text)).toBe(1706684400);
  });

  test.each([
    ['1706684400', 0],
    ['1706684400.5', 0],
    ['1706684400999', 3],
    ['1706684400999999', 6],
    ['1706684400999999999', 9],
  ])('%s is told by its magnitude', (text, cut) => {
    const times = epochOf(text);
    expect(times).toEqual({ kind: 'epoch', cut });
    const bytes = Buffer.from(`x${text}x`);
    expect(instantOfBytes(bytes, 1, bytes.length - 1, times)).toBe(1706684400);
    expect(instantBy(times as TimeForm, text)).toBe(1706684400);
  });

  test('the form of most times of a file is its form; a time that does not exist has one', () => {
    expect(commonTimes(['1706684400', '2024-02-30', '2024-01-31 07:00:00'])).toEqual(textTimes);
    expect(commonTimes(['1706684400', '1706684401', 'x', '2024-02-30'])).toEqual({ kind: 'epoch', cut: 0 });
    expect(commonTimes(['5/30/2024 7:00', '1234', ''])).toBeUndefined();
  });

  test('a pattern of a mapping is followed exactly', () => {
    const times: TimeForm = { kind: 'pattern', pattern: 'D.M.YYYY HH:mm' };
    expect(instantBy(times, '31.1.2024 07:00')).toBe(1706684400);
    expect(instantBy(times, '31-1-2024 07:00')).toBeNaN();
    expect(timeReason(times, '31.2.2024 07:00', 'at')).toBe('at does not exist');
    expect(timeReason(times, 'soon', 'at')).toBe('at is not written as D.M.YYYY HH:mm');
    expect(isPattern('HH:mm')).toBe(false);
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
