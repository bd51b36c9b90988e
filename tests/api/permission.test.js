// SPDX-License-Identifier: GPL-3.0-or-later
// Who may do what (domain.md §3.8): every route of the API's document x every role, as one table says. A route that is not in the
// table fails, so does a row that is no route. Roles, as seen from a lead that the sender passed to the recipient:
//
//   anonymous   no token                          partner    of both, but no party to the lead
//   revoked     a token whose session was ended   former     was the sender's partner, and got leads then
//   stranger    a member, connected with nobody   admin      an administrator: of the service, not of people's leads
//   sender, recipient
//
// and from a group that is active, with a public directory; to it all of the above are outsiders:
//
//   leader, secretary, treasurer, member          applicant  has asked to join it
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { leadlined, uuid, PASSWORD, QUICK_HASH } = require('./harness.js');
const { ask, draft, group, join, must } = require('./groups.js');
const meetings = require('./meetings.js');
const { act, lead, literal, network, send, sql } = require('./network.js');

const groupRoles = ['leader', 'secretary', 'treasurer', 'member', 'applicant'];
const roles = ['anonymous', 'revoked', 'stranger', 'partner', 'former', 'admin', 'sender', 'recipient', ...groupRoles];
const SECRET = 'Permission-7Q2M4K', NOTE = 'Note-9XK3', ASKED = 'Asked-5TR8', RAISED = 'Raised-8PX2';
let net, doc, callers, club;

before(async () => {
    net = await network(['sender', 'recipient', 'partner', 'former'], { strangers: ['stranger', 'admin', ...groupRoles] });
    await send(net.sender, net.former);
    await act(net.sender, await send(net.former, net.sender), 'pick-up');
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    const pair = [net.sender.account, net.former.account].sort();
    sql(net.api.database, `UPDATE connection SET state = 7 WHERE account_a = ${literal(pair[0])} AND account_b = ${literal(pair[1])};
        UPDATE change_index SET deleted = 1 WHERE type = 3 AND scope_id IN (${pair.map(literal)}) AND object_id IN (${pair.map(literal)});
        UPDATE account SET admin = 1 WHERE id = ${literal(net.admin.account)};`);
    await net.api.launch();
    await net.login();
    const revoked = await net.api.login(net.stranger.email);
    const session = (await revoked.get('/v1/sessions')).body.items.find((s) => s.current);
    assert.equal((await revoked.delete(`/v1/sessions/${session.id}`)).status, 204);
    club = await group(net.leader);
    for (const role of ['secretary', 'treasurer', 'member']) await enter(role);
    callers = { ...net, anonymous: net.api, revoked };
    assert.equal((await net.admin.get('/v1/me')).body.account.admin, true);
    doc = (await net.api.get('/v1/openapi.json')).body;
});
after(() => net.stop());

/* ---- what is expected: a status for each role; 'ok' is any of 200 to 299, 'passed' whatever comes after permission (an empty body is
   then refused as such) */

const nobody = { anonymous: 401, revoked: 401 };
/* Who belongs to the group, or would: partners of nobody. */
const unconnected = (what) => Object.fromEntries(groupRoles.map((role) => [role, what]));
const members = (what, others = {}) => ({ ...nobody, ...Object.fromEntries(roles.slice(2).map((role) => [role, what])), ...others });
const everybody = (what) => Object.fromEntries(roles.map((role) => [role, what]));
const parties = members(404, { sender: 'ok', recipient: 'ok' });
const recipientOnly = members(404, { sender: 403, recipient: 'ok' });
const senderOnly = members(404, { sender: 'ok', recipient: 403 });
const hers = members(404, { sender: 'ok' });

/* ---- how a route is tried: method and address, by a caller, on a fresh object */

const fresh = () => send(net.sender, net.recipient, { need: SECRET });
async function decided() {
    const sent = await fresh();
    await act(net.recipient, sent, 'confirm', { verdict: 'lead' });
    return sent;
}
async function noted() {
    const sent = await fresh(), note = uuid();
    assert.equal((await net.recipient.put(`/v1/referrals/${sent.id}/notes/${note}`, { text: NOTE })).status, 201);
    return { ...sent, note };
}
async function session() {
    const other = await net.api.login(net.sender.email);
    return (await other.get('/v1/sessions')).body.items.find((s) => s.current);
}
/** An invitation of the sender to the stranger, who is nobody's partner. */
async function invited() {
    await net.sender.delete(`/v1/partners/${net.stranger.account}`);
    for (const old of (await net.sender.get('/v1/invitations?direction=sent&state=invited')).body.items) await net.sender.post(`/v1/invitations/${old.id}/withdraw`);
    const id = uuid(), answer = await net.sender.put(`/v1/invitations/${id}`, { email: net.stranger.email });
    assert.equal(answer.status, 201, answer.text);
    return { id };
}
async function reconnect(role) {
    const id = uuid(), answer = await callers[role].put(`/v1/invitations/${id}`, { email: net.partner.email });
    assert.equal(answer.status, 201, answer.text);
    assert.equal((await net.partner.post(`/v1/invitations/${id}/accept`)).status, 200);
}
/** Gets somebody of the group into it (again), with their role. */
async function enter(role) {
    await join(club, net.leader, net[role]);
    const at = `/v1/groups/${club.id}/members/${net[role].account}`, { rev } = await must(net.leader.get(at));
    await must(net.leader.patch(at, { role }, { rev }));
}
const inClub = (path = '') => `/v1/groups/${club.id}${path}`;
const insiders = (what) => ({ leader: what, secretary: what, treasurer: what, member: what });
const officers = (what, leader = what) => ({ secretary: what, treasurer: what, leader });
const page = () => must(net.leader.get(inClub()));
const second = () => draft(net.leader);
async function approvalAsked() {
    return must(net.leader.put(`/v1/leader-approvals/${uuid()}`, { group: (await second()).id }));
}
/** An open request of the applicant's, who is no member. */
async function requested() {
    await net.applicant.post(inClub('/leave'), {});
    for (const old of (await net.applicant.get(inClub('/requests?state=open'))).body.items) await net.applicant.post(inClub(`/requests/${old.id}/withdraw`), {});
    return ask(club, net.applicant, { message: ASKED });
}
/* ---- of meetings: who enters for others, and a meeting in some state */
const hosts = (what, others = 403) => ({ treasurer: others, member: others, secretary: what, leader: what });
const met = (...verbs) => () => meetings.meeting(net.leader, club, { verbs, starts_at: '2026-11-26T07:00:00.000Z' });
const onMeeting = (verb, before, expect) => [`POST /v1/groups/{id}/meetings/{sub}/${verb}`,
    { make: met(...before), try: (c, one) => c.post(`${meetings.at(one)}/${verb}`, { reason: 'x' }), expect: members(404, expect) }];
const self = (c) => c.account || uuid();
const other = (c) => (c === net.leader ? net.member : net.leader);
const visitor = () => ({ name: 'Ada Lane' });
const slip = (c) => ({ from: self(c), to: other(c).account, need: 'x' });
const thanks = (c) => ({ ...slip(c), need: undefined, amount: { amount: 100, currency: 'GBP' } });
/** What is entered: by whom, and who then reads it. */
const entry = (kind, param, id, body, writes, reads) => [
    [`PUT /v1/meetings/{id}/${kind}/{${param}}`, { make: met('open'), try: (c, one) => meetings.enter(c, one, kind, id(c), body(c)), expect: members(404, writes) }],
    [`GET /v1/meetings/{id}/${kind}/{${param}}`, { make: async () => { const one = await met('open')(), its = id(net.leader); await must(meetings.enter(net.leader, one, kind, its, body(net.leader))); return { ...one, its }; },
        try: (c, one) => c.get(`/v1/meetings/${one.id}/${kind}/${one.its}`), expect: members(404, reads) }]];
/** What was found out about the member. */
async function checked() {
    return must(net.leader.put(inClub(`/vetting/${uuid()}`), { account: net.member.account, kind: 'reference', who: 'Mrs Bell', checked_on: '2026-01-15', result: 'ok', note: RAISED }));
}
/** A concern of the secretary's about the member that nobody has answered. */
async function raised() {
    for (const old of (await net.leader.get(inClub('/concerns'))).body.items.filter((one) => one.text === RAISED)) {
        if (old.state === 'open') return old;
        if (old.state === 'answered') await must(net.leader.post(inClub(`/concerns/${old.id}/dismiss`), {}));
    }
    return must(net.secretary.put(inClub(`/concerns/${uuid()}`), { about: net.member.account, text: RAISED }));
}
async function barred() {
    const one = await raised();
    return must(net.leader.post(inClub(`/concerns/${one.id}/uphold`), { effect: 'unreferrable', until: new Date(Date.now() + 86400000).toISOString() }));
}
/** An invoice of the member's. */
async function charged() {
    const list = async () => (await must(net.leader.get(inClub(`/dues?account=${net.member.account}`)))).items;
    if ((await list()).length === 0) {
        const { rev } = await page();
        await must(net.leader.patch(inClub(), { fee: { amount: 2500, currency: 'GBP' }, fee_period: 'monthly' }, { rev }));
        const done = leadlined(['job', 'run', 'dues', '--database', net.api.database]);
        assert.equal(done.code, 0, done.stderr);
    }
    return (await list())[0];
}
const onConcern = (verb, make, body, expect) => [`POST /v1/groups/{id}/concerns/{sub}/${verb}`,
    { make, try: (c, one) => c.post(inClub(`/concerns/${one.id}/${verb}`), body), expect: members(404, expect) }];
const onInvoice = (verb, expect) => [`POST /v1/groups/{id}/dues/{sub}/${verb}`,
    { make: charged, try: (c, one) => c.post(inClub(`/dues/${one.id}/${verb}`), {}), expect: members(404, expect) }];
const onRequest = (verb, expect, more = {}) => [`POST /v1/groups/{id}/requests/{sub}/${verb}`,
    { make: requested, try: (c, one) => c.post(inClub(`/requests/${one.id}/${verb}`), { message: 'x' }), expect: members(404, expect), ...more }];
const get = (path) => (c) => c.get(path);
const empty = (method, path) => (c) => c.write(method, path, {}, { create: method === 'PUT' && !path.includes('/me/') });
const verb = (name, body) => (c, sent) => c.post(`/v1/referrals/${sent.id}/${name}`, body);
/* Of the caller's own: everybody who is in has one. */
const own = (path) => ({ try: get(path), expect: members('ok') });
const ownWrite = (method, path) => ({ try: empty(method, path), expect: members('passed') });
const open = (call) => ({ try: call, expect: everybody('passed') });

const table = {
    'GET /healthz': open(get('/healthz')),
    'GET /readyz': open(get('/readyz')), // of this machine alone: operate.test.js
    'GET /metrics': open(get('/metrics')),
    'GET /v1/openapi.json': open(get('/v1/openapi.json')),
    'GET /.well-known/oauth-authorization-server': open(get('/.well-known/oauth-authorization-server')),
    'POST /v1/accounts': open(empty('POST', '/v1/accounts')),
    'POST /v1/login': { try: (c) => c.request('POST', '/v1/login', {}), expect: everybody('passed') },
    'POST /oauth/token': { try: (c) => c.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' }), expect: everybody(400) },
    'POST /oauth/revoke': open((c) => c.form('/oauth/revoke', { token: 'x' })),
    'POST /oauth/device_authorization': open((c) => c.form('/oauth/device_authorization', { client_id: 'x' })),
    'GET /device': open(get('/device')),
    'POST /device': open((c) => c.form('/device', {})),
    'GET /lead': { try: get('/lead?token=x'), expect: everybody('page') },
    'POST /lead': { try: (c) => c.form('/lead', { token: 'x' }), expect: everybody('page') },
    'POST /v1/password-reset': open((c) => c.request('POST', '/v1/password-reset', {})),
    'GET /reset': { try: get('/reset?token=x'), expect: everybody('page') },
    'POST /reset': { try: (c) => c.form('/reset', { token: 'x' }), expect: everybody('page') },
    'GET /email': { try: get('/email?token=x'), expect: everybody('page') },
    'POST /email': { try: (c) => c.form('/email', { token: 'x' }), expect: everybody('page') },
    'GET /verify': { try: get('/verify?token=x'), expect: everybody('page') },
    'POST /verify': { try: (c) => c.form('/verify', { token: 'x' }), expect: everybody('page') },

    // pages of a member whose profile is not public are not there for anybody
    'GET /profile/{account}': { try: (c) => c.get(`/profile/${net.partner.account}`), expect: everybody(404) },
    'POST /profile/{account}': { try: (c) => c.form(`/profile/${net.partner.account}`, {}), expect: everybody('page') },
    'GET /referral-program/{account}': { try: (c) => c.get(`/referral-program/${net.partner.account}`), expect: everybody(404) },
    'GET /recommended/{account}': { try: (c) => c.get(`/recommended/${net.partner.account}`), expect: everybody(404) },
    'GET /invitation': { try: get('/invitation?token=x'), expect: everybody('page') },
    'POST /invitation': { try: (c) => c.form('/invitation?token=x', {}), expect: everybody('page') },
    'GET /unsubscribe': { try: get('/unsubscribe?token=x'), expect: everybody('page') },
    'POST /unsubscribe': { try: (c) => c.form('/unsubscribe?token=x', {}), expect: everybody('page') },

    'GET /v1/admin/mail': { try: get('/v1/admin/mail'), expect: members(403, { admin: 'ok' }) },
    'POST /v1/admin/mail/{id}/retry': { try: (c) => c.post(`/v1/admin/mail/${uuid()}/retry`), expect: members(403, { admin: 404 }) },

    'GET /v1/me': own('/v1/me'),
    'PATCH /v1/me': ownWrite('PATCH', '/v1/me'),
    'DELETE /v1/me': ownWrite('DELETE', '/v1/me'),
    'GET /v1/me/export': own('/v1/me/export'),
    'GET /v1/me/email-settings': own('/v1/me/email-settings'),
    'PUT /v1/me/email-settings': ownWrite('PUT', '/v1/me/email-settings'),
    'POST /v1/me/verify-email': ownWrite('POST', '/v1/me/verify-email'),
    'POST /v1/me/email': ownWrite('POST', '/v1/me/email'),
    'POST /v1/me/password': ownWrite('POST', '/v1/me/password'),
    'GET /v1/me/totp': own('/v1/me/totp'),
    'POST /v1/me/totp': ownWrite('POST', '/v1/me/totp'),
    'DELETE /v1/me/totp': ownWrite('DELETE', '/v1/me/totp'),
    'POST /v1/me/totp/confirm': ownWrite('POST', '/v1/me/totp/confirm'),
    'POST /v1/me/totp/recovery-codes': ownWrite('POST', '/v1/me/totp/recovery-codes'),
    'GET /v1/sessions': own('/v1/sessions'),
    'DELETE /v1/sessions/{id}': { make: session, try: (c, one) => c.delete(`/v1/sessions/${one.id}`), expect: hers },

    'GET /v1/changes': { try: (c) => c.get(`/v1/changes?limit=500&scope=${net.sender.account}`), expect: hers },
    'GET /v1/events': { try: async (c) => { const s = await c.events(); s.close(); return { status: s.status, text: '' }; }, expect: members('ok') },
    'POST /v1/batch': { make: fresh, expect: members('ok'), inner: { ...members(404), sender: 403, recipient: 200 },
        try: (c, sent) => c.request('POST', '/v1/batch', { operations: [{ key: uuid(), method: 'POST', path: `/v1/referrals/${sent.id}/confirm`, body: { verdict: 'lead' } }] }) },

    'GET /v1/referrals': own('/v1/referrals?limit=500'),
    'GET /v1/referrals/duplicates': { try: (c) => c.get(`/v1/referrals/duplicates?to=${net.recipient.account}&phone=01632%20960123`), expect: members('ok') },
    'PUT /v1/referrals/{id}': { try: (c) => c.put(`/v1/referrals/${uuid()}`, lead(net.sender)), expect: members(409, { partner: 'ok', recipient: 'ok', sender: 422 }) },
    'GET /v1/referrals/{id}': { make: fresh, try: (c, sent) => c.get(`/v1/referrals/${sent.id}`), expect: parties },
    'POST /v1/referrals/{id}/pick-up': { make: fresh, try: verb('pick-up'), expect: recipientOnly },
    'POST /v1/referrals/{id}/confirm': { make: fresh, try: verb('confirm', { verdict: 'lead' }), expect: recipientOnly },
    'POST /v1/referrals/{id}/outcome': { make: decided, try: verb('outcome', { outcome: 'won' }), expect: recipientOnly },
    'POST /v1/referrals/{id}/withdraw': { make: fresh, try: verb('withdraw'), expect: senderOnly },
    'POST /v1/referrals/{id}/remind': { make: fresh, try: verb('remind'), expect: senderOnly },
    'GET /v1/referrals/{id}/notes': { make: noted, try: (c, sent) => c.get(`/v1/referrals/${sent.id}/notes`), expect: parties, note: ['recipient'] },
    'GET /v1/referrals/{id}/notes/{sub}': { make: noted, try: (c, sent) => c.get(`/v1/referrals/${sent.id}/notes/${sent.note}`), expect: members(404, { recipient: 'ok' }), note: ['recipient'] },
    'PUT /v1/referrals/{id}/notes/{sub}': { make: fresh, try: (c, sent) => c.put(`/v1/referrals/${sent.id}/notes/${uuid()}`, { text: 'x' }), expect: parties },

    'GET /v1/partners': own('/v1/partners'),
    'DELETE /v1/partners/{account}': { try: (c) => c.delete(`/v1/partners/${net.partner.account}`), expect: members('ok', { ...unconnected(404), stranger: 404, admin: 404, partner: 404 }), undo: reconnect },
    'POST /v1/partners/{account}/encourage': { try: (c) => c.post(`/v1/partners/${net.partner.account}/encourage`, { message: 'Go on' }), expect: members('ok', { stranger: 409, admin: 409, partner: 409, ...unconnected(409) }) },
    'GET /v1/profiles': own('/v1/profiles?q=x'),
    'GET /v1/profiles/{account}': { try: (c) => c.get(`/v1/profiles/${net.partner.account}`), expect: members('ok', { ...unconnected(404), stranger: 404, admin: 404 }) },
    'GET /v1/invitations': own('/v1/invitations'),
    'PUT /v1/invitations/{id}': { try: (c) => c.put(`/v1/invitations/${uuid()}`, { email: 'somebody@x.example' }), expect: members('ok') },
    'GET /v1/invitations/{id}': { make: invited, last: 'stranger', try: (c, one) => c.get(`/v1/invitations/${one.id}`), expect: members(404, { sender: 'ok', stranger: 'ok' }) },
    'POST /v1/invitations/{id}/accept': { make: invited, last: 'stranger', try: (c, one) => c.post(`/v1/invitations/${one.id}/accept`), expect: members(404, { sender: 403, stranger: 'ok' }) },
    'POST /v1/invitations/{id}/withdraw': { make: invited, last: 'sender', try: (c, one) => c.post(`/v1/invitations/${one.id}/withdraw`), expect: members(404, { sender: 'ok', stranger: 403 }) },
    // nobody is asked again so soon after a decline: one invitation for all, and whom it is for comes last
    'POST /v1/invitations/{id}/decline': { make: invited, last: 'stranger', try: (c, one) => c.post(`/v1/invitations/${one.id}/decline`), expect: members(404, { sender: 403, stranger: 'ok' }) },
    'GET /v1/groups': own('/v1/groups'),
    'PUT /v1/groups/{id}': { try: (c) => c.put(`/v1/groups/${uuid()}`, { name: `G ${uuid()}` }), expect: members('ok') },
    'GET /v1/groups/{id}': { try: (c) => c.get(inClub()), expect: members('ok') },
    'PATCH /v1/groups/{id}': { make: page, try: (c, one) => c.patch(inClub(), { area: uuid() }, { rev: one.rev }), expect: members(403, { leader: 'ok' }) },
    'POST /v1/groups/{id}/activate': { try: (c) => c.post(inClub('/activate')), expect: members(403, { leader: 409 }) },
    'POST /v1/groups/{id}/close': { make: second, try: (c, one) => c.post(`/v1/groups/${one.id}/close`), expect: members(404, { leader: 'ok' }) },
    'GET /v1/groups/{id}/seats': { try: (c) => c.get(inClub('/seats')), expect: members('ok') },
    'GET /v1/groups/{id}/members': { try: (c) => c.get(inClub('/members')), expect: members('ok') },
    'GET /v1/groups/{id}/members/{account}': { try: (c) => c.get(inClub(`/members/${net.leader.account}`)), expect: members('ok') },
    'PATCH /v1/groups/{id}/members/{account}': { try: (c) => c.patch(inClub(`/members/${net.member.account}`), { role: 'member' }, { rev: 999 }), expect: members(403, { leader: 412 }) },
    'DELETE /v1/groups/{id}/members/{account}': { try: (c) => c.write('DELETE', inClub(`/members/${net.member.account}`), { reason: 'x' }), expect: members(403, { leader: 'ok' }), undo: () => enter('member') },
    'POST /v1/groups/{id}/leave': { try: (c) => c.post(inClub('/leave'), {}), expect: members(403, { ...insiders('ok'), leader: 409 }), undo: enter },
    'GET /v1/groups/{id}/requests': { make: requested, try: (c) => c.get(inClub('/requests')), expect: members('ok') }, // for officers all, for others their own
    'GET /v1/groups/{id}/requests/{sub}': { make: requested, try: (c, one) => c.get(inClub(`/requests/${one.id}`)), expect: members(404, { applicant: 'ok', ...officers('ok') }) },
    ...Object.fromEntries([onRequest('approve', { applicant: 403, ...officers(403, 'ok') }), onRequest('ask', { applicant: 403, ...officers(403, 'ok') }),
        onRequest('reply', { applicant: 409, ...officers(403) }), onRequest('withdraw', { applicant: 'ok', ...officers(403) }),
        // nobody asks again so soon after a decline
        onRequest('decline', { applicant: 403, ...officers(403, 'ok') }, { last: 'leader' })]),
    'PUT /v1/groups/{id}/requests/{sub}': { try: (c) => c.put(inClub(`/requests/${uuid()}`), {}), expect: members('ok', { ...insiders(409), applicant: 409 }) },
    'GET /v1/leader-approvals': own('/v1/leader-approvals'),
    'PUT /v1/leader-approvals/{id}': { try: (c) => c.put(`/v1/leader-approvals/${uuid()}`, { group: club.id }), expect: members(403, insiders('ok')) },
    'GET /v1/leader-approvals/{id}': { make: approvalAsked, try: (c, one) => c.get(`/v1/leader-approvals/${one.id}`), expect: members(404, { leader: 'ok', admin: 'ok' }) },
    ...Object.fromEntries(['approve', 'decline'].map((verb) => [`POST /v1/leader-approvals/{id}/${verb}`,
        { make: approvalAsked, try: (c, one) => c.post(`/v1/leader-approvals/${one.id}/${verb}`, {}), expect: members(403, { admin: 'ok' }) }])),

    'GET /v1/groups/{id}/meetings': { try: (c) => c.get(inClub('/meetings')), expect: members(403, insiders('ok')) },
    'GET /v1/groups/{id}/meetings/{sub}': { make: met(), try: (c, one) => c.get(meetings.at(one)), expect: members(404, insiders('ok')) },
    'PUT /v1/groups/{id}/meetings/{sub}': { try: (c) => c.put(inClub(`/meetings/${uuid()}`), { starts_at: '2026-11-26T07:00:00.000Z' }), expect: members(403, hosts('ok')) },
    'PATCH /v1/groups/{id}/meetings/{sub}': { make: met(), try: (c, one) => c.patch(meetings.at(one), { topic: 'x' }, { rev: one.rev }), expect: members(403, hosts('ok')) },
    ...Object.fromEntries([onMeeting('open', [], hosts('ok')), onMeeting('close', ['open'], hosts('ok')), onMeeting('complete', ['open'], hosts('ok')), onMeeting('discard', ['open'], hosts('ok')),
        onMeeting('cancel', [], hosts('ok')), onMeeting('holiday', [], hosts('ok')), onMeeting('reopen', ['open', 'complete'], { ...insiders(403), leader: 'ok' })]),
    'GET /v1/meetings/{id}/entries': { make: met('open'), try: (c, one) => c.get(`/v1/meetings/${one.id}/entries`), expect: members(404, insiders('ok')) },
    ...Object.fromEntries([...entry('attendance', 'account', () => net.member.account, () => ({ code: 'P' }), hosts('ok'), insiders('ok')),
        ...entry('rsvp', 'account', self, () => ({ answer: 'yes' }), insiders('ok'), insiders('ok')),
        ...entry('visitors', 'sub', uuid, visitor, hosts('ok'), { ...insiders('ok'), member: 404 }),
        ...entry('slips', 'sub', uuid, slip, insiders('ok'), insiders('ok')),
        ...entry('thanks', 'sub', uuid, thanks, insiders('ok'), insiders('ok'))]), // officers, and whom the leader thanks
    'GET /v1/groups/{id}/meetings/{sub}/ics': { make: met(), try: (c, one) => c.get(`${meetings.at(one)}/ics`), expect: members(404, insiders('ok')) },
    'POST /v1/me/calendar': { try: (c) => c.post('/v1/me/calendar'), expect: members('ok') },
    'DELETE /v1/me/calendar': { try: (c) => c.delete('/v1/me/calendar'), expect: members('ok') },
    'GET /v1/calendar': { try: get('/v1/calendar?token=x'), expect: everybody(404) },
    'POST /v1/mail/inbound': { try: (c) => c.request('POST', '/v1/mail/inbound', { secret: 'x', message: 'x' }), expect: everybody(404) },
    'GET /v1/one-to-ones': own('/v1/one-to-ones'),
    'PUT /v1/one-to-ones/{id}': { try: (c) => meetings.metOn(c, other(c), club, '2026-01-05'), expect: members(403, insiders('ok')) },
    'GET /v1/one-to-ones/{id}': { make: () => must(meetings.metOn(net.leader, net.member, club, '2026-01-06')), try: (c, one) => c.get(`/v1/one-to-ones/${one.id}`), expect: members(404, { leader: 'ok', member: 'ok' }) },
    'GET /v1/groups/{id}/vetting': { make: checked, try: (c) => c.get(inClub('/vetting')), expect: members(403, { leader: 'ok', admin: 'ok' }) },
    'GET /v1/groups/{id}/vetting/{sub}': { make: checked, try: (c, one) => c.get(inClub(`/vetting/${one.id}`)), expect: members(403, { leader: 'ok', admin: 'ok' }) },
    'PUT /v1/groups/{id}/vetting/{sub}': { try: (c) => c.put(inClub(`/vetting/${uuid()}`), { account: net.member.account, kind: 'licence', checked_on: '2026-01-15', result: 'ok' }), expect: members(403, { leader: 'ok', admin: 'ok' }) },
    'GET /v1/groups/{id}/concerns': { make: raised, try: (c) => c.get(inClub('/concerns')), expect: members('ok') }, // what may be seen of them
    'GET /v1/groups/{id}/concerns/{sub}': { make: raised, try: (c, one) => c.get(inClub(`/concerns/${one.id}`)), expect: members(404, { leader: 'ok', admin: 'ok', member: 'ok', secretary: 'ok' }) },
    'PUT /v1/groups/{id}/concerns/{sub}': { try: (c) => c.put(inClub(`/concerns/${uuid()}`), { about: net.treasurer.account, text: 'x' }), expect: members(403, { ...insiders('ok'), treasurer: 422 }) },
    ...Object.fromEntries([
        onConcern('answer', raised, { text: 'x' }, { member: 'ok', leader: 403, admin: 403, secretary: 403 }),
        onConcern('uphold', raised, { effect: 'warn' }, { member: 403, leader: 'ok', admin: 'ok', secretary: 403 }),
        onConcern('dismiss', raised, {}, { member: 403, leader: 'ok', admin: 'ok', secretary: 403 }),
        onConcern('lift', barred, undefined, { member: 403, leader: 'ok', admin: 'ok', secretary: 403 }),
    ]),
    'GET /v1/groups/{id}/dues': { make: charged, try: (c) => c.get(inClub('/dues')), expect: members('ok') }, // one's own, for some all
    'GET /v1/groups/{id}/dues/{sub}': { make: charged, try: (c, one) => c.get(inClub(`/dues/${one.id}`)), expect: members(404, { leader: 'ok', treasurer: 'ok', member: 'ok' }) },
    // the first one settles it
    ...Object.fromEntries([onInvoice('pay', { leader: 'ok', treasurer: 409, member: 403 }), onInvoice('waive', { leader: 409, treasurer: 409, member: 403 })]),
    'GET /v1/groups/{id}/statement': { make: charged, try: (c) => c.get(inClub(`/statement?account=${net.member.account}`)), expect: members(403, { leader: 'ok', treasurer: 'ok', member: 'ok' }) },

    ...Object.fromEntries(['group-activity', 'attendance', 'score-card', 'group-health'].map((name) => [`GET /v1/reports/${name}`,
        { try: (c) => c.get(`/v1/reports/${name}?scope=${club.id}`), expect: members(403, { ...insiders('ok'), admin: 'ok' }) }])),
    'GET /v1/reports/give-take': own('/v1/reports/give-take'),
    'GET /v1/reports/not-a-lead-reasons': own('/v1/reports/not-a-lead-reasons'),
    'GET /v1/reports/speed': own('/v1/reports/speed'),
};

const fits = (status, expected) => (expected === 'ok' ? status >= 200 && status < 300
    : expected === 'passed' ? ![401, 403, 404, 405].includes(status) && status < 500
    : expected === 'page' ? ![401, 405].includes(status) && status < 500 : status === expected);

/* What is asked for by a parameter that is not everybody's. */
const parameters = {
    'GET /v1/groups?suspended=true': { try: get('/v1/groups?suspended=true'), expect: members(403, { admin: 'ok' }) },
};

const orderOf = (row) => roles.filter((role) => role !== row.last).concat(row.last || []);
async function tried(row, role) {
    if (row.make && !(row.last && row.object)) row.object = await row.make();
    return { answer: await row.try(callers[role], row.object), object: row.object };
}

test('the table has every route of the document, and nothing else', () => {
    const routes = Object.entries(doc.paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`));
    assert.deepEqual(Object.keys(table).sort(), routes.sort());
    for (const [name, row] of Object.entries(table)) assert.deepEqual(Object.keys(row.expect).sort(), [...roles].sort(), name);
});

test('§3.8: every route, by every role', async () => {
    const findings = [];
    for (const [name, row] of Object.entries({ ...table, ...parameters }))
        for (const role of orderOf(row)) {
            const { answer, object } = await tried(row, role);
            const expected = row.expect[role];
            if (!fits(answer.status, expected)) findings.push(`${name} by ${role}: ${answer.status}, expected ${expected}: ${answer.text.slice(0, 160)}`);
            if (row.inner && fits(answer.status, 'ok') && answer.body.results[0].status !== row.inner[role])
                findings.push(`${name} by ${role}: inside ${answer.body.results[0].status}, expected ${row.inner[role]}`);
            if (!['sender', 'recipient'].includes(role) && answer.text.includes(SECRET)) findings.push(`${name} tells ${role} of a lead of others`);
            if (!(row.note || ['recipient']).includes(role) && answer.text.includes(NOTE)) findings.push(`${name} tells ${role} another's note`);
            if (!['applicant', 'leader', 'secretary', 'treasurer'].includes(role) && answer.text.includes(ASKED)) findings.push(`${name} tells ${role} another's request`);
            if (!['leader', 'admin', 'secretary', 'member'].includes(role) && answer.text.includes(RAISED)) findings.push(`${name} tells ${role} what is said about another`);
            if (row.undo && expected === 'ok') await row.undo(role);
            // a refusal changes nothing
            if (object && object.need === undefined && object.lead && typeof expected === 'number' && expected !== 200) {
                const now = (await net.sender.get(`/v1/referrals/${object.id}`)).body;
                const before = row.make === decided ? 2 : 1;
                if (now.rev !== before) findings.push(`${name} by ${role}: refused, and done`);
            }
        }
    assert.deepEqual(findings, []);
});

test('an administrator sees and decides nothing of members\' leads, and administers by the command line alone', async () => {
    const sent = await fresh();
    for (const url of [`/v1/referrals/${sent.id}`, `/v1/referrals/${sent.id}/notes`, `/v1/changes?scope=${net.sender.account}`]) assert.equal((await net.admin.get(url)).status, 404, url);
    assert.deepEqual((await net.admin.get('/v1/referrals')).body.items, []);
    assert.equal((await net.admin.post(`/v1/referrals/${sent.id}/confirm`, { verdict: 'lead' })).status, 404);
    const list = leadlined(['user', 'add', '--database', net.api.database, '--email', 'new@x.example', '--name', 'New', ...QUICK_HASH], { input: `${PASSWORD}\n` });
    assert.equal(list.code, 0, list.stderr);
});

test('nothing is told about an object that is another\'s: it is not there, like one that never was', async () => {
    const sent = await fresh(), never = uuid();
    for (const suffix of ['', '/notes']) {
        const other = await net.stranger.get(`/v1/referrals/${sent.id}${suffix}`), none = await net.stranger.get(`/v1/referrals/${never}${suffix}`);
        const plain = (answer) => JSON.stringify({ ...answer.body, request_id: 0 });
        assert.equal(plain(other), plain(none));
    }
});
