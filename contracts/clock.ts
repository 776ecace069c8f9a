/** Epoch milliseconds. The one clock that use-cases see. */
export type Clock = () => number;
