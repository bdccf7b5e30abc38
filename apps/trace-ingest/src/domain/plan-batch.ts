import { readLine, RecordLine, splitLines } from './record-line.ts';

/** A message as it came off the stream. */
export interface StreamedMessage {
  readonly sequence: number;
  readonly redeliveries: number;
  /** Lines of JSON with line breaks between them. */
  readonly bytes: Buffer;
}

export interface Known {
  /** Whether a record of that id is stored for sure. */
  readonly isStored: (id: string) => boolean;
  /** Everything up to there may have been seen before. */
  readonly highestSequence: number;
}

export interface UnreadableLine {
  readonly text: string;
  readonly message: number;
}

/** What to do with a batch. */
export interface BatchPlan {
  /** One for each id, the first in stream order, in stream order. */
  readonly rows: readonly RecordLine[];
  /** Those of them that may be stored already: to be looked up before anything is stored. */
  readonly suspects: readonly RecordLine[];
  readonly unreadable: readonly UnreadableLine[];
  /** Lines left out, because their id is stored or stands in the batch before them. */
  readonly repeats: number;
}

/**
 * Sorts out a batch. A record may be there already when its message was delivered before, when the stream is read again
 * from an earlier place, or when the gateway wrote it for an adapter that it had lost.
 */
export function planBatch(batch: readonly StreamedMessage[], known: Known): BatchPlan {
  const rows: RecordLine[] = [];
  const suspects: RecordLine[] = [];
  const unreadable: UnreadableLine[] = [];
  const ids = new Set<string>();
  let repeats = 0;
  for (const { message, index } of inStreamOrder(batch)) {
    const wasSeen = message.redeliveries > 0 || message.sequence <= known.highestSequence;
    for (const line of splitLines(message.bytes)) {
      const head = readLine(line);
      if (head === undefined) {
        unreadable.push({ text: line.toString('utf8'), message: index });
      } else if (ids.has(head.id) || known.isStored(head.id)) {
        repeats++;
      } else {
        ids.add(head.id);
        const { bytes, id, isFromGateway } = head;
        const row = new RecordLine(bytes, id, isFromGateway, message.sequence, index);
        rows.push(row);
        if (wasSeen || isFromGateway) suspects.push(row);
      }
    }
  }
  return { rows, suspects, unreadable, repeats };
}

interface Placed {
  readonly message: StreamedMessage;
  readonly index: number;
}

/** Redeliveries come between newer messages. */
function inStreamOrder(batch: readonly StreamedMessage[]): readonly Placed[] {
  const placed = batch.map((message, index) => ({ message, index }));
  return placed.sort((a, b) => a.message.sequence - b.message.sequence);
}
