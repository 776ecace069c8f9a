/** How far a broker's execution reports have been taken in. */
export interface BrokerSessions {
  /** 0 for a broker never read from. */
  readLastSequence(broker: string): Promise<number>;
  /** Never goes back. */
  advance(broker: string, lastSequence: number): Promise<void>;
}
