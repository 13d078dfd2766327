/** The name of a stream of random numbers in a part of a network: other parts draw other things. */
export function streamOf(name: string, part: number): string {
  return part === 0 ? name : `${name} ${part}`;
}
