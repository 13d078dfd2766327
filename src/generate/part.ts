/** The name of a stream of random numbers in a part of a network; different parts draw differently. */
export function streamOf(name: string, part: number): string {
  return part === 0 ? name : `${name} ${part}`;
}
