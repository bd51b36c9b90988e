#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// An independent client of the API, for asking the server what it knows. Node's own library only.
//
//   api.js EMAIL METHOD PATH [BODY] [--if-match REV] [--print EXPRESSION]
//
// Logs in as EMAIL (password of the demo) on the socket $WORLD/sock, or with $API_PORT on the loopback; sends the request with
// a fresh Idempotency-Key; prints EXPRESSION of the answer `r`, or all of it. Any status but 2xx ends it with 1.
'use strict';
const http = require('http');
const crypto = require('crypto');

function request(method, path, headers, body) {
    const where = process.env.API_PORT ? { host: '127.0.0.1', port: process.env.API_PORT }
                                       : { socketPath: process.env.WORLD + '/sock' };
    return new Promise((resolve, reject) => {
        const call = http.request({ ...where, method, path, headers: { Host: 'localhost', ...headers } }, answer => {
            const chunks = [];
            answer.on('data', chunk => chunks.push(chunk));
            answer.on('end', () => {
                const text = Buffer.concat(chunks).toString();
                if (answer.statusCode < 200 || answer.statusCode > 299)
                    reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
                else
                    resolve(text ? JSON.parse(text) : null);
            });
        });
        call.on('error', reject);
        call.setTimeout(30000, () => call.destroy(new Error('no answer')));
        if (body !== undefined) {
            call.setHeader('Content-Type', 'application/json');
            call.setHeader('Content-Length', Buffer.byteLength(body));
        }
        call.end(body);
    });
}

// UUIDv7, as the server wants ids to be.
function uuid() {
    const bytes = crypto.randomBytes(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function main() {
    const words = process.argv.slice(2);
    const option = name => {
        const at = words.indexOf(name);
        return at < 0 ? undefined : words.splice(at, 2)[1];
    };
    const print = option('--print') || 'r';
    const rev = option('--if-match');
    const [email, method, path, body] = words;
    const tokens = await request('POST', '/v1/login', {}, JSON.stringify({ email, password: 'leadline-demo' }));
    const headers = { Authorization: 'Bearer ' + tokens.access_token };
    if (method !== 'GET')
        headers['Idempotency-Key'] = `"${uuid()}"`;
    if (rev !== undefined)
        headers['If-Match'] = `"${rev}"`;
    else if (method === 'PUT')
        headers['If-None-Match'] = '*';
    const r = await request(method, path.replace('{new}', uuid()), headers, body);
    const value = new Function('r', 'return ' + print)(r);
    console.log(typeof value === 'string' ? value : JSON.stringify(value));
}

main().catch(error => {
    console.error(error.message);
    process.exit(1);
});
