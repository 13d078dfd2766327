import type { UserId } from '../user-id.ts';

/** A message whose text is already cleaned. */
export interface Message {
  id: bigint;
  userId: UserId;
  /** The user's id, where ids are texts. */
  userText?: string;
  /** Epoch seconds. */
  at: number;
  /** The words of its body and of its links' descriptions, see cleanText. */
  words: string;
  /** Whether its user is one of the handpicked good users; undefined if the message doesn't say. */
  isGood: boolean | undefined;
}
