/**
 * UTF-8. The engine in the component has neither `TextDecoder` nor `TextEncoder`, so the work is given to what it does have natively:
 * a string of one character a byte, and the escapes of URLs.
 */

/** Arguments that a call takes at once. */
const MOST = 4096;

/** A character for each byte. */
function latin1(bytes, start, end) {
  if (end - start <= MOST) return String.fromCharCode.apply(null, bytes.subarray(start, end));
  let text = "";
  for (let at = start; at < end; at += MOST) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + MOST, end)));
  }
  return text;
}

const BEYOND_ASCII = /[\x80-\xff]/;

/** The text of bytes that are UTF-8, or `undefined`. */
export function decodeText(bytes, start = 0, end = bytes.length) {
  const text = latin1(bytes, start, end);
  if (!BEYOND_ASCII.test(text)) return text;
  try {
    return decodeURIComponent(escape(text));
  } catch {
    return undefined;
  }
}

/** Bytes that grow. */
export class Bytes {
  #bytes = new Uint8Array(256);
  length = 0;

  /** Appends bytes; returns where they start. */
  append(bytes) {
    const start = this.#room(bytes.length);
    this.#bytes.set(bytes, start);
    return start;
  }

  /** Appends text as UTF-8; returns where it starts. Half a surrogate pair, which has none, becomes U+FFFD. */
  appendText(text) {
    const length = text.length;
    const start = this.#room(length);
    const bytes = this.#bytes;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) {
        this.length = start;
        return this.#appendEscaped(text);
      }
      bytes[start + at] = code;
    }
    return start;
  }

  #appendEscaped(text) {
    const encoded = unescape(encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")));
    const start = this.#room(encoded.length);
    for (let at = 0; at < encoded.length; at++) this.#bytes[start + at] = encoded.charCodeAt(at);
    return start;
  }

  #room(length) {
    const start = this.length;
    this.length += length;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    return start;
  }

  /** What was appended. */
  taken() {
    return this.#bytes.slice(0, this.length);
  }
}

/** A text as UTF-8. */
export function encodeText(text) {
  const bytes = new Bytes();
  bytes.appendText(text);
  return bytes.taken();
}
