// A proof of work, away from the page: finds the whole number n for which SHA-256(challenge + ":" + n) begins with so
// many zero bits. FIPS 180-4; one file without imports, because old browsers have no modules in workers.
"use strict";

const K = new Uint32Array(64);
const START = new Uint32Array(8);
(function constants() {
  const share = (value) => Math.floor((value - Math.floor(value)) * 4294967296);
  for (let n = 2, found = 0; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = share(Math.sqrt(n));
    K[found] = share(Math.cbrt(n));
    found += 1;
  }
})();

const W = new Uint32Array(64);

function block(state, bytes, at) {
  for (let i = 0; i < 16; i += 1) {
    const j = at + 4 * i;
    W[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = W[i - 15];
    const y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = W[i - 16] + s0 + W[i - 7] + s1;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// The digest of `tail` after whole blocks already taken into `state`; ASCII text, digest as eight 32-bit numbers.
function sha256(tail, state, before) {
  const length = ((tail.length + 72) >> 6) << 6;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < tail.length; i += 1) bytes[i] = tail.charCodeAt(i);
  bytes[tail.length] = 128;
  const bits = (before + tail.length) * 8;
  for (let i = 0; i < 4; i += 1) bytes[length - 1 - i] = (bits >>> (8 * i)) & 255;
  for (let at = 0; at < length; at += 64) block(state, bytes, at);
  return state;
}

function zeros(digest) {
  let sum = 0;
  for (let i = 0; i < 8; i += 1) {
    const lead = Math.clz32(digest[i]);
    sum += lead;
    if (lead < 32) break;
  }
  return sum;
}

self.onmessage = (event) => {
  const { challenge, bits } = event.data;
  const text = `${challenge}:`;
  const whole = text.length - (text.length % 64);
  const bytes = Uint8Array.from(text.slice(0, whole), (sign) => sign.charCodeAt(0));
  const half = START.slice();
  for (let at = 0; at < whole; at += 64) block(half, bytes, at);
  const rest = text.slice(whole);
  for (let n = 0; ; n += 1) {
    if (zeros(sha256(rest + n, half.slice(), whole)) >= bits) {
      self.postMessage({ found: n });
      return;
    }
    if (n % 4096 === 4095) self.postMessage({ share: 1 - Math.pow(1 - Math.pow(2, -bits), n) });
  }
};
