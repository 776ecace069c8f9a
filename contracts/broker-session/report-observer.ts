/** Is told how a broker's row of reports comes in, for metrics. */
export interface ReportObserver {
  /** So many reports had been read before, and were dropped. */
  reportsRepeated(broker: string, count: number): void;
  /** Reports were missing long enough for the stream to be read again. */
  gapFound(broker: string): void;
}

/** Is told what somebody else than our session said of orders, for metrics and alerts. */
export interface ClaimObserver {
  /** The broker knows nothing of so many reports. */
  reportsUnconfirmed(count: number): void;
}
