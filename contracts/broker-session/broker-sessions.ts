/** What is stored of a broker's session as it goes on. */
export interface SessionProgress {
  /** Sequence up to which its execution reports are taken in. */
  lastSequence: number;
  /** Milliseconds since the broker last said anything, a sign of life included. */
  heardMsAgo: number;
}

export interface BrokerSessions {
  /** 0 for a broker never read from. */
  readLastSequence(broker: string): Promise<number>;
  /** Neither figure goes back. */
  advance(broker: string, progress: SessionProgress): Promise<void>;
}
