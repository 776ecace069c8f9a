/** RFC 7518, 3.2: a key of HMAC-SHA256 is as long as its hash at least. */
const SECRET_BYTES_MIN = 32;

/**
 * A secret as the key of HMAC-SHA256. Throws a RangeError, without the secret, when it is shorter
 * than 32 bytes.
 */
export function readSecretKey(secret: string): Uint8Array {
  const key = new TextEncoder().encode(secret);
  if (key.length < SECRET_BYTES_MIN)
    throw new RangeError(`a secret needs at least ${SECRET_BYTES_MIN} bytes`);
  return key;
}
