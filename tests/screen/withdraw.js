// SPDX-License-Identifier: GPL-3.0-or-later
// withdraw.js TOKENS NAME: the account of the token file takes back the lead about this person, on the server of the world.
'use strict';
const fs = require('fs');
const http = require('http');
const crypto = require('crypto');

const [file, name] = process.argv.slice(2);
const token = JSON.parse(fs.readFileSync(file)).access_token;

function request(method, path, headers = {}) {
    return new Promise((resolve, reject) => {
        http.request({ socketPath: process.env.WORLD + '/sock', method, path,
            headers: { Host: 'localhost', Authorization: 'Bearer ' + token, ...headers } }, answer => {
            const chunks = [];
            answer.on('data', chunk => chunks.push(chunk));
            answer.on('end', () => {
                const text = Buffer.concat(chunks).toString();
                if (answer.statusCode > 299)
                    reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
                else
                    resolve(JSON.parse(text));
            });
        }).on('error', reject).end();
    });
}

async function main() {
    const list = await request('GET', '/v1/referrals?box=sent&q=' + encodeURIComponent(name));
    await request('POST', `/v1/referrals/${list.items[0].id}/withdraw`,
        { 'Idempotency-Key': `"${crypto.randomUUID()}"` });
}

main().catch(error => {
    console.error(error.message);
    process.exit(1);
});
