/**
 * Base64, by the runtime where it can (`Uint8Array.fromBase64` and `toBase64`),
 * otherwise by `atob` and `btoa`, which know only strings.
 */

const bytesFrom: { fromBase64?(text: string): Uint8Array<ArrayBuffer> } =
  Uint8Array as never;

/**
 * The bytes that a base64 text stands for.
 *
 * @param text base64 with padding
 * @throws {Error} if it is not base64: a `SyntaxError`, or the
 * `InvalidCharacterError` of `atob`
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return bytesFrom.fromBase64?.(text) ??
    Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** The base64 text of some bytes, with padding. */
export function toBase64(bytes: Uint8Array): string {
  const { toBase64 } = bytes as { toBase64?(): string };
  if (toBase64) return toBase64.call(bytes);
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
