/**
 * Nothing can be promised now: the database is away, no quote has come, or the process ends. Maps
 * to UNAVAILABLE.
 */
export class VenueUnavailable extends Error {
  override readonly name = 'VenueUnavailable';
}

/** The client order id names an order with other terms. Maps to ALREADY_EXISTS. */
export class OrderTermsDiffer extends Error {
  override readonly name = 'OrderTermsDiffer';
}

/**
 * Another process has taken the venue's database over: this one must not write any more, and ends.
 */
export class VenueFenced extends Error {
  override readonly name = 'VenueFenced';
}
