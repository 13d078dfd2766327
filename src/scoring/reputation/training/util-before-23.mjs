// TensorFlow.js for Node calls two functions of `util` that Node 23 removed. Import this before it.
import { createRequire } from 'node:module';

/** @type {Record<string, (value: unknown) => boolean>} */
const util = createRequire(import.meta.url)('node:util');
util.isArray ??= Array.isArray;
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
