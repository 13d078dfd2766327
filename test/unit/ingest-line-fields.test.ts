import fc from 'fast-check';
import { LineFields } from '../../src/ingest/line-fields.ts';
import { parseQuoted } from '../../src/ingest/quoted-records.ts';

const fieldsOf = (fields: LineFields) =>
  Array.from({ length: fields.count }, (_, i) => fields.bytes.toString('latin1', fields.from(i), fields.to(i)));

const line = fc
  .array(fc.constantFrom('1', '23', ',', ',', '"', '"', '""', '","', 'x', '\0', '\u00ff', ' ', '\r'), { maxLength: 20 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))
  .filter((bytes) => bytes.length > 0 && bytes.at(-1) !== 0x0d && bytes.filter((byte) => byte === 0x2c).length < 12);

describe('the fields of a line', () => {
  test('are those that csv-parse finds, where it is not used', () => {
    const fields = new LineFields();
    fc.assert(
      fc.property(line, (bytes) => {
        fields.scan(bytes, 0);
        fc.pre(fields.quotes === 0 || fields.unquote());
        expect(fieldsOf(fields)).toEqual(parseQuoted([bytes])[0]);
      }),
      { numRuns: 2000 },
    );
  });

  test('are the same from csv-parse, whether records are read one by one or together', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 100 }), (lines) => {
        expect(parseQuoted(lines)).toEqual(lines.map((bytes) => parseQuoted([bytes])[0]));
      }),
    );
  });

  test('stay the same when a record comes from csv-parse', () => {
    const fields = new LineFields();
    fields.take(['a,b', '', '\u00ff"']);
    expect(fieldsOf(fields)).toEqual(['a,b', '', '\u00ff"']);
  });
});
