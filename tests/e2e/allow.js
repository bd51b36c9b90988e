#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// The person at the browser: allow.js EMAIL PASSWORD answers the page of the server at $WORLD/sock for the code that
// proxy.js has seen.
'use strict';
const fs = require('fs');
const http = require('http');

const [email, password] = process.argv.slice(2);
const { user_code } = JSON.parse(fs.readFileSync(`${process.env.WORLD}/device`, 'utf8'));
const body = new URLSearchParams({ user_code, email, password, decision: 'allow' }).toString();
const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) };
const request = http.request({ socketPath: `${process.env.WORLD}/sock`, method: 'POST', path: '/device', headers }, answer => {
    let text = '';
    answer.on('data', bytes => { text += bytes; });
    answer.on('end', () => {
        console.log(answer.statusCode, text.match(/<h1>(.*?)</)[1]);
        process.exit(answer.statusCode === 200 ? 0 : 1);
    });
});
request.end(body);
