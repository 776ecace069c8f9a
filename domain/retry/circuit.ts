/** How long the open circuit to the broker rejects calls before it lets one through. */
export const CIRCUIT_OPEN_MS = 1_000;
