// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP itself, byte by byte over a raw socket: what could mean one thing to a proxy and another to us is refused, limits
// hold, and every answer of ours has its Request-Id.
'use strict';
const assert = require('node:assert/strict');
const http = require('node:http');
const net = require('node:net');
const { test, before, after } = require('node:test');
const { Server, Caller, assertProblem, uuid, waitFor } = require('./harness.js');

let api, tcp, ann;
before(async () => {
    api = await Server.start();
    tcp = await Server.start({ tcp: true });
    ann = await api.user('ann@a.example');
});
after(async () => { await api.stop(); await tcp.stop(); });

/** The answers in what a raw connection gave back: [{ status, headers, body, json }]. */
function answers(text) {
    const all = [];
    while (text) {
        const end = text.indexOf('\r\n\r\n');
        assert.ok(end > 0, `no end of headers in: ${text}`);
        const [first, ...lines] = text.slice(0, end).split('\r\n');
        const headers = Object.fromEntries(lines.map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
        const length = Number(headers['content-length'] || 0);
        const body = text.slice(end + 4, end + 4 + length);
        all.push({ status: Number(first.split(' ')[1]), headers, body, json: /json/.test(headers['content-type'] || '') && body ? JSON.parse(body) : null });
        text = text.slice(end + 4 + length);
    }
    return all;
}

const patchMe = (extra, body) => `PATCH /v1/me HTTP/1.1\r\nHost: a\r\n${extra}\r\n${body}`;
/** A second request hidden behind the first: whoever answers it was fooled. */
const HIDDEN = 'GET /healthz HTTP/1.1\r\nHost: hidden\r\n\r\n';

/** The server says `status` (the library now and then twice) and closes; it never answers what comes after. */
async function assertRefused(bytes, status, code) {
    const text = await api.raw(bytes);
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((m) => Number(m[1]));
    assert.ok(statuses.length > 0 && statuses.every((s) => s === status), `${statuses} for ${JSON.stringify(bytes)}: ${text}`);
    assert.match(text, /^connection: close\r$/im);
    if (!code) return;
    const [got] = answers(text);
    assert.equal(got.json.code, code);
    assert.equal(got.json.request_id, got.headers['request-id']);
}

const smuggling = {
    'Content-Length and Transfer-Encoding': ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    'Transfer-Encoding and Content-Length': ['Transfer-Encoding: chunked\r\nContent-Length: 0\r\n', '0\r\n\r\n'],
    'two Content-Length': ['Content-Length: 0\r\nContent-Length: 40\r\n', ''],
    'the same Content-Length twice': ['Content-Length: 0\r\nContent-Length: 0\r\n', ''],
    'a list in Content-Length': ['Content-Length: 0, 0\r\n', ''],
    'a sign in Content-Length': ['Content-Length: +0\r\n', ''],
    'a negative Content-Length': ['Content-Length: -1\r\n', ''],
    'a hexadecimal Content-Length': ['Content-Length: 0x5\r\n', 'abcde'],
    'an endless Content-Length': ['Content-Length: 99999999999999999999999\r\n', ''],
    'an empty Content-Length': ['Content-Length:\r\n', ''],
    'two Transfer-Encoding': ['Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'],
    'another coding': ['Transfer-Encoding: gzip\r\n', '0\r\n\r\n'],
    'a list of codings': ['Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
    'a masked coding': ['Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    'a quoted coding': ['Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'],
    'a coding with a tab before it': ['Transfer-Encoding:\tgzip\r\n', '0\r\n\r\n'],
    'a coding behind a vertical tab': ['Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'],
    'a folded coding': ['Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'],
    'a folded header': ['X-A: one\r\n two\r\n', ''],
    'a folded header with a tab': ['X-A: one\r\n\ttwo\r\n', ''],
    'a blank before the colon': ['Content-Length : 0\r\n', ''],
    'a tab before the colon': ['Transfer-Encoding\t: chunked\r\n', '0\r\n\r\n'],
    'a blank before the first header': [' X-A: one\r\n', ''],
    'a line without a colon': ['X-A\r\n', ''],
    'a header without a name': [': one\r\n', ''],
    'a name with a bracket': ['X(A: one\r\n', ''],
    'a NUL in a value': ['X-A: o\0ne\r\n', ''],
    'a NUL in a name': ['X\0A: one\r\n', ''],
    'a control character in a value': ['X-A: o\x01ne\r\n', ''],
    'a bare CR in a value': ['X-A: one\rContent-Length: 5\r\n', ''],
    'a bare LF between headers': ['X-A: one\nX-B: two\r\n', ''],
    'a bare LF after an empty value': ['X-A:\nX-B: two\r\n', ''],
    'a bare LF at the end of the last header': ['X-A: one\n', ''],
    'two Host': ['Host: b\r\n', ''],
    'two Authorization': ['Authorization: Bearer a\r\nAuthorization: Bearer b\r\n', ''],
    'two Idempotency-Key': [`Idempotency-Key: "${uuid()}"\r\nIdempotency-Key: "${uuid()}"\r\n`, ''],
};
for (const [name, [headers, body]] of Object.entries(smuggling))
    test(`refused: ${name}`, () => assertRefused(patchMe(headers, body + HIDDEN), /endless/.test(name) ? 413 : 400));

test('refused: a bare LF at the end of the request line', () => assertRefused(`GET /healthz HTTP/1.1\nHost: a\r\n\r\n${HIDDEN}`, 400));
test('refused: bare LF all over', () => assertRefused(`GET /healthz HTTP/1.1\nHost: a\n\n${HIDDEN}`, 400));
test('refused: no Host in HTTP/1.1', () => assertRefused(`GET /healthz HTTP/1.1\r\n\r\n${HIDDEN}`, 400));
test('refused: an empty Host twice', () => assertRefused(`GET /healthz HTTP/1.1\r\nHost:\r\nHost:\r\n\r\n${HIDDEN}`, 400));
test('refused: chunked in HTTP/1.0', () => assertRefused(`POST /v1/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`, 400, 'malformed'));

const requestLines = {
    'no version': 'GET /healthz\r\n',
    'HTTP/0.9': 'GET /healthz HTTP/0.9\r\n',
    'HTTP/2': 'GET /healthz HTTP/2.0\r\n',
    'junk for a version': 'GET /healthz HTTP/1.x\r\n',
    'a blank in the address': 'GET /healthz and more HTTP/1.1\r\n',
    'two blanks': 'GET  /healthz HTTP/1.1\r\n',
    'a tab': 'GET\t/healthz\tHTTP/1.1\r\n',
    'a fragment': 'GET /healthz#a HTTP/1.1\r\n',
    'a backslash': 'GET /healthz\\ HTTP/1.1\r\n',
    'raw bytes in the address': 'GET /healthz\xff HTTP/1.1\r\n',
    'a control character in the address': 'GET /healthz\x01 HTTP/1.1\r\n',
    'a broken escape in the path': 'GET /health%7 HTTP/1.1\r\n',
    'a broken escape in the query': 'GET /v1/sessions?limit=%zz HTTP/1.1\r\n',
    'an encoded NUL in the path': 'GET /healthz%00 HTTP/1.1\r\n',
    'an encoded NUL in the query': 'GET /v1/sessions?cursor=a%00b HTTP/1.1\r\n',
};
for (const [name, line] of Object.entries(requestLines))
    test(`refused: ${name}`, async () => {
        const text = await api.raw(`${line}Host: a\r\nConnection: close\r\n\r\n`);
        assert.match(text, /^(HTTP\/1\.1 (400|505) |$)/); /* the library says nothing to some */
    });

test('an encoded slash is not a slash, and dots lead nowhere', async () => {
    for (const path of ['/v1%2Fme', '/v1%2fme', '/v1/../healthz', '/./healthz', '//healthz', '/healthz/', '/healthz/.', '/v1/me%20', '/%2e/healthz', '/',
        '/v1/sessions/' + uuid() + '%2f', '/healthz;a=b', '/HEALTHZ', '/v1/sessions/%7Bid%7D', '/v1/me%0a'])
        assertProblem(await ann.get(path), 404, 'not-found');
    assert.equal((await api.get('/%68ealthz')).status, 200);
});

const chunked = (body) => patchMe('Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n', body);
const badChunks = {
    'not a number': 'zz\r\n{}\r\n0\r\n\r\n',
    'a sign': '+2\r\n{}\r\n0\r\n\r\n',
    'a negative size': '-2\r\n{}\r\n0\r\n\r\n',
    '0x': '0x2\r\n{}\r\n0\r\n\r\n',
    'a blank before the size': ' 2\r\n{}\r\n0\r\n\r\n',
    'too much data': '2\r\n{}{}\r\n0\r\n\r\n',
    'a size that overflows': 'ffffffffffffffffff\r\n{}\r\n0\r\n\r\n',
    'a size that overflows to 2': '10000000000000002\r\n{}\r\n0\r\n\r\n',
    'no size': '\r\n{}\r\n0\r\n\r\n',
};
for (const [name, body] of Object.entries(badChunks))
    test(`refused: a chunk with ${name}`, async () => {
        const text = await api.raw(chunked(body + HIDDEN));
        assert.doesNotMatch(text, /HTTP\/1\.1 200/);
        assert.ok(text.split('HTTP/1.1 ').length <= 2, text);
    });

test('chunks and trailers are read as one body', async () => {
    const body = JSON.stringify({ email: 'nobody@a.example', password: 'not the password' });
    const chunks = [...body].map((c) => `1\r\n${c}\r\n`).join('');
    const [got] = answers(await api.raw(['POST /v1/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        chunks, '0\r\nX-Trailer: 1\r\n\r\n']));
    assert.equal(got.status, 401);
    assert.equal(got.json.code, 'bad-credentials');
});

test('a request in single bytes is a request', async () => {
    const [got] = answers(await api.raw([...'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']));
    assert.equal(got.status, 200);
});

test('pipelined requests are answered in order', async () => {
    const one = (path, close) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${close ? 'Connection: close\r\n' : ''}\r\n`;
    const got = answers(await api.raw(one('/healthz') + one('/nothing') + one('/v1/me') + one('/healthz', true)));
    assert.deepEqual(got.map((a) => a.status), [200, 404, 401, 200]);
});

test('blanks around a value are no part of it', async () => {
    const [got] = answers(await api.raw(`GET /v1/me HTTP/1.1\r\nHost:a\r\nAuthorization: \t Bearer ${ann.token} \t\r\nX-Empty:\r\nX-Blank: \r\nConnection: close\r\n\r\n`));
    assert.equal(got.status, 200, got.body);
});

test('HTTP/1.0 is answered and closed', async () => {
    const [got] = answers(await api.raw('GET /healthz HTTP/1.0\r\n\r\n'));
    assert.equal(got.status, 200);
    assert.equal(got.json.status, 'ok');
});

test('the absolute form of the address is taken', async () => {
    const [got] = answers(await api.raw('GET http://a.example/healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n'));
    assert.equal(got.status, 200);
});

// ---- limits

test('headers over 16 KiB are refused with 431', async () => {
    await assertRefused(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(17000)}\r\n\r\n${HIDDEN}`, 431, 'headers-too-large');
    const got = answers(await api.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(15000)}\r\nConnection: close\r\n\r\n`));
    assert.equal(got[0].status, 200);
});

test('headers without an end are refused with 431', async () => {
    const got = answers(await api.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(100000)}`));
    assert.equal(got[0].status, 431);
});

test('an endless address is refused', async () => {
    const got = answers(await api.raw(`GET /${'a'.repeat(100000)} HTTP/1.1\r\nHost: a\r\n\r\n`));
    assert.ok([414, 431].includes(got[0].status));
    const query = answers(await api.raw(`GET /healthz?${'a'.repeat(30000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
    assert.ok([414, 422, 431].includes(query[0].status));
});

test('more than 100 headers are refused with 431', async () => {
    const lines = (n) => Array.from({ length: n }, (_, i) => `X-${i}: 1\r\n`).join('');
    await assertRefused(`GET /healthz HTTP/1.1\r\nHost: a\r\n${lines(100)}\r\n`, 431, 'headers-too-large');
    const [got] = answers(await api.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines(98)}\r\n`));
    assert.equal(got.status, 200);
});

const login = (length) => ({ email: 'nobody@a.example', password: 'x'.repeat(length) });

test('a body of 1 MiB is read, one byte more is not', async () => {
    const frame = JSON.stringify(login(0)).length, most = 1024 * 1024 - frame;
    assertProblem(await api.request('POST', '/v1/login', login(most)), 422, 'validation');
    assertProblem(await api.request('POST', '/v1/login', login(most + 1)), 413, 'too-large');
});

test('a body that is announced far too long is refused before it comes', () =>
    assertRefused('POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4194305\r\n\r\n', 413, 'too-large'));

test('a body that waits for 100 Continue is refused or continued first', async () => {
    const head = (length) => `POST /v1/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const [refused] = answers(await api.raw(head(1048577)));
    assert.equal(refused.status, 413);
    const text = await api.raw(head(2), { done: (t) => t.includes('100 Continue') });
    assert.match(text, /^HTTP\/1.1 100 Continue\r\n\r\n/);
});

// One byte too many, with all that follows it in one piece: a server that closes over unread bytes resets the connection, and
// the answer may be lost on its way.
test('a chunked body that grows too long is refused', async () => {
    const block = `10000\r\n${'x'.repeat(65536)}\r\n`;
    const got = answers(await api.raw(['POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        ...Array(16).fill(block), `1\r\nx\r\n0\r\n\r\n${HIDDEN}`]));
    assert.equal(got.length, 1);
    assert.equal(got[0].status, 413);
    assert.match(got[0].headers.connection, /close/);
});

test('a chunked body without an end is cut off', async () => {
    const block = `10000\r\n${'x'.repeat(65536)}\r\n`;
    await api.raw(['POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n', ...Array(100).fill(block)]);
    const gauge = (await api.get('/metrics')).text.match(/^leadline_body_bytes (\d+)$/m);
    assert.ok(Number(gauge[1]) < 1024 * 1024, `bodies left in memory: ${gauge[1]}`);
});

// ---- bodies

test('JSON is read strictly', async () => {
    const deep = (n) => '['.repeat(n) + ']'.repeat(n);
    for (const body of ['', ' ', '{', '{"email":"a"', '{"email":"a",}', "{'email':'a'}", '{"email":"a"} x', '{"email":"a"}{}', '{"email":"a","email":"b"}', '{"a":01}',
        '{"a":1e400}', '{"a":NaN}', '{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"a":"\u0001"}', '{"a":tru}', '\ufeff{}', '{"a":/*c*/1}', `{"a":${deep(40)}}`])
        assertProblem(await api.request('POST', '/v1/login', body, { headers: { 'Content-Type': 'application/json' } }), 400, 'malformed-json');
    for (const bytes of ['{"email":"\xff"}', '{"email":"\xc0\xaf"}', '{"email":"\xed\xa0\x80"}']) {
        const [got] = answers(await api.raw(`POST /v1/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n${bytes}`));
        assert.equal(got.json.code, 'malformed-json');
    }
    for (const body of ['[]', '1', '"a"', 'null', 'true'])
        assertProblem(await api.request('POST', '/v1/login', body, { headers: { 'Content-Type': 'application/json' } }), 422, 'validation');
    assertProblem(await api.request('POST', '/v1/login', `{"email":${deep(20)},"password":{}}`), 422, 'validation');
});

test('a body must be JSON and say so', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data; boundary=a', ''])
        assertProblem(await api.request('POST', '/v1/login', '{}', { headers: { 'Content-Type': type } }), 415, 'unsupported-type');
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset=UTF-8'])
        assertProblem(await api.request('POST', '/v1/login', '{}', { headers: { 'Content-Type': type } }), 422, 'validation');
});

test('an address without a body takes none, but for an empty object', async () => {
    assert.equal((await ann.request('GET', '/v1/me', '{}')).status, 200);
    assertProblem(await ann.request('GET', '/v1/me', '{"a":1}'), 422, 'unknown-field');
});

// ---- methods and addresses

test('HEAD is GET without the body', async () => {
    const get = await ann.get('/v1/me'), head = await ann.request('HEAD', '/v1/me');
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.equal(head.headers['content-length'], String(Buffer.byteLength(get.text)));
    assert.equal(head.headers.etag, get.headers.etag);
    assert.equal((await api.request('HEAD', '/v1/me')).status, 401);
    const got = answers((await api.raw(`HEAD /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).replace(/content-length: \d+/i, 'Content-Length: 0'));
    assert.deepEqual(got.map((a) => [a.status, a.body]), [[404, '']]);
});

test('HEAD of the event stream ends', async () => {
    const answer = await ann.request('HEAD', '/v1/events', null, { agent: new http.Agent(), timeout: 5000 });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/event-stream');
    await waitFor(async () => /^leadline_streams 0$/m.test((await api.get('/metrics')).text), 5000, 'the stream to be gone');
});

test('a method that is not there gets 405 and the list of those that are', async () => {
    for (const [method, path, allow] of [['OPTIONS', '/v1/me', 'GET, HEAD, PATCH, DELETE'], ['DELETE', '/healthz', 'GET, HEAD'], ['TRACE', '/v1/me', 'GET, HEAD, PATCH, DELETE'],
        ['GET', '/v1/login', 'POST'], ['HEAD', '/v1/login', 'POST'], ['PROPFIND', '/v1/batch', 'POST'], ['get', '/healthz', 'GET, HEAD']]) {
        const [got] = answers((await api.raw(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).replace(/\r\n\r\n$/, '\r\nContent-Length: 0\r\n\r\n'));
        assert.equal(got.status, 405, `${method} ${path}`);
        assert.equal(got.headers.allow, allow, `${method} ${path}`);
    }
    assertProblem(await api.request('OPTIONS', '/v1/me'), 405, 'method-not-allowed');
    assertProblem(await api.request('OPTIONS', '/nothing'), 404, 'not-found');
});

test('an unknown address tells nothing and costs no token', async () => {
    for (const path of ['/v1', '/v1/', '/v1/nothing', '/v1/me/nothing', `/v1/sessions/${uuid()}/nothing`, '/favicon.ico', '/.git/config'])
        assertProblem(await api.get(path), 404, 'not-found');
});

test('query parameters must be known, single and UTF-8', async () => {
    assertProblem(await ann.get('/v1/me?a=1'), 422, 'unknown-field');
    assertProblem(await ann.get('/v1/sessions?limit=1&limit=2'), 400, 'malformed');
    assertProblem(await ann.get('/v1/sessions?limit=1&%6cimit=2'), 400, 'malformed');
    assertProblem(await ann.get('/v1/sessions?cursor=%ff'), 400, 'malformed');
    const answer = await ann.get('/v1/sessions?offset=1&page=2');
    assertProblem(answer, 422, 'unknown-field');
    assert.deepEqual(answer.body.errors.map((e) => e.pointer).sort(), ['#/offset', '#/page']);
});

test('every answer has a Request-Id of its own and is not to be stored', async () => {
    const seen = new Set();
    for (const answer of [await api.get('/healthz'), await api.get('/nothing'), await ann.get('/v1/me'), await api.request('OPTIONS', '/v1/me'),
        await api.request('POST', '/v1/login', 'x')]) {
        assert.match(answer.headers['request-id'], /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(answer.headers['cache-control'], 'no-store');
        seen.add(answer.headers['request-id']);
    }
    assert.equal(seen.size, 5);
});

// ---- time and numbers

/** Milliseconds until the server closes a connection that says only this, then `drip` again and again. */
function timeToClose(bytes, drip, { server, every, ms = 60000 }) {
    return new Promise((resolve, reject) => {
        const start = Date.now(), socket = net.connect({ path: server.target.socketPath });
        const limit = setTimeout(() => { socket.destroy(); reject(new Error('still open')); }, ms);
        const dripping = drip && setInterval(() => socket.write(drip), every);
        socket.on('connect', () => bytes && socket.write(bytes));
        socket.on('error', () => {});
        socket.on('data', () => {});
        socket.on('close', () => { clearTimeout(limit); clearInterval(dripping); resolve(Date.now() - start); });
    });
}

test('slow clients are cut off, whether they are silent or drip; others are not', async () => {
    const quick = await Server.start({ args: ['--header-seconds=1', '--body-seconds=5'] });
    const post = 'POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n';
    const close = (bytes, drip) => timeToClose(bytes, drip, { server: quick, every: 200 });
    const [silent, line, headers, chars, body] = await Promise.all([
        close('', null), close('GET /v1/ev', null), close('GET /healthz HTTP/1.1\r\nHost: a\r\n', 'X-A: 1\r\n'), close('GET /health', 'z'), close(post, ' ')]);
    for (const [what, ms] of Object.entries({ silent, line, headers, chars })) assert.ok(ms < body, `${what} was given ${ms} ms, a body ${body}`);
    assert.equal((await quick.get('/healthz')).status, 200);
    await quick.stop();
});

test('all bodies together have a limit: 503 above it, and room again when they are gone', async () => {
    const small = await Server.start({ args: ['--body-memory=1'] });
    const head = (length) => `POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    const holder = net.connect({ path: small.target.socketPath });
    holder.on('error', () => {});
    holder.write(head(900000) + ' '.repeat(800000));
    await waitFor(async () => Number(/^leadline_body_bytes (\d+)/m.exec((await small.get('/metrics')).text)[1]) >= 800000);
    const refused = await small.request('POST', '/v1/login', ' '.repeat(300000));
    assertProblem(refused, 503, 'overloaded');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assertProblem(await small.request('POST', '/v1/login', ' '.repeat(100000)), 400, 'malformed-json');
    holder.destroy();
    await waitFor(async () => (await small.request('POST', '/v1/login', ' '.repeat(300000))).status === 400);
    await small.stop();
});

test('connections beyond the limit are closed, and the others go on', async () => {
    const small = await Server.start({ args: ['--max-connections=8'] });
    const sockets = [];
    let open = 0;
    for (let i = 0; i < 40; i++) {
        const socket = net.connect({ path: small.target.socketPath });
        sockets.push(socket);
        await new Promise((resolve) => socket.on('connect', resolve));
        open++;
        socket.on('close', () => { open--; });
        socket.on('error', () => {});
        socket.resume();
        socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n');
    }
    await waitFor(() => open === 8, 5000, 'the surplus to be closed');
    let answered = '';
    const left = sockets.find((s) => !s.destroyed);
    left.on('data', (bytes) => { answered += bytes; });
    left.write('\r\n');
    await waitFor(() => answered.includes('200 OK'), 5000, 'an answer');
    for (const socket of sockets) socket.destroy();
    await waitFor(async () => { try { return (await small.get('/healthz')).status === 200; } catch { return false; } }, 5000, 'room again');
    await small.stop();
});

test('a kept-alive connection serves many requests', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 50; i++) assert.equal((await ann.get('/v1/me', { agent })).status, 200);
    assert.ok(Object.values(agent.freeSockets).flat().length === 1);
    agent.destroy();
});

test('a peer that goes away in the middle of anything does no harm', async () => {
    const pieces = ['', 'GET', 'GET /v1/me HTTP/1.1\r\n', 'POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"ema',
        `POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 61\r\n\r\n{"email":"nobody@a.example","password":"some password or other"}`,
        `GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.token}\r\n\r\n`];
    await Promise.all(Array.from({ length: 60 }, (_, i) => new Promise((resolve) => {
        const socket = net.connect({ path: api.target.socketPath }, () => socket.write(pieces[i % pieces.length] || '\r', () => socket.destroy()));
        socket.on('error', () => {});
        socket.on('close', resolve);
    })));
    await waitFor(async () => /^leadline_requests_running 1$/m.test((await api.get('/metrics')).text), 20000, 'all requests to have ended');
});

// ---- TCP

test('TCP serves the same', async () => {
    const ben = await tcp.user('ben@a.example');
    assert.equal((await ben.get('/v1/me')).body.account.email, 'ben@a.example');
    const stream = await ben.events();
    assert.equal(stream.status, 200);
    assert.equal((await stream.next()).retry !== undefined, true);
    stream.close();
});

test('a caller behind a proxy is not local', async () => {
    for (const name of ['X-Forwarded-For', 'Forwarded']) {
        assertProblem(await tcp.get('/metrics', { headers: { [name]: '192.0.2.1' } }), 404, 'not-found');
        assertProblem(await tcp.get('/readyz', { headers: { [name]: '192.0.2.1' } }), 404, 'not-found');
    }
    assert.equal((await tcp.get('/healthz', { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status, 200);
});
