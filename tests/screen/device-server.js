#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Plays a server whose log-in in a browser always gives the same code, so that its screen can be compared. Listens on
// $WORLD/fake; prints "ready", runs until it is killed. What a poll is answered is in the file $WORLD/answer: an error of
// OAuth's (authorization_pending when there is no such file), or "nothing": the connection breaks.
'use strict';
const fs = require('fs');
const http = require('http');

const world = process.env.WORLD;
const page = 'https://leads.example.com/device';
const code = { device_code: 'lld_x', user_code: 'BCDF-GHJK', verification_uri: page, verification_uri_complete: `${page}?user_code=BCDF-GHJK`, expires_in: 600, interval: 1 };

http.createServer((request, response) => {
    const file = `${world}/answer`;
    const error = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : 'authorization_pending';
    request.resume();
    request.on('end', () => {
        fs.appendFileSync(`${world}/asked`, `${request.method} ${request.url}\n`);
        if (error === 'nothing') return request.socket.destroy();
        const begins = request.url === '/oauth/device_authorization' && error !== 'none';
        const status = begins ? 200 : error === 'none' ? 404 : 400;
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(begins ? code : { error, error_description: 'so it is' }));
    });
}).listen(`${world}/fake`, () => console.log('ready'));
