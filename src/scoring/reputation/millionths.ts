/** Probabilities are whole millionths: exactly what is written, compared and stored. */
export const million = 1_000_000;
/** From this probability on, in millionths, a week is a good user's. */
export const goodFrom = 500_000;
