// SPDX-License-Identifier: GPL-3.0-or-later
// Log-in by the device grant (RFC 8628), its page without a browser, and what the server says of its OAuth (RFC 8414). The page
// in a browser: device-page.test.js.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test, before, after } = require('node:test');
const { Server, Caller, Frozen, PASSWORD, assertOAuth, assertProblem, postgresql } = require('./harness.js');

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const SECOND = 1000, MINUTE = 60 * SECOND;

let api;
before(async () => {
    api = await Server.start();
    await api.user('ann@a.example');
    await api.user('ben@a.example');
});
after(() => api.stop());

async function start(server, options = {}, client = 'test-client') {
    const answer = await server.form('/oauth/device_authorization', { client_id: client }, options);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}
const poll = (server, code, client = 'test-client') => server.form('/oauth/token', { grant_type: GRANT, device_code: code, client_id: client });
const show = (server, code, options) => server.get(`/device${code === undefined ? '' : `?user_code=${encodeURIComponent(code)}`}`, options);
const decide = (server, code, decision = 'allow', email = 'ann@a.example', password = PASSWORD, options = {}) =>
    server.form('/device', { user_code: code, email, password, decision }, options);
const heading = (answer) => answer.text.match(/<h1>(.*?)<\/h1>/)[1];
const complaint = (answer) => answer.text.match(/role="alert"[^>]*>(.*?)<\/p>/)?.[1];

// ---- the grant

test('a program asks, a person allows, the program has tokens that work', async () => {
    const grant = await start(api);
    assert.match(grant.device_code, /^lld_[0-9A-Za-z]{49}$/);
    assert.match(grant.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    assert.equal(grant.expires_in, 600);
    assert.equal(grant.interval, 5);
    assert.equal(grant.verification_uri, 'http://localhost/device');
    assert.equal(grant.verification_uri_complete, `http://localhost/device?user_code=${grant.user_code}`);
    const allowed = await decide(api, grant.user_code);
    assert.equal(allowed.status, 200, allowed.text);
    assert.equal(heading(allowed), 'Allowed');
    const tokens = await poll(api, grant.device_code);
    assert.equal(tokens.status, 200, tokens.text);
    assert.equal(tokens.headers['cache-control'], 'no-store');
    assert.equal(tokens.body.token_type, 'Bearer');
    const me = await new Caller(api, tokens.body.access_token).get('/v1/me');
    assert.equal(me.body.account.email, 'ann@a.example');
    assert.equal((await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.body.refresh_token })).status, 200);
});

test('each answer to a poll has the name that the standard gives it', async () => {
    const frozen = await Frozen.start();
    await frozen.api.user('ann@a.example');
    const waiting = await start(frozen.api), denied = await start(frozen.api), old = await start(frozen.api), late = await start(frozen.api);
    assertOAuth(await poll(frozen.api, waiting.device_code), 'authorization_pending');
    assertOAuth(await poll(frozen.api, waiting.device_code), 'slow_down');
    assert.equal(heading(await decide(frozen.api, denied.user_code, 'deny')), 'Denied');
    assertOAuth(await poll(frozen.api, denied.device_code), 'access_denied');
    assertOAuth(await poll(frozen.api, 'lld_junk'), 'invalid_grant');
    const letter = old.device_code.endsWith('a') ? 'b' : 'a';
    assertOAuth(await poll(frozen.api, old.device_code.slice(0, -1) + letter), 'invalid_grant');
    assertOAuth(await poll(frozen.api, late.device_code, 'another-client'), 'invalid_grant');
    assertOAuth(await frozen.api.form('/oauth/token', { grant_type: GRANT, device_code: late.device_code }), 'slow_down');
    assertOAuth(await frozen.api.form('/oauth/device_authorization', {}), 'invalid_request');
    assertOAuth(await frozen.api.form('/oauth/device_authorization', { client_id: 'x'.repeat(65) }), 'invalid_request');
    assert.equal((await frozen.api.form('/oauth/device_authorization', { client_id: 'x', scope: 'a', more: 'b' })).status, 200);

    await frozen.advance(9 * SECOND); // 5 s, 5 s more for having asked too early, less one of grace: due
    assertOAuth(await poll(frozen.api, waiting.device_code), 'authorization_pending');
    await frozen.advance(8 * SECOND);
    assertOAuth(await poll(frozen.api, waiting.device_code), 'slow_down'); // the longer interval stays

    await frozen.advance(10 * MINUTE);
    assertOAuth(await poll(frozen.api, old.device_code), 'expired_token');
    assert.equal(complaint(await show(frozen.api, old.user_code)), 'This code was used already, or has expired. Let the program make a new one.');
    assert.equal((await decide(frozen.api, old.user_code)).status, 404);
    assertOAuth(await poll(frozen.api, denied.device_code), 'expired_token');
    await frozen.api.stop();
});

test('a device code is good once; its answer may be lost, for a minute', async () => {
    const frozen = await Frozen.start();
    const ann = await frozen.api.user('ann@a.example');
    const works = async (tokens) => (await new Caller(frozen.api, tokens.body.access_token).get('/v1/me')).status === 200;
    const lost = await start(frozen.api), used = await start(frozen.api), stolen = await start(frozen.api);
    for (const grant of [lost, used, stolen]) assert.equal((await decide(frozen.api, grant.user_code)).status, 200);

    const first = await poll(frozen.api, lost.device_code);
    const taken = await poll(frozen.api, used.device_code);
    const kept = await poll(frozen.api, stolen.device_code);
    await frozen.advance(10 * SECOND);
    const again = await poll(frozen.api, lost.device_code);
    assert.equal(again.status, 200, again.text);
    assert.ok(!(await works(first)), 'the lost pair is dead');
    assert.ok(await works(again));

    const renewed = await frozen.api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: taken.body.refresh_token });
    assert.ok(await works(renewed));
    assertOAuth(await poll(frozen.api, used.device_code), 'invalid_grant'); // its answer was not lost: the tokens were used
    assert.ok(!(await works(renewed)), 'so this is somebody else: the session is ended');

    await frozen.advance(MINUTE);
    assert.ok(await works(kept));
    assertOAuth(await poll(frozen.api, stolen.device_code), 'invalid_grant');
    assert.ok(!(await works(kept)));
    assert.ok(await works({ body: { access_token: ann.token } }), 'another session is none of its business');
    await frozen.api.stop();
});

test('of two approvals, and of allow and deny, one wins', async () => {
    for (let round = 0; round < 5; round++) {
        const grant = await start(api);
        const answers = await Promise.all(['ann', 'ben', 'ann', 'ben'].map((name) => decide(api, grant.user_code, 'allow', `${name}@a.example`)));
        assert.equal(answers.filter((answer) => heading(answer) === 'Allowed').length, 1);
        assert.ok(answers.every((answer) => [200, 404, 409].includes(answer.status)));
        const winner = answers.findIndex((answer) => heading(answer) === 'Allowed') % 2 ? 'ben' : 'ann';
        const tokens = await poll(api, grant.device_code);
        assert.equal((await new Caller(api, tokens.body.access_token).get('/v1/me')).body.account.email, `${winner}@a.example`);
    }
    for (let round = 0; round < 5; round++) {
        const grant = await start(api);
        const answers = await Promise.all(['allow', 'deny', 'allow', 'deny'].map((decision) => decide(api, grant.user_code, decision)));
        const won = answers.filter((answer) => ['Allowed', 'Denied'].includes(heading(answer)));
        assert.equal(won.length, 1);
        const tokens = await poll(api, grant.device_code);
        if (heading(won[0]) === 'Allowed') assert.equal(tokens.status, 200);
        else assertOAuth(tokens, 'access_denied');
    }
});

test('of many polls at once one gets the tokens', async () => {
    const grant = await start(api);
    await decide(api, grant.user_code);
    const answers = await Promise.all(Array.from({ length: 8 }, () => poll(api, grant.device_code)));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    assert.equal(answers.filter((answer) => answer.body.error === 'slow_down').length, 7);
});

test('any instance answers any step', { skip: !postgresql && 'one server a file' }, async () => {
    const other = await Server.start({ database: api.database });
    const grant = await start(api);
    assertOAuth(await poll(other, grant.device_code), 'authorization_pending');
    assertOAuth(await poll(api, grant.device_code), 'slow_down');
    const answers = await Promise.all([decide(api, grant.user_code), decide(other, grant.user_code, 'deny')]);
    assert.equal(answers.filter((answer) => ['Allowed', 'Denied'].includes(heading(answer))).length, 1);
    const second = await start(other);
    await decide(api, second.user_code);
    const tokens = await poll(other, second.device_code);
    assert.equal((await new Caller(api, tokens.body.access_token).get('/v1/me')).status, 200);
    await other.stop();
});

test('no code is in the database as it is', { skip: postgresql && 'looked at in the file' }, async () => {
    const own = await Server.start();
    const grant = await start(own);
    await own.kill();
    const bytes = fs.readdirSync(own.dir).filter((name) => name.startsWith('server.db')).map((name) => fs.readFileSync(`${own.dir}/${name}`, 'latin1')).join('');
    own.remove();
    assert.ok(bytes.includes('test-client'));
    for (const secret of [grant.device_code, grant.user_code, grant.user_code.replace('-', '')]) assert.ok(!bytes.includes(secret));
});

test('who asks for many codes, or tries many, is slowed down; others are not', async () => {
    const from = (address) => ({ headers: { 'X-Forwarded-For': address } });
    const frozen = await Frozen.start();
    for (let i = 0; i < 21; i++) await start(frozen.api, from('192.0.2.1'));
    assertOAuth(await frozen.api.form('/oauth/device_authorization', { client_id: 'x' }, from('192.0.2.1')), 'temporarily_unavailable', 429);
    const grant = await start(frozen.api, from('192.0.2.2'));
    for (let i = 0; i < 11; i++) assert.equal((await show(frozen.api, 'BBBB-BBBB', from('192.0.2.3'))).status, 404);
    const blocked = await show(frozen.api, grant.user_code, from('192.0.2.3'));
    assert.equal(blocked.status, 429);
    assert.match(blocked.headers['content-type'], /^text\/html/);
    assert.equal(blocked.headers['retry-after'], '1');
    assert.match(complaint(blocked), /wait 1 second/);
    assert.equal((await show(frozen.api, grant.user_code, from('192.0.2.4'))).status, 200);
    await frozen.api.stop();
});

// ---- the page

test('the code is taken in any case, with or without its hyphen, and told apart from what it is not', async () => {
    const { user_code: code } = await start(api);
    for (const typed of [code, code.toLowerCase(), code.replace('-', ''), ` ${code.replace('-', ' - ')} `, code.split('').join('.'), code.replace('-', '–')]) {
        const page = await show(api, typed);
        assert.equal(page.status, 200, typed);
        assert.match(page.text, new RegExp(`class="code">${code}<`));
    }
    for (const typed of ['', 'A', 'AAAA-AAAA', code.slice(1), `${code}B`, `${code.slice(0, -1)}1`, 'é'.repeat(8), '%00', 'x'.repeat(300)]) {
        const page = await show(api, typed);
        assert.equal(page.status, 404, typed);
        assert.match(complaint(page), /There is no such code/);
    }
});

test('the page says what asks, from where and when, and leaves nothing to a script, a frame or a cookie', async () => {
    const options = { headers: { 'User-Agent': 'Tool/1.0 <script>alert(1)</script> "\'&', 'X-Forwarded-For': '192.0.2.7' } };
    const grant = await start(api, options, '<b>evil</b> & "co"');
    const page = await show(api, grant.user_code, { headers: { 'X-Forwarded-For': '192.0.2.8' } });
    assert.match(page.text, /&lt;b&gt;evil&lt;\/b&gt; &amp; &quot;co&quot; \(Tool\/1\.0 &lt;script&gt;/);
    assert.match(page.text, /192\.0\.2\.7, which is not where this browser is/);
    assert.match(page.text, /\d\d:\d\d UTC, \d+ \w+ \d{4} \(less than a minute ago\)/);
    assert.match((await show(api, grant.user_code, { headers: { 'X-Forwarded-For': '192.0.2.7' } })).text, /192\.0\.2\.7, as this browser/);
    assert.doesNotMatch(page.text, /<script|<b>|javascript:|\son\w+=|style="/i);
    const { headers } = page;
    assert.match(headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    const style = page.text.match(/<style>([^]*)<\/style>/)[1];
    assert.ok(headers['content-security-policy'].includes(require('node:crypto').createHash('sha256').update(style).digest('base64')));
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['set-cookie'], undefined);
});

test('looking at the page, even with the code in its address, allows nothing', async () => {
    const grant = await start(api);
    for (let i = 0; i < 3; i++) assert.equal((await show(api, grant.user_code)).status, 200);
    assert.equal((await api.request('HEAD', `/device?user_code=${grant.user_code}`)).status, 200);
    assertOAuth(await poll(api, grant.device_code), 'authorization_pending');
});

test('a form that another site could send decides nothing: all that counts is the password in it', async () => {
    const grant = await start(api);
    const ann = await api.login('ann@a.example');
    const forged = { headers: { Origin: 'https://evil.example', Authorization: `Bearer ${ann.token}`, Cookie: 'session=1' } };
    assert.equal((await decide(api, grant.user_code, 'allow', 'ann@a.example', '', forged)).status, 422);
    assert.equal((await decide(api, grant.user_code, 'allow', '', PASSWORD, forged)).status, 422);
    assertOAuth(await poll(api, grant.device_code), 'authorization_pending');
});

test('what is wrong with the form is said in words, and what was typed stays but the password', async () => {
    const grant = await start(api);
    const wrong = await decide(api, grant.user_code.toLowerCase(), 'allow', '"ann"@a.example', 'wrong password');
    assert.equal(wrong.status, 401);
    assert.equal(complaint(wrong), 'The e-mail address or the password is wrong.');
    assert.match(wrong.text, /value="&quot;ann&quot;@a\.example"/);
    assert.doesNotMatch(wrong.text, /wrong password/);
    assert.equal(complaint(await decide(api, grant.user_code, 'allow', ' ', PASSWORD)), 'The e-mail address or the password is wrong.');
    assert.equal(complaint(await decide(api, grant.user_code, 'allow', '', PASSWORD)), 'Your e-mail address is missing.');
    assert.equal(complaint(await decide(api, grant.user_code, 'allow', 'ann@a.example', '')), 'Your password is missing.');
    assert.equal(complaint(await decide(api, grant.user_code, 'perhaps')), 'Choose Allow or Deny.');
    assert.equal(complaint(await api.form('/device', { user_code: grant.user_code })), 'Choose Allow or Deny.');
    assert.match(complaint(await api.form('/device', { user_code: '' })), /There is no such code/);
    for (const [body, status] of [['user_code=%zz', 400], ['user_code=A&user_code=B', 400], [`password=${'x'.repeat(300)}`, 422], ['', 400]]) {
        const page = await api.form('/device', body);
        assert.equal(page.status, status, body);
        assert.match(page.headers['content-type'], /^text\/html/);
        assert.ok(complaint(page), page.text);
    }
    const other = await api.get('/device?code=1');
    assert.equal(other.status, 422);
    assert.match(other.headers['content-type'], /^text\/html/);
    assertOAuth(await poll(api, grant.device_code), 'authorization_pending');
});

test('to deny, the code is enough; a decision is for ever', async () => {
    const grant = await start(api);
    assert.equal(heading(await api.form('/device', { user_code: grant.user_code, decision: 'deny' })), 'Denied');
    assert.equal((await decide(api, grant.user_code)).status, 404);
    assertOAuth(await poll(api, grant.device_code), 'access_denied');
});

test('guessing passwords on the page is slowed down as at the log-in, together with it', async () => {
    const frozen = await Frozen.start();
    await frozen.api.user('ann@a.example');
    const grant = await start(frozen.api);
    for (let i = 0; i < 3; i++) assert.equal((await decide(frozen.api, grant.user_code, 'allow', 'ann@a.example', 'wrong')).status, 401);
    for (let i = 0; i < 3; i++) assertProblem(await frozen.api.request('POST', '/v1/login', { email: 'ann@a.example', password: 'wrong' }), 401, 'bad-credentials');
    const blocked = await decide(frozen.api, grant.user_code);
    assert.equal(blocked.status, 429);
    assert.match(complaint(blocked), /wait 1 second/);
    await frozen.advance(SECOND);
    assert.equal(heading(await decide(frozen.api, grant.user_code)), 'Allowed');
    await frozen.api.stop();
});

test('a session made so is listed with the program\'s own name, and ends like any other', async () => {
    const grant = await start(api, { headers: { 'User-Agent': 'asked/1' } });
    await decide(api, grant.user_code, 'allow', 'ben@a.example', PASSWORD, { headers: { 'User-Agent': 'browser/1' } });
    const tokens = await api.form('/oauth/token', { grant_type: GRANT, device_code: grant.device_code, client_id: 'test-client' }, { headers: { 'User-Agent': 'asked/1' } });
    const ben = new Caller(api, tokens.body.access_token);
    const sessions = (await ben.get('/v1/sessions')).body.items;
    assert.equal(sessions.find((session) => session.current).client, 'asked/1');
    assert.equal((await api.form('/oauth/revoke', { token: tokens.body.refresh_token })).status, 200);
    assert.equal((await ben.get('/v1/me')).status, 401);
});

// ---- metadata

test('the metadata name the endpoints, under the address that clients use', async () => {
    const get = async (server, headers = {}) => (await server.get('/.well-known/oauth-authorization-server', { headers })).body;
    const plain = await get(api);
    assert.equal(plain.issuer, 'http://localhost');
    assert.equal(plain.token_endpoint, 'http://localhost/oauth/token');
    assert.equal(plain.device_authorization_endpoint, 'http://localhost/oauth/device_authorization');
    assert.equal(plain.revocation_endpoint, 'http://localhost/oauth/revoke');
    assert.deepEqual(plain.grant_types_supported, ['refresh_token', GRANT]);
    assert.deepEqual(plain.response_types_supported, []);
    assert.deepEqual(plain.token_endpoint_auth_methods_supported, ['none']);
    assert.equal((await get(api, { Host: 'leads.example:8443', 'X-Forwarded-Proto': 'https' })).issuer, 'https://leads.example:8443');
    assert.equal((await get(api, { Host: '[::1]:7411' })).issuer, 'http://[::1]:7411');
    assertProblem(await api.get('/.well-known/oauth-authorization-server', { headers: { Host: 'a"b/<c>' } }), 400, 'malformed');
    const named = await Server.start({ args: ['--public-url', 'https://leads.example'] });
    assert.equal((await get(named, { Host: 'evil.example' })).issuer, 'https://leads.example');
    assert.equal((await start(named, { headers: { Host: 'evil.example' } })).verification_uri, 'https://leads.example/device');
    await named.stop();
});
