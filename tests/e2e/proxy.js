#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Stands between a client and the server, for what only a bad network does. Node's own library only.
//
//   proxy.js        listens on $WORLD/front, forwards to $WORLD/sock; prints "ready", runs until it is killed
//
// $WORLD/requests gets one line for each request that has reached the server: METHOD PATH STATUS KEY. While the file
// $WORLD/lose-answers exists, the answers to writes are lost: the server has done its work, and the client sees its connection
// break. $WORLD/device is what the server last answered to who asked for a code.
//
// While $WORLD/fault exists, its line says what happens to every request that comes:
//
//   hang [PART]        it is taken and not answered, until the file has gone; only if its address has this in it
//   status N [AFTER]   answered with this status, and a Retry-After of so many seconds
//   rubbish            answered with what is no HTTP
//   cut N, half N      the server does its work; N bytes of its answer come, then the connection breaks, or only this half of it
//   drip               the answer comes one byte at a time
//   refuse             the connection breaks at once
'use strict';
const fs = require('fs');
const http = require('http');

const world = process.env.WORLD;
const agent = new http.Agent({ keepAlive: false });

function isLost(method) {
    return method !== 'GET' && fs.existsSync(`${world}/lose-answers`);
}

function fault() {
    try {
        const [name, ...words] = fs.readFileSync(`${world}/fault`, 'utf8').trim().split(' ');
        return { name, part: words[0] || '', numbers: words.map(Number) };
    } catch {
        return { name: '', numbers: [] };
    }
}

// The whole answer as bytes of the connection.
function raw(answer, body) {
    const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
    for (const [name, value] of Object.entries(answer.headers))
        if (!['transfer-encoding', 'connection', 'content-length'].includes(name)) lines.push(`${name}: ${value}`);
    lines.push(`content-length: ${body.length}`, 'connection: close', '', '');
    return Buffer.concat([Buffer.from(lines.join('\r\n')), body]);
}

function drip(socket, bytes, at = 0) {
    if (at === bytes.length || socket.destroyed) return socket.end();
    socket.write(bytes.subarray(at, at + 1), () => setImmediate(drip, socket, bytes, at + 1));
}

function giveBack(socket, { name, numbers }, bytes) {
    if (name === 'drip') drip(socket, bytes);
    else if (name === 'half') socket.end(bytes.subarray(0, numbers[0]));
    else socket.write(bytes.subarray(0, numbers[0]), () => socket.destroy());
}

function forward(request, response, how) {
    const { method, url, headers } = request;
    const out = http.request({ socketPath: `${world}/sock`, agent, method, path: url, headers }, answer => {
        const key = headers['idempotency-key'] || '-';
        fs.appendFileSync(`${world}/requests`, `${method} ${url} ${answer.statusCode} ${key}\n`);
        if (isLost(method)) {
            request.socket.destroy();
            return;
        }
        if (how.name && !url.startsWith('/v1/events')) {
            const chunks = [];
            answer.on('data', chunk => chunks.push(chunk));
            answer.on('end', () => giveBack(request.socket, how, raw(answer, Buffer.concat(chunks))));
            return;
        }
        response.writeHead(answer.statusCode, answer.headers);
        if (url === '/oauth/device_authorization') answer.on('data', bytes => fs.writeFileSync(`${world}/device`, bytes));
        answer.on('error', () => response.destroy());
        answer.pipe(response);
    });
    out.on('error', () => request.socket.destroy());
    response.on('close', () => out.destroy());
    request.pipe(out);
}

function take(request, response) {
    const how = fault();
    if (how.name === 'hang' && !request.url.includes(how.part)) {
        forward(request, response, {});
        return;
    }
    switch (how.name) {
    case 'hang':
        setTimeout(() => request.socket.destroyed || take(request, response), 20);
        return;
    case 'refuse':
        request.socket.destroy();
        return;
    case 'rubbish':
        request.socket.end('220 mail.example ESMTP ready\r\n\0\xff\xfe');
        return;
    case 'status':
        response.writeHead(how.numbers[0], how.numbers[1] ? { 'Retry-After': how.numbers[1] } : {});
        response.end('<html>no');
        return;
    default:
        forward(request, response, how);
    }
}

const proxy = http.createServer(take);
proxy.on('clientError', (error, socket) => socket.destroy());
proxy.listen(`${world}/front`, () => console.log('ready'));
