/** Is told how the venue's row of reports comes in, for metrics. */
export interface ReportObserver {
  /** So many reports had been read before, and were dropped. */
  reportsRepeated(count: number): void;
  /** Reports were missing long enough for the stream to be read again. */
  gapFound(): void;
}
