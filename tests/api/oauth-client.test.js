// SPDX-License-Identifier: GPL-3.0-or-later
// A client of the standards that knows nothing of us, oauth4webapi of npm, goes the whole way: metadata, device grant, refresh,
// revocation.
'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { independent } = require('./independent.js');
const { Server, Caller, PASSWORD } = require('./harness.js');

test('an independent OAuth client signs in, renews and signs out', async (t) => {
    const oauth = await independent(t, 'oauth4webapi');
    if (!oauth) return;
    const api = await Server.start({ tcp: true });
    await api.user('ann@a.example');
    const issuer = new URL(`http://127.0.0.1:${api.port}`), plain = { [oauth.allowInsecureRequests]: true };
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain }));
    const client = { client_id: 'independent' }, none = oauth.None();
    const begin = async () => oauth.processDeviceAuthorizationResponse(as, client, await oauth.deviceAuthorizationRequest(as, client, none, new URLSearchParams(), plain));
    const poll = async (grant) => oauth.processDeviceCodeResponse(as, client, await oauth.deviceCodeGrantRequest(as, client, none, grant.device_code, plain));
    const decide = (grant, decision) => api.form('/device', { user_code: grant.user_code, email: 'ann@a.example', password: PASSWORD, decision });

    const waiting = await begin(), denied = await begin(), allowed = await begin();
    await assert.rejects(poll(waiting), (error) => error.error === 'authorization_pending');
    await assert.rejects(poll(waiting), (error) => error.error === 'slow_down');
    await decide(denied, 'deny');
    await assert.rejects(poll(denied), (error) => error.error === 'access_denied');
    await decide(allowed, 'allow');
    const tokens = await poll(allowed);
    assert.equal((await new Caller(api, tokens.access_token).get('/v1/me')).body.account.email, 'ann@a.example');
    const renewed = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, none, tokens.refresh_token, plain));
    assert.equal((await new Caller(api, renewed.access_token).get('/v1/me')).status, 200);
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, none, renewed.refresh_token, plain));
    assert.equal((await new Caller(api, renewed.access_token).get('/v1/me')).status, 401);
    await api.stop();
});
