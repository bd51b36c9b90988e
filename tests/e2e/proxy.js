#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Stands between a client and the server, for what only a bad network does. Node's own library only.
//
//   proxy.js        listens on $WORLD/front, forwards to $WORLD/sock; prints "ready", runs until it is killed
//
// $WORLD/requests gets one line for each request that has reached the server: METHOD PATH STATUS KEY. While the file
// $WORLD/lose-answers exists, the answers to writes are lost: the server has done its work, and the client sees its connection
// break. $WORLD/device is what the server last answered to who asked for a code.
'use strict';
const fs = require('fs');
const http = require('http');

const world = process.env.WORLD;
const agent = new http.Agent({ keepAlive: false });

function isLost(method) {
    return method !== 'GET' && fs.existsSync(`${world}/lose-answers`);
}

const proxy = http.createServer((request, response) => {
    const { method, url, headers } = request;
    const forward = http.request({ socketPath: `${world}/sock`, agent, method, path: url, headers }, answer => {
        const key = headers['idempotency-key'] || '-';
        fs.appendFileSync(`${world}/requests`, `${method} ${url} ${answer.statusCode} ${key}\n`);
        if (isLost(method)) {
            request.socket.destroy();
            return;
        }
        response.writeHead(answer.statusCode, answer.headers);
        if (url === '/oauth/device_authorization') answer.on('data', bytes => fs.writeFileSync(`${world}/device`, bytes));
        answer.on('error', () => response.destroy());
        answer.pipe(response);
    });
    forward.on('error', () => request.socket.destroy());
    response.on('close', () => forward.destroy());
    request.pipe(forward);
});

proxy.listen(`${world}/front`, () => console.log('ready'));
