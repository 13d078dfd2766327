import { type InputLimits, readSettings } from '../../src/config/settings.ts';

/** The limits that apply where nothing is set. */
export const inputLimits: InputLimits = readSettings({});
