// SPDX-License-Identifier: GPL-3.0-or-later
// Groups for the API tests.
//
//   const [ann, ben] = await people(net.api, 'ann', 'ben');
//   const one = await group(ann, { exclusive: true });     an active, open group that Ann leads, as she sees it
//   await join(one, ann, ben);                         Ben asks, Ann approves
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { uuid } = require('./harness.js');

/** Succeeds, and gives what came back. */
async function must(answer) {
    const got = await answer;
    assert.ok(got.status >= 200 && got.status < 300, `${got.status} ${got.text}`);
    return got.body;
}

let number = 0;
/** Fresh accounts with these names, logged in: who leads one group is free for no other test. */
function people(api, ...names) {
    return Promise.all(names.map((name) => api.user(`${name}-${++number}@x.example`, { name })));
}

async function draft(leader, extra = {}) {
    return must(leader.put(`/v1/groups/${uuid()}`, { name: `Group ${++number} ${uuid()}`, open: true, ...extra }));
}

async function activate(leader, one) {
    return must(leader.post(`/v1/groups/${one.id}/activate`));
}

async function group(leader, extra = {}) {
    return activate(leader, await draft(leader, extra));
}

async function ask(one, who, body = {}, id = uuid()) {
    return must(who.put(`/v1/groups/${one.id}/requests/${id}`, body));
}

async function join(one, leader, who, body = {}) {
    const request = await ask(one, who, body);
    return must(leader.post(`/v1/groups/${one.id}/requests/${request.id}/approve`, {}));
}

/** As uuid_derived() makes it. */
function derived(space, name) {
    const digest = crypto.createHash('sha256').update(Buffer.from(space.replaceAll('-', ''), 'hex')).update(name).digest().subarray(0, 16);
    digest[6] = 0x80 | (digest[6] & 0x0f);
    digest[8] = 0x80 | (digest[8] & 0x3f);
    return digest.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
/** The scope of a group's officers. */
const officersOf = (one) => derived(one.id, 'officers');

module.exports = { activate, ask, draft, group, join, must, officersOf, people };
