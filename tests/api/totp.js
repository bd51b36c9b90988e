// SPDX-License-Identifier: GPL-3.0-or-later
// One-time codes (RFC 6238), written from the RFC: nothing of the server's is used here.
'use strict';
const crypto = require('node:crypto');

function base32(text) {
    let bits = '';
    for (const digit of text) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit).toString(2).padStart(5, '0');
    return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** The code of a secret (base32) at a time, as an authenticator shows it. */
function codeOf(secret, ms = Date.now()) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30000)));
    const mac = crypto.createHmac('sha1', base32(secret)).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

module.exports = { codeOf };
